// Numbers as the state of an unfinished result holds them: little-endian, counts in as few bytes as they need.
//
//   put_count(out, 300);                          // two bytes
//   ASSAY_TRY(std::uint64_t n, take_count(in));   // and `in` begins behind them
#pragma once

#include <bit>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace assay::sim {

inline void put_count(std::string& out, std::uint64_t v) {
    for (; v >= 128; v >>= 7) out += static_cast<char>(v | 128);
    out += static_cast<char>(v);
}
inline void put_signed(std::string& out, std::int64_t v) {
    put_count(out, static_cast<std::uint64_t>(v) << 1 ^ static_cast<std::uint64_t>(v >> 63));
}
inline void put_double(std::string& out, double x) {
    const auto bits = std::bit_cast<std::uint64_t>(x);
    for (int i = 0; i < 64; i += 8) out += static_cast<char>(bits >> i);
}
inline void put_text(std::string& out, std::string_view s) {
    put_count(out, s.size());
    out += s;
}

inline Error state_error() {
    return {Code::bad_state_file, "the state of the result is not as it was written"};
}
[[nodiscard]] inline Result<std::uint64_t> take_count(std::string_view& in) {
    std::uint64_t v = 0;
    for (int shift = 0; shift < 64; shift += 7) {
        if (in.empty()) break;
        const auto b = static_cast<std::uint8_t>(in.front());
        in.remove_prefix(1);
        v |= std::uint64_t{b & 127u} << shift;
        if (b < 128) return v;
    }
    return state_error();
}
[[nodiscard]] inline Result<std::int64_t> take_signed(std::string_view& in) {
    ASSAY_TRY(const std::uint64_t v, take_count(in));
    return static_cast<std::int64_t>(v >> 1 ^ (~(v & 1) + 1));
}
[[nodiscard]] inline Result<double> take_double(std::string_view& in) {
    if (in.size() < 8) return state_error();
    std::uint64_t bits = 0;
    for (int i = 0; i < 8; ++i)
        bits |= std::uint64_t{static_cast<std::uint8_t>(in[static_cast<std::size_t>(i)])} << 8 * i;
    in.remove_prefix(8);
    return std::bit_cast<double>(bits);
}
[[nodiscard]] inline Result<std::string> take_text(std::string_view& in) {
    ASSAY_TRY(const std::uint64_t n, take_count(in));
    if (n > in.size()) return state_error();
    std::string out(in.substr(0, n));
    in.remove_prefix(n);
    return out;
}

}  // namespace assay::sim
