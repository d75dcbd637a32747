#include "wallet/keys/keystore.hpp"

#include <algorithm>

#include "base/bech32m.hpp"
#include "base/hex.hpp"
#include "base/json.hpp"
#include "wallet/keys/bip32.hpp"
#include "wallet/keys/bip39.hpp"
#include "wallet/keys/envelope.hpp"
#include "wallet/keys/seal.hpp"
#include "wallet/keys/watch.hpp"

namespace assay::wallet {
namespace {

constexpr std::size_t kMaxFile = 16 * 1024;
constexpr std::string_view kFormat = "assay-key";

struct File {
    KeyInfo info;
    std::string address;  ///< as it stands in the file
    Envelope envelope;
};

/// Everything in the file before the envelope, in one line per field.
std::string header(const KeyInfo& info, const std::string& address) {
    return std::string(kFormat) + "\n1\n" + info.name + "\n" + address + "\n" + to_hex(info.public_key.view()) + "\n" +
           info.path + "\n";
}

/// Only characters that need no escape in JSON and cannot pass for another field.
bool plain(std::string_view text) {
    return std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < 0x7f && c != '"' && c != '\\'; });
}

Result<File> parse(std::string_view text) {
    const auto bad = [](const std::string& why) -> Error { return {Code::keystore_malformed, "the key file: " + why}; };
    if (text.size() > kMaxFile) return bad("it is longer than 16 KiB");
    const auto read = [&]() -> Result<File> {
        ASSAY_TRY(const json::Value root, json::parse(text, {.max_bytes = kMaxFile, .max_depth = 4}));
        ASSAY_TRY(json::Object top, json::object(root, ""));
        ASSAY_TRY(const std::string format, top.string("format"));
        if (format != kFormat) return bad("format is not \"assay-key\"");
        ASSAY_TRY(const std::uint64_t version, top.u64("version"));
        if (version != 1)
            return bad("version " + std::to_string(version) + " is unknown to this program, which reads version 1");
        File f;
        ASSAY_TRY(f.info.name, top.string("name"));
        ASSAY_TRY(f.address, top.string("address"));
        ASSAY_TRY(f.info.address, decode_address(kKeyFilePrefix, f.address));
        ASSAY_TRY(const std::string key, top.string("public_key"));
        ASSAY_TRY(f.info.public_key, fixed_from_hex<PublicKey>(key));
        ASSAY_TRY(f.info.path, top.string("path"));
        if (!plain(f.info.path) || f.info.path.size() > 128) return bad("path holds characters that no path has");
        if (!check_key_name(f.info.name)) return bad("name is not a key's name");
        ASSAY_TRY(f.envelope, Envelope::read(top, 4096));
        f.info.kdf = f.envelope.kdf;
        ASSAY_TRY_VOID(top.done());
        if (f.envelope.sealed.size() < kTagSize + 36) return bad("cipher.sealed has a wrong length");
        return f;
    };
    auto file = read();
    if (!file && file.error().code != Code::keystore_malformed) return bad(file.error().message);
    return file;
}

std::string write(const File& f) {
    return "{\n  \"format\": \"assay-key\",\n  \"version\": 1,\n  \"name\": \"" + f.info.name +
           "\",\n  \"address\": \"" + f.address + "\",\n  \"public_key\": \"" + to_hex(f.info.public_key.view()) +
           "\",\n  \"path\": \"" + f.info.path + "\",\n" + f.envelope.json() + "}\n";
}

// The sealed bytes: three strings, each with its length in one or two bytes: secret u8, entropy u8, passphrase u16.
SecureBytes pack(const KeySecret& s) {
    SecureBytes out;
    out.push_back(static_cast<std::uint8_t>(s.secret.size()));
    out.insert(out.end(), s.secret.begin(), s.secret.end());
    out.push_back(static_cast<std::uint8_t>(s.entropy.size()));
    out.insert(out.end(), s.entropy.begin(), s.entropy.end());
    out.push_back(static_cast<std::uint8_t>(s.passphrase.size() & 0xff));
    out.push_back(static_cast<std::uint8_t>(s.passphrase.size() >> 8));
    out.insert(out.end(), s.passphrase.bytes().begin(), s.passphrase.bytes().end());
    return out;
}

