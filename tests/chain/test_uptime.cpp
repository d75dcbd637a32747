// Uptime: which canonical tasks a slot committed to and which it missed, whoever looks and whenever.
#include "chain/uptime.hpp"
#include "tests/chain/chain_fixture.hpp"

namespace assay::chain::test {
namespace {

Device slot_of(const Chain& c, const Key& k, std::uint32_t slot = 0) {
    const auto d = c.read([&](const StateView& s) { return s.slot_record(k.address(), slot); });
    REQUIRE(d.has_value());
    return *d;
}
/// As of now, for whoever asks.
Uptime seen(const Chain& c, const Key& k, std::uint32_t slot = 0) {
    const Device d = slot_of(c, k, slot);
    return c.read([&](const StateView& s) { return uptime_of(s, d, *s.round(s.chain().epoch)); });
}
// Long enough for a commit after the pause.
void wide(Genesis& g) {
    g.params.work.window_ms = 10'000;
}
/// A pause that is too long, between this epoch's start and its deadline.
void void_window(Chain& c) {
    c.to_start();
    c.step = 4'001;
    c.block();
    c.step = 1'000;
    REQUIRE(c.round().void_window);
}

}  // namespace

TEST_CASE("a task that was not committed is a mark in the slot's record, newest first, and costs nothing") {
    Chain c;
    c.join(c.anna);
    c.join(c.bob);
    c.next_epoch();
    c.do_task(c.anna);
    CHECK(seen(c, c.anna).committed == 1);  // at once
    CHECK(seen(c, c.bob).missed == 0);      // not before the epoch is over
    c.to_epoch(3);
    c.to_epoch(4);
    c.do_task(c.anna);
    const Uptime anna = slot_of(c, c.anna).uptime, bob = seen(c, c.bob);
    CHECK((anna.committed == 2 && anna.missed == 2 && anna.missed_bits == 0b0110 && anna.next.value == 5));
    CHECK((bob.committed == 0 && bob.missed == 3 && bob.missed_bits == 0b111));
    CHECK(slot_of(c, c.bob).uptime.missed == 0);  // nobody touched it, and nothing was written
    const UptimeView shown = view_of(anna);
    CHECK((shown.assigned == 4 && shown.missed == 2 && shown.recent == "cmmc"));
    CHECK((shown.share->value == 500'000'000 && shown.recent_share == shown.share));
    CHECK(view_of({Epoch{9}, 2, 1, 0b010}).share->value == 666'666'666);
    const UptimeView none = view_of({});
    CHECK((none.assigned == 0 && !none.share && !none.recent_share && none.recent.empty()));
    const UptimeView many = view_of({Epoch{9}, 300, 1, u128{1} << 100});  // missed 101 tasks ago
    CHECK((many.recent == std::string(100, 'c') && many.recent_share->value == Ppb::kOne));
    CHECK(c.provider(c.bob).stake == tokens(1000));
    c.replay(options(1));
}

TEST_CASE("the marks of all slots are the tasks that nobody committed to") {
    Chain c(wide);
    Random random(seed());
    const Key* keys[] = {&c.anna, &c.bob, &c.carl};
    for (const Key* k : keys) c.join(*k);
    std::uint64_t committed[3] = {}, unmarked = 0, voids = 0;
    for (std::uint64_t e = 1; e <= 30; ++e) {
        c.to_epoch(e);
        const bool is_void = random.below(4) == 0;
        if (is_void) void_window(c), ++voids;
        c.to_start();
        std::vector<std::pair<const Key*, Work>> works;
        for (int i = 0; i < 3; ++i)
            if (random.below(2) == 0) {
                works.emplace_back(keys[i], c.commit_work(*keys[i]));
                ++committed[i];
            } else if (is_void) {
                ++unmarked;
            }
        c.to_challenge();
        for (const auto& [key, work] : works) c.ok(*key, c.opening(*key, work));
    }
    c.to_epoch(31);
    std::uint64_t missed = 0;
    for (int i = 0; i < 3; ++i) {
        const Uptime up = seen(c, *keys[i]);
        CHECK(up.committed == committed[i]);
        missed += up.missed;
        CHECK(up.next.value == 31);
    }
    INFO(voids << " void windows");
    CHECK(missed == 90 - committed[0] - committed[1] - committed[2] - unmarked);
    std::uint64_t of_epochs = 0;
    while (c.round(30).closed.value == 0) c.block();
    for (std::uint64_t e = 1; e <= 30; ++e) of_epochs += c.epoch_record(e).missed;
    CHECK(of_epochs == missed);
}

TEST_CASE("a void window marks nobody, and whoever committed all the same has that in its record") {
    Chain c(wide);
    c.join(c.anna);
    c.join(c.bob);
    c.next_epoch();
    void_window(c);
    c.commit_work(c.anna);
    c.next_epoch();
    CHECK((seen(c, c.anna).committed == 1 && seen(c, c.anna).missed == 0));
    CHECK(seen(c, c.bob).assigned() == 0);
    c.next_epoch();
    CHECK(seen(c, c.anna).missed_bits == 0b1);
    CHECK(seen(c, c.bob).missed == 1);
    c.replay(options(1));
}

TEST_CASE("a gap after the epoch's end, when nobody could commit any more, voids nothing") {
    Chain c;
    c.join(c.anna);
    c.next_epoch();
    c.step = 100;  // blocks so fast that the epoch is over before the window
    c.next_epoch();
    REQUIRE(c.round(1).deadline.value == 0);
    c.step = 4'001;
    c.block();
    CHECK_FALSE(c.round(1).void_window);
    CHECK(seen(c, c.anna).missed == 1);
}

TEST_CASE("a lease's task is no canonical one: it moves no uptime") {
    Chain c;
    c.join(c.anna);
    c.next_epoch();
    c.price_rounds(1);
    c.buy_credits(c.buyer, tokens(100));
    const Hash order = c.open_order(c.buyer, "tiny", 2, 1'000'000);
    c.ok(c.anna, PlaceBid{order, 0, Credits{500'000}});
    while (c.order(order).status == OrderStatus::open) c.block();
    c.to_epoch(c.order(order).lease_from.value);
    c.to_start();
    const Uptime before = seen(c, c.anna);
    c.ok(c.anna, Chain::commit_message(Chain::work(c.task(c.anna, 0, order))));
    CHECK(seen(c, c.anna).assigned() == before.assigned());
    c.next_epoch();
    CHECK(seen(c, c.anna).missed == before.missed + 1);
}

TEST_CASE("a slot keeps its uptime when its device leaves, and to leave in the middle of a task is to miss it") {
    Chain c;
    c.join(c.anna);
    c.next_epoch();
    c.ok(c.anna, RemoveDevice{0});  // before there was a task: nothing to remember
    CHECK_FALSE(c.read([&](const StateView& s) { return s.slot_record(c.anna.address(), 0); }));
    c.ok(c.anna, AddDevice{0, "tiny"});
    c.next_epoch();
    c.to_start();
    c.ok(c.anna, RemoveDevice{0});
    CHECK(slot_of(c, c.anna).uptime.missed == 1);
    CHECK(c.code(c.anna, AddDevice{1, "tiny"}) == "removed_slots_first");
    c.ok(c.anna, AddDevice{0, "cpu"});
    c.next_epoch();
    CHECK(seen(c, c.anna).missed == 1);  // once for that epoch
    c.do_task(c.anna);
    c.ok(c.anna, RemoveDevice{0});  // after its commit: no mark
    const Epoch left = c.clock().epoch;
    c.to_epoch(left.value + 4);
    CHECK((seen(c, c.anna).committed == 1 && seen(c, c.anna).missed == 1));  // a slot without a device has no tasks
    c.ok(c.anna, AddDevice{0, "tiny"});
    c.to_epoch(left.value + 6);
    CHECK((seen(c, c.anna).committed == 1 && seen(c, c.anna).missed_bits == 0b101));

    void_window(c);
    c.ok(c.anna, RemoveDevice{0});
    CHECK(slot_of(c, c.anna).uptime.missed == 2);
    c.replay(options(1));
}

TEST_CASE("after more than 128 epochs only the last marks are kept, and the count is right") {
    Chain c([](Genesis& g) {
        g.params.epoch.blocks = 10;
        g.params.work.window_ms = 2'000;
        g.params.work.open_blocks = 2;
    });
    c.scan = false;
    c.join(c.anna);
    c.next_epoch();
    c.commit_work(c.anna);
    for (const std::uint64_t e : {129u, 130u, 131u}) {
        c.to_epoch(e);
        const Uptime up = seen(c, c.anna);
        CHECK((up.committed == 1 && up.missed == e - 2));
        CHECK(up.missed_bits == (e == 129 ? ~u128{0} >> 1 : ~u128{0}));
    }
    c.commit_work(c.anna);
    CHECK(slot_of(c, c.anna).uptime.missed_bits == ~u128{0} << 1);
}

}  // namespace assay::chain::test
