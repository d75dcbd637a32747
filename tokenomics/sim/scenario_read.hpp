// From a merged document to a scenario, in three steps: what the members say, what they leave open, and what must hold
// between them. Every error that can be told apart is kept, so that `assay-sim validate` names them at once.
//
//   Reading r = read_members(root);
//   if (r.errors.empty()) fill_open(r);
//   if (r.errors.empty()) check_scenario(r, root);
#pragma once

#include <set>
#include <string>
#include <vector>

#include "tokenomics/sim/scenario.hpp"

namespace assay::sim {

struct Reading {
    Scenario s;
    std::set<std::string> given;  ///< paths that the document has: "providers[0].cost_usd_per_gpu_hour"
    std::vector<Error> errors;
};

/// Every member of the tables in scenario_fields.hpp, by its type and range.
[[nodiscard]] Reading read_members(const json::Value& root);
/// Providers begin where they earn what they spend: half of their income from emission, half from service, which costs
/// what that takes at the target utilisation. Nobody has published more for a preset that says nothing itself.
void fill_open(Reading& r);
/// Names that must be there, sums that must fit, changes of parameters that a vote could make.
void check_scenario(Reading& r, const json::Value& root);

/// All three.
[[nodiscard]] Reading read_scenario(const json::Value& root);

/// The value at "shocks[1].group", or nullptr.
[[nodiscard]] const json::Value* value_at(const json::Value& root, const std::string& path);
/// " (line 3, column 5)"; "" for what no text held.
[[nodiscard]] std::string place_of(const json::Value* v);

/// Names of the figures of a run, which thresholds may bound. The model knows them (model/figures.cpp).
[[nodiscard]] std::vector<std::string> figure_names();

}  // namespace assay::sim
