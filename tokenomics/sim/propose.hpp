// From parameters that were simulated to votes that a chain takes: what differs, and in how many votes it gets there.
//
//   ASSAY_TRY(const ProposalPlan plan, plan_proposal(of_the_chain, of_the_scenario));
//   plan.steps[0]                                    // what can be voted on now
#pragma once

#include <string>
#include <vector>

#include "tokenomics/change.hpp"
#include "tokenomics/params.hpp"

namespace assay::sim {

struct ProposedChange {
    std::string name, from, to;  ///< canonical texts; `from` is empty for a class that the chain does not have
};

struct ProposalPlan {
    std::vector<ProposedChange> changes;
    /// Votes one after another, each within what governance.monetary_step_ppb allows in one window. Never empty.
    std::vector<std::vector<tokenomics::ParamChange>> steps;
};

/// Errors: bad_proposal where nothing differs, where a class of the chain is missing, or where a vote would hold more
/// than 32 changes; param_fixed with every parameter that differs and that no vote moves; and what split_changes says.
[[nodiscard]] Result<ProposalPlan> plan_proposal(const tokenomics::Params& chain, const tokenomics::Params& simulated);

}  // namespace assay::sim
