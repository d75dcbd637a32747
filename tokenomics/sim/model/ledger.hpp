// The money of one simulated economy: every token in a bucket, every credit backed, integers only. Amounts move by the
// rules of tokenomics/ and in no other way; check() proves that none was lost or made.
//
// Invariants, all of check(): (1) genesis + minted - burned = sum of the buckets <= token.cap; (2) credits issued =
// consumed + free; (3) the pool's product never falls, and its dollars are those that came in less those that went
// out; (4) the schedule minted at most emission.total; (5) recycled <= burned for credits; (6) in mode mint_ratio the
// vault holds what the credits carry.
#pragma once

#include <vector>

#include "tokenomics/breaker.hpp"
#include "tokenomics/burn.hpp"
#include "tokenomics/epoch.hpp"

namespace assay::sim {

/// What a group of providers owns.
struct GroupLedger {
    Amount liquid;
    Amount staked;
    Amount unbonding;              ///< sum of `maturing`
    std::vector<Amount> maturing;  ///< by step modulo its size
};

class Ledger {
   public:
    struct Start {
        Amount supply, bonded;
        u128 depth_usd = 0;  ///< micro-USD in the pool
        double price_usd = 0;
        std::vector<Amount> stakes;  ///< of each group
        std::size_t unbonding_steps = 1;
        Ppb fee;
    };
    /// Errors: field_out_of_range where the supply does not suffice for stakes, bonds and pool.
    [[nodiscard]] static Result<Ledger> open(const tokenomics::Params& params, const Start& start);

    // ---------------------------------------------------------------- the pool: x tokens, y micro-USD
    /// Tokens for at most `usd`, to `to`. Returns them.
    Amount buy_for(u128 usd, Amount& to);
    /// `wanted` tokens, or half of the pool at most, for whatever they cost. Returns what came.
    Amount buy(Amount wanted, Amount& to);
    /// Sells at most `amount` out of `from`. Returns the dollars.
    u128 sell(Amount amount, Amount& from);
    /// USD x 10^-8 per token, as an oracle would report it.
    [[nodiscard]] Price spot() const;

    // ---------------------------------------------------------------- rules
    /// Buys and burns what the buyers' credits lack for `needed`. At a stale price nothing burns.
    void burn_for_credits(const tokenomics::Params& p, Credits needed, const tokenomics::PriceState& price);
    /// Consumes up to `wanted` of the free credits and settles them with the groups by `weights`. Returns what was
    /// consumed. Fills `works` for close().
    Credits consume(const tokenomics::Params& p, Credits wanted, const std::vector<u128>& weights,
                    const tokenomics::PriceState& price, std::vector<tokenomics::ProviderWork>& works);
    /// The end of an epoch by tokenomics::close_epoch. Validators' pay goes to the holders.
    void close(const tokenomics::Params& p, tokenomics::EpochInput& in, tokenomics::EpochOutput& out,
               tokenomics::EpochScratch& scratch);

    // ---------------------------------------------------------------- stake
    /// Own tokens first, then from the pool. Returns false, and changes nothing, where both do not suffice.
    bool stake(std::size_t group, Amount amount);
    void unstake(std::size_t group, Amount amount, std::uint64_t step);
    /// What matures at this step becomes liquid. Returns it.
    Amount mature(std::size_t group, std::uint64_t step);

    // ---------------------------------------------------------------- the books
    /// Errors: conservation_broken, with the numbers; overflow, where a rule overflowed on the way.
    [[nodiscard]] Status check(const tokenomics::Params& p);
    /// Also the sums that are kept incrementally.
    [[nodiscard]] Status check_fully(const tokenomics::Params& p);

    [[nodiscard]] Amount supply() const { return Amount{genesis.units + minted.units - burned.units}; }

    Amount genesis, minted, burned, scheduled, recycled, burned_for_credits;
    Amount holders, bonds, pool_tokens, vault;
    Amount recycle_smoothed;
    Amount burned_in_epoch, shortfall_in_epoch;  ///< since the last close()
    tokenomics::BreakerState breaker;
    tokenomics::EpochPools pools;
    std::vector<GroupLedger> groups;
    Credits credits_issued, credits_consumed, credits_free;
    Amount credits_backing;  ///< tokens burned for the free credits
    u128 pool_usd = 0, usd_start = 0, usd_in = 0, usd_out = 0;
    std::vector<Amount> earned;  ///< by group, in this step

   private:
    u128 must(Result<u128> r);
    Amount must(Result<Amount> r) { return Amount{r ? r->units : fail(r.error())}; }
    u128 fail(const Error& e);
    [[nodiscard]] Amount room(const tokenomics::Params& p) const { return sub_or_zero(p.token.cap, supply()); }

    unsigned decimals_ = 0;
    Ppb fee_;
    u128 product_tokens_ = 0, product_usd_ = 0;  ///< the pool at the last check
    std::optional<Error> broken_;
    std::vector<Amount> shares_;
};

}  // namespace assay::sim
