// Settled signed transfers per second over the raw BIP-340 verification rate of the same cores, in one run.
//
// Raw: parse the key as BIP-340 has it (32 bytes) and verify the signature, on every core, nothing else. Settled: the
// same transactions go through the state machine as in a node: admission on threads of its own (hash, decode, verify,
// nonce, balance), then blocks on one thread: prepared, executed with every invariant checked, hashed into the state
// tree, appended and committed in one synced batch. Both parts share the cores. The two are measured in five turns,
// since the speed of a rented machine drifts within seconds, and the result is checked: every balance and nonce against
// a plain model, every receipt ok, and each state root against a second run of the blocks from the store.
//
// Our transactions carry keys as x|y, because lifting x costs a tenth of a verification. That gain is in `ratio`;
// `ratio_xy` is the stricter one, over a raw rate with the same 64-byte keys. The `cpu_` ratios are of processor time:
// what other programs on the machine do moves them less.
//
// `--account-index 0` leaves out the index of accounts, as a node may.
//
//   bench_settle [--accounts 10000] [--transfers 400000] [--block 10000] [--threads N] [--account-index 1]
//   one JSON object; exit 1 if wrong
#include <atomic>
#include <condition_variable>
#include <cstdio>
#include <random>
#include <string_view>
#include <thread>

#include "bench/measure.hpp"
#include "bench/signers.hpp"
#include "chain/app.hpp"
#include "node/memory.hpp"
#include "tests/support/temp_dir.hpp"

using namespace assay;
using namespace assay::chain;
using namespace assay::bench;

namespace {

struct Options {
    std::size_t accounts = 10'000, transfers = 400'000, block = 10'000, account_index = 1;
    unsigned threads = std::max(1u, std::thread::hardware_concurrency());
};

// Runs f(i) for i < n on all threads, in chunks.
template <class F>
void on_all(unsigned threads, std::size_t n, F&& f) {
    std::atomic<std::size_t> next{0};
    const auto work = [&] {
        for (std::size_t from; (from = next.fetch_add(250)) < n;)
            for (std::size_t i = from; i < std::min(n, from + 250); ++i) f(i);
    };
    std::vector<std::thread> helpers;
    for (unsigned t = 1; t < threads; ++t) helpers.emplace_back(work);
    work();
    for (auto& t : helpers) t.join();
}

Hash chain_step(Hash h, std::uint64_t steps) {
    for (; steps > 0; --steps) h = sha256(h.view());
    return h;
}

constexpr std::size_t kTurns = 5;
constexpr std::uint64_t kBeaconLength = 4096;
constexpr std::uint64_t kStartUnits = 1'000'000'000;
constexpr std::uint64_t kFee = 10'000;

Genesis make_genesis(const std::vector<Key>& keys, const Hash& beacon_secret, std::size_t block) {
    Genesis g;
    g.chain_id = "assay-bench-1";
    g.time = TimeMs{1'000'000};
    auto& p = g.params;
    p.token.denom = "ASY";
    p.token.prefix = "assay";
    p.token.decimals = 6;
    p.token.cap = Amount{u128{1} << 80};
    p.block.max_bytes = std::max<std::uint64_t>(1 << 20, 600 * block);  // half of it is kept for work
    p.block.max_gas = 1'000'000'000'000;
    p.epoch.blocks = 200;
    p.split.treasury = Ppb{Ppb::kOne};
    p.stake.unit = Amount{1'000'000};
    tokenomics::ClassParams c;
    c.name = "cpu";
    c.lanes = 64;
    c.steps = 1024;
    c.leaf_every = 1024;
    c.cost = Amount{1000};
    p.classes = {c};
    for (const Key& k : keys) g.accounts.push_back({k.address, Amount{kStartUnits}});
    std::sort(g.accounts.begin(), g.accounts.end(), [](const auto& a, const auto& b) { return a.address < b.address; });
    GenesisValidator v;
    v.operator_address.bytes.fill(0x11);
    v.name = "bench";
    v.bond = Amount{1'000'000};
    v.consensus_key.bytes.fill(0x22);
    v.beacon_tip = chain_step(beacon_secret, kBeaconLength);
    g.validators = {v};
    return g;
}

}  // namespace

