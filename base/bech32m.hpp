// Addresses for people: bech32m (BIP-350) over the 32 bytes of an Address with the network's prefix.
#pragma once

#include <string>
#include <string_view>

#include "base/bytes.hpp"
#include "base/result.hpp"

namespace assay {

/// `prefix` is 1..20 characters of a-z 0-9.
[[nodiscard]] std::string encode_address(std::string_view prefix, const Address& address);
/// Errors: bad_prefix (says which was expected), bad_checksum (says where, when one character is wrong), bad_address.
[[nodiscard]] Result<Address> decode_address(std::string_view prefix, std::string_view text);

/// The general form, for test vectors and other payloads: data in 8-bit bytes.
[[nodiscard]] std::string bech32m_encode(std::string_view prefix, ByteView data);
struct Bech32mParts {
    std::string prefix;
    Bytes data;
};
[[nodiscard]] Result<Bech32mParts> bech32m_decode(std::string_view text);

}  // namespace assay
