// OpenWork: the free lane, malformed openings, and that nothing but the right bytes ever passes.
#include "tests/chain/chain_fixture.hpp"

namespace assay::chain::test {
namespace {

// A chain whose one provider has committed honest work of class "cpu" and whose challenge is drawn.
struct Challenged {
    Chain c;
    std::optional<Work> work;
    OpenWork good;
    explicit Challenged(const std::string& device_class = "cpu") {
        c.join(c.anna, device_class);
        c.join(c.bob, device_class);
        c.next_epoch();
        c.to_start();
        work = Chain::work(c.task(c.anna));
        c.ok(c.anna, Chain::commit_message(*work));
        c.to_challenge();
        good = c.opening(c.anna, *work);
    }
    [[nodiscard]] Hash id() const { return good.commit; }
    [[nodiscard]] std::string simulated(const OpenWork& m) const {
        const auto r = c.app->simulate(c.tx(c.anna, m));
        return r ? r->code : std::string(r.error().word());
    }
};

}  // namespace

TEST_CASE("an honest opening passes, once, and pays nothing") {
    Challenged t;
    Chain& c = t.c;
    const Amount before = c.liquid(c.anna);
    const auto r = c.run(c.anna, t.good);
    CHECK(r.code == "ok");
    CHECK(r.fee.is_zero());
    CHECK(c.liquid(c.anna) == before);
    CHECK(c.commit(t.id()).status == CommitStatus::passed);
    CHECK(c.provider(c.anna).open_commits == 0);
    CHECK(c.provider(c.anna).exposure.is_zero());
    CHECK(c.checked(c.tx(c.anna, t.good)) == "already_decided");
    c.next_epoch();
    CHECK(c.checked(c.tx(c.anna, t.good)) == "already_decided");
    CHECK(c.provider(c.anna).passed == 1);
}

TEST_CASE("A5: the free lane is open to the provider of a challenged commit alone") {
    Chain c;
    c.join(c.anna);
    c.join(c.bob);
    c.next_epoch();
    const Work w = c.commit_work(c.anna);
    const Hash id = w.id(c.anna.address());
    CHECK(c.checked(c.tx(c.anna, OpenWork{id, {}})) == "not_challenged");
    c.to_challenge();
    const OpenWork good = c.opening(c.anna, w);
    CHECK(c.checked(c.tx(c.bob, good)) == "not_owner");  // a third party
    CHECK(c.checked(c.tx(c.buyer, good)) == "not_owner");
    CHECK(c.checked(c.tx(c.anna, OpenWork{Hash{}, good.opening})) == "unknown_commit");
    CHECK(c.checked(c.tx(c.anna, {good}, {.fee = Amount{1}})) == "fee_too_low");
    CHECK(c.checked(c.tx(c.anna, {good}, {.gas = 100})) == "gas_too_low");
    CHECK(c.checked(c.tx(c.anna, good)) == "ok");
    // Decided by an engine all the same, a stranger's opening has no effect: the commit waits.
    Block b = *c.app->make_block(c.next_proposal(), {});
    b.txs = {c.tx(c.bob, good)};
    b.header.tx_root = transactions_root(b.txs);
    CHECK_FALSE(c.app->process_proposal(b).ok());
    CHECK(c.decide(b).receipts.at(0).code == "not_includable");
    CHECK(c.commit(id).status == CommitStatus::open);
    c.ok(c.anna, good);
}

TEST_CASE("A5: each way of a malformed opening has its own code") {
    Challenged t;
    const auto altered = [&](const std::function<void(proofs::Opening&)>& f) {
        OpenWork m = t.good;
        f(m.opening);
        return t.simulated(m);
    };
    REQUIRE(t.good.opening.siblings.size() >= 4);
    CHECK(altered([](auto& o) { o.leaves.pop_back(); }) == "opening_leaf_count");
    CHECK(altered([](auto& o) { o.leaves.push_back(o.leaves.back()); }) == "opening_leaf_count");
    CHECK(altered([](auto& o) { o.leaves.clear(); }) == "opening_leaf_count");
    CHECK(altered([](auto& o) { o.siblings.pop_back(); }) == "opening_sibling_count");
    CHECK(altered([](auto& o) { o.siblings.push_back(o.siblings.back()); }) == "opening_sibling_count");
    CHECK(altered([](auto& o) { std::swap(o.siblings[0], o.siblings[1]); }) == "opening_root_mismatch");
    CHECK(altered([](auto& o) { std::swap(o.siblings[1], o.siblings.back()); }) == "opening_root_mismatch");
    CHECK(altered([](auto& o) { std::swap(o.leaves[0], o.leaves[1]); }) == "opening_root_mismatch");
    CHECK(altered([](auto& o) { o.leaves[1] = o.leaves[0]; }) == "opening_root_mismatch");  // an index twice
    CHECK(t.simulated(t.good) == "ok");
    // The right form for other indices: the chain draws its own.
    auto elsewhere = t.work->result.open(Hash{}, 8);
    REQUIRE(elsewhere.ok());
    const std::string word = t.simulated(OpenWork{t.id(), *elsewhere});
    CHECK((word == "opening_leaf_count" || word == "opening_sibling_count" || word == "opening_root_mismatch"));
}

TEST_CASE("work of another context does not open a commit, and does not pass as one") {
    Challenged t;
    Chain& c = t.c;
    // Bob's work, honestly done for Bob's ctx, committed by Anna in the next epoch: in the tree, and wrong.
    c.ok(c.anna, t.good);
    c.next_epoch();
    c.to_start();
    const Work bobs = Chain::work(c.task(c.bob));
    Work mine{c.task(c.anna), bobs.result};
    c.ok(c.anna, Chain::commit_message(mine));
    c.to_challenge();
    const auto r = c.run(c.anna, c.opening(c.anna, mine));
    CHECK(r.code == "ok");  // a successful transaction with a verdict
    const Commit k = c.commit(mine.id(c.anna.address()));
    CHECK(k.status == CommitStatus::failed);
    CHECK(k.bad.size() == 8);
    CHECK(c.provider(c.anna).jailed);
}

TEST_CASE("A3: lanes stored once and replayed under another ctx fail at every sample but none passes") {
    // Only a segment whose start is in the tree could agree, and the tags are of another ctx.
    Challenged t;
    Chain& c = t.c;
    c.ok(c.anna, t.good);
    c.next_epoch();
    c.to_start();
    Work old{c.task(c.anna), t.work->result};
    c.ok(c.anna, Chain::commit_message(old));
    c.to_challenge();
    c.ok(c.anna, c.opening(c.anna, old));
    CHECK(c.commit(old.id(c.anna.address())).bad.size() == 8);
}

TEST_CASE("an opening altered in any single bit is refused or judged as failed, never passed") {
    Challenged t;
    Chain& c = t.c;
    Random random;
    INFO("seed " << seed());
    const Bytes good = borsh::encode(t.good);
    REQUIRE(t.simulated(t.good) == "ok");
    const int tries = ASSAY_LONG_TESTS ? 20'000 : 1'500;
    int decoded = 0;
    for (int i = 0; i < tries; ++i) {
        Bytes bytes = good;
        const std::uint64_t bit = random.below(8 * bytes.size());
        bytes[bit / 8] ^= static_cast<std::uint8_t>(1u << (bit % 8));
        INFO("bit " << bit);
        const auto m = borsh::decode<OpenWork>(bytes);
        if (!m) {
            CHECK(m.error().code != Code::ok);
            continue;
        }
        ++decoded;
        const std::string word = t.simulated(*m);
        CHECK(word != "ok");
        CHECK((word == "unknown_commit" || word == "opening_leaf_count" || word == "opening_sibling_count" ||
               word == "opening_root_mismatch"));
    }
    CHECK(decoded > tries / 2);
    // The bytes of the whole transaction: decoding or the signature refuses every one of them.
    const Bytes raw = c.tx(c.anna, t.good);
    for (int i = 0; i < 200; ++i) {
        Bytes altered = raw;
        const std::uint64_t bit = random.below(8 * raw.size());
        altered[bit / 8] ^= static_cast<std::uint8_t>(1u << (bit % 8));
        CHECK(c.checked(altered) != "ok");
    }
    CHECK(c.commit(t.id()).status == CommitStatus::open);
    c.ok(c.anna, t.good);
}

TEST_CASE("work altered in any single bit before the commit fails wherever it is sampled") {
    Chain c;
    c.join(c.anna);
    Random random;
    INFO("seed " << seed());
    for (int i = 0; i < 3; ++i) {
        c.next_epoch();
        c.to_start();
        const std::uint64_t bit = random.below(8 * 32 * 8);
        const Work w = Chain::work(c.task(c.anna), [&](std::vector<Hash>& leaves) {
            leaves[bit / 256].bytes[bit % 256 / 8] ^= static_cast<std::uint8_t>(1u << (bit % 8));
        });
        c.ok(c.anna, Chain::commit_message(w));
        c.to_challenge();
        c.ok(c.anna, c.opening(c.anna, w));
        INFO("bit " << bit);
        CHECK(c.commit(w.id(c.anna.address())).status == CommitStatus::failed);
        c.next_epoch();
        if (c.provider(c.anna).jailed) {
            while (c.now < c.provider(c.anna).jailed_until.value) c.block();
            c.ok(c.anna, Unjail{});
        }
    }
}

TEST_CASE("a malformed opening may be sent again a bounded number of times") {
    Challenged t;
    Chain& c = t.c;
    OpenWork bad = t.good;
    std::swap(bad.opening.siblings[0], bad.opening.siblings[1]);
    CHECK(c.code(c.anna, bad) == "opening_root_mismatch");
    CHECK(c.commit(t.id()).attempts == 1);
    CHECK(c.code(c.anna, bad) == "opening_root_mismatch");
    CHECK(c.nonce(c.anna) == 6);  // the nonce moves all the same
    SECTION("the right one in between passes") {
        c.ok(c.anna, t.good);
        CHECK(c.commit(t.id()).status == CommitStatus::passed);
        CHECK(c.commit(t.id()).attempts == 2);
    }
    SECTION("after the last one the lane is shut, and the commit ends absent") {
        CHECK(c.code(c.anna, bad) == "opening_root_mismatch");
        CHECK(c.checked(c.tx(c.anna, t.good)) == "too_many_attempts");
        CHECK(c.block({c.tx(c.anna, t.good)}).receipts.empty());
        while (c.round(1).closed.value == 0) c.block();
        CHECK(c.commit(t.id()).status == CommitStatus::absent);
    }
    SECTION("the last malformed one shuts the lane for the same block already") {
        const auto results = c.block({c.tx_at(c.anna, 6, {bad}), c.tx_at(c.anna, 7, {t.good})});
        REQUIRE(results.receipts.size() == 1);
        CHECK(results.receipts[0].code == "opening_root_mismatch");
    }
    SECTION("the right one twice in a block is judged once") {
        const auto results = c.block({c.tx_at(c.anna, 6, {t.good}), c.tx_at(c.anna, 7, {t.good})});
        REQUIRE(results.receipts.size() == 1);
        CHECK(results.receipts[0].code == "ok");
        CHECK(c.provider(c.anna).passed == 1);
    }
    c.replay(options(3));
}

TEST_CASE("a jailed provider may open") {
    Chain c;
    c.ok(c.anna, RegisterProvider{""});
    c.ok(c.anna, AddDevice{0, "tiny"});
    c.ok(c.anna, AddDevice{1, "tiny"});
    c.ok(c.anna, Stake{c.anna.address(), tokens(1000)});
    c.next_epoch();
    c.to_start();
    const Work fake = Chain::spoiled(c.task(c.anna, 0), 4), honest = Chain::work(c.task(c.anna, 1));
    c.ok(c.anna, Chain::commit_message(fake));
    c.ok(c.anna, Chain::commit_message(honest));
    c.to_challenge();
    c.ok(c.anna, c.opening(c.anna, fake));
    REQUIRE(c.provider(c.anna).jailed);
    c.ok(c.anna, c.opening(c.anna, honest));
    CHECK(c.commit(honest.id(c.anna.address())).status == CommitStatus::passed);
    c.next_epoch();
    CHECK(c.provider_epoch(c.anna, 1).availability > Amount{});
    // But it may not commit again before it is free.
    c.to_start();
    CHECK(c.code(c.anna, Chain::commit_message(Chain::work(c.task(c.anna, 1)))) == "jailed");
}

}  // namespace assay::chain::test
