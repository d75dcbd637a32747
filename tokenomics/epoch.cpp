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

// Most kinds have no memory to carry about.
bool mint_scheduled(const EmissionParams& p, const EpochInput& in, const EmissionView& view, Amount& mint,
                    EmissionMemory& memory) {
    if (!has_memory(p.kind)) {
        const auto out = scheduled_mint(p, in.epoch, view);
        if (!out) {
            memory = in.memory;
            return false;
        }
        memory.rate = 0;  // piece by piece: GCC would clear the whole by a string instruction, which takes its time
        memory.baseline = {};
        memory.policy = {};
        mint = *out;
        return true;
    }
    const auto out = scheduled_mint(p, in.epoch, view, in.memory);
    memory = out ? out->memory : in.memory;
    if (out) mint = out->mint;
    return out.ok();
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
    const Recycled again = recycle(params.bme.recycle, in.recycle_smoothed, view.burned);
    out.recycle_smoothed = again.smoothed;
    out.split = {};
    out.payments.clear();
    out.pools_after = in.pools;
    Amount mint;
    if (!mint_scheduled(params.emission, in, view, mint, out.memory)) return;
    const Amount room = sub_or_zero(sub_or_zero(view.cap, view.supply), mint);
    const Amount recycled = min_of(again.amount, room);
    const auto split = split_mint(params.split, Amount{mint.units + recycled.units},  // within the cap
                                  in.pools.treasury);
    EpochPools filled = in.pools;
    if (split && fill(filled.work, split->work) && fill(filled.availability, split->availability) &&
        fill(filled.stakers, split->stakers) && fill(filled.validators, split->validators) &&
        fill(filled.treasury, split->treasury)) {
        out.pools_after = filled;
        out.minted = mint;
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

// An economy of one provider, whose every pool is its own: the same without anything to divide.
void close_for_one(const Params& params, const EpochInput& in, EpochOutput& out) {
    const EmissionKind kind = params.emission.kind;
    if (kind == EmissionKind::mint_ratio || kind == EmissionKind::baseline)
        mint_epoch(params, in, view_with_work(in), out);
    else
        mint_epoch(params, in, in.view, out);  // no other kind looks at what providers did
    const ProviderWork& p = in.providers[0];
    EpochPools& pools = out.pools_after;
    const u128 by_work = work_weight(work_rule(params.bme), p);
    Amount work = by_work == 0 ? Amount{} : pools.work;
    if (params.bme.work_bound == WorkBound::burned) work = min_of(work, Amount{by_work});
    const Amount availability = p.passed_weight == 0 ? Amount{} : pools.availability;
    const Amount staking = stake_weight(p).is_zero() ? Amount{} : pools.stakers;
    out.reserved_per_provider.assign(1, Amount{});
    pools.work.units -= work.units;
    pools.availability.units -= availability.units;
    pools.stakers.units -= staking.units;
    if (!work.is_zero() || !availability.is_zero() || !staking.is_zero())
        out.payments.push_back({p.provider, work, availability, staking, {}});
    out.fees_left = out.fees_burned = {};
}

void close_epoch(const Params& params, const EpochInput& in, EpochOutput& out, EpochScratch& scratch) {
    if (in.providers.size() == 1 && in.providers[0].pending_weight == 0 && in.validators.empty() && in.fees.is_zero())
        return close_for_one(params, in, out);
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
