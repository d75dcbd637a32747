// A chain in the test's own process: App over a real store, blocks made by hand with explicit times, a real beacon
// chain, keys by libsecp256k1. No clock: a test says when a block is.
//
//   Chain c;                                        // one validator, a handful of funded keys
//   Receipt r = c.run(c.buyer, pay(c.anna.address(), 5));
//   c.blocks(20);                                   // empty ones, a second each
//
// Every block is proposed, checked, executed, scanned for broken invariants and committed.
#pragma once

#include <secp256k1.h>
#include <secp256k1_extrakeys.h>
#include <secp256k1_schnorrsig.h>

#include <map>
#include <utility>

#include "base/bech32m.hpp"
#include "base/hex.hpp"
#include "chain/app.hpp"
#include "chain/exec.hpp"
#include "chain/tables.hpp"
#include "proofs/ctx.hpp"
#include "proofs/prover.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/random.hpp"
#include "tests/support/temp_dir.hpp"

namespace assay::chain::test {

using assay::test::Random;
using assay::test::seed;
using assay::test::TempDir;

inline constexpr std::uint64_t kToken = 1'000'000;  // base units: six decimals
inline Amount tokens(std::uint64_t n) {
    return Amount{u128{n} * kToken};
}
inline constexpr std::uint64_t kGenesisTime = 1'800'000'000'000;
inline constexpr const char* kChainId = "assay-test-1";

inline secp256k1_context* context() {
    static secp256k1_context* c = secp256k1_context_create(SECP256K1_CONTEXT_SIGN | SECP256K1_CONTEXT_VERIFY);
    return c;
}

class Key {
   public:
    explicit Key(std::uint32_t seed) {
        const std::uint8_t bytes[] = {static_cast<std::uint8_t>(seed), static_cast<std::uint8_t>(seed >> 8), 'k'};
        const Hash secret = sha256(bytes);
        REQUIRE(secp256k1_keypair_create(context(), &pair_, secret.data()) == 1);
        secp256k1_pubkey pub;
        REQUIRE(secp256k1_keypair_pub(context(), &pub, &pair_) == 1);
        secp256k1_xonly_pubkey x;
        int odd = 0;
        REQUIRE(secp256k1_xonly_pubkey_from_pubkey(context(), &x, &odd, &pub) == 1);
        if (odd != 0) REQUIRE(secp256k1_ec_pubkey_negate(context(), &pub) == 1);
        std::uint8_t raw[65];
        std::size_t n = sizeof(raw);
        secp256k1_ec_pubkey_serialize(context(), raw, &n, &pub, SECP256K1_EC_UNCOMPRESSED);
        std::memcpy(key_.data(), raw + 1, 64);
    }
    [[nodiscard]] Address address() const { return address_of(key_); }
    [[nodiscard]] const PublicKey& public_key() const { return key_; }
    /// `salt` changes the nonce of the signature: another valid signature of the same message.
    [[nodiscard]] Signature sign(const Hash& id, std::uint8_t salt = 0) const {
        Signature s;
        std::uint8_t aux[32] = {salt};
        REQUIRE(secp256k1_schnorrsig_sign32(context(), s.data(), id.data(), &pair_, aux) == 1);
        return s;
    }

   private:
    secp256k1_keypair pair_{};
    PublicKey key_;
};

/// A validator's hash chain: reveal(h) hashes to the tip in h - start steps.
class BeaconChain {
   public:
    BeaconChain(std::uint32_t seed, std::size_t length, std::uint64_t start) : start_(start), links_(length + 1) {
        links_.back() = tagged_hash("test/beacon", borsh::encode(seed));
        for (std::size_t i = length; i-- > 0;) links_[i] = sha256(links_[i + 1].view());
    }
    [[nodiscard]] const Hash& tip() const { return links_.front(); }
    [[nodiscard]] const Hash& reveal(Height h) const { return links_.at(h.value - start_); }

