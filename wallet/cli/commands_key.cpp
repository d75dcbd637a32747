// assay key: secrets of this wallet.
#include <CLI/CLI.hpp>

#include "base/bech32m.hpp"
#include "chain/tx.hpp"
#include "wallet/cli/commands.hpp"
#include "wallet/cli/key_text.hpp"
#include "wallet/cli/terminal.hpp"
#include "wallet/keys/bip39.hpp"
#include "wallet/keys/random.hpp"
#include "wallet/keys/xpub.hpp"

namespace assay::wallet::cli {
namespace {

struct KeyOptions {
    std::string name, name_flag;
    std::string words = "24", account = "0", index = "0";
    std::string file, passphrase_file, old_password_file, watch_only;
    bool from_stdin = false, secret_stdin = false, devnet_validator = false, devnet_faucet = false, kdf_light = false;

    [[nodiscard]] std::string chosen_name() const {
        if (!name.empty() && !name_flag.empty() && name != name_flag) usage("the key has two names");
        const std::string& out = name.empty() ? name_flag : name;
        if (out.empty()) usage("the key needs a name", "for example: assay key new alice");
        typed(check_key_name(out).ok() ? Result<int>(0) : Result<int>(check_key_name(out).error()));
        return out;
    }
    [[nodiscard]] Kdf kdf() const { return kdf_light ? Kdf::light() : Kdf::strong(); }
};

SecureString passphrase(const KeyOptions& o) {
    return o.passphrase_file.empty() ? SecureString() : typed(read_password_file(o.passphrase_file));
}

void key_new(Session& session, const KeyOptions& o) {
    const std::string name = o.chosen_name();
    const std::uint64_t words = parse_count(o.words, "--words", 12, 24);
    if (words % 3 != 0) usage("--words is 12, 15, 18, 21 or 24");
    must_be_new(session, name);
    SecureBytes entropy(words * 4 / 3);
    take(fill_random(entropy));
    const KeySecret secret = take(secret_from_entropy(entropy, passphrase(o), 0, 0));
    const SecureString password = session.new_password(session.password_file);
    const KeyInfo key = take(session.keystore().create(name, secret, password.view(), o.kdf()));
    const SecureString phrase = take(mnemonic_from_entropy(entropy));
    json::Value out = key_to_json(session, key);
    set(out, "mnemonic", make::text(phrase.view()));
    session.result(out, key_in_text(session, key) +
                            "\nWrite these words down, in order. Who has them has the key, and without them a lost\n"
                            "file or password cannot be made good:\n\n  " +
                            std::string(phrase.view()) + "\n");
}

/// What a devnet's genesis publishes under "devnet".
KeySecret published(Session& session, std::string_view who) {
    const json::Value answer = session.call("genesis");
    const json::Value* genesis = answer.find("genesis");
    const json::Value* devnet = genesis != nullptr ? genesis->find("devnet") : nullptr;
    const json::Value* entry = devnet != nullptr ? devnet->find(who) : nullptr;
    if (entry == nullptr || text_or_empty(*entry, "secret").empty())
        fail({Code::not_found, "the genesis of this chain publishes no key of a " + std::string(who)},
             "only a devnet's does");
    return take(secret_from_hex(text_or_empty(*entry, "secret")));
}

KeySecret secret_of_text(const SecureString& text, const KeyOptions& o) {
    const SecureBytes entropy = typed(entropy_from_mnemonic(text.view()));
    return take(secret_from_entropy(entropy, passphrase(o),
                                    static_cast<std::uint32_t>(parse_count(o.account, "--account", 0, 0x7fffffff)),
                                    static_cast<std::uint32_t>(parse_count(o.index, "--index", 0, 0x7fffffff))));
}

SecureString trimmed(const SecureString& text) {
    std::string_view v = text.view();
    const auto blank = [](char c) { return c == ' ' || c == '\n' || c == '\r' || c == '\t'; };
    while (!v.empty() && blank(v.front())) v.remove_prefix(1);
    while (!v.empty() && blank(v.back())) v.remove_suffix(1);
    return SecureString(v);
}

/// An account's xpub, a public key or an address: no secret comes along.
KeyInfo watched(Session& session, const std::string& name, const KeyOptions& o) {
    KeyInfo key;
    key.name = name;
    key.kind = KeyKind::watch;
    const std::string& text = o.watch_only;
    if (text.starts_with("xpub") || text.starts_with("xprv")) {
        const auto index = static_cast<std::uint32_t>(parse_count(o.index, "--index", 0, 0x7fffffff));
        key.public_key = typed(typed(ExtendedPublicKey::parse(text)).key_at(index));
        key.path = text + "/0/" + std::to_string(index);
    } else if (text.find_first_not_of("0123456789abcdef") == std::string::npos) {
        key.public_key = typed(public_key_from_hex(text));
    } else {
        key.address = typed(decode_address(session.context().prefix, text),
                            "--watch-only takes an account's xpub, a public key in hex or an address");
        return key;
    }
    key.address = chain::address_of(key.public_key);
    return key;
}

void key_import(Session& session, const KeyOptions& o) {
    const int sources = static_cast<int>(!o.file.empty()) + static_cast<int>(o.from_stdin) +
                        static_cast<int>(o.secret_stdin) + static_cast<int>(o.devnet_validator) +
                        static_cast<int>(o.devnet_faucet) + static_cast<int>(!o.watch_only.empty());
    if (sources > 1)
        usage(
            "only one of --file, --stdin, --secret-stdin, --watch-only, --devnet-validator and --devnet-faucet says "
            "where "
            "the key comes from");
    if ((o.from_stdin || o.secret_stdin) && session.password_file == "-")
        usage("stdin cannot carry both the key and the password", "give the password in a file");
    KeyOptions named = o;
    if (named.name.empty() && named.name_flag.empty() && o.devnet_validator) named.name = "validator";
    if (named.name.empty() && named.name_flag.empty() && o.devnet_faucet) named.name = "faucet";
    const std::string name = named.chosen_name();
    must_be_new(session, name);
    if (!o.watch_only.empty()) {
        const KeyInfo key = take(session.keystore().watch(watched(session, name, o)));
        return session.result(key_to_json(session, key), key_in_text(session, key));
    }

    KeySecret secret;
    if (o.devnet_validator || o.devnet_faucet) {
        secret = published(session, o.devnet_validator ? "validator" : "faucet");
    } else if (o.secret_stdin) {
        secret = typed(secret_from_hex(trimmed(read_all_stdin(256)).view()));
    } else if (o.from_stdin) {
        secret = secret_of_text(read_all_stdin(4096), o);
    } else if (!o.file.empty()) {
        const std::string text = typed(read_small_file(o.file, 16 * 1024));
        if (!text.empty() &&
            text[text.find_first_not_of(" \t\r\n") == std::string::npos ? 0 : text.find_first_not_of(" \t\r\n")] ==
                '{') {
            // A key file of another wallet: opened with its own password, then encrypted anew under this one's.
            const SecureString old = o.old_password_file.empty() ? session.password("Password of the file")
                                                                 : typed(read_password_file(o.old_password_file));
            secret = take(decrypt_key(text, old.view()));
        } else {
            secret = secret_of_text(SecureString(text), o);
        }
    } else {
        if (session.json || !stdin_is_terminal())
            usage("the words come from --file, --stdin or a prompt, and nobody can be asked");
        session.say("The words, in order, on one line (they are not shown):");
        SecureString line;
        (void)read_line(line, true);
        secret = secret_of_text(line, o);
    }
    const SecureString password = session.new_password(session.password_file);
    const KeyInfo key = take(session.keystore().create(name, secret, password.view(), o.kdf()));
    session.result(key_to_json(session, key), key_in_text(session, key));
}

void key_list(Session& session) {
    std::vector<json::Value> items;
    std::string text;
    for (const KeyInfo& key : take(session.keystore().list())) {
        items.push_back(key_to_json(session, key));
        text += key.name + std::string(key.name.size() < 16 ? 16 - key.name.size() : 1, ' ') +
                encode_address(session.context().prefix, key.address) +
                (key.kind == KeyKind::secret ? "" : "  " + std::string(kind_word(key.kind))) + "\n";
    }
    session.result(make::object({{"items", make::array(std::move(items))}, {"next_cursor", make::null()}}),
                   text.empty() ? "no keys; 'assay key new NAME' makes one" : text);
}

void add_kdf_light(CLI::App* command, KeyOptions& o) {
    command->add_flag("--kdf-light", o.kdf_light,
                      "a password that costs milliseconds instead of half a second: for tests and devnets only");
}

}  // namespace

void add_key_commands(CLI::App& app, Session& session) {
    auto o = std::make_shared<KeyOptions>();
    CLI::App* key = app.add_subcommand("key", "the keys of this wallet");
    key->require_subcommand(1);

    CLI::App* make_new = key->add_subcommand("new", "a new key from fresh words, encrypted under a password");
    make_new->add_option("NAME", o->name, "what the key is called here");
    make_new->add_option("--name", o->name_flag, "the same as an option");
    make_new->add_option("--words", o->words, "12, 15, 18, 21 or 24")->capture_default_str();
    make_new->add_option("--passphrase-file", o->passphrase_file, "BIP-39 passphrase, the first line of a file");
    add_kdf_light(make_new, *o);
    make_new->callback([o, &session] { key_new(session, *o); });

    CLI::App* import = key->add_subcommand("import", "a key from words, a key file or a secret");
    import->add_option("NAME", o->name, "what the key is called here");
    import->add_option("--name", o->name_flag, "the same as an option");
    import->add_option("--file", o->file, "words, or a key file of another wallet");
    import->add_flag("--stdin", o->from_stdin, "words from stdin");
    import
        ->add_option("--watch-only", o->watch_only,
                     "an account's xpub, a public key or an address: to watch, not to sign")
        ->type_name("XPUB");
    import->add_flag("--secret-stdin", o->secret_stdin, "32 bytes of hex from stdin");
    import->add_flag("--devnet-validator", o->devnet_validator,
                     "the validator's key that a devnet's genesis publishes");
    import->add_flag("--devnet-faucet", o->devnet_faucet, "the faucet's key that a devnet's genesis publishes");
    import->add_option("--account", o->account, "account in the key path")->capture_default_str();
    import->add_option("--index", o->index, "index in the key path")->capture_default_str();
    import->add_option("--passphrase-file", o->passphrase_file, "BIP-39 passphrase, the first line of a file");
    import->add_option("--file-password-file", o->old_password_file, "password of the key file that is imported");
    add_kdf_light(import, *o);
    import->callback([o, &session] { key_import(session, *o);
});

key->add_subcommand("list", "names and addresses")->callback([&session] { key_list(session); });

CLI::App* show = key->add_subcommand("show", "address and public key; never a secret");
show->add_option("NAME", o->name, "the key; the only one unless told");
show->callback([o, &session] {
    const KeyInfo info = session.key_or_only(o->name);
    session.result(key_to_json(session, info), key_in_text(session, info));
});
add_key_change_commands(*key, session);
}  // namespace assay::wallet::cli

}  // namespace assay::wallet::cli
