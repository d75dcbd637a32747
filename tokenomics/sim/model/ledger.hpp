// The money of one simulated economy: every token in a bucket, every credit backed, integers only. Amounts move by the
// rules of tokenomics/ and in no other way; check() proves that none was lost or made. Every operation is total: what
// cannot be done does less, or nothing.
//
//   ASSAY_TRY(Ledger l, Ledger::open(params, start));
//   l.burn_for_credits(params, bill, oracle);                 // a step, in this order
//   l.consume(params, bill, weights, oracle, in.providers);
//   l.close(params, in, out, scratch);
//   l.sell(Amount{5}, l.groups[0].liquid);
//   ASSAY_TRY_VOID(l.check(params));
//
// Invariants, all of check(): (1) genesis + minted - burned = sum of the buckets <= token.cap; (2) credits issued =
// consumed + free; (3) the dollars of the pool, and of the treasury, are those that came in less those that went out,
// and a constant-product pool's product never falls but where liquidity providers leave; (4) the schedule minted at
// most emission.total, and nothing is minted but by schedule, recycling and settlements; (5) recycled <= burned for
// credits; (6) in mode mint_ratio the vault holds what the credits carry.
#pragma once

#include <vector>

#include "tokenomics/breaker.hpp"
#include "tokenomics/burn.hpp"
#include "tokenomics/epoch.hpp"
#include "tokenomics/sim/model/leaving_queue.hpp"
#include "tokenomics/sim/scenario.hpp"

namespace assay::sim {

/// What a group of providers owns.
struct GroupLedger {
    Amount liquid;
    Amount staked;
    Amount unbonding;          ///< sum of its entries in `leaving`
    Amount matured;            ///< what the last mature() made liquid
    std::uint64_t newest = 0;  ///< its last entry in `leaving`
};

/// What a Holding owns.
struct PartyLedger {
    Amount free, locked;
};

/// What a group spent on service of its own, since the start.
struct WashLedger {
    Amount spent;        ///< tokens burned, fees with them
    Amount paid;         ///< settled for it, and its part of what close() paid for work: by credits consumed
    Credits unclosed;    ///< consumed since the last close()
    u128 spent_usd = 0;  ///< for tokens that it bought in the market
};

class Ledger {
   public:
    struct Start {
        Amount supply, bonded;
        u128 depth_usd = 0;  ///< micro-USD in the pool, and tokens worth as much
        double price_usd = 0;
        std::vector<Amount> stakes;  ///< of each group
        std::size_t unbonding_steps = 1;
        Ppb fee;
        MarketKind market = MarketKind::cpmm;
        Amount delegated;  ///< by the public
        Ppb commission;    ///< of providers, on what their delegators earn
        Amount treasury;
        u128 treasury_usd = 0;  ///< micro-USD
        /// That buyers hold. They carry tokens at the first price: burned before the start, or, where there is a vault,
        /// in it and in the supply.
        Credits credits;
        std::vector<Amount> parties, locked;  ///< of each Holding: free and locked; `locked` may be shorter
    };
    /// Errors: field_out_of_range where the supply does not suffice for all that, or for credits that cannot be.
    [[nodiscard]] static Result<Ledger> open(const tokenomics::Params& params, const Start& start);

    // ---------------------------------------------------------------- the market: x tokens, y micro-USD
    // (ledger_market) A constant-product pool, or (quantity, flow) a market maker who trades at his quote as far as his
    // tokens and dollars go; both take the fee on top.
    /// Tokens for at most `usd`, to `to`. Returns them.
    Amount buy_for(u128 usd, Amount& to);
    /// `wanted` tokens, or as many as can be had (of a pool: half), for whatever they cost. Returns what came.
    Amount buy(Amount wanted, Amount& to);
    /// Sells at most `amount` out of `from`. Returns the dollars.
    u128 sell(Amount amount, Amount& from);
    /// USD x 10^-8 per token, as an oracle would report it.
    [[nodiscard]] Price spot() const;
    /// The market maker's price from now on. A pool makes its own: nothing happens.
    void quote(Price p) { quote_ = p; }
    /// Liquidity providers keep this share of both sides, above one too: tokens go to the holders or come from them, as
    /// far as they have any; each side keeps a unit. The price stays, to the pool's rounding.
    void liquidity(Ppb keep);

    // ---------------------------------------------------------------- rules (ledger_service)
    /// Buys and burns what the buyers' credits lack for `needed`. At a stale price nothing burns that has a price.
    void burn_for_credits(const tokenomics::Params& p, Credits needed, const tokenomics::PriceState& price);
    /// Consumes up to `wanted` of the free credits and settles them with the groups by `weights`. Returns what was
    /// consumed. Fills `works` for close().
    Credits consume(const tokenomics::Params& p, Credits wanted, const std::vector<u128>& weights,
                    const tokenomics::PriceState& price, std::vector<tokenomics::ProviderWork>& works);
    /// After consume(): the group burns tokens for `usd` of credits, own ones first, then bought, and consumes them
    /// with itself. Adds to works[group], earned[group] and washes[group]. What a vault cannot pay at once joins the
    /// buyers' credits. Returns the credits consumed.
    Credits wash(const tokenomics::Params& p, std::size_t group, Credits usd, const tokenomics::PriceState& price,
                 std::vector<tokenomics::ProviderWork>& works);
    /// The end of an epoch by tokenomics::close_epoch. Sets works[i].delegated: of what stood since the last close(),
    /// by the groups' stake. Delegators' and validators' pay goes to the holders.
    void close(const tokenomics::Params& p, tokenomics::EpochInput& in, tokenomics::EpochOutput& out,
               tokenomics::EpochScratch& scratch);

