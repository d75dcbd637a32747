// A transaction as a file, to be signed or sent elsewhere. The hex is the transaction; everything beside it is for the
// reader and is compared with it.
//
//   {"format":"assay-tx","version":1,"prefix":"assay","body":"…hex…","auth":null,"transaction":{…}}
#pragma once

#include "wallet/client/tx_builder.hpp"

namespace assay::wallet {

struct TxFile {
    chain::TxBody body;
    /// Absent while nobody has signed for one key. Of k of n it lists the keys from the start, and fewer than k
    /// signatures while some are missing (multisig.hpp).
    std::optional<chain::Auth> auth;
    std::string prefix = "assay";
};

[[nodiscard]] json::Value tx_file_to_json(const TxFile& file);
/// Errors: tx_malformed (says what: format, version, hex, or a readable part that differs from the bytes).
[[nodiscard]] Result<TxFile> parse_tx_file(std::string_view text);

}  // namespace assay::wallet
