#include "node/key_file.hpp"

#include <cryptopp/aes.h>
#include <cryptopp/gcm.h>
#include <cryptopp/misc.h>
#include <cryptopp/osrng.h>
#include <cryptopp/scrypt.h>
#include <cryptopp/secblock.h>

#include <algorithm>
#include <bit>

#include "base/borsh.hpp"
#include "base/hex.hpp"
#include "base/json.hpp"
#include "node/comet/files.hpp"
#include "node/comet/signer_guard.hpp"
#include "node/control.hpp"
#include "node/files.hpp"
#include "node/json.hpp"
#include "node/keys.hpp"

namespace assay::node {
namespace fs = std::filesystem;
namespace {

constexpr const char* kKeyFormat = "assay-node-key";
constexpr std::size_t kSaltSize = 32, kNonceSize = 12, kTagSize = 16, kScryptR = 8;
constexpr std::size_t kMaxBundle = 64u << 20;
constexpr std::size_t kMaxSealed = 24u << 20;

// A file of the home inside the bundle, under its name in the home.
struct Part {
    std::string path;
    std::string content;
    ASSAY_FIELDS(path, content)
};

bool is_present(const fs::path& path) {
    std::error_code ec;
    return fs::exists(fs::symlink_status(path, ec));
}

// The files of a kind: the first is the key itself; the others come along where they are.
std::vector<fs::path> files_of(const Home& home, KeyKind kind) {
    switch (kind) {
        case KeyKind::consensus:
            return {home.consensus_key(), home.beacon_secret(), home.next_beacon_secret()};
        case KeyKind::beacon:
            return {home.beacon_secret(), home.next_beacon_secret()};
        case KeyKind::node:
            return {home.node_key()};
    }
    return {};
}
// What a consensus key has signed last, under either engine.
std::vector<fs::path> records_of(const Home& home, KeyKind kind) {
    if (kind != KeyKind::consensus) return {};
    return {home.signed_block(), comet_sign_state(home)};
}

std::string name_in(const Home& home, const fs::path& path) {
    return path.lexically_relative(home.root).generic_string();
}

Result<std::string> public_part(const Home& home, KeyKind kind) {
    if (kind == KeyKind::node) return node_id(home);
    if (kind == KeyKind::beacon) {
        ASSAY_TRY(const BeaconSecret secret, load_beacon_secret(home.beacon_secret()));
        return to_hex(BeaconChain(secret, home.beacon_cache()).tip().view());
    }
    ASSAY_TRY(const ConsensusKey key, ConsensusKey::load(home.consensus_key()));
    return to_hex(key.public_key().view());
}

Status may_go(const Home& home, KeyKind kind) {
    const fs::path key = files_of(home, kind).front();
    if (node_runs(home.control_socket()))
        return {Code::already_exists, "the node of " + home.root.string() + " runs: stop it before its keys move"};
    if (!is_present(key))
        return {Code::not_found, "this home has no " + std::string(key_word(kind)) + " key: " + key.string()};
    return {};
}

struct Sealed {
    KeyKind kind;
    std::string shown;
    std::uint64_t n = 0;
    Bytes salt, nonce, sealed;

