// Classes whose canonical task is a walk through memory: from the task to the pay, and what wrong ones get.
#include "tests/chain/chain_fixture.hpp"
#include "tokenomics/params_change.hpp"

namespace assay::chain::test {
namespace {

constexpr std::uint64_t kLeaves = 64;
constexpr proofs::VramParams kWalk{64, 1, 1024, 16, 1, 0};  // that of class "walk"

void every_leaf_sampled(Genesis& g) {
    g.params.work.samples = kLeaves;
}

// Anna in class "walk", at the start of an epoch.
struct Walking {
    Chain c;
    explicit Walking(const Chain::Tweak& tweak = every_leaf_sampled) : c(tweak) {
        c.join(c.anna, "walk");
        c.next_epoch();
        c.to_start();
    }
    // Commits, waits for the challenge, opens; the receipt of the opening.
    [[nodiscard]] Receipt opened(const Work& w) {
        c.ok(c.anna, Chain::commit_message(w));
        c.to_challenge();
        return c.run(c.anna, c.opening(c.anna, w));
    }
};

}  // namespace

TEST_CASE("a walk is done, committed, opened, judged, and paid by the weight of its class") {
    Chain c;
    c.join(c.anna, "walk");
    c.join(c.bob, "tiny");
    c.next_epoch();
    c.to_start();
    const Work w = Chain::work(c.task(c.anna)), other = Chain::work(c.task(c.bob));
    REQUIRE(std::get<proofs::VramParams>(w.task.params) == kWalk);
    const auto r = c.run(c.anna, Chain::commit_message(w));
    REQUIRE(r.code == "ok");
    c.ok(c.bob, Chain::commit_message(other));
    CHECK(r.gas_used > 8 * (33 * 16 + 2 + 2 * (1 + 2 * 6)));  // the commit prepays the opening
    const Commit k = c.commit(w.id(c.anna.address()));
    CHECK(std::get<proofs::VramParams>(k.params) == kWalk);
    CHECK(k.weight == 15);
    CHECK(k.ctx == proofs::work_ctx(kChainId, kWalk, k.task, Epoch{1}, c.anna.address(), 0, c.round().h0_beacon));
    c.to_challenge();
    c.ok(c.anna, c.opening(c.anna, w));
    c.ok(c.bob, c.opening(c.bob, other));
    CHECK(c.commit(w.id(c.anna.address())).status == CommitStatus::passed);
    c.next_epoch();
    c.blocks(2);
    const Amount hers = c.provider_epoch(c.anna, 1).availability, his = c.provider_epoch(c.bob, 1).availability;
    CHECK(hers.units > 0);
    CHECK((2 * hers.units + 3 >= 3 * his.units && 2 * hers.units <= 3 * his.units + 3));  // 15 to 10
    c.replay(options(2));
}

TEST_CASE("a unit of a buyer's order is a walk where the class walks") {
    Chain c;
    c.join(c.anna, "walk");
    c.buy_credits(c.buyer, tokens(100));
    const Hash order = c.open_order(c.buyer, "walk", 1, 10'000'000, 100, true);
    c.ok(c.anna, PlaceBid{order, 0, Credits{10'000'000}});
    c.ok(c.buyer, AcceptBid{order, c.anna.address(), 0, Credits{10'000'000}});
    c.next_epoch();
    c.to_start();
    const Work w = Chain::work(c.task(c.anna, 0, order));
    CHECK(proofs::kind_of(w.task.params) == proofs::WorkKind::vram);
    c.ok(c.anna, Chain::commit_message(w));
    c.to_challenge();
    c.ok(c.anna, c.opening(c.anna, w));
    CHECK(c.order(order).units_done == 1);
}

TEST_CASE("a walk with one bit wrong is found where it is, and costs what a wrong leaf does") {
    // A leaf inside a lane is two wrong ones: that which follows from it does not, either. The last is one.
    const std::uint64_t flipped[] = {kLeaves - 1, 20};
    const std::vector<std::uint64_t> bad[] = {{kLeaves - 1}, {20, 21}};
    const std::uint64_t rates[] = {20'000'000, 40'000'000};
    for (std::size_t i = 0; i < 2; ++i) {
        Walking t;
        const Work w =
            Chain::work(t.c.task(t.c.anna), [&](std::vector<Hash>& leaves) { leaves[flipped[i]].bytes[9] ^= 4; });
        CHECK(t.opened(w).code == "ok");
        const Commit k = t.c.commit(w.id(t.c.anna.address()));
        CHECK(k.status == CommitStatus::failed);
        CHECK(k.bad == bad[i]);
        CHECK(k.slashed.units == tokens(1000).units / Ppb::kOne * rates[i]);
        const Explanation told =
            t.c.read([&](const StateView& s) { return explain_provider(s, t.c.anna.address(), Epoch{1}); });
        REQUIRE_FALSE(told.why_not.empty());
        CHECK(told.why_not[0].code == "work_failed");
        CHECK(told.why_not[0].need.find("every sampled leaf") == 0);
        t.c.next_epoch();
        CHECK(t.c.provider_epoch(t.c.anna, 1).availability.is_zero());
    }
}

TEST_CASE("who walks without a part of the memory, with zeros in its place, is caught and jailed") {
    Walking t;
    const TaskView task = t.c.task(t.c.anna);
    const Work w = Chain::work(task, [&](std::vector<Hash>& leaves) {
        auto memory = proofs::VramMemory::of(kWalk);
        REQUIRE(memory.ok());
        proofs::make_items(proofs::vram_seed(task.ctx), 0, kWalk.items, memory->words());
        std::fill_n(memory->words().begin(), 32 * kWalk.items / 8, 0u);
        proofs::walk_vram(kWalk, task.ctx, memory->words(), 0, 1, leaves);
    });
    CHECK(t.opened(w).code == "ok");
    const Commit k = t.c.commit(w.id(t.c.anna.address()));
    CHECK(k.status == CommitStatus::failed);
    CHECK(k.bad.size() > kLeaves / 2);  // 7/8 of the items right in all of 16 steps: 12 %
    CHECK(t.c.provider(t.c.anna).jailed);
}

TEST_CASE("an opening of another work than the class's walk is no opening, or wrong in what it shows") {
    Walking t;
    Chain& c = t.c;
    const TaskView task = c.task(c.anna);
    const auto other = [&](const proofs::WorkParams& p) {
        TaskView like = task;
        like.params = p;
        return Chain::work(like);
    };
    SECTION("fewer items under the same ctx: nearly every address is another") {
        const Work w = other(proofs::VramParams{32, 1, 1024, 16, 1, 0});
        CHECK(t.opened(w).code == "ok");
        CHECK(c.commit(w.id(c.anna.address())).bad.size() == kLeaves);
    }
    SECTION("the same memory in two windows") {
        const Work w = other(proofs::VramParams{64, 1, 1024, 16, 2, 2});
        CHECK(t.opened(w).code == "ok");
        CHECK(c.commit(w.id(c.anna.address())).bad.size() == kLeaves);
    }
    SECTION("longer segments: another number of leaves") {
        const Work w = other(proofs::VramParams{64, 1, 1024, 32, 1, 0});
        CHECK(t.opened(w).code == "opening_leaf_count");
        CHECK(c.commit(w.id(c.anna.address())).status == CommitStatus::open);
    }
    SECTION("work of kind lanes with as many leaves") {
        const Work w = other(proofs::LanesParams{1, 1024, 16});
        CHECK(t.opened(w).code == "ok");
        CHECK(c.commit(w.id(c.anna.address())).bad.size() == kLeaves);
    }
    SECTION("a product: leaves of four words") {
        const Work w = other(proofs::GemmParams{256, 256, 128});
        CHECK(t.opened(w).code == "opening_leaf_count");
    }
    SECTION("a leaf too few, a bit in a sibling") {
        const Work w = Chain::work(task);
        c.ok(c.anna, Chain::commit_message(w));
        c.to_challenge();
        OpenWork m = c.opening(c.anna, w);
        m.opening.leaves.pop_back();
        CHECK(c.run(c.anna, m).code == "opening_leaf_count");
        m = c.opening(c.anna, w);
        m.opening.leaves[3].bytes[0] ^= 1;
        CHECK(c.run(c.anna, m).code == "opening_root_mismatch");
        CHECK(c.commit(w.id(c.anna.address())).status == CommitStatus::open);
        c.ok(c.anna, c.opening(c.anna, w));
        CHECK(c.commit(w.id(c.anna.address())).status == CommitStatus::passed);
    }
}

TEST_CASE("openings of walks are metered by the items that they make") {
    const proofs::VramParams large{64, 1, 2048, 512, 1, 0};
    const std::uint64_t each = proofs::verify_units(large, 8);
    REQUIRE(each == 4 * (33 * 512 + 2 + 2 * (1 + 2 * 2)));
    Walking t([&](Genesis& g) {
        g.params.classes[3].steps = 2048, g.params.classes[3].leaf_every = 512;
        g.params.block.max_verify_units = each;
    });
    CHECK(t.c.round().rules.opening_units == each);
    const Work w = Chain::work(t.c.task(t.c.anna));
    CHECK(std::get<proofs::VramParams>(w.task.params) == large);
    const auto r = t.c.run(t.c.anna, Chain::commit_message(w));
    CHECK(r.code == "ok");
    CHECK(r.gas_used > each);
    CHECK(suggested_gas(Chain::body(t.c.anna, 0, {Chain::commit_message(w)}, {}), each) > r.gas_used);
}

TEST_CASE("a vote appends a class of kind vram, by the rules of genesis; the sizes of a class stay") {
    Chain c;
    const tokenomics::Params p = c.read([](const StateView& s) { return s.params(); });
    using tokenomics::ParamChange;
    std::vector<ParamChange> fine = {
        {"classes.new.name", "new"},      {"classes.new.cost", to_digits(tokens(10).units)},
        {"classes.new.work", "vram"},     {"classes.new.items", "1536"},
        {"classes.new.lanes", "12"},      {"classes.new.steps", "2304"},
        {"classes.new.leaf_every", "16"}, {"classes.new.windows", "3"},
        {"classes.new.stay", "2"}};
    const auto next = tokenomics::apply_changes(p, fine);
    INFO((next ? "" : next.error().message));
    REQUIRE(next.ok());
    CHECK(std::get<proofs::VramParams>(class_work(next->classes.back())) ==
          proofs::VramParams{1536, 12, 2304, 16, 3, 2});
    fine.back().value = "3";  // a longer visit than a window has items
    const auto longer = tokenomics::apply_changes(p, fine);
    REQUIRE_FALSE(longer.ok());
    CHECK(longer.error().code == Code::bad_proposal);
    for (const char* field : {"items", "lanes", "steps", "leaf_every", "windows", "stay"}) {
        const std::vector<ParamChange> change = {{std::string("classes.walk.") + field, "512"}};
        const auto fixed = tokenomics::apply_changes(p, change);
        REQUIRE_FALSE(fixed.ok());
        CHECK(fixed.error().code == Code::param_fixed);
    }
}

}  // namespace assay::chain::test
