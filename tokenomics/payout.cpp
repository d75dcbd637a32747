#include "tokenomics/payout.hpp"

#include <algorithm>

namespace assay::tokenomics {
namespace {

void join(u128& sum, bool& fits, u128 more) {
    fits = fits && !__builtin_add_overflow(sum, more, &sum);
}

// What a batch with these weights gets of a pool, split among them; `done` moves on.
void split_batch(Amount pool, u128 all, u128& done, std::span<const u128> weights, std::vector<Amount>& parts) {
    parts.assign(weights.size(), Amount{});
    u128 end = done;
    bool fits = all != 0;
    for (const u128 w : weights) join(end, fits, w);
    if (!fits || end > all) return;
    Amount share = pool;
    if (done != 0 || end != all) {
        const auto until = mul_div(pool.units, end, all), before = mul_div(pool.units, done, all);
        share = until && before ? Amount{*until - *before} : Amount{};  // both are parts of the pool
    }
    done = end;
    const Status split = largest_remainder(share, weights, parts);
    if (!split) parts.assign(weights.size(), Amount{});
}

}  // namespace

u128 work_weight(const WorkRule& rule, const ProviderWork& p) {
    if (rule.bound == WorkBound::none) return p.consumed.units;
    const auto bound = share_of(p.tokens_carried, rule.share);
    return bound ? sub_or_zero(*bound, p.already_paid).units : 0;
}

Amount stake_weight(const ProviderWork& p) {
    const auto sum = add(min_of(p.stake_at_start, p.stake_at_end), p.delegated);
    return sum ? *sum : Amount::max();
}

WorkSums add_up(const WorkRule& rule, std::span<const ProviderWork> providers) {
    std::vector<u128> by_work;
    return add_up(rule, providers, by_work);
}

WorkSums add_up(const WorkRule& rule, std::span<const ProviderWork> providers, std::vector<u128>& by_work) {
    WorkSums out;
    bool work = true, tasks = true, stake = true;
    by_work.clear();
    for (const ProviderWork& p : providers) {
        by_work.push_back(work_weight(rule, p));
        join(out.work, work, by_work.back());
        join(out.tasks, tasks, p.passed_weight);
        join(out.tasks, tasks, p.pending_weight);
        join(out.stake, stake, stake_weight(p).units);
    }
    return {work ? out.work : 0, tasks ? out.tasks : 0, stake ? out.stake : 0};
}

void pay_batch(Payout& payout, std::span<const ProviderWork> batch, PayScratch& scratch,
               std::vector<ProviderPay>& parts) {
    scratch.by_work.resize(batch.size());
    for (std::size_t i = 0; i < batch.size(); ++i) scratch.by_work[i] = work_weight(payout.rule, batch[i]);
    pay_weighed(payout, batch, scratch, parts);
}

void pay_weighed(Payout& payout, std::span<const ProviderWork> batch, PayScratch& scratch,
                 std::vector<ProviderPay>& parts) {
    const std::size_t n = batch.size();
    scratch.by_task.resize(2 * n);
    for (std::size_t i = 0; i < n; ++i) {
        scratch.by_task[i] = batch[i].passed_weight;
        scratch.by_task[n + i] = batch[i].pending_weight;
    }
    split_batch(payout.work, payout.all.work, payout.work_done, scratch.by_work, scratch.work);
    split_batch(payout.availability, payout.all.tasks, payout.tasks_done, scratch.by_task, scratch.tasks);
    parts.resize(n);
    for (std::size_t i = 0; i < n; ++i) {
        // Split by credits, an own burn would draw the room that other buyers' burns left, and return more than it
        // burned; by room, and never more than it, it does not.
        const Amount work = payout.rule.bound == WorkBound::burned ? min_of(scratch.work[i], Amount{scratch.by_work[i]})
                                                                   : scratch.work[i];
        parts[i] = {work, scratch.tasks[i], scratch.tasks[n + i]};
    }
}

Amount staking_part(const Payout& payout, Amount weight) {
    if (payout.all.stake == 0 || weight.units > payout.all.stake) return {};
    if (weight.units == payout.all.stake) return payout.stakers;
    const auto part = mul_div(payout.stakers.units, weight.units, payout.all.stake);
    return part ? Amount{*part} : Amount{};
}

Amount reserve_part(Amount reserved, u128 left, u128 w) {
    if (w >= left) return reserved;
    const auto part = mul_div(reserved.units, w, left);
    return part ? Amount{*part} : Amount{};
}

}  // namespace assay::tokenomics
