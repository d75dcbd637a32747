// Products of matrices beside everything else: burns and prices, parameters, gas, the state file, the invariants.
#include "chain/invariants.hpp"
#include "tests/chain/gemm_case.hpp"
#include "tests/chain/through_a_file.hpp"
#include "tokenomics/stake.hpp"

namespace assay::chain::test {

TEST_CASE("F2: who orders from itself and delivers nothing of worth gets back less than it burned") {
    Product p;
    Chain& c = p.c;
    c.ok(c.anna, BurnForCredits{tokens(100), Credits{}});
    while (c.account(c.anna).credits.is_zero()) c.price_rounds(1);
    OpenOrder o = p.open();
    o.max_price = o.deposit = c.account(c.anna).credits;
    const Hash id = Product::id_in(c.run(c.anna, o));
    c.ok(c.anna, PlaceBid{id, 0, o.max_price});
    c.ok(c.anna, AcceptBid{id, c.anna.address(), 0, o.max_price});
    c.ok(c.anna, Deliver{id, Hash{}});
    c.ok(c.anna, CloseLease{id});
    c.price_rounds(3);
    c.next_epoch();
    c.next_epoch();
    Amount back;
    for (std::uint64_t e = 0; e <= c.clock().epoch.value; ++e) {
        const ProviderEpoch mine = c.provider_epoch(c.anna, e);
        back.units += mine.settled.units + mine.work_bonus.units;
    }
    CHECK(back > Amount{});
    CHECK(back.units <= tokens(100).units * 975 / 1000);
}

TEST_CASE("a stale price delays what an accepted product pays, over an epoch's end, and loses nothing") {
    Product p;
    Chain& c = p.c;
    p.lease(100);
    REQUIRE(p.deliver(p.x.c) == "ok");
    while (c.order(p.order).status == OrderStatus::leased) c.block();  // no reports
    while (!c.clock().price.stale) c.block();
    c.next_epoch();
    CHECK(c.ledger().credits_queued.units == kPrice);
    CHECK(c.count("lease.settled") == 0);
    c.price_rounds(3);
    CHECK(c.ledger().credits_queued.is_zero());
    CHECK(c.ledger().credits_consumed.units == kPrice);
}

TEST_CASE("the largest dispute fits into what parameters must leave for it, and its units are those of the table") {
    Dispute d;
    d.a.data = d.b.data = Bytes(proofs::kTileSide * proofs::kSliceWidth);
    const auto leaves = [](std::uint64_t n) {
        std::size_t depth = 0;
        while ((std::uint64_t{1} << depth) < n) ++depth;
        return depth;
    };
    const std::uint64_t panels = proofs::slice_count(proofs::kMaxGemmDepth) * proofs::kMaxGemmRows / 32;
    const std::uint64_t tiles = (proofs::kMaxGemmRows / 32) * (proofs::kMaxGemmRows / 32);
    d.a.path = d.b.path = std::vector<Hash>(leaves(panels));
    d.c = proofs::Panel{Bytes(proofs::kTileBytes), std::vector<Hash>(leaves(tiles))};
    TxBody body;
    body.chain_id = std::string(64, 'x');
    body.memo = std::string(256, 'x');
    body.messages = {d};
    Auth auth;
    auth.keys.resize(16);
    auth.signatures.assign(16, Signature{});
    CHECK(borsh::encode(Tx{body, auth}).size() <= tokenomics::kDisputeBytes);
    const std::uint64_t hashes = 2 * (32 * 1024 / 64 + 1) + 66 + 2 * (2 * d.a.path.size() + d.c->path.size());
    CHECK(proofs::slice_units(1024) >= 1024 * 32 * 32 / 256 + hashes);
}

TEST_CASE("no vote leaves too little room for a dispute while there is an order that may need one") {
    tokenomics::Params rules = test_params();
    rules.market.dispute_blocks = 10;
    CHECK(tokenomics::validate(rules).ok());
    rules.block.max_tx_bytes = tokenomics::kDisputeBytes - 1;
    const Status refused = tokenomics::validate(rules);
    REQUIRE_FALSE(refused.ok());
    CHECK(refused.error().code == Code::bad_genesis);
    CHECK(refused.error().message.find("market.dispute_blocks") != std::string::npos);
    rules.market.dispute_blocks = 0;
    CHECK(tokenomics::validate(rules).ok());

    Product p;
    p.lease();
    p.c.read([&](const StateView& s) {
        BlockState block(s);
        Exec x(block);
        CHECK(check_params_fit(x, block.rules()).ok());
        CHECK(check_params_fit(x, rules).error().code == Code::bad_proposal);
        block.clock().gemm_orders = 0;
        CHECK(check_params_fit(x, rules).ok());
        return 0;
    });
}

TEST_CASE("the same blocks with orders, deliveries and disputes lead to the same state, also through a state file") {
    Product p(1'500);
    Chain& c = p.c;
    c.join(c.bob);
    p.lease(200);
    const Hash other = p.lease(c.buyer, c.bob, 200);
    REQUIRE(p.deliver(p.x.wrong_in(0, 1)) == "ok");
    c.ok(c.bob, Deliver{other, p.x.root(p.x.c)});
    REQUIRE(p.send(c.buyer, p.x.dispute(p.order, p.x.wrong_in(0, 1), 0, 1, 0)) == "ok");
    REQUIRE(p.send(c.buyer, p.x.dispute(other, p.x.c, 0, 1, 0)) == "ok");
    const Bytes file = exported(*c.app);
    const TempDir dir;
    auto app = Chain::open(dir.path(), {});
    const auto header = read_in(*app, file);
    if (!header) FAIL(header.error().message);
    CHECK(app->info().app_hash == c.app->info().app_hash);
    REQUIRE(p.send(c.buyer, p.x.dispute(p.order, p.x.wrong_in(0, 1), 0, 1, 1)) == "ok");
    REQUIRE(p.send(c.buyer, p.x.dispute(other, p.x.c, 0, 1, 1)) == "ok");
    CHECK(p.gemm().wrong.has_value());
    CHECK(c.order(other).status == OrderStatus::leased);
    c.blocks(2 * kWindow);
    CHECK(c.order(other).units_done == 1);
    c.replay(options(1));
    c.replay(options(8));
}

TEST_CASE("gas of deliveries and disputes is that of the document") {
    Product p(1'500);
    Chain& c = p.c;
    p.lease();
    const auto product = p.x.wrong_in(0, 1);
    const auto rest = [&](const Receipt& r, const Bytes& raw) {
        REQUIRE(r.code == "ok");
        return r.gas_used - 2000 - 3000 - 10 * raw.size();
    };
    Chain::Terms t;
    t.gas = 900'000;
    const auto gas = [&](const Key& from, Message m) {
        const Bytes raw = c.tx(from, {std::move(m)}, t);
        return rest(c.run(raw), raw);
    };
    const Hash other = p.lease(c.buyer, c.anna);
    c.ok(c.anna, Deliver{other, p.x.root(product)});
    CHECK(gas(c.buyer, CloseLease{other}) == 4 * kGasRead + 6 * kGasWrite);
    CHECK(gas(c.anna, Deliver{p.order, p.x.root(product)}) == 4 * kGasRead + 4 * kGasWrite);
    CHECK(gas(c.buyer, p.x.dispute(p.order, product, 0, 0, 0)) == kGasRead + 2 * kGasWrite + 5 * 1024 + 256);
    CHECK(gas(c.buyer, p.x.dispute(p.order, product, 0, 0, 1)) == 2 * kGasRead + 3 * kGasWrite + 5 * 476 + 256);
    CHECK(gas(c.buyer, p.x.dispute(p.order, product, 0, 1, 0)) == kGasRead + 2 * kGasWrite + 5 * 1024 + 256);
    CHECK(gas(c.buyer, p.x.dispute(p.order, product, 0, 1, 1)) == 7 * kGasRead + 8 * kGasWrite + 5 * 476 + 256);
}

TEST_CASE("what was ordered and delivered cannot change, and the scan sees deliveries that nobody counts") {
    Product p(1'500);
    Chain& c = p.c;
    p.lease(200);
    const auto product = p.x.wrong_in(0, 1);
    REQUIRE(p.deliver(product) == "ok");
    REQUIRE(p.send(c.buyer, p.x.dispute(p.order, product, 0, 1, 0)) == "ok");
    const auto after = [&](const std::function<void(Order&)>& change) {
        return c.read([&](const StateView& s) {
            BlockState block(s);
            block.begin_tx();
            Order o = *block.order(p.order);
            change(o);
            block.put_record(tables::order(p.order), o);
            return check_tx_invariants(block).ok();
        });
    };
    CHECK(after([](Order&) {}));
    CHECK(after([](Order& o) { o.gemm->delivery->until = o.gemm->delivery->until + 5; }));
    CHECK_FALSE(after([](Order& o) { o.gemm->delivery->until = Height{1}; }));
    CHECK_FALSE(after([](Order& o) { o.gemm->delivery->c_root.bytes[0] ^= 1; }));
    CHECK_FALSE(after([](Order& o) { o.gemm->delivery->exposure = {}; }));
    CHECK_FALSE(after([](Order& o) { o.gemm->delivery->rate = {}; }));
    CHECK_FALSE(after([](Order& o) { o.gemm->delivery.reset(); }));
    CHECK_FALSE(after([](Order& o) { o.gemm->job.a_root.bytes[0] ^= 1; }));
    CHECK_FALSE(after([](Order& o) { o.gemm->job.k = 1; }));
    CHECK_FALSE(after([](Order& o) { o.gemm->dispute_blocks = 1; }));
    CHECK_FALSE(after([](Order& o) { o.gemm.reset(); }));

    const auto broken = [&](const std::function<void(BlockState&)>& plant) {
        return c.read([&](const StateView& s) {
            BlockState block(s);
            plant(block);
            std::size_t out = 0;
            for (const auto& row : check_all_invariants(block)) out += !row.holds;
            return out;
        });
    };
    const TimeMs time = p.gemm().delivery->time;
    const Address anna = c.anna.address();
    CHECK(broken([](BlockState&) {}) == 0);
    CHECK(broken([](BlockState& s) { ++s.clock().gemm_orders; }) == 1);
    CHECK(broken([&](BlockState& s) { s.erase(tables::delivery(anna, time, p.order)); }) == 2);
    CHECK(broken([&](BlockState& s) { s.put(tables::delivery(anna, TimeMs{5}, Hash{}), {}); }) == 1);
    CHECK(broken([&](BlockState& s) { s.put_record(tables::dispute(Hash{}), OpenDispute{}); }) == 1);
    CHECK(broken([&](BlockState& s) {
              Provider a = *s.provider(anna);
              a.exposure = {};
              s.put_record(tables::provider(anna), a);
          }) == 1);
    CHECK(broken([&](BlockState& s) {
              Provider a = *s.provider(anna);
              a.open_deliveries = 0;
              s.put_record(tables::provider(anna), a);
          }) == 1);
}

}  // namespace assay::chain::test
