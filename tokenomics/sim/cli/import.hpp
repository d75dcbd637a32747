// The state of a living chain, asked over RPC: for `assay-sim import --node`, and wherever `live` stands for a
// scenario.
//
//   ASSAY_TRY(json::Value document, live_document("http://127.0.0.1:8710"));   // load_scenario's kind of document
#pragma once

#include <optional>
#include <string>

#include "base/json.hpp"
#include "tokenomics/sim/import.hpp"

namespace assay::sim::cli {

/// Errors: node_unreachable and those of the node; future_height or pruned where its last block is not `height`.
[[nodiscard]] Result<ChainState> ask_chain(const std::string& node, std::optional<std::uint64_t> height = {});
[[nodiscard]] Result<json::Value> live_document(const std::string& node);

}  // namespace assay::sim::cli
