// What a light client asks for, and what only the operator may ask of the network's side.
#include "node/engine/engine.hpp"
#include "node/json.hpp"
#include "node/rpc/api.hpp"

namespace assay::node {
namespace {

Result<Json> light_block(const Api& api, const Args& args) {
    ASSAY_TRY(const Height height, asked_height(api, args));
    if (api.engine == nullptr) return {Code::not_found, "a light block comes from a running node"};
    ASSAY_TRY(const std::string text, api.engine->light_block(height));
    return Json::parse(text);
}

}  // namespace

void add_light_methods(std::vector<Method>& out) {
    out.push_back({"light_block",
                   "a header that CometBFT's validators signed, for a light client",
                   {{"height", ParamType::number, false, "the last block unless told"}},
                   "height, signed_header, validators, as CometBFT's JSON has them",
                   &light_block});
}

std::optional<Result<std::string>> network_method(const Api& api, const RpcRequest& request) {
    if (request.method != "node.peers") return std::nullopt;
    if (api.engine == nullptr) return Result<std::string>(Code::not_found, "no engine runs");
    return api.engine->peers();
}

}  // namespace assay::node
