#include "wallet/client/message_read.hpp"

#include <limits>

#include "base/bech32m.hpp"
#include "base/hex.hpp"
#include "wallet/client/json_write.hpp"

namespace assay::wallet {
namespace {

/// Reads members of one object; the first error stays, and what is read after it does not matter.
class MemberReader {
   public:
    MemberReader(json::Object object, const ChainInfo& chain) : object_(std::move(object)), chain_(chain) {}

    [[nodiscard]] std::string text(std::string_view key) { return take(object_.string(key)); }
    [[nodiscard]] std::uint64_t number(std::string_view key) { return take(object_.u64(key)); }
    [[nodiscard]] std::uint32_t slot(std::string_view key) {
        return static_cast<std::uint32_t>(take(object_.u64(key, 0, std::numeric_limits<std::uint32_t>::max())));
    }
    /// Base units, or tokens with their denomination.
    [[nodiscard]] Amount tokens(std::string_view key) {
        const json::Value* v = member(key);
        if (v == nullptr) return {};
        if (v->kind == json::Kind::string && v->text.find(' ') != std::string::npos)
            return take(named(key, chain_.parse_amount(v->text)));
        return Amount{take(json::as_u128(*v, object_.path(key)))};
    }
    [[nodiscard]] Credits credits(std::string_view key) { return Credits{take(object_.units(key))}; }
    [[nodiscard]] Address address(std::string_view key) {
        return take(named(key, decode_address(chain_.prefix, text(key))));
    }
    template <class T = Hash>
    [[nodiscard]] T bytes(std::string_view key) {
        return take(named(key, fixed_from_hex<T>(text(key))));
    }
    [[nodiscard]] bool flag(std::string_view key) { return has(key) && take(object_.boolean(key)); }
    [[nodiscard]] TimeMs time(std::string_view key) { return TimeMs{number(key)}; }
    [[nodiscard]] u128 units(std::string_view key) { return take(object_.units(key)); }
    /// Whether it is there and not null; it counts as known either way.
    [[nodiscard]] bool has(std::string_view key) {
        const json::Value* v = object_.optional(key);
        return v != nullptr && !v->is_null();
    }
    /// Each element of a list is read by `one`.
    template <class F>
    void each(std::string_view key, std::size_t most, F&& one) {
        const auto items = take(object_.array(key, most));
        for (std::size_t i = 0; i < items.size() && !failed_; ++i) {
            auto inner = json::object(items[i], object_.path(key) + "[" + std::to_string(i) + "]");
            if (!inner) return fail(inner.error());
            nested(std::move(inner).value(), one);
        }
    }
    template <class F>
    void inside(std::string_view key, F&& one) {
        auto inner = object_.object(key);
        if (!inner) return fail(inner.error());
        nested(std::move(inner).value(), one);
    }
    void fail(const Error& error) {
        if (!failed_) failed_ = error;
    }
    [[nodiscard]] Status done() {
        if (!failed_)
            if (const Status all = object_.done(); !all) failed_ = all.error();
        if (failed_) return {Code::tx_malformed, failed_->message};
        return {};
    }

   private:
    template <class T>
    T take(Result<T> result) {
        if (result) return std::move(result).value();
        fail(result.error());
        return T{};
    }
    template <class T>
    Result<T> named(std::string_view key, Result<T> result) const {
        if (result) return result;
        return {result.error().code, object_.path(key) + ": " + result.error().message};
    }
    const json::Value* member(std::string_view key) {
        const auto v = object_.required(key);
        if (v) return *v;
        fail(v.error());
        return nullptr;
    }
    template <class F>
    void nested(json::Object object, F&& one) {
        MemberReader reader(std::move(object), chain_);
        one(reader);
        if (const Status done = reader.done(); !done) fail(done.error());
    }

    json::Object object_;
    const ChainInfo& chain_;
    std::optional<Error> failed_;
};

// One overload per message, in the order of message_json.cpp.
struct Fill {
    MemberReader& r;

