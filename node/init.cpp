#include "node/init.hpp"

#include <chrono>

#include "base/hex.hpp"
#include "chain/genesis.hpp"
#include "node/files.hpp"
#include "node/json.hpp"
#include "node/keys.hpp"
#include "node/node.hpp"
#include "tokenomics/presets.hpp"

namespace assay::node {
namespace {

namespace fs = std::filesystem;

struct Text {
    std::string text;
    std::string source;
    bool preset = false;
};

Result<Text> genesis_text(const std::string& network) {
    if (const auto preset = tokenomics::preset_text(network))
        return Text{std::string(*preset), network + ".json", true};
    std::error_code ec;
    if (fs::exists(network, ec)) {
        ASSAY_TRY(std::string text, read_file(network));
        return Text{std::move(text), network, false};
    }
    std::string names;
    for (const auto name : tokenomics::preset_names()) names += (names.empty() ? "" : ", ") + std::string(name);
    return {Code::not_found, "\"" + network + "\" is neither a preset (" + names + ") nor a genesis file"};
}

}  // namespace

Result<InitReport> init_home(const Home& home, const InitOptions& options) {
    for (const fs::path& p : {home.config(), home.genesis(), home.consensus_key(), home.beacon_secret(), home.data()}) {
        std::error_code ec;
        if (fs::exists(fs::symlink_status(p, ec)))
            return {Code::already_exists, p.string() + " is there already; a home is set up once"};
    }
    ASSAY_TRY(Text from, genesis_text(options.network));

    const ConsensusKey key = ConsensusKey::generate();
    const BeaconSecret secret = BeaconSecret::generate(options.beacon_length);
    const BeaconChain beacon(secret);
    ASSAY_TRY(chain::Genesis genesis,
              chain::parse_genesis(from.text, from.source, chain::LocalValidator{key.public_key(), beacon.tip()}));
    if (options.epoch_blocks) {
        if (!from.preset)
            return {Code::usage, "--epoch-length is for presets; write epoch.blocks into " + from.source + " instead"};
        genesis.params.epoch.blocks = *options.epoch_blocks;
        ASSAY_TRY_VOID(tokenomics::validate(genesis.params));
    }
    // Any network's parameters make a chain of one's own here, which must never be taken for the network itself.
    // It begins now: schedules that go by the calendar would mint the years since the network's genesis in one epoch.
    if (from.preset && options.network != "devnet") {
        const auto now = std::chrono::system_clock::now().time_since_epoch();
        genesis.time =
            TimeMs{static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::milliseconds>(now).count())};
        genesis.chain_id = options.network + "-local-" + to_hex(key.public_key().view()).substr(0, 8);
    }

    InitReport out;
    out.chain_id = genesis.chain_id;
    out.genesis_hash = chain::genesis_hash(genesis);
    out.consensus_key = key.public_key();
    out.beacon_tip = beacon.tip();
    for (const auto& v : genesis.validators) out.validates = out.validates || v.consensus_key == key.public_key();
    if (options.genesis_hash && *options.genesis_hash != out.genesis_hash)
        return {Code::verification_failed, "the genesis hash is " + to_hex(out.genesis_hash.view()) +
                                               ", expected was " + to_hex(options.genesis_hash->view())};

    std::string text = chain::genesis_to_json(genesis);
    if (const std::string extra = devnet_part(from.text); !extra.empty()) {
        Json all = Json::parse(text);
        all["devnet"] = Json::parse(extra);
        text = to_text(all) + "\n";
    }
    ASSAY_TRY_VOID(make_directory(home.root, 0700));
    ASSAY_TRY_VOID(make_directory(home.keys(), 0700));
    ASSAY_TRY_VOID(key.save(home.consensus_key()));
    ASSAY_TRY_VOID(save_beacon_secret(secret, home.beacon_secret()));
    ASSAY_TRY_VOID(beacon.keep(home.beacon_cache()));
    ASSAY_TRY_VOID(write_file(home.genesis(), text));
    ASSAY_TRY_VOID(write_file(home.config(), config_text(options.config)));
    return out;
}

}  // namespace assay::node
