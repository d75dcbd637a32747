// What an epoch's end costs when a network is large: 10^5 providers, each with a device that worked, ten delegators and
// eight unbondings that are due, requirements in USD at a price that fell. Ten times fewer are measured in the same
// run: the cost per provider must not grow with their number, and no block may be long.
//
// The state is made directly and passes everything that a state file must pass, every invariant included. Then blocks
// without transactions run through an epoch's end until it is paid, and the result is checked: every invariant again,
// and the pools paid out to the last unit but for what rounding leaves the stakers' pool.
//
//   bench_epoch [--providers 100000] [--delegators 10] [--per-block 1000]      one JSON object; exit 1 if wrong
#include <algorithm>
#include <cstdio>
#include <string_view>

#include "base/sha256.hpp"
#include "bench/measure.hpp"
#include "chain/app.hpp"
#include "chain/state_import.hpp"
#include "chain/store/store.hpp"
#include "chain/tables.hpp"
#include "node/memory.hpp"
#include "tests/support/temp_dir.hpp"

using namespace assay;
using namespace assay::chain;
using namespace assay::bench;
using assay::test::TempDir;

namespace {

Address address(std::string_view kind, std::uint64_t n) {
    Bytes data;
    borsh::Writer w(data);
    w.put(n);
    return Address::from(tagged_hash("assay/bench/" + std::string(kind), data).view());
}

constexpr std::uint64_t kBlocks = 20;
constexpr std::uint64_t kToken = 1'000'000;

Genesis make_genesis(std::uint64_t per_block) {
    Genesis g;
    g.chain_id = "bench-epoch";
    g.time = TimeMs{1'700'000'000'000};
    auto& p = g.params;
    p.token.cap = Amount{u128{kToken} * 1'000'000'000'000};
    p.epoch.blocks = kBlocks;
    p.epoch.payments_per_block = per_block;
    p.emission.kind = tokenomics::EmissionKind::step_table;
    p.emission.steps = {{0, Amount{u128{kToken} * 1'000'000}}};
    p.emission.total = Amount{u128{kToken} * 100'000'000'000};
    p.split = {Ppb{0}, Ppb{500'000'000}, Ppb{300'000'000}, Ppb{200'000'000}, Ppb{0}};
    p.stake.unit_in = tokenomics::StakeUnit::usd;
    p.stake.unit_usd = 100'000'000;
    p.stake.delegation = tokenomics::DelegationMode::open;
    p.stake.min_stake = p.stake.min_unbonding = Amount{1};
    p.stake.unbonding_ms = 600'000;
    p.work.window_ms = 5'000;
    p.work.start_span_blocks = 2;
    p.work.open_blocks = 6;
    tokenomics::ClassParams c;
    c.name = "gpu";
    c.weight = 10;
    c.cost = Amount{kToken};
    c.lanes = 16;
    c.steps = 64;
    c.leaf_every = 16;
    p.classes = {c};
    p.validators.min_bond = Amount{kToken};
    g.accounts.push_back({address("account", 0), Amount{kToken}, {}});
    GenesisValidator v;
    v.operator_address = address("validator", 0);
    v.name = "v";
    v.bond = Amount{u128{kToken} * 1000};
    v.consensus_key.bytes[0] = 1;
    v.beacon_tip.bytes[0] = 1;
    g.validators.push_back(v);
    return g;
}

// A chain before its first block, with so many providers in it.
void make_state(const std::string& dir, const Genesis& genesis, std::uint64_t providers, std::uint64_t delegators) {
    std::map<StateKey, Bytes> records;
    {
        const TempDir empty;
        AppOptions options;
        options.dir = empty.path();
        options.sync = false;
        must(must(App::open(options))->init_chain(genesis));
        const auto store = must(Store::open(empty.path(), {}));
        Store::Walk walk;
        walk.begin = [](Height, const Hash&, std::uint64_t) { return Status{}; };
        walk.record = [&](const StateKey& key, ByteView value) {
            records.emplace(key, Bytes(value.begin(), value.end()));
            return Status{};
        };
        must(store->walk(std::nullopt, walk));
    }
    auto ledger = must(borsh::decode<Ledger>(records.at(tables::global("ledger"))));
    auto clock = must(borsh::decode<ChainState>(records.at(tables::global("chain"))));
    LoadedState state;
    const auto put = [&](const StateKey& key, const auto& record) { must(state.add(key, borsh::encode(record))); };
    const auto join = [](Amount& sum, u128 units) { sum.units += units; };
    for (std::uint64_t i = 0; i < providers; ++i) {
        const Address a = address("provider", i);
        tokenomics::StakePool pool;
        for (std::uint64_t j = 0; j < delegators; ++j) {
            const Address who = address("delegator", i * delegators + j);
            tokenomics::Delegation d;
            d.shares = kToken + j;
            d.leaving.push_back({kToken, 0, TimeMs{1}, Height{0}});
            put(tables::delegation(a, who), d);
            must(state.add(tables::delegation_by(who, a), {}));
            pool.active.shares += d.shares;
            pool.leaving.shares += kToken;
        }
        pool.active.tokens = Amount{pool.active.shares};
        pool.leaving.tokens = Amount{pool.leaving.shares};
        if (delegators > 0) put(tables::stake_pool(a), pool);
        Provider p;
        p.stake = Amount{u128{kToken} * (100 + i % 10)};  // just what is required before the price falls, for a tenth
        p.stake_at_start = p.stake;
        for (std::uint64_t n = 0; n < 8; ++n) p.unbonding.push_back({Amount{kToken + n}, TimeMs{1}, Height{0}});
        p.delegated = pool.active.tokens;
        p.devices = 1;
        p.classes = {{0, 1}};
        p.passed = 1;
        put(tables::provider(a), p);
        put(tables::device(a, 0), Device{});
        ProviderEpoch mine;
        mine.passed = 1;
        mine.passed_weight = 10 + i % 7;
        put(tables::provider_epoch(Epoch{0}, a), mine);
        join(ledger.staked, p.stake.units + pool.active.tokens.units);
        join(ledger.unbonding, pool.leaving.tokens.units + 8 * kToken + 28);
        clock.sums.weights.tasks += mine.passed_weight;
        clock.sums.passed += mine.passed_weight;
    }
    clock.sums.weights.stake = ledger.staked.units;
    clock.active_devices = static_cast<std::uint32_t>(providers);
    join(ledger.genesis, ledger.staked.units + ledger.unbonding.units);
    clock.price.spot = Price{Price::kOneUsd * 9 / 10};  // fell since the last epoch
    clock.price.ema_q32 = u128{clock.price.spot.value} << 32;
    clock.price.rounds = 10;
    records.insert_or_assign(tables::global("ledger"), borsh::encode(ledger));
    records.insert_or_assign(tables::global("chain"), borsh::encode(clock));
    for (const auto& [key, value] : records) must(state.add(key, value));
    must(state.check({genesis.chain_id, genesis_hash(genesis), Height{0}, {}, 0}));
    const auto store = must(Store::open(dir, {}));
    (void)must(store->stage(state.take()));
    must(store->commit(BlockRecord{}));
}

struct Measured {
    std::uint64_t providers = 0, blocks = 0;
    double boundary_ms = 0, longest_ms = 0, longest_cpu_ms = 0, commit_ms = 0, total_ms = 0, quiet_ms = 0;
};

void check_paid(const StateView& state, std::uint64_t providers, std::uint64_t delegators) {
    for (const InvariantRow& row : check_all_invariants(state))
        if (!row.holds) fail(row.name + ": " + row.numbers);
    const Ledger books = state.ledger();
    const Amount minted = state.epoch(Epoch{0})->minted_schedule;
    if (minted.units != u128{kToken} * 1'000'000) fail("the epoch did not mint its million");
    if (!books.pool_availability.is_zero()) fail("availability was not paid out");
    if (books.pool_stakers.units >= 2 * providers) fail("more is left to the stakers' pool than rounding leaves");
    std::uint64_t in_grace = 0, paid = 0;
    state.each_provider([&](const Address& a, const Provider& p) {
        in_grace += p.kept_until.value != 0;
        const auto mine = state.provider_epoch(Epoch{0}, a);
        paid += mine && !mine->availability.is_zero() && !mine->staking.is_zero() &&
                (delegators == 0 || !mine->delegators.is_zero());
        return true;
    });
    if (paid != providers) fail("only " + std::to_string(paid) + " providers were paid for work, stake and delegators");
    if (in_grace == 0) fail("the fall of the price gave nobody grace");
}

Measured measure(std::uint64_t providers, std::uint64_t delegators, std::uint64_t per_block) {
    const Genesis genesis = make_genesis(per_block);
    const TempDir dir;
    make_state(dir.path(), genesis, providers, delegators);
    AppOptions options;
    options.dir = dir.path();
    options.sync = false;
    auto app = must(App::open(options));
    Measured m;
    m.providers = providers;
    std::uint64_t now = genesis.time.value;
    std::vector<double> quiet;
    const auto paying = [&] { return app->read([](const StateView& v) { return v.chain().paying; }); };
    while (true) {
        const Height h = app->info().height + 1;
        Block block = must(app->make_block({TimeMs{now += 1000}, genesis.validators[0].operator_address, Hash{}}, {}));
        const auto start = Clock::now();
        const double begun = thread_seconds();
        (void)must(app->finalize_block(block));
        const double executed = 1e3 * seconds_since(start), cpu = 1e3 * (thread_seconds() - begun);
        const auto disk = Clock::now();
        must(app->commit());
        const double committed = 1e3 * seconds_since(disk);
        if (h.value < kBlocks) {
            quiet.push_back(executed);
            continue;
        }
        ++m.blocks;
        if (h.value == kBlocks) m.boundary_ms = executed;
        m.longest_ms = std::max(m.longest_ms, executed);
        m.commit_ms = std::max(m.commit_ms, committed);
        m.longest_cpu_ms = std::max(m.longest_cpu_ms, cpu);
        m.total_ms += cpu;
        if (paying().stage == PayingStage::done) break;
    }
    std::nth_element(quiet.begin(), quiet.begin() + static_cast<std::ptrdiff_t>(quiet.size() / 2), quiet.end());
    m.quiet_ms = quiet[quiet.size() / 2];

    app->read([&](const StateView& v) {
        check_paid(v, providers, delegators);
        return 0;
    });
    return m;
}

void print(const char* name, const Measured& m) {
    std::printf(
        "  \"%s\": {\"providers\": %llu, \"blocks\": %llu, \"boundary_ms\": %.2f, \"longest_ms\": %.2f, "
        "\"longest_cpu_ms\": %.2f, \"longest_commit_ms\": %.2f, \"empty_block_ms\": %.3f, \"cpu_us_per_provider\": "
        "%.2f},\n",
        name, static_cast<unsigned long long>(m.providers), static_cast<unsigned long long>(m.blocks), m.boundary_ms,
        m.longest_ms, m.longest_cpu_ms, m.commit_ms, m.quiet_ms, 1e3 * m.total_ms / static_cast<double>(m.providers));
}

}  // namespace

int main(int argc, char** argv) {
    std::uint64_t providers = 100'000, delegators = 10, per_block = 1'000;
    for (int i = 1; i + 1 < argc; i += 2) {
        const std::string_view name = argv[i];
        const std::uint64_t value = std::strtoull(argv[i + 1], nullptr, 10);
        if (name == "--providers" && value >= 10)
            providers = value;
        else if (name == "--delegators")
            delegators = value;
        else if (name == "--per-block" && value > 0)
            per_block = value;
        else
            fail("usage: bench_epoch [--providers 100000] [--delegators 10] [--per-block 1000]");
    }
    node::keep_freed_memory();  // as assayd does
    const Measured few = measure(providers / 10, delegators, per_block),
                   all = measure(providers, delegators, per_block);
    std::printf("{\n");
    print("tenth", few);
    print("all", all);
    std::printf("  \"stakers\": %llu,\n", static_cast<unsigned long long>(providers * (1 + delegators)));
    std::printf("  \"growth_per_provider\": %.3f,\n", all.total_ms / few.total_ms / 10);
    std::printf("  \"longest_cpu_over_bound_of_200_ms\": %.3f\n}\n",
                std::max(few.longest_cpu_ms, all.longest_cpu_ms) / 200);
    return 0;
}
