// assay sign, verify, address: an address as a name that can speak for itself.
#include <CLI/CLI.hpp>

#include "base/bech32m.hpp"
#include "base/hex.hpp"
#include "wallet/cli/commands.hpp"
#include "wallet/cli/session.hpp"
#include "wallet/cli/terminal.hpp"
#include "wallet/client/signed_message.hpp"

namespace assay::wallet::cli {
namespace {

struct MessageOptions {
    std::string from, who, message, file, signature, prefix;
};

constexpr std::size_t kMaxMessage = 1u << 20;

/// MESSAGE, or the bytes of --file.
std::string message_of(const MessageOptions& o) {
    if (o.file.empty()) return o.message;
    if (o.file != "-") return typed(read_small_file(o.file, kMaxMessage));
    const SecureString all = read_all_stdin(kMaxMessage);
    return std::string(all.view());
}

void sign(Session& session, MessageOptions o) {
    if (!o.message.empty() && !o.file.empty()) usage("MESSAGE and --file are two messages");
    if (o.message.empty() && o.file.empty()) usage("MESSAGE or --file says what to sign");
    if (o.file == "-" && session.password_file == "-") usage("stdin cannot carry both the message and the password");
    const std::string message = message_of(o);
    const KeyInfo key = session.key_or_only(o.from);
    if (key.kind != KeyKind::secret)
        fail({Code::watch_only, "the secret of key '" + key.name + "' is not in this wallet"}, "sign where it is");
    const SecureString password = session.password("Password of key '" + key.name + "'");
    const Signer signer = take(session.keystore().unlock(key.name, password.view()));
    const std::string signature = to_hex(take(sign_message(signer, message)));
    session.result(make::object({{"address", make::text(encode_address(session.context().prefix, key.address))},
                                 {"message_hash", make::text(to_hex(message_hash(message).view()))},
                                 {"signature", make::text(signature)}}),
                   signature);
}

void verify(Session& session, MessageOptions o) {
    // With --file there is one argument less: ADDR SIG.
    if (!o.file.empty()) {
        if (!o.signature.empty()) usage("MESSAGE and --file are two messages");
        std::swap(o.message, o.signature);
    }
    if (o.signature.empty()) usage("SIG is missing: ADDR MESSAGE SIG, or ADDR SIG with --file");
    const std::string message = message_of(o);
    const Address address = session.address(o.who, session.context().prefix);
    const auto raw = from_hex(o.signature);
    if (!raw) usage("SIG is not the hex that 'assay sign' writes: " + raw.error().message);
    if (const Status good = verify_message(address, message, *raw); !good)
        fail(good.error(), "it proves nothing about this address");
    session.result(make::object({{"address", make::text(encode_address(session.context().prefix, address))},
                                 {"message_hash", make::text(to_hex(message_hash(message).view()))},
                                 {"valid", make::flag(true)}}),
                   "valid: signed by " + encode_address(session.context().prefix, address));
}

void address_check(Session& session, const MessageOptions& o) {
    const std::string& prefix = o.prefix.empty() ? session.context().prefix : o.prefix;
    const Address address = typed(decode_address(prefix, o.who));
    session.result(make::object({{"address", make::text(encode_address(prefix, address))},
                                 {"prefix", make::text(prefix)},
                                 {"bytes", make::text(to_hex(address.view()))},
                                 {"valid", make::flag(true)}}),
                   "valid: " + encode_address(prefix, address));
}

}  // namespace

void add_message_commands(CLI::App& app, Session& session) {
    auto o = std::make_shared<MessageOptions>();

    CLI::App* make = app.add_subcommand("sign", "sign a message; it can never be taken for a transaction");
    make->add_option("MESSAGE", o->message, "its text");
    make->add_option("--file", o->file, "the message is a file's bytes, - is stdin");
    make->add_option("--from", o->from, "the key that signs; the only one of the wallet unless told")
        ->envname("ASSAY_FROM");
    make->callback([=, &session] { sign(session, *o); });

    CLI::App* check = app.add_subcommand("verify", "whether an address's key signed a message; touches no network");
    check->add_option("ADDR", o->who, "address or key")->required();
    check->add_option("MESSAGE", o->message, "its text; not with --file")->required();
    check->add_option("SIG", o->signature, "what 'assay sign' wrote");
    check->add_option("--file", o->file, "the message is a file's bytes, - is stdin");
    check->callback([=, &session] { verify(session, *o); });

    CLI::App* address = app.add_subcommand("address", "what an address is");
    address->require_subcommand(1);
    CLI::App* one = address->add_subcommand("check", "whether it is well-formed; says where a typing error is");
    one->add_option("ADDR", o->who, "the address")->required();
    one->add_option("--prefix", o->prefix, "what it has to begin with [the context's]");
    one->callback([=, &session] { address_check(session, *o); });
}

}  // namespace assay::wallet::cli
