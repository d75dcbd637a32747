// Stake for access: who may bid, commit and be paid. One rule for all who ask.
//
//   ASSAY_TRY_VOID(must_have_access(x.rules(), x.s.clock(), *p));      // stake_below_required, with the numbers
#pragma once

#include "chain/view.hpp"
#include "tokenomics/stake.hpp"

namespace assay::chain {

/// Weight among the stakers of `now`, for its own stake: the lower of what it was at the epoch's start and is.
[[nodiscard]] Amount own_weight(const Provider& p, Epoch now);
/// One provider's record of an epoch as a payout sees it; without its stake.
[[nodiscard]] tokenomics::ProviderWork work_of(const ProviderEpoch& mine);

/// Whether the epoch that is paid has not looked at this provider yet.
[[nodiscard]] bool is_due(const ChainState& clock, const Provider& p);
/// Whose requirement rose at that epoch's end by no act of its own keeps the old one until paying.grace_until, if it
/// met it. `before`: parameters of that epoch.
void give_grace(const Paying& paying, const tokenomics::Params& before, const tokenomics::Params& rules, Price now,
                Provider& p);

/// The provider as the rules see it now: with the grace that it is due. For who asks and saves nothing.
void see_grace(const StateView& state, const tokenomics::Params& rules, const ChainState& clock, Provider& p);

/// What stands behind a provider's work: its own active stake, that of its delegators, and of its locked tokens what
/// stake.locked counts.
[[nodiscard]] Amount backing(const tokenomics::StakeParams& rules, const Provider& p);
/// What the provider's devices need by these parameters, without a price; the largest amounts where that overflows.
[[nodiscard]] tokenomics::Requirement requirement_of(const tokenomics::Params& rules, const Provider& p);
/// The same in tokens at a price; the largest amount where that overflows.
[[nodiscard]] Amount required_of(const tokenomics::Params& rules, Price stake_price, const Provider& p);
/// The requirement in force now, which scaled access covers in part: `kept` in the grace period.
[[nodiscard]] Amount required_now(const tokenomics::Params& rules, const ChainState& clock, const Provider& p);
/// What it needs for access now: all of that; scaled: the deterrence bound.
[[nodiscard]] Amount needed(const tokenomics::Params& rules, const ChainState& clock, const Provider& p);
[[nodiscard]] bool has_access(const tokenomics::Params& rules, const ChainState& clock, const Provider& p);
/// Errors: stake_below_required.
[[nodiscard]] Status must_have_access(const tokenomics::Params& rules, const ChainState& clock, const Provider& p);

}  // namespace assay::chain
