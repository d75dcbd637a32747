// A buyer's product: ordered by roots, delivered by a root, accepted after a while or shown to be wrong.
#include "tests/chain/gemm_case.hpp"
#include "tokenomics/stake.hpp"

namespace assay::chain::test {

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
    CHECK(c.read([](const StateView& s) { return s.market_prices(s.chain().epoch, 0).units; }) == 0);
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

}  // namespace assay::chain::test
