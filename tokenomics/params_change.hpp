// Changes of parameters by vote. A change is a name as in genesis and the canonical text of a value, so that consensus
// depends on no formatting: digits of base units or of an integer without leading zeros, a word, the shortest decimal
// fraction. A value that the node would write otherwise is refused.
//
//   ASSAY_TRY(Params next, apply_changes(now, changes));           // passes validate(), moves nothing that is fixed
//   ASSAY_TRY(auto windows, check_steps(now, next, open, time));   // and no monetary parameter too far
#pragma once

#include <span>
#include <string>
#include <vector>

#include "base/json.hpp"
#include "tokenomics/change.hpp"
#include "tokenomics/params.hpp"

namespace assay::tokenomics {

/// What a vote may do to a parameter, and why not more.
enum class ParamRule : std::uint8_t { open = 0, monetary = 1, fixed = 2 };
struct RuledParam {
    ParamRule rule = ParamRule::open;
    const char* why = "";
};
[[nodiscard]] RuledParam rule_of(std::string_view name);

/// All changes together, then the checks of genesis. Total. Errors: unknown_param with the nearest name, param_fixed,
/// bad_proposal (a value that is not canonical, a name twice, a rule between fields), field_out_of_range.
[[nodiscard]] Result<Params> apply_changes(const Params& before, std::span<const ParamChange> changes);

/// Every monetary parameter is within governance.monetary_step_ppb of its value at its window's start: that of
/// `windows` if it began less than governance.window_ms before `now`, else its value before. Returns the windows after
/// the change, ascending by name, those that are over left out. Errors: param_step_too_large with the numbers.
[[nodiscard]] Result<std::vector<StepWindow>> check_steps(const Params& before, const Params& after,
                                                          std::span<const StepWindow> windows, TimeMs now);

/// A change that moves further than one window allows, as the votes that are taken one window after another. The first
/// does everything that is not monetary. Shares of the split move in proportion, so that they keep summing up. Errors:
/// those of apply_changes for the end or for a step, param_step_too_large where no step leads there (from zero, from a
/// number below ten) or more than 200 would.
[[nodiscard]] Result<std::vector<std::vector<ParamChange>>> split_changes(const Params& before,
                                                                          std::span<const ParamChange> changes);

}  // namespace assay::tokenomics
