// Headers, transactions, receipts and events.
#include "base/hex.hpp"
#include "base/utc.hpp"
#include "node/json.hpp"
#include "node/views/views.hpp"

namespace assay::node {

Json header_json(const Style& s, const chain::Header& h) {
    Json misbehaved = Json::array();
    for (const Hash& key : h.misbehaved) misbehaved.push_back(hex(key));
    return Json{{"version", h.version},
                {"chain_id", h.chain_id},
                {"height", h.height.value},
                {"time", format_utc(h.time)},
                {"proposer", s.address(h.proposer)},
                {"reveal", hex(h.reveal)},
                {"last_block", hex(h.last_block)},
                {"last_app_hash", hex(h.last_app_hash)},
                {"tx_root", hex(h.tx_root)},
                {"misbehaved", std::move(misbehaved)}};
}

namespace {

// One overload per message: the field names of docs/protocol.md.
struct Fields {
    const Style& s;
    Json& j;

    void operator()(const chain::Transfer& m) const {
        Json outputs = Json::array();
        for (const auto& o : m.outputs)
            outputs.push_back({{"to", s.address(o.to)}, {"amount", digits(o.amount)}, {"tag", o.tag}});
        j["outputs"] = std::move(outputs);
    }
    void operator()(const chain::CreateVesting& m) const {
        j["to"] = s.address(m.to);
        j["amount"] = digits(m.amount);
        j["start_ms"] = m.start.value;
        j["cliff_ms"] = m.cliff.value;
        j["end_ms"] = m.end.value;
    }
    void operator()(const chain::BurnForCredits& m) const {
        j["amount"] = digits(m.amount);
        j["min_credits"] = digits(m.min_credits);
        j["credits"] = digits(m.credits);
    }
    void operator()(const chain::RedeemCredits& m) const { j["credits"] = digits(m.credits); }
    void operator()(const chain::RegisterProvider& m) const { j["endpoint"] = m.endpoint; }
    void operator()(const chain::UpdateProvider& m) const {
        j["endpoint"] = m.endpoint ? Json(*m.endpoint) : Json();
        j["work_key"] = m.work_key ? Json(s.address(*m.work_key)) : Json();
        j["clear_work_key"] = m.clear_work_key;
        j["fee_budget"] = m.fee_budget ? Json(digits(*m.fee_budget)) : Json();
    }
    void operator()(const chain::RemoveDevice& m) const { j["slot"] = m.slot; }
    void operator()(const chain::AddDevice& m) const {
        j["slot"] = m.slot;
        j["device_class"] = m.device_class;
    }
    void operator()(const chain::Stake& m) const {
        j["provider"] = s.address(m.provider);
        j["amount"] = digits(m.amount);
    }
    void operator()(const chain::Unstake& m) const {
        j["provider"] = s.address(m.provider);
        j["amount"] = digits(m.amount);
    }
    void operator()(const chain::SetCommission& m) const { j["commission_ppb"] = m.commission.value; }
    void operator()(const chain::ClaimRewards& m) const { j["provider"] = s.address(m.provider); }
    void operator()(const chain::Unjail& m) const { j["version"] = m.version; }
    void operator()(const chain::RegisterValidator& m) const {
        j["consensus_key"] = hex(m.consensus_key);
        j["beacon_tip"] = hex(m.beacon_tip);
        j["bond"] = digits(m.bond);
        j["name"] = m.name;
    }
    void operator()(const chain::RotateKey& m) const { j["consensus_key"] = hex(m.consensus_key); }
    void operator()(const chain::UnjailValidator& m) const { j["version"] = m.version; }
    void operator()(const chain::Retire& m) const { j["version"] = m.version; }
    void operator()(const chain::RenewBeacon& m) const { j["beacon_tip"] = hex(m.beacon_tip); }
    void operator()(const chain::ReportPrice& m) const { j["price"] = price_json(m.price); }
    void operator()(const chain::OpenOrder& m) const {
        j["device_class"] = m.device_class;
        j["units"] = m.units;
        j["max_price"] = digits(m.max_price);
        j["deposit"] = digits(m.deposit);
        j["expires"] = m.expires;
        j["manual"] = m.manual;
        if (m.gemm) j["gemm"] = gemm_job_json(*m.gemm);
    }
    void operator()(const chain::PlaceBid& m) const {
        j["order"] = hex(m.order);
        j["slot"] = m.slot;
        j["price"] = digits(m.price);
    }
    void operator()(const chain::AcceptBid& m) const {
        j["order"] = hex(m.order);
        j["provider"] = s.address(m.provider);
        j["slot"] = m.slot;
        j["price"] = digits(m.price);
    }
    void operator()(const chain::CloseLease& m) const { j["order"] = hex(m.order); }
    void operator()(const chain::CancelOrder& m) const { j["order"] = hex(m.order); }
    void operator()(const chain::Dispute& m) const {
        j["order"] = hex(m.order);
        j["tile_row"] = m.tile_row;
        j["tile_col"] = m.tile_col;
        j["slice"] = m.slice;
        j["a_bytes"] = m.a.data.size();
        j["b_bytes"] = m.b.data.size();
        j["c_bytes"] = m.c ? m.c->data.size() : 0;
    }
    void operator()(const chain::Deliver& m) const {
        j["order"] = hex(m.order);
        j["c_root"] = hex(m.c_root);
    }
    void operator()(const chain::CommitWork& m) const {
        j["task"] = hex(m.task);
        j["slot"] = m.slot;
        j["root"] = hex(m.root);
        j["provider"] = m.provider ? Json(s.address(*m.provider)) : Json();
    }
    void operator()(const chain::OpenWork& m) const {
        j["commit"] = hex(m.commit);
        j["leaves"] = m.opening.leaves.size();
        j["siblings"] = m.opening.siblings.size();
    }
    void operator()(const chain::Propose& m) const {
        Json changes = Json::array();
        for (const auto& c : m.changes) changes.push_back({{"name", c.name}, {"value", c.value}});
        j["changes"] = std::move(changes);
        j["title"] = m.title;
        j["deposit"] = digits(m.deposit);
    }
    void operator()(const chain::Vote& m) const {
        j["proposal"] = m.proposal;
        j["choice"] = std::string(choice_word(m.choice));
    }
};

}  // namespace

Json message_json(const Style& s, const chain::Message& m) {
    Json out{{"type", std::string(chain::message_name(m))}};
    std::visit(Fields{s, out}, m);
    return out;
}

Json messages_json(const Style& s, const std::vector<chain::Message>& list) {
    Json out = Json::array();
    for (const chain::Message& m : list) out.push_back(message_json(s, m));
    return out;
}

Json event_data(const Style& s, const chain::Event& e) {
    Json out = Json::object();
    for (const chain::Attr& a : e.attrs) {
        std::visit(
            [&]<class T>(const T& v) {
                if constexpr (std::is_same_v<T, chain::AttrText> || std::is_same_v<T, chain::AttrNumber>)
                    out[a.key] = v.value;
                else if constexpr (std::is_same_v<T, chain::AttrAddress>)
                    out[a.key] = s.address(v.value);
                else if constexpr (std::is_same_v<T, chain::AttrHash>)
                    out[a.key] = hex(v.value);
                else
                    out[a.key] = digits(v.value);
            },
            a.value);
    }
    return out;
}

std::vector<PlacedEvent> placed_events(Height height, const chain::BlockResults& results) {
    std::vector<PlacedEvent> out;
    const std::string h = std::to_string(height.value) + "/";
    std::size_t i = 0;
    for (const auto& e : results.begin_events) out.push_back({h + "begin/" + std::to_string(i++), &e, std::nullopt});
    i = 0;
    for (const auto& r : results.receipts)
        for (const auto& e : r.events) out.push_back({h + "tx/" + std::to_string(i++), &e, r.txid});
    i = 0;
    for (const auto& e : results.end_events) out.push_back({h + "end/" + std::to_string(i++), &e, std::nullopt});
    return out;
}

Json event_json(const Style& s, const PlacedEvent& e, Epoch epoch) {
    return Json{{"id", e.id},
                {"kind", e.event->kind},
                {"txid", e.txid ? Json(hex(*e.txid)) : Json()},
                {"epoch", epoch.value},
                {"data", event_data(s, *e.event)}};
}

Json receipt_json(const Style& s, const chain::Receipt& r) {
    Json events = Json::array();
    for (const auto& e : r.events) events.push_back({{"kind", e.kind}, {"data", event_data(s, e)}});
    return Json{{"txid", hex(r.txid)},    {"code", r.code},       {"message", r.message},
                {"gas_used", r.gas_used}, {"fee", digits(r.fee)}, {"events", std::move(events)}};
}

Epoch epoch_at(const chain::StateView& state, Height height) {
    std::uint64_t low = 0, high = state.chain().epoch.value;  // the last epoch that begins at or before the height
    while (low < high) {
        const std::uint64_t middle = low + (high - low + 1) / 2;
        const auto record = state.epoch(Epoch{middle});
        if (record && record->first <= height)
            low = middle;
        else
            high = middle - 1;
    }
    return Epoch{low};
}

}  // namespace assay::node
