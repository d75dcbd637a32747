// Price rounds, and the queue of burns and settlements that waits for them: nobody profits from a price that was known
// when the order was given (PROTOCOL §8).
#include "chain/beacon.hpp"
#include "chain/exec.hpp"
#include "chain/invariants.hpp"
#include "tokenomics/burn.hpp"
#include "tokenomics/price.hpp"

namespace assay::chain {
namespace {

void edit_epoch(Exec& x, const std::function<void(EpochRecord&)>& f) {
    if (auto record = x.s.epoch(x.epoch())) {
        f(*record);
        x.s.put_record(tables::epoch(x.epoch()), *record);
    }
}

Status give_back(Exec& x, const QueuedBurn& q, const char* why) {
    ASSAY_TRY_VOID(decrease(x.s.books().escrow, q.amount));
    ASSAY_TRY_VOID(x.s.pay(q.buyer, q.amount));
    x.emit("credits.refused", {attr("buyer", q.buyer), attr("amount", q.amount), attr("reason", std::string(why))});
    return {};
}

Status execute(Exec& x, const QueuedBurn& q) {
    const auto& price = x.s.clock().price;
    const auto credits = tokenomics::credits_for(q.amount, tokenomics::burn_price(price.spot, tokenomics::ema(price)),
                                                 x.rules().token.decimals);
    if (!credits || credits->is_zero() || *credits < q.min_credits)
        return give_back(x, q, code_word(Code::min_credits_not_met).data());
    Ledger& books = x.s.books();
    ASSAY_TRY_VOID(decrease(books.escrow, q.amount));
    ASSAY_TRY_VOID(increase(books.burned, q.amount));
    ASSAY_TRY_VOID(increase(books.credits_issued, *credits));
    ASSAY_TRY_VOID(increase(books.credits_free, *credits));
    Account& a = x.s.edit(q.buyer);
    ASSAY_TRY_VOID(increase(a.credits, *credits));
    ASSAY_TRY_VOID(increase(a.credit_tokens, q.amount));
    edit_epoch(x, [&](EpochRecord& r) {
        (void)increase(r.burned, q.amount);
        (void)increase(r.credits_issued, *credits);
    });
    x.emit("token.burned", {attr("from", q.buyer), attr("amount", q.amount)});
    x.emit("credits.bought", {attr("buyer", q.buyer), attr("credits", *credits), attr("price", price.spot.value)});
    return {};
}

Status execute(Exec& x, const QueuedSettlement& q) {
    const auto& price = x.s.clock().price;
    ASSAY_TRY(Amount pay, tokenomics::settlement_pay(x.rules().bme, q.credits, q.tokens,
                                                     tokenomics::settle_price(price.spot, tokenomics::ema(price)),
                                                     x.rules().token.decimals));
    Ledger& books = x.s.books();
    ASSAY_TRY(Amount created, add(books.genesis, books.minted));
    ASSAY_TRY(Amount supply, sub(created, books.burned));
    pay = min_of(pay, sub_or_zero(x.rules().token.cap, supply));
    ASSAY_TRY_VOID(decrease(books.credits_queued, q.credits));
    ASSAY_TRY_VOID(increase(books.credits_consumed, q.credits));
    ASSAY_TRY_VOID(increase(books.minted, pay));
    ASSAY_TRY_VOID(x.s.pay(q.provider, pay));
    auto mine = provider_epoch_of(x, x.epoch(), q.provider);
    ASSAY_TRY_VOID(increase(mine.consumed, q.credits));
    ASSAY_TRY_VOID(increase(mine.consumed_tokens, q.tokens));
    ASSAY_TRY_VOID(increase(mine.settled, pay));
    x.s.put_record(tables::provider_epoch(x.epoch(), q.provider), mine);
    if (auto p = x.s.provider(q.provider)) {
        ASSAY_TRY_VOID(increase(p->earned, pay));
        x.s.put_record(tables::provider(q.provider), *p);
    }
    edit_epoch(x, [&](EpochRecord& r) {
        (void)increase(r.minted_settled, pay);
        (void)increase(r.credits_consumed, q.credits);
    });
    x.emit("credits.consumed", {attr("order", q.order), attr("credits", q.credits)});
    x.emit("token.minted", {attr("to", q.provider), attr("amount", pay), attr("cause", std::string("settlement"))});
    x.emit("lease.settled",
           {attr("order", q.order), attr("provider", q.provider), attr("credits", q.credits), attr("amount", pay)});
    return {};
}

}  // namespace

void close_price_round(Exec& x) {
    const auto& bme = x.rules().bme;
    auto& clock = x.s.clock();
    if (x.height().value % bme.round_blocks != 0) return;
    std::vector<tokenomics::PriceReport> reports;
    std::vector<Address> reporters;
    u128 power = 0;
    x.s.each_validator([&](const Address& a, const Validator& v) {
        power += v.power;
        if (v.report) reporters.push_back(a);
        if (v.report && v.power > 0) reports.push_back({*v.report, v.power});
        return true;
    });
    const bool was_stale = clock.price.stale;
    const auto result = tokenomics::close_round(x.rules().price, clock.price, reports, power, x.height());
    clock.price = result.state;
    clock.round_closed = x.height();
    for (const Address& a : reporters) {
        auto v = x.s.validator(a);
        v->report.reset();
        x.s.put_record(tables::validator(a), *v);
    }
    if (clock.price.stale) {
        if (!was_stale) x.emit("price.stale", {attr("height", x.height().value)});
        return;
    }
    // Without a quorum the price is one that was known when the items were given: they wait for the next round.
    if (!result.quorum) return;
    x.emit("price.updated", {attr("price", clock.price.spot.value), attr("ema", tokenomics::ema(clock.price).value)});
    // Due is what was included before this round's blocks began: the round opened after it.
    const std::uint64_t opened = x.height().value - bme.round_blocks;
    std::uint64_t due = clock.queue_due < clock.queue_head ? clock.queue_head : clock.queue_due;
    while (due < clock.queue_tail) {
        const auto raw = x.s.get(tables::queue(due));
        ASSAY_CHECK(raw.has_value());
        const auto item = borsh::decode<QueueItem>(*raw);
        ASSAY_CHECK(item.ok());
        if (item->included.value > opened) break;
        ++due;
    }
    clock.queue_due = due;
}

void run_queue(Exec& x) {
    constexpr std::uint64_t kPerBlock = 500;
    auto& clock = x.s.clock();
    if (clock.price.stale) return;
    for (std::uint64_t n = 0; n < kPerBlock && clock.queue_head < clock.queue_due; ++n, ++clock.queue_head) {
        const StateKey key = tables::queue(clock.queue_head);
        const auto raw = x.s.get(key);
        ASSAY_CHECK(raw.has_value());
        auto item = borsh::decode<QueueItem>(*raw);
        ASSAY_CHECK(item.ok());
        // An item that cannot be carried out leaves no half of itself behind.
        BlockState& s = x.s;
        s.begin_tx();
        const std::size_t events = x.events.size();
        s.erase(key);
        Status done = std::visit([&](const auto& q) { return execute(x, q); }, item->item);
        if (done) done = check_tx_invariants(s);
        if (done) {
            s.end_tx();
            continue;
        }
        s.rollback_tx();
        x.events.resize(events);
        s.erase(key);
        // A burn goes back to its buyer; a settlement's credits go back to the order's buyer through the books.
        if (const auto* burn = std::get_if<QueuedBurn>(&item->item)) {
            (void)give_back(x, *burn, done.error().word().data());
        } else if (const auto* settlement = std::get_if<QueuedSettlement>(&item->item)) {
            const auto order = s.order(settlement->order);
            if (order) {
                Account& buyer = s.edit(order->buyer);
                (void)increase(buyer.credits, settlement->credits);
                (void)increase(buyer.credit_tokens, settlement->tokens);
                (void)move(s.books().credits_queued, s.books().credits_free, settlement->credits);
            }
        }
    }
}

}  // namespace assay::chain
