// Transactions: looking them up, trying them out, sending them.
#include "base/hex.hpp"
#include "base/utc.hpp"
#include "node/json.hpp"
#include "node/rpc/api.hpp"
#include "node/rpc/tx_answer.hpp"
#include "node/views/views.hpp"

namespace assay::node {
namespace {

Json tx_body(const Style& s, ByteView raw) {
    Json out = Json::object();
    if (const auto tx = chain::decode_tx(raw, 1u << 20)) {
        out["sender"] = s.address(tx->body.sender);
        out["nonce"] = tx->body.nonce;
        out["fee"] = digits(tx->body.fee);
        out["gas_limit"] = tx->body.gas_limit;
        out["valid_until"] = tx->body.valid_until;
        out["memo"] = tx->body.memo;
        out["messages"] = messages_json(s, tx->body.messages);
    }
    return out;
}

std::string status_of(const chain::Receipt& r) {
    return r.code == "ok" ? "committed" : "failed";
}

Result<Json> tx(const Api& api, const Args& args) {
    const Hash id = args.hash("txid");
    const Style s = style_of(api.app);
    if (const auto stored = api.app.find_tx(id)) {
        Json out{{"txid", hex(id)},        {"status", status_of(stored->receipt)}, {"height", stored->height.value},
                 {"index", stored->index}, {"time", format_utc(stored->time)},     {"final", true}};
        out.update(tx_body(s, stored->raw));
        const Json receipt = receipt_json(s, stored->receipt);
        for (const char* name : {"fee", "gas_used", "code", "message", "events"}) out[name] = receipt[name];
        if (args.flag("raw")) out["raw"] = to_hex(stored->raw);
        return out;
    }
    Json out{{"txid", hex(id)},  {"status", "pending"}, {"height", nullptr},
             {"index", nullptr}, {"time", nullptr},     {"final", false}};
    if (const auto waiting = api.mempool.find(id)) {
        out.update(tx_body(s, waiting->raw));
        if (args.flag("raw")) out["raw"] = to_hex(waiting->raw);
        return out;
    }
    if (const auto gone = api.mempool.dropped(id)) {
        out["status"] = "expired";
        out["final"] = gone->code == Code::expired || gone->code == Code::nonce_too_low;
        out["code"] = std::string(code_word(gone->code));
        out["message"] = gone->message;
        return out;
    }
    return {Code::not_found, "transaction " + hex(id) + " is neither in a block nor in this node's mempool"};
}

Result<Json> mempool(const Api& api, const Args&) {
    const auto counts = api.mempool.counts();
    Json items = Json::array();
    for (const Hash& id : api.mempool.list(1000)) items.push_back(hex(id));
    return Json{{"count", counts.txs}, {"bytes", counts.bytes}, {"items", std::move(items)}};
}

Result<Json> simulate(const Api& api, const Args& args) {
    if (args.has("tx") == args.has("body")) return {Code::invalid_params, "give tx or body, one of the two"};
    Result<chain::Receipt> tried(Code::internal, "");
    if (args.has("tx")) {
        tried = api.app.simulate(chain::RawTx(args.bytes("tx")));
    } else {
        const auto body = borsh::decode<chain::TxBody>(args.bytes("body"));
        if (!body) return {Code::tx_malformed, "body: " + body.error().message};
        tried = api.app.simulate(*body);
    }
    ASSAY_TRY(const chain::Receipt r, std::move(tried));
    return Json{{"receipt", receipt_json(style_of(api.app), r)}};
}

Json broadcast_json(const Hash& txid, bool already, const std::optional<TxWaiters::Outcome>& outcome) {
    Json out{{"txid", hex(txid)},
             {"status", outcome ? outcome->status : "pending"},
             {"height", nullptr},
             {"already", already}};
    if (outcome) {
        if (outcome->height.value != 0) out["height"] = outcome->height.value;
        out["code"] = outcome->code;
        out["message"] = outcome->message;
    }
    return out;
}

std::optional<TxWaiters::Outcome> fate(const Api& api, const Hash& txid) {
    if (const auto stored = api.app.find_tx(txid))
        return TxWaiters::Outcome{status_of(stored->receipt), stored->height, stored->receipt.code,
                                  stored->receipt.message};
    if (const auto gone = api.mempool.dropped(txid))
        return TxWaiters::Outcome{"expired", {}, std::string(code_word(gone->code)), gone->message};
    return std::nullopt;
}

Result<Json> broadcast_now(const Api& api, const Args& args) {
    ASSAY_TRY(Mempool::Added added, api.mempool.add(args.bytes("tx")));
    return broadcast_json(added.txid, added.already, added.height ? fate(api, added.txid) : std::nullopt);
}

}  // namespace

void broadcast(const Api& api, TxWaiters& waiters, const Args& args, std::chrono::seconds longest,
               const std::function<void(Result<std::string>)>& done) {
    const auto added = api.mempool.add(args.bytes("tx"));
    if (!added) return done(added.error());
    const Hash txid = added->txid;
    const bool already = added->already;
    if (!args.flag("wait") || added->height)
        return done(to_text(broadcast_json(txid, already, added->height ? fate(api, txid) : std::nullopt)));
    waiters.add(txid, TxWaiters::Clock::now() + longest, [=](std::optional<TxWaiters::Outcome> outcome) {
        done(to_text(broadcast_json(txid, already, outcome)));
    });
    // The block may have come between the two lines above: whoever settles first answers, the other finds nobody.
    if (const auto known = fate(api, txid)) waiters.settle(txid, *known);
}

void add_tx_methods(std::vector<Method>& out) {
    const Param bytes{"tx", ParamType::bytes, true, "the transaction's Borsh in hex"};
    out.push_back(
        {"tx",
         "a transaction by its id",
         {{"txid", ParamType::hash, true, "its id"}, {"raw", ParamType::flag, false, "with its bytes in hex"}},
         "status, height, fee, code, messages, events",
         &tx});
    out.push_back({"mempool", "what waits for a block", {}, "count, bytes, items", &mempool});
    out.push_back({"simulate_tx",
                   "the receipt that it would get, without effect",
                   {{"tx", ParamType::bytes, false, "the signed transaction's Borsh in hex"},
                    {"body", ParamType::bytes, false, "or what it says, before it is signed; not of work"}},
                   "receipt",
                   &simulate});
    out.push_back({"broadcast_tx",
                   "sends a transaction; the same bytes again are never an error",
                   {bytes, {"wait", ParamType::flag, false, "answer when its block is there, at most 60 s later"}},
                   "txid, status, height, already, code, message",
                   &broadcast_now,
                   true});
}

}  // namespace assay::node
