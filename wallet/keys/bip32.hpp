// BIP-32: a tree of keys from one seed. Private derivation only; a path is text like m/44'/8710'/0'/0/0.
//
//   ASSAY_TRY(ExtendedKey master, ExtendedKey::from_seed(seed));
//   ASSAY_TRY(ExtendedKey key, master.derive(account_path(0, 0)));
#pragma once

#include <string>

#include "base/result.hpp"
#include "wallet/keys/secure.hpp"

namespace assay::wallet {

struct ExtendedKey {
    SecureBytes secret;      ///< 32 bytes
    SecureBytes chain_code;  ///< 32 bytes: with a parent's public key it gives siblings away, so it is a secret, too
    std::uint8_t depth = 0;
    std::uint32_t parent_fingerprint = 0;
    std::uint32_t child = 0;

    /// 16 to 64 bytes of seed. Errors: bad_key.
    static Result<ExtendedKey> from_seed(ByteView seed);
    /// Indices from 2^31 on are hardened. Errors: bad_key (depth 255, or the one in 2^127 indices that has no key).
    [[nodiscard]] Result<ExtendedKey> child_key(std::uint32_t index) const;
    /// "m", "m/0'/1": hardened by ' or h. Errors: bad_key with the place.
    [[nodiscard]] Result<ExtendedKey> derive(std::string_view path) const;
    /// Compressed public key, 33 bytes.
    [[nodiscard]] Bytes compressed_public() const;
};

/// The number that stands for Assay in the second place of a path (docs/wallet.md).
inline constexpr std::uint32_t kCoinType = 8710;
/// m/44'/8710'/account'/0/index
[[nodiscard]] std::string account_path(std::uint32_t account, std::uint32_t index);

}  // namespace assay::wallet
