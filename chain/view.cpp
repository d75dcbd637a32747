#include "chain/view.hpp"

#include "chain/genesis.hpp"
#include "chain/tables.hpp"

namespace assay::chain {
namespace {

// Every record in the state was written by this program and is covered by the root that was checked at start-up: a
// record that does not decode is a bug, not input.
template <class T>
T decoded(ByteView raw) {
    auto out = borsh::decode<T>(raw);
    ASSAY_CHECK(out.ok());
    return *std::move(out);
}

template <class T>
std::optional<T> record(const StateView& view, const StateKey& key) {
    const auto raw = view.get(key);
    if (!raw) return std::nullopt;
    return decoded<T>(*raw);
}

template <class T>
T record_or_empty(const StateView& view, const StateKey& key) {
    auto found = record<T>(view, key);
    return found ? *std::move(found) : T{};
}

}  // namespace

Account StateView::account(const Address& a) const {
    return find_account(a).value_or(Account{});
}
std::optional<Account> StateView::find_account(const Address& a) const {
    return record<Account>(*this, tables::account(a));
}
std::optional<Provider> StateView::provider(const Address& a) const {
    return record<Provider>(*this, tables::provider(a));
}
std::optional<Device> StateView::device(const Address& a, std::uint32_t slot) const {
    auto d = slot_record(a, slot);
    if (d && d->removed) d.reset();
    return d;
}
std::optional<Device> StateView::slot_record(const Address& a, std::uint32_t slot) const {
    return record<Device>(*this, tables::device(a, slot));
}
std::optional<tokenomics::StakePool> StateView::stake_pool(const Address& provider) const {
    return record<tokenomics::StakePool>(*this, tables::stake_pool(provider));
}
std::optional<tokenomics::Delegation> StateView::delegation(const Address& provider, const Address& who) const {
    return record<tokenomics::Delegation>(*this, tables::delegation(provider, who));
}
std::optional<tokenomics::ClosedGeneration> StateView::closed_generation(const Address& provider,
                                                                         std::uint64_t generation) const {
    return record<tokenomics::ClosedGeneration>(*this, tables::closed_generation(provider, generation));
}
std::optional<Validator> StateView::validator(const Address& a) const {
    return record<Validator>(*this, tables::validator(a));
}
std::optional<Commit> StateView::commit(const Hash& id) const {
    return record<Commit>(*this, tables::commit(id));
}
std::optional<Order> StateView::order(const Hash& id) const {
    return record<Order>(*this, tables::order(id));
}
std::optional<WorkRound> StateView::round(Epoch e) const {
    return record<WorkRound>(*this, tables::round(e));
}
std::optional<EpochRecord> StateView::epoch(Epoch e) const {
    return record<EpochRecord>(*this, tables::epoch(e));
}
std::optional<ProviderEpoch> StateView::provider_epoch(Epoch e, const Address& a) const {
    return record<ProviderEpoch>(*this, tables::provider_epoch(e, a));
}
std::optional<OpenDispute> StateView::dispute(const Hash& order) const {
    return record<OpenDispute>(*this, tables::dispute(order));
}
std::optional<ParamProposal> StateView::proposal(std::uint64_t number) const {
    return record<ParamProposal>(*this, tables::proposal(number));
}
std::optional<Ballot> StateView::vote(std::uint64_t number, const Address& a) const {
    return record<Ballot>(*this, tables::vote(number, a));
}
std::optional<HeldSlash> StateView::held_slash(std::uint64_t number) const {
    return record<HeldSlash>(*this, tables::held_slash(number));
}
Governance StateView::governance() const {
    return record_or_empty<Governance>(*this, tables::governance());
}
tokenomics::Params StateView::params_at(Epoch e) const {
    std::optional<Bytes> last;
    const StateKey prefix = tables::KeyOf(tables::kGovernance) | std::string_view("params");
    for_prefix(tables::kGovernance, prefix.key, [&](ByteView key, ByteView value) {
        if (tables::read_be(key, prefix.key.size(), 8) > e.value) return false;
        last = Bytes(value.begin(), value.end());
        return true;
    });
    if (last) return decoded<tokenomics::Params>(*last);
    return record_or_empty<Genesis>(*this, tables::global("genesis")).params;
}
tokenomics::PriceIndex StateView::market_prices(Epoch e, std::uint32_t device_class) const {
    return record_or_empty<tokenomics::PriceIndex>(*this, tables::market_prices(e, device_class));
}
Ledger StateView::ledger() const {
    return record_or_empty<Ledger>(*this, tables::global("ledger"));
}
ChainState StateView::chain() const {
    return record_or_empty<ChainState>(*this, tables::global("chain"));
}
tokenomics::Params StateView::params() const {
    return record_or_empty<tokenomics::Params>(*this, tables::global("params"));
}
tokenomics::EmissionMemory StateView::emission_memory() const {
    const auto kept = record<tokenomics::EmissionMemory>(*this, tables::global("emission"));
    return kept ? *kept : tokenomics::emission_start(params().emission);
}
Amount StateView::spendable(const Address& a, const Account& account, TimeMs time) const {
    Amount sum = account.liquid;  // all of it is supply, and no sum of supply overflows
    const auto join = [&sum](Amount more) {
        if (const auto both = add(sum, more)) sum = *both;
    };
    const auto p = provider(a);
    if (p && !p->unbonding.empty()) join(tokenomics::matured(p->unbonding, time, oldest_open_work(a, *p)).released);
    if (account.grants == 0 && (!p || p->rewards.pool.shares == 0)) return sum;
    const auto rules = params();
    if (p && p->rewards.pool.shares != 0) {
        const TimeMs until = free_until(*this, a, *p, rules.stake.locked != tokenomics::LockedStake::none, time);
        const std::uint64_t step = tokenomics::step_of(rules.vesting, until);
        tokenomics::RewardLock lock = p->rewards;
        join(tokenomics::unlock(lock, rules.vesting, step, lots_to(*this, a, lock, rules.vesting, step)));
    }
    const TimeMs until = p ? free_until(*this, a, *p, rules.stake.locked == tokenomics::LockedStake::all, time) : time;
    each_grant(a, [&](const Hash&, const VestingGrant& g) {
        join(tokenomics::worth(g.left, due_shares(g, until)));
        return true;
    });
    return sum;
}
std::optional<TimeMs> StateView::oldest_open_work(const Address& a, const Provider& p) const {
    std::optional<TimeMs> out;
    if (p.open_deliveries > 0)
        for_prefix(tables::kDeliveries, a.view(), [&](ByteView key, ByteView) {
            out = TimeMs{tables::read_be(key, sizeof(Address), 8)};
            return false;  // ascending by time
        });
    if (p.open_commits == 0) return out;
    const ChainState now = chain();
    for (std::uint64_t e = now.oldest_round.value; e <= now.epoch.value; ++e)
        if (const auto r = round(Epoch{e}); r && r->h0_time.value != 0)
            return out ? std::min(*out, r->h0_time) : r->h0_time;
    return TimeMs{0};
}

tokenomics::RewardLot StateView::reward_lot(const Address& provider, std::uint64_t step) const {
    return {step, record_or_empty<LockedLot>(*this, tables::reward_lot(provider, step)).shares};
}
TimeMs free_until(const StateView& state, const Address& a, const Provider& p, bool counts, TimeMs time) {
    const auto open = counts ? state.oldest_open_work(a, p) : std::nullopt;
    return open ? std::min(time, *open) : time;
}
u128 due_shares(const VestingGrant& g, TimeMs until) {
    const u128 released = g.grant.amount.units - std::min(g.left.shares, g.grant.amount.units);
    return sub_or_zero(tokenomics::vested(g.grant, until), Amount{released}).units;
}
std::vector<tokenomics::RewardLot> lots_to(const StateView& state, const Address& a, const tokenomics::RewardLock& lock,
                                           const tokenomics::VestingParams& rules, std::uint64_t step) {
    std::vector<tokenomics::RewardLot> out;
    if (step <= lock.step) return out;
    state.each_reward_lot(a, 0, [&](const tokenomics::RewardLot& lot) {
        if (!tokenomics::has_ended(rules, lot.step, step)) return false;
        out.push_back(lot);
        return true;
    });
    if (lock.step == ~std::uint64_t{0}) return out;
    state.each_reward_lot(a, lock.step + 1, [&](const tokenomics::RewardLot& lot) {
        if (!tokenomics::has_ended(rules, lot.step, step)) out.push_back(lot);
        return true;
    });
    return out;
}

Amount voting_stake(const StateView& state, const Address& holder, Epoch now) {
    Amount out;
    const auto count = [&](Amount more) {
        const auto sum = add(out, more);
        out = sum ? *sum : Amount::max();
    };
    if (const auto p = state.provider(holder))
        count(p->stake_epoch == now ? min_of(p->stake_at_start, p->stake) : p->stake);
    std::size_t looked_at = 0;
    state.each_delegation_by(holder, [&](const Address& provider, const tokenomics::Delegation& d) {
        const auto pool = state.stake_pool(provider);
        if (pool && d.generation == pool->generation) {
            const u128 fresh = d.fresh_epoch == now ? d.fresh : 0;
            count(tokenomics::worth(pool->active, d.shares - fresh));
        }
        return ++looked_at < kVotingDelegations;
    });
    if (const auto v = state.validator(holder); v && v->beacon) count(v->bond);
    return out;
}

void StateView::each_provider(const std::function<bool(const Address&, const Provider&)>& f) const {
    for_prefix(tables::kProviders, {},
               [&](ByteView key, ByteView value) { return f(Address::from(key), decoded<Provider>(value)); });
}
void StateView::each_validator(const std::function<bool(const Address&, const Validator&)>& f) const {
    for_prefix(tables::kValidators, {},
               [&](ByteView key, ByteView value) { return f(Address::from(key), decoded<Validator>(value)); });
}
void StateView::each_device(const Address& provider, const std::function<bool(std::uint32_t, const Device&)>& f) const {
    each_slot(provider, [&](std::uint32_t slot, const Device& d) { return d.removed || f(slot, d); });
}
void StateView::each_slot(const Address& provider, const std::function<bool(std::uint32_t, const Device&)>& f) const {
    for_prefix(tables::kDevices, provider.view(), [&](ByteView key, ByteView value) {
        return f(static_cast<std::uint32_t>(tables::read_be(key, 32, 4)), decoded<Device>(value));
    });
}
void StateView::each_delegation_by(const Address& who,
                                   const std::function<bool(const Address&, const tokenomics::Delegation&)>& f) const {
    for_prefix(tables::kDelegationsBy, who.view(), [&](ByteView key, ByteView) {
        const Address provider = Address::from(key.subspan(32));
        const auto d = delegation(provider, who);
        return !d || f(provider, *d);
    });
}
void StateView::each_grant(const Address& holder,
                           const std::function<bool(const Hash&, const VestingGrant&)>& f) const {
    for_prefix(tables::kVesting, holder.view(), [&](ByteView key, ByteView value) {
        return f(Hash::from(key.subspan(32)), decoded<VestingGrant>(value));
    });
}
void StateView::each_reward_lot(const Address& provider, std::uint64_t from,
                                const std::function<bool(const tokenomics::RewardLot&)>& f) const {
    const StateKey first = tables::reward_lot(provider, from);
    for_range(tables::kRewardLots, provider.view(), first.key, [&](ByteView key, ByteView value) {
        return f({tables::read_be(key, sizeof(Address), 8), decoded<LockedLot>(value).shares});
    });
}
void StateView::each_order(const std::function<bool(const Hash&, const Order&)>& f) const {
    for_prefix(tables::kOrders, {},
               [&](ByteView key, ByteView value) { return f(Hash::from(key), decoded<Order>(value)); });
}
void StateView::each_held_slash(const std::function<bool(std::uint64_t, const HeldSlash&)>& f) const {
    for_prefix(tables::kHeldSlashes, {},
               [&](ByteView key, ByteView value) { return f(tables::read_be(key, 0, 8), decoded<HeldSlash>(value)); });
}
void StateView::each_proposal(const std::function<bool(std::uint64_t, const ParamProposal&)>& f) const {
    for_prefix(tables::kProposals, {}, [&](ByteView key, ByteView value) {
        return f(tables::read_be(key, 0, 8), decoded<ParamProposal>(value));
    });
}
void StateView::each_open_commit(Epoch e, const std::function<bool(const Hash&)>& f) const {
    Bytes prefix;
    tables::append_be(prefix, e.value, 8);
    for_prefix(tables::kOpenCommits, prefix, [&](ByteView key, ByteView) { return f(Hash::from(key.subspan(8))); });
}
void StateView::each_commit_of(const Address& provider,
                               const std::function<bool(const Hash&, const Commit&)>& f) const {
    for_prefix(tables::kProviderCommits, provider.view(), [&](ByteView key, ByteView) {
        const Hash id = Hash::from(key.subspan(40));
        const auto found = commit(id);
        return !found || f(id, *found);
    });
}

}  // namespace assay::chain
