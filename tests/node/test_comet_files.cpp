// CometBFT's home as the node writes it, and what a real CometBFT says to it.
#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/base64.hpp"
#include "base/hex.hpp"
#include "base/sha256.hpp"
#include "base/utc.hpp"
#include "chain/app.hpp"
#include "node/comet/files.hpp"
#include "node/files.hpp"
#include "node/json.hpp"
#include "node/keys.hpp"
#include "tests/node/comet_program.hpp"
#include "tests/support/catch.hpp"
#include "tokenomics/presets.hpp"

using namespace assay;
using namespace assay::node;
namespace fs = std::filesystem;

namespace {

// The devnet with these bonds, in order of operator; the first validator has `own` as its key.
chain::Genesis genesis_of(const std::vector<std::uint64_t>& bonds, const Hash& own) {
    chain::LocalValidator local;
    local.consensus_key = own;
    local.beacon_tip.bytes.fill(9);
    auto g = *chain::parse_genesis(*tokenomics::preset_text("devnet"), "devnet.json", local);
    const chain::GenesisValidator first = g.validators[0];
    g.validators.clear();
    for (std::size_t i = 0; i < bonds.size(); ++i) {
        chain::GenesisValidator v = first;
        v.operator_address.bytes.fill(static_cast<std::uint8_t>(i + 1));
        v.bond = Amount{bonds[i]};
        if (i > 0) v.consensus_key = sha256(as_bytes("key " + std::to_string(i)));
        g.validators.push_back(v);
    }
    return g;
}

struct Place {
    TemporaryDirectory folder = *TemporaryDirectory::make("comet");
    Home home{folder.path() / "home"};
    ConsensusKey key = ConsensusKey::generate();
    Place() {
        REQUIRE(make_directory(home.keys(), 0700).ok());
        REQUIRE(key.save(home.consensus_key()).ok());
    }
};

Json read_json(const fs::path& path) {
    const auto text = read_file(path);
    REQUIRE(text.ok());
    return Json::parse(*text);
}
unsigned mode_of(const fs::path& path) {
    return static_cast<unsigned>(fs::status(path).permissions() & fs::perms::all);
}
bool has(const std::string& text, const std::string& line) {
    INFO("looking for " << line << " in\n" << text);
    CHECK(("\n" + text).find("\n" + line + "\n") != std::string::npos);
    return true;
}
Config loopback() {
    Config c;
    c.engine = "cometbft";
    c.cometbft_p2p_listen = "127.0.0.1:0";
    c.cometbft_metrics = "";
    return c;
}

}  // namespace

TEST_CASE("a validator is called what CometBFT calls it") {
    // A key that CometBFT 0.40 made itself.
    Hash key = *fixed_from_hex<Hash>("b0adad1670a4b9c7b787a9e4321e55f5d7bca69f555d0d8d5f42efb2d37aca8d");
    CHECK(to_base64(key.view()) == "sK2tFnCkuce3h6nkMh5V9de8pp9VXQ2NX0LvstN6yo0=");
    CHECK(comet_address_text(key) == "3E024E5C05E8A0000A81A09A5079F4DDC1515246");
}

