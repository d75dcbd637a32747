// What CometBFT is told of the chain's parameters: in its genesis.json, and again whenever a vote changes one of them.
#pragma once

#include "node/abci/messages.hpp"
#include "tokenomics/params.hpp"

namespace assay::node {

/// `block` and `evidence`; the other parts stay as genesis.json has them.
[[nodiscard]] abci::ConsensusParams consensus_params(const tokenomics::Params& params);

}  // namespace assay::node
