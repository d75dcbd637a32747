// Real functions of our own: the same bits from every compiler, optimisation level and C library. Only + - * / and
// conversions, which IEEE 754 fixes; the build sets -ffp-contract=off. Errors against the true value are below
// 2^-50 in relative terms (tests/sim/test_real.cpp measures them).
//
//   double x = real::exp(0.3 * real::log(y));
#pragma once

#include <bit>
#include <cstdint>

#include "base/amount.hpp"

namespace assay::sim::real {

/// 0 below -700, e^700 above 700: behaviour never becomes infinite.
[[nodiscard]] double exp(double x);
/// For x > 0, normal; anything else gives -700.
[[nodiscard]] double log(double x);

struct SinCos {
    double sin, cos;
};
/// Of a turn: sin(2 pi t), cos(2 pi t) for 0 <= t < 1.
[[nodiscard]] SinCos sincos_turns(double t);

/// Nearest double or its neighbour, by the same two roundings everywhere.
[[nodiscard]] inline double of(u128 units) {
    const auto high = static_cast<std::uint64_t>(units >> 64), low = static_cast<std::uint64_t>(units);
    return high == 0 ? static_cast<double>(low) : static_cast<double>(high) * 0x1p64 + static_cast<double>(low);
}
/// floor(x), 0 for what is negative or no number, at most 2^126.
[[nodiscard]] inline u128 floor_units(double x) {
    if (!(x > 0)) return 0;
    if (x < 0x1p63) return static_cast<std::uint64_t>(x);
    if (x >= 0x1p126) return u128{1} << 126;
    const auto bits = std::bit_cast<std::uint64_t>(x);  // 2^63 and more: a whole number
    const int shift = static_cast<int>(bits >> 52) - 1023 - 52;
    return u128{(bits & 0xfffffffffffffull) | 0x10000000000000ull} << shift;
}

}  // namespace assay::sim::real
