// Credits: burned for, consumed, settled; and the end of an epoch.
#include <algorithm>

#include "tokenomics/sim/model/ledger.hpp"
#include "tokenomics/stake_pool.hpp"

namespace assay::sim {
namespace {

bool too_old(const tokenomics::Params& p, const tokenomics::PriceState& price) {
    return price.stale && tokenomics::needs_price(p.bme);
}

}  // namespace

void Ledger::book(const tokenomics::Purchase& bought) {
    burned.units += bought.destroyed.units;
    burned_for_credits.units += bought.destroyed.units;
    burned_in_epoch.units += bought.destroyed.units;
    vault.units += bought.vaulted.units;
    vaulted.units += bought.vaulted.units;
    pools.treasury.units += bought.treasury.units;
    pools.validators.units += bought.validators.units;
    credits_backing.units += bought.carried.units;
    credits_issued.units += bought.credits.units;
    credits_free.units += bought.credits.units;
}

// Whether the vault is too thin for any burn; looks anew.
bool Ledger::halted(const tokenomics::Params& p, const tokenomics::Prices& prices) {
    if (p.bme.mode != tokenomics::BurnMode::vault) return false;
    breaker = tokenomics::breaker(p.bme.vault, breaker.level, vault, prices.burn, decimals_, credits_free);
    return breaker.level == tokenomics::BreakerLevel::halted;
}

void Ledger::burn_for_credits(const tokenomics::Params& p, Credits needed, const tokenomics::PriceState& price) {
    if (too_old(p, price) || needed <= credits_free) return;
    const auto prices = tokenomics::prices_of(p.bme, price);
    if (halted(p, prices)) return;
    // Rounds are a matter of blocks, and a step is an epoch: what the back-off delays is over within the step.
    const Credits missing{std::max<u128>(sub_or_zero(needed, credits_free).units, p.bme.min_credits)};
    const auto cost = tokenomics::price_of(p.bme, prices, decimals_, missing);
    Amount bought;
    buy(cost ? std::max(*cost, p.bme.min_burn) : p.bme.min_burn, bought);
    if (bought.is_zero()) return;
    const auto done = tokenomics::purchase(p.bme, prices, decimals_, bought, {});
    if (!done) {  // a pool that gave less than the least burn: the tokens stay with who bought them
        holders.units += bought.units;
        if (done.error().code != Code::min_credits_not_met) fail(done.error());
        return;
    }
    book(*done);
}

// Settles `credits` of the free ones, which carry `carried`, with a group; false where nothing was.
bool Ledger::book(const tokenomics::Params& p, std::size_t group, const tokenomics::Prices& prices, Credits credits,
                  Amount carried, tokenomics::ProviderWork& work, tokenomics::Settlement& out) {
    tokenomics::Funds funds{vault, room(p)};
    if (p.bme.mode == tokenomics::BurnMode::vault)
        funds.mintable = tokenomics::vault_mintable(p.bme.vault, p.token.cap, supply(), shortfall_in_epoch);
    const auto done = tokenomics::settle(p.bme, prices, decimals_, funds, credits, carried);
    if (!done) {  // no price, the vault cannot pay, or the credits are dust: they stay the buyers'
        const Code why = done.error().code;
        if (why != Code::cap_reached && why != Code::amount_zero && why != Code::price_stale) fail(done.error());
        return false;
    }
    out = *done;
    credits_free.units -= out.credits.units;
    credits_consumed.units += out.credits.units;
    credits_backing.units -= out.tokens.units;
    minted.units += out.minted.units;
    settled.units += out.minted.units;
    vault.units -= out.from_vault.units + out.destroyed.units;
    released.units += out.from_vault.units;
    burned.units += out.destroyed.units;
    burned_for_credits.units += out.destroyed.units;
    burned_in_epoch.units += out.destroyed.units;
    if (p.bme.mode == tokenomics::BurnMode::vault) shortfall_in_epoch.units += out.minted.units;
    groups[group].liquid.units += out.paid.units;
    earned[group].units += out.paid.units;
    work.consumed.units += out.credits.units;
    work.tokens_carried.units += out.tokens.units;
    work.already_paid.units += out.paid.units;
    return true;
}

Credits Ledger::consume(const tokenomics::Params& p, Credits wanted, const std::vector<u128>& weights,
                        const tokenomics::PriceState& price, std::vector<tokenomics::ProviderWork>& works) {
    if (fresh_) {  // else the epoch goes on: it adds up
        for (auto& w : works) {
            w.consumed = {};
            w.tokens_carried = w.already_paid = Amount{};
        }
        for (WashLedger& w : washes) w.unclosed = {};
    }
    fresh_ = false;
    if (too_old(p, price)) return {};
    const Credits taken = min_of(wanted, credits_free);
    if (taken.is_zero()) return {};
    shares_.resize(weights.size());
    if (weights.size() == 1) {
        shares_[0].units = weights[0] != 0 ? taken.units : 0;
    } else if (const Status split = tokenomics::largest_remainder(Amount{taken.units}, weights, shares_); !split) {
        fail(split.error());
        return {};
    }
    const auto prices = tokenomics::prices_of(p.bme, price);
    Credits given;
    tokenomics::Settlement done;
    for (std::size_t i = 0; i < works.size(); ++i) {
        const Credits mine{shares_[i].units};
        if (mine.is_zero()) continue;
        const Amount carried = tokenomics::carried_by(mine, credits_free, credits_backing);
        if (book(p, i, prices, mine, carried, works[i], done)) given.units += done.credits.units;
    }
    return given;
}

Credits Ledger::wash(const tokenomics::Params& p, std::size_t group, Credits usd, const tokenomics::PriceState& price,
                     std::vector<tokenomics::ProviderWork>& works) {
    if (too_old(p, price) || usd.is_zero()) return {};
    const auto prices = tokenomics::prices_of(p.bme, price);
    if (halted(p, prices)) return {};
    const auto cost = tokenomics::price_of(p.bme, prices, decimals_, usd);
    if (!cost) return {};  // fewer credits than are sold at once, or at no price
    if (washes.empty()) washes.resize(groups.size());
    WashLedger& mine = washes[group];
    Amount& liquid = groups[group].liquid;
    const u128 before = usd_in;
    buy(sub_or_zero(*cost, liquid), liquid);
    mine.spent_usd += usd_in - before;
    const auto bought = tokenomics::purchase(p.bme, prices, decimals_, min_of(*cost, liquid), {});
    if (!bought) {  // too few tokens for the least burn: it keeps them
        if (bought.error().code != Code::min_credits_not_met) fail(bought.error());
        return {};
    }
    liquid.units -= bought->spent.units;
    mine.spent.units += bought->spent.units;
    book(*bought);
    tokenomics::Settlement done;
    if (!book(p, group, prices, bought->credits, bought->carried, works[group], done)) return {};
    mine.paid.units += done.paid.units;
    mine.unclosed.units += done.credits.units;
    return done.credits;
}

void Ledger::close(const tokenomics::Params& p, tokenomics::EpochInput& in, tokenomics::EpochOutput& out,
                   tokenomics::EpochScratch& scratch) {
    // As in the chain, what was delegated within the epoch earns from its end on.
    const Amount standing = min_of(delegated, delegated_since_);
    for (std::size_t i = 0; i < in.providers.size(); ++i)
        in.providers[i].delegated = standing.is_zero() || staked.is_zero()
                                        ? Amount{}
                                        : Amount{must(mul_div(standing.units, groups[i].staked.units, staked.units))};
    in.view.cumulative_scheduled = scheduled;
    in.view.supply = supply();
    in.view.cap = p.token.cap;
    in.view.burned = burned_in_epoch;
    in.pools = pools;
    in.recycle_smoothed = recycle_smoothed;
    tokenomics::close_epoch(p, in, out, scratch);
    minted.units += out.minted.units + out.recycled.units;
    recycled.units += out.recycled.units;
    recycle_smoothed = out.recycle_smoothed;
    burned_in_epoch = shortfall_in_epoch = {};
    fresh_ = true;
    delegated_since_ = delegated;
    scheduled.units += out.minted.units;
    pools = out.pools_after;
    std::size_t i = 0;  // payments come in the order of the providers, then of the validators
    for (const tokenomics::Payment& pay : out.payments) {
        while (i < in.providers.size() && in.providers[i].provider != pay.to) ++i;
        if (i < in.providers.size()) {
            const tokenomics::ProviderWork& work = in.providers[i];
            Amount staking = pay.staking;
            staking_paid.units += staking.units;
            if (!work.delegated.is_zero() && !staking.is_zero()) {
                const auto parts = tokenomics::share_reward(staking, min_of(work.stake_at_start, work.stake_at_end),
                                                            work.delegated, commission_);
                if (parts) {
                    staking = parts->provider;
                    holders.units += parts->delegators.units;
                    delegators_paid.units += parts->delegators.units;
                } else {
                    fail(parts.error());
                }
            }
            const u128 sum = pay.work.units + pay.availability.units + staking.units;
            groups[i].liquid.units += sum;
            earned[i].units += sum;
            if (!washes.empty() && !washes[i].unclosed.is_zero())
                washes[i].paid.units += must(mul_div(pay.work.units, washes[i].unclosed.units, work.consumed.units));
        }
        holders.units += pay.validation.units;
        validation_paid.units += pay.validation.units;
    }
    for (WashLedger& w : washes) w.unclosed = {};
}

}  // namespace assay::sim
