// The end of an epoch: order, pools, payments, explanations, the supply identity.
#include "tests/chain/chain_fixture.hpp"

namespace assay::chain::test {
namespace {

Amount supply(const Ledger& l) {
    return Amount{l.genesis.units + l.minted.units - l.burned.units};
}
Amount buckets(const Ledger& l) {
    return Amount{l.liquid.units + l.staked.units + l.unbonding.units + l.vesting.units + l.vault.units +
                  l.escrow.units + l.bonds.units + l.fees.units + l.held_slashes.units + l.pool_work.units +
                  l.pool_availability.units + l.reserved.units + l.pool_stakers.units + l.pool_validators.units +
                  l.treasury.units};
}

}  // namespace

TEST_CASE("an epoch has its length, and mints its schedule into its pools") {
    Chain c;
    const Ledger start = c.ledger();
    c.blocks(19);
    CHECK(c.clock().epoch == Epoch{0});
    CHECK(c.ledger().minted.is_zero());
    c.block();
    CHECK(c.clock().epoch == Epoch{1});
    CHECK(c.clock().epoch_start == Height{21});
    const Ledger l = c.ledger();
    CHECK(l.minted == tokens(1000));
    CHECK(l.scheduled == tokens(1000));
    CHECK(l.pool_work == tokens(200));
    CHECK(l.pool_availability == tokens(400));  // nobody worked: it stays in its pool
    CHECK(l.pool_stakers == tokens(100));
    CHECK(l.treasury == tokens(100));
    CHECK(l.pool_validators.is_zero());
    CHECK(l.liquid.units == start.liquid.units + tokens(200).units);  // to the validator
    const EpochRecord r = c.epoch_record(0);
    CHECK(r.first == Height{1});
    CHECK(r.last == Height{20});
    CHECK(r.minted_schedule == tokens(1000));
    CHECK(c.epoch_record(1).first == Height{21});
}

TEST_CASE("supply is what was there plus minted less burned, and the buckets hold it, after each of many epochs") {
    Chain c;
    c.join(c.anna, "tiny", tokens(5000));
    c.join(c.bob, "cpu", tokens(5000));
    c.buy_credits(c.buyer, tokens(100));
    for (int i = 0; i < 6; ++i) {
        c.next_epoch();
        c.do_task(c.anna, i % 3 == 2 ? 1 : 0);
        const Ledger l = c.ledger();
        CHECK(supply(l) == buckets(l));
        CHECK(supply(l) <= c.genesis.params.token.cap);
        CHECK(l.scheduled.units == tokens(1000).units * (c.clock().epoch.value));
    }
}

TEST_CASE("every kind of emission mints on a chain as its rule says, remembers, and replays to the same bytes") {
    using tokenomics::EmissionKind;
    for (std::uint8_t kind = 0; kind < enum_count(EmissionKind{}); ++kind) {
        INFO("kind " << int{kind});
        Chain c([&](Genesis& g) {
            auto& e = g.params.emission;
            e.kind = static_cast<EmissionKind>(kind);
            e.total = tokens(100'000'000);
            e.geometric = {tokens(900), ~u128{0} / 100, 0};
            e.halving = {kind % 2 == 1 ? tokenomics::HalvingBy::time : tokenomics::HalvingBy::issuance,
                         tokens(60'000'000), 2, g.time.value};
            e.exp_decay = {tokens(900), ~u128{0} / 100, 0};
            e.baseline = {tokens(40'000'000), tokens(60'000'000), ~u128{0} / 1000, ~u128{0} / 999, 8, ~u128{0} / 500};
            e.signed_step = {Ppb{1000}, Ppb{500}, Ppb{500'000'000}, Ppb{100'000}};
            e.bonded_ratio = {Ppb{130'000'000}, Ppb{670'000'000}, Ppb{130'000'000}, Ppb{70'000'000}, Ppb{200'000'000}};
            e.fraction_of_supply = {Ppb{50'000'000}};
            e.mint_ratio = {Ppb{25'000'000}};
            e.policy.min = tokens(1);
            e.policy.initial = tokens(900);
            e.policy.max = tokens(5000);
            e.policy.period = 1;
        });
        c.join(c.anna, "tiny", tokens(5000));
        c.buy_credits(c.buyer, tokens(100));
        Amount scheduled = c.ledger().scheduled;
        std::vector<tokenomics::EmissionMemory> memories;
        for (int i = 0; i < 4; ++i) {
            c.next_epoch();
            c.do_task(c.anna, 0);
            memories.push_back(c.read([](const StateView& s) { return s.emission_memory(); }));
            const Ledger l = c.ledger();
            CHECK(supply(l) == buckets(l));
            CHECK(l.scheduled >= scheduled);
            scheduled = l.scheduled;
        }
        const bool mints = static_cast<EmissionKind>(kind) != EmissionKind::none &&
                           static_cast<EmissionKind>(kind) != EmissionKind::mint_ratio;  // nothing was consumed
        CHECK(scheduled.is_zero() != mints);
        CHECK((memories[1] != memories[2]) == tokenomics::has_memory(static_cast<EmissionKind>(kind)));
        c.replay(options(2));
    }
}

TEST_CASE("availability is split by class weight over passed tasks, to the last unit") {
    Chain c;
    c.join(c.anna, "tiny");
    c.join(c.bob, "cpu");
    c.next_epoch();
    c.to_start();
    const Work a = Chain::work(c.task(c.anna)), b = Chain::work(c.task(c.bob));
    c.block({c.tx(c.anna, Chain::commit_message(a)), c.tx(c.bob, Chain::commit_message(b))});
    c.to_challenge();
    c.block({c.tx(c.anna, c.opening(c.anna, a)), c.tx(c.bob, c.opening(c.bob, b))});
    const Amount pool{c.ledger().pool_availability.units + tokens(400).units};
    c.next_epoch();
    const Amount got_a = c.provider_epoch(c.anna, 1).availability, got_b = c.provider_epoch(c.bob, 1).availability;
    CHECK(got_a.units + got_b.units == pool.units);
    CHECK(got_a.units == pool.units / 4);  // weights 10 and 30
    CHECK(c.epoch_record(1).paid_weight == 40);
    CHECK(c.ledger().pool_availability.is_zero());
}

TEST_CASE("the terms of explain add up to what was paid, epoch by epoch") {
    Chain c;
    c.join(c.anna, "tiny", tokens(1000));
    c.buy_credits(c.buyer, tokens(100));
    const Hash order = c.open_order(c.buyer, "tiny", 3, 1'000'000);
    c.ok(c.anna, PlaceBid{order, 0, Credits{900'000}});
    while (c.order(order).status == OrderStatus::open) c.block(c.reports());
    std::map<std::uint64_t, Amount> paid;
    const std::uint64_t from = c.clock().epoch.value + 1;
    for (std::uint64_t e = from; e < from + 3; ++e) {
        c.to_epoch(e);
        while (c.round().h0_time.value == 0) c.block(c.reports());
        const Work lease = Chain::work(c.task(c.anna, 0, order)),
                   own = Chain::spoiled(c.task(c.anna), e == from + 1 ? 1 : 0);
        c.ok(c.anna, Chain::commit_message(lease));
        c.ok(c.anna, Chain::commit_message(own));
        while (c.round().challenge.value == 0) c.block(c.reports());
        c.ok(c.anna, c.opening(c.anna, lease));
        c.ok(c.anna, c.opening(c.anna, own));
    }
    c.price_rounds(3);
    c.next_epoch();
    Amount sum, slashed;
    for (std::uint64_t e = 0; e <= c.clock().epoch.value; ++e) {
        const auto ex = c.read([&](const StateView& s) { return explain_provider(s, c.anna.address(), Epoch{e}); });
        Amount terms;
        for (const ExplainTerm& t : ex.terms) terms.units += t.value.units;
        CHECK(terms == ex.paid);
        sum.units += ex.paid.units;
        slashed.units += ex.slashed.units;
        const bool failed =
            std::any_of(ex.why_not.begin(), ex.why_not.end(), [](const WhyNot& w) { return w.code == "work_failed"; });
        CHECK(failed == (e == from + 1));
        if (e >= from && e < from + 3) CHECK(ex.commits.size() == 2);
    }
    const Provider p = c.provider(c.anna);
    CHECK(sum == p.earned);
    CHECK(slashed == p.slashed);
    // And what the events say was paid is the same.
    Amount events;
    for (const Event& ev : c.events) {
        if (ev.kind != "work.paid" && ev.kind != "stake.paid" && ev.kind != "lease.settled") continue;
        bool hers = false;
        Amount amount;
        for (const Attr& a : ev.attrs) {
            if (a.key == "provider") hers = std::get<AttrAddress>(a.value).value == c.anna.address();
            if (a.key == "amount") amount = std::get<AttrAmount>(a.value).value;
        }
        if (hers) events.units += amount.units;
    }
    CHECK(events == p.earned);
}

TEST_CASE("explain says why somebody got nothing") {
    Chain c;
    const auto why = [&](const Key& k, std::uint64_t e) {
        const auto ex = c.read([&](const StateView& s) { return explain_provider(s, k.address(), Epoch{e}); });
        std::vector<std::string> out;
        for (const WhyNot& w : ex.why_not) out.push_back(w.code);
        return out;
    };
    using Words = std::vector<std::string>;
    CHECK(why(c.anna, 0) == Words{"not_registered"});
    c.ok(c.anna, RegisterProvider{""});
    CHECK(why(c.anna, 0) == Words{"no_device"});
    c.ok(c.anna, AddDevice{0, "tiny"});
    CHECK(why(c.anna, 0) == Words{"stake_below_required"});
    const auto short_of = c.read([&](const StateView& s) { return explain_provider(s, c.anna.address(), Epoch{0}); });
    CHECK(short_of.why_not[0].have == "0 " + c.genesis.params.token.denom);  // sentences are in tokens
    CHECK("assay stake " + short_of.why_not[0].need == short_of.why_not[0].fix + " " + c.genesis.params.token.denom);
    c.ok(c.anna, Stake{c.anna.address(), tokens(1000)});
    c.to_epoch(2);
    CHECK(why(c.anna, 0) == Words{});               // no device had a task in it yet
    CHECK(why(c.anna, 1) == Words{"work_missed"});  // stakers' pool paid something
    c.commit_work(c.anna);
    c.to_epoch(3);
    CHECK(why(c.anna, 2) == Words{"work_absent"});
    c.do_task(c.anna, 4);
    CHECK(why(c.anna, 3) == Words{"work_failed", "jailed"});
}

TEST_CASE("emission ends at its total and at the cap") {
    Chain c([](Genesis& g) {
        g.params.emission.total = tokens(2'500);
        g.params.token.cap = tokens(2'000'000);
    });
    c.to_epoch(5);
    CHECK(c.ledger().minted == tokens(2'500));
    Chain full([](Genesis& g) {
        Amount sum;
        for (const auto& a : g.accounts) sum.units += a.amount.units;
        for (const auto& v : g.validators) sum.units += v.bond.units;
        g.params.token.cap = Amount{sum.units + tokens(1'300).units};
        g.params.emission.total = tokens(100'000);
    });
    full.to_epoch(4);
    CHECK(full.ledger().minted == tokens(1'300));
}

TEST_CASE("a million epochs' numbers: an epoch without anybody goes by, with thousands of dust providers too") {
    Chain c({}, 1, options(1));
    c.scan = false;
    std::vector<Key> many;
    const std::uint32_t n = ASSAY_LONG_TESTS ? 3000 : 300;
    std::vector<Bytes> txs;
    for (std::uint32_t i = 0; i < n; ++i) many.emplace_back(10'000 + i);
    std::uint64_t nonce = 0;
    for (std::uint32_t i = 0; i < n; i += 100) {
        std::vector<Output> outputs;
        for (std::uint32_t j = i; j < i + 100; ++j) outputs.push_back({many[j].address(), tokens(3), ""});
        txs.push_back(c.tx_at(c.buyer, nonce++, {Transfer{outputs}}, {.gas = 1'000'000}));
    }
    for (const Receipt& r : c.block(txs).receipts) REQUIRE(r.code == "ok");
    txs.clear();
    for (const Key& k : many) txs.push_back(c.tx_at(k, 0, {RegisterProvider{""}, Stake{k.address(), tokens(1)}}));
    for (const Receipt& r : c.block(txs).receipts) REQUIRE(r.code == "ok");
    c.to_epoch(3);
    Amount sum;
    for (const Key& k : many) sum.units += c.provider(k).earned.units;
    CHECK(sum == tokens(300));
    c.check_invariants();
}

}  // namespace assay::chain::test
