// What a message's rule works with, and the rules themselves: one function per message.
#pragma once

#include "chain/access.hpp"
#include "chain/block.hpp"
#include "chain/block_state.hpp"
#include "chain/receipt.hpp"
#include "tokenomics/epoch.hpp"

namespace assay::chain {

/// One transaction (or one step of a block's beginning or end) at work.
struct Exec {
    BlockState& s;
    Address sender;
    std::uint64_t nonce = 0;    ///< of the transaction, for ids that must be unique
    std::uint32_t message = 0;  ///< index of the message in its transaction
    std::vector<Event> events;
    std::uint64_t verify_units = 0;

    explicit Exec(BlockState& state) : s(state) {}
    [[nodiscard]] const tokenomics::Params& rules() const { return s.rules(); }
    [[nodiscard]] Height height() const { return s.clock().height; }
    [[nodiscard]] TimeMs time() const { return s.clock().time; }
    [[nodiscard]] Epoch epoch() const { return s.clock().epoch; }
    void emit(std::string kind, std::vector<Attr> attrs) { events.push_back({std::move(kind), std::move(attrs)}); }
};

inline Attr attr(std::string key, const Address& v) {
    return {std::move(key), AttrAddress{v}};
}
inline Attr attr(std::string key, const Hash& v) {
    return {std::move(key), AttrHash{v}};
}
inline Attr attr(std::string key, Amount v) {
    return {std::move(key), AttrAmount{v}};
}
inline Attr attr(std::string key, Credits v) {
    return {std::move(key), AttrCredits{v}};
}
inline Attr attr(std::string key, std::uint64_t v) {
    return {std::move(key), AttrNumber{v}};
}
inline Attr attr(std::string key, std::string v) {
    return {std::move(key), AttrText{std::move(v)}};
}

// The rules. Errors are receipt codes; the caller rolls back.
[[nodiscard]] Status run(Exec& x, const Transfer& m);
[[nodiscard]] Status run(Exec& x, const CreateVesting& m);
[[nodiscard]] Status run(Exec& x, const BurnForCredits& m);
[[nodiscard]] Status run(Exec& x, const RedeemCredits& m);
[[nodiscard]] Status run(Exec& x, const RegisterProvider& m);
[[nodiscard]] Status run(Exec& x, const UpdateProvider& m);
[[nodiscard]] Status run(Exec& x, const AddDevice& m);
[[nodiscard]] Status run(Exec& x, const RemoveDevice& m);
[[nodiscard]] Status run(Exec& x, const Stake& m);
[[nodiscard]] Status run(Exec& x, const Unstake& m);
[[nodiscard]] Status run(Exec& x, const SetCommission& m);
[[nodiscard]] Status run(Exec& x, const ClaimRewards& m);
[[nodiscard]] Status run(Exec& x, const Unjail& m);
[[nodiscard]] Status run(Exec& x, const RegisterValidator& m);
[[nodiscard]] Status run(Exec& x, const RotateKey& m);
[[nodiscard]] Status run(Exec& x, const RenewBeacon& m);
[[nodiscard]] Status run(Exec& x, const UnjailValidator& m);
[[nodiscard]] Status run(Exec& x, const Retire& m);
[[nodiscard]] Status run(Exec& x, const ReportPrice& m);
[[nodiscard]] Status run(Exec& x, const OpenOrder& m);
[[nodiscard]] Status run(Exec& x, const PlaceBid& m);
[[nodiscard]] Status run(Exec& x, const AcceptBid& m);
[[nodiscard]] Status run(Exec& x, const CloseLease& m);
[[nodiscard]] Status run(Exec& x, const CancelOrder& m);
[[nodiscard]] Status run(Exec& x, const Dispute& m);
[[nodiscard]] Status run(Exec& x, const Deliver& m);
[[nodiscard]] Status run(Exec& x, const CommitWork& m);
[[nodiscard]] Status run(Exec& x, const OpenWork& m);
[[nodiscard]] Status run(Exec& x, const Propose& m);
[[nodiscard]] Status run(Exec& x, const Vote& m);

// Parts that several rules share.
/// The sender's record as a provider. Errors: not_registered.
[[nodiscard]] Result<Provider> registered(Exec& x, const Address& a);
/// Matured unbonding entries become liquid: done whenever the provider is touched.
[[nodiscard]] Status release_matured(Exec& x, const Address& a, Provider& p);

// Locked tokens, locked.cpp.
/// Matured unbonding entries, what has vested of the provider's grants and what came free of its locked rewards become
/// liquid. Whether its record changed; the caller saves it. Takes no gas.
[[nodiscard]] bool release_due(Exec& x, const Address& a, Provider& p);
/// release_due where locked tokens count behind work: what is free by now is no longer behind what begins now.
void release_what_counts(Exec& x, const Address& a, Provider& p);
/// release_due for anybody, saved.
void release_due(Exec& x, const Address& a);
/// Tokens outside every bucket join `vesting` as a grant of the holder. Errors: overflow.
[[nodiscard]] Status add_grant(BlockState& s, const Address& holder, const Hash& id, const tokenomics::Grant& grant);
/// vesting.reward_ppb of what was just paid to the provider is locked; `mine` is its record of the epoch that pays.
void lock_reward(Exec& x, const Address& a, Provider& p, Amount paid, ProviderEpoch& mine);
/// Takes `rate` of the locked tokens that count by stake.locked out of every bucket. Returns what was taken.
[[nodiscard]] Amount slash_locked(Exec& x, const Address& a, Provider& p, Ppb rate);

/// The provider's own stake becomes `next`: what it was at the epoch's start is remembered, and its weight follows.
void set_stake(Exec& x, Provider& p, Amount next);
/// A stakers' weight of the running epoch changes.
void reweigh(Exec& x, Amount before, Amount after);
/// Settles what the epoch that is paid owes a provider for its stake, with what that moves: before stake or pool
/// change, and before access is asked for. Whether the record changed; the caller saves it. Takes no gas.
[[nodiscard]] bool catch_up(Exec& x, const Address& a, Provider& p);
/// The provider's record, caught up and saved.
[[nodiscard]] std::optional<Provider> provider_now(Exec& x, const Address& a);
struct Slashed {
    Amount own;  ///< the provider's part
    Amount all;
};
/// Takes `rate` of active and unbonding stake alike, the provider's own and its delegators'. It burns; the provider's
/// part is held for slash.hold_ms where that is not 0.
[[nodiscard]] Result<Slashed> slash_provider(Exec& x, const Address& a, Provider& p, Ppb rate,
                                             const std::string& reason);
// Stake of others, messages_delegation.cpp: what Stake and Unstake do where the provider is not the sender.
[[nodiscard]] Status delegate(Exec& x, const Stake& m);
[[nodiscard]] Status undelegate(Exec& x, const Unstake& m);
/// Cuts the provider's pool, and closes it where too little is left. Returns what was taken.
[[nodiscard]] Result<Amount> slash_delegators(Exec& x, const Address& a, Provider& p, Ppb rate);
/// Splits a pool's part of the stakers' rewards between the provider, who is returned its part, and its delegators.
[[nodiscard]] Amount reward_delegators(Exec& x, const Address& a, Amount own, tokenomics::StakePool& pool,
                                       Amount reward, ProviderEpoch& mine);
[[nodiscard]] ProviderEpoch provider_epoch_of(const Exec& x, Epoch e, const Address& a);
/// Credits leave the free balance with the tokens they carry, pro rata. Returns those tokens.
[[nodiscard]] Result<Amount> take_credits(Exec& x, Account& a, Credits amount);
[[nodiscard]] Hash start_task(Epoch e);                     ///< id of the canonical task
[[nodiscard]] Hash lease_task(Epoch e, const Hash& order);  ///< id of an order's task in an epoch

// Clockwork of a block.
void begin_block(Exec& x, const Header& header);
/// The rest of the block: price round, queue, work rounds, orders, epoch end. Only broken invariants are errors.
[[nodiscard]] Status end_block(Exec& x, const Address& proposer, bool lane_full);

void open_round(Exec& x);                                             // work_round.cpp
void advance_rounds(Exec& x, const Address& proposer);                // at a block's beginning
void count_rounds(Exec& x, const Address& proposer, bool lane_full);  // at its end
void close_price_round(Exec& x);                                      // price_round.cpp
void run_queue(Exec& x);                                              // burn_queue.cpp
void run_due_orders(Exec& x);                                         // market.cpp
/// A commit of the order that still waits for its verdict: it keeps the order open.
[[nodiscard]] bool has_open_commit(Exec& x, const Hash& id, const Order& o);
/// The order is leased to the bid; its first task is in the next epoch.
void open_lease(Exec& x, const Hash& id, Order& o, const Bid& b);
[[nodiscard]] Status close_order(Exec& x, const Hash& id, Order& o, OrderStatus status);
/// Erases what the index of prices does not look back on any more.
void forget_old_prices(Exec& x);                                           // market.cpp
void settle_unit(Exec& x, const Hash& order_id, const Address& provider);  // market.cpp
/// What was delivered is the product: the provider is paid, the order closes.  messages_gemm.cpp
void accept_delivery(Exec& x, const Hash& order_id, Order o);
/// Mints, pays validators, takes what waited for the boundary and opens the next epoch; its providers are then paid.
void end_epoch(Exec& x);  // epoch_end.cpp
/// Pays the next of the providers of the epoch that ended last.  payout.cpp
void pay_out(Exec& x);
/// Whether the provider's work of that epoch is still to be paid: a verdict now only leaves its weight.  payout.cpp
[[nodiscard]] bool waits_for_pay(const ChainState& clock, Epoch e, const Address& a);
/// A verdict on `weight` of what is reserved for the provider: its part is paid or goes back to the availability pool.
void settle_reserve(Exec& x, const Address& a, Provider& p, ProviderEpoch& mine, Epoch e, u128 weight, bool passed,
                    const std::optional<Hash>& commit);  // payout.cpp
/// Counts votes of proposals whose tally has begun, at most 1000 in a block.  governance.cpp
void run_tally(Exec& x);
/// At an epoch's end: votings that are over go to the tally; what was accepted and has waited changes the parameters.
void end_voting(Exec& x);
/// What the state asks of new parameters besides validate(): the schedule has not minted more than its new total, and
/// openings of rounds that are not swept still fit into a block. Errors: bad_proposal with the numbers.
[[nodiscard]] Status check_params_fit(Exec& x, const tokenomics::Params& next);
/// Whether a parameter changed.
[[nodiscard]] bool latch_params(Exec& x);
/// Counts an epoch of so many blocks against what each validator was expected to propose, and jails who missed too
/// many; the last one that could go on is never jailed.
void judge_validators(Exec& x, std::uint64_t blocks);  // validators.cpp
/// The validator set of the next epoch: the top by bond, power scaled to 10^6 for the largest, moved towards that by at
/// most a third; due beacon tips and keys; bonds that are free.
void set_powers(Exec& x);  // validators.cpp
/// Whose consensus key this is or was: the last two of each, and where asked the one that is pending.
[[nodiscard]] std::optional<Address> validator_of_key(const StateView& s, const Hash& key, bool pending_too);
/// Two signatures of one height by this key: slash.double_sign_ppb of the bond burns and the validator has no power
/// ever again. Called by an engine of several validators for evidence that is not older than stake.unbonding_ms.
/// Returns what burned: nothing for a key of nobody, or the second time.
Amount slash_double_sign(Exec& x, const Hash& consensus_key);
/// Applies a verdict to the commit, its provider, device and epoch.
void decide(Exec& x, const Hash& id, Commit& c, CommitStatus status, std::vector<std::uint64_t> bad);

}  // namespace assay::chain
