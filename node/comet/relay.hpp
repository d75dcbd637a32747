// The few calls of CometBFT's RPC that another node's state sync and CometBFT's light client make, over our own HTTP
// port: `assayd start --state-sync http://a:8710,…` needs no second port.
//
//   ASSAY_TRY(std::string answer, relay_to_comet(rpc, body));      // POST /cometbft
//   ASSAY_TRY(std::string peers, read_peers(rpc));                 // for the operator alone
//
// One call a request, its id and parameters passed on as they are; a refusal is a JSON-RPC answer in CometBFT's form.
// Nothing that changes anything, costs much or tells of peers is among them. Any thread.
#pragma once

#include <string>

#include "node/comet/rpc.hpp"

namespace assay::node {

inline constexpr std::size_t kMaxRelayed = 64u << 10;

/// The answer to `body`, good or not.
[[nodiscard]] std::string relay_to_comet(const CometRpc& rpc, const std::string& body);

/// [{"id","address","direction":"out"|"in","name"}] of CometBFT's net_info. Errors: node_unreachable.
[[nodiscard]] Result<std::string> read_peers(const CometRpc& rpc);

}  // namespace assay::node