TEST_CASE("CometBFT's genesis has the powers of the chain's own state at height 0") {
    // Five bonds for four seats, two of them equal: the first of the two by address has the seat.
    auto genesis = genesis_of({5'000'000'000, 9'000'000'000, 1'000'000'000, 7'000'000'001, 1'000'000'000},
                              sha256(as_bytes("key 0")));
    REQUIRE(genesis.params.validators.max == 4);
    REQUIRE(chain::validate(genesis).ok());
    const std::vector<std::uint64_t> powers = chain::genesis_powers(genesis);
    auto folder = TemporaryDirectory::make("powers");
    auto app = *chain::App::open({.dir = folder->path().string(), .sync = false});
    REQUIRE(app->init_chain(genesis).ok());
    app->read([&](const chain::StateView& s) {
        for (std::size_t i = 0; i < powers.size(); ++i)
            CHECK(s.validator(genesis.validators[i].operator_address)->power == powers[i]);
        return 0;
    });
    CHECK(powers == std::vector<std::uint64_t>{555'555, 1'000'000, 111'111, 777'777, 0});

    const Json out = Json::parse(comet_genesis_json(genesis));
    CHECK(out["chain_id"] == genesis.chain_id);
    CHECK(out["initial_height"] == "1");
    REQUIRE(out["validators"].size() == 4);
    CHECK(out["validators"][1]["power"] == "1000000");
    CHECK(out["validators"][1]["pub_key"]["value"] == to_base64(genesis.validators[1].consensus_key.view()));
    CHECK(out["validators"][1]["address"] == comet_address_text(genesis.validators[1].consensus_key));
    CHECK(out["app_state"]["genesis_hash"] == to_hex(chain::genesis_hash(genesis).view()));
    const Json& params = out["consensus_params"];
    CHECK(params["block"]["max_bytes"] == std::to_string((2u << 20) + 4 * 4096 + 65'536));
    CHECK(params["evidence"]["max_age_duration"] == std::to_string(genesis.params.stake.unbonding_ms) + "000000");
    CHECK(params["evidence"]["max_age_num_blocks"] == "100000");
    genesis.params.stake.unbonding_ms = 1'000'000'000;
    CHECK(Json::parse(comet_genesis_json(genesis))["consensus_params"]["evidence"]["max_age_num_blocks"] == "2000000");
}

TEST_CASE("CometBFT's genesis time is one millisecond after ours") {
    auto genesis = genesis_of({1'000'000'000}, sha256(as_bytes("k")));
    genesis.time = *parse_utc("2026-01-31T23:59:59.999Z");
    CHECK(Json::parse(comet_genesis_json(genesis))["genesis_time"] == "2026-02-01T00:00:00Z");
    genesis.time = *parse_utc("2026-01-31T12:00:00Z");
    CHECK(Json::parse(comet_genesis_json(genesis))["genesis_time"] == "2026-01-31T12:00:00.001Z");
}

TEST_CASE("a home gets CometBFT's files: keys private, the sign state made once") {
    Place p, q;
    const auto genesis = genesis_of({1'000'000'000, 1'000'000'000}, p.key.public_key());
    REQUIRE(write_comet_files(p.home, loopback(), genesis, 500).ok());
    REQUIRE(write_comet_files(q.home, loopback(), genesis, 500).ok());
    const fs::path config = p.home.cometbft() / "config";
    // The same genesis bytes in both.
    CHECK(*read_file(config / "genesis.json") == *read_file(q.home.cometbft() / "config" / "genesis.json"));
    CHECK(mode_of(p.home.cometbft()) == 0700);
    for (const auto& secret : {config / "priv_validator_key.json", config / "node_key.json", p.home.node_key()})
        CHECK(mode_of(secret) == 0600);

    const Json key = read_json(comet_validator_key(p.home));
    CHECK(key["pub_key"]["value"] == to_base64(p.key.public_key().view()));
    p.key.with_secret([&](ByteView secret) {
        Bytes both(secret.begin(), secret.end());
        both.insert(both.end(), p.key.public_key().bytes.begin(), p.key.public_key().bytes.end());
        CHECK(key["priv_key"]["value"] == to_base64(both));
    });
    const std::string id = *node_id(p.home);
    CHECK(id.size() == 40);
    CHECK(id == *node_id(p.home));  // made once
    CHECK(id != *node_id(q.home));

    CHECK(read_json(comet_sign_state(p.home)) == Json{{"height", "0"}, {"round", 0}, {"step", 0}});
    const std::string later = "{\"height\":\"77\",\"round\":1,\"step\":3}";
    REQUIRE(write_file(comet_sign_state(p.home), later, 0600).ok());
    REQUIRE(write_file(config / "config.toml", "moniker = \"edited\"\n").ok());
    REQUIRE(write_comet_files(p.home, loopback(), genesis, 500).ok());
    CHECK(*read_file(comet_sign_state(p.home)) == later);
    CHECK(read_file(config / "config.toml")->find("edited") == std::string::npos);
}

TEST_CASE("what CometBFT would not take is refused with the rule") {
    Place p;
    auto genesis = genesis_of({1'000'000'000}, p.key.public_key());
    const auto refusal = [&](const Config& c, std::uint64_t block_time = 500) {
        const auto done = write_comet_files(p.home, c, genesis, block_time);
        REQUIRE_FALSE(done.ok());
        return std::string(done.error().word()) + ": " + done.error().message;
    };
    CHECK(refusal(loopback(), 0).find("field_out_of_range: engine.block_time is on-demand") == 0);
    Config c = loopback();
    c.state_sync_servers = "http://127.0.0.1:1";
    CHECK(refusal(c).find("state_sync.servers: two") != std::string::npos);
    c.state_sync_servers += ",http://127.0.0.1:2/";
    CHECK(refusal(c).find("state_sync.trust is empty") != std::string::npos);
    c.state_sync_trust = "12:" + std::string(64, 'a');
    CHECK(write_comet_files(p.home, c, genesis, 500).ok());
    const std::string toml = *read_file(p.home.cometbft() / "config" / "config.toml");
    has(toml, "rpc_servers = \"http://127.0.0.1:1/cometbft,http://127.0.0.1:2/cometbft\"");
    has(toml, "trust_height = 12");
    has(toml, "trust_hash = \"" + std::string(64, 'a') + "\"");
    has(toml, "trust_period = \"" + std::to_string(genesis.params.stake.unbonding_ms) + "ms\"");

    genesis.chain_id = std::string(51, 'x');
    CHECK(refusal(loopback()).find("bad_genesis: chain_id has 51 bytes") == 0);
    genesis.chain_id = std::string(50, 'x');
    CHECK(write_comet_files(p.home, loopback(), genesis, 500).ok());
    fs::remove(p.home.consensus_key());
    CHECK(refusal(loopback()).find("not_found: this home has no consensus key") == 0);
}

TEST_CASE("sockets are the home's own unless told; addresses decide what the address book takes") {
    const auto genesis = genesis_of({1'000'000'000}, sha256(as_bytes("k")));
    const std::string id(40, 'a');
    const Home home{"/h"};
    Config c;
    CHECK(comet_addresses(home, c).abci == "unix:///h/cometbft/abci.sock");
    CHECK(comet_addresses(home, c).rpc == "unix:///h/cometbft/rpc.sock");
    c.cometbft_rpc = "tcp://127.0.0.1:26657";
    CHECK(comet_addresses(home, c).rpc == c.cometbft_rpc);

    struct Case {
        std::string peers, listen;
        bool strict, duplicates;
    };
    for (const Case& k : std::vector<Case>{{id + "@8.8.8.8:26656", "0.0.0.0:26656", true, false},
                                           {id + "@val.example.org:26656", "0.0.0.0:26656", true, false},
                                           {id + "@node1:26656", "0.0.0.0:26656", false, false},
                                           {id + "@8.8.8.8:1," + id + "@10.1.2.3:1", "0.0.0.0:26656", false, false},
                                           {id + "@172.31.0.1:1", "0.0.0.0:26656", false, false},
                                           {id + "@172.32.0.1:1", "0.0.0.0:26656", true, false},
                                           {id + "@[fd00::1]:1", "0.0.0.0:26656", false, false},
                                           {id + "@[2001:db8::1]:1", "0.0.0.0:26656", true, false},
                                           {id + "@127.0.0.1:1", "0.0.0.0:26656", false, true},
                                           {id + "@[::1]:1", "0.0.0.0:26656", false, true},
                                           {"", "127.0.0.1:26656", false, true}}) {
        c.cometbft_peers = k.peers;
        c.cometbft_p2p_listen = k.listen;
        const std::string toml = *comet_config_toml(c, comet_addresses(home, c), genesis, 500);
        INFO(k.peers);
        has(toml, std::string("addr_book_strict = ") + (k.strict ? "true" : "false"));
        has(toml, std::string("allow_duplicate_ip = ") + (k.duplicates ? "true" : "false"));
    }
    c.name = "a \"b\" \\";
    has(*comet_config_toml(c, comet_addresses(home, c), genesis, 500), "moniker = \"a \\\"b\\\" \\\\\"");
}

TEST_CASE("a real CometBFT reads the files and makes blocks", "[threads]") {
    for (const fs::path& program : node::test::comet_programs()) {
        Place p;
        INFO(program.string());
        const auto genesis = genesis_of({1'000'000'000}, p.key.public_key());
        REQUIRE(write_comet_files(p.home, loopback(), genesis, 20).ok());
        const auto said = [&](const char* what) {
            return node::test::output_of(program, {what, "--home", p.home.cometbft().string()}, p.home.cometbft());
        };
        CHECK(said("show-node-id") == *node_id(p.home) + "\n");
        CHECK(Json::parse(said("show-validator"))["value"] == to_base64(p.key.public_key().view()));

        // Its own kvstore stands in for the state machine; the socket's relative name lies in its working directory.
        const pid_t child = node::test::start_program(
            program, {"start", "--home", p.home.cometbft().string(), "--proxy_app", "kvstore"}, p.home.cometbft());
        const auto height = [&] {
            const auto state = read_file(comet_sign_state(p.home));
            if (!state) return 0;
            const Json j = Json::parse(*state, nullptr, false);
            return j.is_object() ? std::stoi(j.value("height", std::string("0"))) : 0;
        };
        bool signed_blocks = false;
        for (int i = 0; i < 300 && !signed_blocks; ++i) {
            ::usleep(100'000);
            signed_blocks = height() >= 2;
        }
        CHECK(signed_blocks);
        CHECK(fs::exists(p.home.cometbft() / "rpc.sock"));
        ::kill(child, SIGTERM);
        int status = 0;
        ::waitpid(child, &status, 0);
    }
}
