// An account's past: its ledger, its transactions, and an epoch or a transaction explained.
#include <algorithm>
#include <set>

#include "base/utc.hpp"
#include "chain/account_history.hpp"
#include "node/json.hpp"
#include "node/rpc/api.hpp"
#include "node/rpc/cursor.hpp"
#include "node/views/views.hpp"

namespace assay::node {
namespace {

const char* word_of(chain::Bucket b) {
    return b == chain::Bucket::liquid ? "liquid" : "credits";
}
const char* unit_of(chain::Bucket b) {
    return b == chain::Bucket::liquid ? "base units" : "micro-USD";
}
std::string with_sign(bool in, u128 value) {
    return (in || value == 0 ? "" : "-") + to_digits(value);
}
// After less before, which may be below zero.
std::string change_of(u128 before, u128 after) {
    return after >= before ? to_digits(after - before) : "-" + to_digits(before - after);
}

// Where in a list a change stands: its height, and its place among the account's changes there.
Bytes place_of(Height height, std::uint32_t place) {
    Bytes key;
    chain::tables::append_be(key, height.value, 8);
    chain::tables::append_be(key, place, 4);
    return key;
}
// The height at which a list goes on: that of the last item that was shown, which may have more.
Height resume(const Page& page, Height from) {
    return page.after().size() < 8 ? from : std::max(from, Height{chain::tables::read_be(page.after(), 0, 8)});
}

constexpr std::uint32_t kWholeBlock = ~std::uint32_t{0};

// Which epoch a height belongs to, asked in ascending order.
class Epochs {
   public:
    explicit Epochs(const chain::App& app) : app_(app) {}
    Json at(Height h) {
        if (h.value == 0) return {};
        if (!known_ || h > last_)
            app_.read([&](const chain::StateView& s) {
                epoch_ = epoch_at(s, h);
                const auto record = s.epoch(epoch_);
                known_ = record.has_value();
                last_ = record && record->last.value != 0 ? record->last : h;
                return 0;
            });
        return epoch_.value;
    }

