// Keys whose secret is elsewhere: one key, or k of n. Their files lie beside the encrypted ones and hold no secret:
//
//   {"format":"assay-watch","version":1,"name":"treasury","kind":"multisig","address":"assay1…","threshold":2,
//    "keys":["…x|y…","…","…"]}
//   {"format":"assay-watch","version":1,"name":"cold","kind":"watch","address":"assay1…","public_key":"…","path":"xpub…/0/0"}
//
// An address that is not that of its keys is refused. Where only the address is known nothing can be compared with it
// but its checksum.
#pragma once

#include "wallet/keys/keystore.hpp"

namespace assay::wallet {

/// Addresses in key files carry this prefix on every network: the 32 bytes are the same everywhere.
inline constexpr std::string_view kKeyFilePrefix = "assay";

[[nodiscard]] bool is_watch_file(std::string_view text);
/// Errors: keystore_malformed.
[[nodiscard]] Result<KeyInfo> read_watch_file(std::string_view text);

/// k of n keys as a record. Errors: bad_key (n is 2 to 16, k is 1 to n, no key twice).
[[nodiscard]] Result<KeyInfo> multisig_key(const std::string& name, std::uint64_t threshold,
                                           std::vector<PublicKey> keys);

}  // namespace assay::wallet
