// Sending, and finding out what became of it. The same bytes can be sent again at any time: they are included once.
//
//   ASSAY_TRY(Outcome outcome, send_and_wait(rpc, signed_tx, {.wait = true}));
//   if (outcome.status == TxStatus::committed) …                    // final: there is no reorganisation
#pragma once

#include <functional>

#include "wallet/client/tx_builder.hpp"

namespace assay::wallet {

enum class TxStatus : std::uint8_t {
    pending,    ///< in the node's mempool
    committed,  ///< in a block, and done
    failed,     ///< in a block, refused by execution: the fee is charged, nothing else happened
    expired,    ///< in no block, and it never will be: signing anew is safe
};
[[nodiscard]] std::string_view status_word(TxStatus status);

struct Outcome {
    Hash txid;
    TxStatus status = TxStatus::pending;
    std::uint64_t height = 0;  ///< of its block; 0 while there is none
    std::string code = "ok";   ///< of the receipt, or why it is expired
    std::string message;
    bool already = false;  ///< the node knew these bytes
};

struct SendOptions {
    bool wait = true;                   ///< until it is committed, failed or expired
    std::chrono::seconds longest{600};  ///< a chain that stands still: then outcome_unknown
    std::function<bool()> stop = {};    ///< asked between calls; true ends the waiting with outcome_unknown
};

/// Errors: the node's code where it refuses the transaction (nothing was sent on), node_unreachable where it was never
/// sent, outcome_unknown where it was sent and the answer is missing: then find_outcome() or sending again tells.
[[nodiscard]] Result<Outcome> send_and_wait(RpcClient& rpc, const SignedTx& tx, const SendOptions& options = {});

/// What the node knows of it. Errors: not_found, or those of the call.
[[nodiscard]] Result<Outcome> find_outcome(RpcClient& rpc, const Hash& txid);
/// Polls until it is committed, failed or expired. A transaction that no node knows is expired once the chain has
/// passed `valid_until`, where that is known (0: not known). Errors: outcome_unknown, not_found, those of the call.
[[nodiscard]] Result<Outcome> wait_for_outcome(RpcClient& rpc, const Hash& txid, std::uint64_t valid_until,
                                               const SendOptions& options = {});

}  // namespace assay::wallet
