#include "node/cli/maintain.hpp"

#include <sys/stat.h>

#include <algorithm>

#include "base/hex.hpp"
#include "chain/genesis.hpp"
#include "node/control.hpp"
#include "node/export.hpp"
#include "node/files.hpp"
#include "node/pruning.hpp"
#include "node/rollback.hpp"
#include "node/snapshot_method.hpp"

namespace assay::node::cli {
namespace fs = std::filesystem;
namespace {

// The store of a home whose node does not run.
Result<std::unique_ptr<chain::App>> stopped_app(const Home& home, const Config& config) {
    if (node_runs(home.control_socket()))
        return {Code::store_locked, "the node of " + home.root.string() + " runs: assayd stop ends it"};
    std::error_code ec;
    if (!fs::exists(home.data(), ec)) return {Code::not_found, "there is no chain in " + home.root.string()};
    chain::AppOptions options;
    options.dir = home.data().string();
    options.keep_versions = config.store_keep_versions;
    options.account_index = config.store_account_index != 0;
    return chain::App::open(options);
}

std::uint64_t bytes_on_disk(const fs::path& folder) {
    std::uint64_t out = 0;
    std::error_code ec;
    for (fs::recursive_directory_iterator at(folder, ec), end; !ec && at != end; at.increment(ec)) {
        struct stat info {};
        if (::stat(at->path().c_str(), &info) == 0) out += static_cast<std::uint64_t>(info.st_blocks) * 512;
    }
    return out;
}

std::string mib(std::uint64_t bytes) {
    return std::to_string((bytes + (1u << 20) - 1) >> 20) + " MiB";
}

Result<RolledBack> take_back(const Home& home, const RollbackCommand& command) {
    if (command.to && !command.application_only)
        return {Code::usage, "--to goes with --application-only: otherwise one block is taken back at a time"};
    ASSAY_TRY(const Config config, resolve_config(home, command.flags));
    ASSAY_TRY(auto app, stopped_app(home, config));
    const Height now = app->info().height;
    if (!command.to) return roll_back(home, config, *app, command.application_only);
    if (*command.to >= now.value)
        return {Code::usage, "--to is " + std::to_string(*command.to) + ", and the state is of height " +
                                 std::to_string(now.value) + " already"};
    RolledBack out;
    while (app->info().height.value > *command.to) {
        ASSAY_TRY(out, roll_back(home, config, *app, true));
    }
    out.from = now;
    return out;
}

}  // namespace

int run_rollback(const Output& out, const Home& home, const RollbackCommand& command) {
    const auto done = take_back(home, command);
    if (!done) return out.fail(done.error());
    const std::string height = std::to_string(done->height.value), next = std::to_string(done->height.value + 1);
    std::string text = done->from == done->height
                           ? "the state is of height " + height + " already"
                           : "taken back from height " + std::to_string(done->from.value) + " to " + height;
    text += ", app hash " + to_hex(done->app_hash.view());
    if (done->comet)
        text += "\nCometBFT's state is of the same height; assayd start executes block " + next + " anew";
    else if (command.application_only)
        text += "\nCometBFT must be at height " + height + " too, or above: then it plays the blocks in between";
    else
        text += "\nassayd start executes block " + next + " anew: it was signed, and no other of its height will be";
    return out.done(text, Json{{"height", done->height.value},
                               {"app_hash", to_hex(done->app_hash.view())},
                               {"rolled_back", done->from.value - done->height.value},
                               {"cometbft", done->comet}});
}

int run_prune(const Output& out, const Home& home, const PruneCommand& command) {
    const auto done = [&]() -> Result<Json> {
        ASSAY_TRY(const Config config, resolve_config(home, command.flags));
        if (config.prune_keep_blocks == 0 && !command.compact)
            return {Code::usage, "prune.keep_blocks is 0, which keeps all blocks: --keep-blocks N keeps the last N"};
        ASSAY_TRY(auto app, stopped_app(home, config));
        std::optional<Height> oldest_snapshot;
        if (const auto kept = kept_snapshots(home); !kept.empty()) oldest_snapshot = kept.front().height;
        const auto from = retain_height(app->info().height, {config.prune_keep_blocks, oldest_snapshot});
        const std::uint64_t before = bytes_on_disk(home.data());
        const auto first = app->first_block();
        ASSAY_TRY_VOID(app->prune(from.value_or(Height{0}), command.compact));
        const auto now = app->first_block();
        app.reset();  // closes its files
        return Json{{"first_block", now ? Json(now->value) : Json()},
                    {"pruned_blocks", first && now ? now->value - first->value : 0},
                    {"bytes_before", before},
                    {"bytes_after", bytes_on_disk(home.data())}};
    }();
    if (!done) return out.fail(done.error());
    const Json& d = *done;
    const std::string first =
        d["first_block"].is_null() ? "none is here" : "the oldest is block " + d["first_block"].dump();
    return out.done(d["pruned_blocks"].dump() + " blocks deleted, " + first + "; " +
                        mib(d["bytes_before"].get<std::uint64_t>()) + " before, " +
                        mib(d["bytes_after"].get<std::uint64_t>()) + " now",
                    d);
}

// ---------------------------------------------------------------- snapshots

namespace {

Result<std::string> create(const Home& home) {
    if (node_runs(home.control_socket())) return control_call(home.control_socket(), "node.snapshot");
    ASSAY_TRY(const Config config, resolve_config(home, {}));
    ASSAY_TRY(auto app, stopped_app(home, config));
    Snapshots snapshots(home, {0, config.snapshot_keep});
    return snapshot_method(*app, snapshots, home);
}

std::string line_of(const Json& s) {
    return "height " + s["height"].dump() + "  " + s["bytes"].dump() + " bytes in " + s["chunks"].dump() +
           " chunks  hash " + s["hash"].get<std::string>() + "\n  " + s["file"].get<std::string>() + "\n";
}

bool is_number(const std::string& text) {
    return !text.empty() && text.size() <= 19 &&
           std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

Result<fs::path> named(const Home& home, const std::string& what) {
    std::error_code ec;
    if (!is_number(what)) {
        if (fs::is_regular_file(what, ec)) return fs::path(what);
        return {Code::not_found, what + " is no file"};
    }
    const fs::path file = snapshot_file(home, Height{std::stoull(what)});
    if (fs::exists(file, ec)) return file;
    std::string there;
    for (const KeptSnapshot& k : kept_snapshots(home))
        there += (there.empty() ? "" : ", ") + std::to_string(k.height.value);
    return {Code::not_found, "there is no snapshot of height " + what + " in " + home.snapshots().string() +
                                 (there.empty() ? "; it has none" : "; it has " + there)};
}

// A home with genesis and keys, and without a state.
Result<chain::StateFileHeader> into_home(const Home& home, const fs::path& file, const InitOptions& init) {
    if (init.keys_from) return {Code::usage, "--keys-from is for a home that is not set up; this one has its keys"};
    ASSAY_TRY(const std::string text, read_file(home.genesis()));
    ASSAY_TRY(const chain::Genesis genesis, chain::parse_genesis(text, home.genesis().native()));
    ASSAY_TRY(const auto header, state_file_header(file));
    const Hash expected = chain::genesis_hash(genesis);
    if (header.genesis_hash != expected || header.chain_id != genesis.chain_id)
        return {Code::bad_genesis, file.string() + " is of chain " + header.chain_id + " with genesis hash " +
                                       to_hex(header.genesis_hash.view()) + "; this home's genesis is " +
                                       genesis.chain_id + ", " + to_hex(expected.view())};
    if (init.genesis_hash && *init.genesis_hash != expected)
        return {Code::verification_failed, "the genesis hash is " + to_hex(expected.view()) + ", expected was " +
                                               to_hex(init.genesis_hash->view())};
    ASSAY_TRY(const Config config, resolve_config(home, {}));
    ASSAY_TRY_VOID(make_directory(home.data(), 0700));
    ASSAY_TRY(auto app, stopped_app(home, config));
    if (const auto info = app->info(); !info.chain_id.empty())
        return {Code::already_exists, "this home has the chain up to height " + std::to_string(info.height.value) +
                                          ": a snapshot is for an empty one. Move " + home.data().string() +
                                          " away first, if its state is not to be kept"};
    return begin_from_snapshot(*app, home, file);
}

}  // namespace

int run_snapshot_create(const Output& out, const Home& home) {
    const auto made = create(home);
    if (!made) return out.fail(made.error());
    const Json s = Json::parse(*made);
    return out.done(line_of(s), s);
}

int run_snapshot_list(const Output& out, const Home& home) {
    std::error_code ec;
    if (!fs::exists(home.genesis(), ec))
        return out.fail({Code::not_found, "there is no node in " + home.root.string()});
    Json items = Json::array();
    std::string text;
    for (const KeptSnapshot& k : kept_snapshots(home)) {
        items.push_back(snapshot_json(home, k));
        text += line_of(items.back());
    }
    if (items.empty())
        text = "no snapshots: assayd snapshot create makes one, snapshot.interval_blocks makes them regularly\n";
    return out.done(text, Json{{"items", std::move(items)}, {"next_cursor", nullptr}});
}

int run_snapshot_restore(const Output& out, const Home& home, const std::string& what, InitOptions init) {
    std::error_code ec;
    const auto file = named(home, what);
    if (!file) return out.fail(file.error());
    if (!fs::exists(home.genesis(), ec)) {
        init.state = *file;
        return run_init(out, home, std::move(init), {});
    }
    const auto header = into_home(home, *file, init);
    if (!header) return out.fail(header.error());
    return out.done("the state of height " + std::to_string(header->height.value) + " of " + header->chain_id +
                        " is restored, app hash " + to_hex(header->app_hash.view()),
                    Json{{"home", home.root.string()},
                         {"chain_id", header->chain_id},
                         {"genesis_hash", to_hex(header->genesis_hash.view())},
                         {"height", header->height.value},
                         {"app_hash", to_hex(header->app_hash.view())},
                         {"records", header->records}});
}

}  // namespace assay::node::cli