    // ---------------------------------------------------------------- stake (ledger_stake)
    /// Own tokens first, then from the market. Returns false, and changes nothing, where both do not suffice.
    bool stake(std::size_t group, Amount amount);
    /// At most what is staked: it waits for unbonding_steps. Returns it.
    Amount unstake(std::size_t group, Amount amount, std::uint64_t step);
    /// What has waited long enough becomes liquid: groups[i].matured. Once a step, before anything is unstaked in it.
    void mature(std::uint64_t step);
    /// Takes tokenomics::slash of the group's stake, of what of it unbonds, and of the delegators' part that stands or
    /// unbonds behind it (by stake, as close() has it), and burns it. Returns all that was burned.
    Amount slash(std::size_t group, Ppb rate);
    /// Holders' tokens go to the providers, by their stake. Returns what did.
    Amount delegate(Amount amount);
    Amount undelegate(Amount amount, std::uint64_t step);
    /// Delegations that have waited long enough are the holders' again. Returns them.
    Amount mature_delegations(std::uint64_t step);

    // ---------------------------------------------------------------- treasury and parties (ledger_treasury)
    /// Dollars from outside.
    void take_fee(u128 usd);
    /// Out of dollars, then out of tokens that are sold, in a pool for half of its dollars at most. Returns what could
    /// not be paid.
    u128 spend(u128 usd);
    /// The treasury's dollars, at most so many, buy tokens: burned, or its own. Returns the tokens.
    Amount buyback(u128 usd, bool burn);
    /// Of what the party has locked. Returns what came free.
    Amount unlock(std::size_t party, Amount amount);

    // ---------------------------------------------------------------- the books (ledger)
    /// Errors: conservation_broken, with the numbers; overflow, where a rule overflowed on the way.
    [[nodiscard]] Status check(const tokenomics::Params& p);
    /// Also the sums that are kept incrementally.
    [[nodiscard]] Status check_fully(const tokenomics::Params& p);

    [[nodiscard]] Amount supply() const { return Amount{genesis.units + minted.units - burned.units}; }
    /// The supply without bonds, stake of any kind and on any way, the vault and what is locked.
    [[nodiscard]] Amount circulating() const;

    // Tokens: sums since the start, then buckets.
    Amount genesis, minted, burned, scheduled, recycled, settled, burned_for_credits;  ///< settled: minted for credits
    Amount vaulted,
        released;  ///< into the vault for credits, and out of it for what they bought: mode vault's burn and mint
    Amount scheduled_before;               ///< of `scheduled`, before the start
    Amount slashed, slashed_delegated;     ///< all of it; what of it was delegators'
    Amount staking_paid, delegators_paid;  ///< by close() from the stakers' pool: all of it, and delegators' part
    Amount validation_paid;                ///< to validators, whose pay is the holders'
    Amount unlocked, bought_back;
    Amount holders, bonds, pool_tokens, vault;
    Amount delegated, undelegating;
    std::vector<GroupLedger> groups;
    std::vector<PartyLedger> parties;
    tokenomics::EpochPools pools;
    Amount staked, unbonding, locked;  ///< sums over groups and parties, kept incrementally

    Amount recycle_smoothed;
    Amount burned_in_epoch, shortfall_in_epoch;  ///< since the last close()
    tokenomics::BreakerState breaker;
    Credits credits_issued, credits_consumed, credits_free;
    Amount credits_backing;  ///< tokens that the free credits carry
    // Micro-USD. Of the pool, with what its liquidity providers bring and take; all trades; of the treasury.
    u128 pool_usd = 0, usd_start = 0, usd_in = 0, usd_out = 0;
    u128 traded_usd = 0;
    u128 treasury_usd = 0, treasury_start = 0, treasury_in = 0, treasury_out = 0;
    std::vector<Amount> earned;      ///< by group; whoever begins a step sets them to zero
    std::vector<WashLedger> washes;  ///< by group; empty before the first wash()
    LeavingQueue leaving;            ///< of groups
    LeavingQueue leaving_delegations;

   private:
    u128 must(const Result<u128>& r) { return r ? *r : fail(r.error()); }
    u128 fail(const Error& e);
    [[nodiscard]] Amount room(const tokenomics::Params& p) const { return sub_or_zero(p.token.cap, supply()); }
    [[nodiscard]] bool pooled() const { return market_ == MarketKind::cpmm; }
    [[nodiscard]] Amount most_to_buy() const { return Amount{pooled() ? pool_tokens.units / 2 : pool_tokens.units}; }
    [[nodiscard]] bool product_fell() const;
    void remember_product();
    void take_in(u128 usd, Amount out, Amount& to);
    u128 with_fee(u128 net);
    [[nodiscard]] Amount tokens_for(u128 usd);
    bool halted(const tokenomics::Params& p, const tokenomics::Prices& prices);
    bool book(const tokenomics::Params& p, std::size_t group, const tokenomics::Prices& prices, Credits credits,
              Amount carried, tokenomics::ProviderWork& work, tokenomics::Settlement& done);
    void book(const tokenomics::Purchase& bought);

    unsigned decimals_ = 0;
    Ppb fee_, commission_;
    MarketKind market_ = MarketKind::cpmm;
    u128 scale_ = 100;  ///< 10^(decimals + 2)
    Price quote_;
    bool fresh_ = true;                          ///< nothing was consumed since the last close()
    Amount delegated_since_;                     ///< at the last close()
    u128 product_tokens_ = 0, product_usd_ = 0;  ///< the pool at the last check
    std::uint64_t newest_delegation_ = 0;
    std::optional<Error> broken_;
    std::vector<Amount> shares_;
};

}  // namespace assay::sim
