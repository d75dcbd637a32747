// The state machine behind ABCI, driven as CometBFT drives it, without CometBFT: what proposals may hold, what decided
// blocks do, what validators and evidence become.
#include "base/sha256.hpp"
#include "node/comet/app.hpp"
#include "node/comet/params.hpp"
#include "node/keys.hpp"
#include "tests/node/node_fixture.hpp"

using namespace assay;
using namespace assay::node;
using namespace assay::node::test;

namespace {

// Four validators with equal bonds: one is the home's, three are the test's own.
struct Network {
    static constexpr std::size_t kOthers = 3;
    TestKey me{1};
    TemporaryDirectory folder = *TemporaryDirectory::make("comet");
    Home home{folder.path() / "home"};
    std::vector<Hash> keys;  // of the others
    std::vector<BeaconChain> beacons;
    std::unique_ptr<chain::App> app;
    std::unique_ptr<Mempool> mempool;
    std::unique_ptr<Snapshots> snapshots;
    std::unique_ptr<CometApp> comet;
    chain::Genesis genesis;
    std::size_t committed = 0;
    std::optional<Error> failed;
    std::int64_t height = 0;
    std::int64_t seconds = 1'800'000'000;

    explicit Network(std::uint64_t epoch_blocks = 0) {
        start_logging("off", "text", "test");
        Json g = Json::parse(genesis_with({me.address()}));
        if (epoch_blocks != 0) g["params"]["epoch"]["blocks"] = epoch_blocks;
        const Json local = g["validators"][0];
        for (std::size_t i = 0; i < kOthers; ++i) {
            BeaconSecret secret;
            secret.seed.bytes.fill(static_cast<std::uint8_t>(0x40 + i));
            secret.length = 4096;
            beacons.emplace_back(secret);
            Hash key;
            key.bytes.fill(static_cast<std::uint8_t>(0x50 + i));
            keys.push_back(key);
            Address who;
            who.bytes.fill(static_cast<std::uint8_t>(0x60 + i));
            Json v = local;
            v["operator"] = encode_address("assay", who);
            v["name"] = "other";
            v["consensus_key"] = to_hex(key.view());
            v["beacon_tip"] = to_hex(beacons.back().tip().view());
            g["validators"].push_back(v);
        }
        const auto file = folder.path() / "genesis.json";
        REQUIRE(write_file(file, to_text(g)).ok());
        InitOptions options;
        options.network = file.string();
        options.beacon_length = 4096;
        options.config = fast_config();
        const auto made = init_home(home, options);
        if (!made) FAIL(made.error().message);
        genesis = *chain::parse_genesis(*read_file(home.genesis(), 1 << 20), "genesis.json");
        open();
    }

    void open() {
        comet.reset();
        snapshots.reset();
        mempool.reset();
        app.reset();
        app = *chain::App::open({.dir = home.data().string(), .sync = false});
        if (app->info().chain_id.empty()) REQUIRE(app->init_chain(genesis).ok());
        mempool = std::make_unique<Mempool>(*app, MempoolLimits{});
        snapshots = std::make_unique<Snapshots>(home, SnapshotOptions{});
        EngineEvents events;
        events.committed = [this](const chain::Block& b, const chain::BlockResults& r) {
            ++committed;
            std::vector<Hash> included;
            for (const auto& one : r.receipts) included.push_back(one.txid);
            (void)mempool->committed(b.header.height, included);
        };
        events.failed = [this](const Error& e) { failed = e; };
        CometAppOptions options;
        options.genesis = genesis;
        options.consensus_key = own_key();
        comet = std::make_unique<CometApp>(*app, *mempool, *BeaconKeeper::open(home), *snapshots, options, events);
    }

    [[nodiscard]] Hash own_key() const { return ConsensusKey::load(home.consensus_key())->public_key(); }
    [[nodiscard]] abci::Timestamp time() const { return {seconds + height, 250'000'000}; }

