// The chain itself: status, headers, blocks, genesis, proofs.
#include <algorithm>

#include "base/hex.hpp"
#include "base/utc.hpp"
#include "chain/tables.hpp"
#include "node/engine/engine.hpp"
#include "node/json.hpp"
#include "node/rpc/api.hpp"
#include "node/version.hpp"
#include "node/views/views.hpp"

namespace assay::node {
namespace {

constexpr std::uint64_t kMaxRange = 100;

Result<Json> status(const Api& api, const Args&) {
    Json out;
    Json key;
    if (api.engine != nullptr)
        if (const auto own = api.engine->consensus_key()) key = hex(*own);
    bool moved = true;
    // The app hash is beside the state, not in it: a block between the two looks means to look again.
    while (moved) {
        const auto info = api.app.info();
        api.app.read([&](const chain::StateView& s) {
            const auto clock = s.chain();
            moved = clock.height != info.height;
            const auto rules = s.params();
            const std::uint64_t end = clock.epoch_start.value + rules.epoch.blocks;
            const bool paid = clock.paying.stage == chain::PayingStage::done;
            out = Json{{"chain_id", info.chain_id},
                       {"height", clock.height.value},
                       {"app_hash", hex(info.app_hash)},
                       {"block_hash", hex(clock.last_block)},
                       {"time", format_utc(clock.time)},
                       {"engine", api.engine != nullptr ? std::string(api.engine->name()) : std::string("none")},
                       {"epoch", clock.epoch.value},
                       {"epoch_blocks_left", end > clock.height.value + 1 ? end - 1 - clock.height.value : 0},
                       {"epochs_paid", clock.epoch.value - (paid ? 0 : 1)},
                       {"consensus", api.engine != nullptr ? Json::parse(api.engine->consensus()) : Json()},
                       {"syncing", api.engine != nullptr && !api.engine->behind().empty()},
                       {"protocol", {{"now", kProtocol}, {"next", nullptr}}},
                       {"version", kVersion},
                       {"denom", rules.token.denom},
                       {"decimals", rules.token.decimals},
                       {"prefix", rules.token.prefix},
                       {"beacon_left", api.engine != nullptr ? Json(api.engine->beacon_left()) : Json()},
                       {"consensus_key", key},
                       {"mempool", api.mempool.counts().txs}};
            return 0;
        });
    }
    return out;
}

Json with_header(const Api& api, const Style& s, const chain::Block& b) {
    Json key;
    api.app.read([&](const chain::StateView& v) {
        const auto who = v.validator(b.header.proposer);
        if (!who) return 0;
        const bool before = who->previous_key && b.header.height < who->key_since;
        key = hex(before ? *who->previous_key : who->consensus_key);
        return 0;
    });
    return Json{{"height", b.header.height.value},
                {"hash", hex(chain::block_hash(b.header))},
                {"header", header_json(s, b.header)},
                {"commit_signature", to_hex(b.commit_signature.view())},
                {"consensus_key", std::move(key)},
                {"header_hex", to_hex(borsh::encode(b.header))},
                {"engine", api.engine != nullptr ? Json(std::string(api.engine->name())) : Json()}};
}

Result<Json> header(const Api& api, const Args& args) {
    ASSAY_TRY(Height h, asked_height(api, args));
    ASSAY_TRY(chain::Block b, api.app.block(h));
    return with_header(api, style_of(api.app), b);
}

Result<Json> block(const Api& api, const Args& args) {
    ASSAY_TRY(Height h, asked_height(api, args));
    ASSAY_TRY(chain::Block b, api.app.block(h));
    ASSAY_TRY(chain::BlockResults results, api.app.results(h));
    const Style s = style_of(api.app);
    Json out = with_header(api, s, b);
    Json txs = Json::array();
    for (std::size_t i = 0; i < b.txs.size(); ++i) {
        Json one{{"txid", i < results.receipts.size() ? Json(hex(results.receipts[i].txid)) : Json()},
                 {"bytes", b.txs[i].size()}};
        if (const auto tx = chain::decode_tx(b.txs[i], 1u << 20)) {
            one["sender"] = s.address(tx->body.sender);
            one["nonce"] = tx->body.nonce;
            one["fee"] = digits(tx->body.fee);
            one["memo"] = tx->body.memo;
            one["messages"] = messages_json(s, tx->body.messages);
        }
        txs.push_back(std::move(one));
    }
    out["txs"] = std::move(txs);
    Json receipts = Json::array();
    for (const auto& r : results.receipts) receipts.push_back(receipt_json(s, r));
    out["receipts"] = std::move(receipts);
    const Epoch epoch = api.app.read([&](const chain::StateView& v) { return epoch_at(v, h); });
    Json events = Json::array();
    for (const auto& e : placed_events(h, results)) events.push_back(event_json(s, e, epoch));
    out["events"] = std::move(events);
    return out;
}

Result<Json> blocks(const Api& api, const Args& args) {
    const std::uint64_t now = api.app.info().height.value;
    const std::uint64_t to = std::min(args.number_or("to", now), now);
    const std::uint64_t from = std::max<std::uint64_t>(1, args.number_or("from", to > 19 ? to - 19 : 1));
    if (to >= from && to - from >= kMaxRange)
        return {Code::range_too_large, "from and to span more than " + std::to_string(kMaxRange) + " blocks"};
    const Style s = style_of(api.app);
    Json items = Json::array();
    for (std::uint64_t h = from; h <= to; ++h) {
        ASSAY_TRY(chain::Block b, api.app.block(Height{h}));
        ASSAY_TRY(chain::BlockResults results, api.app.results(Height{h}));
        items.push_back({{"height", h},
                         {"hash", hex(chain::block_hash(b.header))},
                         {"time", format_utc(b.header.time)},
                         {"proposer", s.address(b.header.proposer)},
                         {"txs", b.txs.size()},
                         {"app_hash", hex(results.app_hash)}});
    }
    return Json{{"items", std::move(items)}, {"next_cursor", nullptr}, {"height", now}};
}

Result<Json> genesis(const Api& api, const Args&) {
    ASSAY_TRY(chain::Genesis g, api.app.genesis());
    Json text = Json::parse(chain::genesis_to_json(g));
    if (!api.genesis_extra.empty()) text["devnet"] = Json::parse(api.genesis_extra);
    return Json{{"genesis", std::move(text)}, {"hash", hex(chain::genesis_hash(g))}};
}

Result<Json> proof(const Api& api, const Args& args) {
    if (args.has("key") == args.has("address")) return {Code::invalid_params, "either key or address must be given"};
    const Height now = api.app.info().height;
    const Height h{args.number_or("height", now.value)};
    if (h > now)
        return {Code::future_height, "height " + std::to_string(h.value) + " is not there yet; the chain is at " +
                                         std::to_string(now.value)};
    chain::StateKey key;
    if (args.has("address")) {
        key = chain::tables::account(args.address("address"));
    } else {
        const Bytes& raw = args.bytes("key");
        if (raw.size() < 2 || raw.size() > 256)
            return {Code::invalid_params, "key must be the table's byte and 1 to 255 bytes of key"};
        key.table = raw[0];
        key.key.assign(raw.begin() + 1, raw.end());
    }
    ASSAY_TRY(auto found, api.app.prove(key, h));
    Json value;
    if (found.value) value = to_hex(*found.value);
    return Json{{"height", h.value},      {"app_hash", hex(found.root)}, {"table", key.table},
                {"key", to_hex(key.key)}, {"value", std::move(value)},   {"proof", to_hex(borsh::encode(found))}};
}

Result<Json> invariants(const Api& api, const Args&) {
    Json items = Json::array();
    Height height;
    api.app.read([&](const chain::StateView& s) {
        height = s.chain().height;
        for (const auto& row : chain::check_all_invariants(s))
            items.push_back({{"name", row.name}, {"numbers", row.numbers}, {"holds", row.holds}});
        return 0;
    });
    return Json{{"items", std::move(items)}, {"next_cursor", nullptr}, {"height", height.value}};
}

}  // namespace

void add_chain_methods(std::vector<Method>& out) {
    const Param height{"height", ParamType::number, false, "the last block unless told"};
    out.push_back({"status",
                   "where the chain and this node are",
                   {},
                   "chain id, height, app hash, epoch, engine, version",
                   &status});
    out.push_back({"header",
                   "a header with its commit signature",
                   {height},
                   "height, hash, header, commit_signature, header_hex",
                   &header});
    out.push_back(
        {"block", "a block with receipts and events", {height}, "header's fields, txs, receipts, events", &block});
    out.push_back({"blocks",
                   "a range of blocks in brief",
                   {{"from", ParamType::number, false, "first height; the 20 last unless told"},
                    {"to", ParamType::number, false, "last height"}},
                   "items of height, hash, time, proposer, txs, app_hash",
                   &blocks});
    out.push_back({"genesis", "where the chain began", {}, "genesis, hash", &genesis});
    out.push_back({"invariants",
                   "every invariant with its numbers, from a full scan",
                   {},
                   "items of name, numbers, holds",
                   &invariants});
    out.push_back({"proof",
                   "a value or its absence, with the proof against an app hash",
                   {{"key", ParamType::bytes, false, "hex of table byte and key"},
                    {"address", ParamType::address, false, "an account, instead of key"},
                    height},
                   "height, app_hash, table, key, value, proof",
                   &proof});
}

}  // namespace assay::node
