// Stake for access: requirements in USD with grace, and access scaled by what covers them.
#include "chain/access.hpp"
#include "tests/chain/chain_fixture.hpp"

namespace assay::chain::test {
namespace {

// 100 USD for a device of class "tiny"; the price starts at 1 USD and may halve within a round.
void in_usd(Genesis& g) {
    g.params.stake.unit_in = tokenomics::StakeUnit::usd;
    g.params.stake.unit_usd = 100'000'000;
    g.params.stake.grace_ms = 30'000;
    g.params.price.max_move = Ppb{500'000'000};
    g.params.price.ema_rounds = 1;
}

Amount required(const Chain& c, const Key& k) {
    return required_of(c.genesis.params, c.clock().stake_price, c.provider(k));
}

}  // namespace

TEST_CASE(
    "F9: a requirement in USD follows the smoothed price at an epoch's end, with grace for whom it leaves short") {
    Chain c(in_usd);
    c.join(c.anna, "tiny", tokens(150));
    c.join(c.bob, "tiny", tokens(300));
    CHECK(required(c, c.anna) == tokens(100));
    CHECK(requirement_of(c.genesis.params, c.provider(c.anna)).usd == Credits{100'000'000});
    c.price_rounds(1, 50'000'000);
    CHECK(required(c, c.anna) == tokens(100));  // not before the epoch's end
    c.next_epoch();
    const Provider anna = c.provider(c.anna), bob = c.provider(c.bob);
    CHECK(required(c, c.anna) == tokens(200));
    CHECK(required(c, c.bob) == tokens(200));
    CHECK(anna.kept == tokens(100));
    CHECK(anna.kept_until.value == c.now + 30'000);
    CHECK(bob.kept_until.value == 0);

    c.ok(c.carl, RegisterProvider{""});  // who comes now has no grace
    c.ok(c.carl, AddDevice{0, "tiny"});
    c.ok(c.carl, Stake{c.carl.address(), tokens(150)});
    CHECK(required(c, c.carl) == tokens(200));
    c.to_start();
    c.ok(c.anna, Chain::commit_message(Chain::work(c.task(c.anna))));
    c.next_epoch();
    c.to_start();
    REQUIRE(c.now + c.step >= anna.kept_until.value - 12'000);
    while (c.now + c.step < anna.kept_until.value) c.block();
    CHECK(c.code(c.anna, Unjail{}) == "not_jailed");
    c.next_epoch();
    c.to_start();
    CHECK(c.code(c.anna, Chain::commit_message(Chain::work(c.task(c.anna)))) == "stake_below_required");
    CHECK(c.code(c.carl, Chain::commit_message(Chain::work(c.task(c.carl)))) == "stake_below_required");
    CHECK(c.code(c.bob, Chain::commit_message(Chain::work(c.task(c.bob)))) == "ok");
}

TEST_CASE("grace keeps the old requirement, not less of it: who unstakes below it, or adds a device, has none") {
    Chain c([](Genesis& g) {
        in_usd(g);
        g.params.stake.grace_ms = 10'000'000;
    });
    c.join(c.anna, "tiny", tokens(150));
    c.price_rounds(1, 50'000'000);
    c.next_epoch();
    c.ok(c.anna, Unstake{c.anna.address(), tokens(50)});  // 100 are left, as before the fall
    c.to_start();
    c.ok(c.anna, Chain::commit_message(Chain::work(c.task(c.anna))));
    c.ok(c.anna, Unstake{c.anna.address(), tokens(1)});
    c.next_epoch();
    c.to_start();
    CHECK(c.code(c.anna, Chain::commit_message(Chain::work(c.task(c.anna)))) == "stake_below_required");
    c.ok(c.anna, Stake{c.anna.address(), tokens(1)});
    c.ok(c.anna, AddDevice{1, "tiny"});
    CHECK(c.provider(c.anna).kept == tokens(300));  // 100 kept, and 200 for the new one
    CHECK(c.code(c.anna, Chain::commit_message(Chain::work(c.task(c.anna)))) == "stake_below_required");
}

TEST_CASE("a stale price keeps the last requirement, and no price lowers it below 3 x cost") {
    Chain c(in_usd);
    c.join(c.anna, "tiny", tokens(150));
    c.price_rounds(1, 50'000'000);
    c.next_epoch();
    REQUIRE(required(c, c.anna) == tokens(200));
    c.next_epoch();
    c.next_epoch();
    REQUIRE(c.clock().price.stale);
    CHECK(required(c, c.anna) == tokens(200));
    for (int i = 0; i < 9; ++i) c.price_rounds(1, 100 * Price::kOneUsd);
    c.next_epoch();
    CHECK(required(c, c.anna) == tokens(30));
}

TEST_CASE("scaled access: weight by the free share and by what covers the rest; the deterrence bound is not free") {
    Chain c([](Genesis& g) { g.params.stake.access = tokenomics::AccessMode::scaled; });
    c.join(c.anna, "tiny", tokens(50));  // half of what is required: 20 % + 80 % x 1/2
    c.join(c.bob, "tiny", tokens(100));  // all of it
    c.join(c.carl, "tiny", tokens(29));  // below 3 x cost
    c.next_epoch();
    c.to_start();
    CHECK(c.code(c.carl, Chain::commit_message(Chain::work(c.task(c.carl)))) == "stake_below_required");
    const Work a = c.commit_work(c.anna), b = c.commit_work(c.bob);
    c.to_challenge();
    c.ok(c.anna, c.opening(c.anna, a));
    c.ok(c.bob, c.opening(c.bob, b));
    CHECK(c.provider_epoch(c.anna, 1).passed_weight == u128{10} * 600'000'000);
    CHECK(c.provider_epoch(c.bob, 1).passed_weight == u128{10} * 1'000'000'000);
    c.next_epoch();
    const Amount of_anna = c.provider_epoch(c.anna, 1).availability, of_bob = c.provider_epoch(c.bob, 1).availability;
    CHECK(of_anna.units * 10 == of_bob.units * 6);
}

}  // namespace assay::chain::test
