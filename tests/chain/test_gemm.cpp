// A buyer's product: ordered by roots, delivered by a root, accepted after a while or shown to be wrong.
#include "chain/invariants.hpp"
#include "tests/chain/gemm_case.hpp"
#include "tokenomics/stake.hpp"

namespace assay::chain::test {
namespace {

constexpr std::uint64_t kWindow = 16;  // market.dispute_blocks
constexpr std::uint64_t kPrice = 2'000'000;

struct Product {
    Random random{seed()};
    Matrices x;
    Chain c;
    Hash order;

    explicit Product(std::uint64_t depth = 40, const Chain::Tweak& tweak = {})
        : x(random, 64, 96, depth), c([&](Genesis& g) {
              g.params.market.dispute_blocks = kWindow;
              if (tweak) tweak(g);
          }) {
        c.join(c.anna);
        c.buy_credits(c.buyer, tokens(1000));
    }
    [[nodiscard]] OpenOrder open(std::uint64_t lasts = 60) const {
        return {"tiny", 1, Credits{kPrice}, Credits{kPrice}, c.height().value + 1 + lasts, true, x.job()};
    }
    static Hash id_in(const Receipt& r) {
        for (const Event& e : r.events)
            if (e.kind == "order.opened") return std::get<AttrHash>(e.attrs.at(0).value).value;
        FAIL("no event of the order");
        return {};
    }
    /// Leased to anna; or the order of another buyer.
    void lease(std::uint64_t lasts = 60) { order = lease(c.buyer, c.anna, lasts); }
    Hash lease(const Key& buyer, const Key& provider, std::uint64_t lasts = 60) {
        const Receipt r = c.run(buyer, open(lasts));
        INFO(r.message);
        REQUIRE(r.code == "ok");
        const Hash id = id_in(r);
        c.ok(provider, PlaceBid{id, 0, Credits{kPrice}});
        c.ok(buyer, AcceptBid{id, provider.address(), 0, Credits{kPrice}});
        return id;
    }
    std::string deliver(const std::vector<std::uint32_t>& product) {
        return c.code(c.anna, Deliver{order, x.root(product)});
    }
    /// A 75 KiB message costs more gas than the fixture gives.
    std::string send(const Key& from, Message m) { return receipt(from, std::move(m)).code; }
    Receipt receipt(const Key& from, Message m) {
        Chain::Terms t;
        t.gas = 900'000;
        return c.run(c.tx(from, {std::move(m)}, t));
    }
    [[nodiscard]] GemmOrder gemm() const { return *c.order(order).gemm; }
    [[nodiscard]] Height until() const { return gemm().delivery->until; }
    void to(Height h) {
        while (c.height() < h) c.block(c.reports());
    }
};

}  // namespace

TEST_CASE("a right product is accepted after its time, and settled as any lease: the price, and no more") {
    Product p;
    Chain& c = p.c;
    const Account before = c.account(c.buyer);
    p.lease();
    CHECK(c.clock().gemm_orders == 1);
    c.next_epoch();
    c.to_start();
    CHECK(c.tasks(c.anna).size() == 1);  // no canonical task of the class is paid from a product's deposit
    CHECK(c.code(c.anna, CommitWork{lease_task(c.clock().epoch, p.order), 0, Hash{}}) == "unknown_task");
    CHECK(p.deliver(p.x.c) == "ok");
    const Height delivered = c.height();
    CHECK(p.until() == delivered + kWindow);
    CHECK(c.provider(c.anna).open_deliveries == 1);
    CHECK(c.provider(c.anna).exposure == p.gemm().delivery->exposure);
    CHECK(p.deliver(p.x.c) == "already_delivered");
    CHECK(c.code(c.anna, CloseLease{p.order}) == "already_delivered");
    while (c.height() < p.until()) {
        CHECK(c.order(p.order).status == OrderStatus::leased);
        CHECK(c.ledger().credits_escrowed.units == kPrice);
        c.block(c.reports());
    }
    CHECK(c.height() == delivered + kWindow);
    const Order o = c.order(p.order);
    CHECK((o.status == OrderStatus::closed && o.units_done == 1 && o.paid.units == kPrice));
    CHECK_FALSE(o.gemm->wrong.has_value());
    CHECK(c.provider(c.anna).open_deliveries == 0);
    CHECK(c.provider(c.anna).exposure.is_zero());
    CHECK(c.clock().gemm_orders == 0);
    CHECK(c.count("lease.accepted") == 1);
    c.price_rounds(3);
    CHECK(c.ledger().credits_consumed.units == kPrice);
    CHECK(c.provider(c.anna).earned.units >= 1'950'000);  // 97.5 % of 2 tokens burned, as at any lease
    CHECK(c.account(c.buyer).credits.units == before.credits.units - kPrice);
    // What a product costs says nothing of a unit of the class.
    CHECK(c.read([&](const StateView& s) { return s.market_prices(c.clock().epoch, 0).units; }) == 0);
    CHECK(p.send(c.buyer, p.x.dispute(p.order, p.x.c, 0, 0)) == "order_closed");
    CHECK(c.code(c.buyer, CloseLease{p.order}) == "order_closed");
}

TEST_CASE("one wrong element costs the provider the full rate and its freedom, and the buyer nothing") {
    Product p;
    Chain& c = p.c;
    const Account before = c.account(c.buyer);
    p.lease();
    const auto product = p.x.wrong_in(1, 2);
    REQUIRE(p.deliver(product) == "ok");
    REQUIRE(p.send(c.buyer, p.x.dispute(p.order, product, 1, 2)) == "ok");
    const Order o = c.order(p.order);
    CHECK((o.status == OrderStatus::closed && o.units_done == 0 && o.paid.is_zero()));
    CHECK(o.gemm->wrong == TilePlace{1, 2});
    CHECK(o.gemm->slashed == tokens(200));
    const Provider a = c.provider(c.anna);
    CHECK(a.stake == tokens(800));
    CHECK((a.jailed && a.jailed_until.value == c.now + 30'000));
    CHECK((a.open_deliveries == 0 && a.exposure.is_zero()));
    CHECK(c.provider_epoch(c.anna, c.clock().epoch.value).slashed == tokens(200));
    CHECK(c.account(c.buyer).credits == before.credits);
    CHECK(c.account(c.buyer).credit_tokens == before.credit_tokens);
    CHECK(c.ledger().credits_escrowed.is_zero());
    CHECK(p.send(c.buyer, p.x.dispute(p.order, product, 1, 2)) == "order_closed");  // and once
    CHECK(c.provider(c.anna).stake == tokens(800));
    c.blocks(2 * kWindow);
    CHECK(c.ledger().credits_queued.is_zero());
    CHECK(c.ledger().credits_consumed.is_zero());
}

TEST_CASE("a dispute over a tile that is right changes nothing but its sender's fee, and others may follow") {
    Product p;
    Chain& c = p.c;
    p.lease();
    const auto product = p.x.wrong_in(0, 0);
    REQUIRE(p.deliver(product) == "ok");
    const Height until = p.until();
    CHECK(p.send(c.buyer, p.x.dispute(p.order, product, 1, 1)) == "ok");
    CHECK(p.send(c.buyer, p.x.dispute(p.order, product, 1, 1)) == "ok");
    CHECK(c.order(p.order).status == OrderStatus::leased);
    CHECK(p.until() == until);
    CHECK(c.provider(c.anna).stake == tokens(1000));
    p.to(Height{until.value - 1});
    CHECK(p.send(c.buyer, p.x.dispute(p.order, product, 0, 0)) == "ok");  // in the last block
    CHECK(c.height() == until);
    CHECK(p.gemm().wrong == TilePlace{0, 0});
    CHECK(c.provider(c.anna).stake == tokens(800));
}

TEST_CASE("malformed disputes are refused, each with its word, and cost a fee") {
    Product p(40, [](Genesis& g) { g.params.market.dispute_blocks = 100; });
    Chain& c = p.c;
    CHECK(p.send(c.buyer, p.x.dispute(Hash{}, p.x.c, 0, 0)) == "unknown_order");
    const Hash plain = c.open_order(c.buyer, "tiny", 1, 1'000);
    CHECK(p.send(c.buyer, p.x.dispute(plain, p.x.c, 0, 0)) == "not_gemm");
    CHECK(c.code(c.anna, Deliver{plain, Hash{}}) == "not_gemm");
    p.lease();
    CHECK(p.send(c.buyer, p.x.dispute(p.order, p.x.c, 0, 0)) == "not_delivered");
    const auto product = p.x.wrong_in(1, 2);
    REQUIRE(p.deliver(product) == "ok");
    const Dispute good = p.x.dispute(p.order, product, 1, 2);
    CHECK(p.send(c.bob, good) == "not_owner");
    CHECK(p.send(c.anna, good) == "not_owner");
    const auto word = [&](const std::function<void(Dispute&)>& spoil) {
        Dispute bad = good;
        spoil(bad);
        const Amount had = c.liquid(c.buyer);
        const std::string out = p.send(c.buyer, bad);
        CHECK(c.liquid(c.buyer).units == had.units - 900'000);
        CHECK(c.order(p.order).status == OrderStatus::leased);
        return out;
    };
    CHECK(word([](Dispute& d) { d.tile_row = 2; }) == "field_out_of_range");
    CHECK(word([](Dispute& d) { d.tile_col = 3; }) == "field_out_of_range");
    CHECK(word([](Dispute& d) { d.slice = 1; }) == "field_out_of_range");
    CHECK(word([](Dispute& d) { d.tile_row = 0; }) == "opening_root_mismatch");
    CHECK(word([](Dispute& d) { d.a.data.pop_back(); }) == "opening_leaf_count");
    CHECK(word([](Dispute& d) { d.b.data.push_back(0); }) == "opening_leaf_count");
    CHECK(word([](Dispute& d) { d.c->data.clear(); }) == "opening_leaf_count");
    CHECK(word([](Dispute& d) { d.c.reset(); }) == "opening_leaf_count");
    CHECK(word([](Dispute& d) { d.a.path.pop_back(); }) == "opening_sibling_count");
    CHECK(word([](Dispute& d) { d.b.path.push_back(Hash{}); }) == "opening_sibling_count");
    CHECK(word([](Dispute& d) { d.a.data[5] ^= 1; }) == "opening_root_mismatch");
    CHECK(word([](Dispute& d) { d.b.data[5] ^= 1; }) == "opening_root_mismatch");
    CHECK(word([](Dispute& d) { d.c->data[5] ^= 1; }) == "opening_root_mismatch");
    CHECK(word([](Dispute& d) { std::swap(d.a, d.b); }) == "opening_root_mismatch");
    CHECK(c.checked(c.tx(c.buyer, {good, pay(c.anna.address(), tokens(1))})) == "must_be_alone");
    CHECK(c.provider(c.anna).stake == tokens(1000));
    CHECK(p.send(c.buyer, good) == "ok");
    CHECK(c.provider(c.anna).stake == tokens(800));
}

TEST_CASE("what an order of a product refuses") {
    Product p;
    Chain& c = p.c;
    const auto word = [&](const std::function<void(OpenOrder&)>& spoil) {
        OpenOrder o = p.open();
        spoil(o);
        return c.code(c.buyer, o);
    };
    CHECK(word([](OpenOrder& o) { o.units = 2, o.deposit = Credits{2 * kPrice}; }) == "field_out_of_range");
    CHECK(word([](OpenOrder& o) { o.gemm->m = 33; }) == "field_out_of_range");
    CHECK(word([](OpenOrder& o) { o.gemm->k = 0; }) == "field_out_of_range");
    CHECK(word([](OpenOrder& o) { o.gemm->n = 0; }) == "field_out_of_range");
    CHECK(word([](OpenOrder&) {}) == "ok");
    CHECK(c.clock().gemm_orders == 1);
    Product off(40, [](Genesis& g) { g.params.market.dispute_blocks = 0; });
    CHECK(off.c.code(off.c.buyer, off.open()) == "gemm_closed");
}

TEST_CASE("a product of several slices is disputed slice by slice, and only so") {
    Product p(2'500);
    Chain& c = p.c;
    p.lease();
    REQUIRE(p.x.slices() == 3);
    const auto product = p.x.wrong_in(1, 0);
    REQUIRE(p.deliver(product) == "ok");
    const Height until = p.until();
    const auto step = [&](std::uint32_t row, std::uint32_t col, std::uint32_t slice) {
        return p.send(c.buyer, p.x.dispute(p.order, product, row, col, slice));
    };
    CHECK(step(1, 0, 1) == "wrong_slice");
    CHECK(step(0, 1, 0) == "ok");
    CHECK(step(0, 1, 2) == "wrong_slice");
    CHECK(step(1, 0, 1) == "wrong_slice");  // another tile
    CHECK(step(0, 1, 1) == "ok");
    CHECK(step(0, 1, 1) == "wrong_slice");  // a replay
    CHECK(c.read([&](const StateView& s) { return s.dispute(p.order)->next_slice; }) == 2);
    CHECK(step(1, 0, 0) == "ok");  // two at once: the later one takes its place
    CHECK(step(0, 1, 2) == "wrong_slice");
    CHECK(step(1, 0, 1) == "ok");
    Dispute with_tile = p.x.dispute(p.order, product, 1, 0, 2);
    with_tile.c = p.x.dispute(p.order, product, 1, 0, 0).c;
    CHECK(p.send(c.buyer, with_tile) == "opening_leaf_count");
    CHECK(p.until() == until);  // nothing is lengthened while there is time
    CHECK(step(1, 0, 2) == "ok");
    CHECK(p.gemm().wrong == TilePlace{1, 0});
    CHECK_FALSE(c.read([&](const StateView& s) { return s.dispute(p.order); }).has_value());
    CHECK(c.provider(c.anna).stake == tokens(800));
}

TEST_CASE("a dispute that began in time is heard to its end, and no longer than it makes progress") {
    for (const int ends : {0, 1, 2}) {
        Product p(2'500);
        Chain& c = p.c;
        p.lease();
        const auto product = p.x.wrong_in(1, 0);
        REQUIRE(p.deliver(product) == "ok");
        const Height last = p.until();
        p.to(Height{last.value - 1});
        const std::uint32_t row = ends == 1 ? 0 : 1;
        const auto step = [&](std::uint32_t slice) {
            return p.send(c.buyer, p.x.dispute(p.order, product, row, 0, slice));
        };
        CHECK(step(0) == "ok");
        CHECK(c.height() == last);
        CHECK(p.until() == last + kWindow / 8);
        CHECK(c.order(p.order).status == OrderStatus::leased);
        CHECK(step(1) == "ok");
        CHECK(step(0) == "deadline_passed");  // nothing begins any more
        if (ends == 2) {                      // the buyer stops half way
            const Height end = p.until();
            CHECK(end.value <= last.value + 2 * kWindow / 8);
            p.to(end);
            CHECK((c.order(p.order).status == OrderStatus::closed && c.order(p.order).units_done == 1));
            CHECK(step(2) == "order_closed");
            CHECK_FALSE(c.read([&](const StateView& s) { return s.dispute(p.order); }).has_value());
            continue;
        }
        CHECK(step(2) == "ok");
        CHECK(c.order(p.order).status == OrderStatus::closed);  // either way it is over with the last slice
        CHECK(c.order(p.order).units_done == (ends == 1 ? 1 : 0));
        CHECK(c.provider(c.anna).stake == (ends == 1 ? tokens(1000) : tokens(800)));
    }
}

TEST_CASE(
    "a provider declines without loss; a buyer does not take back what is worked on; nothing delivered, nothing paid") {
    Product p;
    Chain& c = p.c;
    const Account before = c.account(c.buyer);
    p.lease();
    CHECK(c.code(c.buyer, CloseLease{p.order}) == "too_early");
    c.ok(c.anna, CloseLease{p.order});
    CHECK(c.order(p.order).status == OrderStatus::closed);
    CHECK(c.account(c.buyer).credits == before.credits);
    CHECK(p.deliver(p.x.c) == "order_closed");
    p.lease(30);
    p.to(c.order(p.order).expires);
    CHECK(c.order(p.order).status == OrderStatus::closed);
    CHECK(p.deliver(p.x.c) == "order_closed");
    CHECK(c.account(c.buyer).credits == before.credits);
    CHECK(c.account(c.buyer).credit_tokens == before.credit_tokens);
    CHECK(c.provider(c.anna).stake == tokens(1000));
    CHECK(c.clock().gemm_orders == 0);
    // An order that nobody took.
    const Hash open = Product::id_in(c.run(c.buyer, p.open()));
    c.ok(c.buyer, CancelOrder{open});
    CHECK(c.clock().gemm_orders == 0);
}

TEST_CASE("a delivery before the lease's end is accepted after it, and its buyer accepts it at once if it likes") {
    for (const bool by_hand : {false, true}) {
        Product p;
        Chain& c = p.c;
        p.lease(30);
        const Height expires = c.order(p.order).expires;
        p.to(Height{expires.value - 3});
        CHECK(c.code(c.bob, Deliver{p.order, p.x.root(p.x.c)}) == "not_owner");
        REQUIRE(p.deliver(p.x.c) == "ok");
        p.to(expires + 1);
        CHECK(c.order(p.order).status == OrderStatus::leased);
        if (by_hand) {
            c.ok(c.buyer, CloseLease{p.order});
            CHECK(c.order(p.order).units_done == 1);
        }
        p.to(expires + kWindow);
        CHECK((c.order(p.order).status == OrderStatus::closed && c.order(p.order).units_done == 1));
        CHECK(c.order(p.order).paid.units == kPrice);
    }
}

TEST_CASE("roots of nothing: their buyer can dispute nothing, and its provider is paid") {
    Product p;
    Chain& c = p.c;
    OpenOrder o = p.open();
    o.gemm->a_root = o.gemm->b_root = Hash{};
    p.order = Product::id_in(c.run(c.buyer, o));
    c.ok(c.anna, PlaceBid{p.order, 0, Credits{kPrice}});
    c.ok(c.buyer, AcceptBid{p.order, c.anna.address(), 0, Credits{kPrice}});
    REQUIRE(p.deliver(p.x.wrong_in(0, 0)) == "ok");
    CHECK(p.send(c.buyer, p.x.dispute(p.order, p.x.wrong_in(0, 0), 0, 0)) == "opening_root_mismatch");
    p.to(p.until());
    CHECK(c.order(p.order).units_done == 1);
}

TEST_CASE(
    "stake covers deliveries and commits together, more where the price is high, and stays until they are decided") {
    Product p(40, [](Genesis& g) {
        g.params.stake.unbonding_ms = 45'000;
        g.params.market.dispute_blocks = 100;
    });
    Chain& c = p.c;
    p.lease(300);
    // Two tokens were burned for the price: 3 x that is below a commit's 3 x 10.
    REQUIRE(p.deliver(p.x.wrong_in(0, 0)) == "ok");
    CHECK(p.gemm().delivery->exposure == tokens(30));
    // 340 tokens of a price ask for 1020 at stake beside the other delivery.
    OpenOrder dear = p.open(300);
    dear.max_price = dear.deposit = Credits{340'000'000};
    const Hash big = Product::id_in(c.run(c.buyer, dear));
    c.ok(c.anna, PlaceBid{big, 0, Credits{340'000'000}});
    c.ok(c.buyer, AcceptBid{big, c.anna.address(), 0, Credits{340'000'000}});
    CHECK(c.code(c.anna, Deliver{big, Hash{}}) == "stake_below_exposure");
    c.ok(c.anna, Stake{c.anna.address(), tokens(50)});
    c.ok(c.anna, Deliver{big, Hash{}});
    CHECK(c.provider(c.anna).exposure == tokens(1050));
    CHECK(c.provider(c.anna).open_deliveries == 2);

    // A9: unbonding matures after 45 s, the delivery is decided after 100: nothing comes free before.
    c.ok(c.anna, Unstake{c.anna.address(), tokens(1050)});
    c.blocks(60);
    c.ok(c.anna, pay(c.bob.address(), tokens(1)));
    CHECK(c.ledger().unbonding == tokens(1050));
    CHECK(p.send(c.buyer, p.x.dispute(p.order, p.x.wrong_in(0, 0), 0, 0)) == "ok");
    CHECK(c.ledger().unbonding == tokens(840));
    CHECK(p.gemm().slashed == tokens(210));
    // The other one was made before the entry matured too.
    c.ok(c.anna, pay(c.bob.address(), tokens(1)));
    CHECK(c.ledger().unbonding == tokens(840));
    while (c.order(big).status == OrderStatus::leased) c.block();
    c.ok(c.anna, pay(c.bob.address(), tokens(1)));
    CHECK(c.ledger().unbonding.is_zero());
}

TEST_CASE("stake that was free before a delivery is not held by it, nor that of delegators") {
    Product p(40, [](Genesis& g) {
        g.params.stake.unbonding_ms = 45'000;
        g.params.market.dispute_blocks = 100;
        g.params.stake.delegation = tokenomics::DelegationMode::open;
    });
    Chain& c = p.c;
    c.ok(c.carl, Stake{c.anna.address(), tokens(500)});
    c.ok(c.anna, Unstake{c.anna.address(), tokens(100)});
    c.ok(c.carl, Unstake{c.anna.address(), tokens(200)});
    p.lease(300);
    c.blocks(46);
    const auto product = p.x.wrong_in(0, 0);
    REQUIRE(p.deliver(product) == "ok");
    const Amount before = c.liquid(c.carl);
    c.ok(c.carl, Unstake{c.anna.address(), tokens(100)});  // pays what was free, and what leaves now is held
    CHECK(c.liquid(c.carl).units > before.units + tokens(199).units);
    c.blocks(46);
    c.ok(c.carl, ClaimRewards{c.anna.address()});
    CHECK(c.ledger().unbonding == tokens(100));
    REQUIRE(p.send(c.buyer, p.x.dispute(p.order, product, 0, 0)) == "ok");
    CHECK(c.ledger().unbonding == tokens(80));
    CHECK(c.provider(c.anna).stake == tokens(720));
    c.ok(c.carl, ClaimRewards{c.anna.address()});
    CHECK(c.ledger().unbonding.is_zero());
}

TEST_CASE("who is jailed, or has no access any more, delivers nothing, and what was agreed at a delivery stays") {
    Product p;
    Chain& c = p.c;
    p.lease(200);
    const Hash second = p.lease(c.buyer, c.anna, 200);
    const auto product = p.x.wrong_in(0, 0);
    REQUIRE(p.deliver(product) == "ok");
    c.ok(c.anna, Unstake{c.anna.address(), tokens(950)});
    CHECK(c.code(c.anna, Deliver{second, Hash{}}) == "stake_below_required");
    REQUIRE(p.send(c.buyer, p.x.dispute(p.order, product, 0, 0)) == "ok");
    CHECK(p.gemm().slashed == tokens(200));  // of stake and of what is on its way out
    CHECK(c.code(c.anna, Deliver{second, Hash{}}) == "jailed");
    c.ok(c.anna, CloseLease{second});
    CHECK(c.clock().gemm_orders == 0);
}

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
    Bytes file;
    REQUIRE(c.app
                ->export_state({},
                               [&](ByteView piece) {
                                   file.insert(file.end(), piece.begin(), piece.end());
                                   return Status{};
                               })
                .ok());
    const TempDir dir;
    auto app = Chain::open(dir.path(), {});
    bool given = false;
    const auto header = app->init_state([&]() -> Result<ByteView> {
        const ByteView piece = given ? ByteView() : ByteView(file);
        given = true;
        return piece;
    });
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
