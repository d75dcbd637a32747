#include "tokenomics/sim/import.hpp"

#include <algorithm>
#include <set>

#include "base/utc.hpp"
#include "tokenomics/params_json.hpp"
#include "tokenomics/sim/text.hpp"

namespace assay::sim {
namespace {

constexpr std::size_t kMostHolders = 1'000, kMostGroups = 64;
constexpr double kMsADay = 86'400'000.0;

Result<Amount> units_of(json::Object& o, std::string_view key) {
    ASSAY_TRY(const u128 units, o.units(key));
    return Amount{units};
}

Result<TimeMs> time_of(json::Object& o, std::string_view key) {
    ASSAY_TRY(const std::string text, o.string(key));
    const auto time = parse_utc(text);
    if (!time) return {time.error().code, o.path(key) + ": " + time.error().message};
    return *time;
}

std::string tokens_text(const ChainState& s, Amount a) {
    return format_decimal(a.units, s.params.token.decimals) + " " + s.params.token.denom;
}

// What of a grant comes free on its cliff, and what by and by behind it.
void vest(const std::string& holder, const tokenomics::Grant& g, TimeMs now, std::vector<std::string>& out) {
    const std::uint64_t cliff = std::max(g.cliff.value, now.value), end = std::max(g.end.value, cliff);
    const std::uint64_t length = g.end.value > g.start.value ? g.end.value - g.start.value : 0;
    Amount at_once = g.amount;
    if (g.cliff <= now && end > now.value) {
        at_once = {};
    } else if (end > cliff && length > 0) {
        const auto part = mul_div(g.amount, g.cliff.value - g.start.value, length);
        if (part) at_once = *part;
    }
    const auto line = [&](Amount amount, std::uint64_t linear_ms) {
        if (amount.is_zero()) return;
        out.push_back("{\"holder\": " + json_text(holder) + ", \"amount\": \"" + to_digits(amount.units) +
                      "\", \"cliff_days\": " + shortest(static_cast<double>(cliff - now.value) / kMsADay) +
                      ", \"linear_days\": " + shortest(static_cast<double>(linear_ms) / kMsADay) + "}");
    };
    line(at_once, 0);
    line(sub_or_zero(g.amount, at_once), end - cliff);
}

std::string list_text(const std::vector<std::string>& entries, const std::string& indent) {
    std::string out;
    for (const std::string& e : entries) out += (out.empty() ? "" : ",") + std::string("\n") + indent + e;
    return "[" + out + (entries.empty() ? "]" : "\n" + indent.substr(2) + "]");
}

// The largest holders, and all who have grants. Named holders leave a fifth of the supply to the public, the market's
// pool in it: an account that holds nearly everything, such as a faucet, is not one party among others.
std::vector<ChainState::Holder> chosen(const ChainState& s, std::size_t largest) {
    std::vector<ChainState::Holder> out = s.holders;
    std::stable_sort(out.begin(), out.end(), [](const auto& a, const auto& b) { return a.liquid > b.liquid; });
    u128 named = s.bonded.units + s.treasury.units;  // parts of one supply, as are all that follow
    for (const auto& p : s.providers) named += p.delegated.units;
    for (const auto& h : out)
        for (const auto& g : h.grants) named += g.amount.units;
    const u128 most = s.supply.units - s.supply.units / 5;
    std::size_t taken = 0;
    for (auto& h : out) {
        const bool fits = named <= most && h.liquid.units <= most - named && taken < largest;
        if (fits) {
            named += h.liquid.units;
            ++taken;
        } else {
            h.liquid = {};
        }
    }
    std::erase_if(out, [](const auto& h) { return h.liquid.is_zero() && h.grants.empty(); });
    if (out.size() > kMostHolders) out.resize(kMostHolders);
    return out;
}

struct ClassOfDevices {
    std::string name;
    std::uint64_t count = 0, entities = 0;
};

std::vector<ClassOfDevices> classes_of(const ChainState& s) {
    std::map<std::string, ClassOfDevices> all;
    for (const auto& p : s.providers)
        for (const auto& [name, count] : p.devices) {
            ClassOfDevices& c = all[name];
            c.name = name;
            c.count += count;
            ++c.entities;
        }
    std::vector<ClassOfDevices> out;
    for (auto& [name, c] : all) out.push_back(std::move(c));
    std::stable_sort(out.begin(), out.end(), [](const auto& a, const auto& b) { return a.count > b.count; });
    if (out.size() > kMostGroups) out.resize(kMostGroups);
    return out;
}

}  // namespace

Status read_supply(const json::Value& supply, ChainState& out) {
    ASSAY_TRY(json::Object o, json::object(supply, "supply"));
    ASSAY_TRY(out.supply, units_of(o, "supply"));
    ASSAY_TRY(out.scheduled, units_of(o, "scheduled"));
    ASSAY_TRY(json::Object buckets, o.object("buckets"));
    ASSAY_TRY(out.bonded, units_of(buckets, "bonds"));
    ASSAY_TRY(out.treasury, units_of(buckets, "treasury"));
    ASSAY_TRY(out.vault, units_of(buckets, "vault"));
    ASSAY_TRY(json::Object credits, o.object("credits"));
    out.credits = {};
    for (const char* where : {"free", "escrowed", "queued"}) {
        ASSAY_TRY(const u128 more, credits.units(where));
        ASSAY_TRY(out.credits, add(out.credits, Credits{more}));
    }
    return {};
}

Status read_provider(const json::Value& provider, ChainState& out) {
    ASSAY_TRY(json::Object o, json::object(provider, "provider"));
    ChainState::Provider p;
    ASSAY_TRY(p.delegated, units_of(o, "delegated"));
    ASSAY_TRY(const auto devices, o.array("devices", 1'000'000));
    for (const auto& d : devices) {
        ASSAY_TRY(json::Object device, json::object(d, "device"));
        ASSAY_TRY(const std::string name, device.string("class"));
        ++p.devices[name];
    }
    out.providers.push_back(std::move(p));
    return {};
}

Result<ChainState> chain_state(const json::Value& exported) {
    ChainState out;
    ASSAY_TRY(json::Object top, json::object(exported, ""));
    const json::Value* kept = top.optional("_state");
    if (kept == nullptr)
        return {Code::bad_state_file, "_state is missing: this is no file that assayd export --out wrote"};
    ASSAY_TRY(out.chain_id, top.string("chain_id"));
    ASSAY_TRY(const json::Value* params, top.required("params"));
    ASSAY_TRY(out.params, tokenomics::params_from_json(*params, "params"));
    ASSAY_TRY(json::Object state, json::object(*kept, "_state"));
    ASSAY_TRY(out.height, state.u64("height"));
    ASSAY_TRY(out.epoch, state.u64("epoch"));
    ASSAY_TRY(out.time, time_of(state, "time"));
    ASSAY_TRY(const u128 price, state.units("price"));
    out.price = Price{static_cast<std::uint64_t>(price)};
    ASSAY_TRY(const json::Value* supply, state.required("supply"));
    ASSAY_TRY_VOID(read_supply(*supply, out));
    ASSAY_TRY(const auto providers, state.array("providers", 1'000'000));
    std::set<std::string> others;  // who is counted elsewhere: providers and validators
    for (const auto& p : providers) {
        ASSAY_TRY_VOID(read_provider(p, out));
        if (const json::Value* address = p.find("address")) others.insert(address->text);
    }
    ASSAY_TRY(const auto validators, top.array("validators", 1'000));
    for (const auto& v : validators)
        if (const json::Value* who = v.find("operator")) others.insert(who->text);
    std::map<std::string, std::vector<tokenomics::Grant>> grants;
    ASSAY_TRY(const auto accounts, top.array("accounts", 10'000'000));
    for (const auto& a : accounts) {
        ASSAY_TRY(json::Object account, json::object(a, "account"));
        ASSAY_TRY(const std::string address, account.string("address"));
        const json::Value* vesting = account.optional("vesting");
        for (std::size_t i = 0; vesting != nullptr && i < vesting->items.size(); ++i) {
            ASSAY_TRY(json::Object grant, json::object(vesting->items[i], "vesting"));
            tokenomics::Grant g;
            ASSAY_TRY(const json::Value* amount, grant.required("amount"));
            ASSAY_TRY(g.amount, tokenomics::amount_from_json(*amount, "vesting.amount", out.params.token));
            ASSAY_TRY(g.start, time_of(grant, "start"));
            ASSAY_TRY(g.cliff, time_of(grant, "cliff"));
            ASSAY_TRY(g.end, time_of(grant, "end"));
            grants[address].push_back(g);
        }
    }
    ASSAY_TRY(const auto holdings, state.array("accounts", 10'000'000));
    for (const auto& a : holdings) {
        ASSAY_TRY(json::Object account, json::object(a, "account"));
        ChainState::Holder h;
        ASSAY_TRY(h.address, account.string("address"));
        if (others.contains(h.address)) continue;
        ASSAY_TRY(h.liquid, units_of(account, "liquid"));
        if (const auto found = grants.find(h.address); found != grants.end()) h.grants = found->second;
        out.holders.push_back(std::move(h));
    }
    return out;
}

std::string import_text(const ChainState& s, std::size_t largest) {
    const u128 before = u128{s.epoch} * s.params.epoch.blocks * s.params.block.time_ms;
    // Epoch 0 began where epochs of their aimed length lead back to; a chain that ran faster than that has no such day.
    const bool counted = before < s.time.value;
    Amount delegated;
    for (const auto& p : s.providers) delegated.units += p.delegated.units;  // parts of one supply
    std::vector<std::string> holders, vesting, groups;
    for (const auto& h : chosen(s, largest)) {
        holders.push_back("{\"name\": " + json_text(h.address.substr(0, 64)) + ", \"amount\": \"" +
                          to_digits(h.liquid.units) + "\"}");
        for (const auto& g : h.grants) vest(h.address.substr(0, 64), g, s.time, vesting);
    }
    for (const auto& c : classes_of(s))
        groups.push_back("{\"class\": " + json_text(c.name) + ", \"count\": " + std::to_string(c.count) +
                         ", \"entities\": " + std::to_string(c.entities) + "}");
    const auto digits = [](Amount a) { return "\"" + to_digits(a.units) + "\""; };
    std::string out =
        "{\n  \"_about\": " +
        json_text(s.chain_id + " at height " + std::to_string(s.height) + ", " + format_utc(s.time) +
                  ". Its state is the chain's; demand, costs and the market are for you to say.") +
        ",\n  \"name\": " + json_text(s.chain_id + " at " + std::to_string(s.height)) + ",\n  \"start\": " +
        json_text(format_utc(TimeMs{counted ? s.time.value - static_cast<std::uint64_t>(before) : s.time.value})) +
        ",\n  \"_start\": \"When epoch 0 would have begun, had every epoch its aimed length.\"";
    out += ",\n  \"params\": " + tokenomics::params_to_json(s.params);
    out += ",\n  \"initial\": {\n    \"supply\": " + digits(s.supply) +
           ",\n    \"_supply\": " + json_text(tokens_text(s, s.supply)) + ",\n    \"bonded\": " + digits(s.bonded);
    if (counted) out += ",\n    \"epoch\": " + std::to_string(s.epoch);
    out += ",\n    \"scheduled\": " + digits(s.scheduled);
    if (s.price.value != 0) out += ",\n    \"price_usd\": " + shortest(static_cast<double>(s.price.value) * 1e-8);
    out += ",\n    \"delegated\": " + digits(delegated) + ",\n    \"treasury\": " + digits(s.treasury) +
           ",\n    \"credits_usd\": " + shortest(static_cast<double>(s.credits.units) * 1e-6) +
           ",\n    \"_credits_usd\": " + json_text("The vault holds " + tokens_text(s, s.vault) + ".");
    out += ",\n    \"holders\": " + list_text(holders, "      ") +
           ",\n    \"_holders\": \"The largest that leave a fifth of the supply to others. What they sell is not "
           "known: 0 until you say more.\"" +
           ",\n    \"vesting\": " + list_text(vesting, "      ") + "\n  }";
    if (!groups.empty()) out += ",\n  \"providers\": " + list_text(groups, "    ");
    return out + "\n}\n";
}

Result<json::Value> import_document(const ChainState& s, std::size_t largest) {
    return json::parse(import_text(s, largest), {.comments = true, .max_bytes = 64u << 20, .source = "import"});
}

}  // namespace assay::sim
