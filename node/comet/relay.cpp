#include "node/comet/relay.hpp"

#include <algorithm>
#include <array>

#include "base/json.hpp"
#include "node/json.hpp"
#include "node/rpc/request.hpp"

namespace assay::node {
namespace {

// light/provider/http asks for commit and validators, statesync/stateprovider for consensus_params beside them; status,
// header and health are what people look with.
constexpr std::array<std::string_view, 6> kRelayed{"commit", "consensus_params", "header",
                                                   "health", "status",           "validators"};

/// CometBFT's clients want `data` to be text.
std::string refused(const std::string& id, const Error& error) {
    return "{\"jsonrpc\":\"2.0\",\"id\":" + id + ",\"error\":{\"code\":" + std::to_string(code_rpc_number(error.code)) +
           ",\"message\":" + json_quoted(error.message) + ",\"data\":" + json_quoted(error.word()) + "}}";
}

std::string all_relayed() {
    std::string out;
    for (const std::string_view m : kRelayed) out += (out.empty() ? "" : ", ") + std::string(m);
    return out;
}

}  // namespace

std::string relay_to_comet(const CometRpc& rpc, const std::string& body) {
    if (body.size() > kMaxRelayed)
        return refused("null", {Code::invalid_request,
                                "a call of CometBFT's is at most " + std::to_string(kMaxRelayed >> 10) + " KiB here"});
    const auto parsed = json::parse(body, {.max_bytes = kMaxRelayed, .max_depth = 16});
    if (!parsed) return refused("null", {Code::parse_error, parsed.error().message});
    if (parsed->kind != json::Kind::object)
        return refused("null", {Code::invalid_request, "one call, as an object: no batch is relayed to CometBFT"});
    std::string id = "null";
    if (const auto* given = parsed->find("id")) {
        if (given->kind == json::Kind::number) id = given->text;
        if (given->kind == json::Kind::string) id = json_quoted(given->text);
    }
    // Go reads "Method" as "method": what is passed on has exactly these members, so that both mean the same call.
    for (const auto& [key, value] : parsed->members)
        if (key != "jsonrpc" && key != "id" && key != "method" && key != "params")
            return refused(id, {Code::invalid_request, "a call has no member " + json::shown(key)});
    const auto* method = parsed->find("method");
    if (method == nullptr || method->kind != json::Kind::string)
        return refused(id, {Code::invalid_request, "method must be a string"});
    if (std::find(kRelayed.begin(), kRelayed.end(), method->text) == kRelayed.end())
        return refused(id,
                       {Code::method_not_found, "the method " + json::shown(method->text) +
                                                    " of CometBFT is not relayed here; these are: " + all_relayed()});
    auto answer = rpc.post(body, std::chrono::seconds(5));
    if (!answer) return refused(id, answer.error());
    return std::move(answer).value();
}

Result<std::string> read_peers(const CometRpc& rpc) {
    ASSAY_TRY(const std::string text, rpc.call("net_info", "{}"));
    const Json info = Json::parse(text, nullptr, false);
    if (!info.is_object() || !info.contains("peers") || !info["peers"].is_array())
        return Error{Code::node_unreachable, "CometBFT's RPC answered without peers"};
    const auto text_of = [](const Json& in, const char* key) {
        return in.is_object() && in.contains(key) && in[key].is_string() ? in[key].get<std::string>() : std::string();
    };
    Json out = Json::array();
    for (const Json& peer : info["peers"]) {
        const Json about = peer.is_object() && peer.contains("node_info") ? peer["node_info"] : Json::object();
        const std::string listens = text_of(about, "listen_addr");
        const auto colon = listens.rfind(':');
        const std::string ip = text_of(peer, "remote_ip");
        const std::string host = ip.find(':') != std::string::npos ? "[" + ip + "]" : ip;
        out.push_back({{"id", text_of(about, "id")},
                       {"address", host + (colon == std::string::npos ? "" : listens.substr(colon))},
                       {"direction", peer.is_object() && peer.value("is_outbound", false) ? "out" : "in"},
                       {"name", text_of(about, "moniker")}});
    }
    return to_text(out);
}

}  // namespace assay::node
