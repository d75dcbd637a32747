// exp: x = k ln 2 + r with |r| <= ln 2 / 2, Taylor to r^13. log: m 2^k with m in [sqrt 1/2, sqrt 2), then
// 2 atanh((m-1)/(m+1)) as a series in s^2, s <= 0.172, to s^23. sin and cos: an eighth of a turn at most, Taylor to
// x^17 and x^16. Series by Horner; every constant is the double nearest to the fraction it stands for.
#include "tokenomics/sim/model/real.hpp"

namespace assay::sim::real {
namespace {

constexpr double kLn2High = 0x1.62e42fefa38p-1;  // 33 bits: k times it is exact
constexpr double kLn2Low = 0x1.ef35793c76730p-45;
constexpr double kInvLn2 = 0x1.71547652b82fep+0;
constexpr double kTwoPi = 0x1.921fb54442d18p+2;

double power_of_two(std::int64_t k) {  // -1022 <= k <= 1023
    return std::bit_cast<double>(static_cast<std::uint64_t>(k + 1023) << 52);
}

}  // namespace

double exp(double x) {
    if (!(x > -700)) return 0;
    if (x > 700) x = 700;
    const double scaled = x * kInvLn2;
    const auto k = static_cast<std::int64_t>(scaled < 0 ? scaled - 0.5 : scaled + 0.5);
    const auto kd = static_cast<double>(k);
    const double r = (x - kd * kLn2High) - kd * kLn2Low;
    double p = 1.0 / 6227020800.0;
    p = p * r + 1.0 / 479001600.0;
    p = p * r + 1.0 / 39916800.0;
    p = p * r + 1.0 / 3628800.0;
    p = p * r + 1.0 / 362880.0;
    p = p * r + 1.0 / 40320.0;
    p = p * r + 1.0 / 5040.0;
    p = p * r + 1.0 / 720.0;
    p = p * r + 1.0 / 120.0;
    p = p * r + 1.0 / 24.0;
    p = p * r + 1.0 / 6.0;
    p = p * r + 0.5;
    return ((p * r) * r + r + 1.0) * power_of_two(k);
}

double log(double x) {
    if (!(x >= 0x1p-1022) || x > 0x1.fffffffffffffp+1023) return -700;
    const auto bits = std::bit_cast<std::uint64_t>(x);
    auto k = static_cast<std::int64_t>(bits >> 52) - 1023;
    auto m = std::bit_cast<double>((bits & 0xfffffffffffffull) | 0x3ff0000000000000ull);
    if (m >= 0x1.6a09e667f3bcdp+0) {
        m *= 0.5;
        ++k;
    }
    const double s = (m - 1.0) / (m + 1.0);
    const double t = s * s;
    double p = 1.0 / 23;
    p = p * t + 1.0 / 21;
    p = p * t + 1.0 / 19;
    p = p * t + 1.0 / 17;
    p = p * t + 1.0 / 15;
    p = p * t + 1.0 / 13;
    p = p * t + 1.0 / 11;
    p = p * t + 1.0 / 9;
    p = p * t + 1.0 / 7;
    p = p * t + 1.0 / 5;
    p = p * t + 1.0 / 3;
    const auto kd = static_cast<double>(k);
    return kd * kLn2High + (2.0 * s + (2.0 * s * (t * p) + kd * kLn2Low));
}

SinCos sincos_turns(double t) {
    const auto eighth = static_cast<unsigned>(t * 8.0);  // exact: eight is a power of two
    const unsigned quarter = ((eighth + 1) / 2) & 3;     // the nearest quarter turn
    const double x = (t - 0.25 * static_cast<double>((eighth + 1) / 2)) * kTwoPi;
    const double y = x * x;
    double s = 1.0 / 355687428096000.0;
    s = s * y - 1.0 / 1307674368000.0;
    s = s * y + 1.0 / 6227020800.0;
    s = s * y - 1.0 / 39916800.0;
    s = s * y + 1.0 / 362880.0;
    s = s * y - 1.0 / 5040.0;
    s = s * y + 1.0 / 120.0;
    s = s * y - 1.0 / 6.0;
    s = x + x * (y * s);
    double c = 1.0 / 20922789888000.0;
    c = c * y - 1.0 / 87178291200.0;
    c = c * y + 1.0 / 479001600.0;
    c = c * y - 1.0 / 3628800.0;
    c = c * y + 1.0 / 40320.0;
    c = c * y - 1.0 / 720.0;
    c = c * y + 1.0 / 24.0;
    c = c * y - 0.5;
    c = 1.0 + y * c;
    switch (quarter) {
        case 0:
            return {s, c};
        case 1:
            return {c, -s};
        case 2:
            return {-s, -c};
        default:
            return {-c, s};
    }
}

}  // namespace assay::sim::real
