#include "wallet/cli/transact.hpp"

#include "base/bech32m.hpp"
#include "base/hex.hpp"
#include "wallet/cli/log.hpp"
#include "wallet/cli/nonce_lock.hpp"
#include "wallet/cli/terminal.hpp"
#include "wallet/client/message_json.hpp"
#include "wallet/client/multisig.hpp"

namespace assay::wallet::cli {
namespace {

struct Sender {
    std::string name;
    Address address;
    std::function<Signer()> unlock;  ///< asks for the password when it is needed, and not before
    KeyKind kind = KeyKind::secret;  ///< others cannot sign here
    std::optional<chain::Auth> multisig = {};
};

std::string in_words(const chain::TxBody& body, const ChainInfo& chain) {
    std::string out;
    for (const auto& m : body.messages) out += (out.empty() ? "" : "; ") + message_in_words(m, chain);
    return out;
}

TxOptions tx_options(const ChangeOptions& typed_options, const ChainInfo& chain) {
    TxOptions out;
    constexpr auto kMax = ~std::uint64_t{0};
    if (!typed_options.fee.empty()) out.fee = typed(chain.parse_amount(typed_options.fee));
    if (!typed_options.gas_limit.empty()) out.gas_limit = parse_count(typed_options.gas_limit, "--gas-limit", 1, kMax);
    if (!typed_options.nonce.empty()) out.nonce = parse_count(typed_options.nonce, "--nonce", 0, kMax);
    if (!typed_options.valid_until.empty()) {
        if (typed_options.valid_until[0] == '+')
            out.valid_for = parse_count(typed_options.valid_until.substr(1), "--valid-until", 1, 1'000'000);
        else
            out.valid_until = parse_count(typed_options.valid_until, "--valid-until", 1, kMax);
    }
    if (typed_options.memo.size() > chain::kMaxMemo) usage("--memo is longer than 256 bytes");
    out.memo = typed_options.memo;
    return out;
}

ChainInfo offline_chain(Session& session, const ChangeOptions& options) {
    const Context& context = session.context();
    const std::string& chain_id = options.chain_id.empty() ? context.chain_id : options.chain_id;
    if (chain_id.empty() || options.nonce.empty() || options.fee.empty() || options.valid_until.empty())
        usage("--offline needs --chain-id, --nonce, --fee and --valid-until, since no node can be asked",
              "a context with a chain id stands in place of --chain-id");
    if (options.valid_until[0] == '+')
        usage("--offline needs a height in --valid-until, not a number of blocks from now");
    ChainInfo chain;
    chain.chain_id = chain_id;
    chain.denom = context.denom;
    chain.decimals = context.decimals;
    chain.prefix = context.prefix;
    return chain;
}

void confirm(const Session& session, const ChangeOptions& options, const std::string& shown) {
    if (options.yes) return;
    session.say(shown);
    if (!ask_yes("Sign and send this?"))
        fail({Code::confirmation_required, "not confirmed; nothing was sent"}, "say y, or add -y");
}

/// Nodes try these out with their signature only: what that costs them has to be somebody's who pays.
bool needs_signature(const chain::TxBody& body) {
    for (const chain::Message& m : body.messages)
        if (std::holds_alternative<chain::Dispute>(m)) return true;
    return chain::is_work(body);
}

/// What the node says of it by the code that executes it, without effect.
json::Value tried(Session& session, const Params& params) {
    const json::Value answer = session.call("simulate_tx", params);
    const json::Value* receipt = answer.find("receipt");
    if (receipt == nullptr) fail({Code::internal, "the node's answer to simulate_tx has no receipt"});
    return *receipt;
}

void dry_run(Session& session, const chain::TxBody& body, const ChainInfo& chain, const Sender& sender) {
    const json::Value receipt =
        tried(session, needs_signature(body) ? Params().text("tx", to_hex(take(sign_tx(body, sender.unlock())).raw))
                                             : Params().text("body", to_hex(borsh::encode(body))));
    const std::string code = text_or_empty(receipt, "code"), message = text_or_empty(receipt, "message");
    json::Value out = make::object({{"dry_run", make::flag(true)},
                                    {"would", make::text(code == "ok" ? "succeed" : "fail")},
                                    {"receipt", receipt},
                                    {"transaction", body_to_json(body, chain.prefix)}});
    if (code != "ok")
        throw Failure{code,
                      message.empty() ? "the node would refuse it" : message,
                      "nothing was sent",
                      kFailed,
                      {{"dry_run", make::flag(true)}, {"receipt", receipt}}};
    session.result(out, screen(body, chain, sender.name) + "\nIt would succeed. Nothing was sent.");
}

/// What would fail is told before a password is asked for: in a block it costs the fee and does nothing. Where others
/// of the sender's wait for a block, nobody knows what they will change, and it goes out untried. So do work and
/// disputes.
void must_succeed(Session& session, const chain::TxBody& body, const ChainInfo& chain) {
    if (needs_signature(body)) return;
    const auto account = fetch_account(session.rpc(), chain, body.sender);
    if (!account) session.fail_call(account.error());
    if (account->next_nonce != account->nonce || body.nonce != account->nonce) return;
    std::string code, message;
    try {
        const json::Value receipt = tried(session, Params().text("body", to_hex(borsh::encode(body))));
        code = text_or_empty(receipt, "code"), message = text_or_empty(receipt, "message");
    } catch (const Failure& failure) {
        // A block with another of the sender's came just now: the nonce is taken anew before anything is signed.
        if (failure.code != "nonce_too_low" && failure.code != "nonce_taken") throw;
        return;
    }
    if (code != "ok")
        throw Failure{code,
                      message.empty() ? "the chain would refuse it" : message,
                      "nothing was sent, and no fee paid; --force sends it all the same",
                      kFailed,
                      {{"status", make::text("not_sent")}}};
}

/// Whether a refusal only says that the nonce was another's: then a fresh nonce pays nothing twice.
bool lost_the_nonce(Code code) {
    return code == Code::nonce_taken || code == Code::nonce_too_low || code == Code::nonce_gap;
}

/// After the node has accepted it: whatever fails now, the transaction is out.
Result<Outcome> await(Session& session, const SignedTx& tx) {
    auto outcome = send_and_wait(session.rpc(), tx, {});  // the same bytes again, this time with an answer at its block
    if (outcome || outcome.error().code == Code::outcome_unknown) return outcome;
    SendOptions brief;
    brief.longest = std::chrono::seconds{5};
    auto found = wait_for_outcome(session.rpc(), tx.txid, tx.tx.body.valid_until, brief);
    if (found) return found;
    return {Code::outcome_unknown, "transaction " + to_hex(tx.txid.view()) +
                                       " was sent, and what became of it is unknown: " + found.error().message};
}

/// What was sent and what became of it.
struct Sent {
    SignedTx tx;
    Outcome outcome;
};

Sent send_logged(Session& session, const ChangeOptions& options, const ChainInfo& chain, const std::string& from,
                 const Address& sender, const std::function<Result<SignedTx>()>& make_tx, bool may_retry) {
    const ActionLog log(session.home_folder());
    NonceLock lock(session, sender);
    for (int attempt = 0;; ++attempt) {
        auto made = make_tx();
        if (!made) session.fail_call(made.error());
        const SignedTx tx = std::move(made).value();
        take(log.sending(tx, from, in_words(tx.tx.body, chain)));
        session.say("txid " + to_hex(tx.txid.view()));
        SendOptions accept;
        accept.wait = false;
        auto outcome = send_and_wait(session.rpc(), tx, accept);
        if (outcome && outcome->status == TxStatus::pending && !options.no_wait) {
            lock.release();
            const bool already = outcome->already;
            outcome = await(session, tx);
            if (outcome) outcome->already = already;
        }
        if (outcome) {
            take(log.outcome(*outcome));
            return {tx, *outcome};
        }
        const Error& error = outcome.error();
        if (error.code == Code::outcome_unknown) {
            (void)log.ended(tx.txid, "unknown", error.message);
            throw Failure{
                "outcome_unknown",
                error.message,
                "'assay tx wait " + to_hex(tx.txid.view()) + "' finds out; until then do not send it anew",
                kUnknownOutcome,
                {{"txid", make::text(to_hex(tx.txid.view()))}, {"valid_until", make::number(tx.tx.body.valid_until)}}};
        }
        (void)log.ended(tx.txid, "refused", error.message);
        if (may_retry && attempt < 8 && lost_the_nonce(error.code)) continue;
        session.fail_call(error);
    }
}

void deliver(Session& session, const ChangeOptions& options, const ChainInfo& chain, const std::string& from,
             const Address& sender, const std::function<Result<SignedTx>()>& make_tx, bool may_retry) {
    const Sent sent = send_logged(session, options, chain, from, sender, make_tx, may_retry);
    report(session, sent.outcome, body_to_json(sent.tx.tx.body, chain.prefix), &chain);
}

void change_from(Session& session, const ChangeOptions& options, const Sender& sender,
                 const MakeMessages& make_messages) {
    if (options.dry_run && (options.generate_only || options.offline))
        usage("--dry-run asks the node; it goes with neither --generate-only nor --offline");
    if (options.no_wait && (options.dry_run || options.generate_only || options.offline))
        usage("--no-wait says what to do after sending, and nothing would be sent");
    must_be_confirmable(session, options);
    if (sender.kind != KeyKind::secret && !options.generate_only && !options.dry_run)
        fail({Code::watch_only, sender.kind == KeyKind::multisig
                                    ? "key '" + sender.name + "' is a multisig, which several keys sign for"
                                    : "the secret of '" + sender.name + "' is not in this wallet"},
             "--generate-only writes the transaction, 'assay tx sign' signs it where the secret is");
    const ChainInfo chain = options.offline ? offline_chain(session, options) : session.chain();
    session.must_be_chain(chain.chain_id, options.chain_id);
    TxOptions wanted = tx_options(options, chain);
    if (sender.multisig) wanted.extra_gas = multisig_gas(*sender.multisig);
    const Messages messages = make_messages(chain, sender.address);
    const auto build = [&]() -> Result<chain::TxBody> {
        return options.offline ? build_tx_offline(chain, sender.address, messages, wanted)
                               : build_tx(session.rpc(), chain, sender.address, messages, wanted);
    };
    auto first = build();
    if (!first) session.fail_call(first.error());
    if (options.dry_run) return dry_run(session, *first, chain, sender);
    if (options.generate_only) {
        const json::Value file = tx_file_to_json({*first, sender.multisig, chain.prefix});
        return session.result(file, to_json(file, 2));
    }
    if (!options.offline && !options.force) must_succeed(session, *first, chain);
    confirm(session, options, screen(*first, chain, sender.name));
    const Signer signer = sender.unlock();
    if (options.offline) {
        const SignedTx tx = take(sign_tx(*first, signer));
        const json::Value file = tx_file_to_json({tx.tx.body, tx.tx.auth, chain.prefix});
        return session.result(file, to_json(file, 2));
    }
    // Time has passed since the screen was shown: the nonce is taken under the lock, everything else stays.
    deliver(
        session, options, chain, sender.name, sender.address,
        [&]() -> Result<SignedTx> {
            chain::TxBody body = *first;
            if (!wanted.nonce) {
                ASSAY_TRY(const AccountInfo account, fetch_account(session.rpc(), chain, sender.address));
                body.nonce = account.next_nonce;
            }
            return sign_tx(std::move(body), signer);
        },
        !wanted.nonce.has_value());
}

}  // namespace

std::string screen(const chain::TxBody& body, const ChainInfo& chain, const std::string& from) {
    std::string out;
    for (const auto& m : body.messages) out += "  " + message_in_words(m, chain) + "\n";
    out += "  from        " + from + "  " + chain.show(body.sender) + "\n";
    out += "  chain       " + body.chain_id + "\n";
    out += "  fee         " + chain.show(body.fee) + "  (gas limit " + std::to_string(body.gas_limit) + ")\n";
    out += "  nonce       " + std::to_string(body.nonce) + ", valid until height " + std::to_string(body.valid_until);
    if (!body.memo.empty()) out += "\n  memo        " + body.memo;
    return out;
}

void must_be_confirmable(const Session& session, const ChangeOptions& options) {
    if (options.yes || options.dry_run || options.generate_only) return;
    if (session.json || !stdin_is_terminal())
        fail({Code::confirmation_required, "this changes the chain's state, and nobody can be asked"},
             "add -y once you are sure, or look first with --dry-run");
}

TxFile read_tx_file(const std::string& path) {
    constexpr std::size_t kMax = 1u << 20;
    if (path == "-") return typed(parse_tx_file(read_all_stdin(kMax).view()));
    return typed(parse_tx_file(typed(read_small_file(path, kMax))));
}

void report(Session& session, const Outcome& outcome, const json::Value& transaction, const ChainInfo* chain) {
    const std::string txid = to_hex(outcome.txid.view());
    const std::string status(status_word(outcome.status));
    if (outcome.status == TxStatus::failed || outcome.status == TxStatus::expired) {
        const bool failed = outcome.status == TxStatus::failed;
        throw Failure{outcome.code == "ok" ? "tx_failed" : outcome.code,
                      outcome.message.empty() ? "the transaction is " + status : outcome.message,
                      failed ? "it is in block " + std::to_string(outcome.height) +
                                   "; the fee was charged and nothing else happened"
                             : "no block holds it and none will: signing anew is safe",
                      kFailed,
                      {{"txid", make::text(txid)},
                       {"status", make::text(status)},
                       {"height", outcome.height == 0 ? make::null() : make::number(outcome.height)}}};
    }
    json::Value out = make::object({{"txid", make::text(txid)},
                                    {"status", make::text(status)},
                                    {"height", outcome.height == 0 ? make::null() : make::number(outcome.height)},
                                    {"code", make::text(outcome.code)},
                                    {"message", make::text(outcome.message)},
                                    {"already", make::flag(outcome.already)}});
    for (const auto& [key, value] : transaction.members)
        if (key != "txid") set(out, key, value);
    std::string text = outcome.status == TxStatus::pending
                           ? "sent: " + txid + "\n'assay tx wait " + txid + "' waits for its block"
                           : "done in block " + std::to_string(outcome.height) + ": " + txid;
    if (outcome.status == TxStatus::committed) {
        // What came of it, such as the id of a new order, stands in the events. Missing ones spoil nothing.
        const auto stored = session.rpc().call("tx", Params().text("txid", txid));
        if (stored) {
            for (const char* name : {"gas_used", "events"})
                if (const json::Value* v = stored->find(name); v != nullptr) set(out, name, *v);
            if (const json::Value* events = stored->find("events"); events != nullptr)
                for (const json::Value& e : events->items)
                    if (const json::Value* data = e.find("data");
                        data != nullptr && text_or_empty(e, "kind") == "order.opened") {
                        set(out, "order", make::text(text_or_empty(*data, "order")));
                        text += "\norder " + text_or_empty(*data, "order");
                    }
        }
    }
    if (chain != nullptr)
        if (const auto fee = digits_at(out, "fee")) text += "\nfee " + chain->show(Amount{*fee});
    session.result(out, text);
}

void change(Session& session, const ChangeOptions& options, const MakeMessages& make_messages) {
    // An address that is no key of this wallet: its transactions are only written here, and signed elsewhere.
    if (options.generate_only && !options.from.empty() && !session.keystore().info(options.from))
        if (const auto address = decode_address(session.context().prefix, options.from))
            return change_from(
                session, options,
                {options.from, *address, []() -> Signer { usage("an address cannot sign"); }, KeyKind::watch},
                make_messages);
    const KeyInfo key = session.key_or_only(options.from);
    Sender sender{key.name, key.address,
                  [&session, key] {
                      const SecureString password = session.password("Password of key '" + key.name + "'");
                      return take(session.keystore().unlock(key.name, password.view()));
                  },
                  key.kind};
    if (key.kind == KeyKind::multisig) sender.multisig = unsigned_auth(key.threshold, key.keys);
    change_from(session, options, sender, make_messages);
}

void change_with(Session& session, const ChangeOptions& options, const Signer& signer, const std::string& name,
                 const MakeMessages& make_messages) {
    change_from(session, options, {name, signer.address(), [&signer] { return signer; }}, make_messages);
}

Outcome send_quietly(Session& session, const ChangeOptions& options, const Signer& signer, const std::string& name,
                     const Messages& messages) {
    auto chain = fetch_chain_info(session.rpc());  // now: the height that a transaction is valid until counts from it
    if (!chain) session.fail_call(chain.error());
    // What answers at the node's address may have become another chain since the run began.
    session.must_be_chain(chain->chain_id, session.chain().chain_id);
    const TxOptions wanted = tx_options(options, *chain);
    return send_logged(
               session, options, *chain, name, signer.address(),
               [&]() -> Result<SignedTx> {
                   ASSAY_TRY(auto body, build_tx(session.rpc(), *chain, signer.address(), messages, wanted));
                   return sign_tx(std::move(body), signer);
               },
               true)
        .outcome;
}

void send_signed(Session& session, const ChangeOptions& options, const SignedTx& tx, const ChainInfo& chain) {
    session.must_be_chain(chain.chain_id);
    if (tx.tx.body.chain_id != chain.chain_id)
        fail({Code::wrong_chain,
              "the transaction is for chain " + tx.tx.body.chain_id + ", the node is on " + chain.chain_id});
    must_be_confirmable(session, options);
    if (!options.force) must_succeed(session, tx.tx.body, chain);
    confirm(session, options, screen(tx.tx.body, chain, "a transaction file"));
    deliver(
        session, options, chain, "file", tx.tx.body.sender, [&]() -> Result<SignedTx> { return tx; }, false);
}

}  // namespace assay::wallet::cli
