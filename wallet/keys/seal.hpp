// Passwords to keys (scrypt), and authenticated encryption (AES-256-GCM). Crypto++ stays behind seal.cpp.
#pragma once

#include <optional>

#include "wallet/keys/keystore.hpp"

namespace assay::wallet {

inline constexpr std::size_t kNonceSize = 12;
inline constexpr std::size_t kTagSize = 16;

/// 32 bytes; takes 128 N r bytes of memory.
[[nodiscard]] SecureBytes stretch(std::string_view password, ByteView salt, Kdf kdf);
/// Ciphertext and, behind it, the tag. A nonce is used once with a key: each file has its own salt and nonce.
[[nodiscard]] Bytes seal(const SecureBytes& key, ByteView nonce, ByteView authenticated, const SecureBytes& plain);
/// Nothing when the tag does not match.
[[nodiscard]] std::optional<SecureBytes> unseal(const SecureBytes& key, ByteView nonce, ByteView authenticated,
                                                ByteView sealed);

}  // namespace assay::wallet
