#include "tokenomics/sim/text.hpp"

#include <charconv>
#include <cmath>

namespace assay::sim {

std::string shortest(double x) {
    if (!std::isfinite(x)) return "";
    char out[40];
    const auto end = std::to_chars(out, out + sizeof out, x == 0 ? 0.0 : x);  // no minus before a zero
    return {out, end.ptr};
}

std::string json_text(std::string_view s) {
    constexpr char kHex[] = "0123456789abcdef";
    std::string out = "\"";
    for (const char c : s) {
        const auto byte = static_cast<unsigned char>(c);
        if (byte < 0x20) {
            out += std::string("\\u00") + kHex[byte >> 4] + kHex[byte & 15];
            continue;
        }
        if (c == '"' || c == '\\') out.push_back('\\');
        out.push_back(c);
    }
    return out + "\"";
}

}  // namespace assay::sim
