// init, config, genesis, id, version.
#include <cstdlib>

#include "base/hex.hpp"
#include "base/utc.hpp"
#include "chain/genesis.hpp"
#include "node/cli/commands.hpp"
#include "node/comet/files.hpp"
#include "node/files.hpp"
#include "node/keys.hpp"
#include "node/version.hpp"
#include "tokenomics/presets.hpp"

namespace assay::node::cli {
namespace {

std::string hint_for(const Error& error, const std::string& network) {
    if (error.code != Code::number_unpublished) return "";
    return "write them into a file of your own: assayd genesis new FILE --network " + network +
           ", then assayd init --network FILE";
}

}  // namespace

Status apply_environment_and_flags(Config& config, const Flags& flags) {
    for (const Setting& s : settings()) {
        if (const auto flag = flags.find(s.key); flag != flags.end()) {
            if (auto done = s.set(config, flag->second); !done)
                return {Code::usage, s.flag + ": " + done.error().message};
        } else if (const char* value = std::getenv(s.environment().c_str()); value != nullptr) {
            if (auto done = s.set(config, value); !done)
                return {Code::usage, s.environment() + ": " + done.error().message};
        }
    }
    return {};
}

Result<Config> resolve_config(const Home& home, const Flags& flags) {
    Config config;
    ASSAY_TRY(std::string text, read_file(home.config(), 1u << 20));
    ASSAY_TRY_VOID(read_config(text, home.config().native(), config));
    ASSAY_TRY_VOID(apply_environment_and_flags(config, flags));
    return config;
}

int run_init(const Output& out, const Home& home, InitOptions options, const Flags& flags) {
    if (auto done = apply_environment_and_flags(options.config, flags); !done) return out.fail(done.error());
    if (options.state && options.epoch_blocks)
        return out.fail({Code::usage, "--epoch-length is for presets: a state has its parameters"});
    const auto report = init_home(home, options);
    if (!report) {
        const bool exists = report.error().code == Code::already_exists && !options.keys_from;
        return out.fail(report.error(), exists ? "choose another --home, or start the node that is there: assayd start"
                                               : hint_for(report.error(), options.network));
    }
    Json value{{"home", home.root.string()},
               {"height", report->height.value},
               {"chain_id", report->chain_id},
               {"genesis_hash", to_hex(report->genesis_hash.view())},
               {"consensus_key", to_hex(report->consensus_key.view())},
               {"beacon_tip", to_hex(report->beacon_tip.view())},
               {"validates", report->validates}};
    std::string text = "chain id       " + report->chain_id + "\ngenesis hash   " +
                       to_hex(report->genesis_hash.view()) + "\nconsensus key  " +
                       to_hex(report->consensus_key.view()) + "\nhome           " + home.root.string() + "\n";
    if (options.state) {
        value["app_hash"] = to_hex(report->app_hash.view());
        text += "height         " + std::to_string(report->height.value) + "\napp hash       " +
                to_hex(report->app_hash.view()) + "\n";
    }
    text += report->validates ? "start it with: assayd start --home " + home.root.string() + "\n"
                              : "this node's key is not in the genesis: it cannot decide blocks alone\n";
    return out.done(text, value);
}

int run_id(const Output& out, const Home& home) {
    const auto key = ConsensusKey::load(home.consensus_key());
    if (!key) return out.fail(key.error(), "assayd init makes a home");
    const auto secret = load_beacon_secret(home.beacon_secret());
    if (!secret) return out.fail(secret.error());
    const BeaconChain beacon(*secret, home.beacon_cache());
    const auto node = node_id(home);
    if (!node) return out.fail(node.error());
    Json value{{"consensus_key", to_hex(key->public_key().view())},
               {"beacon_tip", to_hex(beacon.tip().view())},
               {"node_id", *node}};
    return out.done("consensus key  " + to_hex(key->public_key().view()) + "\nbeacon tip     " +
                        to_hex(beacon.tip().view()) + "\nnode id        " + *node + "\n",
                    value);
}

int run_genesis_show(const Output& out, const Home& home, const std::string& file, bool only_hash) {
    const std::filesystem::path path = file.empty() ? home.genesis() : std::filesystem::path(file);
    const auto text = read_file(path);
    if (!text) return out.fail(text.error());
    const auto genesis = chain::parse_genesis(*text, path.native());
    if (!genesis) return out.fail(genesis.error(), hint_for(genesis.error(), "NAME"));
    const std::string hash = to_hex(chain::genesis_hash(*genesis).view());
    if (only_hash) return out.done(hash, Json{{"hash", hash}});
    const Json value{{"genesis", Json::parse(chain::genesis_to_json(*genesis))}, {"hash", hash}};
    return out.done(to_text(value["genesis"], 2), value);
}

int run_genesis_validate(const Output& out, const std::string& file, bool strict) {
    const auto text = read_file(file);
    if (!text) return out.fail(text.error());
    // "local" stands for the keys of a home that is not there yet: any will do here, and the hash has to wait for it.
    auto genesis = chain::parse_genesis(*text, file);
    const bool final = genesis.ok();
    if (!genesis) {
        chain::LocalValidator stand_in;
        stand_in.consensus_key.bytes.fill(1);
        stand_in.beacon_tip.bytes.fill(1);
        genesis = chain::parse_genesis(*text, file, stand_in);
    }
    if (!genesis) return out.fail(genesis.error(), hint_for(genesis.error(), "NAME"));
    const auto found = tokenomics::warnings(genesis->params, chain::facts_of(*genesis));
    Json value{{"hash", final ? Json(to_hex(chain::genesis_hash(*genesis).view())) : Json(nullptr)},
               {"warnings", Json::array()}};
    std::string lines = final ? value["hash"].get<std::string>() + "\n"
                              : "valid; its hash is that of the home which \"local\" stands for\n";
    std::string codes;
    for (const tokenomics::Warning& w : found) {
        value["warnings"].push_back({{"code", w.code}, {"field", w.field}, {"numbers", w.numbers}, {"why", w.why}});
        const std::string line = "warning: " + w.code + ": " + w.field + ": " + w.numbers + "\n  " + w.why + "\n";
        if (strict) out.note(line.substr(0, line.size() - 1));
        lines += line;
        codes += (codes.empty() ? "" : ", ") + w.code + " (" + w.field + ")";
    }
    if (strict && !found.empty())
        return out.fail({Code::genesis_warned, file + ": " + std::to_string(found.size()) +
                                                   (found.size() == 1 ? " warning: " : " warnings: ") + codes},
                        "without --strict they are only said");
    return out.done(lines, value);
}

int run_genesis_new(const Output& out, const std::string& network, const std::string& file) {
    const auto text = tokenomics::preset_text(network);
    if (!text) {
        std::string names;
        for (const auto name : tokenomics::preset_names()) names += (names.empty() ? "" : ", ") + std::string(name);
        return out.fail({Code::not_found, "there is no preset \"" + network + "\""}, "the presets are " + names);
    }
    if (file == "-") return out.done(std::string(*text), Json{{"text", std::string(*text)}});
    std::error_code ec;
    if (std::filesystem::exists(std::filesystem::symlink_status(file, ec)))
        return out.fail({Code::already_exists, file + " is there already"}, "take another name");
    if (auto done = write_file(file, *text); !done) return out.fail(done.error());
    return out.done("wrote " + file, Json{{"file", file}});
}

int run_config_default(const Output& out) {
    Json value = Json::object();
    for (const Setting& s : settings()) value[s.key] = s.show(Config{});
    return out.done(config_text(Config{}), value);
}

int run_config_check(const Output& out, const Home& home) {
    const auto config = resolve_config(home, {});
    if (!config) return out.fail(config.error());
    return out.done(home.config().string() + " is good", Json{{"ok", true}});
}

int run_config_diff(const Output& out, const Home& home) {
    const auto config = resolve_config(home, {});
    if (!config) return out.fail(config.error());
    const Config defaults;
    Json items = Json::array();
    std::string text;
    for (const Setting& s : settings()) {
        const std::string now = s.show(*config), before = s.show(defaults);
        if (now == before) continue;
        items.push_back({{"key", s.key}, {"value", now}, {"default", before}});
        text += s.key + " = " + now + "   # default: " + (before.empty() ? "empty" : before) + "\n";
    }
    return out.done(text.empty() ? "every setting is at its default" : text, Json{{"items", std::move(items)}});
}

int run_version(const Output& out) {
    const Json value{{"version", kVersion},
                     {"commit", kCommit},
                     {"compiler", __VERSION__},
                     {"cuda_architectures", Json::array()},
                     {"protocol", kProtocol}};
    return out.done(std::string("assayd ") + kVersion + " (" + kCommit + ")", value);
}

}  // namespace assay::node::cli
