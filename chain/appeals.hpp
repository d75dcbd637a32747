// Slashes that are held for appeal (slash.hold_ms): where they go, and what a vote does to them. docs/protocol.md §10.
//
//   ASSAY_TRY_VOID(hold_slash(x, provider, taken));      // at the verdict
//   Propose{{{"appeal:17", "return"}}, …}                // somebody asks for it within slash.hold_ms
#pragma once

#include "chain/exec.hpp"

namespace assay::chain {

/// What was taken from a provider's own stake waits as a record of its own. Errors: overflow.
[[nodiscard]] Status hold_slash(Exec& x, const Address& provider, Amount amount);
/// At a block's end: burns what was held for its time, at most 500; what an undecided appeal asks for waits for it.
void burn_due_slashes(Exec& x);

/// A proposal that names a held slash: it changes no parameter.
[[nodiscard]] bool is_appeal(const std::vector<tokenomics::ParamChange>& changes);
/// Each names another slash that is held and has had no appeal. Errors: bad_proposal.
[[nodiscard]] Status check_appeal(const StateView& s, const std::vector<tokenomics::ParamChange>& changes);
void open_appeal(Exec& x, const std::vector<tokenomics::ParamChange>& changes, std::uint64_t proposal);
/// The vote gave it back: to the provider's stake.
void grant_appeal(Exec& x, const std::vector<tokenomics::ParamChange>& changes);
/// At an epoch's end, once the next one has begun and what the last one owes its stakers is fixed: appeals whose
/// timelock is over.
void return_appealed(Exec& x);  // governance.cpp
/// The vote did not: what is past its time burns now, the rest when it is due.
void refuse_appeal(Exec& x, const std::vector<tokenomics::ParamChange>& changes);

}  // namespace assay::chain
