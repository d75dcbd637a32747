// The end of an epoch as a pure function: mint, split, pay. The chain applies it to accounts, the simulator to agents.
//
//   EpochOutput out = close_epoch(params, in);
//   // identity: pools before + minted + recycled + fees = payments + reserved + pools after + fees_left + fees_burned
//
// Total: no input makes it fail. What would overflow stays in its pool.
#pragma once

#include <utility>
#include <vector>

#include "tokenomics/emission.hpp"
#include "tokenomics/recycle.hpp"
#include "tokenomics/split.hpp"
#include "tokenomics/validators.hpp"

namespace assay::tokenomics {

/// One provider's epoch. Weights are class weights of passed canonical tasks, and of those whose verdict is still open.
struct ProviderWork {
    Address provider;
    u128 passed_weight = 0;
    u128 pending_weight = 0;
    Credits consumed;
    Amount tokens_carried;  ///< burned for the credits that were consumed
    Amount already_paid;    ///< settled for them; the work pool fills up to payout_ppb of tokens_carried, at most
    Amount stake_at_start;
    Amount stake_at_end;
    Amount delegated;  ///< by others, what of it stood the whole epoch
};

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

[[nodiscard]] EpochOutput close_epoch(const Params& params, const EpochInput& in);
/// The same into `out`, whose memory is used again: for whoever closes millions of epochs.
struct EpochScratch {
    std::vector<u128> by_room, by_weight, by_stake, of_validators;
    std::vector<Amount> work, availability, staking, validation, halves;
};
void close_epoch(const Params& params, const EpochInput& in, EpochOutput& out, EpochScratch& scratch);

}  // namespace assay::tokenomics