   private:
    std::uint64_t start_;
    std::vector<Hash> links_;
};

/// Small numbers, so that whole lives fit into a test: epochs of 20 blocks, windows of five seconds. Class "tiny" has
/// as many leaves as samples, so a test decides how many samples are wrong; "cpu" is sampled.
inline tokenomics::Params test_params() {
    tokenomics::Params p;
    p.token.cap = tokens(1'000'000'000);
    p.block.max_bytes = 1 << 20;
    p.block.min_gas_price = Amount{1};
    p.epoch.blocks = 20;
    p.emission.kind = tokenomics::EmissionKind::step_table;
    p.emission.total = tokens(100'000'000);
    p.emission.steps = {{0, tokens(1000)}};
    p.split = {Ppb{200'000'000}, Ppb{400'000'000}, Ppb{100'000'000}, Ppb{200'000'000}, Ppb{100'000'000}};
    p.bme.round_blocks = 5;
    p.price.stale_blocks = 20;
    p.stake.unit = tokens(100);
    p.stake.min_stake = tokens(1);
    p.stake.min_unbonding = tokens(1);
    p.stake.unbonding_ms = 60'000;
    p.slash.jail_ms = 30'000;
    p.work.samples = 8;
    p.work.window_ms = 5'000;
    p.work.open_blocks = 6;
    tokenomics::ClassParams tiny;
    tiny.name = "tiny";
    tiny.weight = 10;
    tiny.cost = tokens(10);
    tiny.lanes = 4;
    tiny.steps = 32;
    tiny.leaf_every = 16;
    tokenomics::ClassParams cpu = tiny;
    cpu.name = "cpu";
    cpu.weight = 30;
    cpu.multiplier = Ppb{3 * Ppb::kOne};
    cpu.cost = tokens(20);
    cpu.lanes = 16;
    cpu.steps = 128;
    tokenomics::ClassParams product = tiny;
    product.name = "product";
    product.weight = 20;
    product.work = tokenomics::ClassWork::gemm;
    product.lanes = product.steps = product.leaf_every = 0;
    product.m = product.n = 256;
    product.k = 128;
    p.work.gemm_min_k = 128;
    p.work.gemm_min_side = 256;
    tokenomics::ClassParams walk = tiny;
    walk.name = "walk";
    walk.weight = 15;
    walk.work = tokenomics::ClassWork::vram;
    walk.items = 64;
    walk.lanes = walk.windows = 1;
    walk.steps = 1024;
    walk.leaf_every = 16;
    p.classes = {tiny, cpu, product, walk};
    p.validators.min_bond = tokens(1000);
    return p;
}

inline Message pay(const Address& to, Amount amount, std::string tag = "") {
    return Transfer{{{to, amount, std::move(tag)}}};
}

inline AppOptions options(unsigned verify_threads, std::size_t cache_bytes = 64 << 20) {
    AppOptions o;
    o.verify_threads = verify_threads;
    o.cache_bytes = cache_bytes;
    return o;
}

/// What a provider did for a task: its commit and the leaves behind it.
struct Work {
    TaskView task;
    proofs::WorkResult result;
    [[nodiscard]] Hash id(const Address& provider) const { return commit_id(task.task, provider, task.slot); }
};

class Chain {
   public:
    using Tweak = std::function<void(Genesis&)>;
    explicit Chain(const Tweak& tweak = {}, std::size_t validator_count = 1, AppOptions how = {})
        : options_(std::move(how)) {
        for (std::uint32_t i = 0; i < validator_count; ++i) {
            operators.emplace_back(1000 + i);
            beacons.emplace_back(i, kBeaconLength, 0);
        }
        genesis = make_genesis(tweak);
        app = open(dir_.path(), options_);
        const auto ok = app->init_chain(genesis);
        if (!ok) FAIL(ok.error().message);
        now = kGenesisTime;
    }

    // ---------------------------------------------------------------- identities
    Key buyer{1}, anna{2}, bob{3}, carl{4};
    std::vector<Key> operators;
    std::vector<BeaconChain> beacons;
    Genesis genesis;
    std::unique_ptr<App> app;
    std::uint64_t now = 0;      ///< time of the last block
    std::uint64_t step = 1000;  ///< to the next one
    std::size_t proposer = 0;   ///< whose turn it is
    bool rotate = false;        ///< the next validator after each block
    bool scan = true;           ///< check_all_invariants after each block
    std::vector<Block> history;
    std::vector<Hash> hashes;

    static std::unique_ptr<App> open(const std::string& dir, AppOptions how) {
        how.dir = dir;
        how.sync = false;
        auto out = App::open(how);
        if (!out) FAIL(out.error().message);
        return *std::move(out);
    }

    // ---------------------------------------------------------------- transactions
    struct Terms {
        std::optional<Amount> fee = std::nullopt;
        std::uint64_t gas = 200'000;
        std::uint64_t valid_until = 1'000'000;
        std::string memo = {};
        std::string chain_id = kChainId;
        std::uint16_t version = 1;
    };
    [[nodiscard]] static TxBody body(const Key& from, std::uint64_t nonce, std::vector<Message> messages,
                                     const Terms& t) {
        TxBody b;
        b.version = t.version;
        b.chain_id = t.chain_id;
        b.sender = from.address();
        b.nonce = nonce;
        b.messages = std::move(messages);
        b.fee = t.fee ? *t.fee : is_opening(b) ? Amount{} : Amount{t.gas};
        b.gas_limit = t.gas;
        b.valid_until = t.valid_until;
        b.memo = t.memo;
        return b;
    }
    [[nodiscard]] static Bytes signed_by(const Key& from, const TxBody& b, std::uint8_t salt = 0) {
        return borsh::encode(Tx{b, Auth::single(from.public_key(), from.sign(txid(b), salt))});
    }
    [[nodiscard]] Bytes tx_at(const Key& from, std::uint64_t nonce, std::vector<Message> messages,
                              const Terms& t) const {
        return signed_by(from, body(from, nonce, std::move(messages), t));
    }
    [[nodiscard]] Bytes tx_at(const Key& from, std::uint64_t nonce, std::vector<Message> messages) const {
        return tx_at(from, nonce, std::move(messages), Terms{});
    }
    [[nodiscard]] Bytes tx(const Key& from, std::vector<Message> messages, const Terms& t) const {
        return tx_at(from, nonce(from), std::move(messages), t);
    }
    [[nodiscard]] Bytes tx(const Key& from, std::vector<Message> messages) const {
        return tx(from, std::move(messages), Terms{});
    }
    [[nodiscard]] Bytes tx(const Key& from, Message m) const { return tx(from, std::vector<Message>{std::move(m)}); }

    /// Why the mempool refuses it; "ok" where it does not.
    [[nodiscard]] std::string checked(const Bytes& raw) const {
        const auto r = app->check_tx(raw);
        return r ? "ok" : std::string(r.error().word());
    }

    // ---------------------------------------------------------------- blocks
    [[nodiscard]] Proposal next_proposal() const {
        const Height h = app->info().height + 1;
        return {TimeMs{now + step}, operators[proposer].address(), beacons[proposer].reveal(h)};
    }
    BlockResults block(const std::vector<Bytes>& txs = {}) {
        auto made = app->make_block(next_proposal(), {txs.begin(), txs.end()});
        REQUIRE(made.ok());
        return decide(*std::move(made), true);
    }
    /// Executes and commits this very block; `check`: it must pass process_proposal.
    BlockResults decide(Block b, bool check = false) {
        if (check) {
            const auto ok = app->process_proposal(b);
            if (!ok) FAIL(ok.error().message);
        }
        auto results = app->finalize_block(b);
        if (!results) FAIL(results.error().message);
        // An engine with validators of its own adds up what it is told before the commit: it must be what comes of it.
        std::map<Hash, std::uint64_t> told;
        for (const PowerChange& p : app->powers()) told[p.consensus_key] = p.power;
        for (const PowerChange& p : app->power_changes()) {
            REQUIRE((p.power > 0 ? told[p.consensus_key] != p.power : told.contains(p.consensus_key)));
            told[p.consensus_key] = p.power;
            if (p.power == 0) told.erase(p.consensus_key);
        }
        const auto rules = app->staged_params();
        const auto ok = app->commit();
        if (!ok) FAIL(ok.error().message);
        std::map<Hash, std::uint64_t> powers;
        for (const PowerChange& p : app->powers()) powers[p.consensus_key] = p.power;
        REQUIRE(powers == told);
        REQUIRE((rules &&
                 borsh::encode(app->read([](const StateView& s) { return s.params(); })) == borsh::encode(*rules)));
        now = b.header.time.value;
        REQUIRE(app->info().app_hash == results->app_hash);
        if (scan) check_invariants();
        for (const Event& e : results->begin_events) events.push_back(e);
        for (const Receipt& r : results->receipts)
            for (const Event& e : r.events) events.push_back(e);
        for (const Event& e : results->end_events) events.push_back(e);
        hashes.push_back(results->app_hash);
        history.push_back(std::move(b));
        if (rotate) proposer = (proposer + 1) % operators.size();
        return *std::move(results);
    }
    void blocks(std::uint64_t n) {
        for (std::uint64_t i = 0; i < n; ++i) block();
    }
    void check_invariants() const {
        const auto rows = app->read([](const StateView& s) { return check_all_invariants(s); });
        for (const auto& row : rows) {
            INFO(row.name << ": " << row.numbers << " at height " << app->info().height.value);
            CHECK(row.holds);
        }
    }
    /// Until the epoch is `e` and its first block is next.
    void to_epoch(std::uint64_t e) {
        while (clock().epoch.value < e) block();
    }
    void next_epoch() { to_epoch(clock().epoch.value + 1); }
    /// Until this epoch's tasks are known, and may be committed in the next block.
    void to_start() {
        while (round().h0_time.value == 0) block();
    }
    /// Until the challenge of the round is drawn: openings count in the next block.
    void to_challenge(std::uint64_t epoch) {
        while (round(epoch).challenge.value == 0) block();
    }
    void to_challenge() { to_challenge(clock().epoch.value); }

    // ---------------------------------------------------------------- one transaction in a block of its own
    Receipt run(const Key& from, Message m) { return run(tx(from, std::move(m))); }
    Receipt run(const Key& from, std::vector<Message> ms) { return run(tx(from, std::move(ms))); }
    Receipt run(const Bytes& raw) {
        const std::string word = checked(raw);
        INFO("check_tx says " << word);
        auto results = block({raw});
        REQUIRE(results.receipts.size() == 1);
        return results.receipts[0];
    }
    void ok(const Key& from, Message m) {
        const Receipt r = run(from, std::move(m));
        INFO(r.message);
        REQUIRE(r.code == "ok");
    }
    [[nodiscard]] std::string code(const Key& from, Message m) { return run(from, std::move(m)).code; }

    // ---------------------------------------------------------------- state
    /// Never within itself (FairLock): a writer between the two would stop both. Where it is nested, the test fails.
    template <class F>
    auto read(F&& f) const {
        if (std::exchange(reading_, true)) FAIL("a read of the state within a read");
        struct Done {
            bool& reading;
            ~Done() { reading = false; }
        } const done{reading_};
        return app->read(std::forward<F>(f));
    }
    [[nodiscard]] Account account(const Key& k) const {
        return read([&](const StateView& s) { return s.account(k.address()); });
    }
    [[nodiscard]] std::uint64_t nonce(const Key& k) const { return account(k).nonce; }
    [[nodiscard]] Amount liquid(const Key& k) const { return account(k).liquid; }
    [[nodiscard]] Provider provider(const Key& k) const {
        const auto p = read([&](const StateView& s) { return s.provider(k.address()); });
        REQUIRE(p.has_value());
        return *p;
    }
    [[nodiscard]] ProviderEpoch provider_epoch(const Key& k, std::uint64_t e) const {
        const auto p = read([&](const StateView& s) { return s.provider_epoch(Epoch{e}, k.address()); });
        return p ? *p : ProviderEpoch{};
    }
    [[nodiscard]] Commit commit(const Hash& id) const {
        const auto k = read([&](const StateView& s) { return s.commit(id); });
        REQUIRE(k.has_value());
        return *k;
    }
    [[nodiscard]] Order order(const Hash& id) const {
        const auto o = read([&](const StateView& s) { return s.order(id); });
        REQUIRE(o.has_value());
        return *o;
    }
    [[nodiscard]] WorkRound round(std::uint64_t e) const {
        const auto r = read([&](const StateView& s) { return s.round(Epoch{e}); });
        REQUIRE(r.has_value());
        return *r;
    }
    [[nodiscard]] WorkRound round() const { return round(clock().epoch.value); }
    [[nodiscard]] EpochRecord epoch_record(std::uint64_t e) const {
        const auto r = read([&](const StateView& s) { return s.epoch(Epoch{e}); });
        REQUIRE(r.has_value());
        return *r;
    }
    [[nodiscard]] Ledger ledger() const {
        return read([](const StateView& s) { return s.ledger(); });
    }
    [[nodiscard]] ChainState clock() const {
        return read([](const StateView& s) { return s.chain(); });
    }
    [[nodiscard]] Height height() const { return app->info().height; }

    // ---------------------------------------------------------------- economy in few words
    /// A provider with one device in slot 0 and this stake.
    void join(const Key& k, const std::string& device_class = "tiny", Amount stake = tokens(1000)) {
        ok(k, RegisterProvider{"http://gpu"});
        ok(k, AddDevice{0, device_class});
        if (!stake.is_zero()) ok(k, Stake{k.address(), stake});
    }
    /// Every validator reports this price in the next block.
    std::vector<Bytes> reports(std::uint64_t price = Price::kOneUsd) const {
        std::vector<Bytes> out;
        for (const Key& k : operators) out.push_back(tx(k, ReportPrice{Price{price}}));
        return out;
    }
    /// Blocks with reports until this many price rounds have closed.
    void price_rounds(std::uint64_t n, std::uint64_t price = Price::kOneUsd) {
        for (std::uint64_t closed = 0; closed < n;) {
            block(reports(price));
            closed += height().value % genesis.params.bme.round_blocks == 0;
        }
    }
    /// Burns, and waits until the credits are there.
    void buy_credits(const Key& k, Amount amount) {
        ok(k, BurnForCredits{amount, Credits{}});
        const auto before = account(k).credits;
        for (int i = 0; i < 3 && account(k).credits == before; ++i) price_rounds(1);
        REQUIRE(account(k).credits > before);
    }
    Hash open_order(const Key& k, const std::string& device_class, std::uint64_t units, std::uint64_t max_price,
                    std::uint64_t lasts = 500, bool manual = false) {
        const auto r = run(k, OpenOrder{device_class, units, Credits{max_price}, Credits{u128{units} * max_price},
                                        height().value + 1 + lasts, manual});
        INFO(r.message);
        REQUIRE(r.code == "ok");
        for (const Event& e : r.events)
            if (e.kind == "order.opened") return std::get<AttrHash>(e.attrs.at(0).value).value;
        FAIL("no event of the order");
        return {};
    }

    [[nodiscard]] std::vector<TaskView> tasks(const Key& k) const {
        return read([&](const StateView& s) { return tasks_of(s, k.address()); });
    }
    /// The task of a slot: the canonical one, or that of an order.
    [[nodiscard]] TaskView task(const Key& k, std::uint32_t slot = 0, const std::optional<Hash>& order_id = {}) const {
        for (const TaskView& t : tasks(k))
            if (t.slot == slot && t.order == order_id) return t;
        FAIL("no such task");
        return {};
    }
    /// Does the work; `spoil` may alter the leaves.
    [[nodiscard]] static Work work(const TaskView& t, const std::function<void(std::vector<Hash>&)>& spoil = {}) {
        proofs::CpuBackend cpu;
        auto honest = proofs::prove(t.params, t.ctx, cpu);
        REQUIRE(honest.ok());
        if (!spoil) return {t, *std::move(honest)};
        std::vector<Hash> leaves(honest->leaves().begin(), honest->leaves().end());
        spoil(leaves);
        return {t, proofs::WorkResult(t.params, t.ctx, std::move(leaves))};
    }
    /// Class "tiny": so many samples wrong, at the ends of lanes, where nothing follows from them.
    [[nodiscard]] static Work spoiled(const TaskView& t, std::size_t wrong) {
        return work(t, [&](std::vector<Hash>& leaves) {
            const auto per_lane = proofs::segments_per_lane(std::get<proofs::LanesParams>(t.params));
            for (std::size_t i = 0; i < wrong; ++i) leaves[(i + 1) * per_lane - 1].bytes[7] ^= 1;
        });
    }
    [[nodiscard]] static Message commit_message(const Work& w) {
        return CommitWork{w.task.task, w.task.slot, w.result.root()};
    }
    /// The right opening; the challenge has been drawn.
    [[nodiscard]] OpenWork opening(const Key& k, const Work& w) const {
        const Hash id = w.id(k.address());
        const Commit c = commit(id);
        const WorkRound r = round(c.epoch.value);
        REQUIRE(r.challenge.value != 0);
        auto o = w.result.open(proofs::challenge_seed(r.challenge_beacon, c.root, c.ctx), c.samples);
        REQUIRE(o.ok());
        return OpenWork{id, *o};
    }
    /// Commits in the running epoch, with so many wrong samples.
    Work commit_work(const Key& k, std::size_t wrong = 0, std::uint32_t slot = 0) {
        to_start();
        Work w = spoiled(task(k, slot), wrong);
        ok(k, commit_message(w));
        return w;
    }
    /// A whole task in the running epoch: commit and opening.
    Work do_task(const Key& k, std::size_t wrong = 0, std::uint32_t slot = 0) {
        Work w = commit_work(k, wrong, slot);
        to_challenge();
        ok(k, opening(k, w));
        return w;
    }

    // ---------------------------------------------------------------- events since the last look
    std::vector<Event> events;
    std::size_t count(const std::string& kind) {
        std::size_t n = 0;
        for (const Event& e : events) n += e.kind == kind;
        events.clear();
        return n;
    }

    /// The same blocks in another App: the same hashes, or a failed test.
    void replay(AppOptions how) const {
        const TempDir other;
        auto second = open(other.path(), std::move(how));
        REQUIRE(second->init_chain(genesis).ok());
        for (std::size_t i = 0; i < history.size(); ++i) {
            auto results = second->finalize_block(history[i]);
            REQUIRE(results.ok());
            INFO("height " << i + 1);
            REQUIRE(results->app_hash == hashes[i]);
            REQUIRE(second->commit().ok());
        }
    }

    [[nodiscard]] Genesis make_genesis(const Tweak& tweak) const {
        Genesis g;
        g.chain_id = kChainId;
        g.time = TimeMs{kGenesisTime};
        g.params = test_params();
        g.params.validators.max = operators.size();
        for (const Key* k : {&buyer, &anna, &bob, &carl}) g.accounts.push_back({k->address(), tokens(100'000)});
        for (std::size_t i = 0; i < operators.size(); ++i) {
            g.accounts.push_back({operators[i].address(), tokens(100'000)});
            Hash consensus;
            consensus.bytes.fill(static_cast<std::uint8_t>(i + 1));
            g.validators.push_back(
                {operators[i].address(), "v" + std::to_string(i), tokens(10'000), consensus, beacons[i].tip()});
        }
        if (tweak) tweak(g);
        const auto by_address = [](const auto& a, const auto& b) { return a.address < b.address; };
        std::sort(g.accounts.begin(), g.accounts.end(), by_address);
        std::sort(g.validators.begin(), g.validators.end(),
                  [](const auto& a, const auto& b) { return a.operator_address < b.operator_address; });
        return g;
    }

   private:
    static constexpr std::size_t kBeaconLength = 20'000;
    AppOptions options_;
    TempDir dir_;
    mutable bool reading_ = false;
};

}  // namespace assay::chain::test
