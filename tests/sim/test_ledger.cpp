// The ledger's books: whatever is done to it in whatever order, no token, credit or dollar is lost or made, and a
// breach of any bucket is found. What each operation moves is in test_ledger_operations.cpp.
#include "tests/sim/economies.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/random.hpp"

using namespace assay;
using namespace assay::sim;

namespace {

constexpr MarketKind kMarkets[] = {MarketKind::cpmm, MarketKind::quantity, MarketKind::flow};

std::vector<std::string> wild(test::Random& random, std::size_t mode) {
    return {std::string("bme.mode=\"") + kModes[mode] + "\"",
            "bme.credits_per_token=" + std::to_string(1 + random.below(10'000'000)),
            "bme.fee_destroy.fee_ppb=" + std::to_string(random.below(1'000'000'001)),
            "bme.fee_destroy.executor_ppb=" + std::to_string(random.below(1'000'000'001)),
            "bme.fee_destroy.burn_ppb=" + std::to_string(random.below(1'000'000'001)),
            "bme.vault.shortfall_ppb=" + std::to_string(random.below(50'000'000)),
            "bme.recycle.cap=" + std::to_string(random.below(1'000'000'000'000)),
            "bme.deviations_ppb=" + std::to_string(random.below(3'000'000'000)),
            "bme.payout_ppb=" + std::to_string(random.below(1'000'000'001))};
}

// What random people do in a step, in any order.
void anything(Economy& e, test::Random& random, std::uint64_t step) {
    Ledger& l = e.ledger;
    const std::size_t g = random.below(l.groups.size()), party = random.below(l.parties.size());
    const Amount a{any(random, 50)};
    const u128 usd = any(random, 45);
    switch (random.below(22)) {
        case 0:
            l.buy_for(usd, l.holders);
            break;
        case 1:
            l.buy(a, l.groups[g].liquid);
            break;
        case 2:
            l.sell(a, l.holders);
            break;
        case 3:
            l.sell(a, l.groups[g].liquid);
            break;
        case 4:
            l.sell(a, l.parties[party].free);
            break;
        case 5:
            l.quote(Price{static_cast<std::uint64_t>(any(random, 40))});
            break;
        case 6:
            l.liquidity(Ppb{static_cast<std::uint64_t>(any(random, 33))});
            break;
        case 7:
        case 8:
            e.see();
            l.burn_for_credits(e.params, Credits{usd}, e.oracle);
            break;
        case 9:
        case 10:
            e.consume(Credits{usd});
            break;
        case 11:
            l.wash(e.params, g, Credits{any(random, 40)}, e.oracle, e.in.providers);
            break;
        case 12:
            e.oracle.stale = random.below(4) == 0;
            break;
        case 13:
            l.stake(g, a);
            break;
        case 14:
            l.unstake(g, a, step);
            break;
        case 15:
            l.slash(g,
                    Ppb{any(random, 31) > 1'000'000'000 ? 1'000'000'000 : static_cast<std::uint64_t>(any(random, 30))});
            break;
        case 16:
            l.delegate(a);
            break;
        case 17:
            l.undelegate(a, step);
            break;
        case 18:
            l.take_fee(usd);
            break;
        case 19:
            l.spend(usd);
            break;
        case 20:
            l.buyback(usd, random.below(2) == 0);
            break;
        default:
            l.unlock(party, a);
    }
}

Ledger::Start everything(test::Random& random) {
    Ledger::Start s = start_of();
    s.market = kMarkets[random.below(3)];
    s.fee = Ppb{random.below(500'000'001)};
    s.commission = Ppb{random.below(1'000'000'001)};
    s.delegated = Amount{any(random, 40)};
    s.treasury = Amount{any(random, 40)};
    s.treasury_usd = any(random, 40);
    s.credits = Credits{random.below(2) * (1'000 * kUsd + any(random, 35))};
    s.parties = {Amount{any(random, 40)}, {}, Amount{5 * kToken}};
    s.locked = {Amount{any(random, 43)}, Amount{7 * kToken}};
    s.unbonding_steps = 1 + random.below(9);
    return s;
}

}  // namespace

TEST_CASE("whatever people do, in whatever order, the books add up") {
    INFO("seed " << test::seed());
    test::Random random;
    for (int round = 0; round < test::rounds(120); ++round) {
        const auto sets = wild(random, static_cast<std::size_t>(round) % 4);
        std::string text;
        for (const auto& s : sets) text += s + " ";
        INFO(text);
        Economy e = economy_of(everything(random), sets);
        e.in.validators.push_back({Address{}, 1, 1});
        for (std::uint64_t step = 0; step < 120; ++step) {
            e.ledger.mature(step);
            e.ledger.mature_delegations(step);
            for (std::uint64_t n = random.below(12); n > 0; --n) {
                anything(e, random, step);
                if (const Status s = e.ledger.check(e.params); !s) FAIL(s.error().message);
            }
            e.close(step);
            e.check();
        }
    }
}

TEST_CASE("a breach of any bucket, sum or book is found") {
    test::Random random;
    Ledger::Start start = everything(random);
    start.market = MarketKind::cpmm;
    start.credits = Credits{5'000 * kUsd};
    Economy e = economy_of(start, {"bme.mode=\"mint_ratio\"", "bme.credits_per_token=500000"});
    e.ledger.unstake(1, Amount{kToken}, 0);
    e.ledger.undelegate(Amount{1000}, 0);
    e.check();
    using Change = void (*)(Ledger&);
    const Change changes[] = {
        [](Ledger& l) { ++l.genesis.units; },
        [](Ledger& l) { ++l.minted.units; },
        [](Ledger& l) { ++l.burned.units; },
        [](Ledger& l) { ++l.holders.units; },
        [](Ledger& l) { --l.bonds.units; },
        [](Ledger& l) { ++l.pool_tokens.units; },
        [](Ledger& l) { ++l.vault.units; },
        [](Ledger& l) { ++l.vault.units, --l.holders.units; },
        [](Ledger& l) { ++l.delegated.units; },
        [](Ledger& l) { ++l.undelegating.units; },
        [](Ledger& l) { ++l.undelegating.units, --l.holders.units; },
        [](Ledger& l) { ++l.groups[2].liquid.units; },
        [](Ledger& l) { ++l.groups[2].staked.units; },
        [](Ledger& l) { ++l.groups[2].staked.units, --l.holders.units; },
        [](Ledger& l) { ++l.groups[0].unbonding.units; },
        [](Ledger& l) { ++l.groups[0].unbonding.units, --l.holders.units; },
        [](Ledger& l) { ++l.parties[1].free.units; },
        [](Ledger& l) { --l.parties[1].locked.units; },
        [](Ledger& l) { --l.parties[1].locked.units, ++l.holders.units; },
        [](Ledger& l) { ++l.pools.work.units; },
        [](Ledger& l) { ++l.pools.availability.units; },
        [](Ledger& l) { ++l.pools.stakers.units; },
        [](Ledger& l) { ++l.pools.validators.units; },
        [](Ledger& l) { ++l.pools.treasury.units; },
        [](Ledger& l) { ++l.staked.units; },
        [](Ledger& l) { ++l.unbonding.units; },
        [](Ledger& l) { ++l.locked.units; },
        [](Ledger& l) { ++l.credits_issued.units; },
        [](Ledger& l) { ++l.credits_consumed.units; },
        [](Ledger& l) { ++l.credits_free.units; },
        [](Ledger& l) { ++l.credits_backing.units; },
        [](Ledger& l) { ++l.recycled.units; },
        [](Ledger& l) { l.scheduled = Amount::max(); },
        [](Ledger& l) { ++l.pool_usd; },
        [](Ledger& l) { ++l.usd_in; },
        [](Ledger& l) { --l.pool_usd, ++l.usd_out; },  // the product falls
        [](Ledger& l) { --l.pool_tokens.units, ++l.holders.units; },
        [](Ledger& l) { ++l.treasury_usd; },
        [](Ledger& l) { ++l.treasury_out; },
        [](Ledger& l) { l.groups[1].newest = 0, l.leaving.push(0, 1, Amount{1}, l.groups[1].newest); },
        [](Ledger& l) {
            std::uint64_t newest = 0;
            l.leaving_delegations.push(0, 0, Amount{1}, newest);
        },
    };
    for (std::size_t i = 0; i < std::size(changes); ++i) {
        INFO("change " << i);
        Ledger l = e.ledger;
        changes[i](l);
        const Status s = l.check_fully(e.params);
        REQUIRE_FALSE(s.ok());
        CHECK(s.error().code == Code::conservation_broken);
    }
    tokenomics::Params tight = e.params;
    tight.token.cap = Amount{e.ledger.supply().units - 1};
    CHECK_FALSE(e.ledger.check(tight).ok());
    // Nobody takes from the pool in the shadow of a liquidity provider who leaves.
    Ledger l = e.ledger;
    --l.pool_usd, ++l.usd_out;
    l.liquidity(Ppb{500'000'000});
    CHECK_FALSE(l.check(e.params).ok());
}

TEST_CASE("what the supply does not suffice for, or credits that cannot be, is no start") {
    const tokenomics::Params p = devnet().params;
    const auto why = [&](const Ledger::Start& s) {
        const auto l = Ledger::open(p, s);
        REQUIRE_FALSE(l.ok());
        CHECK(l.error().code == Code::field_out_of_range);
        return l.error().message;
    };
    Ledger::Start s = start_of();
    s.parties = {s.supply};
    CHECK(why(s).find("holdings") != std::string::npos);
    s = start_of();
    s.credits = Credits{1};
    CHECK(why(s).find("initial.credits_usd") != std::string::npos);
    s = start_of();
    s.depth_usd = 0;
    CHECK(why(s).find("market.depth_usd") != std::string::npos);
}
