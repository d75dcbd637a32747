#include "tokenomics/sim/propose.hpp"

#include <map>

#include "tokenomics/params_change.hpp"
#include "tokenomics/params_json.hpp"

namespace assay::sim {

using tokenomics::kMaxChanges;
using tokenomics::ParamChange;

Result<ProposalPlan> plan_proposal(const tokenomics::Params& chain, const tokenomics::Params& simulated) {
    std::map<std::string, std::string> before;
    for (const auto& row : tokenomics::list_params(chain)) before.emplace(row.path, row.value);

    ProposalPlan plan;
    std::vector<ParamChange> all;
    std::string fixed;
    for (const auto& row : tokenomics::list_params(simulated)) {
        const auto there = before.find(row.path);
        const std::string from = there == before.end() ? "" : there->second;
        if (there != before.end()) before.erase(there);
        if (from == row.value) continue;
        // What a class brings with it is free; everything else goes by its rule.
        const bool of_new_class = from.empty() && row.path.starts_with("classes.");
        if (const auto rule = tokenomics::rule_of(row.path);
            rule.rule == tokenomics::ParamRule::fixed && !of_new_class) {
            fixed += (fixed.empty() ? "" : "; ") + row.path + " is " + (from.empty() ? "not set" : from) +
                     " on the chain and " + row.value + " in the simulation: " + rule.why;
            continue;
        }
        plan.changes.push_back({row.path, from, row.value});
        all.push_back({row.path, row.value});
    }
    for (const auto& [path, value] : before)
        if (path.starts_with("classes.") && path.ends_with(".name"))
            return {Code::bad_proposal,
                    "class " + value + " is on the chain and not in the simulation: no vote removes one"};
    if (!fixed.empty()) return {Code::param_fixed, fixed};
    if (all.empty())
        return {Code::bad_proposal, "the simulation's parameters are the chain's: there is nothing to propose"};

    ASSAY_TRY(plan.steps, tokenomics::split_changes(chain, all));
    for (const auto& step : plan.steps)
        if (step.size() > kMaxChanges)
            return {Code::bad_proposal, "a vote would hold " + std::to_string(step.size()) + " changes, allowed are " +
                                            std::to_string(kMaxChanges) + ": simulate and propose them in parts"};
    return plan;
}

}  // namespace assay::sim
