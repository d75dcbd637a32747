// Orders, bids, leases, and what work was paid with.
#include "chain/tables.hpp"
#include "node/json.hpp"
#include "node/rpc/api.hpp"
#include "node/rpc/cursor.hpp"
#include "node/views/views.hpp"

namespace assay::node {
namespace {

// One page of the orders that `show` makes something of.
template <class Show>
Result<Json> page_of_orders(const chain::StateView& s, const Args& args, const std::string& filter, Show&& show) {
    ASSAY_TRY(Page page, page_of(args, filter, s.chain().height));
    s.for_prefix(chain::tables::kOrders, {}, [&](ByteView key, ByteView value) {
        if (!page.wants(key)) return true;
        const auto o = borsh::decode<chain::Order>(value);
        if (!o) return true;
        Json one = show(Hash::from(key), *o);
        if (one.is_null()) return true;
        if (page.full()) return page.more();
        page.add(key, std::move(one));
        return true;
    });
    return page.finish();
}

Result<chain::Order> order_of(const chain::StateView& s, const Hash& id) {
    auto o = s.order(id);
    if (!o) return {Code::not_found, "order " + hex(id) + " is not on this chain"};
    return *std::move(o);
}

Result<Json> orders(const Api& api, const Args& args) {
    const std::string status = args.text_or("status", "");
    if (!status.empty() && status != "open" && status != "leased" && status != "closed" && status != "cancelled")
        return {Code::invalid_params, "status must be open, leased, closed or cancelled"};
    return api.app.read([&](const chain::StateView& s) -> Result<Json> {
        const Style style = style_of(s.params());
        return page_of_orders(s, args, "orders/" + status, [&](const Hash& id, const chain::Order& o) {
            Json one = order_json(style, s, id, o);
            return status.empty() || one["status"] == status ? one : Json();
        });
    });
}

Result<Json> order(const Api& api, const Args& args) {
    const Hash id = args.hash("id");
    return api.app.read([&](const chain::StateView& s) -> Result<Json> {
        ASSAY_TRY(const chain::Order o, order_of(s, id));
        return order_json(style_of(s.params()), s, id, o);
    });
}

Result<Json> bids(const Api& api, const Args& args) {
    const Hash id = args.hash("order");
    return api.app.read([&](const chain::StateView& s) -> Result<Json> {
        ASSAY_TRY(const chain::Order o, order_of(s, id));
        const Style style = style_of(s.params());
        Json items = Json::array();
        for (const chain::Bid& b : o.bids) items.push_back(bid_json(style, s, o, b));
        return Json{{"items", std::move(items)}, {"next_cursor", nullptr}, {"height", s.chain().height.value}};
    });
}

Result<Json> leases(const Api& api, const Args& args) {
    const std::string status = args.text_or("status", "");
    if (!status.empty() && status != "leased" && status != "closed")
        return {Code::invalid_params, "status must be leased or closed"};
    const bool of_one = args.has("provider");
    const Address provider = of_one ? args.address("provider") : Address{};
    return api.app.read([&](const chain::StateView& s) -> Result<Json> {
        const Style style = style_of(s.params());
        const std::string filter = "leases/" + status + "/" + (of_one ? style.address(provider) : "");
        return page_of_orders(s, args, filter, [&](const Hash& id, const chain::Order& o) {
            if (!o.lease || (of_one && o.lease->provider != provider)) return Json();
            Json one = lease_json(style, s, id, o);
            return status.empty() || one["status"] == status ? one : Json();
        });
    });
}

Result<Json> lease(const Api& api, const Args& args) {
    const Hash id = args.hash("id");
    return api.app.read([&](const chain::StateView& s) -> Result<Json> {
        ASSAY_TRY(const chain::Order o, order_of(s, id));
        if (!o.lease) return {Code::not_found, "order " + hex(id) + " has no lease"};
        return lease_json(style_of(s.params()), s, id, o);
    });
}

Result<Json> market(const Api& api, const Args& args) {
    const std::string wanted = args.text_or("class", "");
    return api.app.read([&](const chain::StateView& s) -> Result<Json> {
        const auto rules = s.params();
        Json items = Json::array();
        for (std::uint32_t i = 0; i < rules.classes.size(); ++i)
            if (wanted.empty() || wanted == rules.classes[i].name) items.push_back(market_json(s, rules, i));
        if (items.empty()) return {Code::not_found, "this chain has no device class \"" + wanted + "\""};
        return Json{{"items", std::move(items)}, {"next_cursor", nullptr}, {"height", s.chain().height.value}};
    });
}

}  // namespace

void add_market_methods(std::vector<Method>& out) {
    const Param id{"id", ParamType::hash, true, "the order"};
    out.push_back({"orders",
                   "orders of buyers",
                   {{"status", ParamType::text, false, "open, leased, closed or cancelled"}, kCursorParam, kLimitParam},
                   "items as of order",
                   &orders});
    out.push_back({"order", "one order", {id}, "buyer, class, units, bids, lease, paid, manual, gemm", &order});
    out.push_back({"bids",
                   "the bids of an order, and whether each could be taken now",
                   {{"order", ParamType::hash, true, "the order"}},
                   "items of provider, slot, price, now",
                   &bids});
    out.push_back({"leases",
                   "leases, running and ended",
                   {{"provider", ParamType::address, false, "only this provider's"},
                    {"status", ParamType::text, false, "leased or closed"},
                    kCursorParam,
                    kLimitParam},
                   "items as of lease",
                   &leases});
    out.push_back({"lease",
                   "the lease of an order",
                   {id},
                   "order, buyer, provider, slot, class, price, units, units_done, paid, deposit, gemm",
                   &lease});
    out.push_back({"market",
                   "what units of work were paid with over the last market.index_epochs epochs",
                   {{"class", ParamType::text, false, "only this class"}},
                   "items of class, from_epoch, to_epoch, units, min_price, median_price, mean_price, exact",
                   &market});
}

}  // namespace assay::node
