// RemoveDevice: what leaves, what stays, and that taking a device out and in again washes nothing.
#include "chain/access.hpp"
#include "tests/chain/chain_fixture.hpp"

namespace assay::chain::test {
namespace {

std::optional<Device> slot_record(const Chain& c, const Key& k, std::uint32_t slot) {
    return c.read([&](const StateView& s) { return s.slot_record(k.address(), slot); });
}

}  // namespace

TEST_CASE("a removed device asks for no stake and gets no task; one that never worked leaves nothing behind") {
    Chain c;
    CHECK(c.code(c.anna, RemoveDevice{0}) == "not_registered");
    c.join(c.anna, "tiny", tokens(100));
    CHECK(c.code(c.anna, RemoveDevice{1}) == "unknown_device");
    c.ok(c.anna, AddDevice{5, "cpu"});
    c.next_epoch();
    const Provider anna = c.provider(c.anna);
    CHECK_FALSE(c.read([&](const StateView& s) { return has_access(s.params(), s.chain(), anna); }));
    c.ok(c.anna, RemoveDevice{5});
    CHECK(c.code(c.anna, RemoveDevice{5}) == "unknown_device");
    CHECK(required_of(c.genesis.params, c.clock().stake_price, c.provider(c.anna)) == tokens(100));
    CHECK(c.provider(c.anna).devices == 1);
    CHECK(c.provider(c.anna).removed == 0);
    CHECK_FALSE(slot_record(c, c.anna, 5));
    CHECK(c.clock().active_devices == 1);
    c.to_start();
    REQUIRE(c.tasks(c.anna).size() == 1);
    CHECK(c.code(c.anna, CommitWork{c.task(c.anna).task, 5, Hash{}}) == "unknown_device");
    c.ok(c.anna, AddDevice{6, "tiny"});  // nothing was remembered: a fresh slot is free
}

TEST_CASE("A9: to remove a device and add it again does not wash a record") {
    Chain c;
    c.join(c.anna, "tiny", tokens(10'000));
    c.next_epoch();
    c.do_task(c.anna, 1);  // one wrong sample: 2 %, remembered
    c.ok(c.anna, RemoveDevice{0});
    CHECK(c.provider(c.anna).devices == 0);
    CHECK(c.provider(c.anna).removed == 1);
    REQUIRE(slot_record(c, c.anna, 0));
    CHECK(slot_record(c, c.anna, 0)->removed);
    CHECK(c.tasks(c.anna).empty());
    CHECK(c.code(c.anna, AddDevice{1, "tiny"}) == "removed_slots_first");  // no other slot for the same machine
    c.ok(c.anna, AddDevice{0, "tiny"});
    CHECK(c.code(c.anna, AddDevice{0, "tiny"}) == "already_exists");
    CHECK(c.provider(c.anna).removed == 0);
    CHECK(slot_record(c, c.anna, 0)->tasks == 1);
    CHECK(slot_record(c, c.anna, 0)->failed_bits == 1);
    CHECK(c.code(c.anna, AddDevice{1, "tiny"}) == "ok");
    c.next_epoch();
    const Amount stake = c.provider(c.anna).stake;
    const Work w = c.do_task(c.anna, 1);
    CHECK(c.commit(w.id(c.anna.address())).slashed == Amount{stake.units / 5});  // a repeat: the full rate
    CHECK(c.provider(c.anna).jailed);
}

TEST_CASE("A9: a slash racing the removal of its device takes all the same, and is remembered") {
    for (const std::size_t wrong : {0u, 1u, 4u}) {
        Chain c;
        c.join(c.anna, "tiny", tokens(1000));
        c.next_epoch();
        const Work w = c.commit_work(c.anna, wrong);
        c.ok(c.anna, RemoveDevice{0});  // while the commit is open
        CHECK(c.provider(c.anna).removed == 1);
        CHECK(c.provider(c.anna).exposure == tokens(30));
        c.to_challenge();
        if (wrong == 4) c.ok(c.anna, AddDevice{0, "cpu"});  // back before the verdict, as another class
        REQUIRE(c.code(c.anna, c.opening(c.anna, w)) == "ok");
        const Commit k = c.commit(w.id(c.anna.address()));
        CHECK(k.status == (wrong == 0 ? CommitStatus::passed : CommitStatus::failed));
        CHECK(k.slashed == tokens(wrong == 0 ? 0 : wrong == 1 ? 20 : 200));
        CHECK(c.provider(c.anna).exposure.is_zero());
        REQUIRE(slot_record(c, c.anna, 0));
        CHECK(slot_record(c, c.anna, 0)->tasks == 1);
        CHECK(slot_record(c, c.anna, 0)->failed_bits == (wrong == 0 ? 0 : 1));
        c.next_epoch();
        CHECK(c.provider_epoch(c.anna, 1).availability.is_zero() == (wrong != 0));
        c.replay(options(1));
    }
}

TEST_CASE(
    "A9: a slash racing an epoch's boundary, jail and a removal at once: each commit is judged by its own terms") {
    Chain c([](Genesis& g) {
        g.params.epoch.blocks = 12;
        g.params.work.open_blocks = 8;
        g.params.slash.two_bad = Ppb{100'000'000};
    });
    c.ok(c.anna, RegisterProvider{""});
    for (const std::uint32_t slot : {0u, 1u, 2u}) c.ok(c.anna, AddDevice{slot, "tiny"});
    c.ok(c.anna, Stake{c.anna.address(), tokens(1000)});
    c.next_epoch();
    c.to_start();
    const std::uint64_t epoch = c.clock().epoch.value;
    const Work jails = Chain::spoiled(c.task(c.anna, 0), 4), two = Chain::spoiled(c.task(c.anna, 1), 2);
    const Work left = Chain::work(c.task(c.anna, 2));  // is never opened
    for (const Work* w : {&jails, &two, &left}) c.ok(c.anna, Chain::commit_message(*w));
    c.ok(c.anna, Unstake{c.anna.address(), tokens(1000)});
    for (const std::uint32_t slot : {0u, 1u, 2u}) c.ok(c.anna, RemoveDevice{slot});
    const Amount burned = c.ledger().burned;
    c.to_challenge(epoch);
    c.ok(c.anna, c.opening(c.anna, jails));
    CHECK(c.provider(c.anna).jailed);
    c.ok(c.anna, c.opening(c.anna, two));
    while (c.round(epoch).closed.value == 0) c.block();
    CHECK(c.clock().epoch.value > epoch);  // the absence is decided over the boundary
    CHECK(c.commit(left.id(c.anna.address())).status == CommitStatus::absent);
    // 1000 less 20 %, less 10 %, less 1 %: of what was on its way out, since nothing else was there.
    REQUIRE(c.provider(c.anna).unbonding.size() == 1);
    CHECK(c.provider(c.anna).unbonding[0].amount == Amount{712'800'000});
    CHECK(c.ledger().burned.units - burned.units == tokens(1000).units - 712'800'000);
    CHECK(c.provider(c.anna).exposure.is_zero());
    CHECK(c.provider(c.anna).removed == 3);
    c.replay(options(1));
}

TEST_CASE("a device that is taken out unopened is absent as any other, and doubles what comes") {
    Chain c;
    c.join(c.anna, "tiny", tokens(1000));
    for (const std::uint64_t ppm : {10'000u, 20'000u}) {
        c.next_epoch();
        const Amount stake = c.provider(c.anna).stake;
        const Work w = c.commit_work(c.anna);
        const std::uint64_t epoch = c.clock().epoch.value;
        c.ok(c.anna, RemoveDevice{0});
        while (c.round(epoch).closed.value == 0) c.block();
        const Commit k = c.commit(w.id(c.anna.address()));
        CHECK(k.status == CommitStatus::absent);
        CHECK(k.slashed.units == stake.units * ppm / 1'000'000);
        c.ok(c.anna, AddDevice{0, "tiny"});
    }
}

TEST_CASE("a device stays while it works for a lease; a bid of one that left loses") {
    Chain c;
    c.join(c.anna);
    c.join(c.bob);
    c.next_epoch();
    c.price_rounds(1);
    c.buy_credits(c.buyer, tokens(100));
    const Hash order = c.open_order(c.buyer, "tiny", 2, 1'000'000);
    c.ok(c.anna, PlaceBid{order, 0, Credits{500'000}});
    c.ok(c.bob, PlaceBid{order, 0, Credits{900'000}});
    c.ok(c.anna, RemoveDevice{0});
    while (c.order(order).status == OrderStatus::open) c.block();
    REQUIRE(c.order(order).lease);
    CHECK(c.order(order).lease->provider == c.bob.address());
    CHECK(c.code(c.bob, RemoveDevice{0}) == "device_leased");
    c.ok(c.bob, CloseLease{order});
    CHECK(c.code(c.bob, RemoveDevice{0}) == "ok");
}

TEST_CASE("to remove and add a device in a grace period gains nothing") {
    Chain c([](Genesis& g) {
        g.params.stake.unit_in = tokenomics::StakeUnit::usd;
        g.params.stake.unit_usd = 100'000'000;
        g.params.stake.grace_ms = 10'000'000;
        g.params.price.ema_rounds = 1;
        g.params.price.max_move = Ppb{Ppb::kOne};
        g.params.price.deviation = Ppb{Ppb::kOne};
    });
    c.ok(c.anna, RegisterProvider{""});
    for (std::uint32_t slot : {0u, 1u}) c.ok(c.anna, AddDevice{slot, "tiny"});
    c.ok(c.anna, Stake{c.anna.address(), tokens(200)});
    c.price_rounds(4, Price::kOneUsd / 2);
    const std::uint64_t epoch = c.clock().epoch.value;
    while (c.clock().epoch.value == epoch) c.block(c.reports(Price::kOneUsd / 2));
    const auto in_force = [&] {
        const Provider anna = c.provider(c.anna);
        return c.read([&](const StateView& s) { return required_now(s.params(), s.chain(), anna); });
    };
    REQUIRE(in_force() == tokens(200));  // 400 at the new price: in grace
    c.ok(c.anna, RemoveDevice{1});
    CHECK(in_force() == tokens(200));  // of one device, at the new price
    c.ok(c.anna, AddDevice{1, "tiny"});
    CHECK(in_force() == tokens(400));  // no grace for what is added
    for (int i = 0; i < 3; ++i) {
        c.ok(c.anna, RemoveDevice{1});
        c.ok(c.anna, AddDevice{1, "tiny"});
    }
    CHECK(in_force() == tokens(400));
}

TEST_CASE("slots that are remembered never grow by removing and adding") {
    Chain c;
    c.join(c.anna, "tiny", tokens(1000));
    c.next_epoch();
    c.do_task(c.anna);
    for (int i = 0; i < 5; ++i) {
        c.ok(c.anna, RemoveDevice{0});
        CHECK(c.code(c.anna, AddDevice{static_cast<std::uint32_t>(10 + i), "tiny"}) == "removed_slots_first");
        c.ok(c.anna, AddDevice{0, i % 2 == 0 ? "cpu" : "tiny"});
    }
    std::size_t slots = 0;
    c.read([&](const StateView& s) {
        s.each_slot(c.anna.address(), [&](std::uint32_t, const Device&) { return ++slots, true; });
        return 0;
    });
    CHECK(slots == 1);
}

}  // namespace assay::chain::test
