#include "wallet/keys/watch.hpp"

#include <algorithm>

#include "base/bech32m.hpp"
#include "base/hex.hpp"
#include "base/json.hpp"
#include "chain/tx.hpp"
#include "wallet/keys/xpub.hpp"

namespace assay::wallet {
namespace {

constexpr std::string_view kWatchFormat = "assay-watch";
constexpr std::size_t kMaxWatchFile = 16 * 1024;

Status check_keys(std::uint64_t threshold, const std::vector<PublicKey>& keys) {
    if (keys.size() < 2 || keys.size() > chain::kMaxMultisigKeys)
        return {Code::bad_key, "a multisig has 2 to 16 keys, not " + std::to_string(keys.size())};
    if (threshold < 1 || threshold > keys.size())
        return {Code::bad_key, "of " + std::to_string(keys.size()) + " keys 1 to " + std::to_string(keys.size()) +
                                   " can be asked to sign, not " + std::to_string(threshold)};
    for (auto a = keys.begin(); a != keys.end(); ++a)
        if (std::find(std::next(a), keys.end(), *a) != keys.end())
            return {Code::bad_key, "key " + std::to_string(a - keys.begin() + 1) + " is there twice"};
    return {};
}

/// The path is shown and written as it is.
bool harmless(std::string_view text) {
    return text.size() <= 160 &&
           std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < 0x7f && c != '"' && c != '\\'; });
}

Status check_record(const KeyInfo& key) {
    ASSAY_TRY_VOID(check_key_name(key.name));
    if (!harmless(key.path)) return {Code::bad_key, "path holds characters that no path has"};
    if (key.kind == KeyKind::multisig) {
        ASSAY_TRY_VOID(check_keys(key.threshold, key.keys));
        for (const PublicKey& one : key.keys) ASSAY_TRY_VOID(public_key_from_hex(to_hex(one.view())));
        if (chain::address_of(key.threshold, key.keys) != key.address)
            return {Code::bad_key, "address is not that of these keys in this order"};
    } else if (!key.public_key.is_zero()) {
        ASSAY_TRY_VOID(public_key_from_hex(to_hex(key.public_key.view())));
        if (chain::address_of(key.public_key) != key.address)
            return {Code::bad_key, "address is not that of public_key"};
    }
    return {};
}

}  // namespace

std::string_view kind_word(KeyKind kind) {
    switch (kind) {
        case KeyKind::secret:
            return "secret";
        case KeyKind::watch:
            return "watch";
        case KeyKind::multisig:
            return "multisig";
    }
    return "secret";
}

Result<std::string> watch_file(const KeyInfo& key) {
    ASSAY_TRY_VOID(check_record(key));
    std::string out = "{\n  \"format\": \"assay-watch\",\n  \"version\": 1,\n  \"name\": \"" + key.name +
                      "\",\n  \"kind\": \"" + std::string(kind_word(key.kind)) + "\",\n  \"address\": \"" +
                      encode_address(kKeyFilePrefix, key.address) + "\",\n";
    if (key.kind == KeyKind::multisig) {
        out += "  \"threshold\": " + std::to_string(key.threshold) + ",\n  \"keys\": [";
        for (std::size_t i = 0; i < key.keys.size(); ++i)
            out += (i == 0 ? "\n    \"" : ",\n    \"") + to_hex(key.keys[i].view()) + "\"";
        return out + "\n  ]\n}\n";
    }
    return out +
           "  \"public_key\": " + (key.public_key.is_zero() ? "null" : "\"" + to_hex(key.public_key.view()) + "\"") +
           ",\n  \"path\": \"" + key.path + "\"\n}\n";
}

bool is_watch_file(std::string_view text) {
    const auto root = json::parse(text, {.max_bytes = kMaxWatchFile, .max_depth = 4});
    const json::Value* format = root ? root->find("format") : nullptr;
    return format != nullptr && format->kind == json::Kind::string && format->text == kWatchFormat;
}

Result<KeyInfo> read_watch_file(std::string_view text) {
    const auto read = [&]() -> Result<KeyInfo> {
        ASSAY_TRY(const json::Value root, json::parse(text, {.max_bytes = kMaxWatchFile, .max_depth = 4}));
        ASSAY_TRY(json::Object top, json::object(root, ""));
        KeyInfo out;
        ASSAY_TRY_VOID(top.required("format"));
        ASSAY_TRY(const std::uint64_t version, top.u64("version"));
        if (version != 1)
            return {Code::keystore_malformed,
                    "version " + std::to_string(version) + " is unknown to this program, which reads version 1"};
        ASSAY_TRY(out.name, top.string("name"));
        ASSAY_TRY(const std::string kind, top.string("kind"));
        ASSAY_TRY(const std::string address, top.string("address"));
        ASSAY_TRY(out.address, decode_address(kKeyFilePrefix, address));
        if (kind == kind_word(KeyKind::multisig)) {
            out.kind = KeyKind::multisig;
            ASSAY_TRY(const std::uint64_t threshold, top.u64("threshold", 1, chain::kMaxMultisigKeys));
            out.threshold = static_cast<std::uint8_t>(threshold);
            ASSAY_TRY(const std::vector<json::Value> keys, top.array("keys", chain::kMaxMultisigKeys));
            for (const json::Value& one : keys) {
                ASSAY_TRY(const std::string hex, json::as_string(one, "keys"));
                ASSAY_TRY(const PublicKey key, fixed_from_hex<PublicKey>(hex));
                out.keys.push_back(key);
            }
        } else if (kind == kind_word(KeyKind::watch)) {
            out.kind = KeyKind::watch;
            ASSAY_TRY(const json::Value* key, top.required("public_key"));
            if (!key->is_null()) {
                ASSAY_TRY(const std::string hex, json::as_string(*key, "public_key"));
                ASSAY_TRY(out.public_key, fixed_from_hex<PublicKey>(hex));
            }
            ASSAY_TRY(out.path, top.string("path"));
        } else {
            return {Code::keystore_malformed, "kind is neither \"watch\" nor \"multisig\""};
        }
        ASSAY_TRY_VOID(top.done());
        ASSAY_TRY_VOID(check_record(out));
        return out;
    };
    auto key = read();
    if (!key) return {Code::keystore_malformed, "the key file: " + key.error().message};
    return key;
}

Result<KeyInfo> multisig_key(const std::string& name, std::uint64_t threshold, std::vector<PublicKey> keys) {
    ASSAY_TRY_VOID(check_keys(threshold, keys));
    KeyInfo out;
    out.name = name;
    out.kind = KeyKind::multisig;
    out.threshold = static_cast<std::uint8_t>(threshold);
    out.address = chain::address_of(out.threshold, keys);
    out.keys = std::move(keys);
    return out;
}

}  // namespace assay::wallet
