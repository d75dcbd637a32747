// Base64 of RFC 4648 with padding, as CometBFT's JSON has it.
//
//   to_base64(bytes)                    // "aGVsbG8="
//   ASSAY_TRY(Bytes b, from_base64(t))  // one valid form only
#pragma once

#include <string>
#include <string_view>

#include "base/bytes.hpp"
#include "base/result.hpp"

namespace assay {

[[nodiscard]] std::string to_base64(ByteView bytes);
/// Errors: bad_hex where it is no base64: another character, missing padding, bits after the end.
[[nodiscard]] Result<Bytes> from_base64(std::string_view text);

}  // namespace assay
