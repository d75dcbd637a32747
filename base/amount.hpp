// Amount: a checked 128-bit count of base units. Money is never floating point and never wraps.
//
//   ASSAY_TRY(Amount total, add(a, b));                  // Code::overflow instead of a wrapped number
//   ASSAY_TRY(Amount part, mul_div(total, num, den));    // floor(total * num / den), 256-bit inside
#pragma once

#include <compare>
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

/// floor(a*b/c) with a 256-bit intermediate. Errors: c == 0, or the result passes 2^128 - 1.
[[nodiscard]] Result<u128> mul_div(u128 a, u128 b, u128 c);
/// ceil(a*b/c), for whoever pays.
[[nodiscard]] Result<u128> mul_div_ceil(u128 a, u128 b, u128 c);

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
