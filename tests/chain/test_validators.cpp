// RegisterValidator, RenewBeacon, ReportPrice, and who proposes.
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
    CHECK(validator(c, c.anna).power == 500'000);
    CHECK(validator(c, c.operators[0]).power == 1'000'000);
    REQUIRE(validator(c, c.anna).beacon.has_value());
    CHECK(validator(c, c.anna).beacon->height == Height{40});
    auto block = c.app->make_block({TimeMs{c.now + 1000}, c.anna.address(), hers.reveal(Height{41})}, {});
    REQUIRE(block.ok());
    c.decide(*block, true);
    CHECK(validator(c, c.anna).beacon->tip == hers.reveal(Height{41}));
    CHECK(validator(c, c.anna).beacon->height == Height{41});
    CHECK(c.code(c.anna, ReportPrice{Price{Price::kOneUsd}}) == "ok");
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

TEST_CASE("a reveal is good for its own height and proposer alone") {
    // A2: a reveal that leaks in a failed round helps at that height only.
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
    Chain c([](Genesis& g) { g.validators[0].bond = tokens(30'000); }, 2);
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

}  // namespace assay::chain::test
