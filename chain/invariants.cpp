#include "chain/invariants.hpp"

#include <array>
#include <map>

#include "chain/access.hpp"
#include "chain/view.hpp"
#include "tokenomics/stake.hpp"

namespace assay::chain {
namespace {

// Sums of one state of the changed records, in wrapping arithmetic: only differences are compared, and those are exact
// modulo 2^128 just as the ledger's are.
struct Sums {
    u128 liquid = 0, staked = 0, unbonding = 0, bonds = 0, escrow = 0, reserved = 0, rewards = 0, vesting = 0;
    u128 grants_of_accounts = 0, grants = 0, held = 0;
    u128 credits_free = 0, credits_escrowed = 0, credits_queued = 0;
    u128 carried = 0;                                                        // tokens that go with all those credits
    u128 tasks = 0, passed = 0, burned_for = 0, work = 0, stake_weight = 0;  // of the epoch that runs
    Epoch epoch;
    tokenomics::WorkRule rule;

    Sums(Epoch now, const tokenomics::Params& rules) : epoch(now), rule(tokenomics::work_rule(rules.bme)) {}

    void add(const Account& a) {
        liquid += a.liquid.units;
        credits_free += a.credits.units;
        carried += a.credit_tokens.units;
        grants_of_accounts += a.grants;
    }
    void add(const StateKey& key, const Bytes& value) {
        if (key.table == tables::kProviders) {
            const auto p = borsh::decode<Provider>(value);
            ASSAY_CHECK(p.ok());
            staked += p->stake.units;
            vesting += p->rewards.pool.tokens.units;
            stake_weight += own_weight(*p, epoch).units;
            for (const auto& u : p->unbonding) unbonding += u.amount.units;
        } else if (key.table == tables::kDelegations && key.key.size() == sizeof(Address)) {
            const auto pool = borsh::decode<tokenomics::StakePool>(value);
            ASSAY_CHECK(pool.ok());
            staked += pool->active.tokens.units;
            stake_weight += tokenomics::earning_stake(*pool, epoch).units;
            unbonding += pool->leaving.tokens.units;
            rewards += pool->rewards.units;
        } else if (key.table == tables::kValidators) {
            const auto v = borsh::decode<Validator>(value);
            ASSAY_CHECK(v.ok());
            bonds += v->bond.units;
        } else if (key.table == tables::kOrders) {
            const auto o = borsh::decode<Order>(value);
            ASSAY_CHECK(o.ok());
            credits_escrowed += o->deposit.units;
            carried += o->deposit_tokens.units;
        } else if (key.table == tables::kProviderEpochs) {
            const auto p = borsh::decode<ProviderEpoch>(value);
            ASSAY_CHECK(p.ok());
            reserved += p->reserved.units;
            if (tables::read_be(key.key, 0, 8) == epoch.value) {
                tasks += p->passed_weight + p->pending_weight;
                passed += p->passed_weight;
                burned_for += p->consumed_tokens.units;
                work += tokenomics::work_weight(rule, work_of(*p));
            }
        } else if (key.table == tables::kVesting) {
            const auto g = borsh::decode<VestingGrant>(value);
            ASSAY_CHECK(g.ok());
            vesting += g->left.tokens.units;
            ++grants;
        } else if (key.table == tables::kHeldSlashes) {
            const auto h = borsh::decode<HeldSlash>(value);
            ASSAY_CHECK(h.ok());
            held += h->amount.units;
        } else if (key.table == tables::kProposals) {
            const auto p = borsh::decode<ParamProposal>(value);
            ASSAY_CHECK(p.ok());
            escrow += p->deposit.units;
        } else if (key.table == tables::kQueue || key.table == tables::kWaiting) {
            const auto q = borsh::decode<QueueItem>(value);
            ASSAY_CHECK(q.ok());
            if (const auto* b = std::get_if<QueuedBurn>(&q->item)) escrow += b->amount.units;
            if (const auto* s = std::get_if<QueuedSettlement>(&q->item)) {
                credits_queued += s->credits.units;
                carried += s->tokens.units;
            }
            if (const auto* r = std::get_if<QueuedRedemption>(&q->item)) {
                credits_queued += r->credits.units;
                carried += r->tokens.units;
            }
        }
    }
};

Status broken(const char* name, u128 a, u128 b) {
    return {Code::invariant_broken,
            std::string(name) + ": records say " + to_digits(a) + ", the ledger says " + to_digits(b)};
}

struct Compared {
    const char* name;
    u128 records;
    u128 ledger;
};

// In mode mint_ratio the vault holds just what will be destroyed with the credits; elsewhere that row has no name.
std::array<Compared, 19> compare(const Sums& s, const Ledger& l, const RunningSums& r,
                                 const tokenomics::Params& rules) {
    const bool held = rules.bme.mode == tokenomics::BurnMode::mint_ratio;
    return {{{held ? "vault of mode mint_ratio" : nullptr, held ? s.carried : 0, held ? l.vault.units : 0},
             {"liquid", s.liquid, l.liquid.units},
             {"staked", s.staked, l.staked.units},
             {"unbonding", s.unbonding, l.unbonding.units},
             {"bonds", s.bonds, l.bonds.units},
             {"escrow", s.escrow, l.escrow.units},
             {"reserved", s.reserved, l.reserved.units},
             {"rewards", s.rewards, l.rewards.units},
             {"vesting", s.vesting, l.vesting.units},
             {"held slashes", s.held, l.held_slashes.units},
             {"grants that accounts count", s.grants, s.grants_of_accounts},
             {"credits free", s.credits_free, l.credits_free.units},
             {"credits escrowed", s.credits_escrowed, l.credits_escrowed.units},
             {"credits queued", s.credits_queued, l.credits_queued.units},
             {"weights of tasks in this epoch", s.tasks, r.weights.tasks},
             {"weights of passed tasks in this epoch", s.passed, r.passed},
             {"tokens of credits consumed in this epoch", s.burned_for, r.burned_for.units},
             {"weights in the work pool in this epoch", s.work, r.weights.work},
             {"weights of stakers in this epoch", s.stake_weight, r.weights.stake}}};
}

Result<Amount> bucket_sum(const Ledger& l) {
    Amount sum;
    for (const Amount a :
         {l.liquid, l.staked, l.unbonding, l.vesting, l.vault, l.escrow, l.bonds, l.fees, l.held_slashes, l.pool_work,
          l.pool_availability, l.reserved, l.rewards, l.pool_stakers, l.pool_validators, l.treasury})
        ASSAY_TRY_VOID(increase(sum, a));
    return sum;
}

// A commit never changes: what was agreed stays, and its verdict is filled in once.
Status check_commit(const Bytes& before, const std::optional<Bytes>& after) {
    if (!after) return broken("a commit is never erased", 0, 1);
    if (before == *after) return {};
    const auto was = borsh::decode<Commit>(before);
    auto is = borsh::decode<Commit>(*after);
    ASSAY_CHECK(was.ok() && is.ok());
    if (was->status != CommitStatus::open) return broken("a verdict is final", was->decided.value, is->decided.value);
    is->status = was->status;
    is->attempts = was->attempts;
    is->decided = was->decided;
    is->bad = was->bad;
    is->slashed = was->slashed;
    if (borsh::encode(*is) != before) return broken("a commit never changes", was->height.value, is->height.value);
    return {};
}

// What a product is and what was delivered for it stand as they were written; only how long it may be disputed moves.
Status check_product(const Bytes& before, const std::optional<Bytes>& after) {
    if (!after) return broken("an order is never erased", 0, 1);
    const auto was = borsh::decode<Order>(before);
    auto is = borsh::decode<Order>(*after);
    ASSAY_CHECK(was.ok() && is.ok());
    if (was->gemm.has_value() != is->gemm.has_value()) return broken("an order stays what it is", 0, 1);
    if (!was->gemm) return {};
    if (was->gemm->job != is->gemm->job || was->gemm->dispute_blocks != is->gemm->dispute_blocks)
        return broken("a job never changes", was->gemm->dispute_blocks, is->gemm->dispute_blocks);
    if (!was->gemm->delivery) return {};
    if (!is->gemm->delivery) return broken("a delivery is never taken back", was->gemm->delivery->height.value, 0);
    if (is->gemm->delivery->until < was->gemm->delivery->disputes_until)
        return broken("a delivery is accepted too early", is->gemm->delivery->until.value,
                      was->gemm->delivery->disputes_until.value);
    is->gemm->delivery->until = was->gemm->delivery->until;
    if (borsh::encode(*is->gemm->delivery) != borsh::encode(*was->gemm->delivery))
        return broken("a delivery is written once", is->gemm->delivery->height.value,
                      was->gemm->delivery->height.value);
    return {};
}

// Products against the clock's count, and deliveries and disputes against the rows that name them.
struct ProductErrors {
    std::uint64_t alive = 0, deliveries = 0, disputes = 0;
};
ProductErrors check_products(const StateView& state) {
    ProductErrors out;
    std::uint64_t may_be_disputed = 0;
    state.each_order([&](const Hash& id, const Order& o) {
        out.alive += o.gemm && (o.status == OrderStatus::open || o.status == OrderStatus::leased);
        if (!o.may_be_disputed()) return true;
        ++may_be_disputed;
        out.deliveries += !state.get(tables::delivery(o.lease->provider, o.gemm->delivery->time, id)).has_value();
        return true;
    });
    state.for_prefix(tables::kDeliveries, {}, [&](ByteView, ByteView) {
        --may_be_disputed;
        return true;
    });
    out.deliveries += may_be_disputed != 0;
    state.for_prefix(tables::kDisputes, {}, [&](ByteView key, ByteView) {
        const auto o = state.order(Hash::from(key));
        out.disputes += !o || !o->may_be_disputed();
        return true;
    });
    return out;
}

// Shares of a pool against those of its delegations, entries and closed generations, in one pass over the table.
struct DelegationErrors {
    std::uint64_t pools = 0, listed = 0;
};
DelegationErrors check_delegations(const StateView& state) {
    struct Shares {
        std::optional<tokenomics::StakePool> pool;
        u128 active = 0, leaving = 0;
        std::map<std::uint64_t, u128> closed;  // shares of a generation: its record's, less those of its delegations
    };
    std::map<Address, Shares> all;
    DelegationErrors out;
    std::uint64_t delegations = 0;
    state.for_prefix(tables::kDelegations, {}, [&](ByteView key, ByteView value) {
        const Address provider = Address::from(key.subspan(0, sizeof(Address)));
        Shares& of = all[provider];  // the pool's own key comes first
        if (key.size() == sizeof(Address)) {
            of.pool = borsh::decode<tokenomics::StakePool>(value).value();
        } else if (!of.pool) {
            ++out.pools;
        } else if (key.size() == sizeof(Address) + 8) {
            const auto c = borsh::decode<tokenomics::ClosedGeneration>(value).value();
            of.closed[tables::read_be(key, sizeof(Address), 8)] += c.shares;
            if (c.leaving_generation == of.pool->leaving_generation) of.leaving += c.leaving_shares;
        } else {
            const auto d = borsh::decode<tokenomics::Delegation>(value).value();
            (d.generation == of.pool->generation ? of.active : of.closed[d.generation]) +=
                d.generation == of.pool->generation ? d.shares : u128{0} - d.shares;
            for (const auto& l : d.leaving)
                if (l.generation == of.pool->leaving_generation) of.leaving += l.shares;
            ++delegations;
            const Address who = Address::from(key.subspan(sizeof(Address)));
            out.listed += !state.get(tables::delegation_by(who, provider)).has_value();
        }
        return true;
    });
    for (const auto& [provider, of] : all) {
        bool right = of.pool && of.active == of.pool->active.shares && of.leaving == of.pool->leaving.shares;
        for (const auto& [generation, rest] : of.closed) right = right && rest == 0;
        const auto p = state.provider(provider);
        out.pools += !right || !p || p->delegated != of.pool->active.tokens;
    }
    state.for_prefix(tables::kDelegationsBy, {}, [&](ByteView, ByteView) {
        --delegations;
        return true;
    });
    out.listed += delegations != 0;
    return out;
}

// Locked rewards and grants of providers against the records that make them up.
struct LockedErrors {
    std::uint64_t rewards = 0, grants = 0;
};
LockedErrors check_locked(const StateView& state, const tokenomics::VestingParams& rules) {
    LockedErrors out;
    std::uint64_t lots = 0;
    state.each_provider([&](const Address& a, const Provider& p) {
        const std::uint64_t now = p.rewards.step;
        u128 shares = 0, per_step = 0, granted = 0;
        bool right = p.rewards.pool.tokens.units <= p.rewards.pool.shares;
        state.each_reward_lot(a, 0, [&](const tokenomics::RewardLot& lot) {
            right = right && !tokenomics::has_ended(rules, lot.step, now);
            shares += lot.shares - tokenomics::given(rules, lot, now);
            per_step += lot.shares / std::max<std::uint64_t>(rules.reward_steps, 1);
            ++lots;
            return true;
        });
        out.rewards += !right || shares != p.rewards.pool.shares || per_step != p.rewards.per_step;
        state.each_grant(a, [&](const Hash&, const VestingGrant& g) {
            granted += g.left.tokens.units;
            return true;
        });
        out.grants += granted != p.granted.units;
        return true;
    });
    state.for_prefix(tables::kRewardLots, {}, [&](ByteView, ByteView) {
        --lots;
        return true;
    });
    out.rewards += lots != 0;
    return out;
}

// What all epochs minted and burned: no token came into being but by a rule that says so in its epoch [F13].
struct EpochSums {
    u128 scheduled = 0, recycled = 0, settled = 0, burned = 0;
};
EpochSums sum_epochs(const StateView& state) {
    EpochSums out;
    state.for_prefix(tables::kEpochs, {}, [&](ByteView, ByteView value) {
        const auto e = borsh::decode<EpochRecord>(value);
        ASSAY_CHECK(e.ok());
        out.scheduled += e->minted_schedule.units;
        out.recycled += e->minted_recycled.units;
        out.settled += e->minted_settled.units;
        out.burned += e->burned.units;
        return true;
    });
    return out;
}

// A grant never changes, and gives what has vested and no more; it goes when it has given all.
Status check_grant(const Bytes& before, const std::optional<Bytes>& after, TimeMs now) {
    const auto was = borsh::decode<VestingGrant>(before);
    ASSAY_CHECK(was.ok());
    const Amount free = tokenomics::vested(was->grant, now);
    if (!after) {
        if (free != was->grant.amount)
            return broken("a grant is erased when all of it has vested", was->grant.amount.units, free.units);
        return {};
    }
    const auto is = borsh::decode<VestingGrant>(*after);
    ASSAY_CHECK(is.ok());
    if (is->grant != was->grant)
        return broken("a grant never changes", was->grant.amount.units, is->grant.amount.units);
    const Amount held = sub_or_zero(was->grant.amount, free);  // what has not vested keeps its shares
    if (is->left.shares > was->left.shares || is->left.shares < held.units)
        return broken("a grant gives no more than has vested", was->grant.amount.units - is->left.shares, free.units);
    if (is->left.tokens > was->left.tokens || is->left.tokens.units > is->left.shares)
        return broken("a grant only gives and is slashed", is->left.tokens.units, was->left.tokens.units);
    return {};
}

}  // namespace

Status check_ledger(const Ledger& l, const tokenomics::Params& rules) {
    const Amount cap = rules.token.cap;
    ASSAY_TRY(Amount created, add(l.genesis, l.minted));
    ASSAY_TRY(Amount supply, sub(created, l.burned));
    ASSAY_TRY(Amount buckets, bucket_sum(l));
    if (buckets != supply)
        return broken("supply = genesis + minted - burned = sum of buckets", buckets.units, supply.units);
    if (supply > cap) return broken("supply <= cap", supply.units, cap.units);
    ASSAY_TRY(Amount by_epochs, add(l.scheduled, l.recycled));
    if (l.scheduled > rules.emission.total || by_epochs > l.minted)
        return broken("cumulative scheduled mint <= schedule, and with recycling <= all that was minted",
                      l.scheduled.units, rules.emission.total.units);
    if (l.recycled > l.burned_for_credits || l.burned_for_credits > l.burned)
        return broken("recycled <= burned for credits <= burned", l.recycled.units, l.burned_for_credits.units);
    ASSAY_TRY(Credits spent, add(l.credits_consumed, l.credits_refunded));
    ASSAY_TRY(Credits alive, sub(l.credits_issued, spent));
    ASSAY_TRY(Credits placed, add(l.credits_free, l.credits_escrowed));
    ASSAY_TRY_VOID(increase(placed, l.credits_queued));
    if (alive != placed)
        return broken("credits = issued - consumed - refunded = free + escrowed + queued", placed.units, alive.units);
    return {};
}

Status check_tx_invariants(const BlockState& s, const std::optional<Charge>& charge) {
    Sums before(s.clock().epoch, s.rules()), after(s.clock().epoch, s.rules());
    for (const auto& u : s.touched_accounts()) {
        before.add(u.before);
        const Account& now = *u.now;
        after.add(now);
        const std::uint64_t due = u.before.nonce + (charge && charge->sender == u.address ? 1 : 0);
        if (now.nonce != due) return broken("a nonce moves by one with its own transaction", now.nonce, due);
    }
    for (const auto& u : s.touched_tables()) {
        if (u.before) before.add(u.key, *u.before);
        const auto now = s.get(u.key);
        if (now) after.add(u.key, *now);
        if (u.key.table == tables::kCommits && u.before) ASSAY_TRY_VOID(check_commit(*u.before, now));
        if (u.key.table == tables::kOrders && u.before) ASSAY_TRY_VOID(check_product(*u.before, now));
        if (u.key.table == tables::kVesting && u.before) ASSAY_TRY_VOID(check_grant(*u.before, now, s.clock().time));
    }
    const u128 fees = const_cast<BlockState&>(s).books().fees.units - s.ledger_before().fees.units;
    const Amount declared = charge ? charge->fee : Amount{};
    if (fees != declared.units) return broken("a fee is what was declared", fees, declared.units);
    const auto b = compare(before, s.ledger_before(), s.clock_before().sums, s.rules());
    const auto a = compare(after, const_cast<BlockState&>(s).books(), s.clock().sums, s.rules());
    for (std::size_t i = 0; i < a.size(); ++i)
        if (a[i].records - b[i].records != a[i].ledger - b[i].ledger)
            return broken(a[i].name, a[i].records - b[i].records, a[i].ledger - b[i].ledger);
    return check_ledger(const_cast<BlockState&>(s).books(), s.rules());
}

std::vector<InvariantRow> check_all_invariants(const StateView& state) {
    const Ledger l = state.ledger();
    const auto params = state.params();
    const ChainState clock = state.chain();
    Sums sums(clock.epoch, params);
    std::vector<InvariantRow> rows;
    state.for_prefix(tables::kAccounts, {}, [&](ByteView, ByteView value) {
        const auto a = borsh::decode<Account>(value);
        ASSAY_CHECK(a.ok());
        sums.add(*a);
        return true;
    });
    for (const std::uint8_t table :
         {tables::kProviders, tables::kDelegations, tables::kValidators, tables::kOrders, tables::kProviderEpochs,
          tables::kQueue, tables::kWaiting, tables::kVesting, tables::kHeldSlashes, tables::kProposals})
        state.for_prefix(table, {}, [&](ByteView key, ByteView value) {
            sums.add({table, Bytes(key.begin(), key.end())}, Bytes(value.begin(), value.end()));
            return true;
        });
    for (const Compared& c : compare(sums, l, clock.sums, params))
        if (c.name != nullptr)
            rows.push_back({std::string("sum of ") + c.name, to_digits(c.records) + " = " + to_digits(c.ledger),
                            c.records == c.ledger});
    const auto identity = check_ledger(l, params);
    rows.push_back(
        {"supply = genesis + minted - burned = sum of buckets <= cap, credits add up",
         identity ? to_digits(l.genesis.units) + " + " + to_digits(l.minted.units) + " - " + to_digits(l.burned.units)
                  : identity.error().message,
         identity.ok()});
    rows.push_back({"cumulative scheduled mint <= schedule",
                    to_digits(l.scheduled.units) + " <= " + to_digits(params.emission.total.units),
                    l.scheduled <= params.emission.total});
    rows.push_back({"recycled <= burned for credits <= burned",
                    to_digits(l.recycled.units) + " <= " + to_digits(l.burned_for_credits.units) +
                        " <= " + to_digits(l.burned.units),
                    l.recycled <= l.burned_for_credits && l.burned_for_credits <= l.burned});
    const EpochSums epochs = sum_epochs(state);
    rows.push_back({"mint = sum over epochs of schedule, recycling and settlements; burns for credits likewise",
                    to_digits(epochs.scheduled) + " + " + to_digits(epochs.recycled) + " + " +
                        to_digits(epochs.settled) + " = " + to_digits(l.minted.units) + ", " +
                        to_digits(epochs.burned) + " = " + to_digits(l.burned_for_credits.units),
                    epochs.scheduled == l.scheduled.units && epochs.recycled == l.recycled.units &&
                        epochs.scheduled + epochs.recycled + epochs.settled == l.minted.units &&
                        epochs.burned == l.burned_for_credits.units});
    u128 exposure_errors = 0, device_errors = 0;
    std::uint64_t devices_of_all = 0;
    state.each_provider([&](const Address& a, const Provider& p) {
        u128 exposure = 0;
        std::uint64_t open = 0;
        state.each_commit_of(a, [&](const Hash&, const Commit& c) {
            if (c.status == CommitStatus::open) exposure += c.exposure.units, ++open;
            return true;
        });
        std::uint64_t deliveries = 0;
        state.for_prefix(tables::kDeliveries, a.view(), [&](ByteView key, ByteView) {
            const auto o = state.order(Hash::from(key.subspan(sizeof(Address) + 8)));
            if (o && o->may_be_disputed()) exposure += o->gemm->delivery->exposure.units, ++deliveries;
            return true;
        });
        exposure_errors += exposure != p.exposure.units || open != p.open_commits || deliveries != p.open_deliveries;
        std::vector<std::uint32_t> classes;
        state.each_device(a, [&](std::uint32_t, const Device& d) {
            classes.push_back(d.device_class);
            return true;
        });
        std::uint32_t slots = 0;
        state.each_slot(a, [&](std::uint32_t, const Device&) { return ++slots, true; });
        std::map<std::uint32_t, std::uint32_t> counts;
        for (const std::uint32_t c : classes) ++counts[c];
        std::vector<tokenomics::ClassCount> counted;
        for (const auto& [c, n] : counts) counted.push_back({c, n});
        device_errors += classes.size() != p.devices || counted != p.classes || slots - classes.size() != p.removed;
        devices_of_all += classes.size();
        return true;
    });
    rows.push_back({"exposure of a provider = sum over its open commits and deliveries",
                    to_digits(exposure_errors) + " providers differ", exposure_errors == 0});
    const ProductErrors products = check_products(state);
    rows.push_back({"orders of products are counted; deliveries and disputes are those of leases that wait",
                    to_digits(products.alive) + " = " + to_digits(clock.gemm_orders) + ", " +
                        to_digits(products.deliveries) + " and " + to_digits(products.disputes) + " differ",
                    products.alive == clock.gemm_orders && products.deliveries == 0 && products.disputes == 0});
    const DelegationErrors shares = check_delegations(state);
    rows.push_back({"shares of a pool = sum over its delegations, and all are listed by delegator",
                    to_digits(shares.pools) + " pools and " + to_digits(shares.listed) + " delegations differ",
                    shares.pools == 0 && shares.listed == 0});
    const LockedErrors locked = check_locked(state, params.vesting);
    rows.push_back({"locked rewards of a provider = sum over its lots; its grants are those it counts",
                    to_digits(locked.rewards) + " and " + to_digits(locked.grants) + " providers differ",
                    locked.rewards == 0 && locked.grants == 0});
    std::uint64_t index_errors = 0;
    state.for_prefix(tables::kMarketPrices, {}, [&](ByteView, ByteView value) {
        const auto index = borsh::decode<tokenomics::PriceIndex>(value);
        ASSAY_CHECK(index.ok());
        u128 units = 0, sum = 0;
        for (const auto& point : index->points) units += point.units, sum += point.price.units * point.units;
        const bool adds_up =
            units == index->units && (index->merged ? sum <= index->sum.units : sum == index->sum.units);
        index_errors += !adds_up;
        return true;
    });
    rows.push_back({"prices in the market's index add up to its units and their sum",
                    to_digits(index_errors) + " records differ", index_errors == 0});
    const std::uint32_t active = state.chain().active_devices;
    rows.push_back(
        {"required stake of a provider = sum over its devices by class, all devices are counted, removed slots too",
         to_digits(device_errors) + " providers differ, " + to_digits(devices_of_all) + " = " + to_digits(active),
         device_errors == 0 && devices_of_all == active});
    return rows;
}

}  // namespace assay::chain
