#include "wallet/client/message_json.hpp"

#include "base/bech32m.hpp"
#include "base/hex.hpp"
#include "base/utc.hpp"

namespace assay::wallet {
namespace {

std::string hex(const Hash& h) {
    return to_hex(h.view());
}

// One overload per message, in both languages: fields for programs, a sentence for people.
struct Fields {
    const std::string& prefix;
    json::Value& out;

    void put(std::string_view key, json::Value value) const { set(out, key, std::move(value)); }
    [[nodiscard]] json::Value address(const Address& a) const { return make::text(encode_address(prefix, a)); }

    void operator()(const chain::Transfer& m) const {
        std::vector<json::Value> outputs;
        for (const auto& o : m.outputs)
            outputs.push_back(make::object(
                {{"to", address(o.to)}, {"amount", make::amount(o.amount.units)}, {"tag", make::text(o.tag)}}));
        put("outputs", make::array(std::move(outputs)));
    }
    void operator()(const chain::CreateVesting& m) const {
        put("to", address(m.to));
        put("amount", make::amount(m.amount.units));
        put("start_ms", make::number(m.start.value));
        put("cliff_ms", make::number(m.cliff.value));
        put("end_ms", make::number(m.end.value));
    }
    void operator()(const chain::BurnForCredits& m) const {
        put("amount", make::amount(m.amount.units));
        put("min_credits", make::amount(m.min_credits.units));
        put("credits", make::amount(m.credits.units));
    }
    void operator()(const chain::RedeemCredits& m) const { put("credits", make::amount(m.credits.units)); }
    void operator()(const chain::RegisterProvider& m) const { put("endpoint", make::text(m.endpoint)); }
    void operator()(const chain::UpdateProvider& m) const {
        put("endpoint", m.endpoint ? make::text(*m.endpoint) : json::Value{});
        put("work_key", m.work_key ? address(*m.work_key) : json::Value{});
        put("clear_work_key", make::flag(m.clear_work_key));
        put("fee_budget", m.fee_budget ? make::amount(m.fee_budget->units) : json::Value{});
    }
    void operator()(const chain::RemoveDevice& m) const { put("slot", make::number(m.slot)); }
    void operator()(const chain::AddDevice& m) const {
        put("slot", make::number(m.slot));
        put("device_class", make::text(m.device_class));
    }
    void operator()(const chain::Stake& m) const {
        put("provider", address(m.provider));
        put("amount", make::amount(m.amount.units));
    }
    void operator()(const chain::Unstake& m) const {
        put("provider", address(m.provider));
        put("amount", make::amount(m.amount.units));
    }
    void operator()(const chain::SetCommission& m) const { put("commission_ppb", make::number(m.commission.value)); }
    void operator()(const chain::ClaimRewards& m) const { put("provider", address(m.provider)); }
    void operator()(const chain::Unjail& m) const { put("version", make::number(m.version)); }
    void operator()(const chain::RegisterValidator& m) const {
        put("consensus_key", make::text(hex(m.consensus_key)));
        put("beacon_tip", make::text(hex(m.beacon_tip)));
        put("bond", make::amount(m.bond.units));
        put("name", make::text(m.name));
    }
    void operator()(const chain::RotateKey& m) const { put("consensus_key", make::text(hex(m.consensus_key))); }
    void operator()(const chain::UnjailValidator& m) const { put("version", make::number(m.version)); }
    void operator()(const chain::Retire& m) const { put("version", make::number(m.version)); }
    void operator()(const chain::RenewBeacon& m) const { put("beacon_tip", make::text(hex(m.beacon_tip))); }
    void operator()(const chain::ReportPrice& m) const { put("price", make::text(std::to_string(m.price.value))); }
    void operator()(const chain::OpenOrder& m) const {
        put("device_class", make::text(m.device_class));
        put("units", make::number(m.units));
        put("max_price", make::amount(m.max_price.units));
        put("deposit", make::amount(m.deposit.units));
        put("expires", make::number(m.expires));
        put("manual", make::flag(m.manual));
        if (m.gemm)
            put("gemm", make::object({{"m", make::number(m.gemm->m)},
                                      {"n", make::number(m.gemm->n)},
                                      {"k", make::number(m.gemm->k)},
                                      {"a_root", make::text(hex(m.gemm->a_root))},
                                      {"b_root", make::text(hex(m.gemm->b_root))}}));
    }
    void operator()(const chain::PlaceBid& m) const {
        put("order", make::text(hex(m.order)));
        put("slot", make::number(m.slot));
        put("price", make::amount(m.price.units));
    }
    void operator()(const chain::AcceptBid& m) const {
        put("order", make::text(hex(m.order)));
        put("provider", address(m.provider));
        put("slot", make::number(m.slot));
        put("price", make::amount(m.price.units));
    }
    void operator()(const chain::CloseLease& m) const { put("order", make::text(hex(m.order))); }
    void operator()(const chain::CancelOrder& m) const { put("order", make::text(hex(m.order))); }
    void operator()(const chain::Dispute& m) const {
        put("order", make::text(hex(m.order)));
        put("tile_row", make::number(m.tile_row));
        put("tile_col", make::number(m.tile_col));
        put("slice", make::number(m.slice));
        put("a_bytes", make::number(m.a.data.size()));
        put("b_bytes", make::number(m.b.data.size()));
        put("c_bytes", make::number(m.c ? m.c->data.size() : 0));
    }
    void operator()(const chain::Deliver& m) const {
        put("order", make::text(hex(m.order)));
        put("c_root", make::text(hex(m.c_root)));
    }
    void operator()(const chain::CommitWork& m) const {
        put("task", make::text(hex(m.task)));
        put("slot", make::number(m.slot));
        put("root", make::text(hex(m.root)));
        put("provider", m.provider ? address(*m.provider) : json::Value{});
    }
    void operator()(const chain::OpenWork& m) const {
        put("commit", make::text(hex(m.commit)));
        put("leaves", make::number(m.opening.leaves.size()));
        put("siblings", make::number(m.opening.siblings.size()));
    }
    void operator()(const chain::Propose& m) const {
        std::vector<json::Value> changes;
        for (const auto& c : m.changes)
            changes.push_back(make::object({{"name", make::text(c.name)}, {"value", make::text(c.value)}}));
        put("changes", make::array(std::move(changes)));
        put("title", make::text(m.title));
        put("deposit", make::amount(m.deposit.units));
    }
    void operator()(const chain::Vote& m) const {
        put("proposal", make::number(m.proposal));
        put("choice", make::text(chain::choice_word(m.choice)));
    }
};

struct Words {
    const ChainInfo& chain;

