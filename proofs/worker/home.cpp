#include "proofs/worker/home.hpp"

#include <cstdlib>

#include "base/bech32m.hpp"
#include "base/hex.hpp"
#include "proofs/worker/output.hpp"
#include "proofs/worker/terminal.hpp"
#include "wallet/keys/bip39.hpp"
#include "wallet/keys/random.hpp"

namespace assay::proofs::worker {

namespace {

constexpr std::size_t kMaxKeyFile = 16 * 1024;

/// A key file is written with this prefix on every network (docs/wallet.md).
std::string address_text(const wallet::KeyInfo& key) {
    return encode_address("assay", key.address);
}

Json to_json(const wallet::KeyInfo& key) {
    return {{"name", key.name},
            {"address", address_text(key)},
            {"public_key", to_hex(ByteView(key.public_key.data(), 32))},
            {"path", key.path}};
}

void show(bool json, const wallet::KeyInfo& key) {
    if (json) return print_json(to_json(key));
    print_line(key.name + "  " + address_text(key));
}

/// The text of a key file at a path, or nothing where the path holds none.
std::optional<std::string> file_at(const std::string& path) {
    auto text = wallet::read_small_file(path, kMaxKeyFile);
    if (text) return std::move(*text);
    if (text.error().code == Code::not_found) return std::nullopt;
    throw Failure(text.error());
}

bool is_name(const std::string& from) {
    return wallet::check_key_name(from).ok();
}

/// The key file that --from means.
std::string text_of(const wallet::Keystore& keys, const std::string& from) {
    if (is_name(from))
        if (auto text = file_at((keys.folder() / (from + ".json")).string())) return *text;
    if (auto text = file_at(from)) return *text;
    if (is_name(from)) {
        const auto missing = keys.info(from);  // names the nearest there is
        if (!missing)
            throw Failure(missing.error(),
                          "'assay-prover key list' shows the keys of this home; a path of a key file will do too");
    }
    throw Failure(Code::unknown_key, "there is no key file " + from);
}

}  // namespace

Home::Home(const std::string& folder) : folder_(folder) {
    if (!folder.empty()) return;
    const char* home = std::getenv("HOME");
    if (home == nullptr || *home == '\0')
        throw Failure(Code::usage, "the environment has no HOME, so --home has to say where the prover lives");
    folder_ = std::filesystem::path(home) / ".assay" / "prover";
}

wallet::KeyInfo Home::find(const std::string& from) const {
    if (!from.empty()) return take(wallet::read_key_info(text_of(keys(), from)));
    const auto all = take(keys().list());
    if (all.size() == 1) return all.front();
    throw Failure(Code::usage,
                  all.empty() ? "this home has no key" : "this home has several keys, so --from has to name one",
                  all.empty() ? "assay-prover key import NAME --file KEYFILE" : "assay-prover key list");
}

wallet::Signer Home::unlock(const std::string& from, const std::string& password_file, bool json) const {
    const std::string text = text_of(keys(), from.empty() ? find(from).name : from);
    const wallet::KeyInfo info = take(wallet::read_key_info(text));
    const wallet::SecureString password = read_password(password_file, "Password of key '" + info.name + "'", json);
    return take(wallet::Signer::from_secret(take(wallet::decrypt_key(text, password.view())).secret));
}

namespace {

/// What is there already is told before a password is asked for.
wallet::Keystore keys_without(const KeyArguments& a) {
    take(wallet::check_key_name(a.name));
    wallet::Keystore keys = Home(a.home).keys();
    if (file_at((keys.folder() / (a.name + ".json")).string()))
        throw Failure(Code::already_exists, "there is a key '" + a.name + "' already; it stays as it is",
                      "choose another name");
    return keys;
}

wallet::Kdf kdf_of(const KeyArguments& a) {
    return a.kdf_light ? wallet::Kdf::light() : wallet::Kdf::strong();
}

}  // namespace

void key_new_command(bool json, const KeyArguments& a) {
    const wallet::Keystore keys = keys_without(a);
    wallet::SecureBytes entropy(32);
    take(wallet::fill_random(entropy));
    const auto secret = take(wallet::secret_from_entropy(entropy, {}, 0, 0));
    const auto password = read_new_password(a.password_file, json);
    const auto key = take(keys.create(a.name, secret, password.view(), kdf_of(a)));
    const auto words = take(wallet::mnemonic_from_entropy(entropy));
    if (json) {
        Json out = to_json(key);
        out["mnemonic"] = std::string(words.view());
        return print_json(out);
    }
    show(json, key);
    print_line("\nWrite these words down, in order. Without them a lost file or password cannot be made good:\n\n  " +
               std::string(words.view()));
}

void key_import_command(bool json, const KeyArguments& a) {
    const wallet::Keystore keys = keys_without(a);
    const auto text = file_at(a.file);
    if (!text) throw Failure(Code::io_error, "there is no key file " + a.file);
    const auto info = take(wallet::read_key_info(*text));
    if (a.password_file == "-" && a.file_password_file == "-")
        throw Failure(Code::usage, "stdin cannot carry both passwords", "give one of them in a file");
    // The password stays, unless the file's own is named apart: then --password-file is the new one.
    const bool same = a.file_password_file.empty();
    const auto old = read_password(same ? a.password_file : a.file_password_file,
                                   "Password of key '" + info.name + "' in " + a.file, json);
    const auto secret = take(wallet::decrypt_key(*text, old.view()));
    const auto fresh = same ? old : read_new_password(a.password_file, json);
    show(json, take(keys.create(a.name, secret, fresh.view(), kdf_of(a))));
}

void key_list_command(bool json, const KeyArguments& a) {
    Json items = Json::array();
    const auto all = take(Home(a.home).keys().list());
    for (const auto& key : all) items.push_back(to_json(key));
    if (json) return print_json({{"items", items}, {"next_cursor", nullptr}});
    for (const auto& key : all) show(false, key);
    if (all.empty()) print_line("no keys; 'assay-prover key import NAME --file KEYFILE' brings one in");
}

}  // namespace assay::proofs::worker