    void operator()(chain::Transfer& m) const {
        r.each("outputs", chain::kMaxOutputs, [&](MemberReader& o) {
            const Address to = o.address("to");
            const Amount amount = o.tokens("amount");
            m.outputs.push_back({to, amount, o.has("tag") ? o.text("tag") : std::string()});
        });
    }
    void operator()(chain::CreateVesting& m) const {
        m.to = r.address("to");
        m.amount = r.tokens("amount");
        m.start = r.time("start_ms");
        m.cliff = r.time("cliff_ms");
        m.end = r.time("end_ms");
    }
    void operator()(chain::BurnForCredits& m) const {
        m.amount = r.tokens("amount");
        if (r.has("min_credits")) m.min_credits = r.credits("min_credits");
        if (r.has("credits")) m.credits = r.credits("credits");
    }
    void operator()(chain::RedeemCredits& m) const { m.credits = r.credits("credits"); }
    void operator()(chain::RegisterProvider& m) const { m.endpoint = r.has("endpoint") ? r.text("endpoint") : ""; }
    void operator()(chain::UpdateProvider& m) const {
        if (r.has("endpoint")) m.endpoint = r.text("endpoint");
        if (r.has("work_key")) m.work_key = r.address("work_key");
        m.clear_work_key = r.flag("clear_work_key");
        if (r.has("fee_budget")) m.fee_budget = r.tokens("fee_budget");
    }
    void operator()(chain::RemoveDevice& m) const { m.slot = r.slot("slot"); }
    void operator()(chain::AddDevice& m) const {
        m.slot = r.slot("slot");
        m.device_class = r.text("device_class");
    }
    void operator()(chain::Stake& m) const {
        m.provider = r.address("provider");
        m.amount = r.tokens("amount");
    }
    void operator()(chain::Unstake& m) const {
        m.provider = r.address("provider");
        m.amount = r.tokens("amount");
    }
    void operator()(chain::SetCommission& m) const { m.commission = Ppb{r.number("commission_ppb")}; }
    void operator()(chain::ClaimRewards& m) const { m.provider = r.address("provider"); }
    void operator()(chain::Unjail& m) const { m.version = version(); }
    void operator()(chain::RegisterValidator& m) const {
        m.consensus_key = r.bytes("consensus_key");
        m.beacon_tip = r.bytes("beacon_tip");
        m.bond = r.tokens("bond");
        m.name = r.text("name");
    }
    void operator()(chain::RotateKey& m) const { m.consensus_key = r.bytes("consensus_key"); }
    void operator()(chain::UnjailValidator& m) const { m.version = version(); }
    void operator()(chain::Retire& m) const { m.version = version(); }
    void operator()(chain::RenewBeacon& m) const { m.beacon_tip = r.bytes("beacon_tip"); }
    void operator()(chain::ReportPrice& m) const {
        const u128 price = r.units("price");
        if (price > std::numeric_limits<std::uint64_t>::max())
            r.fail({Code::field_out_of_range, "price is above 2^64 - 1"});
        m.price = Price{static_cast<std::uint64_t>(price)};
    }
    void operator()(chain::OpenOrder& m) const {
        m.device_class = r.text("device_class");
        m.units = r.number("units");
        m.max_price = r.credits("max_price");
        m.deposit = r.credits("deposit");
        m.expires = r.number("expires");
        m.manual = r.flag("manual");
        if (r.has("gemm"))
            r.inside("gemm", [&](MemberReader& g) {
                proofs::GemmJob job;
                job.m = g.number("m");
                job.n = g.number("n");
                job.k = g.number("k");
                job.a_root = g.bytes("a_root");
                job.b_root = g.bytes("b_root");
                m.gemm = job;
            });
    }
    void operator()(chain::PlaceBid& m) const {
        m.order = r.bytes("order");
        m.slot = r.slot("slot");
        m.price = r.credits("price");
    }
    void operator()(chain::AcceptBid& m) const {
        m.order = r.bytes("order");
        m.provider = r.address("provider");
        m.slot = r.slot("slot");
        m.price = r.credits("price");
    }
    void operator()(chain::CloseLease& m) const { m.order = r.bytes("order"); }
    void operator()(chain::CancelOrder& m) const { m.order = r.bytes("order"); }
    void operator()(chain::Dispute&) const { counted("dispute", "'assay lease dispute'"); }
    void operator()(chain::Deliver& m) const {
        m.order = r.bytes("order");
        m.c_root = r.bytes("c_root");
    }
    void operator()(chain::CommitWork& m) const {
        m.task = r.bytes("task");
        m.slot = r.slot("slot");
        m.root = r.bytes("root");
        if (r.has("provider")) m.provider = r.address("provider");
    }
    void operator()(chain::OpenWork&) const { counted("open_work", "'assay-prover run'"); }
    void operator()(chain::Propose& m) const {
        r.each("changes", chain::kMaxChanges, [&](MemberReader& c) {
            const std::string name = c.text("name");
            m.changes.push_back({name, c.text("value")});
        });
        m.title = r.text("title");
        m.deposit = r.tokens("deposit");
    }
    void operator()(chain::Vote& m) const {
        m.proposal = r.number("proposal");
        const std::string choice = r.text("choice");
        for (std::uint8_t c = 0; c < chain::enum_count(chain::Choice{}); ++c)
            if (chain::choice_word(static_cast<chain::Choice>(c)) == choice) {
                m.choice = static_cast<chain::Choice>(c);
                return;
            }
        r.fail({Code::field_out_of_range, "choice is neither yes, no nor abstain"});
    }

