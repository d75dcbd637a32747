#include "node/keys.hpp"

#include <cryptopp/osrng.h>
#include <cryptopp/secblock.h>
#include <cryptopp/xed25519.h>

#include "base/hex.hpp"
#include "base/json.hpp"
#include "node/files.hpp"

namespace assay::node {

struct ConsensusKey::Impl {
    CryptoPP::SecByteBlock secret{32};
    Hash public_key;
    std::unique_ptr<CryptoPP::ed25519Signer> signer;

    void derive() {
        signer = std::make_unique<CryptoPP::ed25519Signer>(secret.data());
        const auto& key = dynamic_cast<const CryptoPP::ed25519PrivateKey&>(signer->GetPrivateKey());
        public_key = Hash::from({key.GetPublicKeyBytePtr(), 32});
    }
};

ConsensusKey::ConsensusKey() : impl_(std::make_unique<Impl>()) {}
ConsensusKey::ConsensusKey(ConsensusKey&&) noexcept = default;
ConsensusKey& ConsensusKey::operator=(ConsensusKey&&) noexcept = default;
ConsensusKey::~ConsensusKey() = default;

ConsensusKey ConsensusKey::generate() {
    ConsensusKey out;
    CryptoPP::OS_GenerateRandomBlock(false, out.impl_->secret.data(), out.impl_->secret.size());
    out.impl_->derive();
    return out;
}

const Hash& ConsensusKey::public_key() const {
    return impl_->public_key;
}

Signature ConsensusKey::sign(const Hash& message) const {
    Signature out;
    CryptoPP::AutoSeededRandomPool unused;  // Ed25519 is deterministic; the interface asks for a generator
    impl_->signer->SignMessage(unused, message.data(), message.size(), out.data());
    return out;
}

void ConsensusKey::with_secret(const std::function<void(ByteView)>& use) const {
    use({impl_->secret.data(), impl_->secret.size()});
}

bool verify_consensus_signature(const Hash& public_key, const Hash& message, const Signature& signature) {
    const CryptoPP::ed25519Verifier verifier(public_key.data());
    return verifier.VerifyMessage(message.data(), message.size(), signature.data(), signature.size());
}

namespace {

constexpr std::size_t kMaxKeyFile = 4096;

// One flat object with the fields that a key file has, and no others.
Result<json::Value> read_key_file(const std::filesystem::path& path) {
    std::error_code ec;
    if (!std::filesystem::exists(path, ec) && std::filesystem::exists(path.string() + ".moved", ec))
        return {Code::not_found, "this home gave its key away, " + path.string() +
                                     ".moved is what it was: assayd key import brings one"};
    ASSAY_TRY_VOID(check_private(path));
    ASSAY_TRY(std::string text, read_file(path, kMaxKeyFile));
    auto value = json::parse(text, {.max_bytes = kMaxKeyFile, .max_depth = 2, .source = path.native()});
    // The parser's sentence quotes no contents, but a key file's error stays short all the same.
    if (!value) return {Code::keystore_malformed, path.string() + " is not a key file"};
    return value;
}

Error malformed(const std::filesystem::path& path, const Error& why) {
    return {Code::keystore_malformed, path.string() + ": " + std::string(why.word())};
}

}  // namespace

Result<ConsensusKey> ConsensusKey::load(const std::filesystem::path& path) {
    ASSAY_TRY(json::Value root, read_key_file(path));
    const auto read = [&]() -> Result<std::pair<Hash, Hash>> {
        ASSAY_TRY(json::Object top, json::object(root, ""));
        ASSAY_TRY(std::string type, top.string("type"));
        if (type != "ed25519") return {Code::keystore_malformed, "type is not ed25519"};
        ASSAY_TRY(std::string secret, top.string("secret"));
        ASSAY_TRY(std::string shown, top.string("public"));
        ASSAY_TRY_VOID(top.done());
        ASSAY_TRY(Hash s, fixed_from_hex<Hash>(secret));
        ASSAY_TRY(Hash p, fixed_from_hex<Hash>(shown));
        return std::pair{s, p};
    };
    auto both = read();
    if (!both) return malformed(path, both.error());
    ConsensusKey out;
    std::memcpy(out.impl_->secret.data(), both->first.data(), 32);
    out.impl_->derive();
    if (out.public_key() != both->second)
        return {Code::keystore_malformed, path.string() + ": the public key does not belong to the secret"};
    return out;
}

Status ConsensusKey::save(const std::filesystem::path& path) const {
    const std::string text = "{\"type\":\"ed25519\",\"secret\":\"" + to_hex({impl_->secret.data(), 32}) +
                             "\",\"public\":\"" + to_hex(public_key().view()) + "\"}\n";
    return write_file(path, text, 0600);
}

Result<BeaconSecret> load_beacon_secret(const std::filesystem::path& path) {
    ASSAY_TRY(json::Value root, read_key_file(path));
    const auto read = [&]() -> Result<BeaconSecret> {
        ASSAY_TRY(json::Object top, json::object(root, ""));
        BeaconSecret out;
        ASSAY_TRY(std::string seed, top.string("seed"));
        ASSAY_TRY(out.seed, fixed_from_hex<Hash>(seed));
        ASSAY_TRY(out.length, top.u64("length", 1, std::uint64_t{1} << 32));
        ASSAY_TRY(out.start.value, top.u64("start"));
        ASSAY_TRY_VOID(top.done());
        return out;
    };
    auto out = read();
    if (!out) return malformed(path, out.error());
    return out;
}

Status save_beacon_secret(const BeaconSecret& secret, const std::filesystem::path& path) {
    return write_file(path,
                      "{\"seed\":\"" + to_hex(secret.seed.view()) + "\",\"length\":" + std::to_string(secret.length) +
                          ",\"start\":" + std::to_string(secret.start.value) + "}\n",
                      0600);
}

}  // namespace assay::node
