// What others stake with a provider: a pool of active stake, a pool of stake on its way out, and the rewards that wait.
// However many delegators there are, a slash cuts two numbers and an epoch's reward moves one.
//
//   StakePool pool;
//   Delegation anna;
//   ASSAY_TRY_VOID(delegate(pool, anna, Amount{1000}, Epoch{4}));
//   PoolSlash s = slash_pool(pool, Ppb{100'000'000}, least, matures, height, Epoch{4});   // anna's are worth 900
//
// Whoever touches a delegation settles it first (`settle`): rewards since the last time become payable, and shares of a
// generation that has closed become an entry on its way out.
//
// Invariants: (1) active.shares is the sum over the delegations of the open generation, leaving.shares the sum over
// their entries and over closed generations; (2) `rewards` is at least what all of them may claim; (3) shares that came
// in an epoch earn from its end on, so that nobody earns for an epoch that he stood only a part of.
#pragma once

#include <optional>
#include <vector>

#include "base/types.hpp"
#include "tokenomics/share_pool.hpp"

namespace assay::tokenomics {

struct StakePool {
    SharePool active;
    std::uint64_t generation = 0;  ///< of `active`: grows as the pool closes
    u128 fresh = 0;                ///< shares of `active` that came in `fresh_epoch` and earn from its end on
    Epoch fresh_epoch;
    PerShare per_share;  ///< rewards of a share since the pool began, over all generations
    Amount rewards;      ///< granted and not yet claimed, with what rounding left
    SharePool leaving;
    std::uint64_t leaving_generation = 0;
    Ppb commission;         ///< of the provider, from the epoch after `commission_epoch` on
    Ppb commission_before;  ///< in `commission_epoch` itself
    Epoch commission_epoch;
    ASSAY_FIELDS(active, generation, fresh, fresh_epoch, per_share, rewards, leaving, leaving_generation, commission,
                 commission_before, commission_epoch)
};

/// Stake on its way out, in shares of the pool's `leaving`.
struct Leaving {
    u128 shares = 0;
    std::uint64_t generation = 0;  ///< of `leaving`: entries of an older one are worth nothing
    TimeMs matures;
    Height created;
    ASSAY_FIELDS(shares, generation, matures, created)
};

/// One holder in one pool.
struct Delegation {
    u128 shares = 0;
    std::uint64_t generation = 0;
    u128 fresh = 0;  ///< of `shares`, came in `fresh_epoch`
    Epoch fresh_epoch;
    PerShare per_share;  ///< of the pool when this was settled last
    std::vector<Leaving> leaving;
    ASSAY_FIELDS(shares, generation, fresh, fresh_epoch, per_share, leaving)
    [[nodiscard]] bool empty() const { return shares == 0 && leaving.empty(); }
};

/// What a generation that closed keeps for those who have not come yet: its rest went to `leaving` as one.
struct ClosedGeneration {
    u128 shares = 0;          ///< of delegations that are not settled yet
    u128 leaving_shares = 0;  ///< theirs in `leaving`
    std::uint64_t leaving_generation = 0;
    TimeMs matures;
    Height created;
    PerShare per_share;  ///< at its end
    Epoch epoch;         ///< in which it closed
    ASSAY_FIELDS(shares, leaving_shares, leaving_generation, matures, created, per_share, epoch)
};

/// Shares of the pool that earn at the end of `now`: all but those that came in it.
[[nodiscard]] u128 earning_shares(const StakePool& pool, Epoch now);
/// Their worth: the pool's weight in the split of `now`, at most what it had at the epoch's start and at its end.
[[nodiscard]] Amount earning_stake(const StakePool& pool, Epoch now);
/// The provider's share of its delegators' rewards at the end of `now`, at least the floor.
[[nodiscard]] Ppb commission_in(const StakePool& pool, Epoch now, Ppb floor);

/// Rewards that the delegation may be paid now; they leave `pool.rewards`. `after_fresh` is the pool's per_share at the
/// end of the delegation's fresh_epoch (read only where that is over), `closed` the record of the delegation's
/// generation where the pool has gone on; its shares then become an entry of the delegation. Errors: overflow.
[[nodiscard]] Result<Amount> settle(StakePool& pool, Delegation& d, Epoch now,
                                    const std::optional<PerShare>& after_fresh, ClosedGeneration* closed);
/// More stake for a settled delegation. Errors: stake_too_small (it buys no share), overflow.
[[nodiscard]] Status delegate(StakePool& pool, Delegation& d, Amount amount, Epoch now);
/// Active stake of a settled delegation becomes an entry; the newest shares go first. `most` entries are allowed.
/// Errors, and then nothing has changed: stake_too_small (zero), insufficient_funds, too_many_unbondings, overflow.
[[nodiscard]] Status undelegate(StakePool& pool, Delegation& d, Amount amount, TimeMs matures, Height created,
                                std::uint64_t most);
/// Takes out what has matured; an entry waits while a commit older than its maturity is open, as a provider's own does.
[[nodiscard]] Amount release_leaving(StakePool& pool, Delegation& d, TimeMs now,
                                     const std::optional<TimeMs>& oldest_open_commit);
/// Base units that an entry is worth now.
[[nodiscard]] Amount worth(const StakePool& pool, const Leaving& entry);

struct PoolSlash {
    Amount from_active, from_leaving;
    Amount closed_tokens;  ///< went from active to leaving with the generation that closed
    std::optional<ClosedGeneration> closed;
};
/// Takes ceil(tokens x rate) of both pools. An active pool that is then below `least` (at least a base unit) or worn
/// out closes: what it has goes to `leaving` and matures at `matures`. A leaving pool that is worn out, less than a
/// base unit for 10^9 shares, is taken whole. Total.
[[nodiscard]] PoolSlash slash_pool(StakePool& pool, Ppb rate, Amount least, TimeMs matures, Height created, Epoch now);

struct RewardParts {
    Amount provider;    ///< for its own stake, with the commission
    Amount delegators;  ///< floor((reward x delegated / all) x (1 - commission))
};
/// A pool's part of the stakers' rewards between the provider and its delegators, by weight. Errors: overflow.
[[nodiscard]] Result<RewardParts> share_reward(Amount reward, Amount own, Amount delegated, Ppb commission);
/// Grants delegators' rewards of `now` to the shares that earn. Errors: overflow, also where none earns.
[[nodiscard]] Status grant(StakePool& pool, Amount reward, Epoch now);

}  // namespace assay::tokenomics
