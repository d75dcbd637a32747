// An account's public half (BIP-32): addresses of all its keys, and no signature. Who also gets one secret key of the
// account can compute the others, so it is shown to those who may watch, and to nobody else.
//
//   ASSAY_TRY(ExtendedPublicKey account, ExtendedPublicKey::parse("xpub6…"));       // m/44'/8710'/0'
//   ASSAY_TRY(PublicKey key, account.key_at(5));                                    // of m/44'/8710'/0'/0/5
#pragma once

#include <string>

#include "wallet/keys/bip32.hpp"

namespace assay::wallet {

struct ExtendedPublicKey {
    Bytes point;       ///< compressed, 33 bytes
    Bytes chain_code;  ///< 32 bytes
    std::uint8_t depth = 0;
    std::uint32_t parent_fingerprint = 0;
    std::uint32_t child = 0;

    [[nodiscard]] static ExtendedPublicKey of(const ExtendedKey& key);
    /// Base58Check with the version of `xpub`. Errors: bad_key (letters, length, checksum, a secret `xprv`, no point).
    static Result<ExtendedPublicKey> parse(std::string_view text);
    [[nodiscard]] std::string text() const;
    /// Not hardened: below 2^31. Errors: bad_key.
    [[nodiscard]] Result<ExtendedPublicKey> child_key(std::uint32_t index) const;
    /// The key at 0/index, as transactions carry it.
    [[nodiscard]] Result<PublicKey> key_at(std::uint32_t index) const;
};

/// x (64 hex digits), compressed (66) or x|y with even y (128). Errors: bad_key.
[[nodiscard]] Result<PublicKey> public_key_from_hex(std::string_view text);

}  // namespace assay::wallet
