// What an epoch pays its providers, in as many steps as it takes. The pools and the sums of all weights are fixed when
// the epoch ends; then providers are paid in batches, ascending by address, and stakers one by one in any order.
//
//   Payout p{.work = pools.work, .all = add_up(rule, providers), .rule = rule};
//   pay_batch(p, batch, scratch, parts);              // parts[i] of batch[i]; p remembers how far it came
//   Amount s = staking_part(p, stake_weight(w));      // once for each provider
//
// Invariants: (1) the batches' parts of a pool sum to the pool: a batch gets floor(pool x weights up to its end / all)
// less the same up to its start, and is split by largest remainder, so that one batch is the largest remainder of all;
// (2) stakers get floors: what rounding leaves stays in their pool. Total: no input makes these fail.
#pragma once

#include <span>
#include <vector>

#include "tokenomics/split.hpp"

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

/// How the work pool is split: `bme.work_bound` and `bme.work_share_ppb`.
struct WorkRule {
    WorkBound bound = WorkBound::burned;
    Ppb share;  ///< of tokens_carried, at most
    ASSAY_FIELDS(bound, share)
    bool operator==(const WorkRule&) const = default;
};
[[nodiscard]] inline WorkRule work_rule(const BmeParams& bme) {
    return {bme.work_bound, bme.work_share};
}
/// Weight in the work pool: what the tokens burned for consumed credits may still return, less what their settlements
/// paid; without a bound the consumed credits.
[[nodiscard]] u128 work_weight(const WorkRule& rule, const ProviderWork& p);
/// Weight in the stakers' pool: own stake by the lower of start and end, others' as it stood the whole epoch.
[[nodiscard]] Amount stake_weight(const ProviderWork& p);

/// Over all providers of an epoch; a sum that passes 2^128 - 1 is 0: nobody is paid by it.
struct WorkSums {
    u128 work = 0;   ///< of work_weight
    u128 tasks = 0;  ///< of passed_weight + pending_weight
    u128 stake = 0;  ///< of stake_weight
    ASSAY_FIELDS(work, tasks, stake)
    bool operator==(const WorkSums&) const = default;
};
[[nodiscard]] WorkSums add_up(const WorkRule& rule, std::span<const ProviderWork> providers);
/// The same, and each one's work_weight.
[[nodiscard]] WorkSums add_up(const WorkRule& rule, std::span<const ProviderWork> providers,
                              std::vector<u128>& by_work);

struct Payout {
    Amount work, availability, stakers;  ///< pools at the epoch's end
    WorkSums all;
    u128 work_done = 0, tasks_done = 0;  ///< weights of the batches that were paid
    WorkRule rule;
    ASSAY_FIELDS(work, availability, stakers, all, work_done, tasks_done, rule)
    bool operator==(const Payout&) const = default;
};

struct ProviderPay {
    Amount work, availability;
    Amount reserved;  ///< availability for open verdicts
    bool operator==(const ProviderPay&) const = default;
};
struct PayScratch {
    std::vector<u128> by_work, by_task;
    std::vector<Amount> work, tasks;
};
/// Into `parts`, parallel to `batch`. With a bound a part of the work pool is never more than its weight.
void pay_batch(Payout& payout, std::span<const ProviderWork> batch, PayScratch& scratch,
               std::vector<ProviderPay>& parts);
/// The same where scratch.by_work holds the batch's work_weights already.
void pay_weighed(Payout& payout, std::span<const ProviderWork> batch, PayScratch& scratch,
                 std::vector<ProviderPay>& parts);
/// floor(stakers' pool x weight / all).
[[nodiscard]] Amount staking_part(const Payout& payout, Amount weight);

/// A reserve as its verdicts come: the part of a commit of weight `w` among `left`, of which it is one; the last takes
/// what is left.
[[nodiscard]] Amount reserve_part(Amount reserved, u128 left, u128 w);

}  // namespace assay::tokenomics
