// Amount: a checked 128-bit count of base units. Money is never floating point and never wraps.
//
//   ASSAY_TRY(Amount total, add(a, b));                  // Code::overflow instead of a wrapped number
//   ASSAY_TRY(Amount part, mul_div(total, num, den));    // floor(total * num / den), 256-bit inside
#pragma once

#include <compare>
#include <cstdint>
#include <string>

#include "base/result.hpp"

namespace assay {

using u128 = unsigned __int128;

/// Base units of the token. Also used for credits in micro-USD through the type Credits below.
template <class Tag>
struct Quantity {
    u128 units = 0;

    constexpr auto operator<=>(const Quantity&) const = default;
    [[nodiscard]] constexpr bool is_zero() const { return units == 0; }
    static constexpr Quantity max() { return Quantity{~u128{0}}; }
};

using Amount = Quantity<struct AmountTag>;    ///< token base units
using Credits = Quantity<struct CreditsTag>;  ///< micro-USD

template <class Tag>
[[nodiscard]] Result<Quantity<Tag>> add(Quantity<Tag> a, Quantity<Tag> b) {
    u128 out;
    if (__builtin_add_overflow(a.units, b.units, &out)) return {Code::overflow, "a sum passes 2^128 - 1"};
    return Quantity<Tag>{out};
}
template <class Tag>
[[nodiscard]] Result<Quantity<Tag>> sub(Quantity<Tag> a, Quantity<Tag> b) {
    if (b.units > a.units) return {Code::overflow, "a difference is below zero"};
    return Quantity<Tag>{a.units - b.units};
}
/// a - b, or zero where b is larger. For rules that say "at least nothing".
template <class Tag>
[[nodiscard]] constexpr Quantity<Tag> sub_or_zero(Quantity<Tag> a, Quantity<Tag> b) {
    return Quantity<Tag>{a.units > b.units ? a.units - b.units : 0};
}
template <class Tag>
[[nodiscard]] constexpr Quantity<Tag> min_of(Quantity<Tag> a, Quantity<Tag> b) {
    return a < b ? a : b;
}

/// A quotient and what is left.
struct Divided {
    std::uint64_t quotient, rest;
};
/// n / d where the quotient fits 64 bits, so n < d x 2^64: one instruction where there is one.
[[nodiscard]] inline Divided divide_short(u128 n, std::uint64_t d) {
#if defined(__x86_64__)
    Divided out{};
    __asm__("divq %4"
            : "=a"(out.quotient), "=d"(out.rest)
            : "0"(static_cast<std::uint64_t>(n)), "1"(static_cast<std::uint64_t>(n >> 64)), "r"(d)
            : "cc");
    return out;
#else
    return {static_cast<std::uint64_t>(n / d), static_cast<std::uint64_t>(n % d)};
#endif
}

/// n / d for any n; d is not zero.
[[nodiscard]] inline u128 divide_by_word(u128 n, std::uint64_t d) {
    const auto high = static_cast<std::uint64_t>(n >> 64), low = static_cast<std::uint64_t>(n);
    if (high == 0) return low / d;
    return (u128{high / d} << 64) | divide_short((u128{high % d} << 64) | low, d).quotient;
}

// What the two below do with numbers of any length.
[[nodiscard]] Result<u128> mul_div_wide(u128 a, u128 b, u128 c);
[[nodiscard]] Result<u128> mul_div_ceil_wide(u128 a, u128 b, u128 c);

/// floor(a*b/c) with a 256-bit intermediate. Errors: c == 0, or the result passes 2^128 - 1.
[[nodiscard, gnu::always_inline]] inline Result<u128> mul_div(u128 a, u128 b, u128 c) {
    // Words of 64 bits are what amounts nearly always are.
    if (((a | b | c) >> 64) == 0 && ((a * b) >> 64) < c)
        return u128{divide_short(a * b, static_cast<std::uint64_t>(c)).quotient};
    return mul_div_wide(a, b, c);
}
/// ceil(a*b/c), for whoever pays.
[[nodiscard, gnu::always_inline]] inline Result<u128> mul_div_ceil(u128 a, u128 b, u128 c) {
    if (((a | b | c) >> 64) == 0 && ((a * b) >> 64) < c) {
        const Divided d = divide_short(a * b, static_cast<std::uint64_t>(c));
        return u128{d.quotient} + (d.rest != 0 ? 1 : 0);
    }
    return mul_div_ceil_wide(a, b, c);
}

template <class Tag>
[[nodiscard]] Result<Quantity<Tag>> mul_div(Quantity<Tag> a, u128 b, u128 c) {
    ASSAY_TRY(u128 out, mul_div(a.units, b, c));
    return Quantity<Tag>{out};
}

/// Parts per billion, PROTOCOL §1.
struct Ppb {
    std::uint64_t value = 0;
    static constexpr std::uint64_t kOne = 1'000'000'000;
    constexpr auto operator<=>(const Ppb&) const = default;
};

/// floor(a * share). A share above one is allowed; the result is checked.
template <class Tag>
[[nodiscard]] Result<Quantity<Tag>> share_of(Quantity<Tag> a, Ppb share) {
    return mul_div(a, share.value, Ppb::kOne);
}

/// Decimal digits of base units, as JSON carries them: "12500000".
[[nodiscard]] std::string to_digits(u128 units);
/// Only digits, no sign, no leading zero (except "0"), at most 2^128 - 1. Errors: bad_amount.
[[nodiscard]] Result<u128> parse_digits(std::string_view text);
/// "12.5" with `decimals` fraction digits at most: more are an error, never a rounding. Errors: bad_amount.
[[nodiscard]] Result<u128> parse_decimal(std::string_view text, unsigned decimals);
/// Whole tokens for people: 12500000 with 6 decimals is "12.5".
[[nodiscard]] std::string format_decimal(u128 units, unsigned decimals);

}  // namespace assay
