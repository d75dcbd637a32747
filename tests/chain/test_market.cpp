// Orders, bids, leases, settlement, refunds.
#include "tests/chain/chain_fixture.hpp"

namespace assay::chain::test {
namespace {

// Two providers with stake for two commits each, and a buyer with credits.
struct Market {
    Chain c;
    explicit Market(const Chain::Tweak& tweak = {}) : c(tweak) {
        c.join(c.anna);
        c.join(c.bob);
        c.buy_credits(c.buyer, tokens(1000));
    }
    void to_lease(const Hash& order) {
        while (c.order(order).status == OrderStatus::open) c.block(c.reports());
    }
};

Receipt open(Chain& c, OpenOrder m) {
    return c.run(c.buyer, std::move(m));
}

}  // namespace

TEST_CASE("what OpenOrder refuses") {
    Market m;
    Chain& c = m.c;
    const auto expires = [&](std::uint64_t n) { return c.height().value + 1 + n; };
    const auto word = [&](OpenOrder o) { return open(c, std::move(o)).code; };
    CHECK(word({"giant", 1, Credits{10}, Credits{10}, expires(100)}) == "unknown_class");
    CHECK(word({"tiny", 0, Credits{10}, Credits{10}, expires(100)}) == "field_out_of_range");
    CHECK(word({"tiny", 1001, Credits{10}, Credits{20'000}, expires(100)}) == "field_out_of_range");
    CHECK(word({"tiny", 1, Credits{}, Credits{10}, expires(100)}) == "amount_zero");
    CHECK(word({"tiny", 2, Credits{10}, Credits{19}, expires(100)}) == "insufficient_credits");
    CHECK(word({"tiny", 2, Credits::max(), Credits::max(), expires(100)}) == "overflow");
    CHECK(word({"tiny", 2, Credits{1'000'000'000}, Credits{2'000'000'000}, expires(100)}) == "insufficient_credits");
    CHECK(word({"tiny", 2, Credits{10}, Credits{20}, expires(10)}) == "field_out_of_range");  // bids take ten blocks
    CHECK(word({"tiny", 2, Credits{10}, Credits{20}, expires(10'000'001)}) == "field_out_of_range");
    CHECK(word({"tiny", 2, Credits{10}, Credits{20}, 0}) == "field_out_of_range");
    CHECK(c.ledger().credits_escrowed.is_zero());
    CHECK(word({"tiny", 2, Credits{10}, Credits{20}, expires(11)}) == "ok");
    CHECK(c.ledger().credits_escrowed.units == 20);
}

TEST_CASE("what PlaceBid refuses") {
    Market m([](Genesis& g) { g.params.market.max_bids = 2; });
    Chain& c = m.c;
    c.ok(c.carl, RegisterProvider{""});
    c.ok(c.carl, AddDevice{0, "tiny"});
    c.ok(c.anna, AddDevice{1, "cpu"});
    c.ok(c.anna, AddDevice{2, "tiny"});
    const Hash order = c.open_order(c.buyer, "tiny", 2, 1'000'000);
    const auto word = [&](const Key& k, Hash id, std::uint32_t slot, std::uint64_t price) {
        return c.code(k, PlaceBid{id, slot, Credits{price}});
    };
    std::vector<Bytes> txs{c.tx(c.anna, PlaceBid{Hash{}, 0, Credits{1}}), c.tx(c.bob, PlaceBid{order, 0, Credits{0}}),
                           c.tx(c.carl, PlaceBid{order, 0, Credits{5}}), c.tx(c.buyer, PlaceBid{order, 0, Credits{5}})};
    const auto words = c.block(txs).receipts;
    REQUIRE(words.size() == 4);
    CHECK(words[0].code == "unknown_order");
    CHECK(words[1].code == "bid_too_high");
    CHECK(words[2].code == "stake_below_required");
    CHECK(words[3].code == "not_registered");
    CHECK(word(c.bob, order, 0, 1'000'001) == "bid_too_high");
    CHECK(word(c.bob, order, 4, 5) == "unknown_device");
    CHECK(word(c.anna, order, 1, 5) == "unknown_class");
    CHECK(word(c.anna, order, 0, 900) == "ok");
    CHECK(word(c.bob, order, 0, 900) == "ok");
    CHECK(word(c.anna, order, 2, 900) == "field_out_of_range");  // market.max_bids
    CHECK(word(c.anna, order, 0, 800) == "ok");                  // a second bid of the slot replaces its first
    CHECK(c.order(order).bids.size() == 2);
    while (c.height() < c.order(order).bids_until) c.block();
    CHECK(c.order(order).status == OrderStatus::leased);
    CHECK(c.order(order).lease->price.units == 800);
    CHECK(word(c.bob, order, 0, 5) == "order_closed");
}

TEST_CASE("a jailed provider neither bids nor wins") {
    Market m;
    Chain& c = m.c;
    c.next_epoch();
    const Work w = c.commit_work(c.anna, 4);
    const Hash early = c.open_order(c.buyer, "tiny", 1, 1'000'000);
    c.ok(c.anna, PlaceBid{early, 0, Credits{1}});
    c.ok(c.bob, PlaceBid{early, 0, Credits{1'000'000}});
    c.to_challenge(w.task.epoch.value);
    c.ok(c.anna, c.opening(c.anna, w));
    REQUIRE(c.provider(c.anna).jailed);
    const Hash late = c.open_order(c.buyer, "tiny", 1, 1'000'000);
    CHECK(c.code(c.anna, PlaceBid{late, 0, Credits{1}}) == "jailed");
    m.to_lease(early);
    REQUIRE(c.order(early).lease.has_value());
    CHECK(c.order(early).lease->provider == c.bob.address());  // the only one who still has access
}

TEST_CASE("a provider whose stake has left does not win") {
    Market m;
    Chain& c = m.c;
    const Hash order = c.open_order(c.buyer, "tiny", 1, 1'000'000);
    c.ok(c.anna, PlaceBid{order, 0, Credits{1}});
    c.ok(c.anna, Unstake{c.anna.address(), tokens(950)});
    const Credits free = c.account(c.buyer).credits;
    m.to_lease(order);
    CHECK(c.order(order).status == OrderStatus::cancelled);  // and nobody else bid
    CHECK(c.account(c.buyer).credits.units == free.units + 1'000'000);
    CHECK(c.ledger().credits_escrowed.is_zero());
}

TEST_CASE("the lowest price wins; equal prices are drawn by a beacon that nobody knew") {
    Market m;
    Chain& c = m.c;
    const Hash order = c.open_order(c.buyer, "tiny", 1, 1'000'000);
    c.ok(c.anna, PlaceBid{order, 0, Credits{700'000}});
    c.ok(c.bob, PlaceBid{order, 0, Credits{699'999}});
    m.to_lease(order);
    CHECK(c.order(order).lease->provider == c.bob.address());
    CHECK(c.order(order).lease->price.units == 699'999);

    std::map<Address, int> won;
    for (int i = 0; i < 16; ++i) {
        const Hash tie = c.open_order(c.buyer, "tiny", 1, 1'000'000);
        c.block({c.tx(c.anna, PlaceBid{tie, 0, Credits{500}}), c.tx(c.bob, PlaceBid{tie, 0, Credits{500}})});
        m.to_lease(tie);
        const Order o = c.order(tie);
        ++won[o.lease->provider];
        // By the words of the rule: the smaller H("assay/bid", beacon | order | provider | slot).
        const auto draw = [&](const Key& k) {
            Bytes data;
            borsh::Writer w(data);
            w.put(c.clock().beacon);
            w.put(tie);
            w.put(k.address());
            w.put(std::uint32_t{0});
            return tagged_hash("assay/bid", data);
        };
        CHECK(o.lease->provider == (draw(c.anna) < draw(c.bob) ? c.anna : c.bob).address());
    }
    CHECK(won.size() == 2);
}

TEST_CASE("a lease is worked, settled unit by unit, and closed with its refund") {
    Market m;
    Chain& c = m.c;
    const Hash order = c.open_order(c.buyer, "tiny", 2, 1'000'000);
    c.ok(c.anna, PlaceBid{order, 0, Credits{600'000}});
    m.to_lease(order);
    CHECK(c.order(order).lease_from == c.clock().epoch + 1);
    const Credits free = c.account(c.buyer).credits;
    const std::uint64_t from = c.clock().epoch.value + 1;
    for (std::uint64_t unit = 0; unit < 2; ++unit) {
        c.to_epoch(from + unit);
        while (c.round().h0_time.value == 0) c.block(c.reports());
        CHECK(c.tasks(c.anna).size() == 2);  // the canonical one and the lease's
        const Work w = Chain::work(c.task(c.anna, 0, order));
        CHECK_FALSE(w.task.ctx == c.task(c.anna).ctx);
        c.ok(c.anna, Chain::commit_message(w));
        CHECK(c.commit(w.id(c.anna.address())).weight == 0);
        CHECK(c.commit(w.id(c.anna.address())).order == order);
        while (c.round().challenge.value == 0) c.block(c.reports());
        c.ok(c.anna, c.opening(c.anna, w));
        CHECK(c.order(order).units_done == unit + 1);
    }
    CHECK(c.order(order).status == OrderStatus::closed);
    CHECK(c.order(order).paid.units == 1'200'000);
    CHECK(c.account(c.buyer).credits.units == free.units + 800'000);  // what the lower price left
    c.price_rounds(3);
    CHECK(c.ledger().credits_queued.is_zero());
    CHECK(c.ledger().credits_escrowed.is_zero());
    CHECK(c.ledger().credits_consumed.units == 1'200'000);
    // 1.2 USD at 1 USD a token, but at most 97.5 % of the 1.2 tokens that were burned for it.
    Amount settled;
    for (std::uint64_t e = 0; e <= c.clock().epoch.value; ++e)
        settled.units += c.provider_epoch(c.anna, e).settled.units;
    CHECK(settled.units == 1'170'000);
    CHECK(c.ledger().minted.units - c.ledger().scheduled.units == 1'170'000);
    CHECK(c.tasks(c.anna).size() == 1);
    CHECK(c.count("lease.settled") == 2);
}

TEST_CASE("a lease's unit that fails is not settled, and slashes") {
    Market m;
    Chain& c = m.c;
    const Hash order = c.open_order(c.buyer, "tiny", 1, 1'000'000);
    c.ok(c.anna, PlaceBid{order, 0, Credits{600'000}});
    m.to_lease(order);
    c.next_epoch();
    c.to_start();
    const Work w = Chain::spoiled(c.task(c.anna, 0, order), 1);
    c.ok(c.anna, Chain::commit_message(w));
    c.to_challenge();
    c.ok(c.anna, c.opening(c.anna, w));
    CHECK(c.commit(w.id(c.anna.address())).status == CommitStatus::failed);
    CHECK(c.order(order).units_done == 0);
    CHECK(c.order(order).status == OrderStatus::leased);
    CHECK(c.ledger().credits_queued.is_zero());
    CHECK(c.provider(c.anna).slashed > Amount{});
}

TEST_CASE("an order without a bid is cancelled at its bid height, with its deposit") {
    Market m;
    Chain& c = m.c;
    const Account before = c.account(c.buyer);
    const Hash order = c.open_order(c.buyer, "tiny", 3, 1'000'000);
    CHECK(c.account(c.buyer).credit_tokens < before.credit_tokens);
    m.to_lease(order);
    CHECK(c.height() == c.order(order).bids_until);
    CHECK(c.order(order).status == OrderStatus::cancelled);
    CHECK(c.account(c.buyer).credits == before.credits);
    CHECK(c.account(c.buyer).credit_tokens == before.credit_tokens);  // the tokens that they carry come back too
}

TEST_CASE("at its end an order refunds what was not done, and no commit prolongs it") {
    Market m;
    Chain& c = m.c;
    const Hash order = c.open_order(c.buyer, "tiny", 5, 1'000'000, 45);
    c.ok(c.anna, PlaceBid{order, 0, Credits{1'000'000}});
    m.to_lease(order);
    const Height expires = c.order(order).expires;
    const Credits free = c.account(c.buyer).credits;
    // One unit is committed before the end and opened after it: it is paid.
    std::optional<Work> open;
    while (c.height() < expires) {
        if (!open && c.round().h0_time.value != 0 && c.height().value + 9 > expires.value &&
            c.now + 1000 <= c.round().h0_time.value + 5000 && c.clock().epoch >= c.order(order).lease_from) {
            open = Chain::work(c.task(c.anna, 0, order));
            c.ok(c.anna, Chain::commit_message(*open));
            continue;
        }
        c.block();
    }
    if (open) {
        CHECK(c.order(order).status == OrderStatus::leased);
        c.to_challenge(open->task.epoch.value);
        c.ok(c.anna, c.opening(c.anna, *open));
        c.blocks(2);
        CHECK(c.account(c.buyer).credits.units == free.units + 4'000'000);
    } else {
        CHECK(c.account(c.buyer).credits.units == free.units + 5'000'000);
    }
    CHECK(c.order(order).status == OrderStatus::closed);
}

TEST_CASE("after its end a lease has no task, even while an older commit of it is open") {
    Market m([](Genesis& g) {
        g.params.epoch.blocks = 12;
        g.params.work.open_blocks = 8;
    });
    Chain& c = m.c;
    c.to_epoch(3);                                                       // starts at height 37
    const Hash order = c.open_order(c.buyer, "tiny", 5, 1'000'000, 25);  // opened at 37, ends at 62
    c.ok(c.anna, PlaceBid{order, 0, Credits{1'000'000}});
    m.to_lease(order);  // at 47, in epoch 3
    REQUIRE(c.order(order).expires.value == 62);
    c.to_epoch(4);  // starts at 49; its window opens at 49 to 52
    c.to_start();
    const Work first = Chain::work(c.task(c.anna, 0, order));
    c.ok(c.anna, Chain::commit_message(first));
    c.to_epoch(5);  // starts at 61: the first commit still waits for its opening
    c.to_start();
    REQUIRE(c.commit(first.id(c.anna.address())).status == CommitStatus::open);
    while (c.height().value < 61) c.block();
    // In the block of `expires` at the earliest: too late.
    for (const TaskView& t : c.tasks(c.anna)) CHECK_FALSE(t.order.has_value());
    CHECK(c.code(c.anna, CommitWork{lease_task(Epoch{5}, order), 0, {}}) == "unknown_task");
    while (c.round(4).closed.value == 0) c.block();
    c.blocks(2);
    CHECK(c.order(order).status == OrderStatus::closed);
    CHECK(c.ledger().credits_escrowed.is_zero());
}

TEST_CASE("burning and working for oneself never returns more than was burned") {
    // F1, F2, A8: one hand is buyer, provider and reporter of prices that rise and fall.
    for (const std::uint64_t path : {90'000'000u, 100'000'000u, 130'000'000u}) {
        Market m;
        Chain& c = m.c;
        c.ok(c.anna, BurnForCredits{tokens(100), Credits{}});
        while (c.account(c.anna).credits.is_zero()) c.price_rounds(1);
        const Hash order = c.open_order(c.anna, "tiny", 1, static_cast<std::uint64_t>(c.account(c.anna).credits.units));
        c.ok(c.anna, PlaceBid{order, 0, c.order(order).max_price});
        while (c.order(order).status == OrderStatus::open) c.block(c.reports(path));
        c.next_epoch();
        while (c.round().h0_time.value == 0) c.block(c.reports(path));
        const Work w = Chain::work(c.task(c.anna, 0, order));
        c.ok(c.anna, Chain::commit_message(w));
        while (c.round().challenge.value == 0) c.block(c.reports(path));
        c.ok(c.anna, c.opening(c.anna, w));
        c.price_rounds(3, path);
        c.next_epoch();
        c.next_epoch();
        Amount back;
        for (std::uint64_t e = 0; e <= c.clock().epoch.value; ++e) {
            const ProviderEpoch p = c.provider_epoch(c.anna, e);
            back.units += p.settled.units + p.work_bonus.units;
        }
        INFO("price " << path);
        CHECK(back > Amount{});
        CHECK(back.units <= tokens(100).units * 975 / 1000);
    }
}

TEST_CASE("a buyer cancels an order that is open, in the block of its matching at the latest") {
    Market m;
    Chain& c = m.c;
    const Account before = c.account(c.buyer);
    const Hash order = c.open_order(c.buyer, "tiny", 3, 1'000'000);
    c.ok(c.anna, PlaceBid{order, 0, Credits{1}});
    CHECK(c.code(c.buyer, CancelOrder{Hash{}}) == "unknown_order");
    CHECK(c.code(c.anna, CancelOrder{order}) == "not_owner");
    while (c.height() + 1 < c.order(order).bids_until) c.block();
    REQUIRE(c.order(order).status == OrderStatus::open);
    const Receipt r = c.run(c.buyer, CancelOrder{order});
    REQUIRE(r.code == "ok");
    CHECK(c.height() == c.order(order).bids_until);  // matching comes at the end of this block
    CHECK(c.order(order).status == OrderStatus::cancelled);
    CHECK_FALSE(c.order(order).lease.has_value());
    CHECK(std::any_of(r.events.begin(), r.events.end(), [](const Event& e) { return e.kind == "order.cancelled"; }));
    CHECK(c.account(c.buyer).credits == before.credits);
    CHECK(c.account(c.buyer).credit_tokens == before.credit_tokens);
    CHECK(c.ledger().credits_escrowed.is_zero());
    CHECK(c.code(c.buyer, CancelOrder{order}) == "order_closed");
    CHECK(c.code(c.anna, PlaceBid{order, 0, Credits{1}}) == "order_closed");
    CHECK(c.code(c.buyer, CloseLease{order}) == "order_closed");

    const Hash late = c.open_order(c.buyer, "tiny", 1, 1'000'000);
    c.ok(c.anna, PlaceBid{late, 0, Credits{1}});
    m.to_lease(late);
    CHECK(c.code(c.buyer, CancelOrder{late}) == "order_closed");  // one block too late
    CHECK(c.order(late).status == OrderStatus::leased);
}

TEST_CASE("buyer or provider closes a lease: the rest of the deposit comes back at once") {
    for (const bool by_buyer : {true, false}) {
        Market m;
        Chain& c = m.c;
        const Account before = c.account(c.buyer);
        const Hash order = c.open_order(c.buyer, "tiny", 3, 1'000'000);
        c.ok(c.anna, PlaceBid{order, 0, Credits{600'000}});
        CHECK(c.code(c.buyer, CloseLease{order}) == "not_leased");
        CHECK(c.code(c.anna, CloseLease{order}) == "not_owner");  // no lease, so no provider of it
        m.to_lease(order);
        CHECK(c.code(c.bob, CloseLease{order}) == "not_owner");
        CHECK(c.code(c.bob, CloseLease{Hash{}}) == "unknown_order");
        c.ok(by_buyer ? c.buyer : c.anna, CloseLease{order});
        CHECK(c.order(order).status == OrderStatus::closed);
        CHECK(c.order(order).paid.is_zero());
        CHECK(c.account(c.buyer).credits == before.credits);
        CHECK(c.account(c.buyer).credit_tokens == before.credit_tokens);
        CHECK(c.ledger().credits_queued.is_zero());
        CHECK(c.code(c.buyer, CloseLease{order}) == "order_closed");
        c.next_epoch();
        c.to_start();
        CHECK(c.tasks(c.anna).size() == 1);  // the canonical one alone
    }
}

TEST_CASE("an open commit keeps a lease that was closed until its verdict: what passes is paid, what fails is not") {
    for (const bool honest : {true, false}) {
        Market m;
        Chain& c = m.c;
        const Account before = c.account(c.buyer);
        const Hash order = c.open_order(c.buyer, "tiny", 3, 1'000'000);
        c.ok(c.anna, PlaceBid{order, 0, Credits{600'000}});
        m.to_lease(order);
        c.next_epoch();
        c.to_start();
        const Work w = honest ? Chain::work(c.task(c.anna, 0, order)) : Chain::spoiled(c.task(c.anna, 0, order), 1);
        // The commit and the end are in one block; the commit comes first.
        const auto receipts =
            c.block({c.tx(c.anna, Chain::commit_message(w)), c.tx(c.buyer, CloseLease{order})}).receipts;
        REQUIRE(receipts.size() == 2);
        CHECK((receipts[0].code == "ok" && receipts[1].code == "ok"));
        CHECK(c.order(order).status == OrderStatus::leased);
        CHECK(c.order(order).expires == c.height());
        CHECK(c.code(c.anna, CloseLease{order}) == "order_closed");  // it has ended, and waits
        CHECK(c.ledger().credits_escrowed.units == 3'000'000);
        const std::uint64_t next = w.task.epoch.value + 1;
        while (c.round(w.task.epoch.value).challenge.value == 0) {
            c.block();
            if (c.clock().epoch.value == next)
                for (const TaskView& t : c.tasks(c.anna)) CHECK_FALSE(t.order.has_value());
        }
        c.ok(c.anna, c.opening(c.anna, w));
        c.block();
        CHECK(c.order(order).status == OrderStatus::closed);
        CHECK(c.order(order).units_done == (honest ? 1 : 0));
        CHECK(c.account(c.buyer).credits.units == before.credits.units - (honest ? 600'000 : 0));
        CHECK(c.ledger().credits_escrowed.is_zero());
        CHECK(c.order(order).paid.units == (honest ? 600'000 : 0));
    }
}

TEST_CASE("a direct order is not matched: its buyer takes a bid by hand") {
    Market m;
    Chain& c = m.c;
    const Hash order = c.open_order(c.buyer, "tiny", 2, 1'000'000, 60, true);
    const Height first = c.height();
    CHECK(c.order(order).bids_until + 1 == c.order(order).expires);
    c.ok(c.anna, PlaceBid{order, 0, Credits{600'000}});
    while (c.height().value < first.value + 15) c.block();
    REQUIRE(c.order(order).status == OrderStatus::open);  // past the bid height of others
    c.ok(c.bob, PlaceBid{order, 0, Credits{800'000}});    // and still taking bids
    const auto word = [&](const Key& k, const Key& whom, std::uint32_t slot, std::uint64_t price) {
        return c.code(k, AcceptBid{order, whom.address(), slot, Credits{price}});
    };
    CHECK(c.code(c.buyer, AcceptBid{Hash{}, c.bob.address(), 0, Credits{800'000}}) == "unknown_order");
    CHECK(word(c.bob, c.bob, 0, 800'000) == "not_owner");
    CHECK(word(c.buyer, c.bob, 1, 800'000) == "unknown_bid");
    CHECK(word(c.buyer, c.carl, 0, 800'000) == "unknown_bid");
    CHECK(word(c.buyer, c.bob, 0, 799'999) == "bid_too_high");
    CHECK(word(c.buyer, c.bob, 0, 800'000) == "ok");  // not the lowest
    const Order o = c.order(order);
    CHECK(o.status == OrderStatus::leased);
    CHECK(o.lease->provider == c.bob.address());
    CHECK(o.lease_from == c.clock().epoch + 1);
    CHECK(word(c.buyer, c.anna, 0, 600'000) == "order_closed");
    c.next_epoch();
    c.to_start();
    const Work w = Chain::work(c.task(c.bob, 0, order));
    c.ok(c.bob, Chain::commit_message(w));
    c.to_challenge();
    c.ok(c.bob, c.opening(c.bob, w));
    CHECK(c.order(order).paid.units == 800'000);

    const Hash matched = c.open_order(c.buyer, "tiny", 1, 1'000'000);
    c.ok(c.anna, PlaceBid{matched, 0, Credits{5}});
    CHECK(c.code(c.buyer, AcceptBid{matched, c.anna.address(), 0, Credits{5}}) == "not_manual");
}

TEST_CASE("a bid that its provider raised while the acceptance travelled is not taken") {
    Market m;
    Chain& c = m.c;
    const Hash order = c.open_order(c.buyer, "tiny", 1, 1'000'000, 60, true);
    c.ok(c.anna, PlaceBid{order, 0, Credits{600'000}});
    const auto r = c.block({c.tx(c.anna, PlaceBid{order, 0, Credits{1'000'000}}),
                            c.tx(c.buyer, AcceptBid{order, c.anna.address(), 0, Credits{600'000}})})
                       .receipts;
    REQUIRE(r.size() == 2);
    CHECK((r[0].code == "ok" && r[1].code == "bid_too_high"));
    CHECK(c.order(order).status == OrderStatus::open);
}

TEST_CASE("a direct order without acceptance ends at its end with its deposit") {
    Market m;
    Chain& c = m.c;
    const Account before = c.account(c.buyer);
    const Hash order = c.open_order(c.buyer, "tiny", 2, 1'000'000, 20, true);
    c.ok(c.anna, PlaceBid{order, 0, Credits{600'000}});
    while (c.height() + 1 < c.order(order).expires) c.block();
    CHECK(c.order(order).status == OrderStatus::open);
    // In the block of its end nothing is accepted any more.
    CHECK(c.code(c.buyer, AcceptBid{order, c.anna.address(), 0, Credits{600'000}}) == "order_closed");
    CHECK(c.height() == c.order(order).expires);
    CHECK(c.order(order).status == OrderStatus::cancelled);
    CHECK(c.account(c.buyer).credits == before.credits);
    CHECK(c.account(c.buyer).credit_tokens == before.credit_tokens);
}

TEST_CASE("a bid is checked again when it is accepted") {
    Market m;
    Chain& c = m.c;
    const Hash order = c.open_order(c.buyer, "tiny", 1, 1'000'000, 400, true);
    c.ok(c.anna, PlaceBid{order, 0, Credits{600'000}});
    c.ok(c.bob, PlaceBid{order, 0, Credits{600'000}});
    c.ok(c.anna, Unstake{c.anna.address(), tokens(950)});
    CHECK(c.code(c.buyer, AcceptBid{order, c.anna.address(), 0, Credits{600'000}}) == "stake_below_required");
    c.next_epoch();
    const Work w = c.commit_work(c.bob, 4);
    c.to_challenge(w.task.epoch.value);
    c.ok(c.bob, c.opening(c.bob, w));
    REQUIRE(c.provider(c.bob).jailed);
    CHECK(c.code(c.buyer, AcceptBid{order, c.bob.address(), 0, Credits{600'000}}) == "jailed");
    CHECK(c.order(order).status == OrderStatus::open);
    c.ok(c.buyer, CancelOrder{order});
    CHECK(c.order(order).status == OrderStatus::cancelled);
}

TEST_CASE("the index of prices counts what passed and was paid, and forgets what is too long ago") {
    Market m([](Genesis& g) { g.params.market.index_epochs = 2; });
    Chain& c = m.c;
    const std::uint32_t tiny = c.order(c.open_order(c.buyer, "tiny", 1, 1'000'000)).device_class;
    const auto index = [&] {
        return c.read([&](const StateView& s) { return market_of(s, s.params(), s.chain().epoch, tiny); });
    };
    // Anna and Bob work for one order each, in one epoch.
    const Hash one = c.open_order(c.buyer, "tiny", 1, 1'000'000), other = c.open_order(c.buyer, "tiny", 1, 1'000'000);
    c.ok(c.anna, PlaceBid{one, 0, Credits{600'000}});
    c.ok(c.bob, PlaceBid{other, 0, Credits{301'001}});
    m.to_lease(one);
    m.to_lease(other);
    CHECK(index().prices.units == 0);  // a lease is no price yet
    c.next_epoch();
    c.to_start();
    const Work a = Chain::work(c.task(c.anna, 0, one)), b = Chain::work(c.task(c.bob, 0, other));
    c.block({c.tx(c.anna, Chain::commit_message(a)), c.tx(c.bob, Chain::commit_message(b))});
    c.to_challenge();
    c.ok(c.anna, c.opening(c.anna, a));
    const Epoch paid = c.clock().epoch;
    CHECK(index().prices.units == 1);
    c.ok(c.bob, c.opening(c.bob, b));
    MarketView now = index();
    CHECK((now.prices.units == 2 && now.prices.least.units == 301'001 && now.prices.median.units == 301'001));
    CHECK(now.prices.mean.units == 450'500);  // of 450500.5
    CHECK(now.prices.exact);
    CHECK((now.from + 1 == paid && now.to == paid));
    c.next_epoch();
    CHECK(index().prices.units == 2);
    c.next_epoch();
    CHECK(index().prices.units == 0);
    CHECK(index().from == paid + 1);
    CHECK_FALSE(c.read([&](const StateView& s) { return s.get(tables::market_prices(paid, tiny)); }).has_value());
}

}  // namespace assay::chain::test