    // Proposal of the home's validator, or of one of the others with what the home's mempool holds.
    abci::PrepareProposalRequest to_prepare() const {
        abci::PrepareProposalRequest r;
        r.height = height + 1;
        r.time = time();
        r.max_tx_bytes = 4 << 20;
        r.proposer_address = comet_address(own_key());
        return r;
    }
    [[nodiscard]] std::vector<Bytes> proposed_by_other(std::size_t i, std::vector<Bytes> txs = {}) {
        txs.insert(txs.begin(), reveal_tx(*beacons[i].reveal(Height{static_cast<std::uint64_t>(height + 1)})));
        return txs;
    }
    [[nodiscard]] abci::Verdict judge(std::vector<Bytes> txs, const Hash& proposer,
                                      std::vector<abci::Misbehavior> misbehavior = {}) {
        abci::ProcessProposalRequest r;
        r.height = height + 1;
        r.time = time();
        r.txs = std::move(txs);
        r.misbehavior = std::move(misbehavior);
        r.proposer_address = comet_address(proposer);
        return comet->process_proposal(r)->status;
    }
    abci::FinalizeBlockResponse decide(std::vector<Bytes> txs, const Hash& proposer,
                                       std::vector<abci::Misbehavior> misbehavior = {}) {
        abci::FinalizeBlockRequest r;
        r.height = height + 1;
        r.time = time();
        r.txs = std::move(txs);
        r.misbehavior = std::move(misbehavior);
        r.proposer_address = comet_address(proposer);
        const auto out = comet->finalize_block(r);
        if (!out) FAIL(out.error().message);
        CHECK(out->tx_results.size() == r.txs.size());
        REQUIRE(comet->commit({}).ok());
        ++height;
        return *out;
    }
    // A block by the home's own validator, all the way.
    abci::FinalizeBlockResponse own_block() {
        const auto prepared = comet->prepare_proposal(to_prepare());
        REQUIRE(prepared.ok());
        CHECK(judge(prepared->txs, own_key()) == abci::Verdict::accept);
        return decide(prepared->txs, own_key());
    }
    [[nodiscard]] Bytes payment(std::uint64_t nonce, std::uint64_t amount = 1) const {
        Address to;
        to.bytes.fill(9);
        return me.sign(genesis.chain_id, nonce, {pay(to, amount)}, {});
    }
    [[nodiscard]] chain::Validator validator(const Hash& key) const {
        return app->read([&](const chain::StateView& s) {
            chain::Validator out;
            s.each_validator([&](const Address&, const chain::Validator& v) {
                if (v.consensus_key != key) return true;
                out = v;
                return false;
            });
            return out;
        });
    }
    [[nodiscard]] abci::Misbehavior double_sign(const Hash& key) const {
        abci::Misbehavior out;
        out.type = abci::MisbehaviorType::duplicate_vote;
        out.validator = {comet_address(key), 1'000'000};
        out.height = height;
        return out;
    }
    [[nodiscard]] abci::InitChainRequest beginning() const {
        abci::InitChainRequest r;
        r.chain_id = genesis.chain_id;
        r.initial_height = 1;
        const std::string state = "{\"genesis_hash\":\"" + to_hex(chain::genesis_hash(genesis).view()) + "\"}";
        r.app_state_bytes = Bytes(state.begin(), state.end());
        for (const auto& p : app->powers())
            r.validators.push_back(
                {{abci::PublicKey::Type::ed25519, Bytes(p.consensus_key.data(), p.consensus_key.data() + 32)},
                 static_cast<std::int64_t>(p.power)});
        return r;
    }
};

}  // namespace

TEST_CASE("CometBFT's genesis must be this chain's: id, hash, validators, initial height") {
    Network n;
    const auto good = n.comet->init_chain(n.beginning());
    REQUIRE(good.ok());
    CHECK(Hash::from(good->app_hash) == n.app->info().app_hash);
    CHECK(n.comet->init_chain(n.beginning()).ok());  // again, as after a crash before the first block
    const auto refused = [&](auto&& change) {
        auto r = n.beginning();
        change(r);
        const auto out = n.comet->init_chain(r);
        return !out.ok() && out.error().code == Code::bad_genesis;
    };
    CHECK(refused([](auto& r) { r.chain_id += "x"; }));
    CHECK(refused([](auto& r) { r.initial_height = 2; }));
    CHECK(refused([](auto& r) { r.app_state_bytes[20] ^= 1; }));
    CHECK(refused([](auto& r) { r.app_state_bytes.clear(); }));
    CHECK(refused([](auto& r) { r.validators.pop_back(); }));
    CHECK(refused([](auto& r) { r.validators[0].power += 1; }));
    CHECK(refused([](auto& r) { r.validators[0].pub_key.type = abci::PublicKey::Type::secp256k1; }));
}

