#include "node/json.hpp"
#include "node/rpc/api.hpp"
#include "node/version.hpp"

namespace assay::node {

const std::vector<Method>& methods() {
    static const std::vector<Method> all = [] {
        std::vector<Method> out;
        add_chain_methods(out);
        add_light_methods(out);
        add_economy_methods(out);
        add_market_methods(out);
        add_work_methods(out);
        add_history_methods(out);
        add_governance_methods(out);
        add_tx_methods(out);
        out.push_back({"rpc.discover", "this description", {}, "an OpenRPC document", &discover});
        return out;
    }();
    return all;
}

const Method* find_method(std::string_view name) {
    for (const Method& m : methods())
        if (m.name == name) return &m;
    return nullptr;
}

namespace {

Json schema_of(const Param& p) {
    switch (p.type) {
        case ParamType::text:
            return {{"type", "string"}};
        case ParamType::number:
            return {{"type", "integer"}, {"minimum", 0}, {"maximum", p.max}};
        case ParamType::flag:
            return {{"type", "boolean"}};
        case ParamType::hash:
            return {{"type", "string"}, {"pattern", "^[0-9a-f]{64}$"}};
        case ParamType::address:
            return {{"type", "string"}, {"description", "bech32m address"}};
        case ParamType::bytes:
            return {{"type", "string"}, {"pattern", "^([0-9a-f]{2})*$"}};
        case ParamType::texts:
        case ParamType::addresses:
            return {{"type", "array"}, {"items", {{"type", "string"}}}};
    }
    return Json::object();
}

}  // namespace

Result<Json> discover(const Api&, const Args&) {
    Json list = Json::array();
    for (const Method& m : methods()) {
        Json params = Json::array();
        for (const Param& p : m.params)
            params.push_back(
                {{"name", p.name}, {"required", p.required}, {"description", p.meaning}, {"schema", schema_of(p)}});
        list.push_back({{"name", m.name},
                        {"summary", m.summary},
                        {"paramStructure", "either"},
                        {"params", std::move(params)},
                        {"result", {{"name", "result"}, {"description", m.result}, {"schema", Json::object()}}}});
    }
    return Json{
        {"openrpc", "1.2.6"}, {"info", {{"title", "assayd"}, {"version", kVersion}}}, {"methods", std::move(list)}};
}

std::string hint_for(Code code) {
    switch (code) {
        case Code::invalid_params:
            return "rpc.discover lists every method with its parameters";
        case Code::method_not_found:
            return "rpc.discover lists the methods";
        case Code::batch_too_large:
            return "split the batch";
        case Code::rate_limited:
            return "wait as Retry-After says";
        case Code::future_height:
            return "ask again when the chain is there";
        case Code::nonce_too_low:
            return "ask account for next_nonce";
        case Code::nonce_gap:
            return "send the transactions before it first";
        case Code::nonce_taken:
            return "raise the fee to replace it, or use next_nonce of account";
        case Code::expired:
            return "sign again with a later valid_until";
        case Code::fee_too_low:
            return "fees says what gas costs";
        case Code::insufficient_funds:
            return "the fee must be liquid; account shows the balance";
        case Code::wrong_chain:
            return "status says which chain this node runs";
        case Code::mempool_full:
            return "raise the fee, or try again after the next block";
        case Code::bad_cursor:
        case Code::cursor_expired:
            return "begin the list again without a cursor";
        case Code::range_too_large:
            return "ask for a smaller range";
        case Code::pruned:
            return "ask a node that keeps more";
        default:
            return "";
    }
}

Result<Height> asked_height(const Api& api, const Args& args) {
    const Height now = api.app.info().height;
    const Height h{args.number_or("height", now.value)};
    if (h > now)
        return {Code::future_height, "height " + std::to_string(h.value) + " is not there yet; the chain is at " +
                                         std::to_string(now.value)};
    if (h.value == 0) return {Code::not_found, "the first block has height 1"};
    return h;
}

}  // namespace assay::node
