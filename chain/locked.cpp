// Tokens of providers that come free with time: part of what the pools pay them for work, in steps, and their grants.
// Where stake.locked says so, they stand behind work beside the stake and are slashed with it.
//
// Invariants: (1) `vesting` of the ledger is the sum over grants and locked rewards; (2) a provider's `granted` is the
// sum over its grants; (3) what counts behind work comes free as of the time when the oldest open work began, so that
// a verdict reaches all that was there, as it does with unbonding stake.
#include "chain/exec.hpp"

namespace assay::chain {
namespace {

using tokenomics::LockedStake;

Amount release_rewards(Exec& x, const Address& a, Provider& p, TimeMs until) {
    const auto& rules = x.rules().vesting;
    const std::uint64_t step = tokenomics::step_of(rules, until);
    const auto lots = lots_to(x.s, a, p.rewards, rules, step);
    const Amount out = tokenomics::unlock(p.rewards, rules, step, lots);
    for (const auto& lot : lots)
        if (tokenomics::has_ended(rules, lot.step, step)) x.s.erase(tables::reward_lot(a, lot.step));
    return out;
}

// What has vested of the holder's grants by then; grants that have given all go.
Amount release_grants(Exec& x, const Address& holder, TimeMs until) {
    std::vector<std::pair<Hash, VestingGrant>> due;
    x.s.each_grant(holder, [&](const Hash& id, const VestingGrant& g) {
        if (due_shares(g, until) != 0) due.emplace_back(id, g);
        return true;
    });
    Amount all;
    for (auto& [id, g] : due) {
        const auto out = tokenomics::redeem(g.left, due_shares(g, until));
        ASSAY_CHECK(out.ok() && increase(all, *out).ok());
        if (g.left.shares == 0) {
            x.s.erase(tables::vesting(holder, id));
            --x.s.edit(holder).grants;
        } else {
            x.s.put_record(tables::vesting(holder, id), g);
        }
        if (!out->is_zero()) x.emit("vesting.released", {attr("holder", holder), attr("id", id), attr("amount", *out)});
    }
    return all;
}

void make_liquid(Exec& x, const Address& a, Amount amount) {
    if (amount.is_zero()) return;
    ASSAY_CHECK(decrease(x.s.books().vesting, amount).ok());
    ASSAY_CHECK(x.s.pay(a, amount).ok());
}

bool release_all(Exec& x, const Address& a, Provider& p) {
    const std::size_t before = x.events.size();
    ASSAY_CHECK(release_matured(x, a, p).ok());  // moves between buckets of one supply: no sum can overflow
    const LockedStake counts = x.rules().stake.locked;
    bool changed = x.events.size() != before;
    if (p.rewards.pool.shares != 0 && tokenomics::step_of(x.rules().vesting, x.time()) > p.rewards.step) {
        const std::uint64_t step = p.rewards.step;
        const Amount out = release_rewards(x, a, p, free_until(x.s, a, p, counts != LockedStake::none, x.time()));
        make_liquid(x, a, out);
        if (!out.is_zero()) x.emit("reward.released", {attr("provider", a), attr("amount", out)});
        changed = changed || p.rewards.step != step;
    }
    if (x.s.account(a).grants == 0) return changed;
    const Amount out = release_grants(x, a, free_until(x.s, a, p, counts == LockedStake::all, x.time()));
    make_liquid(x, a, out);
    ASSAY_CHECK(decrease(p.granted, out).ok());
    return changed || !out.is_zero();
}

}  // namespace

Status add_grant(BlockState& s, const Address& holder, const Hash& id, const tokenomics::Grant& grant) {
    ++s.edit(holder).grants;
    s.put_record(tables::vesting(holder, id), VestingGrant{grant, {grant.amount.units, grant.amount}});
    if (auto p = s.provider(holder)) {
        ASSAY_TRY_VOID(increase(p->granted, grant.amount));
        s.put_record(tables::provider(holder), *p);
    }
    return increase(s.books().vesting, grant.amount);
}

bool release_due(Exec& x, const Address& a, Provider& p) {
    const std::uint64_t gas = x.s.gas.used;  // whoever touches a provider pays no more gas for what is due to it
    const bool changed = release_all(x, a, p);
    x.s.gas.used = gas;
    return changed;
}
void release_due(Exec& x, const Address& a) {
    if (auto p = x.s.provider(a)) {
        if (release_due(x, a, *p)) x.s.put_record(tables::provider(a), *p);
    } else if (x.s.account(a).grants != 0) {
        make_liquid(x, a, release_grants(x, a, x.time()));
    }
}

void release_what_counts(Exec& x, const Address& a, Provider& p) {
    if (x.rules().stake.locked == LockedStake::none) return;
    (void)release_due(x, a, p);
}

void lock_reward(Exec& x, const Address& a, Provider& p, Amount paid, ProviderEpoch& mine) {
    const auto& rules = x.rules().vesting;
    const auto units = mul_div(paid.units, rules.reward.value, Ppb::kOne);
    if (!units || *units == 0) return;
    const Amount part{*units};
    tokenomics::RewardLot lot{tokenomics::step_of(rules, x.time()), 0};
    lot.shares = x.s.reward_lot(a, lot.step).shares;
    if (!tokenomics::lock_reward(p.rewards, lot, rules, part)) return;  // too little for a share: free at once
    ASSAY_CHECK(x.s.charge(a, part).ok());                              // it was paid a moment ago
    ASSAY_CHECK(increase(x.s.books().vesting, part).ok());
    ASSAY_CHECK(increase(mine.locked, part).ok());
    x.s.put_record(tables::reward_lot(a, lot.step), LockedLot{lot.shares});
    x.emit("reward.locked", {attr("provider", a), attr("amount", part), attr("rate_ppb", rules.reward.value),
                             attr("until_ms", (lot.step + rules.reward_steps) * rules.reward_step_ms)});
}

Amount slash_locked(Exec& x, const Address& a, Provider& p, Ppb rate) {
    const LockedStake counts = x.rules().stake.locked;
    Amount taken;
    if (counts == LockedStake::none) return taken;
    if (p.rewards.pool.shares != 0) {
        taken = tokenomics::cut(p.rewards.pool, rate);
        if (tokenomics::worn_out(p.rewards.pool)) {  // what is left of so much goes too, and the next lot begins anew
            ASSAY_CHECK(increase(taken, p.rewards.pool.tokens).ok());
            std::vector<std::uint64_t> steps;
            x.s.each_reward_lot(a, 0,
                                [&](const tokenomics::RewardLot& lot) { return steps.push_back(lot.step), true; });
            for (const std::uint64_t step : steps) x.s.erase(tables::reward_lot(a, step));
            p.rewards = {};
        }
    }
    if (counts == LockedStake::all && !p.granted.is_zero()) {
        std::vector<std::pair<Hash, VestingGrant>> grants;
        x.s.each_grant(a, [&](const Hash& id, const VestingGrant& g) { return grants.emplace_back(id, g), true; });
        for (auto& [id, g] : grants) {
            const Amount part = tokenomics::cut(g.left, rate);
            if (part.is_zero()) continue;
            ASSAY_CHECK(increase(taken, part).ok() && decrease(p.granted, part).ok());
            x.s.put_record(tables::vesting(a, id), g);
        }
    }
    ASSAY_CHECK(decrease(x.s.books().vesting, taken).ok());
    return taken;
}

}  // namespace assay::chain