int main(int argc, char** argv) {
    node::keep_freed_memory();  // as assayd does
    Options o;
    for (int i = 1; i + 1 < argc; i += 2) {
        const std::string_view name = argv[i];
        const std::size_t value = std::strtoull(argv[i + 1], nullptr, 10);
        if (name == "--accounts")
            o.accounts = value;
        else if (name == "--transfers")
            o.transfers = value;
        else if (name == "--block")
            o.block = value;
        else if (name == "--account-index")
            o.account_index = value;
        else if (name == "--threads")
            o.threads = static_cast<unsigned>(value);
        else
            fail("unknown option " + std::string(name));
    }
    if (o.accounts < 2 || o.block < 1 || o.block > 25'000 || o.threads < 1) fail("an option is out of range");
    o.transfers -= o.transfers % o.block;

    secp256k1_context* context = secp256k1_context_create(SECP256K1_CONTEXT_SIGN | SECP256K1_CONTEXT_VERIFY);
    std::mt19937_64 random(1);
    const std::vector<Key> keys = make_keys(context, o.accounts, random);
    Hash beacon_secret;
    beacon_secret.bytes.fill(0x33);
    const Genesis genesis = make_genesis(keys, beacon_secret, o.block);

    // Every transfer: from one account to another, at random; nonces in order.
    std::vector<Account> model(o.accounts);
    for (Account& a : model) a.liquid = Amount{kStartUnits};
    std::vector<Bytes> raw(o.transfers);  // as they come from a socket
    std::vector<Hash> ids(o.transfers);
    std::vector<Tx> txs(o.transfers);
    std::vector<std::size_t> senders(o.transfers);
    for (std::size_t i = 0; i < o.transfers; ++i) {
        const std::size_t from = senders[i] = random() % o.accounts, to = random() % o.accounts;
        const std::uint64_t amount = 1 + random() % 1000;
        TxBody& b = txs[i].body;
        b.chain_id = genesis.chain_id;
        b.sender = keys[from].address;
        b.nonce = model[from].nonce++;
        b.fee = Amount{kFee};
        b.gas_limit = 100'000;
        b.valid_until = 1'000'000;
        b.messages = {Transfer{{{keys[to].address, Amount{amount}, ""}}}};
        model[from].liquid.units -= amount + kFee;
        model[to].liquid.units += amount;
    }
    on_all(o.threads, o.transfers, [&](std::size_t i) {
        ids[i] = txid(txs[i].body);
        Signature s;
        const int done = secp256k1_schnorrsig_sign32(context, s.data(), ids[i].data(), &keys[senders[i]].pair, nullptr);
        if (done != 1) fail("a transaction cannot be signed");
        txs[i].auth = Auth::single(keys[senders[i]].public_key, s);
        raw[i] = borsh::encode(txs[i]);
    });

    std::atomic<std::size_t> bad{0};
    const auto verify_raw = [&](std::size_t i) {
        secp256k1_xonly_pubkey x;
        if (!secp256k1_xonly_pubkey_parse(context, &x, txs[i].auth.keys[0].data()) ||
            !secp256k1_schnorrsig_verify(context, txs[i].auth.signatures[0]->data(), ids[i].data(), 32, &x))
            ++bad;
    };
    const auto verify_raw_xy = [&](std::size_t i) {
        std::uint8_t encoded[65];
        encoded[0] = 0x04;
        std::memcpy(encoded + 1, txs[i].auth.keys[0].data(), 64);
        secp256k1_pubkey full;
        secp256k1_xonly_pubkey x;
        int odd = 1;
        if (!secp256k1_ec_pubkey_parse(context, &full, encoded, sizeof encoded) ||
            !secp256k1_xonly_pubkey_from_pubkey(context, &x, &odd, &full) ||
            !secp256k1_schnorrsig_verify(context, txs[i].auth.signatures[0]->data(), ids[i].data(), 32, &x))
            ++bad;
    };

    const assay::test::TempDir dir;
    std::vector<Hash> roots;
    struct Spent {
        double wall = 0, cpu = 0;
    };
    Spent raw_x, raw_xy, settled;
    double make = 0, finalize = 0, commit = 0;
    std::size_t refused = 0;
    {
        AppOptions options;
        options.dir = dir.path() / "a";
        options.verify_threads = o.threads;
        options.account_index = o.account_index != 0;
        const auto app = must(App::open(options));
        must(app->init_chain(genesis));
        const std::size_t blocks = o.transfers / o.block;
        const auto timed = [&](Spent& spent, auto&& work) {
            const auto start = Clock::now();
            const double cpu = process_seconds();
            work();
            spent.wall += seconds_since(start);
            spent.cpu += process_seconds() - cpu;
        };
        const auto raw_turn = [&](std::size_t first, std::size_t last) {
            timed(raw_x, [&] { on_all(o.threads, last - first, [&](std::size_t i) { verify_raw(first + i); }); });
            timed(raw_xy, [&] { on_all(o.threads, last - first, [&](std::size_t i) { verify_raw_xy(first + i); }); });
        };
        std::vector<RawTx> pool(o.transfers);  // what a mempool holds: from admission to the block
        const auto settled_turn = [&](std::size_t first, std::size_t last) {  // blocks
            std::vector<std::atomic<std::size_t>> admitted(blocks);
            std::mutex mutex;
            std::condition_variable ready;
            std::thread admission([&] {
                on_all(o.threads, (last - first) * o.block, [&](std::size_t i) {
                    const std::size_t at = first * o.block + i;
                    pool[at] = RawTx(raw[at]);
                    if (!app->check_tx(pool[at])) ++bad;
                    if (++admitted[at / o.block] == o.block) {
                        const std::lock_guard lock(mutex);
                        ready.notify_all();
                    }
                });
            });
            for (std::size_t b = first; b < last; ++b) {
                {
                    std::unique_lock lock(mutex);
                    ready.wait(lock, [&] { return admitted[b] == o.block; });
                }
                const auto of_block = pool.begin() + static_cast<std::ptrdiff_t>(b * o.block);
                const std::vector<RawTx> candidates(of_block, of_block + static_cast<std::ptrdiff_t>(o.block));
                double t = thread_seconds();
                Address proposer;
                proposer.bytes.fill(0x11);
                const Block block = must(app->make_block(
                    {TimeMs{2'000'000 + b}, proposer, chain_step(beacon_secret, kBeaconLength - 1 - b)}, candidates));
                make += thread_seconds() - t, t = thread_seconds();
                const BlockResults results = must(app->finalize_block(block));
                finalize += thread_seconds() - t, t = thread_seconds();
                must(app->commit());
                commit += thread_seconds() - t;
                std::fill_n(of_block, o.block, RawTx());
                if (block.txs.size() != o.block) ++refused;
                for (const Receipt& r : results.receipts) refused += r.code != "ok";
                roots.push_back(results.app_hash);
            }
            admission.join();
        };
        for (std::size_t turn = 0; turn < kTurns; ++turn) {
            const std::size_t first = blocks * turn / kTurns, last = blocks * (turn + 1) / kTurns;
            raw_turn(first * o.block, last * o.block);
            timed(settled, [&] { settled_turn(first, last); });
        }
        app->read([&](const StateView& s) {
            for (std::size_t i = 0; i < o.accounts; ++i)
                if (!(s.account(keys[i].address) == model[i])) ++bad;
            for (const auto& row : check_all_invariants(s)) bad += !row.holds;
            return 0;
        });
        // The same blocks again, from the store, cold.
        AppOptions again;
        again.dir = dir.path() / "b";
        again.sync = false;
        again.account_index = false;
        const auto second = must(App::open(again));
        must(second->init_chain(genesis));
        for (std::size_t b = 0; b < blocks; ++b) {
            const auto results = must(second->finalize_block(must(app->block(Height{b + 1}))));
            bad += results.app_hash != roots[b];
            must(second->commit());
        }
    }
    secp256k1_context_destroy(context);

    const double n = static_cast<double>(o.transfers);
    const bool right = bad == 0 && refused == 0;
    std::printf(
        "{\"bench\":\"settled_over_raw\",\"ratio\":%.3f,\"cpu_ratio\":%.3f,\"bound\":0.8,\"ratio_xy\":%.3f,"
        "\"cpu_ratio_xy\":%.3f,\"accounts\":%zu,\"transfers\":%zu,\"block\":%zu,\"threads\":%u,"
        "\"settled_per_s\":%.0f,\"raw_per_s\":%.0f,\"raw_xy_per_s\":%.0f,\"cpu_us_per_tx\":%.2f,"
        "\"state_thread_cpu_us_per_tx\":{\"make\":%.2f,\"finalize\":%.2f,\"commit\":%.2f},\"results\":\"%s\"}\n",
        raw_x.wall / settled.wall, raw_x.cpu / settled.cpu, raw_xy.wall / settled.wall, raw_xy.cpu / settled.cpu,
        o.accounts, o.transfers, o.block, o.threads, n / settled.wall, n / raw_x.wall, n / raw_xy.wall,
        settled.cpu / n * 1e6, make / n * 1e6, finalize / n * 1e6, commit / n * 1e6, right ? "right" : "WRONG");
    return right ? 0 : 1;
}