TEST_CASE("a CometBFT that speaks another ABCI is refused in words") {
    Network n;
    CHECK(n.comet->info({"0.40.0", 11, 8, "2.0.0"}).ok());
    const auto other = n.comet->info({"0.34.24", 11, 8, "0.17.0"});
    REQUIRE_FALSE(other.ok());
    CHECK(other.error().code == Code::engine_unsuitable);
}

TEST_CASE("a block of CometBFT becomes one of ours, and what is stored re-executes") {
    Network n;
    REQUIRE(n.comet->check_tx({n.payment(0), abci::CheckTxType::fresh})->code == 0);
    REQUIRE(n.comet->check_tx({n.payment(1), abci::CheckTxType::fresh})->code == 0);
    const auto first = n.own_block();
    CHECK(first.tx_results.size() == 3);  // the reveal and two payments
    const auto info = n.comet->info({"0.40.0", 11, 8, "2.0.0"});
    CHECK(info->last_block_height == 1);
    CHECK(info->last_block_app_hash == first.app_hash);
    (void)n.decide(n.proposed_by_other(1), n.keys[1]);
    (void)n.own_block();
    CHECK(n.committed == 3);
    const auto block = n.app->block(Height{1});
    REQUIRE(block.ok());
    CHECK(block->txs.size() == 2);
    CHECK(block->header.time == TimeMs{static_cast<std::uint64_t>(n.seconds) * 1000 + 250});

    // The same decided blocks in another store, replayed without a proposal: the same hashes.
    Network other;
    other.genesis = n.genesis;
    other.comet.reset();
    other.snapshots.reset();
    other.mempool.reset();
    other.app.reset();
    std::filesystem::remove_all(other.home.data());
    other.open();
    for (std::uint64_t h = 1; h <= 3; ++h) {
        const auto stored = n.app->block_with_results(Height{h});
        REQUIRE((stored.ok() && stored->has_value()));
        const auto again = other.app->finalize_block((*stored)->block);
        REQUIRE(again.ok());
        CHECK(again->app_hash == (*stored)->results.app_hash);
        REQUIRE(other.app->commit().ok());
    }
}

TEST_CASE("finalizing is repeatable, with and without the proposal before it") {
    Network n;
    const auto txs = n.comet->prepare_proposal(n.to_prepare())->txs;
    abci::FinalizeBlockRequest r;
    r.height = 1;
    r.time = n.time();
    r.txs = txs;
    r.proposer_address = comet_address(n.own_key());
    const auto warm = n.comet->finalize_block(r);
    const auto cold = n.comet->finalize_block(r);
    REQUIRE((warm.ok() && cold.ok()));
    CHECK(*warm == *cold);
    n.open();  // the process ended before commit
    CHECK(n.app->info().height.value == 0);
    CHECK(*n.comet->finalize_block(r) == *warm);
    REQUIRE(n.comet->commit({}).ok());
    CHECK_FALSE(n.comet->commit({}).ok());
}

TEST_CASE("two blocks within a millisecond, or a clock that goes back, do not stop the chain") {
    Network n;
    (void)n.own_block();
    n.seconds -= 100;
    (void)n.own_block();
    const auto first = n.app->block(Height{1}), second = n.app->block(Height{2});
    REQUIRE((first.ok() && second.ok()));
    CHECK(second->header.time.value == first->header.time.value + 1);
}

