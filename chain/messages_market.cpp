// What buyers and bidders do: orders, bids, leases that end early.
#include <algorithm>

#include "base/sha256.hpp"
#include "chain/exec.hpp"

namespace assay::chain {
namespace {

std::vector<Bid>::iterator bid_of(Order& o, const Address& provider, std::uint32_t slot) {
    return std::find_if(o.bids.begin(), o.bids.end(),
                        [&](const Bid& b) { return b.provider == provider && b.slot == slot; });
}

std::string state_in_words(const Order& o) {
    static constexpr const char* kWords[] = {"open", "leased", "closed", "cancelled"};
    return std::string("the order is ") + kWords[static_cast<int>(o.status)];
}

}  // namespace

Status run(Exec& x, const OpenOrder& m) {
    const auto& rules = x.rules();
    const auto& classes = rules.classes;
    const auto found =
        std::find_if(classes.begin(), classes.end(), [&](const auto& c) { return c.name == m.device_class; });
    if (found == classes.end())
        return {Code::unknown_class, "device_class \"" + m.device_class + "\" is not in params.classes"};
    if (m.gemm) {
        if (rules.market.dispute_blocks == 0)
            return {Code::gemm_closed, "market.dispute_blocks is 0: this chain takes no orders of products"};
        if (m.units != 1)
            return {Code::field_out_of_range, "units is " + std::to_string(m.units) + ", of a product it is 1"};
        ASSAY_TRY_VOID(proofs::check_job(*m.gemm));
    }
    if (m.units == 0 || m.units > rules.market.max_units)
        return {Code::field_out_of_range,
                "units is " + std::to_string(m.units) + ", allowed are 1 to " + std::to_string(rules.market.max_units)};
    if (m.max_price.is_zero()) return {Code::amount_zero, "max_price is zero"};
    ASSAY_TRY(u128 needed, mul_div(m.max_price.units, m.units, 1));
    if (m.deposit.units < needed)
        return {Code::insufficient_credits,
                "deposit is " + to_digits(m.deposit.units) + ", units x max_price is " + to_digits(needed)};
    const Height bids_until = x.height() + rules.market.bid_blocks;
    if (m.expires <= bids_until.value || m.expires - x.height().value > 10'000'000)
        return {Code::field_out_of_range,
                "expires must be a height above " + std::to_string(bids_until.value) + " and within 10000000 blocks"};
    Order o;
    Account& buyer = x.s.edit(x.sender);
    ASSAY_TRY(o.deposit_tokens, take_credits(x, buyer, m.deposit));
    ASSAY_TRY_VOID(move(x.s.books().credits_free, x.s.books().credits_escrowed, m.deposit));
    o.buyer = x.sender;
    o.device_class = static_cast<std::uint32_t>(found - classes.begin());
    o.units = m.units;
    o.max_price = m.max_price;
    o.deposit = m.deposit;
    o.opened = x.height();
    o.expires = Height{m.expires};
    o.manual = m.manual;
    o.bids_until = m.manual ? Height{m.expires - 1} : bids_until;
    if (m.gemm) {
        o.gemm = GemmOrder{*m.gemm, rules.market.dispute_blocks, {}, {}, {}};
        ++x.s.clock().gemm_orders;
    }
    Bytes seed;
    borsh::Writer w(seed);
    w.put(x.sender);
    w.put(x.nonce);
    w.put(x.message);
    const Hash id = tagged_hash("assay/order", seed);
    x.s.put_record(tables::order(id), o);
    if (!m.manual) x.s.put(tables::order_due(bids_until, id), {});
    x.s.put(tables::order_due(o.expires, id), {});
    x.emit("order.opened", {attr("order", id), attr("buyer", x.sender), attr("class", m.device_class),
                            attr("units", m.units), attr("max_price", m.max_price), attr("deposit", m.deposit)});
    return {};
}

Status run(Exec& x, const PlaceBid& m) {
    auto o = x.s.order(m.order);
    if (!o) return {Code::unknown_order, "order is not on this chain"};
    if (o->status != OrderStatus::open || x.height() > o->bids_until)
        return {Code::order_closed, "the order took bids until height " + std::to_string(o->bids_until.value)};
    if (m.price.is_zero() || m.price > o->max_price)
        return {Code::bid_too_high, "price is zero or above the order's max_price of " + to_digits(o->max_price.units)};
    ASSAY_TRY_VOID(may_work_for(x.s, x.rules(), x.s.clock(), x.sender, m.slot, o->device_class));
    const auto mine = bid_of(*o, x.sender, m.slot);
    if (mine != o->bids.end()) {
        mine->price = m.price;
    } else {
        if (o->bids.size() >= x.rules().market.max_bids)
            return {Code::field_out_of_range, "the order has market.max_bids bids"};
        o->bids.push_back({x.sender, m.slot, m.price});
    }
    x.s.put_record(tables::order(m.order), *o);
    x.emit("bid.placed", {attr("order", m.order), attr("provider", x.sender), attr("price", m.price)});
    return {};
}

Status run(Exec& x, const AcceptBid& m) {
    auto o = x.s.order(m.order);
    if (!o) return {Code::unknown_order, "order is not on this chain"};
    if (o->buyer != x.sender) return {Code::not_owner, "only the buyer accepts a bid for its order"};
    if (!o->manual) return {Code::not_manual, "the order is matched at its bid height; only a direct order is by hand"};
    if (o->status != OrderStatus::open) return {Code::order_closed, state_in_words(*o)};
    if (x.height() >= o->expires)
        return {Code::order_closed, "the order ended at height " + std::to_string(o->expires.value)};
    const auto bid = bid_of(*o, m.provider, m.slot);
    if (bid == o->bids.end()) return {Code::unknown_bid, "no bid of that provider with that slot stands"};
    if (bid->price > m.price)
        return {Code::bid_too_high, "the bid is " + to_digits(bid->price.units) + ", the buyer takes it at " +
                                        to_digits(m.price.units) + " at most"};
    // What held when the bid was placed need not hold now.
    ASSAY_TRY_VOID(may_work_for(x.s, x.rules(), x.s.clock(), m.provider, m.slot, o->device_class));
    open_lease(x, m.order, *o, Bid{*bid});
    return {};
}

Status run(Exec& x, const CloseLease& m) {
    auto o = x.s.order(m.order);
    if (!o) return {Code::unknown_order, "order is not on this chain"};
    if (x.sender != o->buyer && (!o->lease || x.sender != o->lease->provider))
        return {Code::not_owner, "only the buyer or the provider of a lease closes it"};
    if (o->status == OrderStatus::open) return {Code::not_leased, "the order is not leased yet; cancel_order ends it"};
    if (o->status != OrderStatus::leased) return {Code::order_closed, state_in_words(*o)};
    if (o->may_be_disputed()) {
        if (x.sender != o->buyer)
            return {Code::already_delivered, "the buyer alone accepts what was delivered before height " +
                                                 std::to_string(o->gemm->delivery->until.value)};
        accept_delivery(x, m.order, *std::move(o));
        return {};
    }
    if (x.height() >= o->expires)
        return {Code::order_closed, "the lease ended at height " + std::to_string(o->expires.value) +
                                        " and waits for the verdict of an open commit"};
    if (o->gemm && x.sender != o->lease->provider)
        return {Code::too_early, "the provider has until height " + std::to_string(o->expires.value) +
                                     " to deliver; what it has worked on is not taken back before"};
    if (!has_open_commit(x, m.order, *o)) return close_order(x, m.order, *o, OrderStatus::closed);
    // From here on it is as at its end: no task any more, and it closes when the verdict is there.
    o->expires = x.height();
    x.s.put_record(tables::order(m.order), *o);
    x.s.put(tables::order_due(o->expires, m.order), {});
    return {};
}

Status run(Exec& x, const CancelOrder& m) {
    auto o = x.s.order(m.order);
    if (!o) return {Code::unknown_order, "order is not on this chain"};
    if (o->buyer != x.sender) return {Code::not_owner, "only the buyer cancels its order"};
    if (o->status != OrderStatus::open)
        return {Code::order_closed,
                state_in_words(*o) + (o->status == OrderStatus::leased ? "; close_lease ends it" : "")};
    return close_order(x, m.order, *o, OrderStatus::cancelled);
}

}  // namespace assay::chain
