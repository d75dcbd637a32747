// assay tx, assay log: what became of transactions, and transactions as files.
#include <CLI/CLI.hpp>

#include "base/hex.hpp"
#include "wallet/cli/commands.hpp"
#include "wallet/cli/log.hpp"
#include "wallet/cli/render.hpp"
#include "wallet/cli/terminal.hpp"
#include "wallet/cli/transact.hpp"
#include "wallet/client/message_json.hpp"

namespace assay::wallet::cli {
namespace {

struct TxCommand {
    std::string txid, file, timeout = "600s", from;
};

TxFile read_tx_file(const std::string& path) {
    constexpr std::size_t kMax = 1u << 20;
    if (path == "-") return typed(parse_tx_file(read_all_stdin(kMax).view()));
    return typed(parse_tx_file(typed(read_small_file(path, kMax))));
}

void tx_wait(Session& session, const TxCommand& t) {
    const Hash id = parse_hash(t.txid, "the txid");
    SendOptions options;
    options.longest = std::chrono::seconds(parse_duration(t.timeout, "--timeout"));
    // What the node has forgotten, this wallet's log may still bound.
    std::uint64_t valid_until = ActionLog(session.home_folder()).valid_until(id).value_or(0);
    if (const auto known = session.rpc().call("tx", Params().text("txid", to_hex(id.view()))))
        if (const auto height = number_at(*known, "valid_until")) valid_until = *height;
    const auto outcome = wait_for_outcome(session.rpc(), id, valid_until, options);
    if (!outcome) session.fail_call(outcome.error());
    report(session, *outcome, make::object(), nullptr);
}

void tx_sign(Session& session, const TxCommand& t) {
    TxFile file = read_tx_file(t.file);
    const KeyInfo key = session.key_or_only(t.from);
    if (key.address != file.body.sender)
        fail({Code::bad_signature, "key '" + key.name + "' is not the sender of this transaction"});
    const SecureString password = session.password("Password of key '" + key.name + "'");
    const Signer signer = take(session.keystore().unlock(key.name, password.view()));
    const SignedTx signed_tx = take(sign_tx(std::move(file.body), signer));
    const json::Value out = tx_file_to_json({signed_tx.tx.body, signed_tx.tx.auth, file.prefix});
    session.result(out, to_json(out, 2));
}

void tx_broadcast(Session& session, const TxCommand& t, const ChangeOptions& options) {
    const TxFile file = read_tx_file(t.file);
    if (!file.auth) fail({Code::bad_signature, "nobody has signed this transaction"}, "'assay tx sign' does");
    SignedTx tx;
    tx.txid = chain::txid(file.body);
    tx.tx = {file.body, *file.auth};
    tx.raw = borsh::encode(tx.tx);
    take(chain::verify_auth(tx.tx.auth, tx.tx.body.sender, tx.txid));
    send_signed(session, options, tx, session.chain());
}

}  // namespace

void add_tx_commands(CLI::App& app, Session& session) {
    auto t = std::make_shared<TxCommand>();
    CLI::App* tx = app.add_subcommand("tx", "transactions: what became of them, and as files");
    tx->require_subcommand(1);

    CLI::App* show = tx->add_subcommand("show", "a transaction by its id");
    show->add_option("TXID", t->txid, "its id")->required();
    show->callback([=, &session] {
        const Hash id = parse_hash(t->txid, "the txid");
        const json::Value answer = session.call("tx", Params().text("txid", to_hex(id.view())));
        session.result(answer, session.json ? std::string() : render(answer, session.chain()));
    });

    CLI::App* wait = tx->add_subcommand("wait", "until a transaction is in a block, refused or expired");
    wait->add_option("TXID", t->txid, "its id")->required();
    wait->add_option("--timeout", t->timeout, "then the outcome is unknown, exit 5")->capture_default_str();
    wait->callback([=, &session] { tx_wait(session, *t); });

    CLI::App* inspect = tx->add_subcommand("inspect", "what a transaction file says; touches no network");
    inspect->add_option("FILE", t->file, "the file, - is stdin")->required();
    inspect->callback([=, &session] {
        const TxFile file = read_tx_file(t->file);
        bool valid = false;
        if (file.auth) valid = chain::verify_auth(*file.auth, file.body.sender, chain::txid(file.body)).ok();
        json::Value out = body_to_json(file.body, file.prefix);
        set(out, "signed", make::flag(file.auth.has_value()));
        set(out, "signature_valid", file.auth ? make::flag(valid) : make::null());
        session.result(out, to_json(out, 2));
    });

    CLI::App* sign = tx->add_subcommand("sign", "sign a transaction file; touches no network");
    sign->add_option("FILE", t->file, "the file, - is stdin")->required();
    sign->add_option("--from", t->from, "the key; the only one of the wallet unless told")->envname("ASSAY_FROM");
    sign->callback([=, &session] { tx_sign(session, *t); });

    CLI::App* broadcast = tx->add_subcommand("broadcast", "send a signed transaction file");
    broadcast->add_option("FILE", t->file, "the file, - is stdin")->required();
    auto options = std::make_shared<ChangeOptions>();
    broadcast->add_flag("-y,--yes", options->yes, "do not ask");
    broadcast->add_flag("--force", options->force, "send it though the node says that it would fail");
    broadcast->add_flag("--no-wait", options->no_wait, "do not wait for the block");
    broadcast->callback([=, &session] { tx_broadcast(session, *t, *options); });

    app.add_subcommand("log", "what this wallet sent, oldest first")->callback([&session] {
        auto entries = take(ActionLog(session.home_folder()).entries());
        const json::Value items = make::array(std::move(entries));
        session.result(make::object({{"items", items}, {"next_cursor", make::null()}}),
                       session.json          ? std::string()
                       : items.items.empty() ? "nothing sent yet"
                                             : render(items, ChainInfo{}));
    });
}

}  // namespace assay::wallet::cli