TEST_CASE("a proposal with a missing, wrong or forged reveal is refused; decided all the same it counts as zeros") {
    Network n;
    (void)n.own_block();
    const auto good = n.proposed_by_other(0);
    CHECK(n.judge(good, n.keys[0]) == abci::Verdict::accept);
    CHECK(n.judge({}, n.keys[0]) == abci::Verdict::reject);
    CHECK(n.judge({n.payment(0)}, n.keys[0]) == abci::Verdict::reject);
    CHECK(n.judge(good, n.keys[1]) == abci::Verdict::reject);  // another's
    CHECK(n.judge(n.proposed_by_other(0), n.own_key()) == abci::Verdict::reject);
    auto forged = good;
    forged[0].back() ^= 1;
    CHECK(n.judge(forged, n.keys[0]) == abci::Verdict::reject);
    CHECK(n.judge({good[0], good[0]}, n.keys[0]) == abci::Verdict::reject);  // twice
    Hash nobody;
    nobody.bytes.fill(0xEE);
    CHECK(n.judge(good, nobody) == abci::Verdict::reject);
    const Hash beacon = n.app->read([](const chain::StateView& s) { return s.chain().beacon; });
    (void)n.decide({}, n.keys[0]);  // more than two thirds were wrong: the chain goes on
    const Hash after = n.app->read([](const chain::StateView& s) { return s.chain().beacon; });
    CHECK(after == chain::next_beacon(beacon, Height{2}, Hash{}));
    (void)n.decide(n.proposed_by_other(0), nobody);
    (void)n.own_block();
}

