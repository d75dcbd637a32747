// Burning and settling on the chain in the modes beside destroy: fee, vault with its breaker, fixed ratio; recycling.
#include "tests/chain/chain_fixture.hpp"

namespace assay::chain::test {
namespace {

using tokenomics::BreakerLevel;
using tokenomics::BurnMode;

constexpr std::uint64_t kOneUsd = Price::kOneUsd;

Chain::Tweak in_mode(BurnMode mode, const std::function<void(tokenomics::BmeParams&)>& more = {}) {
    return [=](Genesis& g) {
        g.params.bme.mode = mode;
        g.params.bme.credits_per_token = 1'000'000;
        g.params.bme.vault.spread = {};
        g.params.price.max_move = Ppb{Ppb::kOne};
        g.params.price.ema_rounds = 1;
        if (more) more(g.params.bme);
    };
}

void do_lease(Chain& c, const Hash& order) {
    while (c.order(order).status == OrderStatus::open) c.block();
    c.next_epoch();
    c.to_start();
    const Work w = Chain::work(c.task(c.anna, 0, order));
    c.ok(c.anna, Chain::commit_message(w));
    c.to_challenge();
    c.ok(c.anna, c.opening(c.anna, w));
}

// One unit of work by anna, bought by the buyer and passed: its settlement is in the queue.
void one_unit(Chain& c, std::uint64_t price) {
    const Hash order = c.open_order(c.buyer, "tiny", 1, price, 300);
    c.ok(c.anna, PlaceBid{order, 0, Credits{price}});
    do_lease(c, order);
    while (c.order(order).status != OrderStatus::closed) c.block(c.reports());
}

TEST_CASE("fee_destroy: a share of the burn goes to the treasury, the rest is gone, and pays at most its payout") {
    Chain c(in_mode(BurnMode::fee_destroy, [](auto& b) { b.fee_destroy.fee = Ppb{50'000'000}; }));
    const Amount treasury = c.ledger().treasury;
    c.buy_credits(c.buyer, tokens(100));
    const Account a = c.account(c.buyer);
    CHECK(a.credits.units == 100'000'000);  // the fee is part of the price
    CHECK(a.credit_tokens == tokens(95));
    CHECK(c.ledger().burned == tokens(95));
    CHECK(c.ledger().burned_for_credits == tokens(95));
    CHECK(c.ledger().treasury.units == treasury.units + tokens(5).units);
    CHECK(c.code(c.buyer, RedeemCredits{Credits{1}}) == "not_redeemable");
    c.join(c.anna);
    one_unit(c, 100'000'000);
    c.price_rounds(3);
    CHECK(c.provider_epoch(c.anna, 1).settled.units + c.provider_epoch(c.anna, 2).settled.units ==
          tokens(95).units / 1000 * 975);
}

TEST_CASE("just so many credits: the fewest tokens are taken and the rest comes back") {
    Chain c(in_mode(BurnMode::vault));
    c.price_rounds(2, 114'000'000);
    const Amount before = c.liquid(c.buyer);
    const auto r = c.run(c.buyer, BurnForCredits{tokens(900), {}, Credits{1'000'000'000}});
    CHECK(r.code == "ok");
    c.price_rounds(2, 114'000'000);
    CHECK(c.account(c.buyer).credits.units == 1'000'000'000);
    CHECK(c.ledger().vault.units == 877'192'983);  // AEP-76
    CHECK(c.liquid(c.buyer).units == before.units - r.fee.units - 877'192'983);
    CHECK(c.ledger().burned.is_zero());
    // Offered too little: all of it comes back.
    const auto again = c.run(c.buyer, BurnForCredits{tokens(800), {}, Credits{1'000'000'000}});
    CHECK(again.code == "ok");
    c.price_rounds(2, 114'000'000);
    CHECK(c.liquid(c.buyer).units == before.units - r.fee.units - again.fee.units - 877'192'983);
    CHECK(c.count("credits.refused") == 1);
    CHECK(c.code(c.buyer, BurnForCredits{tokens(1), Credits{1}, Credits{1}}) == "field_out_of_range");
}

TEST_CASE("redeeming pays from the vault at the price of a later round, and counts as refunded") {
    Chain c(in_mode(BurnMode::vault));
    c.buy_credits(c.buyer, tokens(100));
    const Amount before = c.liquid(c.buyer);
    CHECK(c.code(c.buyer, RedeemCredits{}) == "amount_zero");
    CHECK(c.code(c.buyer, RedeemCredits{Credits{100'000'001}}) == "insufficient_credits");
    c.ok(c.buyer, RedeemCredits{Credits{60'000'000}});
    CHECK(c.ledger().credits_queued.units == 60'000'000);
    c.price_rounds(3, 2 * kOneUsd);
    const Ledger l = c.ledger();
    CHECK(l.vault == tokens(70));  // 60 USD are 30 tokens now; the surplus stays
    CHECK(l.credits_refunded.units == 60'000'000);
    CHECK(l.credits_queued.is_zero());
    CHECK(l.minted == c.epoch_record(0).minted_schedule);
    CHECK(c.liquid(c.buyer) > before);
    c.replay(options(2));
}

TEST_CASE("a vault that falls short mints within its bound; the rest waits its turn and is paid in later epochs") {
    Chain c(in_mode(BurnMode::vault, [](auto& b) {
        b.vault.shortfall = Ppb{5'000};  // of 400,000 tokens and some: 2 an epoch
        b.vault.halt_bps = b.vault.restart_bps = b.vault.warn_bps = 1;
    }));
    c.buy_credits(c.buyer, tokens(100));
    c.next_epoch();
    // A burn behind the redemption is not held up by it: it fills the vault, which pays on.
    const auto r = c.run(c.buyer, {RedeemCredits{Credits{100'000'000}}, BurnForCredits{tokens(1)}});
    CHECK(r.code == "ok");
    while (c.ledger().escrow > Amount{}) c.block(c.reports(90'000'000));  // 111.11 tokens for 100 USD
    const Amount first = c.epoch_record(c.clock().epoch.value).minted_settled;
    CHECK(first > tokens(2));
    CHECK(first < tokens(3));
    CHECK(c.clock().waiting_tail - c.clock().waiting_head == 1);
    CHECK(c.ledger().vault == tokens(1));
    const Credits left = c.ledger().credits_queued;
    CHECK(left > Credits{});
    c.block(c.reports(90'000'000));
    CHECK(c.clock().waiting_tail - c.clock().waiting_head == 1);
    CHECK(c.ledger().vault.is_zero());
    CHECK(c.ledger().credits_queued.units == left.units - 900'000);
    // Now that the vault is empty nobody may burn into it; what waits is paid as epochs allow.
    c.price_rounds(1, 90'000'000);
    CHECK(c.code(c.buyer, BurnForCredits{tokens(1)}) == "breaker_halted");
    while (c.ledger().credits_queued > Credits{}) c.block(c.reports(90'000'000));
    CHECK(c.clock().waiting_tail == c.clock().waiting_head);
    CHECK(c.ledger().credits_refunded.units == 100'000'000);
    // In all 111.111 tokens, less a unit of rounding for each part.
    Amount minted;
    for (std::uint64_t e = 0; e <= c.clock().epoch.value; ++e) minted.units += c.epoch_record(e).minted_settled.units;
    CHECK(minted.units + tokens(101).units <= 111'111'111);
    CHECK(minted.units + tokens(101).units >= 111'111'105);
    c.replay(options(2));
}

TEST_CASE("F4, F10: the breaker warns, stretches the rounds, halts burning while settling goes on, and starts again") {
    Chain c(in_mode(BurnMode::vault));
    c.join(c.anna);
    c.buy_credits(c.buyer, tokens(100));
    c.price_rounds(1, 95'000'000);
    CHECK(c.clock().breaker.level == BreakerLevel::warned);
    CHECK(c.clock().breaker.ratio_bps == 9'500);
    c.price_rounds(1, 89'000'000);
    CHECK(c.clock().breaker.level == BreakerLevel::halted);
    CHECK(c.count("breaker.changed") == 2);
    CHECK(c.code(c.buyer, BurnForCredits{tokens(1)}) == "breaker_halted");
    c.ok(c.buyer, RedeemCredits{Credits{10'000'000}});
    const Height asked = c.height();
    // n = floor((9500 - 8900) / 10) = 60: floor(10 x 1.1^60) = 3,044 blocks between rounds.
    const Height moved = c.clock().queue_moved;
    c.price_rounds(5, 89'000'000);
    CHECK(c.clock().queue_moved == moved);
    CHECK(c.ledger().credits_queued.units == 10'000'000);
    CHECK(c.code(c.anna, Stake{c.anna.address(), tokens(1)}) == "ok");  // nothing else stops
    c.price_rounds(1, 93'000'000);
    CHECK(c.clock().breaker.level == BreakerLevel::warned);  // n = 20: 67 blocks
    CHECK(c.code(c.buyer, BurnForCredits{tokens(1)}) == "ok");
    while (c.height().value < moved.value + 67) c.block(c.reports(93'000'000));
    c.price_rounds(2, 93'000'000);
    CHECK(c.ledger().credits_queued.is_zero());
    CHECK(c.height() > asked);
    c.price_rounds(2, 110'000'000);
    CHECK(c.clock().breaker.level == BreakerLevel::healthy);
    c.replay(options(2));
}

TEST_CASE("F4: in the published stress, price -50 % and demand -55 %, the breaker and the bound on shortfalls hold") {
    // io.net's published stress, on a vault. Every epoch the buyer spends what it would have spent, less 55 % once the
    // price falls, by at most a tenth a round, to a half.
    Chain c(in_mode(BurnMode::vault, [](auto& b) {
        b.vault.shortfall = Ppb{10'000};  // a few tokens of a supply of half a million
        b.vault.min_blocks = 5;
        b.vault.max_blocks = 10;
    }));
    c.join(c.anna);
    const auto bound_of = [&] {
        const Ledger l = c.ledger();
        return (l.genesis.units + l.minted.units - l.burned.units) / 100'000;
    };
    std::uint64_t price = kOneUsd;
    bool halted = false;
    std::size_t refused = 0, at_work = 0;
    const Amount genesis = c.ledger().genesis;
    c.buy_credits(c.buyer, tokens(280));
    for (int epoch = 0; epoch < 8; ++epoch) {
        if (epoch >= 2) price = std::max(price * 9 / 10, kOneUsd / 2);
        const Receipt burn = c.run(c.buyer, BurnForCredits{tokens(epoch < 2 ? 100 : 45)});
        refused += burn.code == "breaker_halted";
        const Hash order = c.open_order(c.buyer, "tiny", 1, epoch < 2 ? 100'000'000 : 45'000'000, 300);
        c.ok(c.anna, PlaceBid{order, 0, Credits{epoch < 2 ? 100'000'000u : 45'000'000u}});
        while (c.order(order).status != OrderStatus::leased) c.block(c.reports(price));
        while (c.clock().epoch < c.order(order).lease_from) c.block(c.reports(price));
        while (c.round().h0_time.value == 0) c.block(c.reports(price));
        const Work w = Chain::work(c.task(c.anna, 0, order));
        c.ok(c.anna, Chain::commit_message(w));
        while (c.round().challenge.value == 0) c.block(c.reports(price));
        c.ok(c.anna, c.opening(c.anna, w));  // work goes on, halted or not
        ++at_work;
        c.price_rounds(3, price);
        halted = halted || c.clock().breaker.level == BreakerLevel::halted;
        for (std::uint64_t e = 0; e <= c.clock().epoch.value; ++e)
            CHECK(c.epoch_record(e).minted_settled.units <= bound_of() + 1);
    }
    CHECK(halted);
    CHECK(refused > 0);
    CHECK(at_work == 8);
    CHECK(c.provider(c.anna).passed == 8);
    CHECK(c.code(c.anna, Unstake{c.anna.address(), tokens(10)}) == "ok");
    const Ledger l = c.ledger();
    CHECK(l.genesis == genesis);
    CHECK(l.genesis.units + l.minted.units - l.burned.units <= c.genesis.params.token.cap.units);
    // Credits that the vault cannot pay at half the price wait in line; nobody is paid out of thin air.
    CHECK(l.credits_queued.units > 0);
    CHECK(l.minted.units - l.scheduled.units <= (c.clock().epoch.value + 1) * (bound_of() + 1));
    // The price comes back, the line is paid as epochs allow, and with nothing outstanding burning starts again.
    c.ok(c.buyer, RedeemCredits{c.account(c.buyer).credits});
    for (int round = 0; round < 200 && !c.ledger().credits_queued.is_zero(); ++round)
        c.price_rounds(1, price = std::min(price * 11 / 10, kOneUsd));
    CHECK(c.ledger().credits_queued.is_zero());
    c.price_rounds(1, price);
    CHECK(c.clock().breaker.level == BreakerLevel::healthy);
    CHECK(c.code(c.buyer, BurnForCredits{tokens(1)}) == "ok");
    c.replay(options(2));
}

TEST_CASE("a burn that waits in the queue while the breaker halts comes back") {
    Chain c(in_mode(BurnMode::vault, [](auto& b) { b.vault.max_blocks = b.vault.min_blocks = 1; }));
    c.buy_credits(c.buyer, tokens(100));
    c.ok(c.buyer, BurnForCredits{tokens(10)});
    c.price_rounds(3, 80'000'000);
    CHECK(c.ledger().escrow.is_zero());
    CHECK(c.account(c.buyer).credits.units == 100'000'000);
    CHECK(c.count("credits.refused") == 1);
}

TEST_CASE("a burn below min_credits is tried in as many rounds as bme.attempts says") {
    Chain c(in_mode(BurnMode::destroy, [](auto& b) { b.attempts = 3; }));
    c.ok(c.buyer, BurnForCredits{tokens(10), Credits{15'000'000}});
    c.price_rounds(3);
    CHECK(c.ledger().escrow == tokens(10));
    CHECK(c.count("credits.refused") == 0);
    c.price_rounds(2, 2 * kOneUsd);
    CHECK(c.account(c.buyer).credits.units == 20'000'000);
    c.ok(c.buyer, BurnForCredits{tokens(10), Credits{25'000'000}});
    c.price_rounds(8, 2 * kOneUsd);
    CHECK(c.ledger().escrow.is_zero());
    CHECK(c.count("credits.refused") == 1);
}

TEST_CASE("mint_ratio: credits at a fixed rate, their tokens destroyed as work consumes them, no price asked") {
    Chain c(in_mode(BurnMode::mint_ratio, [](auto& b) { b.payout = Ppb{975'000'000}; }));
    while (!c.clock().price.stale) c.block();  // nobody reports, and nothing is frozen
    c.ok(c.buyer, BurnForCredits{tokens(100)});
    while (c.account(c.buyer).credits.is_zero()) c.block();
    CHECK(c.account(c.buyer).credits.units == 100'000'000);
    CHECK(c.ledger().vault == tokens(100));
    CHECK(c.ledger().burned.is_zero());
    c.join(c.anna);
    const Hash order = c.open_order(c.buyer, "tiny", 1, 40'000'000, 300);
    c.ok(c.anna, PlaceBid{order, 0, Credits{40'000'000}});
    do_lease(c, order);
    while (c.order(order).status != OrderStatus::closed || !c.ledger().credits_queued.is_zero()) c.block();
    const Ledger l = c.ledger();
    CHECK(l.vault == tokens(60));
    CHECK(l.burned == tokens(40));
    CHECK(l.minted.units - l.scheduled.units == tokens(39).units);
    c.replay(options(2));
}

TEST_CASE("recycling mints smoothed burns again, capped, beside the schedule and within the cap") {
    Chain c([](Genesis& g) {
        g.params.bme.recycle = {tokens(2), 4};
        g.params.emission.steps = {{0, tokens(10)}};
    });
    c.buy_credits(c.buyer, tokens(20));
    c.next_epoch();
    CHECK(c.clock().recycle_smoothed == tokens(5));
    CHECK(c.epoch_record(0).minted_recycled == tokens(2));
    CHECK(c.epoch_record(0).minted_schedule == tokens(10));
    CHECK(c.epoch_record(0).treasury.units == tokens(12).units / 10);  // both are split
    c.next_epoch();
    CHECK(c.clock().recycle_smoothed.units == tokens(15).units / 4);
    for (int i = 0; i < 12; ++i) c.next_epoch();
    const Ledger l = c.ledger();
    CHECK(l.recycled <= tokens(20));
    CHECK(l.recycled > tokens(10));
    CHECK(l.burned_for_credits == tokens(20));
    CHECK(l.minted.units == l.scheduled.units + l.recycled.units);
}

}  // namespace
}  // namespace assay::chain::test
