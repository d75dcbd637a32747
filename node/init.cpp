#include "node/init.hpp"

#include <chrono>

#include "base/hex.hpp"
#include "chain/genesis.hpp"
#include "node/comet/files.hpp"
#include "node/comet/signer_guard.hpp"
#include "node/control.hpp"
#include "node/export.hpp"
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

struct Keys {
    ConsensusKey key;
    BeaconSecret secret;
    bool there = false;  ///< in their files already
};

bool is_there(const fs::path& path) {
    std::error_code ec;
    return fs::exists(fs::symlink_status(path, ec));
}
bool has_keys(const Home& home) {
    return is_there(home.consensus_key()) && is_there(home.beacon_secret());
}

// Those of this home, new ones, or those of another home that does not run.
Result<Keys> keys_for(const Home& home, const InitOptions& options) {
    if (has_keys(home)) {
        ASSAY_TRY(ConsensusKey key, ConsensusKey::load(home.consensus_key()));
        ASSAY_TRY(BeaconSecret secret, load_beacon_secret(home.beacon_secret()));
        return Keys{std::move(key), std::move(secret), true};
    }
    if (!options.keys_from) return Keys{ConsensusKey::generate(), BeaconSecret::generate(options.beacon_length)};
    const Home other{fs::absolute(*options.keys_from)};
    if (node_runs(other.control_socket()))
        return {Code::already_exists, "the node of " + other.root.string() + " runs: stop it before its keys move"};
    ASSAY_TRY(ConsensusKey key, ConsensusKey::load(other.consensus_key()));
    ASSAY_TRY(BeaconSecret secret, load_beacon_secret(other.beacon_secret()));
    return Keys{std::move(key), std::move(secret)};
}

// What a key signed last goes with it: no height is signed again. Under CometBFT the copy that it was given goes, too.
Status move_signatures(const Home& from, const Home& to) {
    std::error_code ec;
    if (fs::exists(from.signed_block(), ec)) fs::copy_file(from.signed_block(), to.signed_block(), ec);
    if (ec) return {Code::io_error, "cannot copy " + from.signed_block().string() + ": " + ec.message()};
    fs::remove(comet_validator_key(from), ec);
    if (ec) return {Code::io_error, "cannot remove " + comet_validator_key(from).string() + ": " + ec.message()};
    ASSAY_TRY(const Height height, signed_height(from));
    return sign_only_above(to, height);
}

// What every home has; the keys last, because two homes with one key could sign two blocks of one height.
Status write_home(const Home& home, const InitOptions& options, const Keys& keys, const BeaconChain& beacon,
                  const std::string& genesis) {
    ASSAY_TRY_VOID(make_directory(home.root, 0700));
    ASSAY_TRY_VOID(make_directory(home.keys(), 0700));
    ASSAY_TRY_VOID(write_file(home.genesis(), genesis));
    ASSAY_TRY_VOID(write_file(home.config(), config_text(options.config)));
    ASSAY_TRY(const std::string id, node_id(home));  // its key is made here
    (void)id;
    if (keys.there) return beacon.keep(home.beacon_cache());
    ASSAY_TRY_VOID(save_beacon_secret(keys.secret, home.beacon_secret()));
    ASSAY_TRY_VOID(beacon.keep(home.beacon_cache()));
    if (!options.keys_from) return keys.key.save(home.consensus_key());
    const Home other{fs::absolute(*options.keys_from)};
    std::error_code ec;
    ASSAY_TRY_VOID(move_signatures(other, home));
    const fs::path retired = other.consensus_key().string() + ".moved";
    fs::rename(other.consensus_key(), retired, ec);
    if (ec) return {Code::io_error, "cannot move " + other.consensus_key().string() + ": " + ec.message()};
    ASSAY_TRY_VOID(keys.key.save(home.consensus_key()));
    return adopt_signer(home);
}

Status check_hash(const InitOptions& options, const Hash& hash) {
    if (!options.genesis_hash || *options.genesis_hash == hash) return {};
    return {Code::verification_failed,
            "the genesis hash is " + to_hex(hash.view()) + ", expected was " + to_hex(options.genesis_hash->view())};
}

