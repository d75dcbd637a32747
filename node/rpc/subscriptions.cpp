#include "node/rpc/subscriptions.hpp"

#include "node/json.hpp"
#include "node/views/views.hpp"

namespace assay::node {

const std::vector<Param>& subscribe_params() {
    static const std::vector<Param> params{
        {"topics", ParamType::texts, false, "event kinds or their groups; all unless told"},
        {"addresses", ParamType::addresses, false, "only events that name one of them"},
        {"from_height", ParamType::number, false, "begin with this block; the next one unless told"}};
    return params;
}

const std::vector<Param>& unsubscribe_params() {
    static const std::vector<Param> params{{"subscription", ParamType::number, true, "as subscribe gave it"}};
    return params;
}

Result<std::uint64_t> Subscriptions::add(const Args& args) {
    if (all_.size() >= kMost)
        return {Code::too_many_subscriptions, "a connection has at most " + std::to_string(kMost) + " subscriptions"};
    const std::uint64_t now = api_.app.info().height.value;
    Subscription s;
    s.next = now + 1;
    if (args.has("from_height")) {
        s.next = std::max<std::uint64_t>(1, args.number("from_height"));
        if (s.next > now + 1)
            return {Code::future_height, "from_height is above the next height, " + std::to_string(now + 1)};
        if (now + 1 - s.next > max_lag_)
            return {Code::range_too_large,
                    "from_height is more than " + std::to_string(max_lag_) + " blocks back; read those with block"};
    }
    for (const auto& t : args.texts("topics")) s.topics.insert(t);
    for (const Address& a : args.addresses("addresses")) s.addresses.insert(Style{api_.prefix, 0, ""}.address(a));
    all_.emplace(++last_id_, std::move(s));
    return last_id_;
}

bool Subscriptions::wants(const Subscription& s, const Json& event) const {
    if (!s.topics.empty()) {
        const auto& kind = event["kind"].get_ref<const std::string&>();
        if (!s.topics.contains(kind) && !s.topics.contains(kind.substr(0, kind.find('.')))) return false;
    }
    if (s.addresses.empty()) return true;
    for (const auto& [name, value] : event["data"].items())
        if (value.is_string() && s.addresses.contains(value.get_ref<const std::string&>())) return true;
    return false;
}

void Subscriptions::pump(const std::function<void(std::string)>& send, const std::function<bool()>& room) {
    const std::uint64_t now = api_.app.info().height.value;
    for (auto& [id, s] : all_) {
        if (now + 1 > s.next && now + 1 - s.next > max_lag_) {
            send(to_text(Json{{"jsonrpc", "2.0"},
                              {"method", "event"},
                              {"params", {{"subscription", id}, {"gap", {{"from", s.next}, {"to", now}}}}}}));
            s.next = now + 1;
        }
        while (s.next <= now && room()) {
            const Height h{s.next};
            const auto results = api_.app.results(h);
            if (!results) {  // pruned meanwhile
                send(to_text(Json{{"jsonrpc", "2.0"},
                                  {"method", "event"},
                                  {"params", {{"subscription", id}, {"gap", {{"from", s.next}, {"to", s.next}}}}}}));
                ++s.next;
                continue;
            }
            const auto [style, epoch] = api_.app.read([&](const chain::StateView& v) {
                return std::pair{style_of(v.params()), epoch_at(v, h)};
            });
            Json head{{"id", std::to_string(s.next) + "/block/0"},
                      {"kind", "block"},
                      {"txid", nullptr},
                      {"epoch", epoch.value},
                      {"data",
                       {{"height", s.next}, {"app_hash", hex(results->app_hash)}, {"txs", results->receipts.size()}}}};
            const auto offer = [&](Json event) {
                if (!wants(s, event)) return;
                event["subscription"] = id;
                send(to_text(Json{{"jsonrpc", "2.0"}, {"method", "event"}, {"params", std::move(event)}}));
            };
            for (const auto& e : placed_events(h, *results)) offer(event_json(style, e, epoch));
            offer(std::move(head));  // last: whoever sees it has seen the block's events
            ++s.next;
        }
    }
}

}  // namespace assay::node
