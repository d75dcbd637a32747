// A home's keys as one encrypted file, to bring them to another machine.
//
//   ASSAY_TRY_VOID(export_keys(home, KeyKind::consensus, "validator.key", password));   // retires them here
//   ASSAY_TRY_VOID(import_keys(home, KeyKind::consensus, "validator.key", password));   // never overwrites
//
//   {"format":"assay-node-key","version":1,"kind":"consensus","public":"…","kdf":{…},"cipher":{…}}
//
// scrypt (N = 2^17, r = 8) and AES-256-GCM; what stands in clear is authenticated. `consensus` is all that a validator
// signs with: the key, how far it has signed under either engine, the secrets of its beacon chains. Sealed is the Borsh
// of them. A key is in one home at a time: a home that gave its key away says so instead of starting.
#pragma once

#include <filesystem>
#include <string>

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "node/home.hpp"

namespace assay::node {

enum class KeyKind : std::uint8_t { consensus, beacon, node };
/// Of "consensus", "beacon", "node". Errors: field_out_of_range.
[[nodiscard]] Result<KeyKind> key_kind(std::string_view word);
[[nodiscard]] std::string_view key_word(KeyKind kind);

/// What turning the password into a key costs: 128 N r bytes of memory.
struct KeyCost {
    std::uint64_t n = 1u << 17;
    static KeyCost strong() { return {}; }
    static KeyCost light() { return {1u << 12}; }  ///< for tests: no protection worth the name
};

/// At least 8 characters, not all alike. Errors: weak_password.
[[nodiscard]] Status check_password(std::string_view password);

/// Writes the file (0600), reads it back, and only then retires the keys. Errors: already_exists for the file, and
/// where the node runs; not_found for keys that this home lacks; weak_password; io_error.
[[nodiscard]] Status export_keys(const Home& home, KeyKind kind, const std::filesystem::path& file,
                                 std::string_view password, KeyCost cost = KeyCost::strong());
/// Errors: already_exists where this home has such a key; wrong_password; keystore_malformed; field_out_of_range for a
/// file of another kind.
[[nodiscard]] Status import_keys(const Home& home, KeyKind kind, const std::filesystem::path& file,
                                 std::string_view password);
/// The key's files get ".moved" behind their names; the copy that CometBFT was given goes. Errors: not_found,
/// already_exists where the node runs, io_error.
[[nodiscard]] Status retire_keys(const Home& home, KeyKind kind);

}  // namespace assay::node
