// What a transfer costs the state machine under CometBFT, step by step, on one thread of calls as CometBFT makes them:
// check (signature and all), recheck after a block, prepare, process, finalize with commit; and finalize on a node that
// never saw the transactions before, as in block sync; then the state as a snapshot, and a store that begins with it.
// Checked: every receipt, and all app hashes.
//
//   bench_comet [--transfers 10000] [--accounts 1000]      one JSON object, microseconds per transaction
#include <spdlog/spdlog.h>

#include <chrono>
#include <cstdio>
#include <string_view>

#include "base/bech32m.hpp"
#include "base/hex.hpp"
#include "bench/signers.hpp"
#include "node/comet/app.hpp"
#include "node/export.hpp"
#include "node/files.hpp"
#include "node/init.hpp"
#include "node/json.hpp"
#include "node/keys.hpp"
#include "node/memory.hpp"
#include "tokenomics/presets.hpp"

using namespace assay;
using namespace assay::bench;
using namespace assay::node;

namespace {

template <class T>
T must(Result<T> r, const char* what) {
    if (!r) fail(std::string(what) + ": " + r.error().message);
    return *std::move(r);
}
void must(const Status& s, const char* what) {
    if (!s) fail(std::string(what) + ": " + s.error().message);
}

template <class F>
double seconds(F&& f) {
    const auto began = std::chrono::steady_clock::now();
    f();
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
}

// One node's state machine, without a socket.
struct Machine {
    std::unique_ptr<chain::App> app;
    std::unique_ptr<Mempool> mempool;
    std::unique_ptr<Snapshots> snapshots;
    std::unique_ptr<CometApp> comet;

    Machine(const Home& home, const std::filesystem::path& data, const chain::Genesis& genesis) {
        chain::AppOptions options;
        options.dir = data.string();
        app = must(chain::App::open(options), "open");
        must(app->init_chain(genesis), "init_chain");
        mempool = std::make_unique<Mempool>(*app, MempoolLimits{1'000'000, std::size_t{1} << 30});
        snapshots = std::make_unique<Snapshots>(home, SnapshotOptions{});
        EngineEvents events;
        events.committed = [this](const chain::Block& b, const chain::BlockResults& r) {
            std::vector<Hash> ids;
            for (const auto& one : r.receipts) {
                if (one.code != "ok") fail("a transfer failed: " + one.message);
                ids.push_back(one.txid);
            }
            (void)mempool->committed(b.header.height, ids);
        };
        events.failed = [](const Error& e) { fail(e.message); };
        CometAppOptions comet_options;
        comet_options.genesis = genesis;
        comet_options.consensus_key = must(ConsensusKey::load(home.consensus_key()), "key").public_key();
        comet = std::make_unique<CometApp>(*app, *mempool, must(BeaconKeeper::open(home), "beacon"), *snapshots,
                                           comet_options, events);
    }
};

}  // namespace