    std::string operator()(const chain::Transfer& m) const {
        std::string out;
        for (const auto& o : m.outputs)
            out += (out.empty() ? "send " : "; send ") + chain.show(o.amount) + " to " + chain.show(o.to) +
                   (o.tag.empty() ? "" : " with the tag '" + o.tag + "'");
        return out;
    }
    std::string operator()(const chain::CreateVesting& m) const {
        return "grant " + chain.show(m.amount) + " to " + chain.show(m.to) + ": nothing before " + format_utc(m.cliff) +
               ", then in a line from " + format_utc(m.start) + " to " + format_utc(m.end);
    }
    std::string operator()(const chain::BurnForCredits& m) const {
        if (!m.credits.is_zero())
            return "burn for " + show_usd(m.credits) + " of credits at the next price, " + chain.show(m.amount) +
                   " at most; the rest comes back";
        return "burn " + chain.show(m.amount) + " for credits at the next price" +
               (m.min_credits.is_zero() ? "" : ", for " + show_usd(m.min_credits) + " at least");
    }
    std::string operator()(const chain::RedeemCredits& m) const {
        return "turn " + show_usd(m.credits) + " of credits back into tokens at the next price";
    }
    std::string operator()(const chain::RegisterProvider& m) const {
        return "register as a provider" + (m.endpoint.empty() ? "" : " at " + m.endpoint);
    }
    std::string operator()(const chain::UpdateProvider& m) const {
        std::string out;
        const auto say = [&](const std::string& what) { out += (out.empty() ? "" : "; ") + what; };
        if (m.endpoint) say(m.endpoint->empty() ? "name no endpoint any more" : "be reachable at " + *m.endpoint);
        if (m.work_key) say("let " + chain.show(*m.work_key) + " commit and open from the next epoch on");
        if (m.clear_work_key) say("have no work key from the next epoch on");
        if (m.fee_budget)
            say(m.fee_budget->is_zero() ? "let the work key spend nothing any more"
                                        : "let the work key's fees take " + chain.show(*m.fee_budget) + " at most");
        return out.empty() ? "change nothing of the provider" : out;
    }
    std::string operator()(const chain::RemoveDevice& m) const {
        return "remove device " + std::to_string(m.slot) + "; what its slot did stays on record";
    }
    std::string operator()(const chain::AddDevice& m) const {
        return "add device " + std::to_string(m.slot) + " of class " + m.device_class;
    }
    std::string operator()(const chain::Stake& m) const {
        return "stake " + chain.show(m.amount) + " with " + chain.show(m.provider);
    }
    std::string operator()(const chain::Unstake& m) const {
        return "unstake " + chain.show(m.amount) + " from " + chain.show(m.provider) +
               ": free after the unbonding time";
    }
    std::string operator()(const chain::SetCommission& m) const {
        return "keep " + format_decimal(m.commission.value, 7) + " % of delegators' rewards from the next epoch on";
    }
    std::string operator()(const chain::ClaimRewards& m) const {
        return "claim rewards and matured stake from " + chain.show(m.provider);
    }
    std::string operator()(const chain::Unjail&) const { return "leave jail"; }
    std::string operator()(const chain::RegisterValidator& m) const {
        return "register validator '" + m.name + "' with a bond of " + chain.show(m.bond);
    }
    std::string operator()(const chain::RotateKey& m) const {
        return "sign blocks with the consensus key " + hex(m.consensus_key) + " from the second epoch boundary on";
    }
    std::string operator()(const chain::UnjailValidator&) const { return "leave the validators' jail"; }
    std::string operator()(const chain::Retire&) const {
        return "leave the validator set for good: the bond is free after the unbonding time";
    }
    std::string operator()(const chain::RenewBeacon&) const { return "renew the beacon chain"; }
    std::string operator()(const chain::ReportPrice& m) const {
        return "report a price of $" + format_decimal(m.price.value, 8) + " per " + chain.denom;
    }
    std::string operator()(const chain::OpenOrder& m) const {
        if (m.gemm)
            return (m.manual ? "order, taking a bid by hand, " : "order ") + std::string("the product of a ") +
                   std::to_string(m.gemm->m) + " x " + std::to_string(m.gemm->k) + " matrix with root " +
                   hex(m.gemm->a_root) + " and a " + std::to_string(m.gemm->n) + " x " + std::to_string(m.gemm->k) +
                   " matrix with root " + hex(m.gemm->b_root) + " by a " + m.device_class + " for " +
                   show_usd(m.max_price) + " at most, " + show_usd(m.deposit) + " deposited, until height " +
                   std::to_string(m.expires);
        return (m.manual ? "order, taking a bid by hand, " : "order ") + std::to_string(m.units) + " units of " +
               m.device_class + " for " + show_usd(m.max_price) + " each at most, " + show_usd(m.deposit) +
               " deposited, until height " + std::to_string(m.expires);
    }
    std::string operator()(const chain::PlaceBid& m) const {
        return "bid " + show_usd(m.price) + " per unit for order " + hex(m.order) + " with device " +
               std::to_string(m.slot);
    }
    std::string operator()(const chain::AcceptBid& m) const {
        return "accept the bid of " + chain.show(m.provider) + " with device " + std::to_string(m.slot) +
               " for order " + hex(m.order) + " at " + show_usd(m.price) + " per unit at most";
    }
    std::string operator()(const chain::CloseLease& m) const { return "close the lease of order " + hex(m.order); }
    std::string operator()(const chain::CancelOrder& m) const { return "cancel order " + hex(m.order); }
    std::string operator()(const chain::Dispute& m) const {
        return "dispute tile " + std::to_string(m.tile_row) + "," + std::to_string(m.tile_col) + " of order " +
               hex(m.order) + " with slice " + std::to_string(m.slice);
    }
    std::string operator()(const chain::Deliver& m) const {
        return "deliver the product with root " + hex(m.c_root) + " for order " + hex(m.order) +
               ": a wrong one costs stake";
    }
    std::string operator()(const chain::CommitWork& m) const {
        return "commit to task " + hex(m.task) + (m.provider ? " for " + chain.show(*m.provider) : "");
    }
    std::string operator()(const chain::OpenWork& m) const { return "open commit " + hex(m.commit); }
    std::string operator()(const chain::Propose& m) const {
        std::string out = "propose '" + m.title + "' with a deposit of " + chain.show(m.deposit);
        for (const auto& c : m.changes) out += "; set " + c.name + " to " + c.value;
        return out;
    }
    std::string operator()(const chain::Vote& m) const {
        return "vote " + std::string(chain::choice_word(m.choice)) + " on proposal " + std::to_string(m.proposal);
    }
};

}  // namespace

json::Value message_to_json(const chain::Message& message, const std::string& prefix) {
    json::Value out = make::object({{"type", make::text(chain::message_name(message))}});
    std::visit(Fields{prefix, out}, message);
    return out;
}

json::Value body_to_json(const chain::TxBody& body, const std::string& prefix) {
    std::vector<json::Value> messages;
    for (const chain::Message& m : body.messages) messages.push_back(message_to_json(m, prefix));
    return make::object({{"txid", make::text(hex(chain::txid(body)))},
                         {"chain_id", make::text(body.chain_id)},
                         {"sender", make::text(encode_address(prefix, body.sender))},
                         {"nonce", make::number(body.nonce)},
                         {"fee", make::amount(body.fee.units)},
                         {"gas_limit", make::number(body.gas_limit)},
                         {"valid_until", make::number(body.valid_until)},
                         {"memo", make::text(body.memo)},
                         {"messages", make::array(std::move(messages))}});
}

std::string message_in_words(const chain::Message& message, const ChainInfo& chain) {
    return std::visit(Words{chain}, message);
}

}  // namespace assay::wallet
