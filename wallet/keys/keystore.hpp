// The encrypted key file and the folder of them. What stands in clear (name, address, public key, path) is
// authenticated with the secret: a changed byte anywhere gives wrong_password or keystore_malformed, never another key.
//
//   Keystore keys(home / "keys");
//   ASSAY_TRY(KeyInfo info, keys.create("alice", secret, password, Kdf::strong()));
//   ASSAY_TRY(Signer signer, keys.unlock("alice", password));
//
// docs/wallet.md has the format (version 1: scrypt and AES-256-GCM). Files are 0600 and replaced atomically.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "wallet/keys/signer.hpp"

namespace assay::wallet {

/// Cost of turning a password into a key: memory is 128 N r bytes.
struct Kdf {
    std::uint64_t n = 1u << 17;
    std::uint32_t r = 8;
    std::uint32_t p = 1;
    static Kdf strong() { return {}; }
    /// For tests and devnets: milliseconds, and no protection worth the name.
    static Kdf light() { return {1u << 12, 8, 1}; }
};

enum class KeyKind : std::uint8_t {
    secret,    ///< encrypted in its file
    watch,     ///< one key whose secret is elsewhere
    multisig,  ///< k of n keys
};
[[nodiscard]] std::string_view kind_word(KeyKind kind);

/// What a key file says without a password.
struct KeyInfo {
    std::string name;
    Address address;
    PublicKey public_key = {};  ///< zero where only the address is known, and of a multisig
    std::string path = {};  ///< where it comes from: a BIP-32 path, "secret" for a bare secret, xpub…/0/5 or nothing
    KeyKind kind = KeyKind::secret;
    Kdf kdf = {};                      ///< what a try of the password costs
    std::uint8_t threshold = 0;        ///< multisig: so many of `keys` sign
    std::vector<PublicKey> keys = {};  ///< multisig, in the order that its address has
};

/// What is encrypted.
struct KeySecret {
    SecureBytes secret;       ///< 32 bytes, the key that signs
    SecureBytes entropy;      ///< of the words; empty for a bare secret
    SecureString passphrase;  ///< of BIP-39
    std::string path = "secret";
};

/// From words to the key at m/44'/coin'/account'/0/index. Errors: bad_mnemonic, bad_key.
[[nodiscard]] Result<KeySecret> secret_from_entropy(ByteView entropy, const SecureString& passphrase,
                                                    std::uint32_t account, std::uint32_t index);
/// From 32 bytes in hex, as a devnet's genesis publishes them. Errors: bad_key.
[[nodiscard]] Result<KeySecret> secret_from_hex(std::string_view hex);

/// Letters, digits, '.', '_', '-': at most 64, beginning with a letter or digit. Errors: usage.
[[nodiscard]] Status check_key_name(std::string_view name);
/// Errors: weak_password, with the reason.
[[nodiscard]] Status check_password(std::string_view password);

/// The file of a key whose secret is elsewhere, checked as it will be read. Errors: bad_key, usage (name).
[[nodiscard]] Result<std::string> watch_file(const KeyInfo& key);

/// The text of a key file. Errors: bad_key.
[[nodiscard]] Result<std::string> encrypt_key(const std::string& name, const KeySecret& secret,
                                              std::string_view password, Kdf kdf);
/// Errors: keystore_malformed (also for an unknown version and for costs out of bounds), wrong_password, watch_only.
[[nodiscard]] Result<KeySecret> decrypt_key(std::string_view file, std::string_view password);
/// The clear part, not authenticated until the password is known. Errors: keystore_malformed.
[[nodiscard]] Result<KeyInfo> read_key_info(std::string_view file);

class Keystore {
   public:
    explicit Keystore(std::filesystem::path folder) : folder_(std::move(folder)) {}

    /// Ascending by name. Errors: io_error, keystore_malformed (names the file).
    [[nodiscard]] Result<std::vector<KeyInfo>> list() const;
    /// Errors: unknown_key (suggests the nearest name), keystore_malformed, io_error.
    [[nodiscard]] Result<KeyInfo> info(std::string_view name) const;
    /// Never replaces: already_exists. Errors also: usage (name), weak_password unless `kdf` is light, io_error.
    [[nodiscard]] Result<KeyInfo> create(const std::string& name, const KeySecret& secret, std::string_view password,
                                         Kdf kdf) const;
    /// The same for a key whose secret is elsewhere.
    [[nodiscard]] Result<KeyInfo> watch(const KeyInfo& key) const;
    /// Errors: unknown_key, wrong_password, keystore_malformed, io_error, watch_only.
    [[nodiscard]] Result<Signer> unlock(std::string_view name, std::string_view password) const;
    [[nodiscard]] Result<KeySecret> open(std::string_view name, std::string_view password) const;

    // Changes. Until the last step the old file is whole; whoever looks finds the old key or the new one.
    /// The name is sealed with the secret, so a secret key's password is needed; others ask for none.
    /// Errors: as open(), already_exists.
    [[nodiscard]] Result<KeyInfo> rename(std::string_view from, const std::string& to, std::string_view password) const;
    /// Errors: as open(), weak_password unless `kdf` is light.
    [[nodiscard]] Result<KeyInfo> change_password(std::string_view name, std::string_view old, std::string_view fresh,
                                                  Kdf kdf) const;
    /// Errors: unknown_key, io_error.
    [[nodiscard]] Status erase(std::string_view name) const;

    [[nodiscard]] const std::filesystem::path& folder() const { return folder_; }

   private:
    [[nodiscard]] std::filesystem::path file_of(std::string_view name) const;
    [[nodiscard]] Result<std::string> read(std::string_view name) const;
    std::filesystem::path folder_;
};

/// Writes beside `path`, syncs, and puts it there with `mode`: whoever looks sees the old file or the new one.
/// With `replace` false an existing file stays: already_exists. Errors: io_error.
[[nodiscard]] Status write_file_atomically(const std::filesystem::path& path, std::string_view text, unsigned mode,
                                           bool replace);
/// Takes it away, on disk too. Errors: io_error.
[[nodiscard]] Status remove_file(const std::filesystem::path& path);
/// At most `max_bytes`. Errors: io_error, not_found.
[[nodiscard]] Result<std::string> read_small_file(const std::filesystem::path& path, std::size_t max_bytes);

/// ~/.assay/wallet, or an error where the environment has no HOME.
[[nodiscard]] Result<std::filesystem::path> default_wallet_home();
/// Where a wallet's home keeps its keys.
[[nodiscard]] inline std::filesystem::path keys_folder(const std::filesystem::path& home) {
    return home / "keys";
}
/// The first line of a password file, without its line end; "-" is stdin. Errors: io_error, usage when it is empty.
[[nodiscard]] Result<SecureString> read_password_file(const std::string& path);

}  // namespace assay::wallet
