#include <algorithm>

#include "tests/tokenomics/model.hpp"
#include "tokenomics/burn.hpp"
#include "tokenomics/price.hpp"

namespace assay::tokenomics {
namespace {

using namespace test;

template <class T>
void require_equals(const Result<T>& got, const Big& exact) {
    if (exact > big(kMax)) {
        REQUIRE_FALSE(got.ok());
        REQUIRE(got.error().code == Code::overflow);
    } else {
        REQUIRE(got.ok());
        REQUIRE(big(got->units) == exact);
    }
}

TEST_CASE("what a burn is worth and a settlement's worth are the exact quotients, at every number of decimals") {
    const std::uint64_t seed = assay::test::seed();
    Random r(seed);
    for (int round = 0; round < 4000; ++round) {
        INFO("seed " << seed << ", round " << round);
        const auto decimals = static_cast<unsigned>(r.below(25));
        const u128 a = awkward(r);
        const std::uint64_t price = std::max<std::uint64_t>(1, r.u64() >> r.below(64));
        const Big scale = ten_to(decimals + 2);
        require_equals(credits_for(Amount{a}, Price{price}, decimals), floor_div(big(a) * price, scale));
        require_equals(tokens_worth(Credits{a}, Price{price}, decimals), floor_div(big(a) * scale, price));
    }
}

TEST_CASE("a price of zero buys nothing and settles nothing; a price of one unit works; no call fails otherwise") {
    CHECK(credits_for(Amount::max(), Price{0}, 6)->is_zero());
    CHECK(tokens_worth(Credits{0}, Price{0}, 6).error().code == Code::price_stale);
    CHECK(settlement_pay({}, Credits{5}, Amount{1000}, Price{0}, 6).error().code == Code::price_stale);
    CHECK(credits_for(Amount{small(ten_to(26))}, Price{1}, 24)->units == 1);
    CHECK(credits_for(Amount{0}, Price{1}, 0)->is_zero());
    CHECK(credits_for(Amount{1}, Price{1}, 25).error().code == Code::overflow);
    CHECK(settlement_pay({}, Credits{5}, Amount{1000}, Price{1}, 25).error().code == Code::overflow);
}

TEST_CASE("a burn takes the lower of spot and average, a settlement the higher") {
    const auto at = [](std::uint64_t spot, std::uint64_t average, std::uint64_t deviation, Ppb k) {
        PriceState s;
        s.spot = Price{spot};
        s.ema_q32 = u128{average} << 32;
        s.variance_q32 = u128{deviation} * deviation << 32;
        BmeParams bme;
        bme.deviations = k;
        return prices_of(bme, s);
    };
    CHECK(at(90, 100, 0, {}).burn == Price{90});
    CHECK(at(110, 100, 0, {}).burn == Price{100});
    CHECK(at(90, 100, 0, {}).settle == Price{100});
    CHECK(at(110, 100, 0, {}).settle == Price{110});
    // Helium's: EMA - 2 standard deviations.
    const Ppb two{2 * Ppb::kOne};
    CHECK(at(110, 100, 7, two).burn == Price{86});
    CHECK(at(80, 100, 7, two).burn == Price{80});
    CHECK(at(110, 100, 7, Ppb{1'500'000'000}).burn == Price{90});  // 10.5, floored
    CHECK(at(110, 100, 60, two).burn == Price{0});                 // nothing can be bought, and nothing wraps
    CHECK(at(110, 100, 60, two).settle == Price{110});
}

TEST_CASE("a settlement pays the credits' worth, at most 97.5 % of the tokens that were burned for them") {
    const BmeParams bme;
    const Credits hundred{100'000'000};
    const Amount burned{100'000'000};  // 100 tokens at 1.00
    CHECK(settlement_pay(bme, hundred, burned, Price{100'000'000}, 6)->units == 97'500'000);
    CHECK(settlement_pay(bme, hundred, burned, Price{200'000'000}, 6)->units == 50'000'000);
    CHECK(settlement_pay(bme, hundred, burned, Price{50'000'000}, 6)->units == 97'500'000);
    CHECK(settlement_pay(bme, hundred, burned, Price{1}, 6)->units == 97'500'000);
    CHECK(settlement_pay(bme, Credits{kMax}, Amount{1000}, Price{1}, 24)->units == 975);  // worth beyond any number
    CHECK(settlement_pay(bme, Credits{}, burned, Price{1}, 6)->is_zero());
    CHECK(settlement_pay(bme, hundred, Amount{}, Price{1}, 6)->is_zero());
}

TEST_CASE("F1: burn and claim in the same hand never profits, at any price path and any lag") {
    const std::uint64_t seed = assay::test::seed();
    Random r(seed);
    for (int round = 0; round < 300; ++round) {
        INFO("seed " << seed << ", round " << round);
        PriceParams pp;
        pp.max_move = Ppb{r.below(Ppb::kOne + 1)};
        pp.ema_rounds = 1 + r.below(30);
        const auto decimals = static_cast<unsigned>(r.below(25));
        BmeParams bme;
        bme.payout = Ppb{r.below(Ppb::kOne + 1)};
        PriceState s = initial_price(pp);
        Credits credits;
        Amount tokens, burned, back;
        for (int step = 0; step < 40; ++step) {
            s = close_round(pp, s, {{Price{Price::kStale + (r.u64() >> (20 + r.below(44)))}, 1}}, 1, Height{1}).state;
            if (s.stale) continue;
            if (r.below(2) == 0) {
                const Amount b{between(r, 0, u128{1} << r.below(90))};
                const auto bought = credits_for(b, prices_of(bme, s).burn, decimals);
                REQUIRE(bought.ok());
                credits = *add(credits, *bought);
                tokens = *add(tokens, b);
                burned = *add(burned, b);
            } else if (!credits.is_zero()) {
                const Credits taken{between(r, 0, credits.units)};
                const Amount carried = carried_by(taken, credits, tokens);
                const auto pay = settlement_pay(bme, taken, carried, prices_of(bme, s).settle, decimals);
                REQUIRE(pay.ok());
                REQUIRE(*pay <= carried);
                back = *add(back, *pay);
                credits = *sub(credits, taken);
                tokens = *sub(tokens, carried);
            }
            // Even if the rest were paid at its bound.
            REQUIRE(big(back) + big(tokens) <= big(burned));
        }
    }
}

TEST_CASE("credits consumed in any number of pieces take exactly the tokens that were burned for them") {
    const std::uint64_t seed = assay::test::seed();
    Random r(seed);
    for (int round = 0; round < 1000; ++round) {
        INFO("seed " << seed << ", round " << round);
        const Credits all{std::max<u128>(awkward(r), 1)};
        const Amount burned{awkward(r)};
        Credits held = all;
        Amount tokens = burned, taken_tokens;
        while (!held.is_zero()) {
            const Credits taken{r.below(6) == 0 ? held.units : between(r, 0, held.units)};
            const Amount part = carried_by(taken, held, tokens);
            REQUIRE(big(part) ==
                    floor_div(big(tokens) * big(taken.units), big(held.units)));  // pro rata of what is held
            held = *sub(held, taken);
            tokens = *sub(tokens, part);
            taken_tokens = *add(taken_tokens, part);
        }
        REQUIRE(tokens.is_zero());
        REQUIRE(taken_tokens == burned);
    }
    CHECK(carried_by(Credits{5}, Credits{0}, Amount{9}).units == 9);  // beyond what is held: all there is, not a fault
    CHECK(carried_by(Credits{0}, Credits{0}, Amount{9}).is_zero());
    CHECK(carried_by(Credits{0}, Credits{7}, Amount{9}).is_zero());
}

}  // namespace
}  // namespace assay::tokenomics
