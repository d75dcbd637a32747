// import: a chain's state as a scenario, from a file of `assayd export` or from a node.
#include "tokenomics/sim/cli/import.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>

#include "base/utc.hpp"
#include "tokenomics/params_change.hpp"
#include "tokenomics/params_json.hpp"
#include "tokenomics/sim/cli/commands.hpp"
#include "tokenomics/sim/document.hpp"
#include "tokenomics/sim/scenario.hpp"
#include "tokenomics/sim/text.hpp"
#include "wallet/client/rpc_client.hpp"

namespace assay::sim::cli {
namespace {

constexpr std::size_t kPage = 1'000, kMostPages = 1'000;

// Every item of a list that comes in pages.
template <class F>
Status each_item(wallet::RpcClient& rpc, const std::string& method, const wallet::Params& query, F&& f) {
    std::string cursor;
    for (std::size_t page = 0; page < kMostPages; ++page) {
        wallet::Params params = query;
        params.number("limit", kPage);
        if (!cursor.empty()) params.text("cursor", cursor);
        ASSAY_TRY(const json::Value answer, rpc.call(method, params));
        ASSAY_TRY(json::Object o, json::object(answer, method));
        ASSAY_TRY(const auto items, o.array("items", kPage));
        for (const auto& item : items) ASSAY_TRY_VOID(f(item));
        const json::Value* next = o.optional("next_cursor");
        if (next == nullptr || next->kind != json::Kind::string) return {};
        cursor = next->text;
    }
    return {Code::range_too_large, method + " has more than " + std::to_string(kPage * kMostPages) + " items"};
}

// A line of `unlocks`: what of a grant is still locked. Lots of locked rewards are providers', whom no scenario names.
Status read_unlock(const json::Value& item, ChainState& out) {
    ASSAY_TRY(json::Object o, json::object(item, "unlocks"));
    ASSAY_TRY(const std::string kind, o.string("kind"));
    if (kind == "reward") return {};
    ASSAY_TRY(const std::string holder, o.string("holder"));
    ASSAY_TRY(const u128 amount, o.units("amount"));
    ASSAY_TRY(const u128 vested, o.units("vested"));
    ASSAY_TRY(const u128 left, o.units("left"));
    tokenomics::Grant g;
    g.amount.units = std::min(amount > vested ? amount - vested : u128{0}, left);
    const auto time = [&](const char* key) -> Result<TimeMs> {
        ASSAY_TRY(const std::string text, o.string(key));
        return parse_utc(text);
    };
    ASSAY_TRY(g.start, time("start"));
    ASSAY_TRY(g.cliff, time("cliff"));
    ASSAY_TRY(g.end, time("end"));
    if (g.amount.is_zero()) return {};
    const auto found =
        std::find_if(out.holders.begin(), out.holders.end(), [&](const auto& h) { return h.address == holder; });
    if (found != out.holders.end())
        found->grants.push_back(g);
    else
        out.holders.push_back({holder, {}, {g}});
    return {};
}

}  // namespace

Result<ChainState> ask_chain(const std::string& node, std::optional<std::uint64_t> height) {
    const auto url = wallet::parse_url(node);
    if (!url) return url.error();
    wallet::RpcClient rpc(*url);
    ChainState out;
    ASSAY_TRY(const json::Value status, rpc.call("status"));
    ASSAY_TRY(json::Object s, json::object(status, "status"));
    ASSAY_TRY(out.chain_id, s.string("chain_id"));
    ASSAY_TRY(out.height, s.u64("height"));
    ASSAY_TRY(out.epoch, s.u64("epoch"));
    ASSAY_TRY(const std::string time, s.string("time"));
    ASSAY_TRY(out.time, parse_utc(time));
    if (height && *height != out.height)
        return {*height > out.height ? Code::future_height : Code::pruned,
                "the node is at height " + std::to_string(out.height) + " and answers for its last block, not for " +
                    std::to_string(*height)};
    ASSAY_TRY(const json::Value params, rpc.call("params", wallet::Params().flag("genesis", true)));
    ASSAY_TRY(json::Object p, json::object(params, "params"));
    ASSAY_TRY(const json::Value* genesis, p.required("genesis"));
    ASSAY_TRY(out.params, tokenomics::params_from_json(*genesis, "params"));
    ASSAY_TRY(const json::Value price, rpc.call("price"));
    ASSAY_TRY(json::Object quote, json::object(price, "price"));
    ASSAY_TRY(const u128 value, quote.units("price"));
    out.price = Price{static_cast<std::uint64_t>(value)};
    ASSAY_TRY_VOID(each_item(rpc, "providers", {}, [&](const json::Value& item) { return read_provider(item, out); }));
    wallet::Params window;
    window.text("from", format_utc(out.time)).text("to", format_utc(tokenomics::kLatestGrant));
    ASSAY_TRY_VOID(each_item(rpc, "unlocks", window, [&](const json::Value& item) { return read_unlock(item, out); }));
    // Last, so that its sums hold what the others say: a block may have come in between.
    ASSAY_TRY(const json::Value supply, rpc.call("supply"));
    ASSAY_TRY_VOID(read_supply(supply, out));
    return out;
}

Result<json::Value> live_document(const std::string& node) {
    ASSAY_TRY(const ChainState state, ask_chain(node));
    return import_document(state);
}

Result<Scenario> LivingChain::scenario(const std::string& source, const std::vector<std::string>& sets) {
    constexpr std::string_view kProposal = "proposal:";
    const bool proposed = source.starts_with(kProposal);
    if (source != "live" && !proposed) return load_scenario(source, sets);
    if (!state_) {
        ASSAY_TRY(state_, ask_chain(node_));
    }
    ChainState state = *state_;
    ASSAY_TRY(json::Value document, import_document(state));
    if (proposed) {
        const auto id = parse_digits(std::string_view(source).substr(kProposal.size()));
        if (!id || *id > ~std::uint64_t{0}) return {Code::usage, "\"" + source + "\" is written as proposal:7"};
        ASSAY_TRY(const auto url, wallet::parse_url(node_));
        wallet::RpcClient rpc(url);
        ASSAY_TRY(const json::Value answer,
                  rpc.call("proposal", wallet::Params().number("id", static_cast<std::uint64_t>(*id))));
        ASSAY_TRY(json::Object proposal, json::object(answer, "proposal"));
        ASSAY_TRY(const auto items, proposal.array("changes", tokenomics::kMaxChanges));
        std::vector<tokenomics::ParamChange> changes;
        for (const auto& item : items) {
            ASSAY_TRY(json::Object change, json::object(item, "change"));
            ASSAY_TRY(std::string name, change.string("name"));
            ASSAY_TRY(std::string value, change.string("value"));
            changes.push_back({std::move(name), std::move(value)});
        }
        ASSAY_TRY(state.params, tokenomics::apply_changes(state.params, changes));
        ASSAY_TRY(document, import_document(state));
        ASSAY_TRY_VOID(
            apply_set(document, "name=" + state.chain_id + " at " + std::to_string(state.height) + " with " + source));
    }
    for (const std::string& set : sets) ASSAY_TRY_VOID(apply_set(document, set));
    return scenario_of(document);
}

int run_import(const Output& out, const ImportCommand& c) {
    if (c.file.empty() == c.node.empty())
        return out.fail({Code::usage, "import takes either --file or --node"},
                        "assayd export --out FILE makes the file");
    std::optional<std::uint64_t> height;
    if (!c.height.empty()) {
        const auto n = parse_digits(c.height);
        if (!n || *n > ~std::uint64_t{0})
            return out.fail({Code::usage, "--height is \"" + c.height + "\", not a height"});
        height = static_cast<std::uint64_t>(*n);
    }
    const auto largest = parse_digits(c.holders);
    if (!largest || *largest > 1'000)
        return out.fail({Code::usage, "--holders is \"" + c.holders + "\", allowed are 0 to 1000"});
    const auto state = [&]() -> Result<ChainState> {
        if (!c.node.empty()) return ask_chain(c.node, height);
        ASSAY_TRY(const std::string text, read_text_file(c.file));
        ASSAY_TRY(const json::Value root,
                  json::parse(text, {.comments = true, .max_bytes = 64u << 20, .max_depth = 32, .source = c.file}));
        auto read = chain_state(root);
        if (!read) return Error{read.error().code, c.file + ": " + read.error().message};
        if (height && *height != read->height)
            return Error{Code::usage,
                         c.file + " is of height " + std::to_string(read->height) + ", not of " + c.height};
        return read;
    }();
    if (!state)
        return out.fail(state.error(), state.error().code == Code::pruned
                                           ? "assayd export writes the state of the last block; ask at that height"
                                           : "");
    const std::string text = import_text(*state, static_cast<std::size_t>(*largest));
    // What is written is a scenario that loads.
    const auto document = import_document(*state, static_cast<std::size_t>(*largest));
    if (!document) return out.fail(document.error());
    const auto s = scenario_of(*document);
    if (!s) return out.fail(s.error(), "the state is the chain's: say what does not fit, and where it comes from");
    if (c.out.empty() || c.out == "-") return out.done(text);
    std::FILE* f = std::fopen(c.out.c_str(), "wbx");  // a file that is there stays as it is
    if (f == nullptr) {
        if (errno == EEXIST) return out.fail({Code::already_exists, c.out + " is there already"}, "take another name");
        return out.fail({Code::io_error, c.out + ": " + std::strerror(errno)});
    }
    const bool whole = std::fwrite(text.data(), 1, text.size(), f) == text.size();
    if (std::fclose(f) != 0 || !whole) {
        std::remove(c.out.c_str());
        return out.fail({Code::io_error, c.out + " cannot be written"});
    }
    return out.done(out.json ? "{\"file\":" + json_text(c.out) + ",\"chain_id\":" + json_text(state->chain_id) +
                                   ",\"height\":" + std::to_string(state->height) + "}\n"
                             : "wrote " + c.out + ": " + state->chain_id + " at height " +
                                   std::to_string(state->height) + "\n");
}

}  // namespace assay::sim::cli