int main(int argc, char** argv) {
    keep_freed_memory();
    spdlog::set_level(spdlog::level::off);
    std::size_t transfers = 10'000, accounts = 1'000;
    for (int i = 1; i + 1 < argc; i += 2) {
        const std::string_view name = argv[i];
        (name == "--transfers"  ? transfers
         : name == "--accounts" ? accounts
                                : (fail("unknown option"), transfers)) = std::strtoull(argv[i + 1], nullptr, 10);
    }
    secp256k1_context* context = secp256k1_context_create(SECP256K1_CONTEXT_SIGN | SECP256K1_CONTEXT_VERIFY);
    std::mt19937_64 random(1);
    const std::vector<Key> keys = make_keys(context, accounts, random);

    TemporaryDirectory folder = must(TemporaryDirectory::make("bench"), "folder");
    Json g = Json::parse(*tokenomics::preset_text("devnet"), nullptr, true, true);
    g["accounts"] = Json::array();
    for (const Key& k : keys)
        g["accounts"].push_back({{"address", encode_address("assay", k.address)}, {"amount", "1000000000"}});
    g["params"]["block"]["max_bytes"] = 8u << 20;
    g["params"]["block"]["max_gas"] = 100'000'000'000;
    const auto file = folder.path() / "genesis.json";
    must(write_file(file, to_text(g)), "genesis");
    const Home home{folder.path() / "home"};
    InitOptions init;
    init.network = file.string();
    init.beacon_length = 1000;
    (void)must(init_home(home, init), "init");
    const chain::Genesis genesis =
        must(chain::parse_genesis(must(read_file(home.genesis()), "genesis"), "genesis"), "genesis");

    std::vector<Bytes> txs;
    std::vector<std::uint64_t> nonces(accounts);
    for (std::size_t i = 0; i < transfers; ++i) {
        const std::size_t from = i % accounts;
        txs.push_back(signed_transfer(context, keys[from], keys[random() % accounts].address, genesis.chain_id,
                                      nonces[from]++, 1 + random() % 1000, 10'000, 100'000));
    }
    secp256k1_context_destroy(context);

    Machine first(home, folder.path() / "first", genesis), second(home, folder.path() / "second", genesis);
    const auto good = [](const Result<abci::CheckTxResponse>& r) {
        if (!r || r->code != 0) fail("a check failed: " + (r ? r->log : r.error().message));
    };
    const double check = seconds([&] {
        for (const Bytes& tx : txs) good(first.comet->check_tx({tx, abci::CheckTxType::fresh}));
    });
    const double recheck = seconds([&] {
        for (const Bytes& tx : txs) good(first.comet->check_tx({tx, abci::CheckTxType::recheck}));
    });

    abci::PrepareProposalRequest prepare;
    prepare.height = 1;
    prepare.time = {1'800'000'000, 0};
    prepare.max_tx_bytes = 64 << 20;
    prepare.proposer_address = comet_address(must(ConsensusKey::load(home.consensus_key()), "key").public_key());
    abci::PrepareProposalResponse proposal;
    const double prepared = seconds([&] { proposal = must(first.comet->prepare_proposal(prepare), "prepare"); });
    const std::size_t in_block = proposal.txs.size() - 1;
    if (in_block < transfers / 2) fail("the block holds only " + std::to_string(in_block) + " transfers");

    abci::FinalizeBlockRequest block;
    block.txs = proposal.txs;
    block.height = 1;
    block.time = prepare.time;
    block.proposer_address = prepare.proposer_address;
    abci::ProcessProposalRequest propose;
    propose.txs = block.txs;
    propose.height = 1;
    propose.time = block.time;
    propose.proposer_address = block.proposer_address;
    const double processed = seconds([&] {
        if (must(first.comet->process_proposal(propose), "process").status != abci::Verdict::accept)
            fail("the own proposal was refused");
    });
    abci::FinalizeBlockResponse a, b;
    const double finalized = seconds([&] {
        a = must(first.comet->finalize_block(block), "finalize");
        (void)must(first.comet->commit({}), "commit");
    });
    const double synced = seconds([&] {
        b = must(second.comet->finalize_block(block), "finalize");
        (void)must(second.comet->commit({}), "commit");
    });
    if (a != b) fail("the two nodes came to different results");

    // State sync: the state becomes a snapshot, and a store of its own begins with it.
    chain::StateFileHeader header;
    const auto snapshot = folder.path() / "snapshot";
    const double made = seconds([&] { header = must(export_state_file(*first.app, {}, snapshot), "snapshot"); });
    chain::AppOptions third_options;
    third_options.dir = (folder.path() / "third").string();
    auto third = must(chain::App::open(third_options), "open");
    const double restored = seconds([&] { (void)must(init_from_file(*third, snapshot), "restore"); });
    if (third->info().app_hash != first.app->info().app_hash) fail("the restored state is another one");
    const double records = static_cast<double>(header.records);

    const auto us = [](double s, std::size_t n) { return 1e6 * s / static_cast<double>(n); };
    std::printf(
        "{\"transfers\":%zu,\"in_block\":%zu,\"check_us\":%.2f,\"recheck_us\":%.2f,\"prepare_us\":%.2f,\"process_us\":"
        "%.2f,\"finalize_commit_us\":%.2f,\"sync_us\":%.2f,\"recheck_bound_us\":50,\"state_records\":%.0f,\"snapshot_"
        "records_per_s\":%.0f,\"restore_records_per_s\":%.0f,"
        "\"replay_transfers_per_s\":%.0f}\n",
        transfers, in_block, us(check, transfers), us(recheck, transfers), us(prepared, in_block),
        us(processed, in_block), us(finalized, in_block), us(synced, in_block), records, records / made,
        records / restored, static_cast<double>(in_block) / synced);
    return us(recheck, transfers) <= 50 ? 0 : 1;
}
