#include "proofs/worker/signing.hpp"

#include "base/hex.hpp"
#include "wallet/client/sender.hpp"

namespace assay::proofs::worker {

namespace {

/// Refusals that a fresh nonce, fee or height answers.
bool fresh_one_helps(Code code) {
    switch (code) {
        case Code::expired:
        case Code::nonce_too_low:
        case Code::nonce_gap:
        case Code::nonce_taken:
        case Code::fee_too_low:
        case Code::gas_too_low:
        case Code::insufficient_funds:
        case Code::valid_until_too_far:
        case Code::too_early:
        case Code::not_challenged:
            return true;
        default:
            return false;
    }
}

}  // namespace

SentTx SigningSession::sign(chain::CommitWork message, std::uint64_t for_blocks, std::uint64_t opening_units) {
    wallet::TxOptions options;
    options.valid_for = for_blocks;
    options.opening_units = opening_units;
    return sign(chain::Message(std::move(message)), std::move(options));
}

SentTx SigningSession::sign(chain::OpenWork message, std::uint64_t for_blocks) {
    wallet::TxOptions options;
    options.valid_for = for_blocks;
    options.free = true;
    return sign(chain::Message(std::move(message)), std::move(options));
}

SentTx SigningSession::sign(chain::Message message, wallet::TxOptions options) {
    const wallet::ChainInfo info = node_.chain_info();
    auto account = wallet::fetch_account(node_.rpc(), info, address());
    if (!account) throw NodeAway(account.error().code, account.error().message);
    options.nonce = account->next_nonce;
    auto body = take(wallet::build_tx_offline(info, address(), {std::move(message)}, options));
    const wallet::SignedTx tx = take(wallet::sign_tx(std::move(body), signer_));
    return {tx.txid, tx.raw, tx.tx.body.valid_until};
}

Fate SigningSession::send(const SentTx& tx) {
    auto answer = node_.rpc().call("broadcast_tx", wallet::Params().text("tx", to_hex(tx.raw)).flag("wait", false));
    if (answer) return {Fate::waiting, 0, {}, {}};
    const Error& error = answer.error();
    const std::string word = node_.rpc().last().word.empty() ? std::string(error.word()) : node_.rpc().last().word;
    if (error.code == Code::mempool_full) return {Fate::waiting, 0, word, error.message};
    if (passes_by_itself(error.code)) throw NodeAway(error.code, error.message);
    return {fresh_one_helps(error.code) ? Fate::anew : Fate::never, 0, word, error.message};
}

Fate SigningSession::follow(const SentTx& tx, std::uint64_t height) {
    auto found = wallet::find_outcome(node_.rpc(), tx.txid);
    if (!found && found.error().code != Code::not_found) {
        if (passes_by_itself(found.error().code)) throw NodeAway(found.error().code, found.error().message);
        return {Fate::never, 0, std::string(found.error().word()), found.error().message};
    }
    if (found) {
        switch (found->status) {
            case wallet::TxStatus::pending:
                return {Fate::waiting, 0, {}, {}};
            case wallet::TxStatus::committed:
                return {Fate::included, found->height, "ok", {}};
            case wallet::TxStatus::failed:
                return {Fate::failed, found->height, found->code, found->message};
            case wallet::TxStatus::expired:
                // Pushed out of the mempool it could still come back through another node: the same bytes again.
                if (found->code != "mempool_full" || height >= tx.valid_until)
                    return {Fate::anew, 0, found->code.empty() ? "expired" : found->code, found->message};
                break;
        }
    }
    // A height at which it could still have been included is behind us, and the node that knows this has it not.
    if (height >= tx.valid_until)
        return {Fate::anew, 0, "expired", "no block up to height " + std::to_string(tx.valid_until) + " holds it"};
    return send(tx);
}

}  // namespace assay::proofs::worker