   private:
    [[nodiscard]] std::uint8_t version() const {
        const std::uint64_t v = r.has("version") ? r.number("version") : 0;
        if (v > 0xff) r.fail({Code::field_out_of_range, "version is above 255"});
        return static_cast<std::uint8_t>(v & 0xff);
    }
    void counted(const std::string& type, const std::string& maker) const {
        r.fail({Code::tx_malformed,
                "a message of type " + type + " carries more than its JSON shows; " + maker + " makes it"});
    }
};

template <std::size_t I = 0>
void every_message(std::vector<chain::Message>& out) {
    if constexpr (I < std::variant_size_v<chain::Message>) {
        out.emplace_back(std::variant_alternative_t<I, chain::Message>{});
        every_message<I + 1>(out);
    }
}

Result<chain::Message> empty_message(const std::string& type) {
    std::vector<chain::Message> all;
    every_message(all);
    std::vector<std::string> names;
    for (chain::Message& m : all) {
        if (chain::message_name(m) == type) return std::move(m);
        names.emplace_back(chain::message_name(m));
    }
    const std::string near = json::nearest(type, names);
    return {Code::tx_malformed,
            "type " + json::shown(type) + " is no message" + (near.empty() ? "" : "; did you mean \"" + near + "\"?")};
}

}  // namespace

Result<chain::Message> message_from_json(const json::Value& value, const ChainInfo& chain) {
    const auto malformed = [](const Error& e) -> Error { return {Code::tx_malformed, e.message}; };
    auto object = json::object(value, "");
    if (!object) return malformed(object.error());
    const auto type = object->string("type");
    if (!type) return malformed(type.error());
    ASSAY_TRY(chain::Message out, empty_message(*type));
    MemberReader reader(std::move(object).value(), chain);
    std::visit(Fill{reader}, out);
    if (const Status done = reader.done(); !done) return {done.error().code, *type + ": " + done.error().message};
    return out;
}

Result<std::vector<chain::Message>> messages_from_json(const json::Value& value, const ChainInfo& chain) {
    const json::Value* list = &value;
    if (const json::Value* inner = value.find("messages")) list = inner;
    std::vector<chain::Message> out;
    if (list->kind == json::Kind::object) {
        ASSAY_TRY(chain::Message one, message_from_json(*list, chain));
        out.push_back(std::move(one));
        return out;
    }
    if (list->kind != json::Kind::array)
        return {Code::tx_malformed, "messages is a list of objects with a \"type\" each, or one such object"};
    if (list->items.empty() || list->items.size() > chain::kMaxMessages)
        return {Code::tx_malformed, "a transaction has 1 to 16 messages, not " + std::to_string(list->items.size())};
    for (std::size_t i = 0; i < list->items.size(); ++i) {
        auto one = message_from_json(list->items[i], chain);
        if (!one) return {one.error().code, "messages[" + std::to_string(i) + "]: " + one.error().message};
        out.push_back(std::move(one).value());
    }
    return out;
}

Result<chain::TxBody> body_from_json(const json::Value& value, const ChainInfo& chain) {
    const auto read = [&]() -> Result<chain::TxBody> {
        chain::TxBody body;
        body.chain_id = chain.chain_id;
        ASSAY_TRY(const std::string sender, text_at(value, "sender"));
        ASSAY_TRY(body.sender, decode_address(chain.prefix, sender));
        ASSAY_TRY(body.nonce, number_at(value, "nonce"));
        ASSAY_TRY(body.fee.units, digits_at(value, "fee"));
        ASSAY_TRY(body.gas_limit, number_at(value, "gas_limit"));
        ASSAY_TRY(body.valid_until, number_at(value, "valid_until"));
        body.memo = text_or_empty(value, "memo");
        ASSAY_TRY(body.messages, messages_from_json(value, chain));
        return body;
    };
    auto body = read();
    if (!body) return {Code::tx_malformed, body.error().message};
    return body;
}

}  // namespace assay::wallet
