#include "chain/state_import.hpp"

#include "base/hex.hpp"
#include "chain/genesis.hpp"
#include "chain/tables.hpp"

namespace assay::chain {
namespace {

template <class Record>
bool decodes(ByteView value) {
    return borsh::decode<Record>(value).ok();
}
bool is_empty(ByteView value) {
    return value.empty();
}

struct Table {
    std::uint8_t table;
    std::size_t key_bytes;
    bool (*is_record)(ByteView);
};
constexpr Table kTables[] = {{tables::kAccounts, 32, decodes<Account>},
                             {tables::kProviders, 32, decodes<Provider>},
                             {tables::kDevices, 36, decodes<Device>},
                             {tables::kValidators, 32, decodes<Validator>},
                             {tables::kCommits, 32, decodes<Commit>},
                             {tables::kOpenCommits, 40, is_empty},
                             {tables::kProviderCommits, 72, is_empty},
                             {tables::kOrders, 32, decodes<Order>},
                             {tables::kQueue, 8, decodes<QueueItem>},
                             {tables::kRounds, 8, decodes<WorkRound>},
                             {tables::kEpochs, 8, decodes<EpochRecord>},
                             {tables::kProviderEpochs, 40, decodes<ProviderEpoch>},
                             {tables::kOrdersDue, 40, is_empty},
                             {tables::kLeases, 68, is_empty},
                             {tables::kVesting, 64, decodes<VestingGrant>},
                             {tables::kRewardLots, 40, decodes<LockedLot>},
                             {tables::kHeldSlashes, 8, decodes<HeldSlash>},
                             {tables::kHeldDue, 16, is_empty},
                             {tables::kWaiting, 8, decodes<QueueItem>},
                             {tables::kDeliveries, 72, is_empty},
                             {tables::kDisputes, 32, decodes<OpenDispute>},
                             {tables::kDelegations, 32, decodes<tokenomics::StakePool>},
                             {tables::kDelegations, 40, decodes<tokenomics::ClosedGeneration>},
                             {tables::kDelegations, 64, decodes<tokenomics::Delegation>},
                             {tables::kDelegationsBy, 64, is_empty},
                             {tables::kMarketPrices, 12, decodes<tokenomics::PriceIndex>},
                             {tables::kProposals, 8, decodes<ParamProposal>},
                             {tables::kVotes, 40, decodes<Ballot>},
                             {tables::kGovernance, 5, decodes<Governance>},
                             {tables::kGovernance, 14, decodes<tokenomics::Params>}};
struct Global {
    std::string_view name;
    bool (*is_record)(ByteView);
};
constexpr Global kGlobals[] = {{"chain", decodes<ChainState>},
                               {"ledger", decodes<Ledger>},
                               {"params", decodes<tokenomics::Params>},
                               {"genesis", decodes<Genesis>},
                               {"emission", decodes<tokenomics::EmissionMemory>}};

bool is_record_of_its_table(const StateKey& key, ByteView value) {
    if (key.table == tables::kGlobals) {
        for (const Global& g : kGlobals)
            if (as_text(key.key) == g.name) return g.is_record(value);
        return false;
    }
    for (const Table& t : kTables)
        if (t.table == key.table && t.key_bytes == key.key.size()) return t.is_record(value);
    return false;
}

// What the clockwork follows without looking twice: counters, and records that others name. In a chain's own state they
// are right by construction; a file could name what is not there, or a million epochs to look through.
Status check_references(const StateView& s) {
    const auto bad = [](std::string what) -> Status { return {Code::bad_state_file, std::move(what)}; };
    constexpr std::uint64_t kLatest = std::uint64_t{1} << 53;  // of times and counts that others are added to
    const ChainState clock = s.chain();
    const tokenomics::Params params = s.params();
    const auto classes = params.classes.size();
    const std::uint64_t step = tokenomics::step_of(params.vesting, clock.time);
    for (const std::uint64_t n : {clock.height.value, clock.time.value, clock.epoch.value, clock.epoch_start.value,
                                  clock.queue_tail, clock.waiting_tail})
        if (n > kLatest) return bad("the record \"chain\" holds a height, time or count above 2^53");

    const auto line = [&](std::uint8_t table, std::uint64_t head, std::uint64_t tail) {
        std::uint64_t next = head;
        s.for_prefix(table, {}, [&](ByteView key, ByteView) {
            if (tables::read_be(key, 0, 8) != next) return false;
            ++next;
            return true;
        });
        std::uint64_t all = 0;
        s.for_prefix(table, {}, [&](ByteView, ByteView) { return ++all, true; });
        return head <= tail && next == tail && all == tail - head;
    };
    if (!line(tables::kQueue, clock.queue_head, clock.queue_tail) || clock.queue_due > clock.queue_tail)
        return bad("the queue does not hold just the items from queue_head to queue_tail");
    if (!line(tables::kWaiting, clock.waiting_head, clock.waiting_tail))
        return bad("what waits does not hold just the items from waiting_head to waiting_tail");

    std::uint64_t rounds = 0, last_valid = 0;
    bool in_order = true;
    s.for_prefix(tables::kRounds, {}, [&](ByteView key, ByteView value) {
        const std::uint64_t e = tables::read_be(key, 0, 8);
        rounds += e >= clock.oldest_round.value && e <= clock.epoch.value;
        // Devices count what they missed by differences of these.
        const std::uint64_t valid = borsh::decode<WorkRound>(value)->valid_before;
        in_order = in_order && valid >= last_valid && valid <= e;
        last_valid = valid;
        return true;
    });
    if (!in_order) return bad("a work round counts fewer valid windows than the one before, or more than there were");
    if (clock.oldest_round > clock.epoch || rounds != clock.epoch.value - clock.oldest_round.value + 1)
        return bad("an epoch from oldest_round to the running one has no work round");

    const Paying& paying = clock.paying;
    if (paying.stage != PayingStage::done && paying.epoch.value + 1 != clock.epoch.value)
        return bad("the epoch that is paid is not the one before the running one");

    std::string wrong;
    const auto check = [&](bool right, const char* what) {
        if (!right && wrong.empty()) wrong = what;
        return right;
    };
    s.for_prefix(tables::kOpenCommits, {}, [&](ByteView key, ByteView) {
        const auto c = s.commit(Hash::from(key.subspan(8)));
        return check(c && c->status == CommitStatus::open && c->epoch.value == tables::read_be(key, 0, 8) &&
                         s.provider(c->provider) && s.round(c->epoch) && c->epoch >= clock.oldest_round,
                     "an open commit, its provider or its round is not there");
    });
    s.for_prefix(tables::kCommits, {}, [&](ByteView, ByteView value) {
        return check(proofs::validate(borsh::decode<Commit>(value)->params).ok(),
                     "a commit is to work of sizes that no class may have");
    });
    s.for_prefix(tables::kDevices, {}, [&](ByteView, ByteView value) {
        const auto d = borsh::decode<Device>(value);
        const std::uint64_t counted = d->uptime.next.value;
        return check(d->device_class < classes, "a device is of a class that is not there") &&
               check(counted > clock.epoch.value || s.round(d->uptime.next),
                     "a device has not counted an epoch of which there is no work round") &&
               check(d->uptime.committed <= counted && d->uptime.missed <= counted,
                     "a device has more tasks than there were epochs");
    });
    s.for_prefix(tables::kProviderEpochs, {}, [&](ByteView key, ByteView) {
        return check(s.provider(Address::from(key.subspan(8))).has_value(), "an epoch's work is of no provider");
    });
    s.each_provider([&](const Address&, const Provider& p) {
        for (const auto& c : p.classes)
            if (!check(c.device_class < classes, "a provider counts a class that is not there")) return false;
        return check(p.rewards.step <= step, "a provider's locked rewards came free in a step that is still to come");
    });
    s.for_prefix(tables::kRewardLots, {}, [&](ByteView key, ByteView) {
        return check(tables::read_be(key, sizeof(Address), 8) <= step, "rewards were locked in a step that is to come");
    });
    s.each_held_slash([&](std::uint64_t number, const HeldSlash& h) {
        const bool waits = s.get(tables::held_due(h.due, number)).has_value();
        return check(
            number < clock.next_slash && s.provider(h.provider) && (waits || (h.appeal != 0 && s.proposal(h.appeal))),
            "a held slash has no provider, no time and no appeal, or a number that is still to come");
    });
    s.each_order([&](const Hash&, const Order& o) {
        const auto fits = [](const GemmOrder& g) {
            return proofs::check_job(g.job).ok() && g.dispute_blocks <= kLatest &&
                   (!g.delivery || (g.delivery->until.value <= kLatest && g.delivery->jail_ms <= kLatest));
        };
        return check(o.device_class < classes, "an order is of a class that is not there") &&
               check(o.status != OrderStatus::leased || o.lease, "a leased order has no lease") &&
               check(!o.gemm || fits(*o.gemm), "an order of a product has a job, a height or a time out of range") &&
               check(!o.may_be_disputed() || (o.lease && s.provider(o.lease->provider)),
                     "the provider of a delivery is not there");
    });
    s.for_prefix(tables::kVesting, {}, [&](ByteView, ByteView value) {
        const auto g = borsh::decode<VestingGrant>(value);
        const Amount held = sub_or_zero(g->grant.amount, tokenomics::vested(g->grant, clock.time));
        return check(tokenomics::check_grant(g->grant).ok() && g->left.shares >= held.units &&
                         g->left.shares <= g->grant.amount.units && g->left.tokens.units <= g->left.shares,
                     "a grant is no line, or has given more than has vested");
    });
    return wrong.empty() ? Status{} : bad(wrong);
}

}  // namespace

Status LoadedState::add(StateKey key, Bytes value) {
    if (!is_record_of_its_table(key, value))
        return {Code::bad_state_file, "key " + to_hex(key.key) + " of table " + to_hex(ByteView(&key.table, 1)) +
                                          " and its " + std::to_string(value.size()) +
                                          " bytes are no record of a state that this program knows"};
    records_.emplace(std::move(key), std::move(value));
    return {};
}

Status LoadedState::check(const StateFileHeader& header) const {
    const auto bad = [](std::string what) -> Status { return {Code::bad_state_file, std::move(what)}; };
    for (const char* name : {"chain", "ledger", "params", "genesis"})
        if (!get(tables::global(name))) return bad("the state has no record \"" + std::string(name) + "\"");
    const auto genesis = borsh::decode<Genesis>(*get(tables::global("genesis")));
    ASSAY_CHECK(genesis.ok());  // add() saw it
    if (genesis_hash(*genesis) != header.genesis_hash) return bad("its genesis has another hash than the header says");
    const ChainState clock = chain();
    if (clock.chain_id != header.chain_id || clock.chain_id != genesis->chain_id)
        return bad("chain ids of header, genesis and state differ: \"" + header.chain_id + "\", \"" +
                   genesis->chain_id + "\", \"" + clock.chain_id + "\"");
    if (clock.height != header.height)
        return bad("the state is of height " + std::to_string(clock.height.value) + ", the header says " +
                   std::to_string(header.height.value));
    if (const Status ok = tokenomics::validate(params()); !ok) return bad("its parameters: " + ok.error().message);
    if (!epoch(clock.epoch) || !round(clock.epoch)) return bad("the running epoch has no record or no work round");
    ASSAY_TRY_VOID(check_references(*this));
    for (const InvariantRow& row : check_all_invariants(*this))
        if (!row.holds) return bad("an invariant does not hold: " + row.name + ": " + row.numbers);
    return {};
}

std::vector<Change> LoadedState::take() {
    std::vector<Change> out;
    out.reserve(records_.size());
    while (!records_.empty()) {
        auto record = records_.extract(records_.begin());
        out.push_back({std::move(record.key()), std::move(record.mapped())});
    }
    return out;
}

std::optional<Bytes> LoadedState::get(const StateKey& key) const {
    const auto it = records_.find(key);
    if (it == records_.end()) return std::nullopt;
    return it->second;
}

void LoadedState::for_range(std::uint8_t table, ByteView prefix, ByteView from,
                            const std::function<bool(ByteView, ByteView)>& f) const {
    for (auto it = records_.lower_bound({table, Bytes(from.begin(), from.end())}); it != records_.end(); ++it) {
        const Bytes& key = it->first.key;
        if (it->first.table != table || key.size() < prefix.size() ||
            !std::equal(prefix.begin(), prefix.end(), key.begin()) || !f(key, it->second))
            return;
    }
}

}  // namespace assay::chain
