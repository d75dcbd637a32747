#include "wallet/cli/key_text.hpp"

#include "base/bech32m.hpp"
#include "base/hex.hpp"

namespace assay::wallet::cli {
namespace {

std::string x_of(const PublicKey& key) {
    return to_hex(ByteView(key.data(), 32));
}

}  // namespace

json::Value key_to_json(Session& session, const KeyInfo& key) {
    json::Value out =
        make::object({{"name", make::text(key.name)},
                      {"kind", make::text(kind_word(key.kind))},
                      {"address", make::text(encode_address(session.context().prefix, key.address))},
                      {"public_key", key.public_key.is_zero() ? make::null() : make::text(x_of(key.public_key))},
                      {"path", key.path.empty() ? make::null() : make::text(key.path)}});
    if (key.kind == KeyKind::secret)
        set(out, "kdf",
            make::object({{"name", make::text("scrypt")},
                          {"n", make::number(key.kdf.n)},
                          {"r", make::number(key.kdf.r)},
                          {"p", make::number(key.kdf.p)}}));
    if (key.kind == KeyKind::multisig) {
        std::vector<json::Value> keys;
        for (const PublicKey& one : key.keys) keys.push_back(make::text(x_of(one)));
        set(out, "threshold", make::number(key.threshold));
        set(out, "keys", make::array(std::move(keys)));
    }
    return out;
}

std::string key_in_text(Session& session, const KeyInfo& key) {
    std::string out =
        "name        " + key.name + "\naddress     " + encode_address(session.context().prefix, key.address) + "\n";
    if (key.kind == KeyKind::multisig) {
        out += "multisig    " + std::to_string(key.threshold) + " of " + std::to_string(key.keys.size()) + "\n";
        for (const PublicKey& one : key.keys) out += "  key       " + x_of(one) + "\n";
        return out;
    }
    if (!key.public_key.is_zero()) out += "public key  " + x_of(key.public_key) + "\n";
    if (!key.path.empty()) out += "path        " + key.path + "\n";
    if (key.kind == KeyKind::watch) return out + "secret      elsewhere: this wallet watches, and cannot sign\n";
    return out + "password    scrypt with n = " + std::to_string(key.kdf.n) + ", r = " + std::to_string(key.kdf.r) +
           ", p = " + std::to_string(key.kdf.p) + ": " + std::to_string(128 * key.kdf.n * key.kdf.r >> 20) +
           " MiB for each try\n";
}

void must_be_new(const Session& session, const std::string& name) {
    const auto existing = session.keystore().info(name);
    if (existing || existing.error().code != Code::unknown_key)
        fail({Code::already_exists, "there is a key '" + name + "' already; it stays as it is"}, "choose another name");
}

}  // namespace assay::wallet::cli
