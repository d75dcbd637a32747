#include "tokenomics/sim/scenario.hpp"

#include <algorithm>
#include <array>

#include "base/utc.hpp"
#include "tokenomics/emission.hpp"
#include "tokenomics/params_json.hpp"
#include "tokenomics/sim/document.hpp"
#include "tokenomics/sim/text.hpp"
#include "tokenomics/stake.hpp"

namespace assay::sim {

using tokenomics::Params;

namespace {

constexpr std::array kShockKinds = {"price", "demand", "cost"};
constexpr double kHoursPerDay = 24;

// What a document leaves open and defaults fill in.
struct Open {
    bool supply = true, price = true, demand = true, service = true, depth = true, providers = true;
    std::vector<bool> costs;
};

Error out_of_range(const std::string& path, const std::string& value, const std::string& rule) {
    return {Code::field_out_of_range, path + " is " + value + ", " + rule};
}

class Reader {
   public:
    Reader(const json::Value& v, std::string path) : value_(v), path_(std::move(path)) {}

    Status begin() {
        ASSAY_TRY(json::Object o, json::object(value_, path_));
        object_.emplace(o);
        return {};
    }
    /// Reads `name` into `out` if it is there. Says whether it was.
    Result<bool> number(const char* name, double min, double max, double& out) {
        const json::Value* v = object_->optional(name);
        if (v == nullptr) return false;
        ASSAY_TRY(out, json::as_double(*v, object_->path(name)));
        if (out < min || out > max)
            return out_of_range(object_->path(name), v->text, "allowed are " + shortest(min) + " to " + shortest(max));
        return true;
    }
    Result<bool> count(const char* name, std::uint64_t min, std::uint64_t max, std::uint64_t& out) {
        const json::Value* v = object_->optional(name);
        if (v == nullptr) return false;
        ASSAY_TRY(out, json::as_u64(*v, object_->path(name), min, max));
        return true;
    }
    Result<bool> text(const char* name, std::string& out) {
        const json::Value* v = object_->optional(name);
        if (v == nullptr) return false;
        ASSAY_TRY(out, json::as_string(*v, object_->path(name)));
        return true;
    }
    Result<bool> amount(const char* name, const tokenomics::TokenParams& token, Amount& out) {
        const json::Value* v = object_->optional(name);
        if (v == nullptr) return false;
        ASSAY_TRY(out, tokenomics::amount_from_json(*v, object_->path(name), token));
        return true;
    }
    const json::Value* any(const char* name) { return object_->optional(name); }
    [[nodiscard]] std::string path(const char* name) const { return object_->path(name); }
    [[nodiscard]] Status done() const { return object_->done(); }

