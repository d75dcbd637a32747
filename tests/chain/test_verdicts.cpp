// What a verdict does: graded slashes, memory, absences that double, races of a slash with everything that moves stake.
#include "tests/chain/chain_fixture.hpp"

namespace assay::chain::test {
namespace {

// Ceiling of a share: who is slashed pays it.
Amount share(Amount a, std::uint64_t ppb) {
    return Amount{(a.units * ppb + Ppb::kOne - 1) / Ppb::kOne};
}

}  // namespace

TEST_CASE(
    "F16: a verdict is passed, failed or absent, by recomputing on a CPU: one wrong sample costs 2 %, two 4 %, three "
    "and more 20 % and jail") {
    for (const std::size_t wrong : {1u, 2u, 3u, 4u}) {
        INFO(wrong << " wrong samples");
        Chain c;
        c.join(c.anna);
        c.next_epoch();
        const Ledger before = c.ledger();
        const Work w = c.do_task(c.anna, wrong);
        const Commit k = c.commit(w.id(c.anna.address()));
        const std::uint64_t ppb = wrong == 1 ? 20'000'000 : wrong == 2 ? 40'000'000 : 200'000'000;
        CHECK(k.status == CommitStatus::failed);
        CHECK(k.bad.size() == wrong);
        CHECK(k.slashed == share(tokens(1000), ppb));
        const Provider p = c.provider(c.anna);
        CHECK(p.stake.units == tokens(1000).units - k.slashed.units);
        CHECK(p.slashed == k.slashed);
        CHECK(p.jailed == (wrong >= 3));
        CHECK(c.ledger().burned.units - before.burned.units == k.slashed.units);  // slashes burn
        c.next_epoch();
        CHECK(c.provider_epoch(c.anna, 1).availability.is_zero());
        CHECK(c.provider_epoch(c.anna, 1).slashed == k.slashed);
        CHECK(c.epoch_record(1).slashed == k.slashed);
        CHECK(c.epoch_record(1).failed == 1);
    }
}

TEST_CASE("a repeat within memory costs the full rate, and is forgotten after it") {
    Chain c([](Genesis& g) {
        g.params.slash.memory_tasks = 64;
        g.params.slash.jail_ms = 0;
    });
    c.join(c.anna, "tiny", tokens(10'000));
    c.next_epoch();
    CHECK(c.commit(c.do_task(c.anna, 1).id(c.anna.address())).slashed == share(tokens(10'000), 20'000'000));
    c.next_epoch();
    const Amount stake = c.provider(c.anna).stake;
    CHECK(c.commit(c.do_task(c.anna, 1).id(c.anna.address())).slashed == share(stake, 200'000'000));
    CHECK(c.provider(c.anna).jailed);
}

TEST_CASE("memory reaches exactly as far back as memory_tasks") {
    Chain c([](Genesis& g) {
        g.params.slash.memory_tasks = 3;
        g.params.slash.absent = g.params.slash.full;  // short memories need no doubling
    });
    c.join(c.anna, "tiny", tokens(10'000));
    c.next_epoch();
    c.do_task(c.anna, 1);
    for (int i = 0; i < 3; ++i) {
        c.next_epoch();
        c.do_task(c.anna, 0);
    }
    c.next_epoch();
    const Amount stake = c.provider(c.anna).stake;
    // Three tasks lie between: forgotten.
    CHECK(c.commit(c.do_task(c.anna, 1).id(c.anna.address())).slashed == share(stake, 20'000'000));
    for (int i = 0; i < 2; ++i) {
        c.next_epoch();
        c.do_task(c.anna, 0);
    }
    c.next_epoch();
    const Amount again = c.provider(c.anna).stake;
    CHECK(c.commit(c.do_task(c.anna, 1).id(c.anna.address())).slashed == share(again, 200'000'000));
}

TEST_CASE("memory is of a slot, not of a provider") {
    Chain c;
    c.ok(c.anna, RegisterProvider{""});
    c.ok(c.anna, AddDevice{0, "tiny"});
    c.ok(c.anna, AddDevice{7, "tiny"});
    c.ok(c.anna, Stake{c.anna.address(), tokens(1000)});
    c.next_epoch();
    c.do_task(c.anna, 1, 0);
    c.next_epoch();
    const Amount stake = c.provider(c.anna).stake;
    CHECK(c.commit(c.do_task(c.anna, 1, 7).id(c.anna.address())).slashed == share(stake, 20'000'000));
    CHECK_FALSE(c.provider(c.anna).jailed);
}

TEST_CASE("each absence in memory doubles the penalty, up to the full rate") {
    Chain c;
    c.join(c.anna, "tiny", tokens(10'000));
    std::uint64_t ppb = 10'000'000;
    for (int i = 0; i < 7; ++i) {
        c.next_epoch();
        const Amount stake = c.provider(c.anna).stake;
        const Work w = c.commit_work(c.anna);
        const std::uint64_t epoch = c.clock().epoch.value;
        while (c.round(epoch).closed.value == 0) c.block();
        const Commit k = c.commit(w.id(c.anna.address()));
        INFO("absence " << i);
        CHECK(k.status == CommitStatus::absent);
        CHECK(k.slashed == share(stake, ppb));
        CHECK_FALSE(c.provider(c.anna).jailed);
        ppb = std::min<std::uint64_t>(2 * ppb, 200'000'000);
        CHECK(c.provider_epoch(c.anna, epoch).availability.is_zero());
    }
    CHECK(c.provider(c.anna).absent == 7);
}

TEST_CASE("slashes multiply and hit active and unbonding stake alike") {
    Chain c([](Genesis& g) { g.params.slash.two_bad = Ppb{100'000'000}; });
    c.join(c.anna, "tiny", tokens(1000));
    c.next_epoch();
    c.to_start();
    const Work w = Chain::spoiled(c.task(c.anna), 2);
    c.ok(c.anna, Chain::commit_message(w));
    c.ok(c.anna, Unstake{c.anna.address(), tokens(400)});  // after the commit: it stays within reach
    c.to_challenge();
    c.ok(c.anna, c.opening(c.anna, w));
    CHECK(c.provider(c.anna).stake == tokens(540));
    REQUIRE(c.provider(c.anna).unbonding.size() == 1);
    CHECK(c.provider(c.anna).unbonding[0].amount == tokens(360));
    CHECK(c.commit(w.id(c.anna.address())).slashed == tokens(100));
    c.next_epoch();
    c.do_task(c.anna, 1);  // a repeat: 20 %
    CHECK(c.provider(c.anna).stake == tokens(432));
    CHECK(c.provider(c.anna).unbonding[0].amount == tokens(288));
}

TEST_CASE("A9: nothing escapes a slash by unstaking, and nothing is created") {
    // The whole stake leaves between commit and verdict.
    Chain c;
    c.join(c.anna, "tiny", tokens(1000));
    c.next_epoch();
    c.to_start();
    const Work w = Chain::spoiled(c.task(c.anna), 4);
    c.ok(c.anna, Chain::commit_message(w));
    c.ok(c.anna, Unstake{c.anna.address(), tokens(1000)});
    CHECK(c.provider(c.anna).stake.is_zero());
    c.to_challenge();
    c.ok(c.anna, c.opening(c.anna, w));
    CHECK(c.commit(w.id(c.anna.address())).slashed == tokens(200));
    CHECK(c.provider(c.anna).unbonding.at(0).amount == tokens(800));
    CHECK(c.provider(c.anna).jailed);
    const Amount before = c.liquid(c.anna);
    while (c.now < kGenesisTime + 200'000) c.block();
    const auto r = c.run(c.anna, pay(c.bob.address(), Amount{1}));
    CHECK(r.code == "ok");
    CHECK(c.liquid(c.anna).units + r.fee.units + 1 == before.units + tokens(800).units);
    CHECK(c.provider(c.anna).unbonding.empty());
    CHECK(c.code(c.anna, Unjail{}) == "stake_below_required");
}

TEST_CASE("A9: an unbonding entry waits while work that is older than its maturity is open") {
    Chain c([](Genesis& g) {
        g.params.stake.unbonding_ms = 25'000;
        g.params.work.open_blocks = 6;
        g.params.epoch.blocks = 12;
    });
    c.join(c.anna, "tiny", tokens(1000));
    c.next_epoch();
    c.to_start();
    // Unstaked before the commit, so that it would mature before the verdict if the commit did not hold it.
    c.ok(c.anna, Unstake{c.anna.address(), tokens(500)});
    const std::uint64_t matures = c.provider(c.anna).unbonding.at(0).matures.value;
    const Work w = Chain::spoiled(c.task(c.anna), 4);
    c.ok(c.anna, Chain::commit_message(w));
    c.to_challenge();
    // A long gap between blocks: the entry's time has come, the commit is still open.
    c.step = 40'000;
    c.block();
    c.step = 1'000;
    REQUIRE(c.now > matures);
    const auto r = c.run(c.anna, pay(c.bob.address(), Amount{1}));
    CHECK(r.code == "ok");
    REQUIRE(c.provider(c.anna).unbonding.size() == 1);
    c.ok(c.anna, c.opening(c.anna, w));
    CHECK(c.commit(w.id(c.anna.address())).slashed == tokens(200));
    CHECK(c.provider(c.anna).stake == tokens(400));
    const Amount before = c.liquid(c.anna);
    const auto after = c.run(c.anna, pay(c.bob.address(), Amount{1}));
    CHECK(c.liquid(c.anna).units + after.fee.units + 1 == before.units + tokens(400).units);
}

TEST_CASE("what matured before the work began is out of reach, touched or not") {
    Chain c([](Genesis& g) {
        g.params.stake.unbonding_ms = 25'000;
        g.params.epoch.blocks = 12;
        g.params.work.start_span_blocks = 1;  // no beacon moves the times that meet here
        g.params.work.open_blocks = 8;
    });
    c.join(c.anna, "tiny", tokens(1000));
    while (c.height().value < 21) c.block();
    c.ok(c.anna, Unstake{c.anna.address(), tokens(400)});  // matures ten seconds into epoch 3, which starts at 37
    c.to_epoch(3);
    const Work first = c.commit_work(c.anna);
    c.to_epoch(4);
    const Work second = c.commit_work(c.anna);
    // Held for the first, which is older than its maturity, and slashed with it.
    REQUIRE(c.commit(first.id(c.anna.address())).status == CommitStatus::open);
    REQUIRE(c.provider(c.anna).unbonding.size() == 1);
    while (c.round(3).closed.value == 0) c.block();
    CHECK(c.commit(first.id(c.anna.address())).slashed == tokens(10));
    REQUIRE(c.provider(c.anna).unbonding.size() == 1);
    CHECK(c.provider(c.anna).unbonding[0].amount == tokens(396));
    // Nobody touches it before the second verdict, and that one is of work which began after its maturity.
    const Amount before = c.liquid(c.anna), spent = c.read([&](const StateView&s) { return s.ledger().burned; });
    while (c.round(4).closed.value == 0) c.block();
    CHECK(c.commit(second.id(c.anna.address())).slashed == share(tokens(594), 20'000'000));
    CHECK(c.provider(c.anna).unbonding.empty());
    CHECK(c.liquid(c.anna).units >= before.units + tokens(396).units);
    CHECK(c.ledger().burned.units - spent.units == share(tokens(594), 20'000'000).units);
}

TEST_CASE("an entry that matures after the verdict of an absent provider was slashed with it") {
    Chain c;
    c.join(c.anna, "tiny", tokens(1000));
    c.next_epoch();
    const Work w = c.commit_work(c.anna);
    c.ok(c.anna, Unstake{c.anna.address(), tokens(100)});
    const std::uint64_t epoch = c.clock().epoch.value;
    while (c.round(epoch).closed.value == 0) c.block();
    CHECK(c.commit(w.id(c.anna.address())).slashed == tokens(10));
    CHECK(c.provider(c.anna).unbonding.at(0).amount == tokens(99));
    CHECK(c.provider(c.anna).stake == tokens(891));
}

TEST_CASE("A9: a slash in the last block of an epoch and one in the first block of the next") {
    for (const bool last : {true, false}) {
        INFO((last ? "last block" : "first block"));
        Chain c([](Genesis& g) {
            g.params.epoch.blocks = 12;
            g.params.work.start_span_blocks =
                1;  // the challenge is drawn before the last block, whatever the beacon is
            g.params.work.open_blocks = 8;
            g.params.work.start_span_blocks = 2;  // the challenge comes before the last block, whatever is drawn
        });
        c.join(c.anna, "tiny", tokens(1000));
        c.next_epoch();
        const std::uint64_t epoch = c.clock().epoch.value;
        const Work w = c.commit_work(c.anna, 4);
        c.to_challenge(epoch);
        while (c.clock().epoch.value == epoch && c.height().value + 1 < c.clock().epoch_start.value + (last ? 11 : 12))
            c.block();
        if (!last) REQUIRE(c.clock().epoch.value == epoch + 1);
        const Ledger before = c.ledger();
        c.ok(c.anna, c.opening(c.anna, w));
        CHECK(c.clock().epoch.value == epoch + 1);
        CHECK(c.commit(w.id(c.anna.address())).slashed == tokens(200));
        CHECK(c.provider(c.anna).stake == tokens(800));
        CHECK(c.ledger().burned.units - before.burned.units == tokens(200).units);
        CHECK(c.epoch_record(last ? epoch : epoch + 1).slashed == tokens(200));  // counted where it happened
        CHECK(c.provider_epoch(c.anna, epoch).slashed == tokens(200));           // explained where it was earned
        CHECK(c.epoch_record(epoch).failed == 1);
    }
}

TEST_CASE("a verdict after its epoch's end is paid from what was reserved for it") {
    for (const std::size_t wrong : {0u, 1u}) {
        INFO(wrong << " wrong samples");
        Chain c([](Genesis& g) {
            g.params.epoch.blocks = 12;
            g.params.work.open_blocks = 8;
            g.params.split.treasury = Ppb{200'000'000};  // and nothing to stakers: work alone pays here
            g.params.split.stakers = Ppb{0};
        });
        c.join(c.anna, "tiny", tokens(1000));
        c.next_epoch();
        const std::uint64_t epoch = c.clock().epoch.value;
        const Work w = c.commit_work(c.anna, wrong);
        while (c.clock().epoch.value == epoch) c.block();
        const Amount reserved = c.provider_epoch(c.anna, epoch).reserved;
        CHECK(reserved == c.ledger().reserved);
        CHECK(reserved > Amount{});
        CHECK(c.provider_epoch(c.anna, epoch).availability.is_zero());
        c.to_challenge(epoch);
        const Amount before = c.liquid(c.anna), pool = c.ledger().pool_availability;
        c.ok(c.anna, c.opening(c.anna, w));
        CHECK(c.ledger().reserved.is_zero());
        CHECK(c.provider_epoch(c.anna, epoch).reserved.is_zero());
        if (wrong == 0) {
            CHECK(c.liquid(c.anna).units == before.units + reserved.units);
            CHECK(c.provider_epoch(c.anna, epoch).late == reserved);
            const auto e =
                c.read([&](const StateView& s) { return explain_provider(s, c.anna.address(), Epoch{epoch}); });
            CHECK(e.paid == reserved);
        } else {
            CHECK(c.liquid(c.anna) == before);
            CHECK(c.ledger().pool_availability.units == pool.units + reserved.units);
        }
        const Amount after = c.liquid(c.anna);
        c.next_epoch();
        CHECK(c.liquid(c.anna) == after);  // paid once
    }
}

TEST_CASE("unjailing takes time and stake") {
    Chain c;
    c.join(c.anna, "tiny", tokens(120));
    c.next_epoch();
    CHECK(c.code(c.anna, Unjail{}) == "not_jailed");
    c.do_task(c.anna, 4);
    REQUIRE(c.provider(c.anna).jailed);
    CHECK(c.code(c.anna, Unjail{1}) == "field_out_of_range");
    CHECK(c.code(c.anna, Unjail{}) == "too_early");
    while (c.now < c.provider(c.anna).jailed_until.value) c.block();
    CHECK(c.code(c.anna, Unjail{}) == "stake_below_required");  // 96 of 100 are left
    c.ok(c.anna, Stake{c.anna.address(), tokens(4)});
    c.ok(c.anna, Unjail{});
    CHECK(c.code(c.buyer, Unjail{}) == "not_registered");
    c.next_epoch();
    CHECK(c.commit(c.do_task(c.anna, 0).id(c.anna.address())).status == CommitStatus::passed);
}

}  // namespace assay::chain::test
