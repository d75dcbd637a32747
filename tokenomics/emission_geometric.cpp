// first x ratio^n on a fixed base. The power is taken in Q0.128 by squaring with floors, so an epoch far ahead costs as
// little as the next one and every machine gets the same bits. Squaring 64 times loses less than 2^-120 of the ratio.
#include "tokenomics/emission.hpp"

namespace assay::tokenomics {
namespace {

// floor(a x b / 2^128) of two Q0.128 numbers.
u128 mul_q128(u128 a, u128 b) {
    constexpr u128 kMask = ~std::uint64_t{0};
    const u128 a0 = a & kMask, a1 = a >> 64, b0 = b & kMask, b1 = b >> 64;
    const u128 p01 = a0 * b1, p10 = a1 * b0;
    const u128 middle = ((a0 * b0) >> 64) + (p01 & kMask) + (p10 & kMask);
    return a1 * b1 + (p01 >> 64) + (p10 >> 64) + (middle >> 64);
}

}  // namespace

u128 decay_power(u128 decay, std::uint64_t n) {
    u128 result = ~u128{0};
    u128 base = decay == 0 ? ~u128{0} : u128{0} - decay;  // 2^128 - decay is exact: a half is a half
    bool any = false;
    for (; n != 0; n >>= 1) {
        if ((n & 1) != 0) {
            result = any ? mul_q128(result, base) : base;
            any = true;
        }
        base = mul_q128(base, base);
    }
    return result;
}

Result<Amount> geometric_mint(const GeometricEmission& g, Epoch epoch) {
    if (g.epochs != 0 && epoch.value >= g.epochs) return Amount{};
    if (epoch.value == 0 || g.decay == 0) return g.first;
    return Amount{mul_q128(g.first.units, decay_power(g.decay, epoch.value))};
}

}  // namespace assay::tokenomics
