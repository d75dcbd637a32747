// What the state tables hold. Borsh of these is what the state tree commits to (docs/protocol.md has the byte tables).
#pragma once

#include <optional>

#include "base/borsh.hpp"
#include "chain/messages.hpp"
#include "chain/uptime_record.hpp"
#include "proofs/kinds.hpp"
#include "tokenomics/breaker.hpp"
#include "tokenomics/payout.hpp"
#include "tokenomics/price.hpp"
#include "tokenomics/reward_vesting.hpp"
#include "tokenomics/stake.hpp"
#include "tokenomics/stake_pool.hpp"
#include "tokenomics/unbonding.hpp"
#include "tokenomics/validators.hpp"
#include "tokenomics/vesting.hpp"

namespace assay::chain {

struct Account {
    std::uint64_t nonce = 0;
    Amount liquid;
    Credits credits;          ///< free credits, micro-USD
    Amount credit_tokens;     ///< tokens burned for them, consumed pro rata
    std::uint8_t grants = 0;  ///< vesting grants of the holder that are not all released
    ASSAY_FIELDS(nonce, liquid, credits, credit_tokens, grants)
    bool operator==(const Account&) const = default;
};

/// Tokens of a holder that come free with time. Erased once all of them are released.
struct VestingGrant {
    tokenomics::Grant grant;
    tokenomics::SharePool left;  ///< a share for each unit that is not released, and what slashes left of them
    ASSAY_FIELDS(grant, left)
};
/// Shares in a provider's locked rewards that were locked within a step.
struct LockedLot {
    u128 shares = 0;
    ASSAY_FIELDS(shares)
};

/// Who may commit and open for a provider, and what that may cost it.
struct WorkKey {
    std::optional<Address> key;     ///< as named last
    std::optional<Address> before;  ///< in force in epochs before `from`
    Epoch from;
    Amount fee_budget;  ///< what fees of the key's commits may still take
    ASSAY_FIELDS(key, before, from, fee_budget)
    [[nodiscard]] const std::optional<Address>& in_force(Epoch now) const { return now < from ? before : key; }
};

struct Provider {
    std::string endpoint;
    Height registered;
    Amount stake;
    Amount stake_at_start;  ///< of `stake_epoch`: before the first change in that epoch
    Epoch stake_epoch;
    std::vector<tokenomics::Unbonding> unbonding;
    Amount delegated;  ///< active stake of others, as its pool says
    std::uint32_t devices = 0;
    std::uint32_t removed = 0;                    ///< slots without a device that keep their record
    std::vector<tokenomics::ClassCount> classes;  ///< its devices by class, ascending: what it must stake is their sum
    Amount kept;  ///< counts in place of that sum until `kept_until`: it rose by no act of the provider's
    TimeMs kept_until;
    Amount exposure;  ///< sum over open commits and deliveries that may be disputed
    std::uint32_t open_commits = 0;
    std::uint32_t open_deliveries = 0;
    bool jailed = false;
    TimeMs jailed_until;
    std::uint64_t passed = 0, failed = 0, absent = 0;
    Amount earned;
    Amount slashed;
    Epoch settled;    ///< where all providers are looked at: the first epoch for which this one was not (Paying)
    Amount returned;  ///< of `slashed`, by appeals
    WorkKey work_key;
    tokenomics::RewardLock rewards;  ///< what it was paid and is not free
    Amount granted;                  ///< sum of what is left of the holder's grants
    ASSAY_FIELDS(endpoint, registered, stake, stake_at_start, stake_epoch, unbonding, delegated, devices, removed,
                 classes, kept, kept_until, exposure, open_commits, open_deliveries, jailed, jailed_until, passed,
                 failed, absent, earned, slashed, settled, returned, work_key, rewards, granted)
};

/// What a verdict took of a provider's own stake, while it may still come back.
struct HeldSlash {
    Address provider;
    Amount amount;
    Height height;             ///< of the verdict
    TimeMs due;                ///< burns then
    std::uint64_t appeal = 0;  ///< number of the proposal that asks for it; there is one at most
    ASSAY_FIELDS(provider, amount, height, due, appeal)
};

struct Device {
    std::uint32_t device_class = 0;  ///< index into params.classes
    Epoch active_from;               ///< the task must exist before h0 is drawn
    std::uint64_t tasks = 0;         ///< decided canonical and lease tasks
    u128 failed_bits = 0;            ///< last tasks, newest in bit 0
    u128 absent_bits = 0;
    bool removed = false;  ///< no device now; what its slot did is remembered
    Uptime uptime;
    ASSAY_FIELDS(device_class, active_from, tasks, failed_bits, absent_bits, removed, uptime)
};

enum class CommitStatus : std::uint8_t { open = 0, passed = 1, failed = 2, absent = 3 };
constexpr std::uint8_t enum_count(CommitStatus) {
    return 4;
}

/// Written once; nothing that changes later touches what was agreed at the commit.
struct Commit {
    Hash task;
    Address provider;
    std::uint32_t slot = 0;
    Epoch epoch;
    std::optional<Hash> order;  ///< a buyer's work, else canonical
    std::uint32_t device_class = 0;
    proofs::WorkParams params;
    std::uint32_t samples = 0;
    Hash ctx;
    Hash root;
    Height height;
    std::uint64_t weight = 0;
    Amount exposure;
    Ppb rate_one, rate_two, rate_full, rate_absent;
    CommitStatus status = CommitStatus::open;
    std::uint32_t attempts = 0;
    Height decided;
    std::vector<std::uint64_t> bad;  ///< sampled indices whose leaf was wrong
    Amount slashed;
    std::optional<Address> worker;  ///< the work key in force at the commit: it may open too, whatever follows
    ASSAY_FIELDS(task, provider, slot, epoch, order, device_class, params, samples, ctx, root, height, weight, exposure,
                 rate_one, rate_two, rate_full, rate_absent, status, attempts, decided, bad, slashed, worker)
};

struct Bid {
    Address provider;
    std::uint32_t slot = 0;
    Credits price;
    ASSAY_FIELDS(provider, slot, price)
};
enum class OrderStatus : std::uint8_t { open = 0, leased = 1, closed = 2, cancelled = 3 };
constexpr std::uint8_t enum_count(OrderStatus) {
    return 4;
}
/// What a provider says the product is, by its root. Written once; `until` alone moves, while a dispute goes on.
struct Delivery {
    Hash c_root;
    Height height;
    TimeMs time;
    Height disputes_until;  ///< the last height at which a dispute begins
    Height until;           ///< accepted at the end of this block
    Amount exposure;
    Ppb rate;  ///< slash.full_ppb when it was delivered
    std::uint64_t jail_ms = 0;
    ASSAY_FIELDS(c_root, height, time, disputes_until, until, exposure, rate, jail_ms)
};
struct TilePlace {
    std::uint32_t row = 0, col = 0;
    ASSAY_FIELDS(row, col)
    bool operator==(const TilePlace&) const = default;
};
/// What an order of a product has beside other orders.
struct GemmOrder {
    proofs::GemmJob job;
    std::uint64_t dispute_blocks = 0;  ///< market.dispute_blocks when it was opened
    std::optional<Delivery> delivery;
    std::optional<TilePlace> wrong;  ///< the tile that a dispute showed to be wrong
    Amount slashed;                  ///< for it
    ASSAY_FIELDS(job, dispute_blocks, delivery, wrong, slashed)
};
/// A dispute over a product of several slices: what was claimed, and the sum over the slices so far.
struct OpenDispute {
    TilePlace tile;
    std::uint32_t next_slice = 0;
    proofs::Tile claimed{}, sums{};
    ASSAY_FIELDS(tile, next_slice, claimed, sums)
};

struct Order {
    Address buyer;
    std::uint32_t device_class = 0;
    std::uint64_t units = 0;
    Credits max_price;
    Credits deposit;        ///< what is left of it
    Amount deposit_tokens;  ///< tokens burned for what is left
    Height opened;
    Height bids_until;  ///< of a direct order the last height before `expires`
    Height expires;     ///< a lease that is closed ends where it was closed
    OrderStatus status = OrderStatus::open;
    std::vector<Bid> bids;
    std::optional<Bid> lease;
    Epoch lease_from;  ///< first epoch with a task
    std::uint64_t units_done = 0;
    Credits paid;
    bool manual = false;  ///< its buyer takes a bid by hand
    std::optional<GemmOrder> gemm;
    ASSAY_FIELDS(buyer, device_class, units, max_price, deposit, deposit_tokens, opened, bids_until, expires, status,
                 bids, lease, lease_from, units_done, paid, manual, gemm)
    /// Delivered, and neither accepted nor shown to be wrong.
    [[nodiscard]] bool may_be_disputed() const {
        return status == OrderStatus::leased && gemm && gemm->delivery.has_value();
    }
};

/// What waits for a price round, in the order of arrival.
struct QueuedBurn {
    static constexpr std::uint8_t kTag = 0;
    Address buyer;
    Amount amount;  ///< offered; `credits` may take less
    Credits min_credits;
    Credits credits = {};  ///< just so many; 0: as many as the amount buys
    ASSAY_FIELDS(buyer, amount, min_credits, credits)
};
struct QueuedSettlement {
    static constexpr std::uint8_t kTag = 1;
    Hash order;
    Address provider;
    Epoch epoch;
    Credits credits;
    Amount tokens;  ///< burned for those credits
    ASSAY_FIELDS(order, provider, epoch, credits, tokens)
};
struct QueuedRedemption {
    static constexpr std::uint8_t kTag = 2;
    Address owner;
    Credits credits;
    Amount tokens;
    ASSAY_FIELDS(owner, credits, tokens)
};
struct QueueItem {
    Height included;
    std::uint32_t attempts = 0;  ///< rounds in which it was tried
    std::variant<QueuedBurn, QueuedSettlement, QueuedRedemption> item;
    ASSAY_FIELDS(included, attempts, item)
};

struct BeaconTip {
    Hash tip;
    Height height;  ///< the reveal at h hashes to tip in h - height steps
    ASSAY_FIELDS(tip, height)
};
struct Validator {
    Hash consensus_key;
    std::string name;
    Amount bond;
    std::uint64_t power = 0;  ///< 0: not in the set
    std::optional<BeaconTip> beacon;
    std::optional<Hash> pending_tip;
    Epoch pending_from;  ///< epoch at whose start the pending tip counts
    std::uint64_t proposed = 0;
    std::uint64_t proposed_in_epoch = 0;  ///< in the epoch that runs
    std::optional<Price> report;          ///< of the round that is open
    std::optional<Hash> pending_key;
    Epoch pending_key_from;            ///< epoch at whose start the pending key counts
    std::optional<Hash> previous_key;  ///< signed below key_since; the bond answers for it too
    Height key_since;                  ///< first height that consensus_key signs
    TimeMs key_changed;                ///< 0: never
    tokenomics::MissedBlocks blocks;   ///< since it was last judged
    bool jailed = false;
    TimeMs jailed_until;
    bool tombstoned = false;  ///< signed two blocks of one height: no power ever again
    bool retiring = false;
    TimeMs
        free_at;  ///< the bond is free at the first epoch's end from then on; 0 while it has power or does not retire
    Amount slashed;
    ASSAY_FIELDS(consensus_key, name, bond, power, beacon, pending_tip, pending_from, proposed, proposed_in_epoch,
                 report, pending_key, pending_key_from, previous_key, key_since, key_changed, blocks, jailed,
                 jailed_until, tombstoned, retiring, free_at, slashed)
};

/// What a round was given when its epoch began: no vote changes it while the round is open.
struct RoundRules {
    std::uint64_t window_ms = 0;   ///< work.window_ms
    std::uint64_t max_gap_ms = 0;  ///< a longer pause between blocks voids the window
    std::uint64_t challenge_delay_blocks = 0, open_blocks = 0, open_attempts = 0;
    std::uint64_t memory_tasks = 0, jail_ms = 0;         ///< of slash, for the verdicts
    std::uint64_t opening_units = 0, opening_bytes = 0;  ///< the largest opening: blocks keep room for one
    ASSAY_FIELDS(window_ms, max_gap_ms, challenge_delay_blocks, open_blocks, open_attempts, memory_tasks, jail_ms,
                 opening_units, opening_bytes)
};

/// The one work round of an epoch: every task of the epoch starts at the same h0.
struct WorkRound {
    Epoch epoch;
    Height h0;
    TimeMs h0_time;
    Hash h0_beacon;
    Height deadline;                 ///< first height whose time is past the window; 0 while it runs
    std::vector<Address> proposers;  ///< distinct, since the deadline
    Height challenge;                ///< hc; 0 before
    Hash challenge_beacon;
    std::uint64_t counted_blocks = 0;
    std::vector<Address> open_proposers;
    Height closed;             ///< 0 while openings are taken
    bool void_window = false;  ///< a long gap between blocks: nobody is marked as missing
    TimeMs last_time;
    std::uint64_t expected = 0;      ///< devices that were there when the epoch began
    std::uint64_t commits = 0;       ///< to the canonical task
    std::uint64_t valid_before = 0;  ///< earlier rounds whose window was not void
    RoundRules rules;
    ASSAY_FIELDS(epoch, h0, h0_time, h0_beacon, deadline, proposers, challenge, challenge_beacon, counted_blocks,
                 open_proposers, closed, void_window, last_time, expected, commits, valid_before, rules)
};

/// One provider in one epoch: what `explain` tells. The terms add up to what was paid.
struct ProviderEpoch {
    std::uint64_t passed = 0, failed = 0, absent = 0;
    u128 passed_weight = 0;   ///< of verdicts in the epoch
    u128 pending_weight = 0;  ///< of commits that wait for theirs
    Credits consumed;
    Amount consumed_tokens;
    Amount settled;                  ///< paid for buyers' work
    Amount work_bonus;               ///< from the work pool
    Amount availability;             ///< for passed canonical tasks
    Amount late;                     ///< from the reserve, for verdicts after the epoch's end
    Amount staking;                  ///< for its own stake, with the commission
    Amount delegators;               ///< granted to its delegators
    tokenomics::PerShare per_share;  ///< of its pool after that grant
    Amount slashed;                  ///< of its own stake
    Amount returned;                 ///< into its stake, by appeals against slashes of whatever epoch
    Amount required, stake;          ///< when it last committed
    Amount reserved;                 ///< kept for pending_weight since the epoch was paid
    u128 passed_before_pay = 0;      ///< weights of verdicts after the epoch's end but before its turn to be paid
    u128 lost_before_pay = 0;
    Amount locked;  ///< of all that, not free when it was paid
    ASSAY_FIELDS(passed, failed, absent, passed_weight, pending_weight, consumed, consumed_tokens, settled, work_bonus,
                 availability, late, staking, delegators, per_share, slashed, returned, required, stake, reserved,
                 passed_before_pay, lost_before_pay, locked)
};

struct EpochRecord {
    Epoch epoch;
    Height first, last;  ///< last is 0 while it runs
    TimeMs start_time;
    Amount minted_schedule, minted_recycled, minted_settled;
    Amount burned;   ///< for credits
    Amount vaulted;  ///< for credits, into the vault
    Amount slashed;
    Amount work, availability, stakers, validators, treasury;  ///< split of the schedule's mint
    Amount fees;                                               ///< of its transactions
    Amount fees_burned;                                        ///< of them
    Credits credits_issued, credits_consumed;
    std::uint64_t passed = 0, failed = 0, absent = 0, missed = 0;
    u128 paid_weight = 0;
    Price spot, ema;
    ASSAY_FIELDS(epoch, first, last, start_time, minted_schedule, minted_recycled, minted_settled, burned, vaulted,
                 slashed, work, availability, stakers, validators, treasury, fees, fees_burned, credits_issued,
                 credits_consumed, passed, failed, absent, missed, paid_weight, spot, ema)
};

/// voting: votes are taken. tallying: they are counted. accepted: waits for its timelock. The others are final;
/// applied: the parameters changed; skipped: what was accepted no longer passed the checks.
enum class ProposalStatus : std::uint8_t {
    voting = 0,
    tallying = 1,
    accepted = 2,
    rejected = 3,
    no_quorum = 4,
    applied = 5,
    skipped = 6
};
constexpr std::uint8_t enum_count(ProposalStatus) {
    return 7;
}
struct ParamProposal {
    Address proposer;
    std::string title;
    std::vector<tokenomics::ParamChange> changes;
    Amount deposit;  ///< in escrow for it; zero once decided
    Height opened;
    TimeMs voting_until;  ///< last block time at which a vote is taken
    ProposalStatus status = ProposalStatus::voting;
    Amount total;             ///< all voting stake when the tally began
    Amount voted;             ///< that of those who voted
    Amount yes, no, abstain;  ///< one holder's part is capped
    std::uint64_t votes = 0;  ///< counted so far
    Height decided;
    TimeMs effective_from;  ///< of an accepted one: in force from the first epoch that begins after it
    Epoch applied;          ///< first epoch under it; 0 unless applied
    ASSAY_FIELDS(proposer, title, changes, deposit, opened, voting_until, status, total, voted, yes, no, abstain, votes,
                 decided, effective_from, applied)
};
struct Ballot {
    Choice choice = Choice::abstain;
    ASSAY_FIELDS(choice)
};
struct Governance {
    std::uint64_t next = 1;           ///< number of the next proposal
    std::vector<std::uint64_t> open;  ///< voting, tallying or accepted, ascending
    std::vector<tokenomics::StepWindow> windows;
    ASSAY_FIELDS(next, open, windows)
};

/// Every token and every credit is in exactly one place (PROTOCOL §14).
struct Ledger {
    Amount genesis, minted, burned;
    Amount scheduled;           ///< cumulative mint by the schedule alone
    Amount recycled;            ///< cumulative mint of what was burned before
    Amount burned_for_credits;  ///< of `burned`: no slash and no fee, the only burns that are recycled
    Amount liquid, staked, unbonding, vesting, vault, escrow, bonds, fees, held_slashes;
    Amount pool_work, pool_availability, reserved, rewards, pool_stakers, pool_validators, treasury;
    Credits credits_issued, credits_consumed, credits_refunded;
    Credits credits_free, credits_escrowed, credits_queued;
    ASSAY_FIELDS(genesis, minted, burned, scheduled, recycled, burned_for_credits, liquid, staked, unbonding, vesting,
                 vault, escrow, bonds, fees, held_slashes, pool_work, pool_availability, reserved, rewards,
                 pool_stakers, pool_validators, treasury, credits_issued, credits_consumed, credits_refunded,
                 credits_free, credits_escrowed, credits_queued)
};

/// Work of the epoch that runs, over all providers: what its end has to know before it can pay anyone.
struct RunningSums {
    tokenomics::WorkSums weights;
    u128 passed = 0;    ///< of weights.tasks, those that have passed
    Amount burned_for;  ///< burned for the credits that were consumed
    ASSAY_FIELDS(weights, passed, burned_for)
};

/// work: providers with a record of the epoch are paid for it. stake: all providers are looked at, for the stakers'
/// part and for grace.
enum class PayingStage : std::uint8_t { work = 0, stake = 1, done = 2 };
constexpr std::uint8_t enum_count(PayingStage) {
    return 3;
}
/// The epoch that ended last while its providers are paid, epoch.payments_per_block of them in a block, ascending by
/// address. By the parameters of that epoch. Whose stake or pool changes before its turn is settled first (catch_up).
struct Paying {
    Epoch epoch;
    PayingStage stage = PayingStage::done;
    std::optional<Address> after;  ///< in this stage they are done up to this one
    tokenomics::Payout payout;
    Ppb commission_floor;
    bool repriced = false;  ///< requirements may have risen at the epoch's end
    bool latched = false;   ///< by parameters that changed
    Price price_before;     ///< at which they counted before
    TimeMs grace_until;     ///< for those that they caught
    ASSAY_FIELDS(epoch, stage, after, payout, commission_floor, repriced, latched, price_before, grace_until)
    /// Whether the stage `stake` has anything to do.
    [[nodiscard]] bool looks_at_all() const { return repriced || (!payout.stakers.is_zero() && payout.all.stake != 0); }
};

/// The chain's own clockwork.
struct ChainState {
    std::string chain_id;
    Height height;
    TimeMs time;
    Epoch epoch;
    Height epoch_start;
    Hash beacon;
    Hash last_block;
    std::uint64_t queue_head = 0, queue_tail = 0;      ///< items [head, tail) wait for a price round
    std::uint64_t queue_due = 0;                       ///< items below it execute at the price of the last round
    std::uint64_t waiting_head = 0, waiting_tail = 0;  ///< what the vault could not pay yet, first in first out
    Height round_closed;                               ///< of the last price round
    Height queue_moved;                                ///< of the last one that made items due
    std::uint32_t active_devices = 0;
    std::uint32_t gemm_orders = 0;  ///< open or leased: a dispute of theirs must fit into a transaction
    Epoch oldest_round;             ///< rounds before it are closed and swept
    Price stake_price;  ///< at which requirements in USD count: the EMA of the last epoch's end that had one
    tokenomics::PriceState price;
    tokenomics::BreakerState breaker;  ///< of mode vault
    Amount recycle_smoothed;
    RunningSums sums;
    Paying paying;
    std::uint64_t next_slash = 1;  ///< number of the next one that is held
    ASSAY_FIELDS(chain_id, height, time, epoch, epoch_start, beacon, last_block, queue_head, queue_tail, queue_due,
                 waiting_head, waiting_tail, round_closed, queue_moved, active_devices, gemm_orders, oldest_round,
                 stake_price, price, breaker, recycle_smoothed, sums, paying, next_slash)
};

}  // namespace assay::chain
