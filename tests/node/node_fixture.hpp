// A whole node in the test's own process: a home from the devnet's parameters with an account that the test holds, a
// signer by libsecp256k1 directly, and a small HTTP client.
#pragma once

#include <arpa/inet.h>
#include <secp256k1.h>
#include <secp256k1_extrakeys.h>
#include <secp256k1_schnorrsig.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <thread>

#include "base/bech32m.hpp"
#include "base/hex.hpp"
#include "chain/tx.hpp"
#include "node/files.hpp"
#include "node/init.hpp"
#include "node/json.hpp"
#include "node/logging.hpp"
#include "node/node.hpp"
#include "tests/support/catch.hpp"
#include "tokenomics/presets.hpp"

namespace assay::node::test {

class TestKey {
   public:
    explicit TestKey(std::uint8_t seed) {
        secret_.fill(seed);
        REQUIRE(secp256k1_keypair_create(context(), &pair_, secret_.data()) == 1);
        secp256k1_pubkey pub;
        REQUIRE(secp256k1_keypair_pub(context(), &pub, &pair_) == 1);
        secp256k1_xonly_pubkey x;
        int odd = 0;
        REQUIRE(secp256k1_xonly_pubkey_from_pubkey(context(), &x, &odd, &pub) == 1);
        if (odd != 0) REQUIRE(secp256k1_ec_pubkey_negate(context(), &pub) == 1);
        std::uint8_t raw[65];
        std::size_t n = sizeof(raw);
        secp256k1_ec_pubkey_serialize(context(), raw, &n, &pub, SECP256K1_EC_UNCOMPRESSED);
        std::memcpy(key_.data(), raw + 1, 64);
    }
    [[nodiscard]] Address address() const { return chain::address_of(key_); }

    struct Terms {
        Amount fee{1'000'000};
        std::uint64_t gas = 100'000;
        std::uint64_t valid_until = 1'000'000;
        std::string memo = {};
    };
    [[nodiscard]] Bytes sign(const std::string& chain_id, std::uint64_t nonce, std::vector<chain::Message> messages,
                             const Terms& terms) const {
        chain::Tx tx;
        tx.body.chain_id = chain_id;
        tx.body.sender = address();
        tx.body.nonce = nonce;
        tx.body.fee = terms.fee;
        tx.body.gas_limit = terms.gas;
        tx.body.valid_until = terms.valid_until;
        tx.body.memo = terms.memo;
        tx.body.messages = std::move(messages);
        const Hash id = chain::txid(tx.body);
        Signature s;
        REQUIRE(secp256k1_schnorrsig_sign32(context(), s.data(), id.data(), &pair_, nullptr) == 1);
        tx.auth = chain::Auth::single(key_, s);
        return borsh::encode(tx);
    }

   private:
    static secp256k1_context* context() {
        static secp256k1_context* c = secp256k1_context_create(SECP256K1_CONTEXT_SIGN | SECP256K1_CONTEXT_VERIFY);
        return c;
    }
    std::array<unsigned char, 32> secret_{};
    secp256k1_keypair pair_{};
    PublicKey key_;
};

inline chain::Message pay(const Address& to, std::uint64_t amount) {
    return chain::Transfer{{{to, Amount{amount}, ""}}};
}

/// The devnet's genesis with these accounts in place of its own, each with 1,000 tokens.
inline std::string genesis_with(const std::vector<Address>& accounts) {
    const auto preset = tokenomics::preset_text("devnet");
    REQUIRE(preset.has_value());
    Json g = Json::parse(*preset, nullptr, true, true);
    const std::string prefix = g["params"]["token"].value("prefix", "assay");
    const unsigned decimals = g["params"]["token"].value("decimals", 6u);
    g["accounts"] = Json::array();
    for (const Address& a : accounts)
        g["accounts"].push_back(
            {{"address", encode_address(prefix, a)}, {"amount", "1000" + std::string(decimals, '0')}});
    const Json bond = g["validators"][0]["bond"];
    Address operator_address;
    operator_address.bytes.fill(0x77);
    g["validators"] = Json::array();
    g["validators"].push_back({{"operator", encode_address(prefix, operator_address)},
                               {"name", "test"},
                               {"bond", bond},
                               {"consensus_key", "local"},
                               {"beacon_tip", "local"}});
    return to_text(g);
}

inline Config fast_config() {
    Config c;
    c.rpc_listen = "127.0.0.1:0";
    c.metrics_listen = "127.0.0.1:0";
    c.block_time = "20ms";
    c.rpc_requests_per_second = 1'000'000;
    c.rpc_connections_per_address = 1000;
    return c;
}

struct TestHome {
    TemporaryDirectory folder = *TemporaryDirectory::make("node");
    Home home{folder.path() / "home"};

