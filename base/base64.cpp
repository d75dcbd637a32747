#include "base/base64.hpp"

namespace assay {
namespace {

constexpr std::string_view kDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

}  // namespace

std::string to_base64(ByteView bytes) {
    std::string out;
    out.reserve((bytes.size() + 2) / 3 * 4);
    for (std::size_t i = 0; i < bytes.size(); i += 3) {
        const std::size_t n = std::min<std::size_t>(3, bytes.size() - i);
        std::uint32_t three = 0;
        for (std::size_t k = 0; k < 3; ++k) three = three << 8 | (k < n ? bytes[i + k] : 0u);
        for (std::size_t k = 0; k < 4; ++k) out += k <= n ? kDigits[three >> (18 - 6 * k) & 63] : '=';
    }
    return out;
}

Result<Bytes> from_base64(std::string_view text) {
    if (text.size() % 4 != 0) return {Code::bad_hex, "base64 has four characters for each three bytes"};
    Bytes out;
    out.reserve(text.size() / 4 * 3);
    for (std::size_t i = 0; i < text.size(); i += 4) {
        const bool last = i + 4 == text.size();
        std::size_t pad = 0;
        if (last && text[i + 3] == '=') pad = text[i + 2] == '=' ? 2 : 1;
        std::uint32_t three = 0;
        for (std::size_t k = 0; k < 4 - pad; ++k) {
            const auto digit = kDigits.find(text[i + k]);
            if (digit == std::string_view::npos)
                return {Code::bad_hex, "character " + std::to_string(i + k) + " is no base64"};
            three |= static_cast<std::uint32_t>(digit) << (18 - 6 * k);
        }
        if ((three & (pad == 2 ? 0xFFFFu : pad == 1 ? 0xFFu : 0u)) != 0)
            return {Code::bad_hex, "base64 has bits after its end"};
        for (std::size_t k = 0; k < 3 - pad; ++k) out.push_back(static_cast<std::uint8_t>(three >> (16 - 8 * k)));
    }
    return out;
}

}  // namespace assay