Result<KeySecret> unpack(const SecureBytes& in) {
    std::size_t at = 0;
    const auto part = [&](std::size_t length_bytes) -> std::optional<ByteView> {
        if (in.size() - at < length_bytes) return std::nullopt;
        std::size_t n = 0;
        for (std::size_t i = 0; i < length_bytes; ++i) n |= static_cast<std::size_t>(in[at + i]) << (8 * i);
        at += length_bytes;
        if (in.size() - at < n) return std::nullopt;
        const ByteView out(in.data() + at, n);
        at += n;
        return out;
    };
    const auto secret = part(1), entropy = secret ? part(1) : std::nullopt, phrase = entropy ? part(2) : std::nullopt;
    if (!phrase || at != in.size() || secret->size() != 32)
        return {Code::keystore_malformed, "the key file: what is sealed in it is not a key"};
    KeySecret out;
    out.secret.assign(secret->begin(), secret->end());
    out.entropy.assign(entropy->begin(), entropy->end());
    out.passphrase = SecureString(as_text(*phrase));
    return out;
}

}  // namespace

Result<KeySecret> secret_from_entropy(ByteView entropy, const SecureString& passphrase, std::uint32_t account,
                                      std::uint32_t index) {
    ASSAY_TRY(const SecureString words, mnemonic_from_entropy(entropy));
    const SecureBytes seed = seed_from_mnemonic(words.view(), passphrase.view());
    ASSAY_TRY(const ExtendedKey master, ExtendedKey::from_seed(seed));
    KeySecret out;
    out.path = account_path(account, index);
    ASSAY_TRY(ExtendedKey key, master.derive(out.path));
    out.secret = std::move(key.secret);
    out.entropy.assign(entropy.begin(), entropy.end());
    out.passphrase = passphrase;
    return out;
}

Result<KeySecret> secret_from_hex(std::string_view hex) {
    KeySecret out;
    out.secret.resize(32);
    const auto digit = [](char c) { return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1; };
    bool valid = hex.size() == 64;
    for (std::size_t i = 0; valid && i < 32; ++i) {
        const int high = digit(hex[2 * i]), low = digit(hex[2 * i + 1]);
        valid = high >= 0 && low >= 0;
        if (valid) out.secret[i] = static_cast<std::uint8_t>(high << 4 | low);
    }
    if (!valid) return {Code::bad_key, "a secret key is 64 lower-case hex digits"};  // never echo a secret
    ASSAY_TRY_VOID([&]() -> Status {
        const auto signer = Signer::from_secret(out.secret);
        return signer ? Status{} : Status{signer.error()};
    }());
    return out;
}

Status check_key_name(std::string_view name) {
    const auto alnum = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    };
    const bool ok =
        !name.empty() && name.size() <= 64 && alnum(name[0]) &&
        std::all_of(name.begin(), name.end(), [&](char c) { return alnum(c) || c == '.' || c == '_' || c == '-'; });
    if (!ok)
        return {Code::usage,
                "a key's name has 1 to 64 letters, digits, '.', '_' or '-' and begins with a letter or digit"};
    return {};
}

Status check_password(std::string_view password) {
    if (password.size() < 8) return {Code::weak_password, "the password has fewer than 8 characters"};
    if (std::all_of(password.begin(), password.end(), [&](char c) { return c == password[0]; }))
        return {Code::weak_password, "the password is one character again and again"};
    if (std::all_of(password.begin(), password.end(), [](char c) { return c >= '0' && c <= '9'; }) &&
        password.size() < 12)
        return {Code::weak_password, "the password is a number of fewer than 12 digits"};
    return {};
}

Result<std::string> encrypt_key(const std::string& name, const KeySecret& secret, std::string_view password, Kdf kdf) {
    ASSAY_TRY_VOID(check_key_name(name));
    ASSAY_TRY(const Signer signer, Signer::from_secret(secret.secret));
    if (secret.passphrase.size() > 1024) return {Code::bad_key, "the passphrase is longer than 1024 bytes"};
    File f;
    f.info = {name, signer.address(), signer.public_key(), secret.path, KeyKind::secret, kdf};
    f.address = encode_address(kKeyFilePrefix, f.info.address);
    ASSAY_TRY(f.envelope, Envelope::seal_up(password, kdf, header(f.info, f.address), pack(secret)));
    return write(f);
}

Result<KeySecret> decrypt_key(std::string_view text, std::string_view password) {
    if (is_watch_file(text)) {
        ASSAY_TRY(const KeyInfo info, read_watch_file(text));
        return {Code::watch_only, "the secret of key '" + info.name + "' is not in this wallet, which only watches it"};
    }
    ASSAY_TRY(const File f, parse(text));
    const auto opened = f.envelope.open(password, header(f.info, f.address));
    if (!opened)
        return {Code::wrong_password, "the password is wrong, or the key file '" + f.info.name + "' was changed"};
    ASSAY_TRY(KeySecret secret, unpack(*opened));
    ASSAY_TRY(const Signer signer, Signer::from_secret(secret.secret));
    if (signer.public_key() != f.info.public_key || signer.address() != f.info.address)
        return {Code::keystore_malformed, "the key file: its public key is not that of its secret"};
    secret.path = f.info.path;
    return secret;
}

