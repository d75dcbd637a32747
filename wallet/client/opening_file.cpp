#include "wallet/client/opening_file.hpp"

#include "base/hex.hpp"
#include "chain/tx.hpp"
#include "proofs/kinds.hpp"
#include "wallet/client/json_write.hpp"

namespace assay::wallet {
namespace {

json::Value sizes_of(const proofs::WorkParams& p) {
    const auto number = [](std::uint64_t n) { return make::number(n); };
    if (const auto* gemm = std::get_if<proofs::GemmParams>(&p))
        return make::object({{"m", number(gemm->m)}, {"n", number(gemm->n)}, {"k", number(gemm->k)}});
    if (const auto* vram = std::get_if<proofs::VramParams>(&p))
        return make::object({{"items", number(vram->items)},
                             {"lanes", number(vram->lanes)},
                             {"steps", number(vram->steps)},
                             {"leaf_every", number(vram->leaf_every)},
                             {"windows", number(vram->windows)},
                             {"stay", number(vram->stay)}});
    const auto& lanes = std::get<proofs::LanesParams>(p);
    return make::object(
        {{"lanes", number(lanes.lanes)}, {"steps", number(lanes.steps)}, {"leaf_every", number(lanes.leaf_every)}});
}

json::Value hex_list(const std::vector<Hash>& from) {
    std::vector<json::Value> out;
    for (const Hash& h : from) out.push_back(make::text(to_hex(h.view())));
    return make::array(std::move(out));
}

/// The transaction of a block that opened this commit.
Result<std::string> opener_in(RpcClient& rpc, std::uint64_t height, const std::string& commit) {
    ASSAY_TRY(const json::Value block, rpc.call("block", Params().number("height", height)));
    if (const json::Value* txs = block.find("txs"))
        for (const json::Value& tx : txs->items)
            if (const json::Value* messages = tx.find("messages"))
                for (const json::Value& m : messages->items)
                    if (text_or_empty(m, "type") == "open_work" && text_or_empty(m, "commit") == commit)
                        return text_at(tx, "txid");
    return {Code::not_challenged, "commit " + commit + " got its verdict without having been opened"};
}

}  // namespace

Result<json::Value> fetch_opening_file(RpcClient& rpc, const Hash& commit) {
    const std::string id = to_hex(commit.view());
    ASSAY_TRY(const json::Value record, rpc.call("commit", Params().text("id", id)));
    ASSAY_TRY(const std::string status, text_at(record, "status"));
    if (status == "open") return {Code::not_challenged, "commit " + id + " is not opened yet"};
    ASSAY_TRY(const std::uint64_t decided, number_at(record, "decided"));
    ASSAY_TRY(const std::string txid, opener_in(rpc, decided, id));
    ASSAY_TRY(const json::Value stored, rpc.call("tx", Params().text("txid", txid).flag("raw", true)));
    ASSAY_TRY(const std::string raw_hex, text_at(stored, "raw"));
    ASSAY_TRY(const Bytes raw, from_hex(raw_hex));
    ASSAY_TRY(const chain::Tx tx, chain::decode_tx(raw, std::size_t{1} << 20));
    const auto* opened = tx.body.messages.empty() ? nullptr : std::get_if<chain::OpenWork>(&tx.body.messages.front());
    if (opened == nullptr || opened->commit != commit)
        return {Code::internal, "the node gave another transaction than the one that opened the commit"};
    ASSAY_TRY(const json::Value view, rpc.call("opening", Params().text("id", id)));
    ASSAY_TRY(const std::string params_hex, text_at(view, "params_hex"));
    ASSAY_TRY(const Bytes params_raw, from_hex(params_hex));
    ASSAY_TRY(const auto params, borsh::decode<proofs::WorkParams>(params_raw));
    ASSAY_TRY_VOID(proofs::validate(params));
    json::Value out =
        make::object({{"kind", make::text(proofs::kind_name(proofs::kind_of(params)))}, {"params", sizes_of(params)}});
    for (const char* name : {"binding", "ctx", "root", "seed", "samples", "beacon_hc"}) {
        const json::Value* value = view.find(name);
        if (value == nullptr || value->is_null())
            return {Code::internal, std::string("the node's answer to opening has no ") + name};
        set(out, name, *value);
    }
    set(out, "leaves", hex_list(opened->opening.leaves));
    set(out, "siblings", hex_list(opened->opening.siblings));
    set(out, "opening_hex", make::text(to_hex(borsh::encode(opened->opening))));
    return out;
}

}  // namespace assay::wallet
