// OpenOrder and PlaceBid.
#include <algorithm>

#include "base/sha256.hpp"
#include "chain/exec.hpp"

namespace assay::chain {

Status run(Exec& x, const OpenOrder& m) {
    const auto& rules = x.rules();
    const auto& classes = rules.classes;
    const auto found =
        std::find_if(classes.begin(), classes.end(), [&](const auto& c) { return c.name == m.device_class; });
    if (found == classes.end())
        return {Code::unknown_class, "device_class \"" + m.device_class + "\" is not in params.classes"};
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
    o.bids_until = bids_until;
    o.expires = Height{m.expires};
    Bytes seed;
    borsh::Writer w(seed);
    w.put(x.sender);
    w.put(x.nonce);
    w.put(x.message);
    const Hash id = tagged_hash("assay/order", seed);
    x.s.put_record(tables::order(id), o);
    x.s.put(tables::order_due(bids_until, id), {});
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
    const auto p = x.s.provider(x.sender);
    if (!p) return {Code::not_registered, "the sender is not registered as a provider"};
    if (p->jailed) return {Code::jailed, "the provider is jailed"};
    ASSAY_TRY_VOID(must_have_access(x.rules(), x.s.clock(), *p));
    const auto d = x.s.device(x.sender, m.slot);
    if (!d) return {Code::unknown_device, "slot " + std::to_string(m.slot) + " has no device"};
    if (d->device_class != o->device_class)
        return {Code::unknown_class, "the device is of another class than the order asks"};
    const auto mine = std::find_if(o->bids.begin(), o->bids.end(),
                                   [&](const Bid& b) { return b.provider == x.sender && b.slot == m.slot; });
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

}  // namespace assay::chain
