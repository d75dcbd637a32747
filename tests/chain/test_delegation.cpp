// Stake of others: Stake and Unstake with another's provider, ClaimRewards, SetCommission, and what slashes and epochs
// do.
#include "tests/chain/chain_fixture.hpp"

namespace assay::chain::test {
namespace {

void open_delegation(Genesis& g) {
    g.params.stake.delegation = tokenomics::DelegationMode::open;
}
Amount worth_of(const Chain& c, const Key& provider, const Key& who) {
    return c.read([&](const StateView& s) {
        const auto pool = s.stake_pool(provider.address());
        const auto d = s.delegation(provider.address(), who.address());
        return pool && d && d->generation == pool->generation ? tokenomics::worth(pool->active, d->shares) : Amount{};
    });
}
std::size_t delegations_of(const Chain& c, const Key& who) {
    return c.read([&](const StateView& s) {
        std::size_t n = 0;
        s.each_delegation_by(who.address(), [&](const Address&, const tokenomics::Delegation&) { return ++n != 0; });
        return n;
    });
}

}  // namespace

TEST_CASE("anybody stakes with a provider where the chain takes delegation, in amounts that count") {
    Chain c(open_delegation);
    CHECK(c.code(c.bob, Stake{c.anna.address(), tokens(5)}) == "not_registered");
    c.join(c.anna, "tiny", tokens(60));
    CHECK(c.code(c.bob, Stake{c.anna.address(), Amount{kToken - 1}}) == "stake_too_small");
    CHECK(c.code(c.bob, Stake{c.anna.address(), tokens(200'000)}) == "insufficient_funds");
    CHECK(c.code(c.bob, Unstake{c.anna.address(), tokens(1)}) == "not_owner");
    CHECK(c.code(c.bob, ClaimRewards{c.anna.address()}) == "not_owner");
    c.ok(c.bob, Stake{c.anna.address(), tokens(40)});
    CHECK(c.provider(c.anna).stake == tokens(60));
    CHECK(c.provider(c.anna).delegated == tokens(40));
    CHECK(c.ledger().staked == tokens(100));
    c.next_epoch();
    c.do_task(c.anna);  // 60 of its own and 40 of bob's are the 100 that are required
    CHECK(c.provider(c.anna).passed == 1);
}

TEST_CASE("delegated stake goes out slowly, in amounts that count, so many at a time, and frees no access") {
    Chain c([](Genesis& g) {
        open_delegation(g);
        g.params.stake.max_unbondings = 2;
        g.params.stake.unbonding_ms = 40'000;
    });
    c.join(c.anna, "tiny", tokens(60));
    c.ok(c.bob, Stake{c.anna.address(), tokens(40)});
    const Amount before = c.liquid(c.bob);
    CHECK(c.code(c.bob, Unstake{c.anna.address(), Amount{}}) == "insufficient_funds");
    CHECK(c.code(c.bob, Unstake{c.anna.address(), tokens(41)}) == "insufficient_funds");
    CHECK(c.code(c.bob, Unstake{c.anna.address(), Amount{5}}) == "stake_too_small");
    c.ok(c.bob, Unstake{c.anna.address(), tokens(10)});
    c.ok(c.bob, Unstake{c.anna.address(), tokens(10)});
    CHECK(c.code(c.bob, Unstake{c.anna.address(), tokens(10)}) == "too_many_unbondings");
    CHECK(c.ledger().unbonding == tokens(20));
    c.next_epoch();
    c.to_start();
    CHECK(c.code(c.anna, Chain::commit_message(Chain::work(c.task(c.anna)))) == "stake_below_required");
    c.blocks(40);
    c.ok(c.bob, ClaimRewards{c.anna.address()});
    CHECK(c.ledger().unbonding.is_zero());
    const Amount fees{8 * 200'000};
    CHECK(c.liquid(c.bob).units > before.units + tokens(20).units - fees.units);
    c.ok(c.bob, Unstake{c.anna.address(), tokens(20)});
    c.blocks(41);
    CHECK(delegations_of(c, c.bob) == 1);
    c.ok(c.bob, ClaimRewards{c.anna.address()});
    CHECK(delegations_of(c, c.bob) == 0);
    CHECK(c.code(c.bob, ClaimRewards{c.anna.address()}) == "not_owner");
}

TEST_CASE("F11: a slash takes the same share of a provider's stake, its delegators' and what is on its way out") {
    Chain c(open_delegation);
    c.join(c.anna, "tiny", tokens(1000));
    c.ok(c.bob, Stake{c.anna.address(), tokens(2000)});
    c.ok(c.carl, Stake{c.anna.address(), tokens(500)});
    c.ok(c.bob, Unstake{c.anna.address(), tokens(1000)});
    c.next_epoch();
    const Amount burned = c.ledger().burned;
    const Work w = c.do_task(c.anna, 3);
    const Provider p = c.provider(c.anna);
    CHECK(p.stake == tokens(800));
    CHECK(p.delegated == tokens(1200));
    CHECK(worth_of(c, c.anna, c.bob) == tokens(800));
    CHECK(worth_of(c, c.anna, c.carl) == tokens(400));
    CHECK(c.ledger().unbonding == tokens(800));
    CHECK(c.ledger().burned.units - burned.units == tokens(700).units);
    CHECK(c.commit(w.id(c.anna.address())).slashed == tokens(700));
    CHECK(c.provider_epoch(c.anna, 1).slashed == tokens(200));  // its own part
    CHECK(p.slashed == tokens(200));
}

TEST_CASE(
    "A9: unstaking races a slash: what leaves after the work began is cut; a matured entry waits for the verdict") {
    Chain c([](Genesis& g) {
        open_delegation(g);
        g.params.stake.unbonding_ms = 31'000;
    });
    c.join(c.anna, "tiny", tokens(1000));
    c.ok(c.bob, Stake{c.anna.address(), tokens(1000)});
    c.next_epoch();
    const Work w = c.commit_work(c.anna, 3);
    c.ok(c.bob, Unstake{c.anna.address(), tokens(1000)});
    c.step = 40'000;  // matured before the verdict
    c.block();
    c.step = 1000;
    c.ok(c.bob, ClaimRewards{c.anna.address()});
    CHECK(c.ledger().unbonding == tokens(1000));  // held: the commit is open
    c.to_challenge();
    c.ok(c.anna, c.opening(c.anna, w));
    CHECK(c.ledger().unbonding == tokens(800));
    c.ok(c.bob, ClaimRewards{c.anna.address()});
    CHECK(c.ledger().unbonding.is_zero());
    CHECK(delegations_of(c, c.bob) == 0);
}

TEST_CASE("A9: a pool that a slash takes to zero closes, and opens anew for who stakes after it") {
    Chain c([](Genesis& g) {
        open_delegation(g);
        g.params.slash.full = Ppb{1'000'000'000};
    });
    c.join(c.anna, "tiny", tokens(1000));
    c.ok(c.bob, Stake{c.anna.address(), tokens(50)});
    c.next_epoch();
    c.do_task(c.anna, 3);
    CHECK(c.provider(c.anna).stake.is_zero());
    CHECK(c.provider(c.anna).delegated.is_zero());
    CHECK(c.ledger().staked.is_zero());
    c.ok(c.carl, Stake{c.anna.address(), tokens(7)});
    CHECK(worth_of(c, c.anna, c.carl) == tokens(7));
    CHECK(worth_of(c, c.anna, c.bob).is_zero());
    CHECK(c.code(c.bob, Unstake{c.anna.address(), tokens(1)}) == "insufficient_funds");
    c.ok(c.bob, ClaimRewards{c.anna.address()});
    CHECK(delegations_of(c, c.bob) == 0);
    c.ok(c.bob, Stake{c.anna.address(), tokens(3)});
    CHECK(c.provider(c.anna).delegated == tokens(10));
}

TEST_CASE("A9: a pool that falls below the smallest stake closes, and its holders get what is left, later") {
    Chain c([](Genesis& g) {
        open_delegation(g);
        g.params.stake.unbonding_ms = 50'000;
    });
    c.join(c.anna, "tiny", tokens(1000));
    c.ok(c.bob, Stake{c.anna.address(), tokens(1)});  // stake.min_stake, and 80 % of it is below
    c.next_epoch();
    c.do_task(c.anna, 3);
    CHECK(c.provider(c.anna).delegated.is_zero());
    CHECK(c.ledger().unbonding == Amount{kToken * 8 / 10});
    c.ok(c.bob, ClaimRewards{c.anna.address()});
    CHECK(delegations_of(c, c.bob) == 1);
    c.blocks(50);
    const Amount before = c.liquid(c.bob);
    c.ok(c.bob, ClaimRewards{c.anna.address()});
    CHECK(c.liquid(c.bob).units + 200'000 >= before.units + kToken * 8 / 10);
    CHECK(c.ledger().unbonding.is_zero());
    CHECK(delegations_of(c, c.bob) == 0);
}

TEST_CASE(
    "stakers' rewards go to pools: the provider keeps its commission, delegators claim theirs, nobody earns early") {
    Chain c(open_delegation);
    c.join(c.anna, "tiny", tokens(1000));
    c.ok(c.bob, Stake{c.anna.address(), tokens(3000)});
    c.next_epoch();
    c.ok(c.carl, Stake{c.anna.address(), tokens(4000)});  // earns from the next epoch on
    const Amount pool{c.ledger().pool_stakers.units + tokens(100).units};
    c.next_epoch();
    const ProviderEpoch mine = c.provider_epoch(c.anna, 1);
    CHECK(mine.delegators.units == pool.units * 3 / 4 * 95 / 100);  // 5 % is stake.commission_floor_ppb
    CHECK(mine.staking.units + mine.delegators.units == pool.units);
    CHECK(c.ledger().rewards == mine.delegators);
    const Amount carl = c.liquid(c.carl), bob = c.liquid(c.bob);
    c.ok(c.carl, ClaimRewards{c.anna.address()});
    CHECK(c.liquid(c.carl).units == carl.units - 200'000);
    c.ok(c.bob, ClaimRewards{c.anna.address()});
    CHECK(c.liquid(c.bob).units == bob.units - 200'000 + mine.delegators.units - 1);
    CHECK(c.ledger().rewards == Amount{1});  // the floor per share, and it stays in the pool
    c.next_epoch();
    const Amount next = c.provider_epoch(c.anna, 2).delegators;
    const Amount before = c.liquid(c.carl);
    c.ok(c.carl, ClaimRewards{c.anna.address()});
    CHECK(c.liquid(c.carl).units == before.units - 200'000 + next.units * 4 / 7 - 1);
}

TEST_CASE("a commission counts from the next epoch on and is never below the floor") {
    Chain c(open_delegation);
    CHECK(c.code(c.anna, SetCommission{Ppb{100'000'000}}) == "not_registered");
    c.join(c.anna, "tiny", tokens(1000));
    CHECK(c.code(c.anna, SetCommission{Ppb{49'999'999}}) == "field_out_of_range");
    CHECK(c.code(c.anna, SetCommission{Ppb{1'000'000'001}}) == "field_out_of_range");
    c.ok(c.bob, Stake{c.anna.address(), tokens(1000)});
    c.next_epoch();
    c.ok(c.anna, SetCommission{Ppb{1'000'000'000}});
    const Amount pool{c.ledger().pool_stakers.units + tokens(100).units};
    c.next_epoch();
    CHECK(c.provider_epoch(c.anna, 1).delegators.units == pool.units / 2 * 95 / 100);  // as promised when it began
    c.next_epoch();
    CHECK(c.provider_epoch(c.anna, 2).delegators.is_zero());
    CHECK(c.provider_epoch(c.anna, 2).staking == tokens(100));
}

}  // namespace assay::chain::test
