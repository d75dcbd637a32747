// The series behind exp, log, sine and cosine, once for one number and for eight side by side: the same operations in
// the same order, so the same bits. T is double or a vector of doubles.
//
// Evaluated by Estrin's scheme: products of pairs do not wait for each other.
#pragma once

namespace assay::sim::series {

/// exp(r) for |r| <= ln 2 / 2: Taylor to r^12, relative error below 2^-52.
template <class T>
[[gnu::always_inline]] inline T exp(T r) {
    const T r2 = r * r, r4 = r2 * r2;
    const T a = T(1.0) + r;
    const T b = T(0.5) + r * T(1.0 / 6.0);
    const T c = T(1.0 / 24.0) + r * T(1.0 / 120.0);
    const T d = T(1.0 / 720.0) + r * T(1.0 / 5040.0);
    const T e = T(1.0 / 40320.0) + r * T(1.0 / 362880.0);
    const T f = T(1.0 / 3628800.0) + r * T(1.0 / 39916800.0);
    const T low = b + r2 * c;
    const T high = (d + r2 * e) + r4 * (f + r2 * T(1.0 / 479001600.0));
    return a + (r2 * low + (r2 * r4) * high);
}

/// atanh(s) / s - 1 for |s| <= 0.1716, t = s^2: the odd series to s^19.
template <class T>
[[gnu::always_inline]] inline T log_tail(T t) {
    const T t2 = t * t, t4 = t2 * t2;
    const T a = T(1.0 / 3) + t * T(1.0 / 5);
    const T b = T(1.0 / 7) + t * T(1.0 / 9);
    const T c = T(1.0 / 11) + t * T(1.0 / 13);
    const T d = T(1.0 / 15) + t * T(1.0 / 17);
    return t * ((a + t2 * b) + t4 * ((c + t2 * d) + t4 * T(1.0 / 19)));
}

/// sin(x) / x - 1 for |x| <= pi / 4, y = x^2: to x^15.
template <class T>
[[gnu::always_inline]] inline T sin_tail(T y) {
    const T y2 = y * y, y4 = y2 * y2;
    const T a = T(-1.0 / 6.0) + y * T(1.0 / 120.0);
    const T b = T(-1.0 / 5040.0) + y * T(1.0 / 362880.0);
    const T c = T(-1.0 / 39916800.0) + y * T(1.0 / 6227020800.0);
    return y * ((a + y2 * b) + y4 * (c + y2 * T(-1.0 / 1307674368000.0)));
}

/// cos(x) - 1 for |x| <= pi / 4, y = x^2: to x^16.
template <class T>
[[gnu::always_inline]] inline T cos_tail(T y) {
    const T y2 = y * y, y4 = y2 * y2;
    const T a = T(-0.5) + y * T(1.0 / 24.0);
    const T b = T(-1.0 / 720.0) + y * T(1.0 / 40320.0);
    const T c = T(-1.0 / 3628800.0) + y * T(1.0 / 479001600.0);
    const T d = T(-1.0 / 87178291200.0) + y * T(1.0 / 20922789888000.0);
    return y * ((a + y2 * b) + y4 * (c + y2 * d));
}

}  // namespace assay::sim::series
