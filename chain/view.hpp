// Typed, read-only access to state: the same for the committed state and for a block that is being executed.
//
//   app.read([&](const StateView& s) { return s.account(address).liquid; });
#pragma once

#include <functional>
#include <optional>

#include "chain/records.hpp"
#include "chain/store/key.hpp"
#include "tokenomics/emission.hpp"
#include "tokenomics/price_index.hpp"

namespace assay::chain {

class StateView {
   public:
    virtual ~StateView() = default;

    [[nodiscard]] virtual std::optional<Bytes> get(const StateKey& key) const = 0;
    /// Ascending by key, for keys of a non-account table that begin with `prefix` and are not below `from`, which
    /// begins with it too; f returns false to stop.
    virtual void for_range(std::uint8_t table, ByteView prefix, ByteView from,
                           const std::function<bool(ByteView key, ByteView value)>& f) const = 0;
    void for_prefix(std::uint8_t table, ByteView prefix,
                    const std::function<bool(ByteView key, ByteView value)>& f) const {
        for_range(table, prefix, prefix, f);
    }

    // Records by their keys; a missing account is an empty one.
    [[nodiscard]] virtual Account account(const Address& a) const;
    [[nodiscard]] virtual std::optional<Account> find_account(const Address& a) const;  ///< none: was never written
    [[nodiscard]] std::optional<Provider> provider(const Address& a) const;
    [[nodiscard]] std::optional<Device> device(const Address& a, std::uint32_t slot) const;
    /// The record of a slot, also where its device was removed.
    [[nodiscard]] std::optional<Device> slot_record(const Address& a, std::uint32_t slot) const;
    [[nodiscard]] std::optional<tokenomics::StakePool> stake_pool(const Address& provider) const;
    [[nodiscard]] std::optional<tokenomics::Delegation> delegation(const Address& provider, const Address& who) const;
    [[nodiscard]] std::optional<tokenomics::ClosedGeneration> closed_generation(const Address& provider,
                                                                                std::uint64_t generation) const;
    [[nodiscard]] std::optional<Validator> validator(const Address& a) const;
    [[nodiscard]] std::optional<Commit> commit(const Hash& id) const;
    [[nodiscard]] std::optional<Order> order(const Hash& id) const;
    [[nodiscard]] std::optional<WorkRound> round(Epoch e) const;
    [[nodiscard]] std::optional<EpochRecord> epoch(Epoch e) const;
    [[nodiscard]] std::optional<ProviderEpoch> provider_epoch(Epoch e, const Address& a) const;
    [[nodiscard]] std::optional<ParamProposal> proposal(std::uint64_t number) const;
    [[nodiscard]] std::optional<Ballot> vote(std::uint64_t number, const Address& a) const;
    [[nodiscard]] std::optional<HeldSlash> held_slash(std::uint64_t number) const;
    [[nodiscard]] Governance governance() const;
    /// The parameters in force in an epoch that has begun.
    [[nodiscard]] tokenomics::Params params_at(Epoch e) const;
    /// What units of work of a class were paid with in an epoch; empty where none was, or where it is too long ago.
    [[nodiscard]] tokenomics::PriceIndex market_prices(Epoch e, std::uint32_t device_class) const;
    [[nodiscard]] Ledger ledger() const;
    [[nodiscard]] ChainState chain() const;
    [[nodiscard]] tokenomics::Params params() const;
    /// What the schedule remembers; before the first epoch's end, its start.
    [[nodiscard]] tokenomics::EmissionMemory emission_memory() const;
    /// Liquid balance, matured unbonding that is not held, what has vested and come free: what can be spent at `time`.
    [[nodiscard]] Amount spendable(const Address& a, const Account& account, TimeMs time) const;
    /// While the provider has open commits: when the oldest round began that is not swept. None of them is older. While
    /// it has deliveries that may be disputed, when the oldest was made, if that is earlier.
    [[nodiscard]] std::optional<TimeMs> oldest_open_work(const Address& a, const Provider& p) const;
    [[nodiscard]] std::optional<OpenDispute> dispute(const Hash& order) const;
    /// What was locked within a step; nothing where there is none.
    [[nodiscard]] tokenomics::RewardLot reward_lot(const Address& provider, std::uint64_t step) const;

