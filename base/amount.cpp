#include "base/amount.hpp"

#include <algorithm>
#include <bit>

namespace assay {
namespace {

struct Wide {
    u128 high;
    u128 low;
};

// Schoolbook 128 x 128 -> 256 on 64-bit halves.
Wide multiply(u128 a, u128 b) {
    constexpr u128 kMask = ~std::uint64_t{0};
    const u128 a0 = a & kMask, a1 = a >> 64, b0 = b & kMask, b1 = b >> 64;
    const u128 p00 = a0 * b0, p01 = a0 * b1, p10 = a1 * b0, p11 = a1 * b1;
    const u128 middle = (p00 >> 64) + (p01 & kMask) + (p10 & kMask);
    return {p11 + (p01 >> 64) + (p10 >> 64) + (middle >> 64), (middle << 64) | (p00 & kMask)};
}

struct Quotient {
    u128 value;
    u128 remainder;
};

// One digit of a long division in base 2^64: (rest, next) / d, where d has its highest bit set and rest < d.
// Knuth, The Art of Computer Programming 2, 4.3.1, algorithm D: the estimate by the upper half of d is too large by two
// at most, and the lower half says by how much.
std::uint64_t divide_digit(u128& rest, std::uint64_t next, u128 d) {
    const auto d1 = static_cast<std::uint64_t>(d >> 64);
    const u128 d0 = d & ~std::uint64_t{0};
    u128 q = u128{1} << 64, over = static_cast<std::uint64_t>(rest);
    if (rest >> 64 < d1) {  // else they are equal, and the estimate is more than a digit can be
        const Divided estimate = divide_short(rest, d1);
        q = estimate.quotient;
        over = estimate.rest;
    }
    while ((q >> 64) != 0 || q * d0 > ((over << 64) | next)) {
        --q;
        over += d1;
        if ((over >> 64) != 0) break;
    }
    rest = ((rest << 64) | next) - q * d;  // modulo 2^128, exact: what is left is below d
    return static_cast<std::uint64_t>(q);
}

// A 256-bit number whose high half is below the divisor, so the quotient fits 128 bits.
Quotient divide(Wide n, u128 d) {
    if (n.high == 0 && (d >> 64) != 0) {
        const u128 q = n.low / d;
        return {q, n.low - q * d};
    }
    const auto upper = static_cast<std::uint64_t>(d >> 64);
    if (upper == 0) {  // then the high half of n is as short
        const auto low = static_cast<std::uint64_t>(d);
        const Divided first = divide_short((n.high << 64) | (n.low >> 64), low);
        const Divided second = divide_short((u128{first.rest} << 64) | static_cast<std::uint64_t>(n.low), low);
        return {(u128{first.quotient} << 64) | second.quotient, second.rest};
    }
    const int shift = std::countl_zero(upper);
    if (shift > 0) n = {(n.high << shift) | (n.low >> (128 - shift)), n.low << shift};
    u128 rest = n.high;
    const u128 high = divide_digit(rest, static_cast<std::uint64_t>(n.low >> 64), d << shift);
    const u128 low = divide_digit(rest, static_cast<std::uint64_t>(n.low), d << shift);
    return {(high << 64) | low, rest >> shift};
}

Result<Quotient> divided(u128 a, u128 b, u128 c) {
    if (c == 0) return {Code::overflow, "a division by zero"};
    const Wide product = multiply(a, b);
    if (product.high >= c) return {Code::overflow, "a product over a divisor passes 2^128 - 1"};
    return divide(product, c);
}

}  // namespace

Result<u128> mul_div_wide(u128 a, u128 b, u128 c) {
    ASSAY_TRY(Quotient q, divided(a, b, c));
    return q.value;
}

Result<u128> mul_div_ceil_wide(u128 a, u128 b, u128 c) {
    ASSAY_TRY(Quotient q, divided(a, b, c));
    if (q.remainder == 0) return q.value;
    if (q.value == ~u128{0}) return {Code::overflow, "a product over a divisor passes 2^128 - 1"};
    return q.value + 1;
}

std::string to_digits(u128 units) {
    std::string out;
    do {
        out.push_back(static_cast<char>('0' + static_cast<int>(units % 10)));
        units /= 10;
    } while (units != 0);
    std::reverse(out.begin(), out.end());
    return out;
}

namespace {
Result<u128> append_digits(u128 start, std::string_view digits) {
    u128 out = start;
    for (char c : digits) {
        if (c < '0' || c > '9') return {Code::bad_amount, "an amount has only digits"};
        if (__builtin_mul_overflow(out, u128{10}, &out) || __builtin_add_overflow(out, u128(c - '0'), &out))
            return {Code::bad_amount, "an amount is at most 2^128 - 1 base units"};
    }
    return out;
}
}  // namespace

Result<u128> parse_digits(std::string_view text) {
    if (text.empty()) return {Code::bad_amount, "an amount is empty"};
    if (text.size() > 1 && text[0] == '0') return {Code::bad_amount, "an amount has no leading zero"};
    if (text.size() > 39) return {Code::bad_amount, "an amount is at most 2^128 - 1 base units"};
    return append_digits(0, text);
}

Result<u128> parse_decimal(std::string_view text, unsigned decimals) {
    const auto dot = text.find('.');
    const auto whole = text.substr(0, dot);
    const auto fraction = dot == std::string_view::npos ? std::string_view{} : text.substr(dot + 1);
    if (whole.empty() || (dot != std::string_view::npos && fraction.empty()))
        return {Code::bad_amount, "an amount is written as 12 or 12.5"};
    if (whole.size() > 1 && whole[0] == '0') return {Code::bad_amount, "an amount has no leading zero"};
    if (fraction.size() > decimals)
        return {Code::bad_amount, "the amount has " + std::to_string(fraction.size()) + " decimals, the token has " +
                                      std::to_string(decimals)};
    if (whole.size() > 39) return {Code::bad_amount, "an amount is at most 2^128 - 1 base units"};
    ASSAY_TRY(u128 units, append_digits(0, whole));
    ASSAY_TRY(units, append_digits(units, fraction));
    for (std::size_t i = fraction.size(); i < decimals; ++i) {
        ASSAY_TRY(units, append_digits(units, "0"));
    }
    return units;
}

std::string format_decimal(u128 units, unsigned decimals) {
    std::string digits = to_digits(units);
    if (decimals == 0) return digits;
    if (digits.size() <= decimals) digits.insert(0, decimals + 1 - digits.size(), '0');
    std::string fraction = digits.substr(digits.size() - decimals);
    digits.resize(digits.size() - decimals);
    while (!fraction.empty() && fraction.back() == '0') fraction.pop_back();
    return fraction.empty() ? digits : digits + "." + fraction;
}

}  // namespace assay
