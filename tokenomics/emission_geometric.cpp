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
    DecayPowers(u128 decay, unsigned low_bits) : low_bits_(low_bits), low_(std::size_t{1} << low_bits) {
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
        std::uint64_t high = n >> low_bits_;
        const std::size_t low = n & (low_.size() - 1);
        u128 out = low_[low];
        bool any = low != 0;
        while (high != 0) {
            const u128 square = squares_[low_bits_ + static_cast<unsigned>(std::countr_zero(high))];
            out = any ? mul_q128(out, square) : square;
            any = true;
            high &= high - 1;
        }
        return out;
    }

   private:
    unsigned low_bits_;
    std::array<u128, 64> squares_;
    std::vector<u128> low_;
};

// The sum of from..to with a table of powers; `from` is above zero. No sum on the way overflows: the caller checked.
u128 sum_of_powers(u128 first, const DecayPowers& powers, std::uint64_t from, std::uint64_t to) {
    u128 sum = 0;
    const auto small = static_cast<std::uint64_t>(first);
    for (std::uint64_t n = from; n < to; ++n) {
        const u128 power = powers.at(n);
        u128 mint = 0;
        if (small == first) {  // floor(first x power / 2^128) with two products instead of four
            const u128 low = (u128{small} * static_cast<std::uint64_t>(power)) >> 64;
            mint = (u128{small} * static_cast<std::uint64_t>(power >> 64) + low) >> 64;
        } else {
            mint = mul_q128(first, power);
        }
        if (mint == 0) break;  // and so is every later one
        sum += mint;
    }
    return sum;
}

}  // namespace

Result<std::vector<Amount>> geometric_sums(const GeometricEmission& g, std::span<const Epoch> bounds) {
    std::vector<Amount> out(bounds.empty() ? 0 : bounds.size() - 1);
    const auto end_of = [&](std::uint64_t to) { return g.epochs != 0 ? std::min(to, g.epochs) : to; };
    if (out.empty() || bounds.front() >= bounds.back()) return out;
    const std::uint64_t epochs = bounds.back().value - bounds.front().value;
    // No epoch mints more than the first: where that many firsts fit, no sum on the way can overflow.
    if (u128{epochs} > ~u128{0} / std::max<u128>(g.first.units, 1))
        return {Code::overflow, "the sum of a schedule passes 2^128 - 1"};
    // A table of an eighth of the epochs, 16 MiB at most.
    const auto width = static_cast<unsigned>(std::bit_width(epochs));
    const DecayPowers powers(g.decay, std::clamp(width, 5u, 23u) - 3);
    for (std::size_t k = 0; k < out.size(); ++k) {
        std::uint64_t from = bounds[k].value;
        const std::uint64_t to = end_of(bounds[k + 1].value);
        if (from >= to) continue;
        if (g.decay == 0) {
            out[k].units = g.first.units * (to - from);
            continue;
        }
        if (from == 0) {
            out[k] = g.first;
            from = 1;
        }
        out[k].units += sum_of_powers(g.first.units, powers, from, to);
    }
    return out;
}

}  // namespace assay::tokenomics
