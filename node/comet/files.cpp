#include "node/comet/files.hpp"

#include <cryptopp/misc.h>
#include <cryptopp/secblock.h>

#include <algorithm>

#include "base/base64.hpp"
#include "base/hex.hpp"
#include "base/sha256.hpp"
#include "node/comet/app.hpp"
#include "node/files.hpp"
#include "node/json.hpp"
#include "node/keys.hpp"

namespace assay::node {
namespace fs = std::filesystem;
namespace {

constexpr std::size_t kMaxChainId = 50;  // CometBFT's

fs::path comet_config(const Home& home) {
    return home.cometbft() / "config";
}

// A secret on its way into a file, wiped when it is there.
class SecretText {
   public:
    explicit SecretText(std::string text) : text_(std::move(text)) {}
    SecretText(const SecretText&) = delete;
    SecretText& operator=(const SecretText&) = delete;
    ~SecretText() { CryptoPP::SecureWipeBuffer(text_.data(), text_.size()); }
    [[nodiscard]] Status write(const fs::path& path) const { return write_file(path, text_, 0600); }

   private:
    std::string text_;
};

// Go keeps an Ed25519 secret as the seed with the public key behind it.
std::string go_private_key(const ConsensusKey& key) {
    std::string out;
    key.with_secret([&](ByteView secret) {
        CryptoPP::SecByteBlock both(64);
        std::copy(secret.begin(), secret.end(), both.data());
        std::copy(key.public_key().bytes.begin(), key.public_key().bytes.end(), both.data() + 32);
        out = to_base64({both.data(), both.size()});
    });
    return out;
}

Status write_validator_key(const Home& home, const ConsensusKey& key) {
    return SecretText("{\n  \"address\": \"" + comet_address_text(key.public_key()) +
                      "\",\n  \"pub_key\": {\n    \"type\": \"tendermint/PubKeyEd25519\",\n    \"value\": \"" +
                      to_base64(key.public_key().view()) +
                      "\"\n  },\n  \"priv_key\": {\n    \"type\": \"tendermint/PrivKeyEd25519\",\n    \"value\": \"" +
                      go_private_key(key) + "\"\n  }\n}\n")
        .write(comet_validator_key(home));
}

// Absent where it is absent; every other reason not to read it is an error.
Result<ConsensusKey> existing_key(const fs::path& path, const char* what) {
    std::error_code ec;
    if (!fs::exists(path, ec) && !fs::exists(path.string() + ".moved", ec))
        return {Code::not_found, "this home has no " + std::string(what) + ": " + path.string()};
    return ConsensusKey::load(path);
}

Result<ConsensusKey> node_key(const Home& home) {
    auto key = existing_key(home.node_key(), "node key");
    std::error_code ec;
    // A key that was given away is not replaced by a new one without a word: peers know the old.
    if (key || key.error().code != Code::not_found || fs::exists(home.node_key().string() + ".moved", ec)) return key;
    ASSAY_TRY_VOID(make_directory(home.keys(), 0700));
    ConsensusKey made = ConsensusKey::generate();
    ASSAY_TRY_VOID(made.save(home.node_key()));
    return made;
}

std::string id_of(const ConsensusKey& key) {
    return to_hex(sha256(key.public_key().view()).view().first(20));
}

}  // namespace

std::string comet_address_text(const Hash& public_key) {
    std::string out = to_hex(comet_address(public_key));
    for (char& c : out)
        if (c >= 'a') c = static_cast<char>(c - 'a' + 'A');
    return out;
}

fs::path comet_validator_key(const Home& home) {
    return comet_config(home) / "priv_validator_key.json";
}

fs::path comet_sign_state(const Home& home) {
    return home.cometbft() / "data" / "priv_validator_state.json";
}

CometAddresses comet_addresses(const Home& home, const Config& config) {
    const auto own = [&](const std::string& set, const char* name) {
        return set.empty() ? "unix://" + (home.cometbft() / name).string() : set;
    };
    return {own(config.cometbft_abci, "abci.sock"), own(config.cometbft_rpc, "rpc.sock")};
}

Result<std::string> node_id(const Home& home) {
    ASSAY_TRY(const ConsensusKey key, node_key(home));
    return id_of(key);
}

Status write_comet_files(const Home& home, const Config& config, const chain::Genesis& genesis,
                         std::uint64_t block_time_ms) {
    if (genesis.chain_id.size() > kMaxChainId)
        return {Code::bad_genesis, "chain_id has " + std::to_string(genesis.chain_id.size()) +
                                       " bytes: under CometBFT it has at most " + std::to_string(kMaxChainId)};
    // Whoever starts CometBFT himself may do so from another directory: he gets whole paths.
    CometAddresses sockets = comet_addresses(home, config);
    if (config.cometbft_external == 0) {
        if (config.cometbft_abci.empty()) sockets.abci = "unix://abci.sock";
        if (config.cometbft_rpc.empty()) sockets.rpc = "unix://rpc.sock";
    }
    ASSAY_TRY(const std::string toml, comet_config_toml(config, sockets, genesis, block_time_ms));
    ASSAY_TRY(const ConsensusKey validator, existing_key(home.consensus_key(), "consensus key"));
    ASSAY_TRY(const ConsensusKey node, node_key(home));
    ASSAY_TRY_VOID(make_directory(home.cometbft(), 0700));
    ASSAY_TRY_VOID(make_directory(comet_config(home), 0700));
    ASSAY_TRY_VOID(make_directory(home.cometbft() / "data", 0700));
    ASSAY_TRY_VOID(write_file(comet_config(home) / "config.toml", toml));
    ASSAY_TRY_VOID(write_file(comet_config(home) / "genesis.json", comet_genesis_json(genesis)));
    ASSAY_TRY_VOID(write_validator_key(home, validator));
    ASSAY_TRY_VOID(SecretText("{\"priv_key\":{\"type\":\"tendermint/PrivKeyEd25519\",\"value\":\"" +
                              go_private_key(node) + "\"}}\n")
                       .write(comet_config(home) / "node_key.json"));
    std::error_code ec;
    // Left by a CometBFT that was killed, it would keep the next one from listening.
    if (config.cometbft_external == 0) fs::remove(home.cometbft() / "rpc.sock", ec);
    if (fs::exists(comet_sign_state(home), ec)) return {};
    return write_file(comet_sign_state(home), "{\n  \"height\": \"0\",\n  \"round\": 0,\n  \"step\": 0\n}\n", 0600);
}

}  // namespace assay::node
