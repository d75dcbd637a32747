// assay key export, rename, delete, passwd, multisig: what can be done with a key that is there.
#include <CLI/CLI.hpp>

#include <cstdio>

#include "base/bech32m.hpp"
#include "base/hex.hpp"
#include "wallet/cli/commands.hpp"
#include "wallet/cli/key_text.hpp"
#include "wallet/keys/bip39.hpp"
#include "wallet/keys/watch.hpp"
#include "wallet/keys/xpub.hpp"

namespace assay::wallet::cli {
namespace {

struct KeyChange {
    std::string name, new_name, format = "keystore", new_password_file, threshold, out;
    std::vector<std::string> members;
    bool yes = false, kdf_light = false;

    [[nodiscard]] Kdf kdf() const { return kdf_light ? Kdf::light() : Kdf::strong(); }
};

SecureString password_of(const Session& session, const KeyInfo& key) {
    return session.password("Password of key '" + key.name + "'");
}

/// m/44'/8710'/A'/0/I of a key gives the account's xpub, from which all of its addresses follow.
std::string xpub_of(const KeySecret& secret) {
    const std::size_t end = secret.path.rfind("'/0/");
    if (secret.entropy.empty() || end == std::string::npos)
        fail({Code::bad_key, "the key was imported as a bare secret: it belongs to no account that has an xpub"});
    const SecureString words = take(mnemonic_from_entropy(secret.entropy));
    const SecureBytes seed = seed_from_mnemonic(words.view(), secret.passphrase.view());
    const ExtendedKey master = take(ExtendedKey::from_seed(seed));
    return ExtendedPublicKey::of(take(master.derive(secret.path.substr(0, end + 1)))).text();
}

void export_words(Session& session, const KeyInfo& key, const KeySecret& secret) {
    if (secret.entropy.empty())
        fail({Code::bad_key, "the key was imported as a bare secret: there are no words behind it"},
             "--format keystore exports it");
    const SecureString words = take(mnemonic_from_entropy(secret.entropy));
    const bool with_passphrase = !secret.passphrase.empty();
    if (with_passphrase) session.say("the key needs its BIP-39 passphrase too, which the words do not hold");
    session.result(make::object({{"name", make::text(key.name)},
                                 {"format", make::text("mnemonic")},
                                 {"path", make::text(secret.path)},
                                 {"passphrase", make::flag(with_passphrase)},
                                 {"mnemonic", make::text(words.view())}}),
                   std::string(words.view()));
}

void key_export(Session& session, const KeyChange& o) {
    const KeyInfo key = session.key_or_only(o.name);
    if (o.format != "keystore" && !o.out.empty()) usage("--out writes a key file; words and an xpub are printed");
    if (o.format != "xpub")
        session.confirm(o.yes,
                        o.format == "mnemonic" ? "The words of '" + key.name + "' are the key: who sees them has it."
                                               : "The key file of '" + key.name +
                                                     "' is the key for whoever knows or guesses its password.",
                        "Export it?");
    if (key.kind != KeyKind::secret)
        fail({Code::watch_only, "the secret of key '" + key.name + "' is not in this wallet"},
             "there is nothing to export");
    const SecureString password = password_of(session, key);
    const KeySecret secret = take(session.keystore().open(key.name, password.view()));
    if (o.format == "mnemonic") return export_words(session, key, secret);
    if (o.format == "xpub") {
        const std::string xpub = xpub_of(secret);
        return session.result(make::object({{"name", make::text(key.name)},
                                            {"format", make::text("xpub")},
                                            {"path", make::text(secret.path)},
                                            {"xpub", make::text(xpub)}}),
                              xpub);
    }
    // Sealed anew: under a password of its own if wanted, and never with the salt of the file that stays here.
    const bool own = !o.new_password_file.empty();
    const SecureString fresh = own ? session.new_password(o.new_password_file, "the exported file") : password;
    if (own && !o.kdf_light) take(check_password(fresh.view()));
    const std::string file = take(encrypt_key(key.name, secret, fresh.view(), o.kdf_light ? Kdf::light() : key.kdf));
    if (o.out.empty() || o.out == "-") {
        session.result(take(json::parse(file)), file);
        return;
    }
    take(write_file_atomically(o.out, file, 0600, false));
    session.result(
        make::object({{"name", make::text(key.name)}, {"format", make::text("keystore")}, {"file", make::text(o.out)}}),
        "written: " + o.out);
}

/// Contexts name their default key.
void rename_in_contexts(const Session& session, const std::string& from, const std::string& to) {
    Contexts all = load_contexts(session.home_folder());
    bool named = false;
    for (Context& c : all.items)
        if (c.key == from) {
            c.key = to;
            named = true;
        }
    if (named) save_contexts(session.home_folder(), all);
}

void key_rename(Session& session, const KeyChange& o) {
    const KeyInfo key = typed(session.keystore().info(o.name));
    if (const Status named = check_key_name(o.new_name); !named) fail(named.error(), {}, true);
    must_be_new(session, o.new_name);
    const SecureString password = key.kind == KeyKind::secret ? password_of(session, key) : SecureString();
    const KeyInfo renamed = take(session.keystore().rename(key.name, o.new_name, password.view()));
    rename_in_contexts(session, key.name, o.new_name);
    session.result(key_to_json(session, renamed), key_in_text(session, renamed));
}

void key_delete(Session& session, const KeyChange& o) {
    const KeyInfo key = typed(session.keystore().info(o.name));
    const std::string address = encode_address(session.context().prefix, key.address);
    std::string lost;
    if (key.kind != KeyKind::secret)
        lost = "'" + key.name + "' (" + address + ") is only watched here: what signs for it stays where it is.";
    else if (key.path == "secret")
        lost = "'" + key.name + "' (" + address +
               ") has no words behind it: without another copy of its secret whatever this address holds is lost for "
               "good.";
    else
        lost = "'" + key.name + "' (" + address +
               ") can only be made again from its words: without them whatever this address holds is lost for good.";
    session.confirm(o.yes, lost, "Delete it?");
    take(session.keystore().erase(key.name));
    json::Value out = key_to_json(session, key);
    set(out, "deleted", make::flag(true));
    session.result(out, "deleted: " + key.name + "  " + address);
}

void key_passwd(Session& session, const KeyChange& o) {
    const KeyInfo key = session.key_or_only(o.name);
    if (key.kind != KeyKind::secret)
        fail({Code::watch_only, "key '" + key.name + "' has no password: its secret is not in this wallet"});
    const SecureString old = password_of(session, key);
    take(session.keystore().open(key.name, old.view()));  // told before a new one is thought up
    const SecureString fresh = session.new_password(o.new_password_file);
    const KeyInfo changed = take(session.keystore().change_password(key.name, old.view(), fresh.view(), o.kdf()));
    session.result(key_to_json(session, changed), "the password of '" + key.name + "' is changed");
}

/// A name of this wallet, or somebody else's public key.
PublicKey member(const Session& session, const std::string& text) {
    const auto named = session.keystore().info(text);
    if (!named) {
        if (named.error().code != Code::unknown_key && named.error().code != Code::usage) fail(named.error());
        const auto key = public_key_from_hex(text);
        if (key) return *key;
        if (named.error().code == Code::unknown_key && text.find_first_not_of("0123456789abcdef") != std::string::npos)
            fail(named.error(), "name keys of this wallet, or give public keys in hex");
        fail(key.error(), {}, true);
    }
    if (named->public_key.is_zero())
        fail({Code::bad_key, "of '" + text + "' this wallet does not know the public key, which a multisig needs"},
             "import it with --watch-only and its public key");
    return named->public_key;
}

void key_multisig(Session& session, const KeyChange& o) {
    const std::uint64_t threshold = parse_count(o.threshold, "K", 1, 16);
    if (const Status named = check_key_name(o.new_name); !named) fail(named.error(), {}, true);
    must_be_new(session, o.new_name);
    std::vector<PublicKey> keys;
    for (const std::string& text : o.members) keys.push_back(member(session, text));
    const auto made = multisig_key(o.new_name, threshold, std::move(keys));
    if (!made) usage(made.error().message);
    const KeyInfo key = take(session.keystore().watch(*made));
    session.result(key_to_json(session, key), key_in_text(session, key));
}

void add_light(CLI::App* command, KeyChange& o) {
    command->add_flag("--kdf-light", o.kdf_light,
                      "a password that costs milliseconds instead of half a second: for tests and devnets only");
}

}  // namespace

void add_key_change_commands(CLI::App& key, Session& session) {
    auto o = std::make_shared<KeyChange>();

    CLI::App* out = key.add_subcommand("export", "a key out of this wallet");
    out->add_option("NAME", o->name, "the key; the only one unless told");
    out->add_option("--format", o->format,
                    "mnemonic: its words; keystore: an encrypted file; xpub: what watches its account")
        ->check(CLI::IsMember({"mnemonic", "keystore", "xpub"}))
        ->capture_default_str();
    out->add_option("--out", o->out, "keystore: the file to write, never one that is there; stdout unless told");
    out->add_option("--new-password-file", o->new_password_file, "keystore: another password than the key has here");
    add_light(out, *o);
    out->add_flag("-y,--yes", o->yes, "do not ask");
    out->callback([o, &session] { key_export(session, *o); });

    CLI::App* rename = key.add_subcommand("rename", "another name for a key");
    rename->add_option("NAME", o->name, "the key")->required();
    rename->add_option("NEW", o->new_name, "what it is called from now on")->required();
    rename->callback([o, &session] { key_rename(session, *o); });

    CLI::App* gone = key.add_subcommand("delete", "take a key out of this wallet");
    gone->add_option("NAME", o->name, "the key")->required();
    gone->add_flag("-y,--yes", o->yes, "do not ask");
    gone->callback([o, &session] { key_delete(session, *o); });

    CLI::App* passwd = key.add_subcommand("passwd", "another password for a key");
    passwd->add_option("NAME", o->name, "the key; the only one unless told");
    passwd->add_option(
        "--new-password-file", o->new_password_file,
        "the new password: first line of a file; where both are -, first the old line, then the new one");
    add_light(passwd, *o);
    passwd->callback([o, &session] { key_passwd(session, *o); });

    CLI::App* multisig = key.add_subcommand("multisig", "an address for which K of several keys sign");
    multisig->add_option("K", o->threshold, "so many sign")->required();
    multisig->add_option("KEY", o->members, "keys of this wallet, or public keys in hex; the order makes the address")
        ->required()
        ->expected(2, 16);
    multisig->add_option("--name", o->new_name, "what it is called here")->required();
    multisig->callback([o, &session] { key_multisig(session, *o); });
}

}  // namespace assay::wallet::cli