    explicit TestHome(const std::vector<Address>& accounts) {
        static const bool quiet = (start_logging("off", "text", "test"), true);
        (void)quiet;
        const auto genesis = folder.path() / "genesis.json";
        REQUIRE(write_file(genesis, genesis_with(accounts)).ok());
        InitOptions options;
        options.network = genesis.string();
        options.beacon_length = 1 << 16;
        options.config = fast_config();
        const auto made = init_home(home, options);
        if (!made) FAIL(made.error().message);
        CHECK(made->validates);
    }
    [[nodiscard]] std::unique_ptr<Node> start(const Config& config = fast_config()) const {
        auto node = Node::start(home, config, {.sync = false});
        if (!node) FAIL(node.error().message);
        return *std::move(node);
    }
};

/// One HTTP exchange on a connection of its own; head and body as they came.
inline std::string http(const std::string& url, const std::string& head, const std::string& body) {
    const auto port = static_cast<std::uint16_t>(std::stoi(url.substr(url.rfind(':') + 1)));
    const int fd = ::socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(port);
    ::inet_pton(AF_INET, "127.0.0.1", &to.sin_addr);
    REQUIRE(::connect(fd, reinterpret_cast<sockaddr*>(&to), sizeof(to)) == 0);
    const std::string all =
        head + "\r\nHost: x\r\nConnection: close\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
    std::size_t at = 0;
    while (at < all.size()) {
        const ssize_t n = ::send(fd, all.data() + at, all.size() - at, MSG_NOSIGNAL);
        if (n <= 0) break;
        at += static_cast<std::size_t>(n);
    }
    std::string out;
    char chunk[8192];
    for (ssize_t n = 0; (n = ::recv(fd, chunk, sizeof(chunk), 0)) > 0;) out.append(chunk, static_cast<std::size_t>(n));
    ::close(fd);
    return out;
}
inline std::string get(const std::string& url, const std::string& path) {
    return http(url, "GET " + path + " HTTP/1.1", "");
}
inline Json post(const std::string& url, const Json& body) {
    const std::string answer = http(url, "POST / HTTP/1.1", to_text(body));
    const auto at = answer.find("\r\n\r\n");
    REQUIRE(at != std::string::npos);
    return Json::parse(answer.substr(at + 4), nullptr, false);
}
inline Json call(const std::string& url, const std::string& method, const Json& params = Json::object()) {
    return post(url, Json{{"jsonrpc", "2.0"}, {"id", 1}, {"method", method}, {"params", params}});
}
inline Json result(const std::string& url, const std::string& method, const Json& params = Json::object()) {
    const Json out = call(url, method, params);
    INFO(method << " " << to_text(out));
    REQUIRE(out.contains("result"));
    return out["result"];
}
inline std::string error_word(const Json& answer) {
    return answer.contains("error") ? answer["error"]["data"].value("code", "") : std::string();
}

template <class F>
bool eventually(F&& f, std::chrono::milliseconds longest = std::chrono::seconds(10)) {
    const auto end = std::chrono::steady_clock::now() + longest;
    while (std::chrono::steady_clock::now() < end) {
        if (f()) return true;
        std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    return false;
}

}  // namespace assay::node::test
