#include "chain/access.hpp"

namespace assay::chain {

Amount own_weight(const Provider& p, Epoch now) {
    return p.stake_epoch == now ? min_of(p.stake_at_start, p.stake) : p.stake;
}

tokenomics::ProviderWork work_of(const ProviderEpoch& mine) {
    tokenomics::ProviderWork w;
    w.passed_weight = mine.passed_weight;
    w.pending_weight = mine.pending_weight + mine.passed_before_pay + mine.lost_before_pay;
    w.consumed = mine.consumed;
    w.tokens_carried = mine.consumed_tokens;
    w.already_paid = mine.settled;
    return w;
}

bool is_due(const ChainState& clock, const Provider& p) {
    const Paying& paying = clock.paying;
    return paying.stage != PayingStage::done && p.settled <= paying.epoch && paying.looks_at_all();
}

void give_grace(const Paying& paying, const tokenomics::Params& before, const tokenomics::Params& rules, Price now,
                Provider& p) {
    const Amount was = required_of(before, paying.price_before, p);
    const Amount there = backing(rules.stake, p);
    if (there < was || there >= required_of(rules, now, p)) return;
    p.kept = was;
    p.kept_until = paying.grace_until;
}

void see_grace(const StateView& state, const tokenomics::Params& rules, const ChainState& clock, Provider& p) {
    const Paying& paying = clock.paying;
    if (paying.repriced && is_due(clock, p))
        give_grace(paying, paying.latched ? state.params_at(paying.epoch) : rules, rules, clock.stake_price, p);
}

Amount backing(const tokenomics::StakeParams& rules, const Provider& p) {
    Amount sum = p.stake;
    const auto count = [&sum](Amount more) {  // all are parts of the supply
        const auto both = add(sum, more);
        sum = both ? *both : Amount::max();
    };
    count(p.delegated);
    if (rules.locked != tokenomics::LockedStake::none) count(p.rewards.pool.tokens);
    if (rules.locked == tokenomics::LockedStake::all) count(p.granted);
    return sum;
}

tokenomics::Requirement requirement_of(const tokenomics::Params& rules, const Provider& p) {
    const auto sum = tokenomics::requirement(rules, p.classes);
    return sum ? *sum : tokenomics::Requirement{Amount::max(), Credits::max(), Amount::max()};
}

Amount required_of(const tokenomics::Params& rules, Price stake_price, const Provider& p) {
    const auto required = tokenomics::in_tokens(requirement_of(rules, p), stake_price, rules.token.decimals);
    return required ? *required : Amount::max();
}

Amount required_now(const tokenomics::Params& rules, const ChainState& clock, const Provider& p) {
    const Amount required = required_of(rules, clock.stake_price, p);
    return clock.time < p.kept_until ? min_of(p.kept, required) : required;
}

Amount needed(const tokenomics::Params& rules, const ChainState& clock, const Provider& p) {
    if (rules.stake.access == tokenomics::AccessMode::scaled) return requirement_of(rules, p).least;
    return required_now(rules, clock, p);
}

bool has_access(const tokenomics::Params& rules, const ChainState& clock, const Provider& p) {
    return backing(rules.stake, p) >= needed(rules, clock, p);
}

Status must_have_access(const tokenomics::Params& rules, const ChainState& clock, const Provider& p) {
    const Amount need = needed(rules, clock, p);
    const Amount there = backing(rules.stake, p);
    if (there >= need) return {};
    return {Code::stake_below_required,
            "stake is " + to_digits(there.units) + ", required are " + to_digits(need.units)};
}

}  // namespace assay::chain
