// propose: the file that `assay gov propose` takes, from a result and the chain that it is meant for.
#include "tokenomics/sim/propose.hpp"

#include "tokenomics/params_json.hpp"
#include "tokenomics/sim/cli/commands.hpp"
#include "tokenomics/sim/run/result.hpp"
#include "tokenomics/sim/text.hpp"
#include "wallet/client/rpc_client.hpp"

namespace assay::sim::cli {
namespace {

struct LiveChain {
    std::string chain_id;
    std::uint64_t height = 0;
    tokenomics::Params params;
};

Result<LiveChain> ask(wallet::RpcClient& rpc) {
    LiveChain out;
    ASSAY_TRY(const json::Value status, rpc.call("status"));
    ASSAY_TRY(json::Object s, json::object(status, "status"));
    ASSAY_TRY(out.chain_id, s.string("chain_id"));
    ASSAY_TRY(const json::Value answer, rpc.call("params", wallet::Params().flag("genesis", true)));
    ASSAY_TRY(json::Object a, json::object(answer, "params"));
    ASSAY_TRY(out.height, a.u64("height"));
    ASSAY_TRY(const json::Value* params, a.required("genesis"));
    ASSAY_TRY(out.params, tokenomics::params_from_json(*params, "params"));
    return out;
}

// The scenario's own name where it leaves room for the hash, which is what a voter can check.
std::string title_of(const Scenario& s, const std::string& result_hash) {
    constexpr std::string_view kSays = ": result ";
    const bool fits = s.name.size() + kSays.size() + result_hash.size() <= tokenomics::kMaxTitle;
    return (fits ? s.name : "simulated") + std::string(kSays) + result_hash;
}

std::string changes_text(const std::vector<tokenomics::ParamChange>& changes, const char* indent) {
    std::string out;
    for (const auto& c : changes)
        out += (out.empty() ? "" : ",") + std::string(indent) + json_text(c.name) + ": " + json_text(c.value);
    return out;
}

std::string days(std::uint64_t ms) {
    return shortest(static_cast<double>(ms) / 86'400'000.0);
}

// JSON with comments, as the wallet reads it: the comments are for whoever opens the file before voting.
std::string file_text(const LiveChain& live, const Scenario& s, const Manifest& manifest, const ProposalPlan& plan) {
    std::string out = "// " + live.chain_id + " at height " + std::to_string(live.height) + ", changed to what " +
                      s.name + " simulated in " + std::to_string(manifest.runs) + " runs\n";
    for (const auto& c : plan.changes)
        out += "//   " + c.name + ": " + (c.from.empty() ? "new" : c.from) + " -> " + c.to + "\n";
    if (plan.steps.size() > 1) {
        const auto& g = live.params.governance;
        out += "// vote 1 of " + std::to_string(plan.steps.size()) + ": monetary parameters move by at most " +
               shortest(static_cast<double>(g.monetary_step.value) / 1e7) + " % within " + days(g.window_ms) +
               " days. When this one is in force and its window is over,\n// the same command writes the next:\n";
        for (std::size_t i = 1; i < plan.steps.size(); ++i) {
            out += "//   vote " + std::to_string(i + 1) + ":";
            for (const auto& c : plan.steps[i]) out += " " + c.name + " " + c.value;
            out += "\n";
        }
    }
    return out + "{\n  \"title\": " + json_text(title_of(s, manifest.result_hash)) + ",\n  \"changes\": {" +
           changes_text(plan.steps[0], "\n    ") + "\n  }\n}\n";
}

// Members that begin with "_" are comments to the wallet, so that this too is a file that it takes.
std::string json_of(const LiveChain& live, const Scenario& s, const Manifest& manifest, const ProposalPlan& plan) {
    std::string steps;
    for (const auto& step : plan.steps) steps += (steps.empty() ? "{" : ",{") + changes_text(step, "") + "}";
    return "{\"title\": " + json_text(title_of(s, manifest.result_hash)) + ", \"changes\": {" +
           changes_text(plan.steps[0], "") + "}, \"_chain_id\": " + json_text(live.chain_id) +
           ", \"_height\": " + std::to_string(live.height) + ", \"_result_hash\": " + json_text(manifest.result_hash) +
           ", \"_votes\": [" + steps + "]}\n";
}

}  // namespace

int run_propose(const Output& out, const std::string& dir, const std::string& node) {
    const auto manifest = read_manifest(dir);
    if (!manifest)
        return out.fail(manifest.error(), manifest.error().code == Code::not_found
                                              ? "assay-sim run SCENARIO --out DIR makes a result"
                                              : "");
    const auto scenario = load_scenario(dir);
    if (!scenario) return out.fail(scenario.error(), hint_for(scenario.error()));
    if (input_hash(manifest->question(*scenario)) != manifest->input_hash)
        return out.fail({Code::verification_failed,
                         dir + ": the manifest's scenario is not the one that gave this result, or another version of "
                               "assay-sim ran it"},
                        "run it again");
    const auto url = wallet::parse_url(node);
    if (!url) return out.fail(url.error());
    wallet::RpcClient rpc(*url);
    const auto live = ask(rpc);
    if (!live) return out.fail(live.error(), rpc.last().hint);
    const auto plan = plan_proposal(live->params, scenario->params);
    if (!plan) return out.fail(plan.error());
    return out.done(out.json ? json_of(*live, *scenario, *manifest, *plan)
                             : file_text(*live, *scenario, *manifest, *plan));
}

}  // namespace assay::sim::cli
