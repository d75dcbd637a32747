// The file that `assay gov propose` reads: JSON with comments, values as genesis would write them.
//
//   {"title": "a smaller payout", "deposit": "50 ASY", "changes": {"bme.payout_ppb": 970000000, "stake.min_stake": "2
//   ASY"}}
#pragma once

#include "chain/messages.hpp"
#include "wallet/client/chain_info.hpp"

namespace assay::wallet {

/// `params` is the node's answer to `params`: names, units, and the least deposit, which stands where the file has
/// none. Values become the canonical texts that a chain takes. Errors: json_* and bad_amount with line and column,
/// unknown_param with the nearest name, bad_proposal for a file without changes or with more than 32.
[[nodiscard]] Result<chain::Propose> read_proposal(std::string_view text, std::string_view source,
                                                   const ChainInfo& chain, const json::Value& params);

}  // namespace assay::wallet
