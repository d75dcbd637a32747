// Messages and transactions as people and scripts read them: the very names of docs/rpc.md and docs/protocol.md.
#pragma once

#include "chain/tx.hpp"
#include "wallet/client/chain_info.hpp"
#include "wallet/client/json_write.hpp"

namespace assay::wallet {

[[nodiscard]] json::Value message_to_json(const chain::Message& message, const std::string& prefix);
/// txid, chain_id, sender, nonce, fee, gas_limit, valid_until, memo, messages.
[[nodiscard]] json::Value body_to_json(const chain::TxBody& body, const std::string& prefix);
/// One line of plain words: "send 12.5 ASY to assay1…".
[[nodiscard]] std::string message_in_words(const chain::Message& message, const ChainInfo& chain);

}  // namespace assay::wallet
