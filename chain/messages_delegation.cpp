// Stake of others: Stake and Unstake with another's provider, ClaimRewards, SetCommission; what a slash and an epoch's
// reward do to a pool. The rules are tokenomics/stake_pool.hpp; here they meet accounts and the ledger.
#include "chain/exec.hpp"

namespace assay::chain {
namespace {

// A pair of provider and delegator, settled: its rewards and what has matured are paid before anything else happens.
struct Pair {
    Address at;
    Provider provider;
    tokenomics::StakePool pool;
    tokenomics::Delegation delegation;
    Amount reward, released;
};

// What the pool granted by the end of the epoch in which the newest shares came. Without a grant nothing moved.
tokenomics::PerShare after_fresh(Exec& x, const Address& provider, const tokenomics::Delegation& d) {
    const auto then = x.s.provider_epoch(d.fresh_epoch, provider);
    return then && then->per_share != tokenomics::PerShare{} ? then->per_share : d.per_share;
}

Result<Pair> settled(Exec& x, const Address& at) {
    Pair out;
    out.at = at;
    auto p = provider_now(x, at);
    if (!p) return {Code::not_registered, "provider is not registered"};
    out.provider = *std::move(p);
    if (auto pool = x.s.stake_pool(at)) out.pool = *std::move(pool);
    if (auto d = x.s.delegation(at, x.sender)) out.delegation = *std::move(d);
    tokenomics::Delegation& d = out.delegation;

    std::optional<tokenomics::PerShare> fresh;
    if (d.fresh != 0 && d.fresh_epoch < x.epoch()) fresh = after_fresh(x, at, d);
    std::optional<tokenomics::ClosedGeneration> closed;
    const std::uint64_t generation = d.generation;
    if (d.shares != 0 && generation != out.pool.generation) closed = x.s.closed_generation(at, generation);
    ASSAY_TRY(out.reward, tokenomics::settle(out.pool, d, x.epoch(), fresh, closed ? &*closed : nullptr));
    if (closed && closed->shares == 0)
        x.s.erase(tables::closed_generation(at, generation));
    else if (closed)
        x.s.put_record(tables::closed_generation(at, generation), *closed);
    out.released = tokenomics::release_leaving(out.pool, d, x.time(), x.s.oldest_open_work(at, out.provider));

    Ledger& books = x.s.books();
    ASSAY_TRY_VOID(decrease(books.rewards, out.reward));
    ASSAY_TRY_VOID(decrease(books.unbonding, out.released));
    ASSAY_TRY(Amount paid, add(out.reward, out.released));
    if (paid.is_zero()) return out;
    ASSAY_TRY_VOID(x.s.pay(x.sender, paid));
    x.emit("stake.claimed", {attr("provider", at), attr("delegator", x.sender), attr("reward", out.reward),
                             attr("released", out.released)});
    return out;
}

void save(Exec& x, Pair& pair) {
    pair.provider.delegated = pair.pool.active.tokens;
    x.s.put_record(tables::provider(pair.at), pair.provider);
    x.s.put_record(tables::stake_pool(pair.at), pair.pool);
    if (pair.delegation.empty()) {
        x.s.erase(tables::delegation(pair.at, x.sender));
        x.s.erase(tables::delegation_by(x.sender, pair.at));
    } else {
        x.s.put_record(tables::delegation(pair.at, x.sender), pair.delegation);
        x.s.put(tables::delegation_by(x.sender, pair.at), {});
    }
}

Status must_be_delegator(Exec& x, const Address& provider) {
    if (x.s.delegation(provider, x.sender)) return {};
    return {Code::not_owner, "the sender has no stake with this provider"};
}

}  // namespace

Status delegate(Exec& x, const Stake& m) {
    ASSAY_TRY(Pair pair, settled(x, m.provider));
    ASSAY_TRY_VOID(x.s.charge(x.sender, m.amount));
    const Amount before = tokenomics::earning_stake(pair.pool, x.epoch());
    ASSAY_TRY_VOID(tokenomics::delegate(pair.pool, pair.delegation, m.amount, x.epoch()));
    reweigh(x, before, tokenomics::earning_stake(pair.pool, x.epoch()));
    ASSAY_TRY_VOID(increase(x.s.books().staked, m.amount));
    save(x, pair);
    x.emit("stake.added", {attr("provider", m.provider), attr("delegator", x.sender), attr("amount", m.amount),
                           attr("stake", tokenomics::worth(pair.pool.active, pair.delegation.shares))});
    return {};
}

Status undelegate(Exec& x, const Unstake& m) {
    ASSAY_TRY_VOID(must_be_delegator(x, m.provider));
    ASSAY_TRY(Pair pair, settled(x, m.provider));
    const Amount all = tokenomics::worth(pair.pool.active, pair.delegation.shares);
    if (m.amount.is_zero() || m.amount > all)
        return {Code::insufficient_funds, "amount is zero or above the stake of " + to_digits(all.units)};
    if (m.amount < x.rules().stake.min_unbonding && m.amount != all)
        return {Code::stake_too_small, "amount is below stake.min_unbonding and not the whole stake"};
    const TimeMs matures{x.time().value + x.rules().stake.unbonding_ms};
    const Amount before = tokenomics::earning_stake(pair.pool, x.epoch());
    ASSAY_TRY_VOID(tokenomics::undelegate(pair.pool, pair.delegation, m.amount, matures, x.height(),
                                          x.rules().stake.max_unbondings));
    reweigh(x, before, tokenomics::earning_stake(pair.pool, x.epoch()));
    ASSAY_TRY_VOID(move(x.s.books().staked, x.s.books().unbonding, m.amount));
    save(x, pair);
    x.emit("stake.unbonding", {attr("provider", m.provider), attr("delegator", x.sender), attr("amount", m.amount),
                               attr("matures_ms", matures.value)});
    return {};
}

Status run(Exec& x, const ClaimRewards& m) {
    ASSAY_TRY_VOID(must_be_delegator(x, m.provider));
    ASSAY_TRY(Pair pair, settled(x, m.provider));
    save(x, pair);
    return {};
}

Status run(Exec& x, const SetCommission& m) {
    const Ppb floor = x.rules().stake.commission_floor;
    if (m.commission < floor || m.commission.value > Ppb::kOne)
        return {Code::field_out_of_range, "commission_ppb is " + std::to_string(m.commission.value) + ", allowed are " +
                                              std::to_string(floor.value) +
                                              " (stake.commission_floor_ppb) to 1000000000"};
    if (!provider_now(x, x.sender)) return {Code::not_registered, "the sender is not registered as a provider"};
    auto pool = x.s.stake_pool(x.sender).value_or(tokenomics::StakePool{});
    if (pool.commission_epoch != x.epoch()) {
        pool.commission_before = pool.commission;  // what delegators were promised for this epoch
        pool.commission_epoch = x.epoch();
    }
    pool.commission = m.commission;
    x.s.put_record(tables::stake_pool(x.sender), pool);
    x.emit("provider.commission", {attr("provider", x.sender), attr("commission_ppb", m.commission.value)});
    return {};
}

Result<Amount> slash_delegators(Exec& x, const Address& a, Provider& p, Ppb rate) {
    auto pool = x.s.stake_pool(a);
    if (!pool) return Amount{};
    const auto& stake = x.rules().stake;
    const std::uint64_t generation = pool->generation;
    const Amount before = tokenomics::earning_stake(*pool, x.epoch());
    const tokenomics::PoolSlash cut = tokenomics::slash_pool(
        *pool, rate, stake.min_stake, TimeMs{x.time().value + stake.unbonding_ms}, x.height(), x.epoch());
    reweigh(x, before, tokenomics::earning_stake(*pool, x.epoch()));
    Ledger& books = x.s.books();
    ASSAY_TRY_VOID(decrease(books.staked, cut.from_active));
    ASSAY_TRY_VOID(decrease(books.unbonding, cut.from_leaving));
    ASSAY_TRY_VOID(move(books.staked, books.unbonding, cut.closed_tokens));
    ASSAY_TRY(Amount taken, add(cut.from_active, cut.from_leaving));
    ASSAY_TRY_VOID(increase(books.burned, taken));
    if (cut.closed) {
        x.s.put_record(tables::closed_generation(a, generation), *cut.closed);
        x.emit("stake.pool_closed", {attr("provider", a), attr("left", cut.closed_tokens)});
    }
    p.delegated = pool->active.tokens;
    x.s.put_record(tables::stake_pool(a), *pool);
    return taken;
}

Amount reward_delegators(Exec& x, const Address& a, Amount own, tokenomics::StakePool& pool, Amount reward,
                         ProviderEpoch& mine) {
    const Paying& paying = x.s.clock().paying;
    const auto parts = tokenomics::share_reward(reward, own, tokenomics::earning_stake(pool, paying.epoch),
                                                tokenomics::commission_in(pool, paying.epoch, paying.commission_floor));
    if (!parts || parts->delegators.is_zero() || !tokenomics::grant(pool, parts->delegators, paying.epoch))
        return reward;
    (void)increase(x.s.books().rewards, parts->delegators);
    mine.delegators = parts->delegators;
    mine.per_share = pool.per_share;
    x.s.put_record(tables::stake_pool(a), pool);
    x.emit("stake.rewarded", {attr("provider", a), attr("amount", parts->delegators)});
    return parts->provider;
}

}  // namespace assay::chain