TEST_CASE("a proposal with a transaction that has no place there is refused; decided all the same it has no effect",
          "[threads]") {
    Network n;
    const auto with = [&](std::vector<Bytes> txs) {
        return n.judge(n.proposed_by_other(0, std::move(txs)), n.keys[0]);
    };
    CHECK(with({n.payment(0)}) == abci::Verdict::accept);
    CHECK(with({n.payment(0), n.payment(0)}) == abci::Verdict::reject);  // twice
    CHECK(with({n.payment(1)}) == abci::Verdict::reject);                // a nonce too early
    CHECK(with({Bytes{1, 2, 3}}) == abci::Verdict::reject);
    CHECK(with({Bytes{}}) == abci::Verdict::reject);
    Bytes altered = n.payment(0);
    altered.back() ^= 1;
    CHECK(with({altered}) == abci::Verdict::reject);
    CHECK(with({Bytes(3u << 20, 7)}) == abci::Verdict::reject);
    // More than a block holds: each is good, the last has no room.
    std::vector<Bytes> many;
    const std::uint64_t gas = n.genesis.params.block.max_gas / 100'000 + 1;
    for (std::uint64_t i = 0; i < gas && many.size() < 5'000; ++i) many.push_back(n.payment(i));
    CHECK(with(many) == abci::Verdict::reject);
    const auto out = n.decide(n.proposed_by_other(0, {n.payment(1), n.payment(0), Bytes{1}}), n.keys[0]);
    CHECK(out.tx_results[0].code == 0);
    CHECK(out.tx_results[1].code != 0);
    CHECK(out.tx_results[2].code == 0);
    CHECK(out.tx_results[3].code != 0);
    const auto account = n.app->read([&](const chain::StateView& s) { return s.find_account(n.me.address()); });
    CHECK(account->nonce == 1);
}

TEST_CASE("the mempool's checks: new, again, after a block, and nonsense") {
    Network n;
    const Bytes tx = n.payment(0);
    CHECK(n.comet->check_tx({tx, abci::CheckTxType::fresh})->code == 0);
    CHECK(n.comet->check_tx({tx, abci::CheckTxType::fresh})->code == 0);
    CHECK(n.comet->check_tx({tx, abci::CheckTxType::recheck})->code == 0);
    CHECK(n.comet->check_tx({Bytes{1, 2}, abci::CheckTxType::fresh})->code != 0);
    CHECK(n.comet->check_tx({reveal_tx(Hash{}), abci::CheckTxType::fresh})->code != 0);
    (void)n.own_block();
    CHECK(n.comet->check_tx({tx, abci::CheckTxType::recheck})->code != 0);
    CHECK(n.comet->check_tx({tx, abci::CheckTxType::fresh})->code != 0);  // in a block
}

TEST_CASE("evidence of a double signature slashes and tombstones once, and the set learns of it at the epoch's end") {
    Network n(10);
    const Amount before = n.validator(n.keys[0]).bond;
    (void)n.own_block();
    const auto evidence = n.double_sign(n.keys[0]);
    Hash unknown;
    unknown.bytes.fill(0xAB);
    const auto txs = n.comet
                         ->prepare_proposal([&] {
                             auto r = n.to_prepare();
                             r.misbehavior = {evidence, n.double_sign(unknown)};
                             return r;
                         }())
                         ->txs;
    CHECK(n.judge(txs, n.own_key(), {evidence}) == abci::Verdict::accept);
    (void)n.decide(txs, n.own_key(), {evidence, n.double_sign(unknown), evidence});
    const auto after = n.validator(n.keys[0]);
    CHECK(after.tombstoned);
    CHECK(after.bond < before);
    CHECK(n.app->block(Height{2})->header.misbehaved == std::vector<Hash>{n.keys[0]});
    (void)n.decide(n.proposed_by_other(1), n.keys[1], {evidence});
    CHECK(n.validator(n.keys[0]).bond == after.bond);
    bool left = false;
    std::int64_t power = 0;
    for (int i = 0; i < 40 && !left; ++i) {
        const auto out = n.decide(n.proposed_by_other(1), n.keys[1]);
        for (const auto& u : out.validator_updates)
            if (Hash::from(u.pub_key.bytes) == n.keys[0]) {
                power = u.power;
                left = u.power == 0;
            }
        if (!out.validator_updates.empty()) CHECK(n.height % 10 == 0);  // epochs end there
    }
    CHECK(left);
    CHECK(power == 0);
    CHECK(n.validator(n.keys[0]).power == 0);
    // CometBFT learns of the set one block late: who left may propose the next block, and not the one after.
    CHECK(n.judge(n.proposed_by_other(0), n.keys[0]) == abci::Verdict::accept);
    (void)n.decide(n.proposed_by_other(0), n.keys[0]);
    CHECK(n.judge(n.proposed_by_other(0), n.keys[0]) == abci::Verdict::reject);
    // What CometBFT adds up from the updates is what the state holds.
    const auto powers = n.app->powers();
    CHECK(powers.size() == 3);
}

TEST_CASE("CometBFT's limits follow the parameters") {
    tokenomics::Params p;
    p.block.max_bytes = 2 << 20;
    p.block.time_ms = 1'000;
    p.validators.max = 100;
    p.stake.unbonding_ms = 21ull * 24 * 3600 * 1000;
    const auto told = consensus_params(p);
    CHECK(told.block->max_bytes == (2 << 20) + 100 * 4096 + 65'536);
    CHECK(told.block->max_gas == -1);
    CHECK(told.evidence->max_age_duration == abci::Duration{21ll * 24 * 3600, 0});
    CHECK(told.evidence->max_age_num_blocks == 1'814'400);
    p.stake.unbonding_ms = 60'500;
    CHECK(consensus_params(p).evidence->max_age_num_blocks == 100'000);
    CHECK(consensus_params(p).evidence->max_age_duration == abci::Duration{60, 500'000'000});
    p.validators.max = 1'000'000;
    CHECK(consensus_params(p).block->max_bytes == 100 << 20);
    CHECK(told != consensus_params(p));
}

TEST_CASE("commits without this validator's signature are counted") {
    Network n;
    abci::FinalizeBlockRequest r;
    r.height = 1;
    r.time = n.time();
    r.txs = n.proposed_by_other(0);
    r.proposer_address = comet_address(n.keys[0]);
    r.decided_last_commit.votes = {{{comet_address(n.own_key()), 10}, abci::BlockIdFlag::absent},
                                   {{comet_address(n.keys[0]), 10}, abci::BlockIdFlag::commit}};
    REQUIRE(n.comet->finalize_block(r).ok());
    CHECK(n.comet->missed() == 1);
}
