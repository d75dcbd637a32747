// 512-bit unsigned integers of fixed size, for fixed-point rules whose products outgrow 256 bits. Total: sums, shifts
// and products are modulo 2^512, so whoever uses it keeps its factors within bounds; division by zero gives zero.
//
//   Wide q = (Wide(a) * Wide(b)) >> 128;       // floor(a x b / 2^128), nothing lost on the way
#pragma once

#include <array>
#include <bit>
#include <compare>
#include <cstddef>
#include <cstdint>

namespace assay {

class Wide {
   public:
    constexpr Wide() = default;
    constexpr explicit Wide(unsigned __int128 v)
        : limbs_{static_cast<std::uint64_t>(v), static_cast<std::uint64_t>(v >> 64)} {}

    [[nodiscard]] constexpr unsigned __int128 low128() const {
        return static_cast<unsigned __int128>(limbs_[1]) << 64 | limbs_[0];
    }
    [[nodiscard]] constexpr bool fits128() const { return bits() <= 128; }
    /// Place of the highest bit that is set, counted from one; 0 for zero.
    [[nodiscard]] constexpr unsigned bits() const {
        for (std::size_t i = kLimbs; i-- > 0;)
            if (limbs_[i] != 0) return static_cast<unsigned>(64 * i) + static_cast<unsigned>(std::bit_width(limbs_[i]));
        return 0;
    }

    constexpr friend bool operator==(const Wide&, const Wide&) = default;
    constexpr friend std::strong_ordering operator<=>(const Wide& a, const Wide& b) {
        for (std::size_t i = kLimbs; i-- > 0;)
            if (a.limbs_[i] != b.limbs_[i]) return a.limbs_[i] <=> b.limbs_[i];
        return std::strong_ordering::equal;
    }
    constexpr friend Wide operator+(const Wide& a, const Wide& b) {
        Wide out;
        unsigned __int128 carry = 0;
        for (std::size_t i = 0; i < kLimbs; ++i) {
            carry += static_cast<unsigned __int128>(a.limbs_[i]) + b.limbs_[i];
            out.limbs_[i] = static_cast<std::uint64_t>(carry);
            carry >>= 64;
        }
        return out;
    }
    constexpr friend Wide operator-(const Wide& a, const Wide& b) {
        Wide out;
        std::uint64_t borrow = 0;
        for (std::size_t i = 0; i < kLimbs; ++i) {
            const unsigned __int128 take = static_cast<unsigned __int128>(b.limbs_[i]) + borrow;
            borrow = take > a.limbs_[i] ? 1 : 0;
            out.limbs_[i] = a.limbs_[i] - static_cast<std::uint64_t>(take);
        }
        return out;
    }
    constexpr friend Wide operator*(const Wide& a, const Wide& b) {
        Wide out;
        const std::size_t have_a = (a.bits() + 63) / 64, have_b = (b.bits() + 63) / 64;
        for (std::size_t i = 0; i < have_a; ++i) {
            unsigned __int128 carry = 0;
            for (std::size_t j = 0; j <= have_b && i + j < kLimbs; ++j) {  // one more, for the carry
                carry += out.limbs_[i + j];
                if (j < have_b) carry += static_cast<unsigned __int128>(a.limbs_[i]) * b.limbs_[j];
                out.limbs_[i + j] = static_cast<std::uint64_t>(carry);
                carry >>= 64;
            }
        }
        return out;
    }
    constexpr friend Wide operator<<(const Wide& a, unsigned n) {
        Wide out;
        const std::size_t whole = n / 64;
        const unsigned part = n % 64;
        for (std::size_t i = whole; i < kLimbs; ++i) {
            out.limbs_[i] = a.limbs_[i - whole] << part;
            if (part != 0 && i > whole) out.limbs_[i] |= a.limbs_[i - whole - 1] >> (64 - part);
        }
        return out;
    }
    constexpr friend Wide operator>>(const Wide& a, unsigned n) {
        Wide out;
        const std::size_t whole = n / 64;
        const unsigned part = n % 64;
        for (std::size_t i = 0; i + whole < kLimbs; ++i) {
            out.limbs_[i] = a.limbs_[i + whole] >> part;
            if (part != 0 && i + whole + 1 < kLimbs) out.limbs_[i] |= a.limbs_[i + whole + 1] << (64 - part);
        }
        return out;
    }
    /// floor(a / b), bit by bit: once an epoch, not once a transaction.
    constexpr friend Wide operator/(const Wide& a, const Wide& b) {
        Wide out, rest = a;
        const unsigned top = a.bits(), width = b.bits();
        if (width == 0 || top < width) return out;
        Wide shifted = b << (top - width);
        for (unsigned i = top - width + 1; i-- > 0;) {
            if (shifted <= rest) {
                rest = rest - shifted;
                out.limbs_[i / 64] |= std::uint64_t{1} << (i % 64);
            }
            shifted = shifted >> 1;
        }
        return out;
    }

   private:
    static constexpr std::size_t kLimbs = 8;
    std::array<std::uint64_t, kLimbs> limbs_{};
};

}  // namespace assay
