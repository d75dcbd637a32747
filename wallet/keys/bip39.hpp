// BIP-39: a secret as 12, 15, 18, 21 or 24 English words.
//
//   ASSAY_TRY(SecureString words, mnemonic_from_entropy(entropy));      // 16..32 bytes -> 12..24 words
//   ASSAY_TRY(SecureBytes back, entropy_from_mnemonic(words.view()));   // checksum verified, nearest word suggested
//   SecureBytes seed = seed_from_mnemonic(words.view(), passphrase);    // 64 bytes for BIP-32
#pragma once

#include <array>
#include <string_view>

#include "base/result.hpp"
#include "wallet/keys/secure.hpp"

namespace assay::wallet {

extern const std::array<std::string_view, 2048> kEnglishWords;

/// `entropy` is 16, 20, 24, 28 or 32 bytes. Errors: bad_mnemonic.
[[nodiscard]] Result<SecureString> mnemonic_from_entropy(ByteView entropy);
/// Words in any letter case, parted by any blanks. Errors: bad_mnemonic, which names the place of a wrong word and the
/// words that may have been meant, never the other words; for a wrong checksum what one slip would explain.
[[nodiscard]] Result<SecureBytes> entropy_from_mnemonic(std::string_view words);
/// PBKDF2-HMAC-SHA512, 2048 rounds, salt "mnemonic" + passphrase. The words must be in the form that
/// mnemonic_from_entropy writes; the passphrase is taken as its bytes (NFKD is the caller's: ASCII needs none).
[[nodiscard]] SecureBytes seed_from_mnemonic(std::string_view words, std::string_view passphrase);

}  // namespace assay::wallet
