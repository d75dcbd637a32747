#include "tokenomics/sim/model/ledger.hpp"

#include <algorithm>

#include "tokenomics/sim/model/real.hpp"

namespace assay::sim {
namespace {

u128 price_scale(unsigned decimals) {
    u128 out = 100;
    for (unsigned i = 0; i < decimals; ++i) out *= 10;
    return out;
}

// a x b < c x d, with products of 256 bits.
bool product_below(u128 a, u128 b, u128 c, u128 d) {
    struct Wide {
        u128 high, low;
    };
    const auto multiply = [](u128 x, u128 y) -> Wide {
        constexpr u128 kMask = ~std::uint64_t{0};
        const u128 x0 = x & kMask, x1 = x >> 64, y0 = y & kMask, y1 = y >> 64;
        const u128 p01 = x0 * y1, p10 = x1 * y0;
        const u128 middle = ((x0 * y0) >> 64) + (p01 & kMask) + (p10 & kMask);
        return {x1 * y1 + (p01 >> 64) + (p10 >> 64) + (middle >> 64), x * y};
    };
    const Wide left = multiply(a, b), right = multiply(c, d);
    return left.high < right.high || (left.high == right.high && left.low < right.low);
}

}  // namespace

u128 Ledger::fail(const Error& e) {
    if (!broken_) broken_ = e;
    return 0;
}

u128 Ledger::must(Result<u128> r) {
    return r ? *r : fail(r.error());
}

Result<Ledger> Ledger::open(const tokenomics::Params& params, const Start& start) {
    Ledger l;
    l.decimals_ = params.token.decimals;
    l.fee_ = start.fee;
    const Price price{static_cast<std::uint64_t>(real::floor_units(start.price_usd * 1e8))};
    l.pool_usd = l.usd_start = start.depth_usd;
    ASSAY_TRY(l.pool_tokens, tokenomics::tokens_worth(Credits{start.depth_usd}, price, l.decimals_));
    if (l.pool_tokens.is_zero() || l.pool_usd == 0)
        return {Code::field_out_of_range, "market.depth_usd is less than one base unit on a side of the pool"};
    l.genesis = start.supply;
    l.bonds = start.bonded;
    ASSAY_TRY(Amount used, add(l.pool_tokens, l.bonds));
    for (const Amount s : start.stakes) {
        GroupLedger g;
        g.staked = s;
        g.maturing.resize(std::max<std::size_t>(1, start.unbonding_steps));
        l.groups.push_back(std::move(g));
        ASSAY_TRY(used, add(used, s));
    }
    if (used > start.supply)
        return {Code::field_out_of_range, "initial.supply is " + to_digits(start.supply.units) +
                                              " base units; pool, bonds and the providers' stakes take " +
                                              to_digits(used.units)};
    l.holders = sub_or_zero(start.supply, used);
    l.earned.resize(l.groups.size());
    l.product_tokens_ = l.pool_tokens.units;
    l.product_usd_ = l.pool_usd;
    return l;
}

Amount Ledger::buy_for(u128 usd, Amount& to) {
    const u128 effective = usd - must(assay::mul_div_ceil(usd, fee_.value, Ppb::kOne));
    const Amount out{must(assay::mul_div(pool_tokens.units, effective, pool_usd + effective))};
    if (out >= pool_tokens || out.is_zero()) return {};
    pool_usd += usd;
    usd_in += usd;
    pool_tokens.units -= out.units;
    to.units += out.units;
    return out;
}

Amount Ledger::buy(Amount wanted, Amount& to) {
    const Amount out = min_of(wanted, Amount{pool_tokens.units / 2});
    if (out.is_zero()) return {};
    u128 usd = must(assay::mul_div_ceil(pool_usd, out.units, pool_tokens.units - out.units));
    usd = must(assay::mul_div_ceil(usd, Ppb::kOne, Ppb::kOne - fee_.value));
    pool_usd += usd;
    usd_in += usd;
    pool_tokens.units -= out.units;
    to.units += out.units;
    return out;
}

u128 Ledger::sell(Amount amount, Amount& from) {
    const Amount in = min_of(amount, from);
    const u128 effective = in.units - must(assay::mul_div_ceil(in.units, fee_.value, Ppb::kOne));
    const u128 usd = must(assay::mul_div(pool_usd, effective, pool_tokens.units + effective));
    if (usd == 0) return 0;
    from.units -= in.units;
    pool_tokens.units += in.units;
    pool_usd -= usd;
    usd_out += usd;
    return usd;
}

Price Ledger::spot() const {
    const auto price = assay::mul_div(pool_usd, price_scale(decimals_), pool_tokens.units);
    constexpr std::uint64_t kMost = 0xffffffffffffull;
    return Price{price ? static_cast<std::uint64_t>(std::min<u128>(*price, kMost)) : kMost};
}

void Ledger::burn_for_credits(const tokenomics::Params& p, Credits needed, const tokenomics::PriceState& price) {
    if (price.stale || needed <= credits_free) return;
    if (p.bme.mode == tokenomics::BurnMode::vault) {
        breaker = tokenomics::breaker(p.bme.vault, breaker.level, vault, tokenomics::prices_of(p.bme, price).burn,
                                      decimals_, credits_free);
        if (breaker.level == tokenomics::BreakerLevel::halted) return;
    }
    // Rounds are a matter of blocks, and a step is an epoch: what the back-off delays is over within the step.
    const auto prices = tokenomics::prices_of(p.bme, price);
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
    burned.units += done->destroyed.units;
    burned_for_credits.units += done->destroyed.units;
    burned_in_epoch.units += done->destroyed.units;
    vault.units += done->vaulted.units;
    pools.treasury.units += done->treasury.units;
    pools.validators.units += done->validators.units;
    credits_backing.units += done->carried.units;
    credits_issued.units += done->credits.units;
    credits_free.units += done->credits.units;
}

Credits Ledger::consume(const tokenomics::Params& p, Credits wanted, const std::vector<u128>& weights,
                        const tokenomics::PriceState& price, std::vector<tokenomics::ProviderWork>& works) {
    for (auto& w : works) {
        w.consumed = {};
        w.tokens_carried = w.already_paid = Amount{};
    }
    if (price.stale) return {};
    const Credits taken = min_of(wanted, credits_free);
    if (taken.is_zero()) return {};
    shares_.resize(weights.size());
    if (const Status split = tokenomics::largest_remainder(Amount{taken.units}, weights, shares_); !split) {
        fail(split.error());
        return {};
    }
    const auto prices = tokenomics::prices_of(p.bme, price);
    Credits given;
    for (std::size_t i = 0; i < works.size(); ++i) {
        const Credits mine{shares_[i].units};
        if (mine.is_zero()) continue;
        const Amount carried = tokenomics::carried_by(mine, credits_free, credits_backing);
        tokenomics::Funds funds{vault, room(p)};
        if (p.bme.mode == tokenomics::BurnMode::vault)
            funds.mintable = tokenomics::vault_mintable(p.bme.vault, p.token.cap, supply(), shortfall_in_epoch);
        const auto done = tokenomics::settle(p.bme, prices, decimals_, funds, mine, carried);
        if (!done) {  // the vault cannot pay, or the credits are dust: they stay the buyers'
            if (done.error().code != Code::cap_reached && done.error().code != Code::amount_zero) fail(done.error());
            continue;
        }
        credits_free.units -= done->credits.units;
        credits_backing.units -= done->tokens.units;
        minted.units += done->minted.units;
        vault.units -= done->from_vault.units + done->destroyed.units;
        burned.units += done->destroyed.units;
        burned_for_credits.units += done->destroyed.units;
        burned_in_epoch.units += done->destroyed.units;
        if (p.bme.mode == tokenomics::BurnMode::vault) shortfall_in_epoch.units += done->minted.units;
        groups[i].liquid.units += done->paid.units;
        earned[i].units += done->paid.units;
        works[i].consumed = done->credits;
        works[i].tokens_carried = done->tokens;
        works[i].already_paid = done->paid;
        given.units += done->credits.units;
    }
    credits_consumed.units += given.units;
    return given;
}

void Ledger::close(const tokenomics::Params& p, tokenomics::EpochInput& in, tokenomics::EpochOutput& out,
                   tokenomics::EpochScratch& scratch) {
    in.view = {scheduled, supply(), p.token.cap};
    in.view.burned = burned_in_epoch;
    in.pools = pools;
    in.recycle_smoothed = recycle_smoothed;
    tokenomics::close_epoch(p, in, out, scratch);
    minted.units += out.minted.units + out.recycled.units;
    recycled.units += out.recycled.units;
    recycle_smoothed = out.recycle_smoothed;
    burned_in_epoch = shortfall_in_epoch = {};
    scheduled.units += out.minted.units;
    pools = out.pools_after;
    std::size_t i = 0;  // payments come in the order of the providers, then of the validators
    for (const tokenomics::Payment& pay : out.payments) {
        while (i < in.providers.size() && in.providers[i].provider != pay.to) ++i;
        if (i < in.providers.size()) {
            const u128 sum = pay.work.units + pay.availability.units + pay.staking.units;
            groups[i].liquid.units += sum;
            earned[i].units += sum;
        }
        holders.units += pay.validation.units;
    }
}

bool Ledger::stake(std::size_t group, Amount amount) {
    GroupLedger& g = groups[group];
    const Amount own = min_of(amount, g.liquid);
    const Amount lacking = sub_or_zero(amount, own);
    if (lacking.units > pool_tokens.units / 2) return false;
    g.liquid.units -= own.units;
    g.staked.units += own.units;
    buy(lacking, g.staked);
    return true;
}

void Ledger::unstake(std::size_t group, Amount amount, std::uint64_t step) {
    GroupLedger& g = groups[group];
    const Amount out = min_of(amount, g.staked);
    g.staked.units -= out.units;
    g.unbonding.units += out.units;
    g.maturing[step % g.maturing.size()].units += out.units;  // read again when the ring has gone round
}

Amount Ledger::mature(std::size_t group, std::uint64_t step) {
    GroupLedger& g = groups[group];
    Amount& due = g.maturing[step % g.maturing.size()];
    const Amount out = due;
    due = {};
    g.unbonding.units -= out.units;
    g.liquid.units += out.units;
    return out;
}

Status Ledger::check(const tokenomics::Params& p) {
    if (broken_) return *broken_;
    u128 sum = holders.units + bonds.units + pool_tokens.units + vault.units + pools.work.units +
               pools.availability.units + pools.stakers.units + pools.validators.units + pools.treasury.units;
    for (const GroupLedger& g : groups) sum += g.liquid.units + g.staked.units + g.unbonding.units;
    const Amount all = supply();
    if (sum != all.units)
        return {Code::conservation_broken, "the buckets hold " + to_digits(sum) +
                                               " base units, genesis + minted - burned is " + to_digits(all.units)};
    if (all > p.token.cap)
        return {Code::conservation_broken,
                "the supply of " + to_digits(all.units) + " passes token.cap of " + to_digits(p.token.cap.units)};
    if (scheduled > p.emission.total)
        return {Code::conservation_broken, "the schedule minted " + to_digits(scheduled.units) +
                                               ", emission.total is " + to_digits(p.emission.total.units)};
    if (recycled > burned_for_credits)
        return {Code::conservation_broken, "recycled are " + to_digits(recycled.units) +
                                               " base units, burned for credits were " +
                                               to_digits(burned_for_credits.units)};
    if (p.bme.mode == tokenomics::BurnMode::mint_ratio && vault != credits_backing)
        return {Code::conservation_broken, "the vault holds " + to_digits(vault.units) +
                                               " base units, the credits carry " + to_digits(credits_backing.units)};
    if (credits_issued.units != credits_consumed.units + credits_free.units)
        return {Code::conservation_broken, "credits issued are " + to_digits(credits_issued.units) +
                                               ", consumed and free " +
                                               to_digits(credits_consumed.units + credits_free.units)};
    if (pool_usd != usd_start + usd_in - usd_out)
        return {Code::conservation_broken, "the pool's dollars are not those that came in less those that went out"};
    if (product_below(pool_tokens.units, pool_usd, product_tokens_, product_usd_))
        return {Code::conservation_broken, "the product of the pool fell"};
    product_tokens_ = pool_tokens.units;
    product_usd_ = pool_usd;
    return {};
}

Status Ledger::check_fully(const tokenomics::Params& p) {
    ASSAY_TRY_VOID(check(p));
    for (const GroupLedger& g : groups) {
        u128 sum = 0;
        for (const Amount a : g.maturing) sum += a.units;
        if (sum != g.unbonding.units)
            return {Code::conservation_broken,
                    "unbonding entries sum to " + to_digits(sum) + ", the total is " + to_digits(g.unbonding.units)};
    }
    return {};
}

}  // namespace assay::sim
