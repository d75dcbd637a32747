// Messages from JSON, the way back of message_json.hpp: for `assay tx build`, and to see that what a node says of a
// transaction is the transaction.
//
//   ASSAY_TRY(json::Value root, json::parse(R"([{"type":"stake","provider":"assay1…","amount":"40 ASY"}])"));
//   ASSAY_TRY(std::vector<chain::Message> messages, messages_from_json(root, chain));
//
// Names are those of docs/rpc.md. Amounts are base units ("12500000") or tokens with their denomination ("12.5 ASY").
// Optional members may be missing or null. A dispute and an opening carry matrices and proofs that their JSON only
// counts: they are refused here.
#pragma once

#include "chain/tx.hpp"
#include "wallet/client/chain_info.hpp"

namespace assay::wallet {

/// One message. Errors: tx_malformed, which names the member.
[[nodiscard]] Result<chain::Message> message_from_json(const json::Value& value, const ChainInfo& chain);
/// A list of messages, an object whose `messages` it is, or one message alone. 1 to 16.
[[nodiscard]] Result<std::vector<chain::Message>> messages_from_json(const json::Value& value, const ChainInfo& chain);

/// The body behind what a node or a file says of a transaction: sender, nonce, fee, gas_limit, valid_until, memo,
/// messages; other members do not matter. Whoever knows the txid compares it. Errors: tx_malformed.
[[nodiscard]] Result<chain::TxBody> body_from_json(const json::Value& value, const ChainInfo& chain);

}  // namespace assay::wallet
