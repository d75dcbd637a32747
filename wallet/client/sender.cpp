#include "wallet/client/sender.hpp"

#include <algorithm>
#include <thread>

#include "base/hex.hpp"
#include "wallet/client/json_write.hpp"

namespace assay::wallet {
namespace {

using Clock = std::chrono::steady_clock;
constexpr std::chrono::milliseconds kPoll{150};

Result<Outcome> outcome_of(const json::Value& answer, const Hash& txid) {
    Outcome out;
    out.txid = txid;
    ASSAY_TRY(const std::string status, text_at(answer, "status"));
    if (status == "pending") {
        out.status = TxStatus::pending;
    } else if (status == "committed") {
        out.status = TxStatus::committed;
    } else if (status == "failed") {
        out.status = TxStatus::failed;
    } else if (status == "expired") {
        out.status = TxStatus::expired;
    } else {
        return {Code::internal, "the node answered with a status that this program does not know: " + status};
    }
    if (const json::Value* height = answer.find("height"); height != nullptr && !height->is_null()) {
        ASSAY_TRY(out.height, number_at(answer, "height"));
    }
    if (const std::string code = text_or_empty(answer, "code"); !code.empty()) out.code = code;
    out.message = text_or_empty(answer, "message");
    if (const json::Value* already = answer.find("already"); already != nullptr) out.already = already->boolean;
    return out;
}

Error unknown(const Hash& txid, const std::string& why) {
    return {Code::outcome_unknown,
            "transaction " + to_hex(txid.view()) + " was sent, and what became of it is unknown: " + why};
}

}  // namespace

std::string_view status_word(TxStatus status) {
    switch (status) {
        case TxStatus::pending:
            return "pending";
        case TxStatus::committed:
            return "committed";
        case TxStatus::failed:
            return "failed";
        case TxStatus::expired:
            return "expired";
    }
    return "pending";
}

Result<Outcome> find_outcome(RpcClient& rpc, const Hash& txid) {
    ASSAY_TRY(const json::Value answer, rpc.call("tx", Params().text("txid", to_hex(txid.view()))));
    return outcome_of(answer, txid);
}

Result<Outcome> wait_for_outcome(RpcClient& rpc, const Hash& txid, std::uint64_t valid_until,
                                 const SendOptions& options) {
    const auto end = Clock::now() + options.longest;
    std::string last = "the node has no block with it";
    while (true) {
        auto found = find_outcome(rpc, txid);
        if (found && found->status != TxStatus::pending) return found;
        if (!found) {
            if (found.error().code == Code::not_found && valid_until == 0) return found.error();
            if (found.error().code != Code::not_found) last = found.error().message;
        }
        // Past valid_until no block can take it. The height is asked first, so a block between both calls is seen.
        if (valid_until != 0 && (found || found.error().code == Code::not_found)) {
            const auto status = rpc.call("status");
            const auto height = status ? number_at(*status, "height") : Result<std::uint64_t>(status.error());
            if (height && *height >= valid_until) {
                found = find_outcome(rpc, txid);
                if (found && found->status != TxStatus::pending) return found;
                if (found || found.error().code == Code::not_found) {
                    Outcome out;
                    out.txid = txid;
                    out.status = TxStatus::expired;
                    out.code = "expired";
                    out.message = "no block up to height " + std::to_string(valid_until) + " holds it";
                    return out;
                }
            }
        }
        if (options.stop && options.stop()) return unknown(txid, "the waiting was interrupted");
        if (Clock::now() >= end) return unknown(txid, last);
        std::this_thread::sleep_for(kPoll);
    }
}

Result<Outcome> send_and_wait(RpcClient& rpc, const SignedTx& tx, const SendOptions& options) {
    const auto answer = rpc.call("broadcast_tx", Params().text("tx", to_hex(tx.raw)).flag("wait", options.wait));
    if (answer) {
        auto outcome = outcome_of(*answer, tx.txid);
        if (!outcome) return unknown(tx.txid, outcome.error().message);
        if (outcome->status != TxStatus::pending || !options.wait) return outcome;
        ASSAY_TRY(Outcome later, wait_for_outcome(rpc, tx.txid, tx.tx.body.valid_until, options));
        later.already = outcome->already;
        return later;
    }
    const Code code = answer.error().code;
    if (code != Code::node_unreachable) return answer.error();
    if (!rpc.last().sent) return answer.error();
    // The request may have arrived. A node that comes back within moments can still tell.
    SendOptions brief = options;
    brief.longest = std::min<std::chrono::seconds>(options.longest, std::chrono::seconds{5});
    auto found = wait_for_outcome(rpc, tx.txid, tx.tx.body.valid_until, brief);
    if (found) return found;
    if (auto waiting = find_outcome(rpc, tx.txid); waiting && !options.wait) return waiting;
    return unknown(tx.txid, answer.error().message);
}

}  // namespace assay::wallet
