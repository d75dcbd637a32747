// A chain's state as a scenario: where a simulation of a living network begins. What a chain does not know of (demand,
// costs, the market's depth) stays open and gets the values that any scenario gets there.
//
//   ASSAY_TRY(ChainState state, chain_state(export_document));     // of `assayd export`; cli/import.cpp asks a node
//   ASSAY_TRY(json::Value document, import_document(state));       // what load_scenario reads
#pragma once

#include <map>
#include <string>
#include <vector>

#include "base/json.hpp"
#include "tokenomics/params.hpp"
#include "tokenomics/vesting.hpp"

namespace assay::sim {

struct ChainState {
    std::string chain_id;
    std::uint64_t height = 0, epoch = 0;
    TimeMs time;  ///< of the last block
    tokenomics::Params params;
    Amount supply, scheduled, bonded, treasury, vault;
    Credits credits;  ///< that buyers hold, in escrow or waiting too
    Price price;      ///< 0: the chain has none yet
    struct Provider {
        Amount delegated;
        std::map<std::string, std::uint64_t> devices;  ///< by class
    };
    std::vector<Provider> providers;
    struct Holder {
        std::string address;
        Amount liquid;
        std::vector<tokenomics::Grant> grants;  ///< what of them is still locked
    };
    std::vector<Holder> holders;
};

/// Of the JSON that `assayd export` writes. Errors: json_*, bad_state_file where it is no such export.
[[nodiscard]] Result<ChainState> chain_state(const json::Value& exported);

/// The books of RPC `supply` or of an export's `_state.supply`, into `out`.
[[nodiscard]] Status read_supply(const json::Value& supply, ChainState& out);
/// One item of RPC `providers` or of an export, appended to `out`.
[[nodiscard]] Status read_provider(const json::Value& provider, ChainState& out);

inline constexpr std::size_t kImportedHolders = 20;  ///< the largest; who has grants comes on top, up to 1,000

/// The scenario file, with comments that say where its numbers are from.
[[nodiscard]] std::string import_text(const ChainState& state, std::size_t largest = kImportedHolders);
[[nodiscard]] Result<json::Value> import_document(const ChainState& state, std::size_t largest = kImportedHolders);

}  // namespace assay::sim
