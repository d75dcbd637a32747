#include "node/cli/operate.hpp"

#include <unistd.h>

#include "base/hex.hpp"
#include "node/blocks_file.hpp"
#include "node/comet/child.hpp"
#include "node/comet/rpc.hpp"
#include "node/control.hpp"
#include "node/disk.hpp"
#include "node/export.hpp"
#include "node/files.hpp"
#include "node/version.hpp"

namespace assay::node::cli {
namespace fs = std::filesystem;
namespace {

Result<chain::Genesis> genesis_in(const fs::path& file) {
    ASSAY_TRY(const std::string text, read_file(file));
    return chain::parse_genesis(text, file.string());
}

Json json_of(const Result<std::string>& answer) {
    if (!answer) return Json{{"error", std::string(answer.error().word())}, {"message", answer.error().message}};
    Json out = Json::parse(*answer, nullptr, false);
    return out.is_discarded() ? Json(*answer) : out;
}

}  // namespace

int run_blocks_export(const Output& out, const Home& home, const BlocksExport& command) {
    const auto written = [&]() -> Result<BlocksFileHeader> {
        ASSAY_TRY(auto source, open_source(home));
        ASSAY_TRY(const Height last, source->height());
        Height to = command.to == 0 ? last : Height{command.to};
        if (to > last)
            return {Code::future_height,
                    "--to is " + std::to_string(to.value) + ", the last height is " + std::to_string(last.value)};
        Height from{command.from};
        if (command.from == 0) {
            ASSAY_TRY(from, source->first_block());
        }
        if (from > to) return {Code::usage, "--from is above --to, or there is no block yet"};
        return write_blocks_file(*source, from, to, command.file);
    }();
    if (!written) return out.fail(written.error());
    return out.done("wrote " + command.file + ": blocks " + std::to_string(written->first.value) + " to " +
                        std::to_string(written->last.value) + " of " + written->chain_id,
                    Json{{"file", command.file},
                         {"chain_id", written->chain_id},
                         {"from", written->first.value},
                         {"to", written->last.value}});
}

int run_verify_file(const Output& out, const std::string& genesis_file, const std::string& state,
                    const std::string& blocks) {
    const auto report = [&]() -> Result<VerifyReport> {
        chain::Genesis genesis;
        if (!state.empty()) {
            ASSAY_TRY(TemporaryDirectory folder, TemporaryDirectory::make("verify"));
            chain::AppOptions options;
            options.dir = (folder.path() / "store").string();
            options.sync = false;
            ASSAY_TRY(auto app, chain::App::open(options));
            ASSAY_TRY(const auto began, init_from_file(*app, state));
            (void)began;
            ASSAY_TRY(genesis, app->genesis());
        } else {
            ASSAY_TRY(genesis, genesis_in(genesis_file));
        }
        ASSAY_TRY(const BlocksFileHeader header, read_blocks_header(blocks));
        ASSAY_TRY(auto source, open_blocks_file(blocks, genesis));
        return verify_chain(*source, {}, {state});
    }();
    if (!report) return out.fail(report.error());
    const std::string hash = to_hex(report->app_hash.view());
    return out.done(std::to_string(report->blocks.value) + " blocks with " + std::to_string(report->transactions) +
                        " transactions re-executed, every app hash equal; the last is " + hash,
                    Json{{"ok", true},
                         {"chain_id", report->chain_id},
                         {"blocks", report->blocks.value},
                         {"transactions", report->transactions},
                         {"app_hash", hash}});
}

int run_upgrade_check(const Output& out, const Home& home, const std::string& program, std::uint64_t blocks) {
    const auto checked = [&]() -> Result<Json> {
        if (node_runs(home.control_socket()))
            return {Code::already_exists,
                    "the node of this home runs: stop it, or check on a copy of its home (a snapshot, say)"};
        ASSAY_TRY(TemporaryDirectory folder, TemporaryDirectory::make("upgrade"));
        const fs::path state = folder.path() / "state", file = folder.path() / "blocks";
        Height from, last;
        std::vector<std::string> line{fs::absolute(program).string(), "verify", "--blocks", file.string(), "--json"};
        {
            chain::AppOptions options;
            options.dir = home.data().string();
            ASSAY_TRY(auto app, chain::App::open(options));
            last = app->info().height;
            from = Height{last.value > blocks ? last.value - blocks : 0};
            if (from.value > 0) {
                // Its versions may not reach so far back: then from the oldest that is there.
                auto written = export_state_file(*app, from, state);
                if (!written) return written.error();
                line.insert(line.end(), {"--state", state.string()});
            } else {
                line.insert(line.end(), {"--genesis", home.genesis().string()});
            }
        }
        if (last.value == 0) return {Code::not_found, "there is no block yet"};
        {
            ASSAY_TRY(auto source, open_source(home));
            ASSAY_TRY(const auto written, write_blocks_file(*source, from + 1, last, file));
            (void)written;
        }
        std::string said = "\n";
        ASSAY_TRY(auto child,
                  Child::start(line, folder.path(), [&](std::string_view l) { said += std::string(l) + "\n"; }));
        while (child->running()) std::this_thread::sleep_for(std::chrono::milliseconds(20));
        const std::string how = child->how_it_ended();
        child.reset();
        const auto last_line = said.rfind('\n', said.size() - 2);
        Json answer = Json::parse(last_line == std::string::npos ? said : said.substr(last_line + 1), nullptr, false);
        if (answer.is_object() && answer.value("ok", false)) {
            answer["from"] = from.value + 1;
            answer["to"] = last.value;
            return answer;
        }
        return {Code::app_hash_mismatch, program + " does not reproduce blocks " + std::to_string(from.value + 1) +
                                             " to " + std::to_string(last.value) + " (ended " + how + "): " + said};
    }();
    if (!checked) return out.fail(checked.error());
    return out.done(program + " reproduces blocks " + (*checked)["from"].dump() + " to " + (*checked)["to"].dump() +
                        ", every app hash equal",
                    *checked);
}

namespace {

struct Alert {
    const char *name, *when, *held, *severity, *text;
};
constexpr Alert kAlerts[] = {
    {"AssayNoBlocks", "increase(assay_blocks_total[5m]) == 0", "2m", "critical",
     "No block for five minutes: the network has stopped, or this node no longer follows it (assayd status, /ready)."},
    {"AssayNotReady", "assay_ready == 0", "5m", "warning", "GET /ready names the reasons."},
    {"AssayMissedBlocks", "increase(assay_missed_blocks_total[10m]) > 20", "0m", "critical",
     "This validator does not sign: too much missed and it is jailed. Clock, peers, disk."},
    {"AssayBeaconRunsOut", "assay_beacon_left < 200000 and assay_voting_power > 0", "0m", "warning",
     "The beacon chain ends soon: assayd key renew beacon, then assay validator renew-beacon."},
    {"AssayFewPeers", "assay_peers < 2 and assay_voting_power > 0", "10m", "warning", "Fewer than two other nodes."},
    {"AssayEngineRestarts", "increase(assay_engine_restarts_total[15m]) > 2", "0m", "warning",
     "CometBFT ends and is started again; the log says why."},
    {"AssayDiskLow", "assay_disk_free_mib < 2048", "10m", "warning",
     "Less than 2 GiB free; below disk.min_free_mib the node stops. assayd prune."},
    {"AssayPriceStale", "assay_price_stale == 1", "15m", "warning",
     "Burning and settling at a price wait: validators report no price (assay validator report-price)."},
    {"AssayProposalsRefused", "increase(assay_proposals_refused_total[1h]) > 10", "0m", "warning",
     "A validator proposes blocks that break a rule; the log names it."},
};

}  // namespace

int run_alerts(const Output& out) {
    std::string text =
        "# Prometheus: rule_files. Thresholds are a beginning; block times differ.\ngroups:\n"
        "  - name: assay\n    rules:\n";
    Json items = Json::array();
    for (const Alert& a : kAlerts) {
        text += std::string("      - alert: ") + a.name + "\n        expr: " + a.when + "\n        for: " + a.held +
                "\n        labels: {severity: " + a.severity +
                "}\n        annotations:\n          summary: " + Json(a.text).dump() + "\n";
        items.push_back(
            Json{{"alert", a.name}, {"expr", a.when}, {"for", a.held}, {"severity", a.severity}, {"summary", a.text}});
    }
    return out.done(text, Json{{"items", std::move(items)}});
}

int run_debug_bundle(const Output& out, const Home& home, const std::string& file) {
    std::error_code ec;
    if (fs::exists(fs::symlink_status(file, ec))) return out.fail({Code::already_exists, file + " is there already"});
    if (!fs::exists(home.genesis(), ec))
        return out.fail({Code::not_found, "there is no node in " + home.root.string()});
    Json all{{"version", kVersion}, {"home", home.root.string()}};
    const auto config = resolve_config(home, {});
    all["config"] = config ? Json(config_text(*config)) : Json(config.error().message);
    if (const auto genesis = genesis_in(home.genesis()))
        all["genesis"] = Json{{"chain_id", genesis->chain_id},
                              {"hash", to_hex(chain::genesis_hash(*genesis).view())},
                              {"validators", genesis->validators.size()}};
    if (const auto free = free_mib(home.root)) all["disk_free_mib"] = *free;
    Json files = Json::array();  // sizes only: keys are never read
    for (auto at = fs::recursive_directory_iterator(home.root, fs::directory_options::skip_permission_denied, ec);
         at != fs::recursive_directory_iterator(); at.increment(ec)) {
        if (ec || files.size() >= 2'000) break;
        std::error_code gone;
        if (at->is_regular_file(gone))
            files.push_back(
                Json{{"path", fs::relative(at->path(), home.root, gone).string()}, {"bytes", at->file_size(gone)}});
    }
    all["files"] = std::move(files);
    const bool runs = node_runs(home.control_socket());
    all["runs"] = runs;
    if (runs) {
        for (const char* method : {"status", "supply", "invariants", "validators", "mempool", "node.metrics"})
            all[method] = json_of(control_call(home.control_socket(), method));
        if (config && config->engine == "cometbft") {
            const std::string rpc = config->cometbft_rpc.empty() ? "unix://" + (home.cometbft() / "rpc.sock").string()
                                                                 : config->cometbft_rpc;
            const CometRpc comet(rpc);
            for (const char* method : {"status", "net_info", "dump_consensus_state", "num_unconfirmed_txs"})
                all[std::string("cometbft.") + method] = json_of(comet.call(method, "{}"));
        }
    }
    if (auto done = write_file(file, to_text(all, 1) + "\n", 0600); !done) return out.fail(done.error());
    return out.done("wrote " + file + ": no key is in it; addresses and peers are, look before you send it",
                    Json{{"file", file}, {"runs", runs}});
}

}  // namespace assay::node::cli
