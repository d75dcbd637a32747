#include "tokenomics/epoch.hpp"

#include <algorithm>

namespace assay::tokenomics {
namespace {

// The pool's parts by weight, or nothing where the weights cannot be added up: then it stays in its pool.
void parts_or_none(Amount pool, const std::vector<u128>& weights, std::vector<Amount>& parts) {
    parts.resize(weights.size());
    if (!largest_remainder(pool, weights, parts)) parts.assign(weights.size(), Amount{});
}

Amount sum_of(const std::vector<Amount>& parts) {
    Amount sum;  // parts of one pool: cannot overflow
    for (const Amount a : parts) sum.units += a.units;
    return sum;
}

// What the tokens burned for consumed credits may still return, less what their settlements paid.
Amount room_under_burn(const BmeParams& bme, const ProviderWork& p) {
    const auto bound = share_of(p.tokens_carried, bme.work_share);
    return bound ? sub_or_zero(*bound, p.already_paid) : Amount{};
}

// Own stake by the lower of start and end, others' as it stood the whole epoch; a sum that overflows stops there.
Amount stake_weight(const ProviderWork& p) {
    const auto sum = add(min_of(p.stake_at_start, p.stake_at_end), p.delegated);
    return sum ? *sum : Amount::max();
}

// Adds a share of the mint to a pool; false where it would overflow.
bool fill(Amount& pool, Amount share) {
    const auto sum = add(pool, share);
    if (sum) pool = *sum;
    return sum.ok();
}

// What the providers' work adds to the view; sums that would overflow stop at 2^128 - 1.
EmissionView view_with_work(const EpochInput& in) {
    EmissionView view = in.view;
    view.settled = {};
    view.power = 0;
    for (const ProviderWork& p : in.providers) {
        const auto settled = add(view.settled, p.tokens_carried);
        view.settled = settled ? *settled : Amount::max();
        if (__builtin_add_overflow(view.power, p.passed_weight, &view.power)) view.power = ~u128{0};
    }
    return view;
}

}  // namespace

EpochOutput close_epoch(const Params& params, const EpochInput& in) {
    EpochOutput out;
    EpochScratch scratch;
    close_epoch(params, in, out, scratch);
    return out;
}

void close_epoch(const Params& params, const EpochInput& in, EpochOutput& out, EpochScratch& scratch) {
    out.minted = out.recycled = {};
    out.memory = in.memory;
    const Recycled again = recycle(params.bme.recycle, in.recycle_smoothed, in.view.burned);
    out.recycle_smoothed = again.smoothed;
    out.split = {};
    out.payments.clear();
    EpochPools pools = in.pools;
    const auto emission = scheduled_mint(params.emission, in.epoch, view_with_work(in), in.memory);
    if (emission) {
        out.memory = emission->memory;
        const Amount room = sub_or_zero(sub_or_zero(in.view.cap, in.view.supply), emission->mint);
        const Amount recycled = min_of(again.amount, room);
        const auto split = split_mint(params.split, Amount{emission->mint.units + recycled.units});  // within the cap
        EpochPools filled = pools;
        if (split && fill(filled.work, split->work) && fill(filled.availability, split->availability) &&
            fill(filled.stakers, split->stakers) && fill(filled.validators, split->validators) &&
            fill(filled.treasury, split->treasury)) {
            pools = filled;
            out.minted = emission->mint;
            out.recycled = recycled;
            out.split = *split;
        }
    }

    const std::size_t n = in.providers.size();
    const bool bounded = params.bme.work_bound == WorkBound::burned;
    auto& [by_room, by_weight, by_stake, of_validators, work, availability, staking, validation, halves] = scratch;
    by_room.resize(n);
    by_weight.resize(2 * n);
    by_stake.resize(n);
    for (std::size_t i = 0; i < n; ++i) {
        const ProviderWork& p = in.providers[i];
        by_room[i] = bounded ? room_under_burn(params.bme, p).units : p.consumed.units;
        by_weight[i] = p.passed_weight;
        by_weight[n + i] = p.pending_weight;
        by_stake[i] = stake_weight(p).units;
    }
    // Work pool: by that room, and never more than it [split by credits, an own burn would draw the room that other
    // buyers' burns left, and return more than it burned]. Without the bound: by consumed credits, all of it.
    parts_or_none(pools.work, by_room, work);
    for (std::size_t i = 0; i < n && bounded; ++i) work[i] = min_of(work[i], Amount{by_room[i]});
    parts_or_none(pools.availability, by_weight, availability);
    parts_or_none(pools.stakers, by_stake, staking);
    pools.work = sub_or_zero(pools.work, sum_of(work));
    pools.availability = sub_or_zero(pools.availability, sum_of(availability));
    pools.stakers = sub_or_zero(pools.stakers, sum_of(staking));
    out.reserved_per_provider.assign(availability.begin() + static_cast<std::ptrdiff_t>(n), availability.end());
    for (std::size_t i = 0; i < n; ++i)
        if (!work[i].is_zero() || !availability[i].is_zero() || !staking[i].is_zero())
            out.payments.push_back({in.providers[i].provider, work[i], availability[i], staking[i], {}});

    const ValidatorPay pay =
        pay_validators(params.validators, pools.validators, in.fees, in.validators, validation, of_validators, halves);
    for (std::size_t i = 0; i < validation.size(); ++i)
        if (!validation[i].is_zero()) out.payments.push_back({in.validators[i].validator, {}, {}, {}, validation[i]});
    pools.validators = pay.pool_left;
    out.fees_left = pay.fees_left;
    out.fees_burned = pay.fees_burned;
    out.pools_after = pools;
}

}  // namespace assay::tokenomics
