// Stake of many in two numbers: tokens, and shares in them. A slash cuts the tokens; nobody's record is touched.
//
//   SharePool pool;
//   ASSAY_TRY(u128 mine, buy(pool, Amount{1000}));       // 1000 shares: the first share costs a base unit
//   Amount burned = cut(pool, Ppb{100'000'000});         // 10 %, rounded up
//   worth(pool, mine);                                   // 900
//
// Invariant: tokens <= shares, and tokens are zero where shares are. Buyers and sellers get floors, so a base unit
// never buys less than one share, and what rounding leaves stays with those who stay. The last one out takes all of it.
#pragma once

#include "base/amount.hpp"
#include "base/borsh.hpp"

namespace assay::tokenomics {

struct SharePool {
    u128 shares = 0;
    Amount tokens;
    ASSAY_FIELDS(shares, tokens)
    bool operator==(const SharePool&) const = default;
};

/// A pool whose base unit stands for more shares than this is worn out: left open, a few dozen full slashes would bring
/// its shares to 2^128.
inline constexpr std::uint64_t kMostSharesPerUnit = 1'000'000'000;

/// What `shares` of the pool are worth now, rounded down; nothing where the pool has fewer. Total.
[[nodiscard]] Amount worth(const SharePool& pool, u128 shares);
/// Adds tokens. Returns the shares that they buy: floor(amount x shares / tokens), as many as units in an empty pool.
/// Errors: stake_too_small where they buy none (zero, or a pool whose shares are worth nothing), overflow.
[[nodiscard]] Result<u128> buy(SharePool& pool, Amount amount);
/// Takes `amount` out for a holder of `held` shares. Returns the shares that it costs: ceil(amount x shares / tokens),
/// all of `held` where amount is all that they are worth. Errors: insufficient_funds above that worth.
[[nodiscard]] Result<u128> take(SharePool& pool, u128 held, Amount amount);
/// Gives shares back. Returns their worth. Errors: insufficient_funds where the pool has fewer.
[[nodiscard]] Result<Amount> redeem(SharePool& pool, u128 shares);
/// Takes ceil(tokens x rate) from everybody alike; a rate above one is one. Total.
[[nodiscard]] Amount cut(SharePool& pool, Ppb rate);
/// Nothing is left for the shares, or less than a base unit for kMostSharesPerUnit of them.
[[nodiscard]] bool worn_out(const SharePool& pool);

/// A sum of rewards per share: whole + fraction / 2^128 base units.
struct PerShare {
    u128 whole = 0, fraction = 0;
    ASSAY_FIELDS(whole, fraction)
    bool operator==(const PerShare&) const = default;
};
/// The accumulator after `reward` for `shares`: plus floor(reward x 2^128 / shares). Errors: overflow, also for no
/// shares.
[[nodiscard]] Result<PerShare> accrue(const PerShare& sum, Amount reward, u128 shares);
/// floor(shares x (now - then)): what the shares earned in between. Nothing where `then` is later. Errors: overflow.
[[nodiscard]] Result<Amount> earned(const PerShare& then, const PerShare& now, u128 shares);

}  // namespace assay::tokenomics
