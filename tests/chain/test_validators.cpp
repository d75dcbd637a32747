// RegisterValidator, RotateKey, RenewBeacon, ReportPrice, UnjailValidator, Retire; who proposes, who is paid, who
// leaves.
#include "chain/beacon.hpp"
#include "chain/invariants.hpp"
#include "tests/chain/chain_fixture.hpp"

namespace assay::chain::test {
namespace {

Hash filled(std::uint8_t b) {
    Hash h;
    h.bytes.fill(b);
    return h;
}
Validator validator(const Chain& c, const Key& k) {
    const auto v = c.read([&](const StateView& s) { return s.validator(k.address()); });
    REQUIRE(v.has_value());
    return *v;
}

}  // namespace

TEST_CASE("what RegisterValidator refuses") {
    Chain c;
    const auto word = [&](const Key& k, Hash key, Hash tip, Amount bond) {
        return c.code(k, RegisterValidator{key, tip, bond, "n"});
    };
    CHECK(word(c.operators[0], filled(9), filled(8), tokens(2000)) == "already_registered");
    CHECK(word(c.anna, Hash{}, filled(8), tokens(2000)) == "field_out_of_range");
    CHECK(word(c.anna, filled(9), Hash{}, tokens(2000)) == "field_out_of_range");
    CHECK(word(c.anna, filled(9), filled(8), Amount{}) == "stake_too_small");
    CHECK(word(c.anna, filled(9), filled(8), tokens(999)) == "stake_too_small");
    CHECK(word(c.anna, filled(1), filled(8), tokens(2000)) == "already_exists");  // the operator's consensus key
    CHECK(word(c.anna, filled(9), filled(8), tokens(200'000)) == "insufficient_funds");
    CHECK(word(c.anna, filled(9), filled(8), tokens(2000)) == "ok");
    CHECK(word(c.anna, filled(7), filled(8), tokens(2000)) == "already_registered");
    CHECK(c.ledger().bonds == tokens(12'000));
}

TEST_CASE("a registered tip counts from the second epoch boundary on, and no power before it") {
    Chain c([](Genesis& g) { g.params.validators.max = 4; });
    c.block();
    const BeaconChain hers(77, 200, 40);  // epochs 0 and 1 end with heights 20 and 40
    c.ok(c.anna, RegisterValidator{filled(9), hers.tip(), tokens(5000), "anna"});
    CHECK(validator(c, c.anna).pending_from == Epoch{2});
    CHECK(c.code(c.anna, RenewBeacon{filled(3)}) == "beacon_tip_pending");  // not replaceable
    CHECK(c.code(c.anna, ReportPrice{Price{Price::kOneUsd}}) == "not_validator");
    c.to_epoch(1);
    CHECK(validator(c, c.anna).power == 0);
    CHECK_FALSE(validator(c, c.anna).beacon.has_value());
    // A block of hers is no block yet.
    auto early = c.app->make_block({TimeMs{c.now + 1000}, c.anna.address(), filled(3)}, {});
    REQUIRE(early.ok());
    CHECK_FALSE(c.app->process_proposal(*early).ok());
    c.to_epoch(2);
    REQUIRE(c.height().value == 40);
    CHECK(validator(c, c.anna).power == 333'333);  // a third of all power moves at a boundary
    CHECK(validator(c, c.operators[0]).power == 1'000'000);
    REQUIRE(validator(c, c.anna).beacon.has_value());
    CHECK(validator(c, c.anna).beacon->height == Height{40});
    auto block = c.app->make_block({TimeMs{c.now + 1000}, c.anna.address(), hers.reveal(Height{41})}, {});
    REQUIRE(block.ok());
    c.decide(*block, true);
    CHECK(validator(c, c.anna).beacon->tip == hers.reveal(Height{41}));
    CHECK(validator(c, c.anna).beacon->height == Height{41});
    CHECK(c.code(c.anna, ReportPrice{Price{Price::kOneUsd}}) == "ok");
    c.to_epoch(3);
    CHECK(validator(c, c.anna).power == 500'000);
    CHECK(validator(c, c.operators[0]).power == 1'000'000);
}

TEST_CASE("a renewed tip waits as long, with one pending") {
    Chain c;
    c.block();
    CHECK(c.code(c.anna, RenewBeacon{filled(3)}) == "not_validator");
    CHECK(c.code(c.operators[0], RenewBeacon{Hash{}}) == "field_out_of_range");
    const BeaconChain renewed(78, 200, 40);
    CHECK(c.code(c.operators[0], RenewBeacon{renewed.tip()}) == "ok");
    CHECK(c.code(c.operators[0], RenewBeacon{filled(4)}) == "beacon_tip_pending");
    c.to_epoch(2);
    REQUIRE(c.height().value == 40);
    // The old chain leads nowhere now, the new one does.
    auto old = c.app->make_block(c.next_proposal(), {});
    REQUIRE(old.ok());
    CHECK_FALSE(c.app->process_proposal(*old).ok());
    c.beacons[0] = renewed;
    c.blocks(3);
    CHECK(c.code(c.operators[0], RenewBeacon{filled(4)}) == "ok");
}

TEST_CASE("a larger bond does not buy the seat of the validator that runs the chain") {
    // With one seat, whoever could buy it would stop the chain.
    Chain c;
    c.block();
    c.ok(c.anna, RegisterValidator{filled(9), filled(8), tokens(90'000), "anna"});
    c.to_epoch(4);
    CHECK(validator(c, c.operators[0]).power == 1'000'000);
    CHECK(validator(c, c.anna).power == 0);
    CHECK(c.code(c.anna, ReportPrice{Price{Price::kOneUsd}}) == "not_validator");
    c.block();
}

TEST_CASE("a report below the stale bound, or by a stranger, is refused") {
    Chain c;
    CHECK(c.code(c.anna, ReportPrice{Price{Price::kOneUsd}}) == "not_validator");
    CHECK(c.code(c.operators[0], ReportPrice{Price{9'999}}) == "field_out_of_range");
    CHECK(c.code(c.operators[0], ReportPrice{Price{10'000}}) == "ok");
    CHECK(validator(c, c.operators[0]).report->value == 10'000);
    c.blocks(5);
    CHECK_FALSE(validator(c, c.operators[0]).report.has_value());
    CHECK(c.clock().price.spot.value == 90'000'000);  // a round moves it by 10 % at most
}

TEST_CASE("A2: a reveal is good for its own height and proposer alone") {
    // A reveal that leaks in a failed round helps at that height only.
    Chain c({}, 3);
    c.blocks(3);
    const auto refused = [&](std::size_t who, const Hash& reveal) {
        auto b = c.app->make_block({TimeMs{c.now + 1000}, c.operators[who].address(), reveal}, {});
        REQUIRE(b.ok());
        return !c.app->process_proposal(*b).ok();
    };
    CHECK_FALSE(refused(0, c.beacons[0].reveal(Height{4})));
    CHECK_FALSE(refused(1, c.beacons[1].reveal(Height{4})));  // over a gap, by one who has not proposed yet
    CHECK(refused(0, c.beacons[0].reveal(Height{5})));
    CHECK(refused(0, c.beacons[0].reveal(Height{3})));
    CHECK(refused(1, c.beacons[0].reveal(Height{4})));
    CHECK(refused(0, Hash{}));
    // Its proposer takes another round instead: the tip moves over the gap all the same.
    c.proposer = 1;
    c.block();
    c.proposer = 0;
    c.block();
    CHECK(validator(c, c.operators[0]).beacon->height == Height{5});
}

TEST_CASE("a gap longer than max_beacon_gap is a bad reveal") {
    Chain c([](Genesis& g) { g.params.validators.max_beacon_gap = 5; }, 2);
    c.blocks(6);
    c.proposer = 1;
    auto b = c.app->make_block(c.next_proposal(), {});
    REQUIRE(b.ok());
    CHECK_FALSE(c.app->process_proposal(*b).ok());
    c.proposer = 0;
    c.block();
}

TEST_CASE("fees go to the validators by power, not to the proposer") {
    Chain c(
        [](Genesis& g) {
            g.validators[0].bond = tokens(30'000);
            g.params.validators.proposed = Ppb{0};
        },
        2);
    // Powers: sorted by address in genesis, so look at who has which bond.
    const auto bond = [&](std::size_t i) { return validator(c, c.operators[i]).bond.units; };
    const Amount a = c.liquid(c.operators[0]), b = c.liquid(c.operators[1]);
    c.proposer = 0;
    for (int i = 0; i < 5; ++i) c.ok(c.anna, pay(c.bob.address(), tokens(1)));
    c.next_epoch();
    const u128 got_a = c.liquid(c.operators[0]).units - a.units, got_b = c.liquid(c.operators[1]).units - b.units;
    CHECK(got_a + got_b == tokens(200).units + 5 * 200'000);
    // 3 : 1, in whole parts per million of power.
    const u128 low = bond(0) < bond(1) ? got_a : got_b, high = bond(0) < bond(1) ? got_b : got_a;
    CHECK(low * 3 <= high + 1000);
    CHECK(high <= low * 3 + 1000);
    CHECK(c.ledger().fees.is_zero());
}

TEST_CASE("half of validators' pay goes by blocks proposed, and one who proposes all gets three quarters of two") {
    Chain c({}, 2);
    const Amount a = c.liquid(c.operators[0]), b = c.liquid(c.operators[1]);
    c.next_epoch();
    CHECK(c.liquid(c.operators[0]).units - a.units == tokens(150).units);
    CHECK(c.liquid(c.operators[1]).units - b.units == tokens(50).units);
    CHECK(validator(c, c.operators[0]).proposed == 20);
    CHECK(validator(c, c.operators[0]).proposed_in_epoch == 0);
}

TEST_CASE("a share of the fees burns where the parameters say so, and is no burn for credits") {
    Chain c([](Genesis& g) { g.params.validators.fee_burn = Ppb{700'000'000}; });
    const Amount before = c.liquid(c.operators[0]);
    for (int i = 0; i < 5; ++i) c.ok(c.anna, pay(c.bob.address(), tokens(1)));
    c.next_epoch();
    const Ledger l = c.ledger();
    CHECK(l.burned.units == 700'000);
    CHECK(l.burned_for_credits.is_zero());
    CHECK(l.fees.is_zero());
    CHECK(c.liquid(c.operators[0]).units - before.units == tokens(200).units + 300'000);
    const auto e = c.read([](const StateView& s) { return *s.epoch(Epoch{0}); });
    CHECK(e.fees.units == 1'000'000);
    CHECK(e.fees_burned.units == 700'000);
    CHECK(e.burned.is_zero());
}

namespace {

// Blocks of the epoch that runs, by some of the operators in turn.
void epoch_by(Chain& c, const std::vector<std::size_t>& who) {
    const std::uint64_t e = c.clock().epoch.value + 1;
    for (std::size_t i = 0; c.clock().epoch.value < e; ++i) {
        c.proposer = who[i % who.size()];
        c.block();
    }
}
std::uint64_t total_of(const Chain& c) {
    return c.read([](const StateView& s) { return static_cast<std::uint64_t>(total_power(s)); });
}

}  // namespace

TEST_CASE("who misses its blocks is jailed, loses its power and comes back when it asks, not before") {
    Chain c([](Genesis& g) { g.params.validators.min_expected = 10; }, 3);
    const auto& lazy = c.operators[2];
    CHECK(c.code(lazy, UnjailValidator{}) == "not_jailed");
    epoch_by(c, {0, 1});
    CHECK_FALSE(validator(c, lazy).jailed);  // 6.66 blocks were expected: too few to judge
    CHECK(validator(c, lazy).blocks == tokenomics::MissedBlocks{6'666'666, 0});
    epoch_by(c, {0, 1});
    REQUIRE(validator(c, lazy).jailed);
    const std::uint64_t until = validator(c, lazy).jailed_until.value;
    CHECK(until == c.now + 600'000);
    CHECK_FALSE(validator(c, c.operators[0]).jailed);
    CHECK_FALSE(validator(c, c.operators[1]).jailed);
    CHECK(validator(c, lazy).power == 0);  // a third of three
    CHECK(total_of(c) == 2'000'000);
    CHECK(c.code(lazy, ReportPrice{Price{Price::kOneUsd}}) == "not_validator");
    CHECK(c.code(lazy, UnjailValidator{1}) == "field_out_of_range");
    CHECK(c.code(c.anna, UnjailValidator{}) == "not_validator");
    CHECK(c.code(lazy, UnjailValidator{}) == "too_early");
    epoch_by(c, {0, 1});
    CHECK(validator(c, lazy).power == 0);
    c.now = until - 2000;
    CHECK(c.code(lazy, UnjailValidator{}) == "too_early");
    CHECK(c.code(lazy, UnjailValidator{}) == "ok");
    CHECK_FALSE(validator(c, lazy).jailed);
    epoch_by(c, {0, 1});
    CHECK(validator(c, lazy).power == 666'666);  // a third of two comes back at once
    epoch_by(c, {0, 1, 2});
    CHECK(validator(c, lazy).power == 1'000'000);
}

TEST_CASE("one who proposes a twentieth of what is expected is not jailed") {
    Chain c([](Genesis& g) { g.params.validators.min_expected = 20; }, 2);
    epoch_by(c, {0});
    c.proposer = 1;
    c.block();
    epoch_by(c, {0});  // 1 of 20
    CHECK_FALSE(validator(c, c.operators[1]).jailed);
    CHECK(validator(c, c.operators[1]).blocks == tokenomics::MissedBlocks{});  // judged: it starts anew
    epoch_by(c, {0});
    epoch_by(c, {0});  // 0 of 20
    CHECK(validator(c, c.operators[1]).jailed);
}

TEST_CASE("the last validator that could go on is never jailed") {
    Chain c([](Genesis& g) { g.params.validators.min_expected = 1; }, 2);
    for (int i = 0; i < 60; ++i) {  // an engine decides blocks of a stranger
        auto b = c.app->make_block({TimeMs{c.now + 1000}, c.anna.address(), Hash{}}, {});
        REQUIRE(b.ok());
        c.decide(*b);
    }
    CHECK(validator(c, c.operators[0]).jailed != validator(c, c.operators[1]).jailed);
    CHECK(total_of(c) == 1'000'000);
}

TEST_CASE("who retires leaves by a third of the power a boundary, and the bond is free after the unbonding time") {
    Chain c({}, 2);
    c.block();
    const Key& leaver = c.operators[1];
    CHECK(c.code(c.anna, Retire{}) == "not_validator");
    CHECK(c.code(leaver, Retire{1}) == "field_out_of_range");
    CHECK(c.code(leaver, Retire{}) == "ok");
    CHECK(c.code(leaver, Retire{}) == "retiring");
    CHECK(validator(c, leaver).power == 1'000'000);
    c.next_epoch();
    CHECK(validator(c, leaver).power == 1'000'000 - 666'666);
    CHECK(validator(c, leaver).free_at.value == 0);
    c.next_epoch();
    CHECK(validator(c, leaver).power == 0);
    const std::uint64_t free_at = validator(c, leaver).free_at.value;
    CHECK(free_at == c.now + 60'000);
    CHECK(c.ledger().bonds == tokens(20'000));
    CHECK(c.code(leaver, RegisterValidator{filled(9), filled(8), tokens(1000), "again"}) == "already_registered");
    const Amount before = c.liquid(leaver);
    while (c.now + 1000 < free_at) c.block();
    CHECK(c.liquid(leaver) == before);
    c.next_epoch();
    CHECK(c.now >= free_at);
    CHECK(c.liquid(leaver).units == before.units + tokens(10'000).units);
    CHECK(c.ledger().bonds == tokens(10'000));
    CHECK_FALSE(c.read([&](const StateView& s) { return s.validator(leaver.address()); }).has_value());
    CHECK(c.code(leaver, RegisterValidator{filled(9), filled(8), tokens(1000), "again"}) == "ok");
    CHECK(total_of(c) == 1'000'000);
}

TEST_CASE("the last validator may ask to retire, and stays until another can go on") {
    Chain c;
    c.ok(c.operators[0], Retire{});
    c.to_epoch(6);
    CHECK(validator(c, c.operators[0]).power == 1'000'000);
    CHECK(validator(c, c.operators[0]).free_at.value == 0);
    const BeaconChain hers(77, 400, 160);
    c.ok(c.anna, RegisterValidator{filled(9), hers.tip(), tokens(5000), "anna"});
    c.to_epoch(8);
    REQUIRE(c.height().value == 160);
    CHECK(validator(c, c.anna).power == 166'666);  // half of the third that moves
    CHECK(validator(c, c.operators[0]).power == 1'000'000 - 166'666);
    const auto hers_now = [&] {
        auto b = c.app->make_block({TimeMs{c.now + 1000}, c.anna.address(), hers.reveal(c.height() + 1)}, {});
        REQUIRE(b.ok());
        c.decide(*b, true);
    };
    while (c.clock().epoch.value < 14) hers_now();
    CHECK(validator(c, c.anna).power == 1'000'000);
    CHECK(validator(c, c.operators[0]).power == 0);
    CHECK(validator(c, c.operators[0]).free_at.value != 0);
}

TEST_CASE("where all retire all stay") {
    Chain c({}, 2);
    for (const Key& k : c.operators) c.ok(k, Retire{});
    epoch_by(c, {0, 1});
    for (const Key& k : c.operators) CHECK(validator(c, k).power == 1'000'000);
    CHECK(total_of(c) == 2'000'000);
}

TEST_CASE("a consensus key rotates at the second boundary, one at a time, and no key is two validators'") {
    Chain c({}, 2);
    c.block();
    const Key& me = c.operators[0];
    const Hash mine = validator(c, me).consensus_key, others = validator(c, c.operators[1]).consensus_key;
    CHECK(c.code(c.anna, RotateKey{filled(40)}) == "not_validator");
    CHECK(c.code(me, RotateKey{Hash{}}) == "field_out_of_range");
    CHECK(c.code(me, RotateKey{mine}) == "already_exists");
    CHECK(c.code(me, RotateKey{others}) == "already_exists");
    CHECK(c.code(me, RotateKey{filled(40)}) == "ok");
    CHECK(c.code(me, RotateKey{filled(41)}) == "consensus_key_pending");
    CHECK(c.code(c.operators[1], RotateKey{filled(40)}) == "already_exists");  // pending keys count
    CHECK(c.code(c.anna, RegisterValidator{filled(40), filled(8), tokens(2000), "n"}) == "already_exists");
    c.next_epoch();
    CHECK(validator(c, me).consensus_key == mine);
    c.next_epoch();
    CHECK(validator(c, me).consensus_key == filled(40));
    CHECK(validator(c, me).previous_key == mine);
    CHECK(validator(c, me).key_since == Height{41});
    CHECK_FALSE(validator(c, me).pending_key.has_value());
    CHECK(c.code(c.operators[1], RotateKey{mine}) == "already_exists");  // the bond answers for it
    CHECK(c.code(me, RotateKey{filled(41)}) == "too_early");
    c.now += 60'000;
    CHECK(c.code(me, RotateKey{filled(41)}) == "ok");
}

TEST_CASE("two signatures of one height cost 5 % of the bond and the place in the set for ever") {
    Chain c({}, 3);
    c.block();
    c.ok(c.operators[1], RotateKey{filled(40)});
    const Hash before_rotation = validator(c, c.operators[1]).consensus_key;
    c.to_epoch(2);
    c.read([&](const StateView& committed) {
        BlockState s(committed);
        Exec x(s);
        const auto of = [&](std::size_t i) { return *s.validator(c.operators[i].address()); };
        CHECK(slash_double_sign(x, filled(99)).is_zero());  // nobody's
        CHECK(slash_double_sign(x, of(0).consensus_key) == tokens(500));
        CHECK(slash_double_sign(x, before_rotation) == tokens(500));
        CHECK(of(0).tombstoned);
        CHECK(of(0).bond == tokens(9'500));
        CHECK(of(0).slashed == tokens(500));
        CHECK(of(1).tombstoned);
        CHECK(slash_double_sign(x, of(0).consensus_key).is_zero());  // once
        CHECK(of(0).bond == tokens(9'500));
        CHECK(s.books().bonds == tokens(29'000));
        CHECK(s.books().burned == tokens(1000));
        CHECK(s.books().burned_for_credits.is_zero());
        CHECK(s.epoch(Epoch{2})->slashed == tokens(1000));
        CHECK(check_ledger(s.books(), s.rules()).ok());
        // No more than a third of the power moves at a boundary; then they are out, and the third is all.
        set_powers(x);
        CHECK(of(0).power == 500'000);
        CHECK(of(1).power == 500'000);
        for (int i = 0; i < 3; ++i) set_powers(x);
        CHECK(of(0).power == 0);
        CHECK(of(1).power == 0);
        CHECK(of(2).power == 1'000'000);
        // The last one too pays; its power stays, since a set is never empty.
        CHECK(slash_double_sign(x, of(2).consensus_key) == tokens(500));
        set_powers(x);
        CHECK(of(2).power == 1'000'000);
        // There is no way back, and the rest of the bond comes out by retiring.
        x.sender = c.operators[0].address();
        CHECK(run(x, UnjailValidator{}).error().code == Code::tombstoned);
        CHECK(run(x, Retire{}).ok());
        set_powers(x);
        CHECK(of(0).free_at.value == s.clock().time.value + 60'000);
        const Amount liquid = s.account(x.sender).liquid;
        s.clock().time = of(0).free_at;
        set_powers(x);
        CHECK(s.account(x.sender).liquid.units == liquid.units + tokens(9'500).units);
        CHECK(of(0).bond.is_zero());
        CHECK(of(0).tombstoned);  // remembered: nobody registers anew after it
        CHECK(check_ledger(s.books(), s.rules()).ok());
        return 0;
    });
}

TEST_CASE("a bond on its way out is slashed as well") {
    Chain c({}, 3);
    c.ok(c.operators[2], Retire{});
    c.next_epoch();
    REQUIRE(validator(c, c.operators[2]).power == 0);
    c.read([&](const StateView& committed) {
        BlockState s(committed);
        Exec x(s);
        const Address who = c.operators[2].address();
        CHECK(slash_double_sign(x, s.validator(who)->consensus_key) == tokens(500));
        const Amount liquid = s.account(who).liquid;
        s.clock().time = s.validator(who)->free_at;
        set_powers(x);
        CHECK(s.account(who).liquid.units == liquid.units + tokens(9'500).units);
        return 0;
    });
}

}  // namespace assay::chain::test
