#include "tokenomics/share_pool.hpp"

#include <algorithm>

#include "base/wide.hpp"

namespace assay::tokenomics {
namespace {

Wide wide(const PerShare& p) {
    return (Wide(p.whole) << 128) + Wide(p.fraction);
}

}  // namespace

Amount worth(const SharePool& pool, u128 shares) {
    if (shares >= pool.shares) return shares == pool.shares ? pool.tokens : Amount{};
    const auto units = mul_div(pool.tokens.units, shares, pool.shares);
    return units ? Amount{*units} : Amount{};
}

Result<u128> buy(SharePool& pool, Amount amount) {
    u128 bought = amount.units;
    if (pool.shares != 0) {
        if (pool.tokens.is_zero()) return {Code::stake_too_small, "the pool's shares are worth nothing"};
        ASSAY_TRY(bought, mul_div(amount.units, pool.shares, pool.tokens.units));
    }
    if (bought == 0)
        return {Code::stake_too_small, "an amount of " + to_digits(amount.units) + " base units buys no share"};
    ASSAY_TRY(Amount tokens, add(pool.tokens, amount));
    u128 shares;
    if (__builtin_add_overflow(pool.shares, bought, &shares))
        return {Code::overflow, "the pool's shares pass 2^128 - 1"};
    pool = {shares, tokens};
    return bought;
}

Result<u128> take(SharePool& pool, u128 held, Amount amount) {
    const Amount all = worth(pool, held);
    if (amount > all)
        return {Code::insufficient_funds,
                "the amount is " + to_digits(amount.units) + ", the shares are worth " + to_digits(all.units)};
    u128 cost = held;
    if (amount != all) {
        ASSAY_TRY(cost, mul_div_ceil(amount.units, pool.shares, pool.tokens.units));
    }
    pool.shares -= cost;
    pool.tokens = sub_or_zero(pool.tokens, amount);
    return cost;
}

Result<Amount> redeem(SharePool& pool, u128 shares) {
    if (shares > pool.shares)
        return {Code::insufficient_funds,
                "the pool has " + to_digits(pool.shares) + " shares, not " + to_digits(shares)};
    const Amount out = worth(pool, shares);
    pool.shares -= shares;
    pool.tokens = sub_or_zero(pool.tokens, out);
    return out;
}

Amount cut(SharePool& pool, Ppb rate) {
    const auto units = mul_div_ceil(pool.tokens.units, std::min<std::uint64_t>(rate.value, Ppb::kOne), Ppb::kOne);
    const Amount taken{units ? *units : pool.tokens.units};  // at most the tokens: it fits
    pool.tokens = sub_or_zero(pool.tokens, taken);
    return taken;
}

bool worn_out(const SharePool& pool) {
    return Wide(pool.shares) > Wide(pool.tokens.units) * Wide(kMostSharesPerUnit);
}

Result<PerShare> accrue(const PerShare& sum, Amount reward, u128 shares) {
    if (shares == 0) return {Code::overflow, "a reward for no shares"};
    const Wide out = wide(sum) + (Wide(reward.units) << 128) / Wide(shares);
    if (out.bits() > 256) return {Code::overflow, "rewards per share pass 2^128 - 1"};
    return PerShare{(out >> 128).low128(), out.low128()};
}

Result<Amount> earned(const PerShare& then, const PerShare& now, u128 shares) {
    if (wide(then) >= wide(now)) return Amount{};
    const Wide out = ((wide(now) - wide(then)) * Wide(shares)) >> 128;
    if (!out.fits128()) return {Code::overflow, "a reward passes 2^128 - 1"};
    return Amount{out.low128()};
}

}  // namespace assay::tokenomics
