// How CometBFT writes bytes in JSON, and what it calls a key.
#pragma once

#include <string>

#include "base/bytes.hpp"

namespace assay::node {

/// Standard alphabet, padded, on one line.
[[nodiscard]] std::string to_base64(ByteView bytes);
/// The first 20 bytes of SHA-256 of an Ed25519 key, in upper-case hex: a validator in CometBFT's files and answers.
[[nodiscard]] std::string comet_address(const Hash& public_key);

}  // namespace assay::node