    // Everything that stands in clear.
    [[nodiscard]] std::string header() const {
        return std::string(kKeyFormat) + "\n1\n" + std::string(key_word(kind)) + "\n" + shown + "\nscrypt\n" +
               std::to_string(n) + "\n" + std::to_string(kScryptR) + "\n1\n" + to_hex(salt) + "\naes-256-gcm\n" +
               to_hex(nonce) + "\n";
    }
    [[nodiscard]] CryptoPP::SecByteBlock stretched(std::string_view password) const {
        CryptoPP::SecByteBlock key(32);
        const ByteView p = as_bytes(password);
        CryptoPP::Scrypt().DeriveKey(key.data(), key.size(), p.data(), p.size(), salt.data(), salt.size(), n, kScryptR,
                                     1);
        return key;
    }
    void seal(std::string_view password, ByteView plain) {
        const CryptoPP::SecByteBlock key = stretched(password);
        const std::string clear = header();
        sealed.resize(plain.size() + kTagSize);
        CryptoPP::GCM<CryptoPP::AES>::Encryption gcm;
        gcm.SetKeyWithIV(key.data(), key.size(), nonce.data(), nonce.size());
        gcm.EncryptAndAuthenticate(sealed.data(), sealed.data() + plain.size(), kTagSize, nonce.data(),
                                   static_cast<int>(nonce.size()), as_bytes(clear).data(), clear.size(), plain.data(),
                                   plain.size());
    }
    [[nodiscard]] bool open(std::string_view password, CryptoPP::SecByteBlock& plain) const {
        const CryptoPP::SecByteBlock key = stretched(password);
        const std::string clear = header();
        plain.resize(sealed.size() - kTagSize);
        CryptoPP::GCM<CryptoPP::AES>::Decryption gcm;
        gcm.SetKeyWithIV(key.data(), key.size(), nonce.data(), nonce.size());
        return gcm.DecryptAndVerify(plain.data(), sealed.data() + plain.size(), kTagSize, nonce.data(),
                                    static_cast<int>(nonce.size()), as_bytes(clear).data(), clear.size(), sealed.data(),
                                    plain.size());
    }
    [[nodiscard]] std::string json() const {
        const Json out{{"format", kKeyFormat},
                       {"version", 1},
                       {"kind", std::string(key_word(kind))},
                       {"public", shown},
                       {"kdf", {{"name", "scrypt"}, {"n", n}, {"r", kScryptR}, {"p", 1}, {"salt", to_hex(salt)}}},
                       {"cipher", {{"name", "aes-256-gcm"}, {"nonce", to_hex(nonce)}, {"sealed", to_hex(sealed)}}}};
        return to_text(out, 2) + "\n";
    }
};

Result<Sealed> read_sealed(const std::string& text, const std::string& source) {
    const auto bad = [](const std::string& why) -> Error { return {Code::keystore_malformed, why}; };
    ASSAY_TRY(const json::Value root, json::parse(text, {.max_bytes = kMaxBundle, .max_depth = 3, .source = source}));
    ASSAY_TRY(json::Object top, json::object(root, ""));
    Sealed out{};
    ASSAY_TRY(const std::string format, top.string("format"));
    ASSAY_TRY(const std::uint64_t version, top.u64("version"));
    if (format != kKeyFormat || version != 1) return bad(std::string("it is no ") + kKeyFormat + " of version 1");
    ASSAY_TRY(const std::string kind, top.string("kind"));
    ASSAY_TRY(out.kind, key_kind(kind));
    ASSAY_TRY(out.shown, top.string("public"));
    ASSAY_TRY(json::Object kdf, top.object("kdf"));
    ASSAY_TRY(const std::string kdf_name, kdf.string("name"));
    ASSAY_TRY(out.n, kdf.u64("n", 1u << 10, 1u << 20));
    ASSAY_TRY(const std::uint64_t r, kdf.u64("r", kScryptR, kScryptR));
    ASSAY_TRY(const std::uint64_t p, kdf.u64("p", 1, 1));
    (void)r;
    (void)p;
    ASSAY_TRY(const std::string salt, kdf.string("salt"));
    ASSAY_TRY(out.salt, from_hex(salt));
    ASSAY_TRY_VOID(kdf.done());
    ASSAY_TRY(json::Object cipher, top.object("cipher"));
    ASSAY_TRY(const std::string cipher_name, cipher.string("name"));
    ASSAY_TRY(const std::string nonce, cipher.string("nonce"));
    ASSAY_TRY(out.nonce, from_hex(nonce));
    ASSAY_TRY(const std::string sealed, cipher.string("sealed"));
    ASSAY_TRY(out.sealed, from_hex(sealed));
    ASSAY_TRY_VOID(cipher.done());
    ASSAY_TRY_VOID(top.done());
    if (kdf_name != "scrypt" || cipher_name != "aes-256-gcm" || !std::has_single_bit(out.n))
        return bad("kdf or cipher is none that this program knows");
    if (out.salt.size() != kSaltSize || out.nonce.size() != kNonceSize || out.sealed.size() < kTagSize)
        return bad("salt, nonce or sealed has a wrong length");
    return out;
}

Result<std::vector<Part>> open_file(const fs::path& file, KeyKind kind, std::string_view password) {
    ASSAY_TRY(const std::string text, read_file(file, kMaxBundle));
    const auto sealed = read_sealed(text, file.native());
    if (!sealed) return {Code::keystore_malformed, file.string() + ": " + sealed.error().message};
    if (sealed->kind != kind)
        return {Code::field_out_of_range, file.string() + " holds a " + std::string(key_word(sealed->kind)) +
                                              " key, not a " + std::string(key_word(kind)) + " key"};
    CryptoPP::SecByteBlock plain;
    if (!sealed->open(password, plain))
        return {Code::wrong_password, "the password does not open " + file.string() + ", or the file was changed"};
    auto parts = borsh::decode<std::vector<Part>>({plain.data(), plain.size()});
    if (!parts) return {Code::keystore_malformed, file.string() + ": " + parts.error().message};
    return parts;
}

void wipe_parts(std::vector<Part>& parts) {
    for (Part& p : parts) CryptoPP::SecureWipeBuffer(p.content.data(), p.content.size());
}

// The first free of NAME.moved, NAME.moved.2, …
Status move_aside(const fs::path& path) {
    if (!is_present(path)) return {};
    fs::path to = path.string() + ".moved";
    for (int i = 2; is_present(to); ++i) to = path.string() + ".moved." + std::to_string(i);
    std::error_code ec;
    fs::rename(path, to, ec);
    if (ec) return {Code::io_error, "cannot move " + path.string() + ": " + ec.message()};
    return {};
}

Status write_part(const Home& home, KeyKind kind, const Part& part) {
    const auto keys = files_of(home, kind);
    const fs::path path = home.root / part.path;
    if (std::any_of(keys.begin(), keys.end(), [&](const fs::path& k) { return name_in(home, k) == part.path; }))
        return write_file(path, part.content, 0600);
    if (part.path == name_in(home, home.signed_block())) return write_file(path, part.content, 0600);
    // The rest is CometBFT's sign state: never put back where this home has come further.
    ASSAY_TRY(const Height before, signed_height(home));
    const std::string mine = before.value == 0 ? "" : *read_file(path);
    ASSAY_TRY_VOID(make_directory(home.cometbft(), 0700));
    ASSAY_TRY_VOID(make_directory(path.parent_path(), 0700));
    ASSAY_TRY_VOID(write_file(path, part.content, 0600));
    ASSAY_TRY(const Height brought, signed_height(home));
    if (brought < before) return write_file(path, mine, 0600);
    return {};
}

}  // namespace

Result<KeyKind> key_kind(std::string_view word) {
    for (const KeyKind k : {KeyKind::consensus, KeyKind::beacon, KeyKind::node})
        if (word == key_word(k)) return k;
    return {Code::field_out_of_range, "\"" + std::string(word) + "\" is none of consensus, beacon, node"};
}

std::string_view key_word(KeyKind kind) {
    return kind == KeyKind::consensus ? "consensus" : kind == KeyKind::beacon ? "beacon" : "node";
}

Status check_password(std::string_view password) {
    if (password.size() < 8) return {Code::weak_password, "the password has fewer than 8 characters"};
    if (std::all_of(password.begin(), password.end(), [&](char c) { return c == password[0]; }))
        return {Code::weak_password, "the password is one character again and again"};
    return {};
}

Status export_keys(const Home& home, KeyKind kind, const fs::path& file, std::string_view password, KeyCost cost) {
    ASSAY_TRY_VOID(may_go(home, kind));
    ASSAY_TRY_VOID(check_password(password));
    if (is_present(file)) return {Code::already_exists, file.string() + " is there already"};
    Sealed out{};
    out.kind = kind;
    ASSAY_TRY(out.shown, public_part(home, kind));
    std::vector<Part> parts;
    for (const auto& list : {files_of(home, kind), records_of(home, kind)})
        for (const fs::path& path : list) {
            if (!is_present(path)) continue;
            ASSAY_TRY(std::string content, read_file(path, kMaxSealed));
            parts.push_back({name_in(home, path), std::move(content)});
        }
    Bytes plain = borsh::encode(parts);
    if (plain.size() > kMaxSealed)
        return {Code::field_out_of_range, "the keys and the block that was signed last pass 24 MiB"};
    out.n = cost.n;
    out.salt.resize(kSaltSize);
    out.nonce.resize(kNonceSize);
    CryptoPP::OS_GenerateRandomBlock(false, out.salt.data(), out.salt.size());
    CryptoPP::OS_GenerateRandomBlock(false, out.nonce.data(), out.nonce.size());
    out.seal(password, plain);
    CryptoPP::SecureWipeBuffer(plain.data(), plain.size());
    ASSAY_TRY_VOID(write_file(file, out.json(), 0600));
    // Nothing goes here before the file has been read as whoever imports it will read it.
    auto back = open_file(file, kind, password);
    const bool same = back && back->size() == parts.size() &&
                      std::equal(parts.begin(), parts.end(), back->begin(), [](const Part& a, const Part& b) {
                          return a.path == b.path && a.content == b.content;
                      });
    if (back) wipe_parts(*back);
    wipe_parts(parts);
    if (!same) return {Code::io_error, file.string() + " does not read back: the keys stay here"};
    return retire_keys(home, kind);
}

Status import_keys(const Home& home, KeyKind kind, const fs::path& file, std::string_view password) {
    if (node_runs(home.control_socket()))
        return {Code::already_exists, "the node of " + home.root.string() + " runs: stop it before keys come"};
    for (const fs::path& path : files_of(home, kind))
        if (is_present(path))
            return {Code::already_exists, path.string() + " is there already: assayd key retire " +
                                              std::string(key_word(kind)) + " puts it aside"};
    ASSAY_TRY(std::vector<Part> parts, open_file(file, kind, password));
    std::vector<std::string> allowed;
    for (const auto& list : {files_of(home, kind), records_of(home, kind)})
        for (const fs::path& path : list) allowed.push_back(name_in(home, path));
    for (const Part& p : parts)
        if (std::find(allowed.begin(), allowed.end(), p.path) == allowed.end())
            return {Code::keystore_malformed, file.string() + " holds a file that no such key has"};
    if (parts.empty() || parts.front().path != allowed.front())
        return {Code::keystore_malformed, file.string() + " holds no key"};
    ASSAY_TRY_VOID(make_directory(home.root, 0700));
    ASSAY_TRY_VOID(make_directory(home.keys(), 0700));
    // What was signed comes before what signs; the key itself is last.
    for (auto p = parts.rbegin(); p != parts.rend(); ++p) ASSAY_TRY_VOID(write_part(home, kind, *p));
    wipe_parts(parts);
    if (kind != KeyKind::consensus) return {};
    return adopt_signer(home);
}

Status retire_keys(const Home& home, KeyKind kind) {
    ASSAY_TRY_VOID(may_go(home, kind));
    std::error_code ec;
    if (kind == KeyKind::consensus) fs::remove(comet_validator_key(home), ec);
    if (kind == KeyKind::node) fs::remove(home.cometbft() / "config" / "node_key.json", ec);
    for (const fs::path& path : files_of(home, kind)) ASSAY_TRY_VOID(move_aside(path));
    // Checkpoints of a beacon chain give its reveals away, and can be computed again.
    if (kind != KeyKind::node)
        for (const fs::path& cache : {home.beacon_cache(), home.next_beacon_cache()}) fs::remove(cache, ec);
    if (ec) return {Code::io_error, "cannot remove a copy of the key: " + ec.message()};
    return {};
}

}  // namespace assay::node