Result<KeyInfo> read_key_info(std::string_view text) {
    if (is_watch_file(text)) return read_watch_file(text);
    ASSAY_TRY(File f, parse(text));
    return std::move(f.info);
}

std::filesystem::path Keystore::file_of(std::string_view name) const {
    return folder_ / (std::string(name) + ".json");
}

Result<std::string> Keystore::read(std::string_view name) const {
    ASSAY_TRY_VOID(check_key_name(name));
    auto text = read_small_file(file_of(name), kMaxFile);
    if (text || text.error().code != Code::not_found) return text;
    std::vector<std::string> names;
    std::error_code ignored;
    for (const auto& entry : std::filesystem::directory_iterator(folder_, ignored))
        if (entry.path().extension() == ".json") names.push_back(entry.path().stem().string());
    const std::string near = json::nearest(name, names);
    return {Code::unknown_key, "there is no key '" + std::string(name) + "' in " + folder_.string() +
                                   (near.empty() ? "" : "; did you mean '" + near + "'?")};
}

Result<KeyInfo> Keystore::info(std::string_view name) const {
    ASSAY_TRY(const std::string text, read(name));
    ASSAY_TRY(KeyInfo info, read_key_info(text));
    if (info.name != name)
        return {Code::keystore_malformed, "the file of key '" + std::string(name) + "' holds key '" + info.name + "'"};
    return info;
}

Result<std::vector<KeyInfo>> Keystore::list() const {
    std::vector<std::string> names;
    std::error_code missing;
    for (const auto& entry : std::filesystem::directory_iterator(folder_, missing))
        if (entry.path().extension() == ".json") names.push_back(entry.path().stem().string());
    std::sort(names.begin(), names.end());
    std::vector<KeyInfo> out;
    for (const std::string& name : names) {
        ASSAY_TRY(KeyInfo key, info(name));
        out.push_back(std::move(key));
    }
    return out;
}

Result<KeyInfo> Keystore::create(const std::string& name, const KeySecret& secret, std::string_view password,
                                 Kdf kdf) const {
    ASSAY_TRY_VOID(check_key_name(name));
    if (kdf.n >= Kdf::strong().n) ASSAY_TRY_VOID(check_password(password));
    std::error_code ignored;
    if (std::filesystem::exists(file_of(name), ignored))
        return {Code::already_exists, "there is a key '" + name + "' already; it stays as it is"};
    ASSAY_TRY(const std::string text, encrypt_key(name, secret, password, kdf));
    ASSAY_TRY_VOID(write_file_atomically(file_of(name), text, 0600, false));
    return read_key_info(text);
}

Result<KeyInfo> Keystore::watch(const KeyInfo& key) const {
    ASSAY_TRY(const std::string text, watch_file(key));
    ASSAY_TRY_VOID(write_file_atomically(file_of(key.name), text, 0600, false));
    return read_key_info(text);
}

Result<KeyInfo> Keystore::rename(std::string_view from, const std::string& to, std::string_view password) const {
    ASSAY_TRY_VOID(check_key_name(to));
    ASSAY_TRY(KeyInfo key, info(from));
    std::string text;
    if (key.kind == KeyKind::secret) {
        ASSAY_TRY(const KeySecret secret, open(from, password));
        ASSAY_TRY(text, encrypt_key(to, secret, password, key.kdf));
    } else {
        key.name = to;
        ASSAY_TRY(text, watch_file(key));
    }
    ASSAY_TRY_VOID(write_file_atomically(file_of(to), text, 0600, false));
    ASSAY_TRY_VOID(remove_file(file_of(from)));
    return read_key_info(text);
}

Result<KeyInfo> Keystore::change_password(std::string_view name, std::string_view old, std::string_view fresh,
                                          Kdf kdf) const {
    ASSAY_TRY(const KeySecret secret, open(name, old));
    if (kdf.n >= Kdf::strong().n) ASSAY_TRY_VOID(check_password(fresh));
    ASSAY_TRY(const std::string text, encrypt_key(std::string(name), secret, fresh, kdf));
    ASSAY_TRY_VOID(write_file_atomically(file_of(name), text, 0600, true));
    return read_key_info(text);
}

Status Keystore::erase(std::string_view name) const {
    ASSAY_TRY_VOID(read(name));
    return remove_file(file_of(name));
}

Result<KeySecret> Keystore::open(std::string_view name, std::string_view password) const {
    ASSAY_TRY(const std::string text, read(name));
    return decrypt_key(text, password);
}

Result<Signer> Keystore::unlock(std::string_view name, std::string_view password) const {
    ASSAY_TRY(const KeySecret secret, open(name, password));
    return Signer::from_secret(secret.secret);
}

}  // namespace assay::wallet
