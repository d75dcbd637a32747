// Stake for access: who may bid, commit and be paid. One rule for all who ask.
//
//   ASSAY_TRY_VOID(must_have_access(x.rules(), *p, x.time()));      // stake_below_required, with the numbers
#pragma once

#include "chain/records.hpp"
#include "tokenomics/stake.hpp"

namespace assay::chain {

/// What stands behind a provider's work: its own active stake and that of its delegators.
[[nodiscard]] Amount backing(const Provider& p);
/// What it needs for access at this time: `required`, or `kept` in the grace period; scaled: `required_least`.
[[nodiscard]] Amount needed(const tokenomics::Params& rules, const Provider& p, TimeMs time);
[[nodiscard]] bool has_access(const tokenomics::Params& rules, const Provider& p, TimeMs time);
/// The requirement in force, which scaled access covers in part.
[[nodiscard]] Amount required_now(const Provider& p, TimeMs time);
/// The provider's requirement as a sum over its devices, without a price.
[[nodiscard]] tokenomics::Requirement requirement_of(const tokenomics::Params& rules, const Provider& p);
/// Errors: stake_below_required.
[[nodiscard]] Status must_have_access(const tokenomics::Params& rules, const Provider& p, TimeMs time);

}  // namespace assay::chain
