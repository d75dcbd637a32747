#include "tokenomics/stake_pool.hpp"

#include <algorithm>

namespace assay::tokenomics {

u128 earning_shares(const StakePool& pool, Epoch now) {
    const u128 fresh = pool.fresh_epoch == now ? pool.fresh : 0;
    return pool.active.shares - std::min(fresh, pool.active.shares);
}

Amount earning_stake(const StakePool& pool, Epoch now) {
    return worth(pool.active, earning_shares(pool, now));
}

Ppb commission_in(const StakePool& pool, Epoch now, Ppb floor) {
    const Ppb in_force = pool.commission_epoch == now ? pool.commission_before : pool.commission;
    return std::min(std::max(in_force, floor), Ppb{Ppb::kOne});
}

Result<Amount> settle(StakePool& pool, Delegation& d, Epoch now, const std::optional<PerShare>& after_fresh,
                      ClosedGeneration* closed) {
    const PerShare until = closed != nullptr ? closed->per_share : pool.per_share;
    const u128 old = d.shares - std::min(d.fresh, d.shares);
    ASSAY_TRY(Amount reward, earned(d.per_share, until, old));
    // Fresh shares earn from the end of their epoch on; a generation that closed in that epoch gave them nothing.
    if (d.fresh_epoch < now && after_fresh) {
        ASSAY_TRY(Amount more, earned(*after_fresh, until, d.fresh));
        ASSAY_TRY(reward, add(reward, more));
        d.fresh = 0;
    }
    ASSAY_TRY(pool.rewards, sub(pool.rewards, reward));
    if (closed != nullptr) {
        const SharePool kept{closed->shares, Amount{closed->leaving_shares}};
        const u128 mine = worth(kept, d.shares).units;  // the last one of the generation takes what is left
        closed->shares -= std::min(d.shares, closed->shares);
        closed->leaving_shares -= mine;
        if (mine != 0) d.leaving.push_back({mine, closed->leaving_generation, closed->matures, closed->created});
        d.shares = 0;
        d.fresh = 0;
    }
    if (d.shares == 0) d.generation = pool.generation;
    d.per_share = pool.per_share;
    return reward;
}

Status delegate(StakePool& pool, Delegation& d, Amount amount, Epoch now) {
    ASSAY_TRY(u128 bought, buy(pool.active, amount));
    if (pool.fresh_epoch != now) pool.fresh = 0;
    if (d.fresh_epoch != now) d.fresh = 0;
    pool.fresh_epoch = now;
    d.fresh_epoch = now;
    pool.fresh += bought;
    d.fresh += bought;
    d.shares += bought;
    return {};
}

Status undelegate(StakePool& pool, Delegation& d, Amount amount, TimeMs matures, Height created, std::uint64_t most) {
    if (d.leaving.size() >= most)
        return {Code::too_many_unbondings, std::to_string(d.leaving.size()) +
                                               " unbondings are open, stake.max_unbondings is " + std::to_string(most)};
    if (amount.is_zero()) return {Code::stake_too_small, "an amount of 0 takes nothing out"};
    SharePool active = pool.active;
    ASSAY_TRY(u128 cost, take(active, d.shares, amount));
    ASSAY_TRY(u128 shares, buy(pool.leaving, amount));
    pool.active = active;
    const u128 from_fresh = std::min(d.fresh, cost);
    d.shares -= cost;
    d.fresh -= from_fresh;
    pool.fresh -= std::min(from_fresh, pool.fresh);
    d.leaving.push_back({shares, pool.leaving_generation, matures, created});
    return {};
}

Amount release_leaving(StakePool& pool, Delegation& d, TimeMs now, const std::optional<TimeMs>& oldest_open_commit) {
    Amount out;
    std::vector<Leaving> left;
    for (const Leaving& l : d.leaving) {
        if (l.generation != pool.leaving_generation) continue;  // taken whole
        const bool covers_open = oldest_open_commit && *oldest_open_commit < l.matures;
        if (l.matures > now || covers_open) {
            left.push_back(l);
        } else if (const auto paid = redeem(pool.leaving, l.shares)) {
            out.units += paid->units;  // parts of one pool: cannot overflow
        }
    }
    d.leaving = std::move(left);
    return out;
}

Amount worth(const StakePool& pool, const Leaving& entry) {
    return entry.generation == pool.leaving_generation ? worth(pool.leaving, entry.shares) : Amount{};
}

PoolSlash slash_pool(StakePool& pool, Ppb rate, Amount least, TimeMs matures, Height created, Epoch now) {
    PoolSlash out;
    out.from_active = cut(pool.active, rate);
    out.from_leaving = cut(pool.leaving, rate);
    if (worn_out(pool.leaving)) {
        out.from_leaving.units += pool.leaving.tokens.units;  // all that was there
        pool.leaving = {};
        ++pool.leaving_generation;
    }
    if (pool.active.shares != 0 && (pool.active.tokens < least || worn_out(pool.active))) {
        ClosedGeneration c;
        c.shares = pool.active.shares;
        if (const auto bought = buy(pool.leaving, pool.active.tokens)) {
            c.leaving_shares = *bought;
            out.closed_tokens = pool.active.tokens;
        } else {  // no tokens, or more shares than 128 bits hold: nothing escapes
            out.from_active.units += pool.active.tokens.units;
        }
        c.leaving_generation = pool.leaving_generation;
        c.matures = matures;
        c.created = created;
        c.per_share = pool.per_share;
        c.epoch = now;
        out.closed = c;
        pool.active = {};
        pool.fresh = 0;
        ++pool.generation;
    }
    return out;
}

Result<RewardParts> share_reward(Amount reward, Amount own, Amount delegated, Ppb commission) {
    if (delegated.is_zero()) return RewardParts{reward, {}};
    ASSAY_TRY(Amount all, add(own, delegated));
    ASSAY_TRY(Amount theirs, mul_div(reward, delegated.units, all.units));
    ASSAY_TRY(theirs, share_of(theirs, Ppb{Ppb::kOne - std::min<std::uint64_t>(commission.value, Ppb::kOne)}));
    return RewardParts{sub_or_zero(reward, theirs), theirs};
}

Status grant(StakePool& pool, Amount reward, Epoch now) {
    ASSAY_TRY(Amount rewards, add(pool.rewards, reward));
    ASSAY_TRY(pool.per_share, accrue(pool.per_share, reward, earning_shares(pool, now)));
    pool.rewards = rewards;
    return {};
}

}  // namespace assay::tokenomics
