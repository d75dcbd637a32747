// Orders as time passes: matching at the bid height, one unit per epoch, refunds at the end.
#include <algorithm>

#include "base/sha256.hpp"
#include "chain/exec.hpp"
#include "tokenomics/burn.hpp"

namespace assay::chain {
namespace {

// Lowest price among those who still have access; ties by a number that nobody knew when bidding.
std::optional<Bid> best_bid(Exec& x, const Hash& id, const Order& o) {
    std::optional<Bid> best;
    Hash best_draw;
    for (const Bid& b : o.bids) {
        (void)provider_now(x, b.provider);  // once for all its bids: what grace it is due takes old parameters to tell
        if (!may_work_for(x.s, x.rules(), x.s.clock(), b.provider, b.slot, o.device_class)) continue;
        Bytes data;
        borsh::Writer w(data);
        w.put(x.s.clock().beacon);
        w.put(id);
        w.put(b.provider);
        w.put(b.slot);
        const Hash draw = tagged_hash("assay/bid", data);
        if (!best || b.price < best->price || (b.price == best->price && draw < best_draw)) {
            best = b;
            best_draw = draw;
        }
    }
    return best;
}

}  // namespace

Status may_work_for(const StateView& state, const tokenomics::Params& rules, const ChainState& now,
                    const Address& provider, std::uint32_t slot, std::uint32_t device_class) {
    auto p = state.provider(provider);
    if (!p) return {Code::not_registered, "the bidder is not registered as a provider"};
    see_grace(state, rules, now, *p);
    if (p->jailed) return {Code::jailed, "the provider is jailed"};
    ASSAY_TRY_VOID(must_have_access(rules, now, *p));
    const auto d = state.device(provider, slot);
    if (!d) return {Code::unknown_device, "slot " + std::to_string(slot) + " has no device"};
    if (d->device_class != device_class)
        return {Code::unknown_class, "the device is of another class than the order asks"};
    return {};
}

bool has_open_commit(Exec& x, const Hash& id, const Order& o) {
    if (!o.lease) return false;
    for (std::uint64_t e = x.s.clock().oldest_round.value; e <= x.epoch().value; ++e) {
        const auto c = x.s.commit(commit_id(lease_task(Epoch{e}, id), o.lease->provider, o.lease->slot));
        if (c && c->status == CommitStatus::open) return true;
    }
    return false;
}

MarketView market_of(const StateView& state, const tokenomics::Params& rules, Epoch now, std::uint32_t device_class) {
    const std::uint64_t back = std::min(rules.market.index_epochs - 1, now.value);
    MarketView out{Epoch{now.value - back}, now, {}};
    std::vector<tokenomics::PriceIndex> parts;
    for (Epoch e = out.from; e <= now; e = e + 1) parts.push_back(state.market_prices(e, device_class));
    out.prices = tokenomics::summarize(parts);
    return out;
}

void forget_old_prices(Exec& x) {
    std::vector<Bytes> old;
    x.s.for_prefix(tables::kMarketPrices, {}, [&](ByteView key, ByteView) {
        if (tables::read_be(key, 0, 8) + x.rules().market.index_epochs > x.epoch().value) return false;
        old.emplace_back(key.begin(), key.end());
        return true;
    });
    for (Bytes& key : old) x.s.erase({tables::kMarketPrices, std::move(key)});
}

void open_lease(Exec& x, const Hash& id, Order& o, const Bid& b) {
    o.lease = b;
    o.status = OrderStatus::leased;
    o.lease_from = x.epoch() + 1;  // its task exists before the next h0 is drawn
    x.s.put_record(tables::order(id), o);
    x.s.put(tables::lease(b.provider, b.slot, id), {});
    x.emit("lease.opened", {attr("order", id), attr("provider", b.provider), attr("price", b.price),
                            attr("from_epoch", o.lease_from.value)});
}

Status close_order(Exec& x, const Hash& id, Order& o, OrderStatus status) {
    if (o.gemm) --x.s.clock().gemm_orders;
    if (!o.deposit.is_zero()) {
        Account& buyer = x.s.edit(o.buyer);
        ASSAY_TRY_VOID(increase(buyer.credits, o.deposit));
        ASSAY_TRY_VOID(increase(buyer.credit_tokens, o.deposit_tokens));
        ASSAY_TRY_VOID(move(x.s.books().credits_escrowed, x.s.books().credits_free, o.deposit));
    }
    const Credits refund = o.deposit;
    o.deposit = {};
    o.deposit_tokens = {};
    if (o.lease) x.s.erase(tables::lease(o.lease->provider, o.lease->slot, id));
    o.status = status;
    x.s.put_record(tables::order(id), o);
    x.emit(status == OrderStatus::cancelled ? "order.cancelled" : "lease.closed",
           {attr("order", id), attr("buyer", o.buyer), attr("refund", refund), attr("units_done", o.units_done)});
    return {};
}

void run_due_orders(Exec& x) {
    std::vector<std::pair<Bytes, Hash>> due;
    // Keys begin with the height, so what is due comes first; at most this many a block, the rest the block after.
    constexpr std::size_t kPerBlock = 500;
    x.s.for_prefix(tables::kOrdersDue, {}, [&](ByteView key, ByteView) {
        if (tables::read_be(key, 0, 8) > x.height().value || due.size() >= kPerBlock) return false;
        due.emplace_back(Bytes(key.begin(), key.end()), Hash::from(key.subspan(8)));
        return true;
    });
    for (const auto& [key, id] : due) {
        x.s.erase({tables::kOrdersDue, key});
        auto o = x.s.order(id);
        if (!o || o->status == OrderStatus::closed || o->status == OrderStatus::cancelled) continue;
        if (o->may_be_disputed()) {
            const Height until = o->gemm->delivery->until;
            if (x.height() >= until)
                accept_delivery(x, id, *std::move(o));
            else
                x.s.put(tables::order_due(until, id), {});
            continue;
        }
        if (x.height() >= o->expires) {
            if (has_open_commit(x, id, *o)) {
                x.s.put(tables::order_due(x.height() + 1, id), {});
                continue;
            }
            (void)close_order(x, id, *o, o->lease ? OrderStatus::closed : OrderStatus::cancelled);
        } else if (o->status == OrderStatus::open) {
            const auto best = best_bid(x, id, *o);
            if (!best) {
                (void)close_order(x, id, *o, OrderStatus::cancelled);
                continue;
            }
            open_lease(x, id, *o, *best);
        }
    }
}

void settle_unit(Exec& x, const Hash& order_id, const Address& provider) {
    auto o = x.s.order(order_id);
    if (!o || !o->lease || o->units_done >= o->units) return;
    const Credits price = min_of(o->lease->price, o->deposit);
    if (price.is_zero()) return;
    const Amount tokens = tokenomics::carried_by(price, o->deposit, o->deposit_tokens);
    QueuedSettlement q{order_id, provider, x.epoch(), price, tokens};
    o->deposit = sub_or_zero(o->deposit, price);
    o->deposit_tokens = sub_or_zero(o->deposit_tokens, tokens);
    if (!move(x.s.books().credits_escrowed, x.s.books().credits_queued, price)) return;
    if (!increase(o->paid, price)) return;
    ++o->units_done;
    x.s.put_record(tables::queue(x.s.clock().queue_tail++), QueueItem{x.height(), 0, q});
    // A product is as large as its buyer likes: its price says nothing of a unit of the class.
    if (!o->gemm) {
        auto prices = x.s.market_prices(x.epoch(), o->device_class);
        if (tokenomics::add_units(prices, price, 1))  // all credits that ever were fit, so their sum does
            x.s.put_record(tables::market_prices(x.epoch(), o->device_class), prices);
    }
    x.s.put_record(tables::order(order_id), *o);
    if (o->units_done == o->units) (void)close_order(x, order_id, *o, OrderStatus::closed);
}

}  // namespace assay::chain
