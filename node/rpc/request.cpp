#include "node/rpc/request.hpp"

#include "node/json.hpp"

namespace assay::node {
namespace {

RpcRequest read_one(json::Value& v) {
    RpcRequest out;
    const auto bad = [&](std::string what) {
        out.error = Error{Code::invalid_request, std::move(what)};
        return out;
    };
    if (v.kind != json::Kind::object) return bad("a request must be an object");
    const json::Value* id = v.find("id");
    out.notification = id == nullptr;
    if (id != nullptr) {
        if (id->kind == json::Kind::number)
            out.id = id->text;
        else if (id->kind == json::Kind::string && id->text.size() <= 256)
            out.id = json_quoted(id->text);
        else if (id->kind != json::Kind::null)
            return bad("id must be a number, a string of at most 256 bytes, or null");
    }
    const json::Value* version = v.find("jsonrpc");
    if (version == nullptr || version->kind != json::Kind::string || version->text != "2.0") {
        out.notification = false;
        return bad("jsonrpc must be \"2.0\"");
    }
    const json::Value* method = v.find("method");
    if (method == nullptr || method->kind != json::Kind::string) {
        out.notification = false;
        return bad("method must be a string");
    }
    out.method = method->text;
    for (auto& [key, value] : v.members) {
        if (key == "params") {
            if (value.is_null()) continue;
            if (value.kind != json::Kind::object && value.kind != json::Kind::array) {
                out.notification = false;
                return bad("params must be an object or an array");
            }
            out.params = std::move(value);
        } else if (key != "jsonrpc" && key != "method" && key != "id") {
            out.notification = false;
            return bad("a request has no member \"" + key.substr(0, 64) + "\"");
        }
    }
    return out;
}

}  // namespace

Result<RpcBatch> parse_requests(std::string_view body) {
    auto root = json::parse(body, {.max_bytes = kMaxBody, .max_depth = 32, .source = {}});
    if (!root) return {Code::parse_error, root.error().message};
    RpcBatch out;
    if (root->kind != json::Kind::array) {
        out.requests.push_back(read_one(*root));
        return out;
    }
    out.single = false;
    if (root->items.empty()) return {Code::invalid_request, "a batch must hold at least one request"};
    if (root->items.size() > kMaxBatch)
        return {Code::batch_too_large, "a batch holds " + std::to_string(root->items.size()) +
                                           " requests, allowed are " + std::to_string(kMaxBatch)};
    for (json::Value& v : root->items) out.requests.push_back(read_one(v));
    return out;
}

std::string json_quoted(std::string_view text) {
    return to_text(Json(text));
}

}  // namespace assay::node
