// Burns, settlements and redemptions that are due: each whole or not at all, so many a block, in the order of their
// coming. What the vault cannot pay yet waits in a line of its own, so that burns behind it can fill the vault.
#include "chain/exec.hpp"
#include "chain/invariants.hpp"
#include "tokenomics/burn.hpp"

namespace assay::chain {
namespace {

void edit_epoch(Exec& x, const std::function<void(EpochRecord&)>& f) {
    if (auto record = x.s.epoch(x.epoch())) {
        f(*record);
        x.s.put_record(tables::epoch(x.epoch()), *record);
    }
}

Amount supply_of(const Ledger& books) {
    return Amount{books.genesis.units + books.minted.units - books.burned.units};  // the invariants hold its parts
}

// ---------------------------------------------------------------- burns

Status give_back(Exec& x, const QueuedBurn& q, std::string_view why) {
    ASSAY_TRY_VOID(decrease(x.s.books().escrow, q.amount));
    ASSAY_TRY_VOID(x.s.pay(q.buyer, q.amount));
    x.emit("credits.refused", {attr("buyer", q.buyer), attr("amount", q.amount), attr("reason", std::string(why))});
    return {};
}

Result<tokenomics::Purchase> purchase_of(Exec& x, const QueuedBurn& q) {
    const auto& rules = x.rules();
    const auto& clock = x.s.clock();
    if (clock.breaker.level == tokenomics::BreakerLevel::halted)
        return {Code::breaker_halted, "the vault covers too little of the credits"};
    ASSAY_TRY(const auto bought, tokenomics::purchase(rules.bme, tokenomics::prices_of(rules.bme, clock.price),
                                                      rules.token.decimals, q.amount, q.credits));
    if (bought.credits < q.min_credits)
        return {Code::min_credits_not_met, "the burn buys " + to_digits(bought.credits.units) + " micro-USD"};
    return bought;
}

Status execute(Exec& x, const QueueItem& item, const QueuedBurn& q) {
    const auto bought = purchase_of(x, q);
    if (!bought) {
        const Code code = bought.error().code;
        if (code != Code::min_credits_not_met && code != Code::breaker_halted) return bought.error();
        if (item.attempts + 1 >= x.rules().bme.attempts) return give_back(x, q, code_word(code));
        // Once more, in a round that opens after this one.
        x.s.put_record(tables::queue(x.s.clock().queue_tail++), QueueItem{x.height(), item.attempts + 1, q});
        return {};
    }
    Ledger& books = x.s.books();
    ASSAY_TRY_VOID(decrease(books.escrow, q.amount));
    ASSAY_TRY_VOID(increase(books.burned, bought->destroyed));
    ASSAY_TRY_VOID(increase(books.burned_for_credits, bought->destroyed));
    ASSAY_TRY_VOID(increase(books.vault, bought->vaulted));
    ASSAY_TRY_VOID(increase(books.treasury, bought->treasury));
    ASSAY_TRY_VOID(increase(books.pool_validators, bought->validators));
    ASSAY_TRY_VOID(increase(books.credits_issued, bought->credits));
    ASSAY_TRY_VOID(increase(books.credits_free, bought->credits));
    Account& a = x.s.edit(q.buyer);
    ASSAY_TRY_VOID(increase(a.credits, bought->credits));
    ASSAY_TRY_VOID(increase(a.credit_tokens, bought->carried));
    const Amount rest = sub_or_zero(q.amount, bought->spent);
    if (!rest.is_zero()) ASSAY_TRY_VOID(x.s.pay(q.buyer, rest));
    edit_epoch(x, [&](EpochRecord& r) {
        (void)increase(r.burned, bought->destroyed);
        (void)increase(r.vaulted, bought->vaulted);
        (void)increase(r.credits_issued, bought->credits);
    });
    if (!bought->destroyed.is_zero())
        x.emit("token.burned", {attr("from", q.buyer), attr("amount", bought->destroyed)});
    x.emit("credits.bought", {attr("buyer", q.buyer), attr("credits", bought->credits), attr("amount", bought->spent),
                              attr("returned", rest), attr("price", x.s.clock().price.spot.value)});
    return {};
}

// ---------------------------------------------------------------- settlements and redemptions

// Pays for credits out of the queue; where mode vault could pay for a part alone, `left` says what still waits.
Result<tokenomics::Settlement> pay_for(Exec& x, Credits credits, Amount tokens, const Address& to) {
    const auto& rules = x.rules();
    const auto prices = tokenomics::prices_of(rules.bme, x.s.clock().price);
    Ledger& books = x.s.books();
    const Amount supply = supply_of(books), cap = rules.token.cap;
    tokenomics::Funds funds{books.vault, sub_or_zero(cap, supply)};
    if (rules.bme.mode == tokenomics::BurnMode::vault) {
        const auto record = x.s.epoch(x.epoch());
        funds.mintable =
            tokenomics::vault_mintable(rules.bme.vault, cap, supply, record ? record->minted_settled : Amount{});
    }
    ASSAY_TRY(const auto done, tokenomics::settle(rules.bme, prices, rules.token.decimals, funds, credits, tokens));
    ASSAY_TRY_VOID(decrease(books.credits_queued, done.credits));
    ASSAY_TRY_VOID(increase(books.minted, done.minted));
    ASSAY_TRY_VOID(increase(books.burned, done.destroyed));
    ASSAY_TRY_VOID(increase(books.burned_for_credits, done.destroyed));
    ASSAY_TRY_VOID(decrease(books.vault, done.from_vault));
    ASSAY_TRY_VOID(decrease(books.vault, done.destroyed));
    ASSAY_TRY_VOID(x.s.pay(to, done.paid));
    edit_epoch(x, [&](EpochRecord& r) {
        (void)increase(r.minted_settled, done.minted);
        (void)increase(r.burned, done.destroyed);
    });
    if (!done.destroyed.is_zero()) x.emit("token.burned", {attr("amount", done.destroyed)});
    if (!done.minted.is_zero())
        x.emit("token.minted", {attr("to", to), attr("amount", done.minted), attr("cause", std::string("settlement"))});
    return done;
}

// What was left unpaid keeps its place in the line.
void keep_waiting(Exec& x, const QueueItem& item, std::optional<std::uint64_t> place) {
    auto& clock = x.s.clock();
    x.s.put_record(tables::waiting(place ? *place : clock.waiting_tail++), item);
}

Status execute(Exec& x, const QueueItem& item, const QueuedSettlement& q, std::optional<std::uint64_t> place) {
    ASSAY_TRY(const auto done, pay_for(x, q.credits, q.tokens, q.provider));
    ASSAY_TRY_VOID(increase(x.s.books().credits_consumed, done.credits));
    auto mine = provider_epoch_of(x, x.epoch(), q.provider);
    const tokenomics::WorkRule rule = tokenomics::work_rule(x.rules().bme);
    RunningSums& sums = x.s.clock().sums;
    sums.weights.work -= tokenomics::work_weight(rule, work_of(mine));
    ASSAY_TRY_VOID(increase(mine.consumed, done.credits));
    ASSAY_TRY_VOID(increase(mine.consumed_tokens, done.tokens));
    ASSAY_TRY_VOID(increase(mine.settled, done.paid));
    sums.weights.work += tokenomics::work_weight(rule, work_of(mine));
    ASSAY_TRY_VOID(increase(sums.burned_for, done.tokens));
    x.s.put_record(tables::provider_epoch(x.epoch(), q.provider), mine);
    if (auto p = x.s.provider(q.provider)) {
        ASSAY_TRY_VOID(increase(p->earned, done.paid));
        x.s.put_record(tables::provider(q.provider), *p);
    }
    edit_epoch(x, [&](EpochRecord& r) { (void)increase(r.credits_consumed, done.credits); });
    x.emit("credits.consumed", {attr("order", q.order), attr("credits", done.credits)});
    x.emit("lease.settled", {attr("order", q.order), attr("provider", q.provider), attr("credits", done.credits),
                             attr("amount", done.paid)});
    if (done.credits < q.credits)
        keep_waiting(x,
                     {item.included, item.attempts,
                      QueuedSettlement{q.order, q.provider, q.epoch, sub_or_zero(q.credits, done.credits),
                                       sub_or_zero(q.tokens, done.tokens)}},
                     place);
    return {};
}

Status execute(Exec& x, const QueueItem& item, const QueuedRedemption& q, std::optional<std::uint64_t> place) {
    ASSAY_TRY(const auto done, pay_for(x, q.credits, q.tokens, q.owner));
    ASSAY_TRY_VOID(increase(x.s.books().credits_refunded, done.credits));
    x.emit("credits.redeemed", {attr("owner", q.owner), attr("credits", done.credits), attr("amount", done.paid)});
    if (done.credits < q.credits)
        keep_waiting(
            x,
            {item.included, item.attempts,
             QueuedRedemption{q.owner, sub_or_zero(q.credits, done.credits), sub_or_zero(q.tokens, done.tokens)}},
            place);
    return {};
}

// Credits that could not be paid for go back to whose they were, with their tokens.
void return_credits(Exec& x, const Address& owner, Credits credits, Amount tokens, std::string_view why) {
    Account& a = x.s.edit(owner);
    (void)increase(a.credits, credits);
    (void)increase(a.credit_tokens, tokens);
    (void)move(x.s.books().credits_queued, x.s.books().credits_free, credits);
    x.emit("credits.refused", {attr("owner", owner), attr("credits", credits), attr("reason", std::string(why))});
}

// ---------------------------------------------------------------- one item

enum class Outcome : std::uint8_t { done, waits };

// `place`: in the line of what waits; nothing for the queue. An item that cannot be carried out leaves no half of
// itself behind.
Outcome run_item(Exec& x, const StateKey& key, const QueueItem& item, std::optional<std::uint64_t> place) {
    BlockState& s = x.s;
    const auto* burn = std::get_if<QueuedBurn>(&item.item);
    // Nobody overtakes the line: what comes out of the queue stands behind it.
    const bool queued_up = burn == nullptr && !place && s.clock().waiting_head < s.clock().waiting_tail;
    s.begin_tx();
    const std::size_t events = x.events.size();
    s.erase(key);
    Status done;
    if (queued_up)
        keep_waiting(x, item, {});
    else if (burn != nullptr)
        done = execute(x, item, *burn);
    else if (const auto* settlement = std::get_if<QueuedSettlement>(&item.item))
        done = execute(x, item, *settlement, place);
    else
        done = execute(x, item, std::get<QueuedRedemption>(item.item), place);
    if (done) done = check_tx_invariants(s);
    if (done) {
        s.end_tx();
        return place && s.get(key) ? Outcome::waits : Outcome::done;  // paid in part: it stands there again
    }
    s.rollback_tx();
    x.events.resize(events);
    const bool unfunded = done.error().code == Code::cap_reached && x.rules().bme.mode == tokenomics::BurnMode::vault;
    if (unfunded && place) return Outcome::waits;
    s.erase(key);
    if (unfunded)
        keep_waiting(x, item, {});
    else if (burn != nullptr)
        (void)give_back(x, *burn, done.error().word());
    else if (const auto* redemption = std::get_if<QueuedRedemption>(&item.item))
        return_credits(x, redemption->owner, redemption->credits, redemption->tokens, done.error().word());
    else if (const auto* settlement = std::get_if<QueuedSettlement>(&item.item))
        if (const auto order = s.order(settlement->order))
            return_credits(x, order->buyer, settlement->credits, settlement->tokens, done.error().word());
    return Outcome::done;
}

QueueItem item_at(Exec& x, const StateKey& key) {
    const auto raw = x.s.get(key);
    ASSAY_CHECK(raw.has_value());
    auto item = borsh::decode<QueueItem>(*raw);
    ASSAY_CHECK(item.ok());
    return *std::move(item);
}

}  // namespace

void run_queue(Exec& x) {
    const auto& bme = x.rules().bme;
    auto& clock = x.s.clock();
    if (tokenomics::needs_price(bme) && clock.price.stale) return;
    std::uint64_t left = bme.items_per_block;
    for (; left > 0 && clock.waiting_head < clock.waiting_tail; --left) {
        const StateKey key = tables::waiting(clock.waiting_head);
        if (run_item(x, key, item_at(x, key), clock.waiting_head) == Outcome::waits) break;
        ++clock.waiting_head;
    }
    for (; left > 0 && clock.queue_head < clock.queue_due; --left, ++clock.queue_head) {
        const StateKey key = tables::queue(clock.queue_head);
        (void)run_item(x, key, item_at(x, key), {});
    }
}

}  // namespace assay::chain
