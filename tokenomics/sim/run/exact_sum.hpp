// Sums of doubles, and of products of two, without any rounding: a superaccumulator (Neal, "Fast exact summation using
// small and large superaccumulators", 2015). What is added in which order, or in how many parts that are merged later,
// leaves no trace in it.
//
//   ExactSum s, squares;
//   for (double x : values) s.add(x), squares.add_product(x, x);
//   double sum = s.value();                                // the double next to the true sum
//   double sd = deviation(s, squares, values.size());      // no cancellation: n * squares - s^2 is taken as it is
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/amount.hpp"

namespace assay::sim {

class ExactSum {
   public:
    /// Units of 2^-kUnit, in limbs of 32 bits: the smallest product of two doubles fits, and 2^64 of the largest.
    static constexpr int kUnit = 2176;
    static constexpr std::size_t kLimbs = 136;
    /// A limb takes 2^31 additions before it would overflow; three times as many as there are runs.
    using Limbs = std::array<std::int64_t, kLimbs>;

    /// Finite numbers only.
    void add(double x) {
        const auto [mantissa, exponent, negative] = parts(x);
        add(mantissa, exponent + kUnit, negative);
    }
    void add_product(double x, double y) {
        const auto [a, ea, na] = parts(x);
        const auto [b, eb, nb] = parts(y);
        const u128 product = u128{a} * b;
        const int at = ea + eb + kUnit;
        add(static_cast<std::uint64_t>(product), at, na != nb);
        add(static_cast<std::uint64_t>(product >> 64), at + 64, na != nb);
    }
    void merge(const ExactSum& other) {
        for (std::size_t i = 0; i < kLimbs; ++i) limbs_[i] += other.limbs_[i];
    }
    /// Rounded once, to nearest; infinite where it is beyond the doubles.
    [[nodiscard]] double value() const;

    [[nodiscard]] Limbs& limbs() { return limbs_; }
    [[nodiscard]] const Limbs& limbs() const { return limbs_; }

   private:
    struct Parts {
        std::uint64_t mantissa;
        int exponent;  ///< of the mantissa's last bit
        bool negative;
    };
    static Parts parts(double x) {
        const auto bits = std::bit_cast<std::uint64_t>(x);
        const auto exponent = static_cast<int>(bits >> 52 & 0x7ff);
        const std::uint64_t fraction = bits & 0xfffffffffffffull;
        return {exponent == 0 ? fraction : fraction | 0x10000000000000ull, (exponent == 0 ? 1 : exponent) - 1075,
                (bits >> 63) != 0};
    }
    void add(std::uint64_t v, int at, bool negative) {
        if (v == 0) return;
        const u128 shifted = u128{v} << (at & 31);
        const auto i = static_cast<std::size_t>(at >> 5);
        const auto low = static_cast<std::int64_t>(static_cast<std::uint32_t>(shifted)),
                   middle = static_cast<std::int64_t>(static_cast<std::uint32_t>(shifted >> 32)),
                   high = static_cast<std::int64_t>(static_cast<std::uint32_t>(shifted >> 64));
        limbs_[i] += negative ? -low : low;
        limbs_[i + 1] += negative ? -middle : middle;
        if (high != 0) limbs_[i + 2] += negative ? -high : high;
    }

    Limbs limbs_{};
};

/// n * squares - sum^2, taken exactly, then its root over n (n - 1): the standard deviation of n values. 0 for one.
[[nodiscard]] double deviation(const ExactSum& sum, const ExactSum& squares, std::uint64_t n);

}  // namespace assay::sim
