// What waits for a block, in which order, and what is turned away.
#include "tests/node/node_fixture.hpp"

using namespace assay;
using namespace assay::node;
using namespace assay::node::test;

namespace {

// A chain at height 0 that nobody drives.
struct Chain {
    TestKey a{1}, b{2}, c{3};
    TestHome home{{a.address(), b.address(), c.address()}};
    std::unique_ptr<chain::App> app;
    std::string id;

    Chain() {
        const auto genesis = chain::parse_genesis(*read_file(home.home.genesis()), "genesis");
        REQUIRE(genesis.ok());
        chain::AppOptions o;
        o.dir = (home.folder.path() / "store").string();
        o.sync = false;
        auto opened = chain::App::open(o);
        REQUIRE(opened.ok());
        app = *std::move(opened);
        REQUIRE(app->init_chain(*genesis).ok());
        id = genesis->chain_id;
    }
    [[nodiscard]] Bytes tx(const TestKey& k, std::uint64_t nonce, std::uint64_t fee, std::uint64_t until = 1000,
                           std::uint64_t amount = 1) const {
        return k.sign(id, nonce, {pay(c.address(), amount)}, {.fee = Amount{fee}, .valid_until = until});
    }
};

}  // namespace

TEST_CASE("candidates come by fee, but a sender's own by nonce") {
    Chain x;
    Mempool pool(*x.app, {});
    const Bytes a0 = x.tx(x.a, 0, 1'000'000), a1 = x.tx(x.a, 1, 9'000'000), b0 = x.tx(x.b, 0, 5'000'000),
                b2 = x.tx(x.b, 2, 9'000'000);
    for (const Bytes& raw : {a1, b2, a0, b0}) REQUIRE(pool.add(raw).ok());
    CHECK(pool.candidates(1 << 20) == std::vector<chain::RawTx>{b0, a0, a1});  // b2 waits for b1
    CHECK(pool.next_nonce(x.a.address(), 0) == 2);
    CHECK(pool.next_nonce(x.b.address(), 0) == 1);
    CHECK(pool.counts().txs == 4);
}

TEST_CASE("the same bytes again are no error, another transaction at the nonce must pay a tenth more") {
    Chain x;
    Mempool pool(*x.app, {});
    const Bytes first = x.tx(x.a, 0, 1'000'000);
    REQUIRE(pool.add(first).ok());
    const auto again = pool.add(first);
    REQUIRE(again.ok());
    CHECK(again->already);
    CHECK(pool.add(x.tx(x.a, 0, 1'099'999, 1000, 2)).error().code == Code::nonce_taken);
    const auto better = pool.add(x.tx(x.a, 0, 1'100'000, 1000, 2));
    REQUIRE(better.ok());
    CHECK_FALSE(better->already);
    CHECK(pool.counts().txs == 1);
    CHECK(pool.dropped(again->txid)->code == Code::nonce_taken);
}

TEST_CASE("a full pool takes who pays more and pushes out the cheapest tail") {
    Chain x;
    Mempool pool(*x.app, {.max_txs = 2, .max_bytes = 1 << 20});
    REQUIRE(pool.add(x.tx(x.a, 0, 2'000'000)).ok());
    const auto cheap = pool.add(x.tx(x.a, 1, 1'000'000));
    REQUIRE(cheap.ok());
    CHECK(pool.add(x.tx(x.b, 0, 1'000'000)).error().code == Code::mempool_full);
    REQUIRE(pool.add(x.tx(x.b, 0, 3'000'000)).ok());
    CHECK(pool.counts().txs == 2);
    CHECK(pool.dropped(cheap->txid)->code == Code::mempool_full);
    CHECK_FALSE(pool.find(cheap->txid).has_value());
}

TEST_CASE("what expired leaves, and its sender can learn it") {
    Chain x;
    Mempool pool(*x.app, {});
    const auto soon = pool.add(x.tx(x.a, 0, 1'000'000, 5));
    const auto late = pool.add(x.tx(x.b, 0, 1'000'000, 500));
    REQUIRE(soon.ok());
    REQUIRE(late.ok());
    CHECK(pool.committed(Height{4}, {}).empty());
    const auto gone = pool.committed(Height{5}, {});
    REQUIRE(gone.size() == 1);
    CHECK(gone[0].txid == soon->txid);
    CHECK(gone[0].code == Code::expired);
    CHECK(pool.dropped(soon->txid).has_value());
    CHECK(pool.committed(Height{6}, {late->txid}).empty());
    CHECK(pool.counts().txs == 0);
    CHECK(pool.counts().bytes == 0);
}

TEST_CASE("what cannot be a transaction does not wait") {
    Chain x;
    Mempool pool(*x.app, {});
    CHECK_FALSE(pool.add({}).ok());
    CHECK_FALSE(pool.add(Bytes(100, 0xff)).ok());
    Bytes forged = x.tx(x.a, 0, 1'000'000);
    forged.back() ^= 1;
    CHECK(pool.add(forged).error().code == Code::bad_signature);
    CHECK(pool.add(x.tx(x.a, 1001, 1'000'000)).error().code == Code::nonce_gap);
    CHECK(pool.add(x.tx(x.a, 0, 1'000'000, 0)).error().code == Code::expired);
    CHECK(pool.counts().txs == 0);
}
