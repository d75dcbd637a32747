// Stake, of providers and of who delegates to them.
#include "tokenomics/sim/model/ledger.hpp"
#include "tokenomics/slash.hpp"

namespace assay::sim {

bool Ledger::stake(std::size_t group, Amount amount) {
    GroupLedger& g = groups[group];
    const Amount own = min_of(amount, g.liquid);
    const Amount lacking = sub_or_zero(amount, own);
    if (lacking > most_to_buy() || (!lacking.is_zero() && !pooled() && quote_.value == 0)) return false;
    g.liquid.units -= own.units;
    g.staked.units += own.units;
    buy(lacking, g.staked);
    staked.units += amount.units;
    return true;
}

Amount Ledger::unstake(std::size_t group, Amount amount, std::uint64_t step) {
    GroupLedger& g = groups[group];
    const Amount out = min_of(amount, g.staked);
    if (out.is_zero()) return {};
    g.staked.units -= out.units;
    g.unbonding.units += out.units;
    staked.units -= out.units;
    unbonding.units += out.units;
    leaving.push(step, static_cast<std::uint32_t>(group), out, g.newest);
    return out;
}

void Ledger::mature(std::uint64_t step) {
    for (GroupLedger& g : groups) g.matured = {};
    leaving.pop_due(step, [&](std::uint32_t who, Amount a) {
        GroupLedger& g = groups[who];
        g.unbonding.units -= a.units;
        unbonding.units -= a.units;
        g.liquid.units += a.units;
        g.matured.units += a.units;
    });
}

Amount Ledger::slash(std::size_t group, Ppb rate) {
    GroupLedger& g = groups[group];
    const u128 own = g.staked.units, all = staked.units;
    Amount taken;
    const auto cut = [&](Amount& whole, Amount part, Amount& total) {
        const auto loss = tokenomics::slash(part, {}, rate);
        const Amount out = loss ? loss->total : Amount{fail(loss.error())};
        whole.units -= out.units;
        total.units -= out.units;
        taken.units += out.units;
    };
    cut(g.staked, g.staked, staked);
    leaving.each_of(g.newest, [&](Amount& a) {
        const Amount before = a;
        cut(a, a, unbonding);
        g.unbonding.units -= before.units - a.units;
    });
    const Amount of_group = taken;
    if (own != 0) {
        const auto behind = [&](Amount a) { return own == all ? a : Amount{must(mul_div(a.units, own, all))}; };
        Amount rest = delegated;
        cut(rest, behind(delegated), delegated);
        leaving_delegations.each_of(newest_delegation_, [&](Amount& a) { cut(a, behind(a), undelegating); });
    }
    burned.units += taken.units;
    slashed.units += taken.units;
    slashed_delegated.units += taken.units - of_group.units;
    return taken;
}

Amount Ledger::delegate(Amount amount) {
    const Amount moved = min_of(amount, holders);
    holders.units -= moved.units;
    delegated.units += moved.units;
    return moved;
}

Amount Ledger::undelegate(Amount amount, std::uint64_t step) {
    const Amount moved = min_of(amount, delegated);
    if (moved.is_zero()) return {};
    delegated.units -= moved.units;
    undelegating.units += moved.units;
    leaving_delegations.push(step, 0, moved, newest_delegation_);
    return moved;
}

Amount Ledger::mature_delegations(std::uint64_t step) {
    Amount out;
    leaving_delegations.pop_due(step, [&](std::uint32_t, Amount a) { out.units += a.units; });
    undelegating.units -= out.units;
    holders.units += out.units;
    return out;
}

}  // namespace assay::sim
