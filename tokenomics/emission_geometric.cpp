// first x ratio^n on a fixed base. The power is taken in Q0.128 by squaring with floors, so an epoch far ahead costs as
// little as the next one and every machine gets the same bits. Squaring 64 times loses less than 2^-120 of the ratio.
#include <algorithm>
#include <array>
#include <bit>

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

namespace {

// The powers of one decay for many epochs. decay_power multiplies the squares in the order of n's bits, low ones first;
// here the products of the low bits are kept, so that an epoch costs the few products of its high bits.
class DecayPowers {
   public:
    explicit DecayPowers(u128 decay) : low_(std::size_t{1} << kLowBits) {
        u128 base = u128{0} - decay;
        for (auto& square : squares_) {
            square = base;
            base = mul_q128(base, base);
        }
        for (std::size_t n = 1; n < low_.size(); ++n) {
            const auto top = static_cast<std::size_t>(std::bit_width(n) - 1);
            const std::size_t rest = n ^ (std::size_t{1} << top);
            low_[n] = rest == 0 ? squares_[top] : mul_q128(low_[rest], squares_[top]);
        }
    }
    /// decay_power(decay, n) for n > 0.
    [[nodiscard]] u128 at(std::uint64_t n) const {
        std::uint64_t high = n >> kLowBits;
        u128 out = low_[n & (low_.size() - 1)];
        bool any = (n & (low_.size() - 1)) != 0;
        while (high != 0) {
            const u128 square = squares_[kLowBits + static_cast<std::size_t>(std::countr_zero(high))];
            out = any ? mul_q128(out, square) : square;
            any = true;
            high &= high - 1;
        }
        return out;
    }

   private:
    static constexpr std::size_t kLowBits = 13;
    std::array<u128, 64> squares_;
    std::vector<u128> low_;
};

}  // namespace

Result<Amount> geometric_sum(const GeometricEmission& g, Epoch from, Epoch to) {
    if (g.epochs != 0) to.value = std::min(to.value, g.epochs);
    if (from >= to) return Amount{};
    if (g.decay == 0) return mul_div(g.first, to.value - from.value, 1);
    constexpr std::uint64_t kFew = 4096;  // the table of powers would cost more than it saves
    if (to.value - from.value < kFew) {
        Amount sum;
        for (Epoch e = from; e < to; e = e + 1) {
            ASSAY_TRY(Amount one, geometric_mint(g, e));
            ASSAY_TRY(sum, add(sum, one));
        }
        return sum;
    }
    // No epoch mints more than the first: where that many firsts fit, no sum on the way can overflow.
    if (u128{to.value - from.value} > ~u128{0} / std::max<u128>(g.first.units, 1))
        return {Code::overflow, "the sum of a schedule passes 2^128 - 1"};
    const DecayPowers powers(g.decay);
    u128 sum = 0;
    std::uint64_t n = from.value;
    if (n == 0) sum = g.first.units, n = 1;
    if (g.first.units >> 64 == 0) {  // floor(first x power / 2^128) with two products instead of four
        const auto first = static_cast<std::uint64_t>(g.first.units);
        for (; n < to.value; ++n) {
            const u128 power = powers.at(n);
            const u128 low = u128{first} * static_cast<std::uint64_t>(power);
            const u128 mint = (u128{first} * static_cast<std::uint64_t>(power >> 64) + (low >> 64)) >> 64;
            if (mint == 0) break;  // and so is every later one
            sum += mint;
        }
    } else {
        for (; n < to.value; ++n) {
            const u128 mint = mul_q128(g.first.units, powers.at(n));
            if (mint == 0) break;
            sum += mint;
        }
    }
    return Amount{sum};
}

}  // namespace assay::tokenomics
