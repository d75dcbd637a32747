// PROTOCOL §14 as checks. After every transaction: over what it changed, from the undo log. At epochs' ends and on
// request: a full scan (check_all_invariants in view.hpp).
#pragma once

#include "chain/block_state.hpp"

namespace assay::chain {

/// The records that the running transaction changed and the ledger's buckets moved by the same sums, supply is what its
/// formula says and below the cap. Errors: invariant_broken with the numbers.
/// `charge`: this step charges a fee and moves a nonce; without it no nonce and no fee moves.
struct Charge {
    Address sender;
    Amount fee;
};
[[nodiscard]] Status check_tx_invariants(const BlockState& s, const std::optional<Charge>& charge = {});
/// The identities over the ledger alone.
[[nodiscard]] Status check_ledger(const Ledger& books, const tokenomics::Params& rules);

}  // namespace assay::chain
