// verify, supply, export: on a running node through its control socket, on a stopped one from its store.
#include <sys/stat.h>
#include <unistd.h>

#include <cstdio>

#include "base/hex.hpp"
#include "node/cli/commands.hpp"
#include "node/control.hpp"
#include "node/export.hpp"
#include "node/files.hpp"
#include "node/mempool.hpp"
#include "node/rpc/dispatcher.hpp"
#include "node/verify.hpp"
#include "node/views/views.hpp"

namespace assay::node::cli {
namespace {

// One method's answer, wherever the state is.
Result<std::string> ask(const Home& home, const std::string& method, const std::string& params) {
    if (node_runs(home.control_socket())) return control_call(home.control_socket(), method, params);
    std::error_code ec;
    if (!std::filesystem::exists(home.data(), ec))
        return {Code::not_found, "there is no chain in " + home.root.string()};
    chain::AppOptions options;
    options.dir = home.data().string();
    ASSAY_TRY(auto app, chain::App::open(options));
    if (method == "node.export") return export_state(*app);
    Mempool pool(*app, {});
    TxWaiters waiters;
    const Api api{*app, pool, nullptr, "",
                  app->read([](const chain::StateView& s) { return s.params().token.prefix; })};
    const Dispatcher rpc(api, waiters);
    ASSAY_TRY(json::Value given, json::parse(params));
    return rpc.call(method, given);
}

void show_progress(const VerifyCommand& command, bool terminal, Height h, Height of) {
    if (command.progress == "json") {
        if (h.value % 1000 == 0 || h == of)
            std::fprintf(stderr, "{\"height\":%llu,\"of\":%llu}\n", static_cast<unsigned long long>(h.value),
                         static_cast<unsigned long long>(of.value));
    } else if (terminal && (h.value % 100 == 0 || h == of)) {
        std::fprintf(stderr, "\rre-executing block %llu of %llu%s", static_cast<unsigned long long>(h.value),
                     static_cast<unsigned long long>(of.value), h == of ? "\n" : "");
    }
}

Result<Json> write_state(const Home& home, const std::filesystem::path& file, const std::optional<Height>& height) {
    if (node_runs(home.control_socket())) {
        Json params{{"file", std::filesystem::absolute(file).string()}};
        if (height) params["height"] = height->value;
        ASSAY_TRY(std::string answer, control_call(home.control_socket(), "node.export_state", to_text(params)));
        return Json::parse(answer);
    }
    std::error_code ec;
    if (!std::filesystem::exists(home.data(), ec))
        return {Code::not_found, "there is no chain in " + home.root.string()};
    chain::AppOptions options;
    options.dir = home.data().string();
    ASSAY_TRY(auto app, chain::App::open(options));
    ASSAY_TRY(auto header, export_state_file(*app, height, file));
    return state_file_json(header);
}

}  // namespace

int run_verify(const Output& out, const Home& home, const VerifyCommand& command) {
    const bool terminal = !out.json && ::isatty(2) != 0;
    const auto report = [&]() -> Result<VerifyReport> {
        // The state before that height, of which this node still has the versions: what it is must stand in the header.
        ASSAY_TRY(TemporaryDirectory folder, TemporaryDirectory::make("verify-from"));
        std::vector<std::filesystem::path> states = states_of(home);
        if (command.from > 1) {
            states = {folder.path() / "state"};
            ASSAY_TRY(const Json written, write_state(home, states.front(), Height{command.from - 1}));
            (void)written;
        }
        ASSAY_TRY(auto source, open_source(home));
        return verify_chain(
            *source, [&](Height h, Height of) { show_progress(command, terminal, h, of); }, states);
    }();
    if (!report) return out.fail(report.error());
    const std::string hash = to_hex(report->app_hash.view());
    const std::string from =
        report->first.value == 0 ? "" : " from height " + std::to_string(report->first.value) + " on";
    return out.done(std::to_string(report->blocks.value) + " blocks" + from + " with " +
                        std::to_string(report->transactions) +
                        " transactions re-executed, every app hash equal; the last is " + hash,
                    Json{{"ok", true},
                         {"chain_id", report->chain_id},
                         {"from", report->first.value},
                         {"blocks", report->blocks.value},
                         {"transactions", report->transactions},
                         {"app_hash", hash}});
}

int run_supply(const Output& out, const Home& home, const SupplyCommand& command) {
    const auto answer =
        ask(home, command.per_epoch ? "epochs" : "supply", command.per_epoch ? "{\"from\":0,\"to\":999}" : "{}");
    if (!answer) return out.fail(answer.error());
    Json value = Json::parse(*answer);
    std::string text;
    if (command.per_epoch) {
        Json rows = value["items"];
        // The answer holds at most 1000 epochs; the rest page by page.
        while (!rows.empty() && rows.size() % 1000 == 0) {
            const std::uint64_t from = rows.back()["epoch"].get<std::uint64_t>() + 1;
            const auto more = ask(home, "epochs",
                                  "{\"from\":" + std::to_string(from) + ",\"to\":" + std::to_string(from + 999) + "}");
            if (!more) return out.fail(more.error());
            const Json page = Json::parse(*more)["items"];
            if (page.empty()) break;
            for (const Json& row : page) rows.push_back(row);
        }
        static constexpr const char* kColumns[] = {
            "epoch",  "first",  "last",    "start_time", "minted_schedule", "minted_settled",
            "minted", "burned", "slashed", "fees",       "credits_issued",  "credits_consumed",
            "passed", "failed", "absent",  "missed",     "price",           "ema"};
        const char* separator = command.csv ? "," : "  ";
        for (std::size_t i = 0; i < std::size(kColumns); ++i)
            text += (i == 0 ? "" : separator) + std::string(kColumns[i]);
        text += "\n";
        for (const Json& row : rows) {
            for (std::size_t i = 0; i < std::size(kColumns); ++i) {
                const Json& cell = row[kColumns[i]];
                text += (i == 0 ? "" : separator) + (cell.is_null()     ? std::string()
                                                     : cell.is_string() ? cell.get<std::string>()
                                                                        : cell.dump());
            }
            text += "\n";
        }
        return out.done(text, Json{{"items", std::move(rows)}, {"next_cursor", nullptr}, {"height", value["height"]}});
    }
    const auto line = [&](const std::string& name, const Json& v) {
        const std::string shown = v.is_string() ? v.get<std::string>() : v.dump();
        text += command.csv ? name + "," + shown + "\n"
                            : name + std::string(name.size() < 20 ? 20 - name.size() : 1, ' ') + shown + "\n";
    };
    for (const char* name : {"genesis", "minted", "burned", "supply", "cap"}) line(name, value[name]);
    for (const auto& [name, v] : value["buckets"].items()) line(name, v);
    for (const auto& [name, v] : value["credits"].items()) line("credits_" + name, v);
    line("adds_up", value["adds_up"]);
    out.done(text, value);
    return value["adds_up"] == true ? 0 : 4;
}

int run_export(const Output& out, const Home& home, const ExportCommand& command) {
    const std::string& file = command.file;
    if (command.state) {
        if (file.empty() || file == "-")
            return out.fail({Code::usage, "--state needs --out FILE: the state is no text"});
        auto written = write_state(home, file, command.height);
        if (!written) return out.fail(written.error());
        (*written)["file"] = file;
        return out.done("wrote " + file + ": " + (*written)["records"].dump() + " records of height " +
                            (*written)["height"].dump() + ", app hash " + (*written)["app_hash"].get<std::string>(),
                        *written);
    }
    if (command.height) return out.fail({Code::usage, "--height is for --state: the JSON form is of the last block"});
    const auto answer = ask(home, "node.export", "{}");
    if (!answer) return out.fail(answer.error());
    if (file.empty() || file == "-") return Output{true}.done("", Json::parse(*answer));
    std::error_code ec;
    if (std::filesystem::exists(file, ec)) return out.fail({Code::already_exists, file + " is there already"});
    if (auto done = write_file(file, *answer + "\n"); !done) return out.fail(done.error());
    return out.done("wrote " + file, Json{{"file", file}});
}

}  // namespace assay::node::cli
