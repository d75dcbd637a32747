#include "node/testnet.hpp"

#include <secp256k1.h>

#include <algorithm>
#include <chrono>

#include "base/bech32m.hpp"
#include "base/hex.hpp"
#include "base/sha256.hpp"
#include "chain/genesis.hpp"
#include "chain/tx.hpp"
#include "node/files.hpp"
#include "node/json.hpp"
#include "node/node.hpp"
#include "tokenomics/presets.hpp"

namespace assay::node {
namespace fs = std::filesystem;
namespace {

constexpr std::uint64_t kMostNodes = 100;
constexpr std::uint64_t kPortsPerNode = 10;

std::string at_port(std::uint64_t port) {
    return "127.0.0.1:" + std::to_string(port);
}

// A key that everybody knows: the hash of words.
struct Published {
    std::string from;
    Hash secret;
    Address address;
};

Result<Published> published_operator(std::uint64_t i) {
    Published out;
    out.from = "assay testnet validator " + std::to_string(i);
    out.secret = sha256(as_bytes(out.from));
    const struct Context {
        secp256k1_context* own = secp256k1_context_create(SECP256K1_CONTEXT_NONE);
        ~Context() { secp256k1_context_destroy(own); }
    } context;
    secp256k1_pubkey key;
    if (secp256k1_ec_pubkey_create(context.own, &key, out.secret.data()) != 1)
        return {Code::internal, out.from + " hashes to no key"};
    std::uint8_t raw[65];
    std::size_t size = sizeof raw;
    (void)secp256k1_ec_pubkey_serialize(context.own, raw, &size, &key, SECP256K1_EC_UNCOMPRESSED);
    if ((raw[64] & 1) != 0) {  // addresses are of the point with even y
        if (secp256k1_ec_pubkey_negate(context.own, &key) != 1) return {Code::internal, "a point has no negative"};
        (void)secp256k1_ec_pubkey_serialize(context.own, raw, &size, &key, SECP256K1_EC_UNCOMPRESSED);
    }
    out.address = chain::address_of(PublicKey::from({raw + 1, 64}));
    return out;
}

Result<std::string> network_text(const std::string& network) {
    if (const auto preset = tokenomics::preset_text(network)) return std::string(*preset);
    return read_file(network);
}

// The network's genesis with these validators in place of its own, and its published keys with theirs.
Result<std::string> testnet_genesis(const TestnetOptions& options, const std::vector<PublicKeys>& keys) {
    ASSAY_TRY(const std::string text, network_text(options.network));
    ASSAY_TRY(
        chain::Genesis genesis,
        chain::parse_genesis(text, options.network, chain::LocalValidator{keys[0].consensus_key, keys[0].beacon_tip}));
    const auto now =
        std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::system_clock::now().time_since_epoch());
    ASSAY_TRY_VOID(chain::begin_at(genesis, TimeMs{static_cast<std::uint64_t>(now.count())}));
    if (options.epoch_blocks) genesis.params.epoch.blocks = *options.epoch_blocks;
    genesis.params.validators.max = std::max(genesis.params.validators.max, options.nodes);
    Amount bond = genesis.validators[0].bond;
    bond.units = std::max(bond.units / options.nodes, genesis.params.validators.min_bond.units);
    genesis.validators.clear();
    Json devnet = Json::object();
    if (const std::string extra = devnet_part(text); !extra.empty()) devnet = Json::parse(extra);
    devnet["validators"] = Json::array();
    for (std::size_t i = 0; i < keys.size(); ++i) {
        ASSAY_TRY(const Published who, published_operator(i));
        genesis.validators.push_back(
            {who.address, "node" + std::to_string(i), bond, keys[i].consensus_key, keys[i].beacon_tip});
        devnet["validators"].push_back({{"secret", to_hex(who.secret.view())},
                                        {"from", who.from},
                                        {"address", encode_address(genesis.params.token.prefix, who.address)}});
    }
    devnet["validator"] = devnet["validators"][0];
    std::sort(genesis.validators.begin(), genesis.validators.end(),
              [](const auto& a, const auto& b) { return a.operator_address < b.operator_address; });
    // A chain of its own, for all that its numbers are the network's.
    if (options.network != "devnet" && tokenomics::preset_text(options.network))
        genesis.chain_id = options.network + "-testnet-" + to_hex(keys[0].consensus_key.view()).substr(0, 8);
    ASSAY_TRY_VOID(chain::validate(genesis));
    Json all = Json::parse(chain::genesis_to_json(genesis));
    all["devnet"] = std::move(devnet);
    return to_text(all) + "\n";
}

Home home_of(const fs::path& out, std::uint64_t i) {
    return Home{fs::absolute(out) / ("node" + std::to_string(i))};
}

std::string peers_of(const TestnetOptions& options, const std::vector<PublicKeys>& keys, std::uint64_t without) {
    std::string out;
    for (std::uint64_t i = 0; i < keys.size(); ++i) {
        if (i == without) continue;
        out += (out.empty() ? "" : ",") + keys[i].node_id + "@" + at_port(options.base_port + kPortsPerNode * i + 3);
    }
    return out;
}

TestnetNode node_of(const Home& home, const Config& config) {
    return {home, "http://" + config.rpc_listen,
            config.metrics_listen.empty() ? "" : "http://" + config.metrics_listen + "/metrics"};
}

}  // namespace

