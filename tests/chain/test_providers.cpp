// RegisterProvider, AddDevice, Stake, Unstake.
#include "chain/access.hpp"
#include "tests/chain/chain_fixture.hpp"

namespace assay::chain::test {

TEST_CASE("a provider registers once, with devices of known classes in free slots") {
    Chain c;
    CHECK(c.code(c.anna, AddDevice{0, "tiny"}) == "not_registered");
    CHECK(c.code(c.anna, RegisterProvider{"http://a"}) == "ok");
    CHECK(c.code(c.anna, RegisterProvider{"http://b"}) == "already_registered");
    CHECK(c.provider(c.anna).endpoint == "http://a");
    CHECK(c.code(c.anna, AddDevice{0, "giant"}) == "unknown_class");
    CHECK(c.code(c.anna, AddDevice{0, "tiny"}) == "ok");
    CHECK(c.code(c.anna, AddDevice{0, "cpu"}) == "already_exists");
    CHECK(c.code(c.anna, AddDevice{0xffffffff, "cpu"}) == "ok");
    const Provider p = c.provider(c.anna);
    CHECK(p.devices == 2);
    CHECK(required_of(c.genesis.params, c.clock().stake_price, p) == tokens(100 + 300));
    CHECK(c.clock().active_devices == 2);
    CHECK(c.tasks(c.anna).empty());  // they work from the next epoch on
    c.next_epoch();
    CHECK(c.tasks(c.anna).size() == 2);
}

TEST_CASE("a provider has at most 1024 devices") {
    Chain c;
    c.scan = false;
    c.ok(c.anna, RegisterProvider{""});
    std::uint64_t nonce = 1;
    std::uint32_t slot = 0;
    std::vector<Bytes> txs;
    for (int i = 0; i < 64; ++i) {
        std::vector<Message> adds;
        for (int j = 0; j < 16; ++j) adds.push_back(AddDevice{slot++, "tiny"});
        txs.push_back(c.tx_at(c.anna, nonce++, adds, {.gas = 400'000}));
    }
    for (const Receipt& r : c.block(txs).receipts) CHECK(r.code == "ok");
    CHECK(c.provider(c.anna).devices == 1024);
    CHECK(c.code(c.anna, AddDevice{slot, "tiny"}) == "too_many_devices");
    c.check_invariants();
}

TEST_CASE("stake comes in by its owner, in amounts that count") {
    Chain c;
    CHECK(c.code(c.anna, Stake{c.anna.address(), tokens(5)}) == "not_registered");
    c.ok(c.anna, RegisterProvider{""});
    CHECK(c.code(c.anna, Stake{c.anna.address(), Amount{}}) == "stake_too_small");
    CHECK(c.code(c.anna, Stake{c.anna.address(), Amount{kToken - 1}}) == "stake_too_small");
    CHECK(c.code(c.bob, Stake{c.anna.address(), tokens(5)}) == "delegation_closed");
    CHECK(c.code(c.anna, Stake{c.anna.address(), tokens(200'000)}) == "insufficient_funds");
    CHECK(c.code(c.anna, Stake{c.anna.address(), tokens(5)}) == "ok");
    CHECK(c.provider(c.anna).stake == tokens(5));
    CHECK(c.ledger().staked == tokens(5));
}

TEST_CASE("stake goes out slowly, in amounts that count, and so many at a time") {
    Chain c;
    CHECK(c.code(c.anna, Unstake{c.anna.address(), tokens(1)}) == "not_registered");
    c.join(c.anna, "tiny", tokens(100));
    CHECK(c.code(c.bob, Unstake{c.anna.address(), tokens(1)}) == "not_owner");
    CHECK(c.code(c.anna, Unstake{c.anna.address(), Amount{}}) == "insufficient_funds");
    CHECK(c.code(c.anna, Unstake{c.anna.address(), tokens(101)}) == "insufficient_funds");
    CHECK(c.code(c.anna, Unstake{c.anna.address(), Amount{kToken - 1}}) == "stake_too_small");
    for (int i = 0; i < 8; ++i) CHECK(c.code(c.anna, Unstake{c.anna.address(), tokens(2)}) == "ok");
    CHECK(c.code(c.anna, Unstake{c.anna.address(), tokens(2)}) == "too_many_unbondings");
    CHECK(c.provider(c.anna).stake == tokens(84));  // the refused one was undone
    CHECK(c.ledger().unbonding == tokens(16));
    CHECK(c.provider(c.anna).unbonding.at(0).matures.value ==
          c.history.at(c.provider(c.anna).unbonding[0].created.value - 1).header.time.value + 60'000);

    // Matured entries are spendable at once and liquid with the next transaction.
    while (c.now < c.provider(c.anna).unbonding.back().matures.value) c.block();
    const Amount before = c.liquid(c.anna);
    CHECK(c.provider(c.anna).unbonding.size() == 8);
    const auto r = c.run(c.anna, Unstake{c.anna.address(), tokens(84)});
    CHECK(r.code == "ok");
    CHECK(c.liquid(c.anna).units == before.units + tokens(16).units - r.fee.units);
    CHECK(c.provider(c.anna).stake.is_zero());
    CHECK(c.provider(c.anna).unbonding.size() == 1);
}

TEST_CASE("a whole stake below min_unbonding may leave") {
    Chain c([](Genesis& g) { g.params.stake.min_unbonding = tokens(50); });
    c.ok(c.anna, RegisterProvider{""});
    c.ok(c.anna, Stake{c.anna.address(), tokens(60)});
    c.ok(c.anna, Unstake{c.anna.address(), tokens(55)});
    CHECK(c.code(c.anna, Unstake{c.anna.address(), tokens(4)}) == "stake_too_small");
    CHECK(c.code(c.anna, Unstake{c.anna.address(), tokens(5)}) == "ok");
}

TEST_CASE("matured stake pays a fee that nothing else could pay") {
    Chain c([](Genesis& g) { g.params.stake.unbonding_ms = 20'000; });
    c.ok(c.anna, RegisterProvider{""});
    const Amount all{c.liquid(c.anna).units - 3 * 200'000};
    c.ok(c.anna, Stake{c.anna.address(), all});
    c.ok(c.anna, Unstake{c.anna.address(), all});
    CHECK(c.liquid(c.anna).units == 200'000);
    CHECK(c.checked(c.tx(c.anna, {pay(c.bob.address(), tokens(1))}, {.fee = tokens(1)})) == "insufficient_funds");
    c.blocks(20);
    const Bytes raw = c.tx(c.anna, {pay(c.bob.address(), tokens(50'000))}, {.fee = tokens(1)});
    CHECK(c.checked(raw) == "ok");
    CHECK(c.run(raw).code == "ok");
    CHECK(c.liquid(c.anna).units == all.units + 200'000 - tokens(50'001).units);
}

TEST_CASE("stakers share by the lower of what they had at an epoch's start and end") {
    Chain c;
    c.join(c.anna, "tiny", tokens(1000));
    c.join(c.bob, "tiny", tokens(500));
    c.next_epoch();
    c.ok(c.bob, Stake{c.bob.address(), tokens(5000)});     // late: counts from the next epoch on
    c.ok(c.anna, Unstake{c.anna.address(), tokens(500)});  // gone at the end
    const Amount pool{c.ledger().pool_stakers.units + tokens(100).units};
    c.next_epoch();
    const Amount a = c.provider_epoch(c.anna, 1).staking, b = c.provider_epoch(c.bob, 1).staking;
    CHECK(a == b);  // 500 and 500
    CHECK(a.units + b.units == pool.units);
    c.next_epoch();
    CHECK(c.provider_epoch(c.bob, 2).staking.units / c.provider_epoch(c.anna, 2).staking.units >= 10);
}

}  // namespace assay::chain::test
