// assay tx, assay log: what became of transactions, and transactions as files.
#include <CLI/CLI.hpp>

#include <algorithm>

#include "base/hex.hpp"
#include "wallet/cli/commands.hpp"
#include "wallet/cli/log.hpp"
#include "wallet/cli/render.hpp"
#include "wallet/cli/transact.hpp"
#include "wallet/client/message_json.hpp"
#include "wallet/client/multisig.hpp"

namespace assay::wallet::cli {
namespace {

struct TxCommand {
    std::string txid, file, timeout = "600s", from;
    std::vector<std::string> files;
};

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

/// Of k of n a wallet that has the multisig's record knows the keys, where the file does not say them.
void name_the_keys(const Session& session, TxFile& file) {
    if (file.auth) return;
    for (const KeyInfo& key : take(session.keystore().list()))
        if (key.kind == KeyKind::multisig && key.address == file.body.sender)
            file.auth = unsigned_auth(key.threshold, key.keys);
}

std::string signatures_in_words(const TxFile& file) {
    return std::to_string(count_signatures(*file.auth)) + " of " + std::to_string(file.auth->threshold) + " signatures";
}

void print_tx_file(Session& session, const TxFile& file) {
    const json::Value out = tx_file_to_json(file);
    session.result(out, to_json(out, 2));
}

void tx_sign(Session& session, const TxCommand& t) {
    if (t.file == "-" && session.password_file == "-") usage("stdin cannot carry both the file and the password");
    TxFile file = read_tx_file(t.file);
    const KeyInfo key = session.key_or_only(t.from);
    session.must_be_chain(file.body.chain_id);
    name_the_keys(session, file);
    if (!file.auth && key.address != file.body.sender)
        fail({Code::bad_signature, "key '" + key.name + "' is not the sender of this transaction"});
    if (file.auth && std::find(file.auth->keys.begin(), file.auth->keys.end(), key.public_key) == file.auth->keys.end())
        fail({Code::bad_signature, "key '" + key.name + "' is none of those that sign for the sender"});
    if (key.kind != KeyKind::secret)
        fail({Code::watch_only, "the secret of key '" + key.name + "' is not in this wallet"}, "sign where it is");
    ChainInfo chain;
    chain.denom = session.context().denom;
    chain.decimals = session.context().decimals;
    chain.prefix = file.prefix;
    session.note(screen(file.body, chain, "the sender of the file"));
    const SecureString password = session.password("Password of key '" + key.name + "'");
    const Signer signer = take(session.keystore().unlock(key.name, password.view()));
    take(add_signature(file, signer));
    session.note(signatures_in_words(file));
    print_tx_file(session, file);
}

void tx_combine(Session& session, const TxCommand& t) {
    std::vector<TxFile> files;
    for (const std::string& name : t.files) files.push_back(read_tx_file(name));
    for (TxFile& file : files) name_the_keys(session, file);
    const TxFile whole = take(combine_signatures(files, t.files));
    session.note(signatures_in_words(whole));
    print_tx_file(session, whole);
}

void tx_inspect(Session& session, const TxCommand& t) {
    const TxFile file = read_tx_file(t.file);
    const std::size_t there = file.auth ? count_signatures(*file.auth) : 0;
    json::Value out = body_to_json(file.body, file.prefix);
    set(out, "signed", make::flag(file.auth && there == file.auth->threshold));
    set(out, "signature_valid", there > 0 ? make::flag(check_signatures(file).ok()) : make::null());
    set(out, "signatures", make::number(there));
    set(out, "signatures_needed", make::number(file.auth ? file.auth->threshold : 1));
    if (file.auth) {
        std::vector<json::Value> keys;
        for (std::size_t i = 0; i < file.auth->keys.size() && i < file.auth->signatures.size(); ++i)
            keys.push_back(make::object({{"key", make::text(to_hex(ByteView(file.auth->keys[i].data(), 32)))},
                                         {"signed", make::flag(file.auth->signatures[i].has_value())}}));
        set(out, "keys", make::array(std::move(keys)));
    }
    session.result(out, to_json(out, 2));
}

void tx_broadcast(Session& session, const TxCommand& t, const ChangeOptions& options) {
    const TxFile file = read_tx_file(t.file);
    const auto tx = complete(file);
    if (!tx) fail(tx.error(), "'assay tx sign' signs, 'assay tx combine' puts signatures together");
    send_signed(session, options, *tx, session.chain());
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
    inspect->callback([=, &session] { tx_inspect(session, *t); });

    CLI::App* sign = tx->add_subcommand("sign", "sign a transaction file; touches no network");
    sign->add_option("FILE", t->file, "the file, - is stdin")->required();
    sign->add_option("--from", t->from, "the key; the only one of the wallet unless told")->envname("ASSAY_FROM");
    sign->callback([=, &session] { tx_sign(session, *t); });

    CLI::App* combine = tx->add_subcommand("combine", "signatures of several files of one transaction, in one file");
    combine->add_option("FILE", t->files, "the files")->required()->expected(1, 16);
    combine->callback([=, &session] { tx_combine(session, *t); });

    CLI::App* broadcast = tx->add_subcommand("broadcast", "send a signed transaction file");
    broadcast->add_option("FILE", t->file, "the file, - is stdin")->required();
    auto options = std::make_shared<ChangeOptions>();
    broadcast->add_flag("-y,--yes", options->yes, "do not ask");
    broadcast->add_flag("--force", options->force, "send it though the node says that it would fail");
    broadcast->add_flag("--no-wait", options->no_wait, "do not wait for the block");
    broadcast->callback([=, &session] { tx_broadcast(session, *t, *options); });

    add_tx_making_commands(*tx, session);

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
