// The state of a living chain, asked over RPC: for `assay-sim import --node`, and wherever `live` stands for a
// scenario.
//
//   ASSAY_TRY(json::Value document, live_document("http://127.0.0.1:8710"));   // load_scenario's kind of document
#pragma once

#include <optional>
#include <string>

#include "base/json.hpp"
#include "tokenomics/sim/import.hpp"
#include "tokenomics/sim/scenario.hpp"

namespace assay::sim::cli {

/// Errors: node_unreachable and those of the node; future_height or pruned where its last block is not `height`.
[[nodiscard]] Result<ChainState> ask_chain(const std::string& node, std::optional<std::uint64_t> height = {});
[[nodiscard]] Result<json::Value> live_document(const std::string& node);

/// Scenarios by name where `live` is the chain at a node as it is now, and `proposal:7` the same with what that
/// proposal would change. The chain is asked once, so that both are of one block.
class LivingChain {
   public:
    explicit LivingChain(std::string node) : node_(std::move(node)) {}
    /// Errors: those of load_scenario and of the node; what a proposal cannot change any more.
    [[nodiscard]] Result<Scenario> scenario(const std::string& source, const std::vector<std::string>& sets);

   private:
    std::string node_;
    std::optional<ChainState> state_;
};

}  // namespace assay::sim::cli
