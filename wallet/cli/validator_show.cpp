#include "wallet/cli/validator_show.hpp"

#include "wallet/cli/render.hpp"

namespace assay::wallet::cli {
namespace {

constexpr std::uint64_t kBeaconDays = 30;

bool is_true(const json::Value& from, const char* key) {
    const json::Value* found = from.find(key);
    return found != nullptr && found->boolean;
}

std::uint64_t number_or_0(const json::Value& from, const char* key) {
    const auto n = number_at(from, key);
    return n ? *n : 0;
}

std::uint64_t param_of(Session& session, const std::string& path) {
    const json::Value answer = session.call("params", Params().text("pattern", path));
    if (const json::Value* items = answer.find("items"))
        for (const json::Value& p : items->items)
            if (text_or_empty(p, "path") == path) return take(number_at(p, "value"));
    return 0;
}

struct Warnings {
    std::vector<json::Value> items;
    std::string text;

    void add(const char* code, const std::string& message, const std::string& fix) {
        items.push_back(
            make::object({{"code", make::text(code)}, {"message", make::text(message)}, {"fix", make::text(fix)}}));
        text += "\nwarning (" + std::string(code) + "): " + message + "\n  " + fix;
    }
};

void warn_of_standing(Warnings& out, Session& session, const json::Value& v) {
    if (is_true(v, "tombstoned"))
        return out.add("tombstoned", "it signed two blocks of one height and has no power ever again",
                       "find out which two machines held one key; a new validator needs a new operator key");
    if (is_true(v, "jailed"))
        out.add("jailed", "it is in jail until " + text_or_empty(v, "jailed_until") + " and proposes nothing",
                "see why its blocks were missed, then: assay validator unjail");
    if (is_true(v, "retiring"))
        out.add("retiring", "it is on its way out; the bond is free at " + text_or_empty(v, "free_at"),
                "nothing to do");
    else if (number_or_0(v, "power") == 0 && !is_true(v, "jailed"))
        out.add("no_power", "it is not in the set",
                "a bond or a beacon tip is new: both count from the second epoch on");
    const json::Value* blocks = v.find("blocks");
    const std::uint64_t most = param_of(session, "validators.max_missed_ppb");
    if (blocks != nullptr && most != 0 && number_or_0(*blocks, "expected") >= 10) {
        const std::uint64_t missed = number_or_0(*blocks, "missed_ppb");
        if (missed * 2 >= most)
            out.add("missed_blocks",
                    "it missed " + std::to_string(missed / 10'000'000) + " % of its blocks since it was last judged; " +
                        std::to_string(most / 10'000'000) + " % is jail",
                    "is its node up, in step, and its clock right? assayd status");
    }
}

void warn_of_keys(Warnings& out, const json::Value& v, const json::Value& all, const std::string& node_key,
                  const std::string& node) {
    const std::string key = text_or_empty(v, "consensus_key"), pending = text_or_empty(v, "pending_key");
    const std::string from = std::to_string(number_or_0(v, "pending_key_from"));
    if (!pending.empty())
        out.add("key_pending", "from epoch " + from + " on its blocks are signed with " + pending.substr(0, 16) + "…",
                "have one node with that key ready then, and never two nodes with one key");
    if (node_key.empty() || node_key == key || node_key == pending) return;
    if (const json::Value* items = all.find("items"))
        for (const json::Value& other : items->items)
            if (text_or_empty(other, "consensus_key") == node_key) return;  // another validator's node was asked
    out.add("other_key",
            "the node at " + node + " signs with " + node_key.substr(0, 16) + "…, the chain waits for " +
                key.substr(0, 16) + "…",
            "give the node its own key, or: assay validator rotate-key --consensus-key KEY, and stop every node with "
            "the old one");
}

void warn_of_beacon(Warnings& out, Session& session, const json::Value& v, const json::Value& status,
                    const std::string& node_key) {
    const json::Value* beacon = v.find("beacon");
    const std::string pending = text_or_empty(v, "pending_tip");
    const std::string soon =
        "a new one counts from epoch " + std::to_string(number_or_0(v, "pending_tip_from")) + " on";
    if (beacon == nullptr || beacon->is_null()) {
        if (pending.empty())
            out.add("no_beacon", "it has no beacon tip, so it is not in the set",
                    "assay validator renew-beacon --beacon-tip TIP, with the tip of its node: assayd id");
        return;
    }
    if (node_key != text_or_empty(v, "consensus_key")) return;  // only its own node knows how long the chain is
    const std::uint64_t left = number_or_0(status, "beacon_left");
    const std::uint64_t block_ms = std::max<std::uint64_t>(1, param_of(session, "block.time_ms"));
    if (left >= kBeaconDays * 86'400'000 / block_ms) return;
    out.add("beacon_short",
            left == 0 ? std::string("its beacon chain is used up: its blocks reveal nothing")
                      : "its beacon chain lasts for " + std::to_string(left) + " blocks more, about " +
                            std::to_string(left * block_ms / 3'600'000) + " hours",
            pending.empty()
                ? "assay validator renew-beacon --beacon-tip TIP, with the tip that 'assayd key renew beacon' prints"
                : soon);
}

}  // namespace

json::Value validator_record(Session& session, const std::string& address) {
    const json::Value all = session.call("validators");
    if (const json::Value* items = all.find("items"))
        for (const json::Value& v : items->items)
            if (text_or_empty(v, "operator") == address) return v;
    return make::null();
}

void validator_show(Session& session, const std::string& address) {
    json::Value v = validator_record(session, address);
    if (v.is_null()) fail({Code::not_validator, address + " is no validator"}, "'assay validator list' shows them all");
    const json::Value all = session.call("validators"), status = session.call("status");
    const std::string node_key = text_or_empty(status, "consensus_key");
    Warnings warnings;
    warn_of_standing(warnings, session, v);
    warn_of_keys(warnings, v, all, node_key, session.rpc().url().text());
    warn_of_beacon(warnings, session, v, status, node_key);
    const bool own = node_key == text_or_empty(v, "consensus_key");
    set(v, "beacon_left", own ? make::number(number_or_0(status, "beacon_left")) : make::null());
    const std::string text = session.json ? std::string() : render(v, session.chain());
    set(v, "warnings", make::array(std::move(warnings.items)));
    session.result(v, text + (warnings.text.empty() ? "\nnothing to see to" : warnings.text));
}

}  // namespace assay::wallet::cli
