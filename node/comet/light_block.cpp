#include "node/comet/light_block.hpp"

#include <utility>

#include "node/json.hpp"

namespace assay::node {
namespace {

constexpr int kPage = 100;
constexpr std::size_t kMostValidators = 10'000;  // as CometBFT's own light client

Error odd(const std::string& what) {
    return {Code::node_unreachable, "CometBFT's RPC answered without " + what};
}

struct Read {
    std::string json;
    bool final = false;  ///< the commit is the one that the next block has
};

Result<Json> validators_at(const CometRpc& rpc, const std::string& height) {
    Json all = Json::array();
    for (int page = 1;; ++page) {
        ASSAY_TRY(const std::string text,
                  rpc.call("validators", "{\"height\":\"" + height + "\",\"page\":\"" + std::to_string(page) +
                                             "\",\"per_page\":\"" + std::to_string(kPage) + "\"}"));
        const Json answer = Json::parse(text, nullptr, false);
        if (!answer.is_object() || !answer.contains("validators") || !answer["validators"].is_array() ||
            answer["validators"].empty() || !answer.contains("total") || !answer["total"].is_string())
            return odd("validators");
        for (const Json& v : answer["validators"]) {
            if (!v.is_object() || !v.contains("address") || !v.contains("pub_key") || !v.contains("voting_power"))
                return odd("the parts of a validator");
            all.push_back({{"address", v["address"]}, {"pub_key", v["pub_key"]}, {"voting_power", v["voting_power"]}});
        }
        if (answer["total"] == std::to_string(all.size())) return all;
        if (all.size() >= kMostValidators) return odd("an end of its validators");
    }
}

Result<Read> read_one(const CometRpc& rpc, Height height) {
    const std::string text = std::to_string(height.value);
    ASSAY_TRY(const std::string commit, rpc.call("commit", "{\"height\":\"" + text + "\"}"));
    const Json answer = Json::parse(commit, nullptr, false);
    if (!answer.is_object() || !answer.contains("signed_header")) return odd("a signed header");
    const Json& header = answer["signed_header"];
    if (!header.is_object() || !header.contains("header") || !header.contains("commit") || header["header"].is_null() ||
        header["commit"].is_null())
        return Error{Code::not_found, "CometBFT has no signed header of height " + text};
    ASSAY_TRY(Json validators, validators_at(rpc, text));
    return Read{
        to_text(Json{{"height", height.value}, {"signed_header", header}, {"validators", std::move(validators)}}),
        answer.value("canonical", false)};
}

}  // namespace

Result<std::string> read_light_block(const CometRpc& rpc, Height height) {
    ASSAY_TRY(Read out, read_one(rpc, height));
    return std::move(out.json);
}

Result<std::string> LightBlocks::at(const CometRpc& rpc, Height height) {
    {
        const std::lock_guard lock(mutex_);
        for (auto it = kept_.begin(); it != kept_.end(); ++it) {
            if (it->first != height) continue;
            kept_.splice(kept_.begin(), kept_, it);
            return it->second;
        }
    }
    ASSAY_TRY(Read out, read_one(rpc, height));
    if (out.final) {
        const std::lock_guard lock(mutex_);
        kept_.emplace_front(height, out.json);
        if (kept_.size() > kKept) kept_.pop_back();
    }
    return std::move(out.json);
}

std::size_t LightBlocks::size() const {
    const std::lock_guard lock(mutex_);
    return kept_.size();
}

}  // namespace assay::node