Result<std::vector<TestnetNode>> make_testnet(const TestnetOptions& options) {
    if (options.nodes == 0 || options.nodes > kMostNodes)
        return {Code::field_out_of_range,
                "a network of " + std::to_string(options.nodes) + " nodes: 1 to " + std::to_string(kMostNodes)};
    const std::uint64_t last = options.base_port + kPortsPerNode * options.nodes - 1;
    if (options.base_port == 0 || last > 65'535)
        return {Code::field_out_of_range, "the ports from " + std::to_string(options.base_port) + " to " +
                                              std::to_string(last) + " are not all within 1 to 65535"};
    for (std::uint64_t i = 0; i < options.nodes; ++i) {
        std::error_code ec;
        const Home home = home_of(options.out, i);
        if (fs::exists(home.root, ec))
            return {Code::already_exists, home.root.string() + " is there already; a testnet is made once"};
    }
    // With keys that stand in first: what is wrong with the network is said before there is half of a home.
    std::vector<PublicKeys> keys(options.nodes);
    for (std::size_t i = 0; i < keys.size(); ++i)
        keys[i].consensus_key = keys[i].beacon_tip = sha256(as_bytes(std::to_string(i)));
    ASSAY_TRY_VOID([&]() -> Status {
        const auto tried = testnet_genesis(options, keys);
        if (!tried) return tried.error();
        return {};
    }());
    keys.clear();
    for (std::uint64_t i = 0; i < options.nodes; ++i) {
        ASSAY_TRY(PublicKeys k, make_keys(home_of(options.out, i), options.beacon_length));
        keys.push_back(std::move(k));
    }
    ASSAY_TRY(const std::string genesis, testnet_genesis(options, keys));
    const fs::path shared = fs::absolute(options.out) / "genesis.json";
    ASSAY_TRY_VOID(write_file(shared, genesis));
    std::vector<TestnetNode> out;
    for (std::uint64_t i = 0; i < options.nodes; ++i) {
        const std::uint64_t port = options.base_port + kPortsPerNode * i;
        InitOptions init;
        init.network = shared.string();
        init.config = options.config;
        init.config.name = "node" + std::to_string(i);
        init.config.engine = "cometbft";
        init.config.rpc_listen = at_port(port);
        init.config.metrics_listen = at_port(port + 1);
        init.config.cometbft_p2p_listen = at_port(port + 3);
        init.config.cometbft_metrics = at_port(port + 4);
        init.config.cometbft_peers = peers_of(options, keys, i);
        const Home home = home_of(options.out, i);
        ASSAY_TRY(const InitReport made, init_home(home, init));
        (void)made;
        out.push_back(node_of(home, init.config));
    }
    return out;
}

Result<std::vector<TestnetNode>> find_testnet(const fs::path& out) {
    std::vector<TestnetNode> found;
    for (std::uint64_t i = 0; i < kMostNodes; ++i) {
        const Home home = home_of(out, i);
        std::error_code ec;
        if (!fs::exists(home.config(), ec)) break;
        Config config;
        ASSAY_TRY(const std::string text, read_file(home.config(), 1u << 20));
        ASSAY_TRY_VOID(read_config(text, home.config().native(), config));
        found.push_back(node_of(home, config));
    }
    return found;
}

}  // namespace assay::node
