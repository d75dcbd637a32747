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

#include "base/amount.hpp"

namespace assay {

class Wide {
   public:
    constexpr Wide() = default;
    constexpr explicit Wide(u128 v) : limbs_{static_cast<std::uint64_t>(v), static_cast<std::uint64_t>(v >> 64)} {}

    [[nodiscard]] constexpr u128 low128() const { return u128(limbs_[1]) << 64 | limbs_[0]; }
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
        u128 carry = 0;
        for (std::size_t i = 0; i < kLimbs; ++i) {
            carry += u128{a.limbs_[i]} + b.limbs_[i];
            out.limbs_[i] = static_cast<std::uint64_t>(carry);
            carry >>= 64;
        }
        return out;
    }
    constexpr friend Wide operator-(const Wide& a, const Wide& b) {
        Wide out;
        std::uint64_t borrow = 0;
        for (std::size_t i = 0; i < kLimbs; ++i) {
            const u128 take = u128{b.limbs_[i]} + borrow;
            borrow = take > a.limbs_[i] ? 1 : 0;
            out.limbs_[i] = a.limbs_[i] - static_cast<std::uint64_t>(take);
        }
        return out;
    }
    constexpr friend Wide operator*(const Wide& a, const Wide& b) {
        Wide out;
        const std::size_t have_a = a.used(), have_b = b.used();
        for (std::size_t i = 0; i < have_a; ++i) {
            u128 carry = 0;
            for (std::size_t j = 0; j <= have_b && i + j < kLimbs; ++j) {  // one more, for the carry
                carry += out.limbs_[i + j];
                if (j < have_b) carry += u128{a.limbs_[i]} * b.limbs_[j];
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
    /// floor(a / b), limb by limb: Knuth, The Art of Computer Programming 4.3.1, algorithm D.
    constexpr friend Wide operator/(const Wide& a, const Wide& b) {
        Wide out;
        const std::size_t m = a.used(), n = b.used();
        if (n == 0 || m < n) return out;
        if (n == 1) {
            u128 rest = 0;
            for (std::size_t i = m; i-- > 0;) {
                rest = rest << 64 | a.limbs_[i];
                out.limbs_[i] = static_cast<std::uint64_t>(rest / b.limbs_[0]);
                rest %= b.limbs_[0];
            }
            return out;
        }
        // Shifted so that the divisor's highest bit is set; one more limb for what leaves the dividend.
        const auto shift = static_cast<unsigned>(std::countl_zero(b.limbs_[n - 1]));
        const Wide v = b << shift, low = a << shift;
        std::array<std::uint64_t, kLimbs + 1> u{};
        for (std::size_t i = 0; i < kLimbs; ++i) u[i] = low.limbs_[i];
        if (shift != 0) u[kLimbs] = a.limbs_[kLimbs - 1] >> (64 - shift);
        const std::uint64_t first = v.limbs_[n - 1], second = v.limbs_[n - 2];
        for (std::size_t j = m - n + 1; j-- > 0;) {
            const u128 top = u128{u[j + n]} << 64 | u[j + n - 1];
            u128 q = top / first, rest = top % first;  // at most two too large once it fits a limb
            while (q >> 64 != 0 || q * second > (rest << 64 | u[j + n - 2])) {
                --q;
                rest += first;
                if (rest >> 64 != 0) break;
            }
            std::uint64_t borrow = 0;
            u128 carry = 0;
            const auto take = [&](std::size_t at, std::uint64_t amount) {
                const u128 less = u128{amount} + borrow;
                borrow = less > u[at] ? 1 : 0;
                u[at] -= static_cast<std::uint64_t>(less);
            };
            for (std::size_t i = 0; i < n; ++i) {
                carry += q * v.limbs_[i];
                take(i + j, static_cast<std::uint64_t>(carry));
                carry >>= 64;
            }
            take(j + n, static_cast<std::uint64_t>(carry));
            if (borrow != 0) {  // one too large after all: add the divisor back
                --q;
                carry = 0;
                for (std::size_t i = 0; i < n; ++i) {
                    carry += u128{u[i + j]} + v.limbs_[i];
                    u[i + j] = static_cast<std::uint64_t>(carry);
                    carry >>= 64;
                }
                u[j + n] += static_cast<std::uint64_t>(carry);
            }
            out.limbs_[j] = static_cast<std::uint64_t>(q);
        }
        return out;
    }

   private:
    static constexpr std::size_t kLimbs = 8;
    /// Limbs up to the highest that is not zero.
    [[nodiscard]] constexpr std::size_t used() const {
        std::size_t n = kLimbs;
        while (n > 0 && limbs_[n - 1] == 0) --n;
        return n;
    }
    std::array<std::uint64_t, kLimbs> limbs_{};
};

}  // namespace assay
