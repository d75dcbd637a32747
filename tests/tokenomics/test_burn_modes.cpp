// What a purchase and a settlement do in each mode, against the same rules on integers without a bound.
#include <algorithm>

#include "tests/tokenomics/model.hpp"
#include "tokenomics/breaker.hpp"
#include "tokenomics/burn.hpp"
#include "tokenomics/recycle.hpp"

namespace assay::tokenomics {
namespace {

using namespace test;

constexpr Price kAkt{114'000'000};  // 1.14 USD

BmeParams of_mode(BurnMode mode) {
    BmeParams b;
    b.mode = mode;
    b.credits_per_token = 1'000'000;
    return b;
}
Prices both(Price p) {
    return {p, p};
}

Big ceil_of(const Big& a, const Big& b) {
    return (a + b - 1) / b;
}

// Random parameters that validate() would take.
BmeParams any_bme(Random& r, BurnMode mode) {
    BmeParams b = of_mode(mode);
    b.payout = Ppb{r.below(Ppb::kOne + 1)};
    b.credits_per_token = 1 + (r.u64() >> r.below(64));
    b.fee_destroy = {Ppb{1 + r.below(Ppb::kOne)}, Ppb{r.below(Ppb::kOne + 1)}, Ppb{r.below(Ppb::kOne + 1)}};
    b.vault.spread = Ppb{r.below(3) == 0 ? 0 : r.below(Ppb::kOne)};
    b.vault.settle_spread = Ppb{r.below(2) == 0 ? 0 : r.below(Ppb::kOne)};
    return b;
}
BurnMode any_mode(Random& r) {
    return static_cast<BurnMode>(r.below(4));
}

struct Market {
    BurnMode mode;
    BmeParams bme;
    unsigned decimals;
    Price price;
};
Market any_market(Random& r) {
    const BurnMode mode = any_mode(r);
    return {mode, any_bme(r, mode), static_cast<unsigned>(r.below(25)),
            Price{std::max<std::uint64_t>(1, r.u64() >> r.below(64))}};
}

TEST_CASE("AEP-76's worked example: 1000 USD at 1.14 burn 877.192983 AKT, and settle for 666.666666 or 1111.111111") {
    BmeParams bme = of_mode(BurnMode::vault);
    bme.vault.spread = {};
    const Credits thousand{1'000'000'000};
    const auto bought = purchase(bme, both(kAkt), 6, Amount{900'000'000}, thousand);
    REQUIRE(bought.ok());
    CHECK(bought->spent.units == 877'192'983);
    CHECK(bought->vaulted == bought->spent);
    CHECK(bought->credits == thousand);
    CHECK(bought->destroyed.is_zero());
    const Funds vault{bought->vaulted, Amount::max()};
    const auto risen = settle(bme, both(Price{150'000'000}), 6, vault, thousand, bought->carried);
    REQUIRE(risen.ok());
    CHECK(risen->paid.units == 666'666'666);
    CHECK(risen->from_vault == risen->paid);  // the surplus stays in the vault
    const auto fallen = settle(bme, both(Price{90'000'000}), 6, Funds{bought->vaulted, Amount{1'000'000'000}}, thousand,
                               bought->carried);
    REQUIRE(fallen.ok());
    CHECK(fallen->paid.units == 1'111'111'111);
    CHECK(fallen->from_vault.units == 877'192'983);
    CHECK(fallen->minted.units == 1'111'111'111 - 877'192'983);  // the shortfall is minted
    // With the spread of 25 basis points: floor(akt x P x (1 - spread)).
    bme.vault.spread = Ppb{2'500'000};
    CHECK(purchase(bme, both(kAkt), 6, Amount{1'000'000'000}, {})->credits.units == 1'137'150'000);
}

TEST_CASE("the back-off of AEP-76, step by step") {
    const VaultParams p;
    const auto blocks = [&](std::uint64_t ratio) {
        return blocks_between_rounds(p, {ratio > 9500   ? BreakerLevel::healthy
                                         : ratio > 9000 ? BreakerLevel::warned
                                                        : BreakerLevel::halted,
                                         ratio});
    };
    CHECK(blocks(9501) == 0);
    CHECK(blocks(9500) == 10);
    CHECK(blocks(9491) == 10);  // n = 0
    CHECK(blocks(9490) == 11);
    CHECK(blocks(9480) == 12);
    CHECK(blocks(9470) == 13);
    CHECK(blocks(9400) == 25);
    CHECK(blocks(9000) == 1'173);
    CHECK(blocks(9500 - 10 * 76) == 13'990);
    CHECK(blocks(9500 - 10 * 77) == 14'400);
    CHECK(blocks(0) == 14'400);
    // floor(10 x 11^n / 10^n), without a bound on its digits.
    Big up = 10, down = 1;
    for (std::uint64_t n = 0; n <= 100; ++n, up *= 11, down *= 10)
        REQUIRE(Big(blocks(9500 - 10 * n)) == std::min<Big>(14'400, up / down));
    VaultParams flat;
    flat.backoff = {};
    CHECK(blocks_between_rounds(flat, {BreakerLevel::halted, 0}) == 10);
    flat.backoff = Ppb{1};
    flat.max_blocks = 100'000;
    CHECK(blocks_between_rounds(flat, {BreakerLevel::halted, 0}) == 10);
}

TEST_CASE("the breaker warns at 0.95, halts at 0.90 and starts again at 0.93; nothing outstanding is healthy") {
    const VaultParams p;
    const auto next = [&](BreakerLevel before, std::uint64_t bps) {  // a vault worth bps of 10,000 USD
        return breaker(p, before, Amount{u128{bps} * 1'000'000}, Price{Price::kOneUsd}, 6, Credits{10'000'000'000});
    };
    CHECK(next(BreakerLevel::healthy, 9501) == BreakerState{BreakerLevel::healthy, 9501});
    CHECK(next(BreakerLevel::healthy, 9500) == BreakerState{BreakerLevel::warned, 9500});
    CHECK(next(BreakerLevel::warned, 9001).level == BreakerLevel::warned);
    CHECK(next(BreakerLevel::warned, 9000).level == BreakerLevel::halted);
    CHECK(next(BreakerLevel::healthy, 10).level == BreakerLevel::halted);
    CHECK(next(BreakerLevel::halted, 9299).level == BreakerLevel::halted);
    CHECK(next(BreakerLevel::halted, 9300).level == BreakerLevel::warned);
    CHECK(next(BreakerLevel::halted, 9600).level == BreakerLevel::healthy);
    CHECK(breaker(p, BreakerLevel::halted, {}, Price{1}, 6, {}) == BreakerState{});
    CHECK(breaker(p, BreakerLevel::healthy, Amount::max(), Price{~std::uint64_t{0}}, 0, Credits{1}).ratio_bps ==
          ~std::uint64_t{0});
    CHECK(breaker(p, BreakerLevel::healthy, {}, Price{1}, 24, Credits::max()).level == BreakerLevel::halted);
}

TEST_CASE(
    "Render's fee: 5 % to the treasury, 95 % gone; Gensyn's: 1 % of it to the executor, 70 % of the rest burned") {
    BmeParams bme = of_mode(BurnMode::fee_destroy);
    bme.fee_destroy = {Ppb{50'000'000}, {}, {}};
    const auto render = purchase(bme, both(Price{400'000'000}), 8, Amount{10'000'000'000}, {});  // 100 RENDER at 4 USD
    REQUIRE(render.ok());
    CHECK(render->credits.units == 400'000'000);  // what the job costs, fee included
    CHECK(render->treasury.units == 500'000'000);
    CHECK(render->destroyed.units == 9'500'000'000);
    CHECK(render->carried == render->destroyed);
    bme.fee_destroy = {Ppb{5'000'000}, Ppb{10'000'000}, Ppb{700'000'000}};
    const auto gensyn = purchase(bme, both(Price{Price::kOneUsd}), 18, Amount{u128{1'000'000} * 1'000'000'000'000}, {});
    REQUIRE(gensyn.ok());
    CHECK(to_digits(gensyn->validators.units) == "50000000000000");  // 1 % of the fee of 0.005
    CHECK(to_digits(gensyn->treasury.units) == "1485000000000000");  // 30 % of the rest
    CHECK(to_digits(gensyn->destroyed.units) == "998465000000000000");
}

TEST_CASE("Pocket's ratio: what work consumes is destroyed, and 97.5 % of it minted") {
    const BmeParams bme = of_mode(BurnMode::mint_ratio);
    const auto bought = purchase(bme, {}, 6, Amount{2'000'001}, {});  // no price is asked
    REQUIRE(bought.ok());
    CHECK(bought->credits.units == 2'000'001);
    CHECK(bought->vaulted.units == 2'000'001);
    const auto paid = settle(bme, {}, 6, Funds{bought->vaulted, {}}, bought->credits, bought->carried);
    REQUIRE(paid.ok());
    CHECK(paid->destroyed.units == 2'000'001);
    CHECK(paid->minted.units == 1'950'000);  // floor(2,000,001 x 0.975), though the cap left no room before
}

TEST_CASE("every purchase adds up, buys the floor for all and the ceiling for just so many, in every mode") {
    const std::uint64_t seed = assay::test::seed();
    Random r(seed);
    for (int round = 0; round < 6000; ++round) {
        INFO("seed " << seed << ", round " << round);
        const auto [mode, bme, decimals, price] = any_market(r);
        const Amount offered{awkward(r)};
        Big top = price.value, bottom = ten_to(decimals + 2);
        if (mode == BurnMode::vault) top *= Ppb::kOne - bme.vault.spread.value, bottom *= Ppb::kOne;
        if (mode == BurnMode::mint_ratio) top = bme.credits_per_token, bottom = ten_to(decimals);
        const auto all = purchase(bme, both(price), decimals, offered, {});
        const Big credits = big(offered) * top / bottom;
        if (credits > big(kMax)) {
            REQUIRE(all.error().code == Code::overflow);
        } else if (credits == 0) {
            REQUIRE(all.error().code == Code::min_credits_not_met);
        } else {
            REQUIRE(all.ok());
            REQUIRE(big(all->credits.units) == credits);
            REQUIRE(all->spent == offered);
        }
        const Credits exact{std::max<u128>(awkward(r), 1)};
        const auto just = purchase(bme, both(price), decimals, offered, exact);
        const Big cost = ceil_of(big(exact.units) * bottom, top);
        if (cost > big(offered)) {
            REQUIRE(just.error().code == Code::min_credits_not_met);
        } else {
            REQUIRE(just.ok());
            REQUIRE(big(just->spent) == cost);
            REQUIRE(just->credits == exact);
        }
        for (const auto& p : {all, just}) {
            if (!p) continue;
            REQUIRE(big(p->spent) == big(p->destroyed) + big(p->vaulted) + big(p->treasury) + big(p->validators));
            REQUIRE(p->carried <= p->spent);
        }
    }
}

TEST_CASE("every settlement adds up and stays within its funds, in every mode") {
    const std::uint64_t seed = assay::test::seed();
    Random r(seed);
    for (int round = 0; round < 6000; ++round) {
        INFO("seed " << seed << ", round " << round);
        const auto [mode, bme, decimals, price] = any_market(r);
        const Credits credits{std::max<u128>(awkward(r), 1)};
        const Amount tokens{awkward(r)};
        const Funds funds{Amount{awkward(r)}, Amount{awkward(r)}};
        const auto s = settle(bme, both(price), decimals, funds, credits, tokens);
        if (!s) {
            const Code code = s.error().code;
            REQUIRE(mode == BurnMode::vault);
            REQUIRE((code == Code::amount_zero || code == Code::cap_reached));
            continue;
        }
        REQUIRE(big(s->paid) == big(s->minted) + big(s->from_vault));
        REQUIRE(big(s->from_vault) + big(s->destroyed) <= big(funds.vault));
        REQUIRE(big(s->minted) <= big(funds.mintable) + big(s->destroyed));
        REQUIRE(s->credits <= credits);
        REQUIRE(s->tokens <= tokens);
        if (mode != BurnMode::vault) {
            REQUIRE(s->credits == credits);
            REQUIRE(s->tokens == tokens);
            REQUIRE(s->paid <= tokens);  // F2: never more than was burned for it
            // What it pays, by its own words: the share of the burn, in the destroying modes at most the credits'
            // worth.
            const Big burn = mode == BurnMode::mint_ratio ? big(s->destroyed) : big(tokens);
            Big due = burn * bme.payout.value / Ppb::kOne;
            if (mode != BurnMode::mint_ratio)
                due = std::min(due, big(credits.units) * ten_to(decimals + 2) / price.value);
            REQUIRE(big(s->paid) == std::min(due, big(funds.mintable) + big(s->destroyed)));
        } else {
            // Never more than the credits' worth, and the vault before the mint.
            const Big worth = big(s->credits.units) * ten_to(decimals + 2) *
                              (Ppb::kOne - bme.vault.settle_spread.value) / (Big(price.value) * Ppb::kOne);
            REQUIRE(big(s->paid) <= worth);
            const Big all = big(credits.units) * ten_to(decimals + 2) * (Ppb::kOne - bme.vault.settle_spread.value) /
                            (Big(price.value) * Ppb::kOne);
            REQUIRE(big(s->paid) == std::min<Big>({all, big(kMax), big(funds.vault) + big(funds.mintable)}));
            REQUIRE((s->minted.is_zero() || s->from_vault == funds.vault));
        }
    }
}

TEST_CASE("what the vault pays in parts is what it pays at once, rounded for the payer") {
    const std::uint64_t seed = assay::test::seed();
    Random r(seed);
    for (int round = 0; round < 1000; ++round) {
        INFO("seed " << seed << ", round " << round);
        const BmeParams bme = any_bme(r, BurnMode::vault);
        const Price price{Price::kStale + r.below(1'000'000'000)};
        Credits left{between(r, 1, 1'000'000'000'000)};
        Amount tokens{between(r, 0, 1'000'000'000)};
        const Amount tokens_at_first = tokens;
        const Credits all = left;
        Big paid = 0, taken_tokens = 0;
        int turns = 0;
        for (; !left.is_zero() && turns < 200; ++turns) {
            const Funds funds{Amount{between(r, 0, 100'000'000)}, Amount{between(r, 1, 100'000'000)}};
            const auto s = settle(bme, both(price), 6, funds, left, tokens);
            if (!s) {
                REQUIRE(s.error().code == Code::amount_zero);
                break;
            }
            left = sub_or_zero(left, s->credits);
            tokens = sub_or_zero(tokens, s->tokens);
            paid += big(s->paid);
            taken_tokens += big(s->tokens);
        }
        const Big worth =
            big(all.units) * ten_to(8) * (Ppb::kOne - bme.vault.settle_spread.value) / (Big(price.value) * Ppb::kOne);
        REQUIRE(paid <= worth);
        REQUIRE(taken_tokens + big(tokens) == big(tokens_at_first));
        if (left.is_zero()) REQUIRE(taken_tokens == big(tokens_at_first));
    }
}

TEST_CASE("A8: burning and redeeming in one hand gains nothing from prices that were known, in every mode") {
    // Whoever burns at min(spot, EMA) and settles at max(spot, EMA) of the same round gets back at most what he gave.
    const std::uint64_t seed = assay::test::seed();
    Random r(seed);
    for (int round = 0; round < 4000; ++round) {
        INFO("seed " << seed << ", round " << round);
        const BurnMode mode = any_mode(r);
        const BmeParams bme = any_bme(r, mode);
        const auto decimals = static_cast<unsigned>(r.below(25));
        Prices p{Price{1 + r.below(1'000'000'000'000)}, {}};
        p.settle = Price{p.burn.value + r.below(1'000'000'000'000)};
        const auto bought = purchase(bme, p, decimals, Amount{between(r, 1, u128{1} << r.below(90))}, {});
        if (!bought) continue;
        const auto back = settle(bme, p, decimals, Funds{Amount::max(), {}}, bought->credits, bought->carried);
        if (back) REQUIRE(back->paid <= bought->spent);
    }
}

TEST_CASE("an epoch's shortfall is bounded by the cap and by 1 % of the supply before it") {
    const VaultParams p;
    CHECK(vault_mintable(p, Amount{1'000'000}, Amount{100'000}, {}).units == 1'000);
    CHECK(vault_mintable(p, Amount{1'000'000}, Amount{100'400}, Amount{400}).units == 600);
    CHECK(vault_mintable(p, Amount{1'000'000}, Amount{101'000}, Amount{1'000}).is_zero());
    CHECK(vault_mintable(p, Amount{100'010}, Amount{100'000}, {}).units == 10);
    CHECK(vault_mintable(p, Amount{100'000}, Amount{100'000}, {}).is_zero());
    CHECK(vault_mintable(p, Amount::max(), {}, Amount{5}).is_zero());
}

TEST_CASE("F12: recycling is a mean of burns, capped, and its sum never passes theirs") {
    const RecycleParams helium{Amount{164'383'560'000}, 7};  // 1,643.8356 HNT a day
    // (6 x s + burned) / 7 from nothing.
    CHECK(recycle(helium, {}, Amount{7'000}).smoothed.units == 1'000);
    CHECK(recycle(helium, Amount{1'000}, {}).smoothed.units == 857);
    CHECK(recycle(helium, Amount::max(), Amount::max()).smoothed == Amount::max());
    CHECK(recycle(helium, Amount::max(), Amount::max()).amount == helium.cap);
    CHECK(recycle({}, Amount{1'000}, Amount{1'000}).amount.is_zero());
    const std::uint64_t seed = assay::test::seed();
    Random r(seed);
    for (int round = 0; round < 300; ++round) {
        INFO("seed " << seed << ", round " << round);
        const RecycleParams p{Amount{awkward(r)}, 1 + r.below(30)};
        Amount smoothed;
        Big burned = 0, recycled = 0;
        for (int epoch = 0; epoch < 60; ++epoch) {
            const Amount b{awkward(r)};
            const Recycled out = recycle(p, smoothed, b);
            REQUIRE(big(out.smoothed) == (big(smoothed) * (p.smoothing - 1) + big(b)) / p.smoothing);
            REQUIRE(out.amount == min_of(out.smoothed, p.cap));
            smoothed = out.smoothed;
            burned += big(b);
            recycled += big(out.amount);
            REQUIRE(recycled <= burned);
        }
    }
}

}  // namespace
}  // namespace assay::tokenomics