   private:
    const json::Value& value_;
    std::string path_;
    std::optional<json::Object> object_;
};

// ASSAY_TRY for readers that say whether a member was there.
#define SIM_READ(expr)                                         \
    do {                                                       \
        if (auto read_ = (expr); !read_) return read_.error(); \
    } while (false)

Result<std::uint64_t> duration_ms(const std::string& text, const std::string& path) {
    constexpr std::array<std::pair<const char*, std::uint64_t>, 5> kUnits = {
        {{"ms", 1}, {"s", 1'000}, {"m", 60'000}, {"h", 3'600'000}, {"d", 86'400'000}}};
    const std::size_t end = std::min(text.find_first_not_of("0123456789"), text.size());
    const auto n = parse_digits(std::string_view(text).substr(0, end));
    if (n && *n > 0 && *n <= 100'000'000'000)
        for (const auto& [unit, ms] : kUnits)
            if (text.substr(end) == unit) return static_cast<std::uint64_t>(*n) * ms;
    return {Code::field_out_of_range,
            path + " is \"" + text + "\": a duration is written as 1d, 6h, 10m, 30s or epoch"};
}

Status read_initial(const json::Value& v, Scenario& s, Open& open) {
    Reader r(v, "initial");
    ASSAY_TRY_VOID(r.begin());
    ASSAY_TRY(const bool supply, r.amount("supply", s.params.token, s.initial.supply));
    open.supply = !supply;
    SIM_READ(r.amount("bonded", s.params.token, s.initial.bonded));
    ASSAY_TRY(const bool price, r.number("price_usd", 1e-4, 1e6, s.initial.price_usd));
    open.price = !price;
    return r.done();
}

Status read_demand(const json::Value& v, Scenario& s, Open& open) {
    Reader r(v, "demand");
    ASSAY_TRY_VOID(r.begin());
    ASSAY_TRY(const bool usd, r.number("usd_per_day", 0, 1e12, s.demand.usd_per_day));
    open.demand = !usd;
    SIM_READ(r.number("drift", -10, 10, s.demand.drift));
    SIM_READ(r.number("volatility", 0, 10, s.demand.volatility));
    SIM_READ(r.number("elasticity", 0, 10, s.demand.elasticity));
    if (const json::Value* jumps = r.any("jumps")) {
        Reader j(*jumps, "demand.jumps");
        ASSAY_TRY_VOID(j.begin());
        SIM_READ(j.number("per_year", 0, 1000, s.demand.jumps.per_year));
        SIM_READ(j.number("mean", -5, 5, s.demand.jumps.mean));
        SIM_READ(j.number("sd", 0, 5, s.demand.jumps.sd));
        ASSAY_TRY_VOID(j.done());
    }
    return r.done();
}

Status read_service(const json::Value& v, Scenario& s, Open& open) {
    Reader r(v, "service");
    ASSAY_TRY_VOID(r.begin());
    ASSAY_TRY(const bool usd, r.number("usd_per_gpu_hour", 1e-6, 1e6, s.service.usd_per_gpu_hour));
    open.service = !usd;
    SIM_READ(r.number("target_utilisation", 0.01, 1, s.service.target_utilisation));
    SIM_READ(r.number("adjust_per_day", 0, 10, s.service.adjust_per_day));
    return r.done();
}

Status read_market(const json::Value& v, Scenario& s, Open& open) {
    Reader r(v, "market");
    ASSAY_TRY_VOID(r.begin());
    std::string kind = "cpmm";
    SIM_READ(r.text("kind", kind));
    if (kind != "cpmm") return out_of_range(r.path("kind"), "\"" + kind + "\"", "allowed is cpmm");
    ASSAY_TRY(const bool depth, r.number("depth_usd", 1, 1e13, s.market.depth_usd));
    open.depth = !depth;
    SIM_READ(r.count("fee_ppb", 0, 500'000'000, s.market.fee.value));
    SIM_READ(r.number("volatility", 0, 10, s.market.volatility));
    return r.done();
}

Status read_providers(const json::Value& v, Scenario& s, Open& open) {
    if (v.kind != json::Kind::array || v.items.empty() || v.items.size() > 64)
        return {Code::json_type, "providers must be a list of 1 to 64 groups"};
    open.providers = false;
    s.providers.clear();
    open.costs.clear();
    for (std::size_t i = 0; i < v.items.size(); ++i) {
        Reader r(v.items[i], "providers[" + std::to_string(i) + "]");
        ASSAY_TRY_VOID(r.begin());
        ProviderGroup g;
        ASSAY_TRY(const bool named, r.text("class", g.device_class));
        if (!named) return {Code::json_missing_key, r.path("class") + " is missing"};
        const auto found = std::find_if(s.params.classes.begin(), s.params.classes.end(),
                                        [&](const auto& c) { return c.name == g.device_class; });
        if (found == s.params.classes.end()) {
            std::vector<std::string> names;
            for (const auto& c : s.params.classes) names.push_back(c.name);
            const std::string near = json::nearest(g.device_class, names);
            return {Code::unknown_class, r.path("class") + " \"" + g.device_class + "\" is not in params.classes" +
                                             (near.empty() ? "" : "; did you mean \"" + near + "\"?")};
        }
        g.class_index = static_cast<std::uint32_t>(found - s.params.classes.begin());
        SIM_READ(r.count("count", 0, 1'000'000'000, g.count));
        ASSAY_TRY(const bool cost, r.number("cost_usd_per_gpu_hour", 0, 1e6, g.cost_usd_per_gpu_hour));
        SIM_READ(r.number("lead_days", 0.001, 3650, g.lead_days));
        SIM_READ(r.number("entry_per_year", 0, 100, g.entry_per_year));
        SIM_READ(r.number("exit_per_year", 0, 100, g.exit_per_year));
        SIM_READ(r.number("sell_share", 0, 1, g.sell_share));
        ASSAY_TRY_VOID(r.done());
        open.costs.push_back(!cost);
        s.providers.push_back(g);
    }
    return {};
}

Status read_shocks(const json::Value& v, Scenario& s) {
    if (v.kind != json::Kind::array || v.items.size() > 1000)
        return {Code::json_type, "shocks must be a list of at most 1000"};
    s.shocks.clear();
    for (std::size_t i = 0; i < v.items.size(); ++i) {
        Reader r(v.items[i], "shocks[" + std::to_string(i) + "]");
        ASSAY_TRY_VOID(r.begin());
        Shock shock;
        std::string kind;
        SIM_READ(r.number("at_day", 0, 1e6, shock.at_day));
        SIM_READ(r.text("kind", kind));
        SIM_READ(r.number("factor", 0.001, 1000, shock.factor));
        const auto found = std::find(kShockKinds.begin(), kShockKinds.end(), kind);
        if (found == kShockKinds.end())
            return out_of_range(r.path("kind"), "\"" + kind + "\"", "allowed are price, demand, cost");
        shock.kind = static_cast<ShockKind>(found - kShockKinds.begin());
        ASSAY_TRY_VOID(r.done());
        s.shocks.push_back(shock);
    }
    return {};
}

// Providers begin where they earn what they spend: half of their income from emission, half from service, which costs
// what that takes at the target utilisation. Nobody has published more for a preset that says nothing itself.
Status fill_open(Scenario& s, const Open& open) {
    const Params& p = s.params;
    if (open.supply) return {Code::json_missing_key, "initial.supply is missing: no genesis says it"};
    if (open.price) s.initial.price_usd = static_cast<double>(p.price.initial.value) * 1e-8;
    if (open.providers) {
        for (std::uint32_t i = 0; i < p.classes.size(); ++i) {
            ProviderGroup g;
            g.device_class = p.classes[i].name;
            g.class_index = i;
            s.providers.push_back(g);
        }
    }
    double token = 1;
    for (unsigned i = 0; i < p.token.decimals; ++i) token *= 10;
    const auto multiplier = [&](const ProviderGroup& g) {
        return static_cast<double>(p.classes[g.class_index].multiplier.value) * 1e-9;
    };
    double units = 0;
    for (const ProviderGroup& g : s.providers) units += static_cast<double>(g.count) * multiplier(g);
    if (open.depth)
        s.market.depth_usd =
            std::max(1.0, 0.1 * static_cast<double>(s.initial.supply.units) / token * s.initial.price_usd);
    tokenomics::EmissionView view;  // of the first epoch, as the schedule alone sees it
    view.supply = view.genesis = s.initial.supply;
    view.cap = p.token.cap;
    view.bonded = s.initial.bonded;
    view.power = ~u128{0};
    view.start = s.start;
    view.end = TimeMs{s.start.value + s.epoch_ms()};
    view.blocks = p.epoch.blocks;
    const auto first = tokenomics::scheduled_mint(p.emission, Epoch{0}, view);
    const double shares = static_cast<double>(p.split.availability.value + p.split.stakers.value) * 1e-9;
    const double per_day = first ? static_cast<double>(first->units) / token * s.initial.price_usd * shares *
                                       86'400'000.0 / static_cast<double>(s.epoch_ms())
                                 : 0;
    const double emission = units > 0 ? per_day / units / kHoursPerDay : 0;
    if (open.service) s.service.usd_per_gpu_hour = std::clamp(emission, 0.01, 1e6);
    const double income = emission + s.service.target_utilisation * s.service.usd_per_gpu_hour *
                                         static_cast<double>(p.bme.payout.value) * 1e-9;
    for (std::size_t i = 0; i < s.providers.size(); ++i)
        if (open.providers || open.costs[i]) s.providers[i].cost_usd_per_gpu_hour = income * multiplier(s.providers[i]);
    if (open.demand)
        s.demand.usd_per_day = s.service.target_utilisation * units * kHoursPerDay * s.service.usd_per_gpu_hour;
    return {};
}

Status check(const Scenario& s) {
    if (s.steps() == 0) return out_of_range("horizon_days", shortest(s.horizon_days), "which is shorter than one step");
    if (s.steps() > kMaxSteps)
        return out_of_range("horizon_days", shortest(s.horizon_days),
                            "which makes " + std::to_string(s.steps()) + " steps, at most " +
                                std::to_string(kMaxSteps) + " are allowed: take a longer step");
    if (s.step_ms < s.epoch_ms())
        return out_of_range("step", std::to_string(s.step_ms) + " ms",
                            "an epoch of these parameters is " + std::to_string(s.epoch_ms()) + " ms");
    if (s.initial.supply > s.params.token.cap)
        return out_of_range("initial.supply", to_digits(s.initial.supply.units),
                            "token.cap is " + to_digits(s.params.token.cap.units));
    return {};
}

Result<Scenario> read_scenario(const json::Value& root) {
    Scenario s;
    Open open;
    Reader r(root, "");
    ASSAY_TRY_VOID(r.begin());
    SIM_READ(r.text("name", s.name));
    std::string start;
    ASSAY_TRY(const bool dated, r.text("start", start));
    if (dated) {
        const auto time = parse_utc(start);
        if (!time) return {time.error().code, "start: " + time.error().message};
        s.start = *time;
    }
    const json::Value* params = r.any("params");
    if (params == nullptr) return {Code::json_missing_key, "params is missing"};
    ASSAY_TRY(s.params, tokenomics::params_from_json(*params, "params"));
    ASSAY_TRY_VOID(tokenomics::validate(s.params));
    SIM_READ(r.count("seed", 0, ~std::uint64_t{0}, s.seed));
    SIM_READ(r.number("horizon_days", 0.0001, 1e6, s.horizon_days));
    std::string step;
    ASSAY_TRY(const bool stepped, r.text("step", step));
    if (!stepped) {
        s.step_ms = std::max(s.step_ms, s.epoch_ms());
    } else {
        if (step == "epoch") {
            s.step_ms = s.epoch_ms();
        } else {
            ASSAY_TRY(s.step_ms, duration_ms(step, "step"));
        }
    }
    if (const json::Value* v = r.any("initial")) ASSAY_TRY_VOID(read_initial(*v, s, open));
    if (const json::Value* v = r.any("demand")) ASSAY_TRY_VOID(read_demand(*v, s, open));
    if (const json::Value* v = r.any("service")) ASSAY_TRY_VOID(read_service(*v, s, open));
    if (const json::Value* v = r.any("providers")) ASSAY_TRY_VOID(read_providers(*v, s, open));
    if (const json::Value* v = r.any("market")) ASSAY_TRY_VOID(read_market(*v, s, open));
    if (const json::Value* v = r.any("shocks")) ASSAY_TRY_VOID(read_shocks(*v, s));
    ASSAY_TRY_VOID(r.done());
    ASSAY_TRY_VOID(fill_open(s, open));
    ASSAY_TRY_VOID(check(s));
    return s;
}

std::string number_or_text(std::uint64_t n) {
    return n > (std::uint64_t{1} << 53) ? json_text(std::to_string(n)) : std::to_string(n);
}

}  // namespace

std::uint64_t Scenario::steps() const {
    const double n = horizon_days * 86'400'000.0 / static_cast<double>(step_ms);
    return n > 1e15 ? ~std::uint64_t{0} : static_cast<std::uint64_t>(n);
}

Result<Scenario> scenario_of(const json::Value& document) {
    return read_scenario(document);
}

Result<Scenario> load_scenario(const std::string& source, const std::vector<std::string>& sets) {
    const auto good = [](const json::Value& root) -> Status {
        auto read = read_scenario(root);
        return read ? Status{} : Status{read.error()};
    };
    ASSAY_TRY(json::Value root, load_document(source, sets, good));
    return read_scenario(root);
}

std::string scenario_json(const Scenario& s) {
    std::string out = "{\"name\":" + json_text(s.name) + ",\"start\":" + json_text(format_utc(s.start)) +
                      ",\"seed\":" + number_or_text(s.seed) + ",\"horizon_days\":" + shortest(s.horizon_days) +
                      ",\"step\":\"" + std::to_string(s.step_ms) +
                      "ms\",\"params\":" + tokenomics::params_to_json(s.params);
    out += ",\"initial\":{\"supply\":\"" + to_digits(s.initial.supply.units) + "\",\"bonded\":\"" +
           to_digits(s.initial.bonded.units) + "\",\"price_usd\":" + shortest(s.initial.price_usd) + "}";
    const Demand& d = s.demand;
    out += ",\"demand\":{\"usd_per_day\":" + shortest(d.usd_per_day) + ",\"drift\":" + shortest(d.drift) +
           ",\"volatility\":" + shortest(d.volatility) + ",\"elasticity\":" + shortest(d.elasticity) +
           ",\"jumps\":{\"per_year\":" + shortest(d.jumps.per_year) + ",\"mean\":" + shortest(d.jumps.mean) +
           ",\"sd\":" + shortest(d.jumps.sd) + "}}";
    out += ",\"service\":{\"usd_per_gpu_hour\":" + shortest(s.service.usd_per_gpu_hour) +
           ",\"target_utilisation\":" + shortest(s.service.target_utilisation) +
           ",\"adjust_per_day\":" + shortest(s.service.adjust_per_day) + "},\"providers\":[";
    for (std::size_t i = 0; i < s.providers.size(); ++i) {
        const ProviderGroup& g = s.providers[i];
        out += (i == 0 ? "" : ",") + std::string("{\"class\":") + json_text(g.device_class) +
               ",\"count\":" + std::to_string(g.count) +
               ",\"cost_usd_per_gpu_hour\":" + shortest(g.cost_usd_per_gpu_hour) +
               ",\"lead_days\":" + shortest(g.lead_days) + ",\"entry_per_year\":" + shortest(g.entry_per_year) +
               ",\"exit_per_year\":" + shortest(g.exit_per_year) + ",\"sell_share\":" + shortest(g.sell_share) + "}";
    }
    out += "],\"market\":{\"kind\":\"cpmm\",\"depth_usd\":" + shortest(s.market.depth_usd) +
           ",\"fee_ppb\":" + std::to_string(s.market.fee.value) + ",\"volatility\":" + shortest(s.market.volatility) +
           "},\"shocks\":[";
    for (std::size_t i = 0; i < s.shocks.size(); ++i)
        out += (i == 0 ? "" : ",") + std::string("{\"at_day\":") + shortest(s.shocks[i].at_day) + ",\"kind\":\"" +
               kShockKinds[static_cast<std::size_t>(s.shocks[i].kind)] +
               "\",\"factor\":" + shortest(s.shocks[i].factor) + "}";
    return out + "]}";
}

std::vector<BehaviourRow> list_behaviour(const Scenario& s) {
    std::vector<BehaviourRow> rows = {
        {"seed", std::to_string(s.seed), "", "of all random numbers"},
        {"horizon_days", shortest(s.horizon_days), "days", "how far to look"},
        {"step", std::to_string(s.step_ms) + "ms", "",
         "1d, 6h, 10m, 30s or epoch; one epoch at least; a day or an epoch unless told"},
        {"initial.supply", to_digits(s.initial.supply.units), "tokens", "at the start, bonds included"},
        {"initial.bonded", to_digits(s.initial.bonded.units), "tokens", "validators' bonds"},
        {"initial.price_usd", shortest(s.initial.price_usd), "USD", "of a token at the start"},
        {"demand.usd_per_day", shortest(s.demand.usd_per_day), "USD/day", "wanted at the first service price"},
        {"demand.drift", shortest(s.demand.drift), "1/year", "growth of its mean"},
        {"demand.volatility", shortest(s.demand.volatility), "1/sqrt(year)", "of its logarithm"},
        {"demand.elasticity", shortest(s.demand.elasticity), "", "usage ~ (price / first price)^-elasticity"},
        {"demand.jumps.per_year", shortest(s.demand.jumps.per_year), "1/year", "how often it jumps"},
        {"demand.jumps.mean", shortest(s.demand.jumps.mean), "", "of a jump's logarithm"},
        {"demand.jumps.sd", shortest(s.demand.jumps.sd), "", "of a jump's logarithm"},
        {"service.usd_per_gpu_hour", shortest(s.service.usd_per_gpu_hour), "USD/h", "at the start, for multiplier 1"},
        {"service.target_utilisation", shortest(s.service.target_utilisation), "", "above it the price rises"},
        {"service.adjust_per_day", shortest(s.service.adjust_per_day), "1/day", "how fast the price follows"},
        {"market.kind", "cpmm", "", "a constant-product pool"},
        {"market.depth_usd", shortest(s.market.depth_usd), "USD", "dollars in the pool at the start"},
        {"market.fee_ppb", std::to_string(s.market.fee.value), "ppb", "stays in the pool"},
        {"market.volatility", shortest(s.market.volatility), "1/sqrt(year)", "that holders' trading makes"}};
    for (std::size_t i = 0; i < s.providers.size(); ++i) {
        const ProviderGroup& g = s.providers[i];
        const std::string at = "providers[" + std::to_string(i) + "].";
        rows.push_back({at + "class", g.device_class, "", "a name of params.classes"});
        rows.push_back({at + "count", std::to_string(g.count), "devices", "at the start"});
        rows.push_back({at + "cost_usd_per_gpu_hour", shortest(g.cost_usd_per_gpu_hour), "USD/h", "of one device"});
        rows.push_back({at + "lead_days", shortest(g.lead_days), "days", "over which they look at their margin"});
        rows.push_back({at + "entry_per_year", shortest(g.entry_per_year), "1/year", "growth at a margin of 100 %"});
        rows.push_back({at + "exit_per_year", shortest(g.exit_per_year), "1/year", "loss at a margin of -100 %"});
        rows.push_back({at + "sell_share", shortest(g.sell_share), "", "sold of what the costs leave"});
    }
    return rows;
}

}  // namespace assay::sim
