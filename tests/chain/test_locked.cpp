// Rewards that are locked, and locked tokens as collateral.
#include "tests/chain/chain_fixture.hpp"

namespace assay::chain::test {
namespace {

using tokenomics::LockedStake;

constexpr std::uint64_t kStep = 10'000;  // ms: a step of the clock is ten blocks of the fixture

// Three quarters of what a provider is paid for work come free in four steps.
Chain chain_with(LockedStake counts, const std::function<void(Genesis&)>& more = {}) {
    return Chain([&](Genesis& g) {
        g.params.vesting.reward = Ppb{750'000'000};
        g.params.vesting.reward_step_ms = kStep;
        g.params.vesting.reward_steps = 4;
        g.params.stake.locked = counts;
        g.params.split.availability.value += g.params.split.stakers.value;  // so that all it earns is for work
        g.params.split.stakers = {};
        if (more) more(g);
    });
}

Amount locked_of(const Chain& c, const Key& k) {
    return c.provider(k).rewards.pool.tokens;
}
Amount spendable_of(const Chain& c, const Key& k) {
    return c.read([&](const StateView& s) { return s.spendable(k.address(), s.account(k.address()), s.chain().time); });
}
std::uint64_t step_now(const Chain& c) {
    return c.clock().time.value / kStep;
}

// One passed task, and the block in which its epoch is paid.
Amount earn(Chain& c, const Key& k) {
    const Amount before = c.provider(k).earned;
    c.do_task(k);
    c.next_epoch();
    return Amount{c.provider(k).earned.units - before.units};
}

}  // namespace

TEST_CASE("three quarters of a provider's pay for work are locked, and a quarter is its own at once") {
    Chain c = chain_with(LockedStake::none);
    c.join(c.anna, "tiny", tokens(100));
    c.next_epoch();
    c.do_task(c.anna);
    const std::uint64_t epoch = c.clock().epoch.value;
    const Amount before = c.liquid(c.anna);
    c.next_epoch();
    const ProviderEpoch mine = c.provider_epoch(c.anna, epoch);
    const Amount paid{mine.availability.units + mine.work_bonus.units};
    REQUIRE_FALSE(paid.is_zero());
    CHECK(mine.locked.units == paid.units * 3 / 4);
    CHECK(locked_of(c, c.anna) == mine.locked);
    CHECK(c.ledger().vesting == mine.locked);
    CHECK(c.liquid(c.anna).units == before.units + paid.units - mine.locked.units);
    CHECK(c.count("reward.locked") == 1);
    const auto told = c.read([&](const StateView& s) { return explain_provider(s, c.anna.address(), Epoch{epoch}); });
    CHECK(told.paid == paid);
    CHECK(told.locked == mine.locked);
    CHECK(told.verdict.find("of the pay is locked") != std::string::npos);
}

TEST_CASE("a lot comes free over the steps after its own, when its provider acts, and counts as spendable before") {
    Chain c = chain_with(LockedStake::none);
    c.join(c.anna, "tiny", tokens(100));
    c.next_epoch();
    const Amount all{earn(c, c.anna).units * 3 / 4};
    const std::uint64_t paid_in = c.read([&](const StateView& s) {
        std::uint64_t step = 0;
        s.each_reward_lot(c.anna.address(), 0, [&](const auto& lot) { return step = lot.step, true; });
        return step;
    });
    while (step_now(c) == paid_in) c.block();
    CHECK(locked_of(c, c.anna) == all);  // lazy
    CHECK(spendable_of(c, c.anna).units == c.liquid(c.anna).units + all.units / 4);
    c.ok(c.anna, pay(c.bob.address(), tokens(1)));
    CHECK(locked_of(c, c.anna).units == all.units - all.units / 4);
    CHECK(c.count("reward.released") == 1);
    CHECK(c.ledger().vesting == locked_of(c, c.anna));
    while (step_now(c) < paid_in + 4) c.block();
    c.ok(c.anna, pay(c.bob.address(), tokens(1)));
    CHECK(locked_of(c, c.anna).is_zero());
    CHECK(c.ledger().vesting.is_zero());
    c.read([&](const StateView& s) {
        std::size_t lots = 0;
        s.each_reward_lot(c.anna.address(), 0, [&](const auto&) { return ++lots, true; });
        CHECK(lots == 0);
        return 0;
    });
    c.check_invariants();
}

TEST_CASE("locked rewards stand behind work where the chain says so, and nowhere else") {
    for (const LockedStake counts : {LockedStake::none, LockedStake::rewards}) {
        Chain c = chain_with(counts, [](Genesis& g) { g.params.vesting.reward_step_ms = 3'600'000; });
        c.join(c.anna, "tiny", tokens(100));
        c.next_epoch();
        for (int i = 0; i < 3; ++i) (void)earn(c, c.anna);
        const Amount locked = locked_of(c, c.anna);
        REQUIRE(locked.units >= tokens(1).units);
        c.ok(c.anna, Unstake{c.anna.address(), tokens(1)});
        c.next_epoch();
        c.to_start();
        const auto work = c.work(c.task(c.anna));
        CHECK(c.code(c.anna, c.commit_message(work)) == (counts == LockedStake::none ? "stake_below_required" : "ok"));
        const auto total = [&](const StateView& s) { return backing(s.params().stake, *s.provider(c.anna.address())); };
        CHECK(c.read(total).units == tokens(99).units + (counts == LockedStake::none ? 0 : locked.units));
    }
}

TEST_CASE("F11: a slash takes the same part of stake, unbonding and what is locked, and several multiply") {
    Chain c = chain_with(LockedStake::all, [](Genesis& g) {
        g.params.vesting.reward_step_ms = 86'400'000;
        g.params.slash.full = Ppb{200'000'000};
        g.params.slash.one_bad = g.params.slash.two_bad = Ppb{100'000'000};
        g.params.slash.jail_ms = 0;
    });
    c.join(c.anna, "tiny", tokens(1'000));
    const TimeMs now{c.now};
    c.ok(c.buyer, CreateVesting{c.anna.address(), tokens(1'000), now, TimeMs{now.value + 40 * 86'400'000ull},
                                TimeMs{now.value + 80 * 86'400'000ull}});
    CHECK(c.provider(c.anna).granted == tokens(1'000));
    c.ok(c.anna, Unstake{c.anna.address(), tokens(200)});
    c.next_epoch();
    (void)earn(c, c.anna);
    const Provider before = c.provider(c.anna);
    const Amount burned = c.ledger().burned;
    c.do_task(c.anna, 1);  // one wrong sample: 10 %
    const Provider after = c.provider(c.anna);
    CHECK(after.stake.units == before.stake.units / 10 * 9);
    CHECK(after.unbonding.at(0).amount.units == before.unbonding.at(0).amount.units / 10 * 9);
    CHECK(after.granted.units == before.granted.units / 10 * 9);
    const auto ceil_part = [](Amount a, unsigned percent) { return (a.units * percent + 99) / 100; };
    CHECK(after.rewards.pool.tokens.units ==
          before.rewards.pool.tokens.units - ceil_part(before.rewards.pool.tokens, 10));
    CHECK(c.ledger().burned.units == burned.units + after.slashed.units - before.slashed.units);
    CHECK(after.slashed.units - before.slashed.units == tokens(200).units + ceil_part(before.rewards.pool.tokens, 10));
    c.next_epoch();
    const Provider between = c.provider(c.anna);
    c.do_task(c.anna, 1);  // a repeat: 20 % of the 90 %
    const Provider last = c.provider(c.anna);
    CHECK(last.stake == tokens(576));  // 800 -> 720 -> 576
    CHECK(last.granted == tokens(720));
    CHECK(last.rewards.pool.tokens.units ==
          between.rewards.pool.tokens.units - ceil_part(between.rewards.pool.tokens, 20));
    c.check_invariants();
    // What is left of the grant comes free by the grant's own line.
    c.now = now.value + 60 * 86'400'000ull;
    c.block();
    const Amount liquid = c.liquid(c.anna);
    CHECK(spendable_of(c, c.anna).units >= liquid.units + tokens(540).units);
    c.now = now.value + 80 * 86'400'000ull;
    c.block();
    c.ok(c.anna, pay(c.bob.address(), tokens(1)));
    CHECK(c.provider(c.anna).granted.is_zero());
    CHECK(c.account(c.anna).grants == 0);
    c.check_invariants();
}

TEST_CASE("what came free after work began waits for its verdict, and a slash reaches it") {
    Chain c = chain_with(LockedStake::rewards, [](Genesis& g) {
        g.params.vesting.reward_step_ms = 1'000;  // with every block
        g.params.vesting.reward_steps = 40;
        g.params.slash.full = Ppb{500'000'000};
    });
    c.join(c.anna, "tiny", tokens(100));
    c.next_epoch();
    (void)earn(c, c.anna);
    const auto work = c.commit_work(c.anna, 3);
    const Provider at_commit = c.provider(c.anna);
    const Amount locked = at_commit.rewards.pool.tokens;
    REQUIRE_FALSE(locked.is_zero());
    c.blocks(2);
    c.ok(c.anna, pay(c.bob.address(), tokens(1)));  // due, and not released
    CHECK(locked_of(c, c.anna) == locked);
    c.to_challenge();
    c.ok(c.anna, c.opening(c.anna, work));
    const Provider judged = c.provider(c.anna);
    CHECK(judged.slashed.units == (at_commit.stake.units + 1) / 2 + (locked.units + 1) / 2);
    c.ok(c.anna, pay(c.bob.address(), tokens(1)));  // no work is open: the rest comes
    CHECK(locked_of(c, c.anna) < judged.rewards.pool.tokens);
    c.check_invariants();
}

TEST_CASE("a full slash ends all lots, and the next reward begins anew") {
    Chain c = chain_with(LockedStake::rewards, [](Genesis& g) {
        g.params.slash.full = Ppb{Ppb::kOne};
        g.params.slash.jail_ms = 0;
    });
    c.join(c.anna, "tiny", tokens(100));
    c.next_epoch();
    (void)earn(c, c.anna);
    REQUIRE_FALSE(locked_of(c, c.anna).is_zero());
    c.do_task(c.anna, 3);
    CHECK(c.provider(c.anna).rewards == tokenomics::RewardLock{});
    CHECK(c.provider(c.anna).stake.is_zero());
    CHECK(c.ledger().vesting.is_zero());
    c.check_invariants();
    c.ok(c.anna, Stake{c.anna.address(), tokens(100)});
    if (c.provider(c.anna).jailed) c.ok(c.anna, Unjail{});
    c.next_epoch();
    CHECK_FALSE(earn(c, c.anna).is_zero());
    CHECK_FALSE(locked_of(c, c.anna).is_zero());
    c.check_invariants();
}

TEST_CASE("a work key's commit counts no tokens that are free by then") {
    Chain c = chain_with(LockedStake::rewards, [](Genesis& g) { g.params.vesting.reward_steps = 1; });
    c.join(c.anna, "tiny", tokens(100));
    c.ok(c.anna, UpdateProvider{std::nullopt, c.bob.address(), false, tokens(1)});
    c.next_epoch();
    (void)earn(c, c.anna);
    c.ok(c.anna, Unstake{c.anna.address(), tokens(1)});
    c.next_epoch();
    const std::uint64_t step = step_now(c);
    while (step_now(c) < step + 2) c.block();
    c.next_epoch();
    c.to_start();
    const auto work = c.work(c.task(c.anna));
    auto m = std::get<CommitWork>(c.commit_message(work));
    m.provider = c.anna.address();
    REQUIRE_FALSE(locked_of(c, c.anna).is_zero());  // nobody has touched it
    CHECK(c.code(c.bob, m) == "stake_below_required");
}

TEST_CASE("who registers as a provider counts the grants that it has") {
    Chain c = chain_with(LockedStake::all);
    const TimeMs now{c.now};
    c.ok(c.buyer, CreateVesting{c.anna.address(), tokens(300), now, TimeMs{now.value + 1'000'000},
                                TimeMs{now.value + 2'000'000}});
    c.ok(c.anna, RegisterProvider{""});
    c.ok(c.anna, AddDevice{0, "tiny"});
    CHECK(c.provider(c.anna).granted == tokens(300));
    c.next_epoch();
    c.do_task(c.anna);  // without a stake of its own
    CHECK(c.provider(c.anna).passed == 1);
    CHECK(c.provider(c.anna).stake.is_zero());
    c.check_invariants();
}

}  // namespace assay::chain::test
