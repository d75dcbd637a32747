// Each operation of the ledger against what it should move.
#include <algorithm>
#include <map>

#include "tests/sim/economies.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/random.hpp"

using namespace assay;
using namespace assay::sim;

TEST_CASE("credits of the start carry tokens at the first price") {
    Ledger::Start s = start_of();
    s.credits = Credits{1'000 * kUsd};
    Economy burned = economy_of(s);
    CHECK(burned.ledger.credits_backing.units == 2'000 * kToken);
    CHECK(burned.ledger.supply() == s.supply);
    CHECK(burned.ledger.vault.is_zero());
    Economy kept = economy_of(s, {"bme.mode=\"vault\"", "bme.vault.spread_ppb=0"});
    CHECK(kept.ledger.vault.units == 2'000 * kToken);
    CHECK(kept.ledger.supply() == s.supply);
    CHECK(kept.ledger.holders.units + 2'000 * kToken == burned.ledger.holders.units);
    // They settle as bought ones do.
    CHECK(kept.consume(Credits{400 * kUsd}).units == 400 * kUsd);
    CHECK(kept.ledger.vault.units == 1'200 * kToken);
    kept.check();
}

TEST_CASE("a market maker trades at his quote as far as his tokens and dollars go") {
    Ledger::Start s = start_of();
    s.market = MarketKind::flow;
    s.fee = Ppb{0};
    Economy e = economy_of(s);
    Ledger& l = e.ledger;
    CHECK(l.spot() == Price{50'000'000});
    CHECK(l.pool_tokens.units == 4'000'000 * kToken);
    CHECK(l.buy_for(100 * kUsd, l.holders).units == 200 * kToken);
    l.quote(Price{200'000'000});
    CHECK(l.spot() == Price{200'000'000});
    CHECK(l.sell(Amount{10 * kToken}, l.holders) == 20 * kUsd);
    CHECK(l.traded_usd == 120 * kUsd);
    e.check();
    // All his dollars, and no more tokens for them than they are worth.
    const u128 dollars = l.pool_usd;
    const Amount before = l.holders;
    CHECK(l.sell(l.holders, l.holders) == dollars);
    CHECK(before.units - l.holders.units == dollars / 2);
    CHECK(l.sell(Amount{kToken}, l.holders) == 0);
    // All his tokens, for what they are worth.
    const Amount tokens = l.pool_tokens;
    CHECK(l.buy_for(tokens.units * 100, l.holders) == tokens);
    CHECK(l.pool_usd == 2 * tokens.units);
    CHECK(l.buy(Amount{1}, l.holders).is_zero());
    CHECK_FALSE(l.stake(0, Amount{1}));
    e.check();
    l.quote(Price{0});
    CHECK(l.buy_for(5 * kUsd, l.holders).is_zero());
    CHECK(l.sell(Amount{5}, l.holders) == 0);
    e.check();
}

TEST_CASE("the fee of a market maker is on top") {
    Ledger::Start s = start_of();
    s.market = MarketKind::quantity;
    s.fee = Ppb{100'000'000};
    Economy e = economy_of(s);
    Ledger& l = e.ledger;
    CHECK(l.buy_for(100 * kUsd, l.holders).units == 180 * kToken);
    const u128 before = l.pool_usd;
    l.buy(Amount{180 * kToken}, l.holders);
    CHECK(l.pool_usd - before == 100 * kUsd);
    CHECK(l.sell(Amount{100 * kToken}, l.holders) == 45 * kUsd);
    e.check();
}

TEST_CASE("liquidity comes and goes at the price of the pool") {
    Economy e = economy_of(start_of());
    Ledger& l = e.ledger;
    const Price before = l.spot();
    const u128 tokens = l.pool_tokens.units, usd = l.pool_usd;
    l.liquidity(Ppb{250'000'000});
    CHECK(l.pool_tokens.units == tokens / 4);
    CHECK(l.pool_usd == usd / 4);
    CHECK(l.spot() == before);
    CHECK(l.traded_usd == 0);
    e.check();
    l.liquidity(Ppb{4'000'000'000});
    CHECK(l.pool_tokens.units == tokens);
    CHECK(l.pool_usd == usd);
    e.check();
    // No more than the holders have.
    l.sell(Amount{l.holders.units - 1000}, l.holders);
    const u128 had = l.pool_tokens.units;
    l.liquidity(Ppb{2'000'000'000});
    CHECK(l.pool_tokens.units == had + 1000);
    CHECK(l.holders.is_zero());
    l.liquidity(Ppb{0});
    CHECK(l.pool_tokens.units == 1);
    e.check();
}

TEST_CASE("who buys its own service never gets back more than it burned") {
    INFO("seed " << test::seed());
    test::Random random;
    u128 spent = 0;
    for (std::size_t round = 0; round < 40; ++round) {
        Economy e = economy_of(
            start_of(), {std::string("bme.mode=\"") + kModes[round % 2] + "\"", "bme.fee_destroy.fee_ppb=50000000",
                         "bme.payout_ppb=" + std::to_string(random.below(1'000'000'001))});
        for (std::uint64_t step = 0; step < 20; ++step) {
            e.ledger.burn_for_credits(e.params, Credits{50'000 * kUsd}, e.oracle);
            e.consume(Credits{any(random, 36)});
            const Credits washed =
                e.ledger.wash(e.params, 1, Credits{1'000 * kUsd + any(random, 33)}, e.oracle, e.in.providers);
            CHECK(washed.units >= 1'000 * kUsd);
            e.close(step);
            e.check();
            CHECK(e.ledger.washes[1].paid <= e.ledger.washes[1].spent);
            CHECK(e.ledger.washes[1].unclosed.is_zero());
            e.see();
        }
        CHECK(e.ledger.washes[0].spent.is_zero());
        spent += e.ledger.washes[1].spent_usd;
    }
    CHECK(spent > 0);
}

TEST_CASE("what the work pool adds to an own purchase counts by credits consumed, and burns of an epoch are smoothed") {
    Economy e = economy_of(start_of(1),
                           {"bme.recycle.cap=1000000000000", "bme.recycle.smoothing=7", "bme.payout_ppb=500000000"});
    Ledger& l = e.ledger;
    l.burn_for_credits(e.params, Credits{3'000 * kUsd}, e.oracle);
    e.consume(Credits{3'000 * kUsd});
    const Credits washed = l.wash(e.params, 0, Credits{1'000 * kUsd}, e.oracle, e.in.providers);
    REQUIRE(washed.units >= 1'000 * kUsd);
    const Amount settled = l.washes[0].paid, burned = l.burned;
    const Credits all = e.in.providers[0].consumed;
    CHECK(all.units >= 4'000 * kUsd);
    l.pools.work.units += 100 * kToken;  // out of the holders' tokens, so that there is something to add
    l.holders.units -= 100 * kToken;
    e.close(0);
    REQUIRE(e.out.payments.size() == 1);
    const Amount added = e.out.payments[0].work;
    REQUIRE_FALSE(added.is_zero());
    CHECK(l.washes[0].paid.units - settled.units == added.units * washed.units / all.units);
    CHECK(l.recycle_smoothed.units == burned.units / 7);
    CHECK(l.recycled == l.recycle_smoothed);
    e.check();
}

TEST_CASE("no wash where nothing burns") {
    Economy e = economy_of(start_of());
    e.oracle.stale = true;
    CHECK(e.ledger.wash(e.params, 0, Credits{1'000 * kUsd}, e.oracle, e.in.providers).is_zero());
    e.oracle.stale = false;
    CHECK(e.ledger.wash(e.params, 0, Credits{0}, e.oracle, e.in.providers).is_zero());
    CHECK(e.ledger.burned.is_zero());
}

TEST_CASE("delegators earn by what stood the whole epoch, less the commission") {
    Ledger::Start s = start_of(2);
    s.stakes = {Amount{30'000 * kToken}, Amount{10'000 * kToken}};
    s.delegated = Amount{40'000 * kToken};
    s.commission = Ppb{100'000'000};
    Economy e = economy_of(s);
    Ledger& l = e.ledger;
    CHECK(l.delegate(Amount{500'000 * kToken}).units == 500'000 * kToken);  // earns from the next epoch on
    const Amount before = l.holders;
    e.close(0);
    CHECK(e.in.providers[0].delegated.units == 30'000 * kToken);
    CHECK(e.in.providers[1].delegated.units == 10'000 * kToken);
    // Half of the stakers' pay is delegators', of that 9 in 10; all of it is paid but for rounding.
    const u128 paid = l.staking_paid.units, theirs = l.delegators_paid.units;
    REQUIRE(paid > 1'000);
    CHECK(theirs <= paid * 45 / 100);
    CHECK(theirs + 2 >= paid * 45 / 100);
    CHECK(l.holders.units >= before.units + theirs);
    e.close(1);
    CHECK(e.in.providers[0].delegated.units == 405'000 * kToken);
    // Who leaves earns no more, and waits.
    CHECK(l.undelegate(Amount{400'000 * kToken}, 1).units == 400'000 * kToken);
    e.close(2);
    CHECK(e.in.providers[0].delegated.units == 105'000 * kToken);
    CHECK(l.mature_delegations(5).is_zero());
    CHECK(l.mature_delegations(6).units == 400'000 * kToken);
    e.check();
}

TEST_CASE("a slash takes what is staked, what is on its way out, and what stands behind it") {
    Ledger::Start s = start_of(2);
    s.stakes = {Amount{3'000}, Amount{1'000}};
    s.delegated = Amount{8'000};
    Economy e = economy_of(s);
    Ledger& l = e.ledger;
    l.unstake(0, Amount{500}, 0);
    l.unstake(0, Amount{501}, 1);
    l.unstake(1, Amount{1}, 1);
    l.undelegate(Amount{3'998}, 1);
    // Staked 1999 and 999 of 2998; delegated 4002: 2668 behind group 0; 3998 on their way: 2665.
    const Amount taken = l.slash(0, Ppb{100'000'000});
    CHECK(l.groups[0].staked.units == 1'999 - 200);
    CHECK(l.groups[0].unbonding.units == 450 + 450);
    CHECK(l.delegated.units == 4'002 - 267);
    CHECK(l.undelegating.units == 3'998 - 267);
    CHECK(taken.units == 200 + 50 + 51 + 267 + 267);
    CHECK(l.slashed == taken);
    CHECK(l.slashed_delegated.units == 534);
    CHECK(l.groups[1].staked.units == 999);
    CHECK(l.groups[1].unbonding.units == 1);
    CHECK(l.burned == taken);
    CHECK(l.burned_for_credits.is_zero());
    e.check();
    // All of it, twice: the second time there is nothing.
    CHECK(l.slash(0, Ppb{1'000'000'000}).units > 0);
    CHECK(l.slash(0, Ppb{1'000'000'000}).is_zero());
    CHECK(l.groups[0].unbonding.is_zero());
    e.check();
    l.mature(5);
    CHECK(l.groups[0].matured.is_zero());
    l.mature(6);
    CHECK(l.groups[1].matured.units == 1);
    e.check();
}

TEST_CASE("many parties leave through one queue as each would through its own") {
    INFO("seed " << test::seed());
    test::Random random;
    constexpr std::uint64_t kWait = 7;
    LeavingQueue queue(kWait);
    std::vector<std::uint64_t> newest(20);
    std::map<std::pair<std::uint32_t, std::uint64_t>, u128> open;  // by party and step of maturity
    for (std::uint64_t step = 0; step < 3'000; ++step) {
        queue.pop_due(step, [&](std::uint32_t who, Amount a) {
            REQUIRE(open.count({who, step}) == 1);
            CHECK(open[{who, step}] == a.units);
            open.erase({who, step});
        });
        for (std::uint64_t n = random.below(12); n > 0; --n) {
            const auto who = static_cast<std::uint32_t>(random.below(20));
            const Amount a{1 + random.below(1'000)};
            queue.push(step, who, a, newest[who]);
            open[{who, step + kWait}] += a.units;
        }
        const auto cut = static_cast<std::uint32_t>(random.below(20));
        queue.each_of(newest[cut], [&](Amount& a) { a.units -= a.units / 3; });
        for (auto& [key, units] : open)
            if (key.first == cut) units -= units / 3;
        for (const auto& [key, units] : open) REQUIRE(key.second > step);
    }
    std::size_t left = 0;
    queue.each([&](std::uint32_t, Amount) { ++left; });
    CHECK(left == open.size());
    CHECK(left > 20);
}

TEST_CASE("a treasury pays in dollars, then out of its tokens") {
    Ledger::Start s = start_of();
    s.treasury = Amount{500'000 * kToken};
    s.treasury_usd = 1'000 * kUsd;
    Economy e = economy_of(s);
    Ledger& l = e.ledger;
    l.take_fee(500 * kUsd);
    CHECK(l.spend(1'200 * kUsd) == 0);
    CHECK(l.treasury_usd == 300 * kUsd);
    CHECK(l.pools.treasury == s.treasury);
    CHECK(l.spend(10'300 * kUsd) == 0);
    CHECK(l.treasury_usd < 10);  // what rounding brought beyond the bill
    CHECK(l.pools.treasury < s.treasury);
    CHECK(s.treasury.units - l.pools.treasury.units > 20'000 * kToken);
    CHECK(s.treasury.units - l.pools.treasury.units < 20'500 * kToken);
    // More than it has: the rest is not paid.
    const u128 unpaid = l.spend(5'000'000 * kUsd);
    CHECK(unpaid > 4'500'000 * kUsd);
    CHECK(l.treasury_usd == 0);
    CHECK(l.spend(1) <= 1);
    e.check();
}

TEST_CASE("a buyback burns, or keeps, what it buys") {
    Ledger::Start s = start_of();
    s.treasury_usd = 1'000 * kUsd;
    Economy e = economy_of(s);
    Ledger& l = e.ledger;
    const Amount burned = l.buyback(600 * kUsd, true);
    CHECK(burned.units > 1'190 * kToken);
    CHECK(l.burned == burned);
    CHECK(l.burned_for_credits.is_zero());
    CHECK(l.supply().units == s.supply.units - burned.units);
    const Amount kept = l.buyback(600 * kUsd, false);
    CHECK(kept.units < 800 * kToken);
    CHECK(l.pools.treasury == kept);
    CHECK(l.treasury_usd == 0);
    CHECK(l.buyback(1, true).is_zero());
    CHECK(l.bought_back.units == burned.units + kept.units);
    e.check();
}

TEST_CASE("what circulates is what nobody holds back") {
    Ledger::Start s = start_of(2);
    s.delegated = Amount{5'000};
    s.parties = {Amount{100}, Amount{200}};
    s.locked = {Amount{1'000}};
    Economy e = economy_of(s);
    Ledger& l = e.ledger;
    const u128 held = s.bonded.units + 20'000 * kToken + 5'000;
    CHECK(l.circulating().units == s.supply.units - held - 1'000);
    CHECK(l.unlock(0, Amount{400}).units == 400);
    CHECK(l.unlock(1, Amount{400}).is_zero());
    CHECK(l.parties[0].free.units == 500);
    CHECK(l.circulating().units == s.supply.units - held - 600);
    CHECK(l.unlock(0, Amount{1'000}).units == 600);
    CHECK(l.unlocked.units == 1'000);
    l.unstake(0, Amount{5}, 0);
    l.undelegate(Amount{5}, 0);
    CHECK(l.circulating().units == s.supply.units - held);
    l.mature(5);
    l.mature_delegations(5);
    CHECK(l.circulating().units == s.supply.units - held + 10);
    e.check();
}

TEST_CASE("where no price decides, a stale one stops nothing") {
    Economy e = economy_of(start_of(), {"bme.mode=\"mint_ratio\"", "bme.credits_per_token=500000"});
    e.oracle.stale = true;
    e.ledger.burn_for_credits(e.params, Credits{1'000 * kUsd}, e.oracle);
    CHECK(e.ledger.credits_free.units >= 1'000 * kUsd);
    CHECK(e.consume(Credits{1'000 * kUsd}).units == 1'000 * kUsd);
    Economy f = economy_of(start_of());
    f.oracle.stale = true;
    f.ledger.burn_for_credits(f.params, Credits{1'000 * kUsd}, f.oracle);
    CHECK(f.ledger.credits_free.is_zero());
}
