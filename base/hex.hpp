// Lower-case hex without a prefix.
#pragma once

#include <string>

#include "base/bytes.hpp"
#include "base/result.hpp"

namespace assay {

[[nodiscard]] std::string to_hex(ByteView bytes);
/// Lower case only, an even count. Errors: bad_hex with the position.
[[nodiscard]] Result<Bytes> from_hex(std::string_view text);

template <class Fixed>
[[nodiscard]] Result<Fixed> fixed_from_hex(std::string_view text) {
    if (text.size() != 2 * Fixed::kSize)
        return {Code::bad_hex,
                "expected " + std::to_string(2 * Fixed::kSize) + " hex digits, got " + std::to_string(text.size())};
    ASSAY_TRY(Bytes raw, from_hex(text));
    return Fixed::from(raw);
}

}  // namespace assay
