// How an economy's money begins, and the proof that it is all there.
#include "tokenomics/sim/model/ledger.hpp"

#include <algorithm>

#include "tokenomics/sim/model/real.hpp"

namespace assay::sim {
namespace {

// a x b < c x d, with products of 256 bits.
bool product_below(u128 a, u128 b, u128 c, u128 d) {
    if (((a | b | c | d) >> 64) == 0) return a * b < c * d;
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

Error broken(const std::string& why) {
    return {Code::conservation_broken, why};
}

}  // namespace

u128 Ledger::fail(const Error& e) {
    if (!broken_) broken_ = e;
    return 0;
}

Result<Ledger> Ledger::open(const tokenomics::Params& params, const Start& start) {
    Ledger l;
    l.decimals_ = params.token.decimals;
    ASSAY_TRY(l.scale_, tokenomics::per_token(l.decimals_));
    l.fee_ = start.fee;
    l.commission_ = start.commission;
    l.market_ = start.market;
    l.leaving = l.leaving_delegations = LeavingQueue(start.unbonding_steps);
    const Price price{static_cast<std::uint64_t>(real::floor_units(start.price_usd * 1e8))};
    l.quote_ = price;
    l.pool_usd = l.usd_start = start.depth_usd;
    ASSAY_TRY(l.pool_tokens, tokenomics::tokens_worth(Credits{start.depth_usd}, price, l.decimals_));
    if (l.pool_tokens.is_zero() || l.pool_usd == 0)
        return {Code::field_out_of_range, "market.depth_usd is less than one base unit on a side of the pool"};
    l.remember_product();
    l.genesis = start.supply;
    l.bonds = start.bonded;
    l.delegated = l.delegated_since_ = start.delegated;
    l.pools.treasury = start.treasury;
    l.treasury_usd = l.treasury_start = start.treasury_usd;
    if (!start.credits.is_zero()) {
        const auto bought = tokenomics::purchase(params.bme, {price, price}, l.decimals_, Amount::max(), start.credits);
        if (!bought) return {Code::field_out_of_range, "initial.credits_usd cannot be: " + bought.error().message};
        l.credits_issued = l.credits_free = start.credits;
        l.credits_backing = bought->carried;
        l.vault = bought->vaulted;
    }
    Amount used;
    const auto use = [&](Amount a) -> Status {
        ASSAY_TRY(used, add(used, a));
        return {};
    };
    for (const Amount a : {l.pool_tokens, l.bonds, l.delegated, l.pools.treasury, l.vault}) {
        ASSAY_TRY_VOID(use(a));
    }
    for (const Amount s : start.stakes) {
        ASSAY_TRY_VOID(use(s));
        l.staked.units += s.units;
        GroupLedger& g = l.groups.emplace_back();
        g.staked = s;
    }
    for (std::size_t i = 0; i < start.parties.size(); ++i) {
        const PartyLedger p{start.parties[i], i < start.locked.size() ? start.locked[i] : Amount{}};
        ASSAY_TRY_VOID(use(p.free));
        ASSAY_TRY_VOID(use(p.locked));
        l.locked.units += p.locked.units;
        l.parties.push_back(p);
    }
    if (used > start.supply)
        return {Code::field_out_of_range,
                "initial.supply is " + to_digits(start.supply.units) +
                    " base units; pool, bonds, stakes, delegations, treasury, vault and holdings take " +
                    to_digits(used.units)};
    l.holders = sub_or_zero(start.supply, used);
    l.earned.resize(l.groups.size());
    return l;
}

bool Ledger::product_fell() const {
    if (pool_tokens.units == product_tokens_ && pool_usd == product_usd_) return false;
    return product_below(pool_tokens.units, pool_usd, product_tokens_, product_usd_);
}

void Ledger::remember_product() {
    product_tokens_ = pool_tokens.units;
    product_usd_ = pool_usd;
}

Amount Ledger::circulating() const {
    return Amount{supply().units - bonds.units - staked.units - unbonding.units - delegated.units - undelegating.units -
                  vault.units - locked.units};
}

Status Ledger::check(const tokenomics::Params& p) {
    if (broken_) return *broken_;
    u128 sum = holders.units + bonds.units + pool_tokens.units + vault.units + delegated.units + undelegating.units +
               pools.work.units + pools.availability.units + pools.stakers.units + pools.validators.units +
               pools.treasury.units;
    for (const GroupLedger& g : groups) sum += g.liquid.units + g.staked.units + g.unbonding.units;
    for (const PartyLedger& q : parties) sum += q.free.units + q.locked.units;
    const Amount all = supply();
    if (sum != all.units)
        return broken("the buckets hold " + to_digits(sum) + " base units, genesis + minted - burned is " +
                      to_digits(all.units));
    if (all > p.token.cap)
        return broken("the supply of " + to_digits(all.units) + " passes token.cap of " + to_digits(p.token.cap.units));
    if (minted.units + scheduled_before.units != scheduled.units + recycled.units + settled.units)
        return broken("minted are " + to_digits(minted.units) +
                      " base units, schedule, recycling and settlements made " +
                      to_digits(scheduled.units - scheduled_before.units + recycled.units + settled.units));
    if (scheduled > p.emission.total)
        return broken("the schedule minted " + to_digits(scheduled.units) + ", emission.total is " +
                      to_digits(p.emission.total.units));
    if (recycled > burned_for_credits)
        return broken("recycled are " + to_digits(recycled.units) + " base units, burned for credits were " +
                      to_digits(burned_for_credits.units));
    if (p.bme.mode == tokenomics::BurnMode::mint_ratio && vault != credits_backing)
        return broken("the vault holds " + to_digits(vault.units) + " base units, the credits carry " +
                      to_digits(credits_backing.units));
    if (credits_issued.units != credits_consumed.units + credits_free.units)
        return broken("credits issued are " + to_digits(credits_issued.units) + ", consumed and free " +
                      to_digits(credits_consumed.units + credits_free.units));
    if (pool_usd != usd_start + usd_in - usd_out)
        return broken("the pool's dollars are not those that came in less those that went out");
    if (treasury_usd != treasury_start + treasury_in - treasury_out)
        return broken("the treasury's dollars are not those that came in less those that went out");
    if (pooled()) {
        if (product_fell()) return broken("the product of the pool fell");
        remember_product();
    }
    return {};
}

Status Ledger::check_fully(const tokenomics::Params& p) {
    ASSAY_TRY_VOID(check(p));
    u128 of_stake = 0, of_unbonding = 0, of_locked = 0, of_delegations = 0;
    std::vector<u128> entries(groups.size());
    leaving.each([&](std::uint32_t who, Amount a) { entries[who] += a.units; });
    leaving_delegations.each([&](std::uint32_t, Amount a) { of_delegations += a.units; });
    for (std::size_t i = 0; i < groups.size(); ++i) {
        if (entries[i] != groups[i].unbonding.units)
            return broken("unbonding entries sum to " + to_digits(entries[i]) + ", the total is " +
                          to_digits(groups[i].unbonding.units));
        of_stake += groups[i].staked.units;
        of_unbonding += groups[i].unbonding.units;
    }
    for (const PartyLedger& q : parties) of_locked += q.locked.units;
    if (of_delegations != undelegating.units)
        return broken("entries of delegations that unbond sum to " + to_digits(of_delegations) + ", the total is " +
                      to_digits(undelegating.units));
    if (of_stake != staked.units || of_unbonding != unbonding.units || of_locked != locked.units)
        return broken("what is staked, unbonding and locked sums to " + to_digits(of_stake) + ", " +
                      to_digits(of_unbonding) + " and " + to_digits(of_locked) + ", kept are " +
                      to_digits(staked.units) + ", " + to_digits(unbonding.units) + " and " + to_digits(locked.units));
    return {};
}

}  // namespace assay::sim