Result<InitReport> init_from_genesis(const Home& home, const InitOptions& options, const Keys& keys,
                                     const BeaconChain& beacon) {
    const ConsensusKey& key = keys.key;
    ASSAY_TRY(Text from, genesis_text(options.network));
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
        ASSAY_TRY_VOID(chain::begin_at(
            genesis,
            TimeMs{static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::milliseconds>(now).count())}));
        genesis.chain_id = options.network + "-local-" + to_hex(key.public_key().view()).substr(0, 8);
    }

    InitReport out;
    out.chain_id = genesis.chain_id;
    out.genesis_hash = chain::genesis_hash(genesis);
    out.consensus_key = key.public_key();
    out.beacon_tip = beacon.tip();
    for (const auto& v : genesis.validators) out.validates = out.validates || v.consensus_key == key.public_key();
    ASSAY_TRY_VOID(check_hash(options, out.genesis_hash));

    std::string text = chain::genesis_to_json(genesis);
    if (const std::string extra = devnet_part(from.text); !extra.empty()) {
        Json all = Json::parse(text);
        all["devnet"] = Json::parse(extra);
        text = to_text(all) + "\n";
    }
    ASSAY_TRY_VOID(write_home(home, options, keys, beacon, text));
    return out;
}

Result<InitReport> import_state(const Home& home, const InitOptions& options, const Keys& keys,
                                const BeaconChain& beacon) {
    InitReport out;
    out.consensus_key = keys.key.public_key();
    out.beacon_tip = beacon.tip();
    ASSAY_TRY_VOID(make_directory(home.root, 0700));
    ASSAY_TRY_VOID(make_directory(home.data(), 0700));
    chain::AppOptions app_options;
    app_options.dir = home.data().string();
    ASSAY_TRY(auto app, chain::App::open(app_options));
    ASSAY_TRY(const auto header, init_from_file(*app, *options.state));
    ASSAY_TRY_VOID(check_hash(options, header.genesis_hash));
    out.chain_id = header.chain_id;
    out.genesis_hash = header.genesis_hash;
    out.height = header.height;
    out.app_hash = header.app_hash;
    app->read([&](const chain::StateView& s) {
        s.each_validator([&](const Address&, const chain::Validator& v) {
            out.validates = out.validates || (v.power > 0 && v.consensus_key == out.consensus_key);
            return true;
        });
        return 0;
    });
    ASSAY_TRY(const chain::Genesis genesis, app->genesis());
    std::error_code ec;
    fs::copy_file(*options.state, home.initial_state(), ec);  // verify begins with it
    if (ec) return {Code::io_error, "cannot copy " + options.state->string() + ": " + ec.message()};
    ASSAY_TRY_VOID(write_home(home, options, keys, beacon, chain::genesis_to_json(genesis)));
    return out;
}

Result<InitReport> init_from_state(const Home& home, const InitOptions& options, const Keys& keys,
                                   const BeaconChain& beacon) {
    std::error_code ec;
    const bool was_there = fs::exists(home.root, ec);
    auto out = import_state(home, options, keys, beacon);
    if (out) return out;
    // A file that is no state leaves no half of a home behind.
    fs::remove_all(home.data(), ec);
    fs::remove(home.initial_state(), ec);
    if (!was_there) fs::remove(home.root, ec);  // only where it is empty
    return out;
}

}  // namespace

Result<PublicKeys> make_keys(const Home& home, std::uint64_t beacon_length) {
    const bool made = !has_keys(home);
    if (made) {
        for (const fs::path& p : {home.consensus_key(), home.beacon_secret()})
            if (is_there(p))
                return {Code::already_exists, p.string() + " is there without the other of a validator's two keys"};
        const Keys keys{ConsensusKey::generate(), BeaconSecret::generate(beacon_length)};
        ASSAY_TRY_VOID(make_directory(home.root, 0700));
        ASSAY_TRY_VOID(make_directory(home.keys(), 0700));
        ASSAY_TRY_VOID(save_beacon_secret(keys.secret, home.beacon_secret()));
        ASSAY_TRY_VOID(keys.key.save(home.consensus_key()));
    }
    PublicKeys out;
    out.made = made;
    ASSAY_TRY(const ConsensusKey key, ConsensusKey::load(home.consensus_key()));
    ASSAY_TRY(const BeaconSecret secret, load_beacon_secret(home.beacon_secret()));
    out.consensus_key = key.public_key();
    out.beacon_tip = BeaconChain(secret, home.beacon_cache()).tip();
    ASSAY_TRY(out.node_id, node_id(home));
    return out;
}

Result<InitReport> init_home(const Home& home, const InitOptions& options) {
    std::vector<fs::path> taken{home.config(), home.genesis(), home.data(), home.initial_state()};
    if (options.keys_from || !has_keys(home)) {
        taken.push_back(home.consensus_key());
        taken.push_back(home.beacon_secret());
    }
    for (const fs::path& p : taken)
        if (is_there(p)) return {Code::already_exists, p.string() + " is there already; a home is set up once"};
    ASSAY_TRY(const Keys keys, keys_for(home, options));
    const BeaconChain beacon = keys.there ? BeaconChain(keys.secret, home.beacon_cache()) : BeaconChain(keys.secret);
    return options.state ? init_from_state(home, options, keys, beacon)
                         : init_from_genesis(home, options, keys, beacon);
}

}  // namespace assay::node