    // Lists, ascending by key.
    void each_provider(const std::function<bool(const Address&, const Provider&)>& f) const;
    void each_validator(const std::function<bool(const Address&, const Validator&)>& f) const;
    /// By address of the provider.
    void each_delegation_by(const Address& who,
                            const std::function<bool(const Address&, const tokenomics::Delegation&)>& f) const;
    void each_device(const Address& provider, const std::function<bool(std::uint32_t slot, const Device&)>& f) const;
    /// With the slots whose device was removed.
    void each_slot(const Address& provider, const std::function<bool(std::uint32_t slot, const Device&)>& f) const;
    /// Grants of a holder that are not all released, ascending by id.
    void each_grant(const Address& holder, const std::function<bool(const Hash&, const VestingGrant&)>& f) const;
    /// Locked rewards of a provider from a step on, ascending.
    void each_reward_lot(const Address& provider, std::uint64_t from,
                         const std::function<bool(const tokenomics::RewardLot&)>& f) const;
    void each_order(const std::function<bool(const Hash&, const Order&)>& f) const;
    void each_held_slash(const std::function<bool(std::uint64_t number, const HeldSlash&)>& f) const;
    void each_proposal(const std::function<bool(std::uint64_t number, const ParamProposal&)>& f) const;
    /// Commits of an epoch's round that wait for a verdict, as (commit id).
    void each_open_commit(Epoch e, const std::function<bool(const Hash&)>& f) const;
    /// All commits of a provider, newest epoch first is not promised: ascending by (epoch, id).
    void each_commit_of(const Address& provider, const std::function<bool(const Hash&, const Commit&)>& f) const;
};

/// The time as of which a provider's locked tokens come free: where they count behind its work, the start of the oldest
/// that is open.
[[nodiscard]] TimeMs free_until(const StateView& state, const Address& a, const Provider& p, bool counts, TimeMs time);
/// Shares of a grant that have vested by then and are not released.
[[nodiscard]] u128 due_shares(const VestingGrant& g, TimeMs until);
/// The lots that tokenomics::unlock asks for.
[[nodiscard]] std::vector<tokenomics::RewardLot> lots_to(const StateView& state, const Address& a,
                                                         const tokenomics::RewardLock& lock,
                                                         const tokenomics::VestingParams& rules, std::uint64_t step);

/// The weight of a holder's vote, in base units: its stake as a provider, min(at the epoch's start, now), what it
/// has delegated since before this epoch, with the first 64 providers by address, and its bond as a validator from the
/// first boundary on at which it had a beacon tip. Unbonding stake has none.
inline constexpr std::size_t kVotingDelegations = 64;
[[nodiscard]] Amount voting_stake(const StateView& state, const Address& holder, Epoch now);

/// What a provider must do now: canonical and lease tasks of the running epoch, with everything the prover needs.
struct TaskView {
    Hash task;
    Epoch epoch;
    std::uint32_t slot = 0;
    std::uint32_t device_class = 0;
    std::optional<Hash> order;
    proofs::WorkParams params;
    Hash ctx;  ///< known once h0 is decided
    Height h0;
    TimeMs commit_by;  ///< block time up to which a commit counts
    bool committed = false;
};
/// What a device of the class does for its canonical task and for a unit of an order.
[[nodiscard]] proofs::WorkParams class_work(const tokenomics::ClassParams& c);
[[nodiscard]] std::vector<TaskView> tasks_of(const StateView& state, const Address& provider);

/// Prices of a class over the last market.index_epochs epochs, the running one included.
struct MarketView {
    Epoch from, to;
    tokenomics::PriceSummary prices;
};
[[nodiscard]] MarketView market_of(const StateView& state, const tokenomics::Params& rules, Epoch now,
                                   std::uint32_t device_class);

/// May this device of this provider work for an order of this class: what a bid must be when it is placed, and again
/// when the order is leased to it. Errors: not_registered, jailed, stake_below_required, unknown_device, unknown_class.
[[nodiscard]] Status may_work_for(const StateView& state, const tokenomics::Params& rules, const ChainState& now,
                                  const Address& provider, std::uint32_t slot, std::uint32_t device_class);

/// Why somebody was paid what it was, or not; the terms add up.
struct ExplainTerm {
    std::string name;
    Amount value;
    std::string rule;
};
struct WhyNot {
    std::string code;
    std::string have, need, fix;
};
struct Explanation {
    Amount paid;
    std::string verdict;  ///< one sentence
    std::vector<ExplainTerm> terms;
    std::vector<std::pair<Hash, Commit>> commits;  ///< of that epoch
    std::vector<WhyNot> why_not;
    Amount slashed;
    Amount returned;  ///< into the stake, by appeals against earlier slashes
    Amount locked;    ///< of what was paid, not free at once
};
[[nodiscard]] Explanation explain_provider(const StateView& state, const Address& provider, Epoch epoch);

/// PROTOCOL §14 with its numbers; `holds` is computed from a full scan of the tables.
struct InvariantRow {
    std::string name;
    std::string numbers;
    bool holds = false;
};
[[nodiscard]] std::vector<InvariantRow> check_all_invariants(const StateView& state);

}  // namespace assay::chain
