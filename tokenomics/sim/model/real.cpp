// exp: x = k ln 2 + r with |r| <= ln 2 / 2. log: m 2^k with m in [sqrt 1/2, sqrt 2), then 2 atanh((m-1)/(m+1)). sin and
// cos: from the nearest quarter turn. The series are polynomials.hpp's; simd_math.hpp has the same for eight at a time.
#include "tokenomics/sim/model/real.hpp"

#include "tokenomics/sim/model/polynomials.hpp"
#include "tokenomics/sim/model/real_constants.hpp"

namespace assay::sim::real {
namespace {

constexpr double kRounder = 0x1.8p52;  // adding it leaves the nearest whole number in the lowest bits

}  // namespace

double exp(double x) {
    if (!(x > -700)) return 0;
    if (x > 700) x = 700;
    const double shifted = x * kInvLn2 + kRounder;
    const double k = shifted - kRounder;
    const double r = (x - k * kLn2High) - k * kLn2Low;
    return series::exp(r) * std::bit_cast<double>((std::bit_cast<std::uint64_t>(shifted) + 1023) << 52);
}

double log(double x) {
    if (!(x >= 0x1p-1022) || x > 0x1.fffffffffffffp+1023) return -700;
    const auto bits = std::bit_cast<std::uint64_t>(x);
    auto k = static_cast<double>(static_cast<std::int64_t>(bits >> 52) - 1023);
    auto m = std::bit_cast<double>((bits & 0xfffffffffffffull) | 0x3ff0000000000000ull);
    if (m >= kSqrt2) {
        m *= 0.5;
        k += 1;
    }
    const double s = (m - 1.0) / (m + 1.0);
    const double s2 = s + s;
    return k * kLn2High + (s2 + (s2 * series::log_tail(s * s) + k * kLn2Low));
}

SinCos sincos_turns(double t) {
    const double shifted = t * 4.0 + kRounder;
    const auto quarter = std::bit_cast<std::uint64_t>(shifted) & 3;
    const double x = (t - (shifted - kRounder) * 0.25) * kTwoPi;
    const double y = x * x;
    const double s = x + x * series::sin_tail(y), c = 1.0 + series::cos_tail(y);
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
