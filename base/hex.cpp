#include "base/hex.hpp"

namespace assay {

std::string to_hex(ByteView bytes) {
    static constexpr char kDigits[] = "0123456789abcdef";
    std::string out;
    out.reserve(2 * bytes.size());
    for (auto b : bytes) {
        out.push_back(kDigits[b >> 4]);
        out.push_back(kDigits[b & 15]);
    }
    return out;
}

Result<Bytes> from_hex(std::string_view text) {
    if (text.size() % 2 != 0) return {Code::bad_hex, "an odd number of hex digits"};
    Bytes out;
    out.reserve(text.size() / 2);
    unsigned high = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        unsigned digit;
        if (c >= '0' && c <= '9')
            digit = static_cast<unsigned>(c - '0');
        else if (c >= 'a' && c <= 'f')
            digit = static_cast<unsigned>(c - 'a' + 10);
        else
            return {Code::bad_hex, "not a lower-case hex digit at position " + std::to_string(i)};
        if (i % 2 == 0)
            high = digit;
        else
            out.push_back(static_cast<std::uint8_t>(high << 4 | digit));
    }
    return out;
}

}  // namespace assay
