#include "tokenomics/epoch.hpp"

#include <algorithm>

namespace assay::tokenomics {
namespace {

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

void mint_epoch(const Params& params, const EpochInput& in, const EmissionView& view, EpochOutput& out) {
    out.minted = out.recycled = {};
    out.memory = in.memory;
    const Recycled again = recycle(params.bme.recycle, in.recycle_smoothed, view.burned);
    out.recycle_smoothed = again.smoothed;
    out.split = {};
    out.payments.clear();
    out.pools_after = in.pools;
    const auto emission = scheduled_mint(params.emission, in.epoch, view, in.memory);
    if (!emission) return;
    out.memory = emission->memory;
    const Amount room = sub_or_zero(sub_or_zero(view.cap, view.supply), emission->mint);
    const Amount recycled = min_of(again.amount, room);
    const auto split = split_mint(params.split, Amount{emission->mint.units + recycled.units},  // within the cap
                                  in.pools.treasury);
    EpochPools filled = in.pools;
    if (split && fill(filled.work, split->work) && fill(filled.availability, split->availability) &&
        fill(filled.stakers, split->stakers) && fill(filled.validators, split->validators) &&
        fill(filled.treasury, split->treasury)) {
        out.pools_after = filled;
        out.minted = emission->mint;
        out.recycled = recycled;
        out.split = *split;
    }
}

void pay_validators(const Params& params, const EpochInput& in, EpochOutput& out, EpochScratch& scratch) {
    auto& validation = scratch.validation;
    const ValidatorPay pay = pay_validators(params.validators, out.pools_after.validators, in.fees, in.validators,
                                            validation, scratch.of_validators, scratch.halves);
    for (std::size_t i = 0; i < validation.size(); ++i)
        if (!validation[i].is_zero()) out.payments.push_back({in.validators[i].validator, {}, {}, {}, validation[i]});
    out.pools_after.validators = pay.pool_left;
    out.fees_left = pay.fees_left;
    out.fees_burned = pay.fees_burned;
}

Payout open_payout(const Params& params, const EpochOutput& out, const WorkSums& all) {
    Payout p;
    p.work = out.pools_after.work;
    p.availability = out.pools_after.availability;
    p.stakers = out.pools_after.stakers;
    p.all = all;
    p.rule = work_rule(params.bme);
    return p;
}

void close_epoch(const Params& params, const EpochInput& in, EpochOutput& out, EpochScratch& scratch) {
    mint_epoch(params, in, view_with_work(in), out);
    Payout payout = open_payout(params, out, add_up(work_rule(params.bme), in.providers, scratch.pay.by_work));
    pay_weighed(payout, in.providers, scratch.pay, scratch.parts);
    const std::size_t n = in.providers.size();
    out.reserved_per_provider.resize(n);
    EpochPools& pools = out.pools_after;
    for (std::size_t i = 0; i < n; ++i) {
        const ProviderPay& part = scratch.parts[i];
        const Amount staking = staking_part(payout, stake_weight(in.providers[i]));
        out.reserved_per_provider[i] = part.reserved;
        pools.work = sub_or_zero(pools.work, part.work);
        pools.availability = sub_or_zero(pools.availability, Amount{part.availability.units + part.reserved.units});
        pools.stakers = sub_or_zero(pools.stakers, staking);
        if (!part.work.is_zero() || !part.availability.is_zero() || !staking.is_zero())
            out.payments.push_back({in.providers[i].provider, part.work, part.availability, staking, {}});
    }
    pay_validators(params, in, out, scratch);
}

}  // namespace assay::tokenomics
