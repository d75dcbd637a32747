// Stake for access: RegisterProvider, Stake and Unstake of a provider's own, Unjail; what a slash takes.
#include "chain/appeals.hpp"
#include "chain/exec.hpp"
#include "tokenomics/slash.hpp"
#include "tokenomics/stake.hpp"

namespace assay::chain {

Result<Provider> registered(Exec& x, const Address& a) {
    auto p = provider_now(x, a);
    if (!p) return {Code::not_registered, "the sender is not registered as a provider"};
    return *std::move(p);
}

void reweigh(Exec& x, Amount before, Amount after) {
    u128& sum = x.s.clock().sums.weights.stake;  // of parts of the supply
    sum = sum - before.units + after.units;
}

void set_stake(Exec& x, Provider& p, Amount next) {
    const Amount before = own_weight(p, x.epoch());
    if (p.stake_epoch != x.epoch()) {
        p.stake_epoch = x.epoch();
        p.stake_at_start = p.stake;
    }
    p.stake = next;
    reweigh(x, before, own_weight(p, x.epoch()));
}

Status release_matured(Exec& x, const Address& a, Provider& p) {
    if (p.unbonding.empty()) return {};
    const auto released = tokenomics::matured(p.unbonding, x.time(), x.s.oldest_open_work(a, p));
    if (released.released.is_zero()) return {};
    p.unbonding = released.remaining;
    ASSAY_TRY_VOID(decrease(x.s.books().unbonding, released.released));
    ASSAY_TRY_VOID(x.s.pay(a, released.released));
    x.emit("stake.released", {attr("provider", a), attr("amount", released.released)});
    return {};
}

Result<Slashed> slash_provider(Exec& x, const Address& a, Provider& p, Ppb rate, const std::string& reason) {
    ASSAY_TRY(auto cut, tokenomics::slash(p.stake, p.unbonding, rate));
    ASSAY_TRY(const Amount left, sub(p.stake, cut.from_stake));
    set_stake(x, p, left);
    Amount from_unbonding;
    for (std::size_t i = 0; i < p.unbonding.size(); ++i) {
        ASSAY_TRY_VOID(decrease(p.unbonding[i].amount, cut.from_unbonding[i]));
        ASSAY_TRY_VOID(increase(from_unbonding, cut.from_unbonding[i]));
    }
    std::erase_if(p.unbonding, [](const auto& u) { return u.amount.is_zero(); });
    Ledger& books = x.s.books();
    ASSAY_TRY_VOID(decrease(books.staked, cut.from_stake));
    ASSAY_TRY_VOID(decrease(books.unbonding, from_unbonding));
    ASSAY_TRY_VOID(increase(cut.total, slash_locked(x, a, p, rate)));
    if (x.rules().slash.hold_ms == 0)
        ASSAY_TRY_VOID(increase(books.burned, cut.total));
    else
        ASSAY_TRY_VOID(hold_slash(x, a, cut.total));
    ASSAY_TRY_VOID(increase(p.slashed, cut.total));
    ASSAY_TRY(Amount delegated, slash_delegators(x, a, p, rate));
    ASSAY_TRY(Amount all, add(cut.total, delegated));
    auto record = x.s.epoch(x.epoch());
    if (record) {
        ASSAY_TRY_VOID(increase(record->slashed, all));
        x.s.put_record(tables::epoch(x.epoch()), *record);
    }
    x.emit("stake.slashed", {attr("provider", a), attr("amount", all), attr("delegated", delegated),
                             attr("rate_ppb", rate.value), attr("reason", reason)});
    return Slashed{cut.total, all};
}

Status run(Exec& x, const RegisterProvider& m) {
    if (x.s.provider(x.sender)) return {Code::already_registered, "the sender is already a provider"};
    Provider p;
    p.endpoint = m.endpoint;
    p.registered = x.height();
    p.stake_epoch = x.epoch();
    p.settled = x.epoch();
    x.s.each_grant(x.sender,
                   [&](const Hash&, const VestingGrant& g) { return increase(p.granted, g.left.tokens).ok(); });
    x.s.put_record(tables::provider(x.sender), p);
    x.emit("provider.registered", {attr("provider", x.sender)});
    return {};
}

Status run(Exec& x, const Stake& m) {
    const bool own = m.provider == x.sender;
    if (!own && x.rules().stake.delegation == tokenomics::DelegationMode::closed)
        return {Code::delegation_closed, "provider is not the sender: this chain takes a provider's own stake only"};
    if (m.amount.is_zero() || m.amount < x.rules().stake.min_stake)
        return {Code::stake_too_small,
                "amount is below stake.min_stake of " + to_digits(x.rules().stake.min_stake.units)};
    if (!own) return delegate(x, m);
    ASSAY_TRY(Provider p, registered(x, x.sender));
    ASSAY_TRY_VOID(release_matured(x, x.sender, p));
    ASSAY_TRY_VOID(x.s.charge(x.sender, m.amount));
    ASSAY_TRY(const Amount stake, add(p.stake, m.amount));
    set_stake(x, p, stake);
    ASSAY_TRY_VOID(increase(x.s.books().staked, m.amount));
    x.s.put_record(tables::provider(x.sender), p);
    x.emit("stake.added", {attr("provider", x.sender), attr("amount", m.amount), attr("stake", p.stake)});
    return {};
}

Status run(Exec& x, const Unstake& m) {
    if (m.provider != x.sender) return undelegate(x, m);
    ASSAY_TRY(Provider p, registered(x, x.sender));
    ASSAY_TRY_VOID(release_matured(x, x.sender, p));
    if (m.amount.is_zero() || m.amount > p.stake)
        return {Code::insufficient_funds, "amount is zero or above the stake of " + to_digits(p.stake.units)};
    if (m.amount < x.rules().stake.min_unbonding && m.amount != p.stake)
        return {Code::stake_too_small, "amount is below stake.min_unbonding and not the whole stake"};
    set_stake(x, p, sub_or_zero(p.stake, m.amount));
    ASSAY_TRY_VOID(move(x.s.books().staked, x.s.books().unbonding, m.amount));
    const TimeMs matures{x.time().value + x.rules().stake.unbonding_ms};
    ASSAY_TRY(p.unbonding, tokenomics::add_unbonding(x.rules().stake, p.unbonding, {m.amount, matures, x.height()}));
    x.s.put_record(tables::provider(x.sender), p);
    x.emit("stake.unbonding",
           {attr("provider", x.sender), attr("amount", m.amount), attr("matures_ms", matures.value)});
    return {};
}

Status run(Exec& x, const Unjail& m) {
    if (m.version != 0) return {Code::field_out_of_range, "version must be 0"};
    ASSAY_TRY(Provider p, registered(x, x.sender));
    if (!p.jailed) return {Code::not_jailed, "the provider is not jailed"};
    if (x.time() < p.jailed_until)
        return {Code::too_early, "jailed for another " + std::to_string(p.jailed_until.value - x.time().value) + " ms"};
    ASSAY_TRY_VOID(must_have_access(x.rules(), x.s.clock(), p));
    p.jailed = false;
    x.s.put_record(tables::provider(x.sender), p);
    x.emit("provider.unjailed", {attr("provider", x.sender)});
    return {};
}

}  // namespace assay::chain
