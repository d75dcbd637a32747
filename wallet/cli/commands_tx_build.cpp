// assay tx build, replace, cancel: transactions that are made from a description, or in place of another one.
#include <CLI/CLI.hpp>

#include "base/hex.hpp"
#include "wallet/cli/commands.hpp"
#include "wallet/cli/terminal.hpp"
#include "wallet/cli/transact.hpp"
#include "wallet/client/message_read.hpp"

namespace assay::wallet::cli {
namespace {

struct MakeTx {
    std::string file, txid;
    ChangeOptions change;
};

void tx_build(Session& session, MakeTx t) {
    constexpr std::size_t kMax = 1u << 20;
    const std::string text =
        t.file == "-" ? std::string(read_all_stdin(kMax).view()) : typed(read_small_file(t.file, kMax));
    const json::Value root =
        typed(json::parse(text, {.comments = true, .max_depth = 16, .source = t.file == "-" ? "stdin" : t.file}));
    t.change.generate_only = true;
    change(session, t.change,
           [&](const ChainInfo& chain, const Address&) { return typed(messages_from_json(root, chain)); });
}

/// What waits under this id, from the node; believed because its hash is the id.
chain::TxBody waiting(Session& session, const Hash& id) {
    const std::string txid = to_hex(id.view());
    const json::Value answer = session.call("tx", Params().text("txid", txid));
    const std::string status = text_or_empty(answer, "status");
    if (status == "expired")
        fail({Code::expired, "transaction " + txid + " has left without a block: there is nothing to replace"});
    if (status != "pending") {
        const auto height = number_at(answer, "height");
        fail({Code::nonce_too_low, "transaction " + txid + " is in block " +
                                       (height ? std::to_string(*height) : std::string("?")) +
                                       " already: it cannot be replaced"},
             "'assay tx show " + txid + "' says what it did");
    }
    const auto body = body_from_json(answer, session.chain());
    if (!body) fail(body.error(), "this kind of transaction cannot be made again from what the node shows of it");
    if (chain::txid(*body) != id)
        fail({Code::verification_failed, "what the node shows of transaction " + txid + " is another transaction"},
             "ask another node with --node");
    return *body;
}

/// The key of this wallet that the old one was sent from.
std::string key_of(const Session& session, const Address& sender) {
    for (const KeyInfo& key : take(session.keystore().list()))
        if (key.address == sender) return key.name;
    fail({Code::unknown_key, "the sender of this transaction is no key of this wallet"});
}

// Same sender and nonce, so at most one of both is ever in a block; a tenth more of fee, which nodes ask for.
void tx_instead(Session& session, MakeTx t, bool cancel) {
    const Hash id = parse_hash(t.txid, "the txid");
    must_be_confirmable(session, t.change);
    const ChainInfo& chain = session.chain();
    session.must_be_chain(chain.chain_id);
    const chain::TxBody old = waiting(session, id);
    if (chain::is_work(old)) fail({Code::nonce_taken, "work is sent once and not replaced"});
    t.change.from = key_of(session, old.sender);
    t.change.nonce = std::to_string(old.nonce);
    t.change.memo = cancel ? "" : old.memo;
    if (!cancel) t.change.gas_limit = std::to_string(old.gas_limit);
    // The least that takes its place; a cancelling one costs no more gas than a transfer, and may not pay less.
    const u128 tenth = take(mul_div_ceil(old.fee.units, 11, 10));
    const Amount least{std::max(tenth, old.fee.units + 1)};
    if (t.change.fee.empty()) t.change.fee = chain.show(least);
    if (typed(chain.parse_amount(t.change.fee)) < least)
        usage("--fee is below " + chain.show(least) + ", the least that replaces a fee of " + chain.show(old.fee));
    session.note("in place of " + t.txid + ", whose fee is " + chain.show(old.fee));
    change(session, t.change, [&](const ChainInfo&, const Address& sender) -> Messages {
        if (!cancel) return old.messages;
        return {chain::Transfer{{{sender, Amount{1}, ""}}}};
    });
}

void add_instead_options(CLI::App& command, MakeTx& t) {
    command.add_option("TXID", t.txid, "the one that waits")->required();
    command.add_option("--fee", t.change.fee, "in tokens [a tenth more than the old one]");
    command.add_option("--valid-until", t.change.valid_until, "a height, or +N blocks from now [+100]");
    command.add_flag("--generate-only", t.change.generate_only,
                     "print the unsigned transaction file; nothing is signed or sent");
    command.add_flag("-y,--yes", t.change.yes, "do not ask");
    command.add_flag("--no-wait", t.change.no_wait, "do not wait for the block");
}

}  // namespace

void add_tx_making_commands(CLI::App& tx, Session& session) {
    auto t = std::make_shared<MakeTx>();

    CLI::App* build = tx.add_subcommand("build", "an unsigned transaction file from messages in JSON");
    build->add_option("FILE", t->file, "messages as 'tx inspect' shows them: a list, or one; - is stdin")->required();
    build->add_option("--from", t->change.from, "the sender: a key, a multisig or an address")->envname("ASSAY_FROM");
    add_body_options(*build, t->change);
    build->add_flag("--offline", t->change.offline, "touch no network");
    build->callback([=, &session] { tx_build(session, *t); });

    auto replacing = std::make_shared<MakeTx>();
    CLI::App* replace = tx.add_subcommand("replace", "the same again with a higher fee, for one that waits");
    add_instead_options(*replace, *replacing);
    replace->callback([=, &session] { tx_instead(session, *replacing, false); });

    auto cancelling = std::make_shared<MakeTx>();
    CLI::App* cancel =
        tx.add_subcommand("cancel", "a transfer to oneself with a higher fee, in place of one that waits");
    add_instead_options(*cancel, *cancelling);
    cancel->callback([=, &session] { tx_instead(session, *cancelling, true); });
}

}  // namespace assay::wallet::cli
