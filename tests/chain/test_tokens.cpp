// Transfer and burning for credits: queues, price rounds, staleness.
#include "tests/chain/chain_fixture.hpp"

namespace assay::chain::test {
namespace {

constexpr std::uint64_t kUsd = Price::kOneUsd;

}  // namespace

TEST_CASE("a transfer moves tokens to every output, to oneself too") {
    Chain c;
    const Transfer m{{{c.bob.address(), tokens(1), "a"},
                      {c.carl.address(), tokens(2), ""},
                      {c.bob.address(), tokens(3), "b"},
                      {c.anna.address(), tokens(4), ""}}};
    const auto r = c.run(c.anna, m);
    CHECK(r.code == "ok");
    CHECK(r.events.size() == 4);
    CHECK(c.liquid(c.bob) == tokens(100'004));
    CHECK(c.liquid(c.carl) == tokens(100'002));
    CHECK(c.liquid(c.anna).units == tokens(100'000 - 6).units - r.fee.units);
    // Anybody can be paid, also an address that nobody has used.
    Address nobody;
    nobody.bytes.fill(0xee);
    CHECK(c.code(c.anna, pay(nobody, tokens(1))) == "ok");
    CHECK(c.read([&](const StateView& s) { return s.account(nobody); }).liquid == tokens(1));
    // A neighbour of that address in its last byte is another account.
    nobody.bytes[31] = 0xef;
    CHECK(c.code(c.anna, pay(nobody, tokens(2))) == "ok");
    CHECK(c.read([&](const StateView& s) { return s.account(nobody); }).liquid == tokens(2));
}

TEST_CASE("what a transfer refuses") {
    Chain c;
    CHECK(c.code(c.anna, pay(c.bob.address(), Amount{})) == "amount_zero");
    CHECK(c.code(c.anna, pay(c.bob.address(), tokens(100'000))) == "insufficient_funds");
    CHECK(c.code(c.anna, pay(c.bob.address(), Amount::max())) == "insufficient_funds");
    CHECK(c.code(c.anna, Transfer{{{c.bob.address(), Amount::max(), ""}, {c.bob.address(), Amount{1}, ""}}}) ==
          "overflow");
    CHECK(c.liquid(c.bob) == tokens(100'000));
}

TEST_CASE("a burn waits for a price round that opens after its inclusion") {
    Chain c;
    c.price_rounds(1);  // height 5
    c.block();
    REQUIRE(c.height().value == 6);
    c.ok(c.buyer, BurnForCredits{tokens(10), Credits{}});  // in the round (5, 10]
    CHECK(c.ledger().escrow == tokens(10));
    CHECK(c.liquid(c.buyer) < tokens(99'990));
    while (c.height().value < 10) c.block(c.reports());
    CHECK(c.account(c.buyer).credits.is_zero());                 // the round in which it was given does not execute it
    while (c.height().value < 15) c.block(c.reports(2 * kUsd));  // 2 USD, clamped to a move of 10 %
    const Account a = c.account(c.buyer);
    CHECK(c.clock().price.spot.value == 110'000'000);
    const std::uint64_t ema = tokenomics::ema(c.clock().price).value;
    CHECK(ema > kUsd);
    CHECK(ema < 110'000'000);
    CHECK(a.credits.units == u128{tokens(10).units} * ema / kUsd);  // at min(spot, EMA)
    CHECK(a.credit_tokens == tokens(10));
    CHECK(c.ledger().escrow.is_zero());
    CHECK(c.ledger().burned == tokens(10));
    CHECK(c.epoch_record(0).burned == tokens(10));
    CHECK(c.epoch_record(0).credits_issued == a.credits);
}

TEST_CASE("a burn waits while rounds close without a quorum: the old price was known when it was given") {
    Chain c([](Genesis& g) { g.params.price.stale_blocks = 100; });
    c.ok(c.buyer, BurnForCredits{tokens(10), Credits{}});
    while (c.height().value < 21) c.block();  // four rounds without reports, not stale yet
    CHECK_FALSE(c.clock().price.stale);
    CHECK(c.account(c.buyer).credits.is_zero());
    CHECK(c.ledger().escrow == tokens(10));
    while (c.height().value < 25) c.block(c.reports());
    CHECK(c.account(c.buyer).credits.units == 10'000'000);
}

TEST_CASE("below min_credits the tokens come back") {
    Chain c;
    const auto before = c.liquid(c.buyer);
    const auto r = c.run(
        c.buyer, {BurnForCredits{tokens(10), Credits{10'000'001}}, BurnForCredits{tokens(10), Credits{10'000'000}}});
    CHECK(r.code == "ok");
    c.price_rounds(3);
    CHECK(c.liquid(c.buyer).units == before.units - r.fee.units - tokens(10).units);
    CHECK(c.account(c.buyer).credits.units == 10'000'000);
    CHECK(c.count("credits.refused") == 1);
    CHECK(c.ledger().escrow.is_zero());
}

TEST_CASE("a burn so small that it buys nothing comes back") {
    Chain c([](Genesis& g) { g.params.price.initial = Price{20'000}; });  // 0.0002 USD a token
    const auto before = c.liquid(c.buyer);
    const auto r = c.run(c.buyer, BurnForCredits{Amount{4'000}, Credits{}});
    CHECK(r.code == "ok");
    c.price_rounds(3, 20'000);
    CHECK(c.liquid(c.buyer).units == before.units - r.fee.units);
    CHECK(c.ledger().burned.is_zero());
}

TEST_CASE("what a burn refuses") {
    Chain c([](Genesis& g) { g.params.bme.min_burn = tokens(1); });
    CHECK(c.code(c.buyer, BurnForCredits{Amount{}, Credits{}}) == "amount_zero");
    CHECK(c.code(c.buyer, BurnForCredits{Amount{kToken - 1}, Credits{}}) == "amount_zero");
    CHECK(c.code(c.buyer, BurnForCredits{tokens(200'000), Credits{}}) == "insufficient_funds");
    CHECK(c.code(c.buyer, BurnForCredits{tokens(1), Credits{}}) == "ok");
}

TEST_CASE("a stale price freezes burning and settling, and nothing else") {
    // F10.
    Chain c;
    c.join(c.anna);
    c.buy_credits(c.buyer, tokens(100));
    c.ok(c.buyer, BurnForCredits{tokens(10), Credits{}});
    const Amount escrow = c.ledger().escrow;
    while (!c.clock().price.stale) c.block();
    CHECK(c.count("price.stale") == 1);
    CHECK(c.code(c.buyer, BurnForCredits{tokens(10), Credits{}}) == "price_stale");
    CHECK(c.code(c.buyer, pay(c.bob.address(), tokens(1))) == "ok");
    c.ok(c.anna, Stake{c.anna.address(), tokens(10)});
    const Hash order = c.open_order(c.buyer, "tiny", 1, 1'000'000, 30);
    c.ok(c.anna, PlaceBid{order, 0, Credits{500'000}});
    c.next_epoch();
    c.do_task(c.anna);  // work goes on, and is paid
    c.next_epoch();
    CHECK(c.provider(c.anna).earned > Amount{});
    const Credits free = c.account(c.buyer).credits;
    while (c.order(order).status == OrderStatus::leased || c.order(order).status == OrderStatus::open) c.block();
    CHECK(c.account(c.buyer).credits.units == free.units + 1'000'000);  // refunds go on
    CHECK(c.ledger().escrow == escrow);                                 // what waits, waits
    c.price_rounds(2);
    CHECK_FALSE(c.clock().price.stale);
    CHECK(c.ledger().escrow.is_zero());
}

TEST_CASE("with several validators the price needs two thirds of the power, and takes the lower median") {
    Chain c({}, 4);
    const auto report = [&](std::size_t i, std::uint64_t price) {
        return c.tx(c.operators[i], ReportPrice{Price{price}});
    };
    const auto close = [&](const std::vector<Bytes>& reports) {
        c.block(reports);
        while (c.height().value % 5 != 0) c.block();
    };
    close({report(0, 102'000'000), report(1, 102'000'000)});  // half the power: no quorum
    CHECK(c.clock().price.spot.value == kUsd);
    close({report(0, 101'000'000), report(1, 102'000'000), report(2, 103'000'000)});
    CHECK(c.clock().price.spot.value == 102'000'000);
    close({report(0, 101'000'000), report(1, 102'000'000), report(2, 103'000'000), report(3, 104'000'000)});
    CHECK(c.clock().price.spot.value == 102'000'000);  // the lower of the two in the middle
    close({});
    CHECK(c.clock().price.spot.value == 102'000'000);  // reports count once
    // One that lies far off moves nothing; a second report of the same validator replaces its first.
    close({report(0, 1'000'000'000), report(1, 102'000'000),
           c.tx_at(c.operators[0], 4, {ReportPrice{Price{102'500'000}}}), report(2, 102'000'000)});
    CHECK(c.clock().price.spot.value == 102'000'000);
    c.replay(options(2));
}

TEST_CASE("the queue keeps its order and its bound per block") {
    Chain c;
    c.scan = false;
    std::vector<Message> burns(16, BurnForCredits{tokens(1), Credits{}});
    std::vector<Bytes> txs;
    for (std::uint64_t i = 0; i < 40; ++i) txs.push_back(c.tx_at(c.buyer, i, burns, {.gas = 400'000}));
    CHECK(c.block(txs).receipts.size() == 40);
    CHECK(c.clock().queue_tail == 640);
    while (c.height().value < 9) c.block(c.reports());
    CHECK(c.clock().queue_head == 0);
    c.block(c.reports());
    CHECK(c.clock().queue_head == 500);
    CHECK(c.account(c.buyer).credits.units == 500'000'000);
    c.block();
    CHECK(c.clock().queue_head == 640);
    CHECK(c.account(c.buyer).credits.units == 640'000'000);
    c.check_invariants();
}

}  // namespace assay::chain::test
