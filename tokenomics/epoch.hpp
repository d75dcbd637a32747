// The end of an epoch as pure functions: mint, split, pay. The simulator closes an epoch in one go; the chain mints and
// pays validators, and then pays its providers out of `payout` over as many blocks as it takes (payout.hpp).
//
//   EpochOutput out = close_epoch(params, in);
//   // identity: pools before + minted + recycled + fees = payments + reserved + pools after + fees_left + fees_burned
//
// Total: no input makes these fail. What would overflow stays in its pool.
#pragma once

#include <utility>
#include <vector>

#include "tokenomics/emission.hpp"
#include "tokenomics/payout.hpp"
#include "tokenomics/recycle.hpp"
#include "tokenomics/validators.hpp"

namespace assay::tokenomics {

struct EpochPools {
    Amount work, availability, stakers, validators, treasury;
};

struct EpochInput {
    Epoch epoch;
    EmissionView view;  ///< `settled` and `power` follow from `providers`
    EmissionMemory memory;
    Amount recycle_smoothed;
    EpochPools pools;  ///< what earlier epochs left
    Amount fees;
    std::vector<ProviderWork> providers;    ///< ascending by address
    std::vector<ValidatorWork> validators;  ///< ascending by address
};

struct Payment {
    Address to;
    Amount work, availability, staking, validation;  ///< staking: of the provider and its delegators together
};

struct EpochOutput {
    Amount minted;    ///< by the schedule
    Amount recycled;  ///< burns of the past, minted again and split with it
    Amount recycle_smoothed;
    EmissionMemory memory;  ///< for the next epoch; as it was where the mint overflowed
    EpochSplit split;
    std::vector<Payment> payments;              ///< providers in order, then validators
    std::vector<Amount> reserved_per_provider;  ///< availability kept for open verdicts, parallel to in.providers
    EpochPools pools_after;
    Amount fees_left, fees_burned;
};

/// The same memory again and again: for whoever closes millions of epochs.
struct EpochScratch {
    PayScratch pay;
    std::vector<ProviderPay> parts;
    std::vector<u128> of_validators;
    std::vector<Amount> validation, halves;
};

/// Mints and splits by `view`, whose `settled` and `power` are those of all providers; in.view and in.providers are not
/// looked at. out.pools_after hold what payments are then taken from.
void mint_epoch(const Params& params, const EpochInput& in, const EmissionView& view, EpochOutput& out);
/// Pays validators out of out.pools_after.validators and the fees; appends to out.payments.
void pay_validators(const Params& params, const EpochInput& in, EpochOutput& out, EpochScratch& scratch);
/// What providers are paid from once the pools are filled.
[[nodiscard]] Payout open_payout(const Params& params, const EpochOutput& out, const WorkSums& all);

/// All of it, providers in one batch.
[[nodiscard]] EpochOutput close_epoch(const Params& params, const EpochInput& in);
void close_epoch(const Params& params, const EpochInput& in, EpochOutput& out, EpochScratch& scratch);

}  // namespace assay::tokenomics