   private:
    const chain::App& app_;
    Epoch epoch_;
    Height last_;
    bool known_ = false;
};

Result<Json> ledger(const Api& api, const Args& args) {
    const Address who = args.address("address");
    const Height from{args.number_or("from_height", 0)}, now = api.app.info().height;
    const Style style = style_of(api.app);
    ASSAY_TRY(Page page, page_of(args, "ledger/" + style.address(who) + "/" + std::to_string(from.value), now));
    Epochs epochs(api.app);
    const auto end = chain::each_change(api.app, who, resume(page, from), now, {}, [&](const chain::AccountChange& c) {
        const Bytes key = place_of(c.height, c.place);
        if (!page.wants(key)) return true;
        if (page.full()) return page.more();
        Json cause{{"kind", c.cause}};
        cause["txid"] = c.txid ? Json(hex(*c.txid)) : Json();
        cause["epoch"] = c.paid_for ? Json(c.paid_for->value) : epochs.at(c.height);
        page.add(key, Json{{"height", c.height.value},
                           {"time", c.time ? Json(format_utc(*c.time)) : Json()},
                           {"bucket", word_of(c.bucket)},
                           {"delta", with_sign(c.in, c.value)},
                           {"balance_after", to_digits(c.after)},
                           {"cause", std::move(cause)}});
        return true;
    });
    if (!end) return end.error();
    if (end->cut && !page.full()) {
        page.pass(place_of(end->through, kWholeBlock));
        (void)page.more();
    }
    Json out = page.finish();
    out["address"] = style.address(who);
    return out;
}

Result<Json> txs(const Api& api, const Args& args) {
    constexpr std::size_t kBlocks = 500, kReceipts = 100'000;
    const Address who = args.address("address");
    const Height from{args.number_or("from_height", 1)}, now = api.app.info().height;
    const Style style = style_of(api.app);
    ASSAY_TRY(Page page, page_of(args, "txs/" + style.address(who) + "/" + std::to_string(from.value), now));
    ASSAY_TRY(const auto moments, api.app.moments(who, resume(page, std::max(from, Height{1})), now, kBlocks + 1));
    std::size_t receipts = 0;
    for (std::size_t i = 0; i < moments.size(); ++i) {
        const Height h = moments[i].height;
        if (i == kBlocks || receipts > kReceipts) {
            (void)page.more();
            break;
        }
        ASSAY_TRY(const auto b, api.app.block_with_results(h));
        if (!b) continue;
        receipts += b->results.receipts.size();
        std::set<std::uint32_t> moved;
        chain::each_flow(b->block, b->results, who, [&](const chain::Flow& f) {
            if (f.tx) moved.insert(*f.tx);
        });
        bool more = true;
        for (std::uint32_t t = 0; t < b->block.txs.size() && t < b->results.receipts.size() && more; ++t) {
            const ByteView raw = b->block.txs[t];
            const bool named = std::search(raw.begin(), raw.end(), who.bytes.begin(), who.bytes.end()) != raw.end();
            if (!named && !moved.contains(t)) continue;
            const auto tx = chain::decode_tx(raw, raw.size());
            const auto& r = b->results.receipts[t];
            const bool sent = tx && tx->body.sender == who && r.code != "not_includable";
            if (!sent && !moved.contains(t)) continue;
            const Bytes key = place_of(h, t);
            if (!page.wants(key)) continue;
            if (page.full()) {
                more = page.more();
                continue;
            }
            Json kinds = Json::array();
            if (tx)
                for (const auto& m : messages_json(style, tx->body.messages)) kinds.push_back(m["type"]);
            page.add(key, Json{{"txid", hex(r.txid)},
                               {"height", h.value},
                               {"index", t},
                               {"time", format_utc(b->block.header.time)},
                               {"status", r.code == "ok" ? "committed" : "failed"},
                               {"code", r.code},
                               {"sender", tx ? Json(style.address(tx->body.sender)) : Json()},
                               {"sent", sent},
                               {"fee", digits(r.fee)},
                               {"messages", std::move(kinds)}});
        }
        if (!more) break;
        page.pass(place_of(h, kWholeBlock));
    }
    Json out = page.finish();
    out["address"] = style.address(who);
    return out;
}

Json named_numbers(const std::vector<std::pair<std::string, std::string>>& list) {
    Json out = Json::object();
    for (const auto& [name, value] : list) out[name] = value;
    return out;
}

Json account_json(const Style& style, const chain::AccountEpoch& e) {
    Json terms = Json::array();
    for (const auto& t : e.terms)
        terms.push_back({{"name", t.cause},
                         {"bucket", word_of(t.bucket)},
                         {"value", with_sign(t.in, t.value)},
                         {"unit", unit_of(t.bucket)},
                         {"count", t.count},
                         {"epoch", t.paid_for.value_or(e.epoch).value},
                         {"rule", t.rule},
                         {"params", named_numbers(t.params)},
                         {"inputs", named_numbers(t.inputs)}});
    Json accrued = Json::array();
    for (const auto& a : e.accrued)
        accrued.push_back({{"provider", style.address(a.provider)},
                           {"granted", digits(a.granted)},
                           {"mine", digits(a.mine)},
                           {"shares", to_digits(a.shares)}});
    return Json{{"from_height", e.first.value},
                {"to_height", e.last.value},
                {"running", e.running},
                {"cut", e.cut},
                {"liquid",
                 {{"before", digits(e.liquid_before)},
                  {"after", digits(e.liquid_after)},
                  {"change", change_of(e.liquid_before.units, e.liquid_after.units)}}},
                {"credits",
                 {{"before", digits(e.credits_before)},
                  {"after", digits(e.credits_after)},
                  {"change", change_of(e.credits_before.units, e.credits_after.units)}}},
                {"terms", std::move(terms)},
                {"accrued", std::move(accrued)},
                {"adds_up", e.adds_up}};
}

// What the provider of that name did and was paid, as its own records say.
Json provider_part(const chain::StateView& s, const Style& style, const Address& who, Epoch epoch) {
    const auto e = chain::explain_provider(s, who, epoch);
    Json terms = Json::array();
    for (const auto& t : e.terms)
        terms.push_back({{"name", t.name}, {"value", digits(t.value)}, {"unit", "base units"}, {"rule", t.rule}});
    Json list = Json::array();
    for (const auto& [id, c] : e.commits) {
        const Json full = commit_json(style, s, id, c);
        list.push_back({{"id", hex(id)},
                        {"slot", c.slot},
                        {"status", full["status"]},
                        {"bad", c.bad},
                        {"slashed", digits(c.slashed)},
                        {"height", c.height.value}});
    }
    Json why = Json::array();
    for (const auto& w : e.why_not)
        why.push_back({{"code", w.code}, {"have", w.have}, {"need", w.need}, {"fix", w.fix}});
    Json devices = Json::array();
    if (const auto p = s.provider(who)) devices = provider_json(style, s, who, *p)["devices"];
    return Json{{"paid", digits(e.paid)},        {"slashed", digits(e.slashed)}, {"returned", digits(e.returned)},
                {"locked", digits(e.locked)},    {"verdict", e.verdict},         {"terms", std::move(terms)},
                {"devices", std::move(devices)}, {"commits", std::move(list)},   {"why_not", std::move(why)}};
}

// One transaction: what it moved, of everybody's.
Result<Json> explain_tx(const Api& api, const Hash& id) {
    ASSAY_TRY(const auto stored, api.app.find_tx(id));
    ASSAY_TRY(const auto b, api.app.block_with_results(stored.height));
    if (!b) return {Code::pruned, "the block of the transaction is not on this node"};
    const Style style = style_of(api.app);
    Json terms = Json::array();
    chain::each_flow(b->block, b->results, {}, [&](const chain::Flow& f) {
        if (f.tx != stored.index) return;
        terms.push_back({{"address", style.address(f.address)},
                         {"name", f.cause},
                         {"bucket", word_of(f.bucket)},
                         {"value", with_sign(f.in, f.value)},
                         {"unit", unit_of(f.bucket)},
                         {"rule", chain::rule_of_cause(f.cause)}});
    });
    return Json{{"txid", hex(id)},
                {"height", stored.height.value},
                {"time", format_utc(stored.time)},
                {"verdict", stored.receipt.code == "ok" ? std::string("carried out")
                                                        : stored.receipt.code + ": " + stored.receipt.message},
                {"fee", digits(stored.receipt.fee)},
                {"terms", std::move(terms)}};
}

Result<Json> explain(const Api& api, const Args& args) {
    std::vector<std::string> given;
    for (const char* name : {"provider", "validator", "delegator", "address", "txid"})
        if (args.has(name)) given.emplace_back(name);
    if (given.size() != 1)
        return {Code::invalid_params, "one of provider, validator, delegator, address and txid says what to explain; " +
                                          std::to_string(given.size()) + " are given"};
    if (given[0] == "txid") return explain_tx(api, args.hash("txid"));
    const Address who = args.address(given[0]);
    const Epoch now = api.app.read([](const chain::StateView& s) { return s.chain().epoch; });
    const Epoch epoch{args.number_or("epoch", now.value)};
    if (epoch > now)
        return {Code::not_found, "epoch " + std::to_string(epoch.value) + " is not there yet; the running one is " +
                                     std::to_string(now.value)};
    std::optional<Height> from;
    if (args.has("from_height")) from = Height{args.number("from_height")};
    const auto account = chain::explain_account(api.app, who, epoch, from, {});
    // A provider's own records outlive the blocks.
    if (!account && account.error().code != Code::pruned) return account.error();
    return api.app.read([&](const chain::StateView& s) -> Result<Json> {
        const Style style = style_of(s.params());
        Json out{{"address", style.address(who)}, {"epoch", epoch.value}};
        out.update(provider_part(s, style, who, epoch));
        if (account) {
            out["account"] = account_json(style, *account);
        } else {
            out["account"] = nullptr;
            out["pruned"] = account.error().message;
        }
        return out;
    });
}

}  // namespace

void add_history_methods(std::vector<Method>& out) {
    const Param address{"address", ParamType::address, true, "whose"};
    const auto maybe = [](const char* name) {
        return Param{name, ParamType::address, false, "whose; one of these or txid"};
    };
    out.push_back({"ledger",
                   "every change of an account's tokens and credits; the deltas sum to the balance",
                   {address,
                    {"from_height", ParamType::number, false, "the first height; 0 unless told"},
                    kCursorParam,
                    kLimitParam},
                   "items of height, time, bucket, delta, balance_after, cause",
                   &ledger});
    out.push_back({"txs",
                   "transactions that an account sent, or that moved its tokens or credits",
                   {address,
                    {"from_height", ParamType::number, false, "the first height; 1 unless told"},
                    kCursorParam,
                    kLimitParam},
                   "items of txid, height, index, time, status, code, sender, sent, fee, messages",
                   &txs});
    out.push_back(
        {"explain",
         "an account's epoch in terms that add up to its change, with its pay as a provider; or a transaction",
         {maybe("provider"),
          maybe("validator"),
          maybe("delegator"),
          maybe("address"),
          {"epoch", ParamType::number, false, "the running one unless told"},
          {"from_height", ParamType::number, false, "where an answer that was cut goes on"},
          {"txid", ParamType::hash, false, "a transaction instead"}},
         "paid, slashed, returned, locked, verdict, terms, commits, why_not, account",
         &explain});
}

}  // namespace assay::node
