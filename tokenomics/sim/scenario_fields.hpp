// What a scenario file can say, one table a struct: name, unit, range, meaning. The default is the struct's own. From
// these tables come the reader, the writer, `assay-sim params`, `diff`, --set and the JSON Schema. What the fields of
// `params` are, tokenomics/params.hpp says.
//
//   for_each_behaviour(s.demand, [](const auto& f, auto& member) { ... });   // "usd_per_day", "drift", ...
#pragma once

#include <array>
#include <span>
#include <string_view>
#include <tuple>
#include <type_traits>

#include "tokenomics/sim/scenario.hpp"

namespace assay::sim {

/// How a whole number is written, where digits are not it.
enum class Form : std::uint8_t { plain, duration };

/// Bounds are inclusive: of the number, of the length of a text, of the length of a list. 0 to 0: any.
template <class Owner, class T>
struct BehaviourField {
    const char* name;
    T Owner::*member;
    const char* unit;
    double min, max;
    const char* meaning;
    Form form = Form::plain;
};
template <class Owner, class T>
constexpr BehaviourField<Owner, T> row(const char* name, T Owner::*member, const char* unit, double min, double max,
                                       const char* meaning, Form form = Form::plain) {
    return {name, member, unit, min, max, meaning, form};
}

/// The words of a choice, in the order of its values.
constexpr std::array kServiceKinds = {std::string_view("utilisation"), std::string_view("merit")};
constexpr std::array kExitKinds = {std::string_view("margin"), std::string_view("streak")};
constexpr std::array kWashWhens = {std::string_view("always"), std::string_view("stale")};
constexpr std::array kMarketKinds = {std::string_view("cpmm"), std::string_view("quantity"), std::string_view("flow")};
constexpr std::array kBuybackKinds = {std::string_view("none"), std::string_view("fixed"),
                                      std::string_view("threshold"), std::string_view("pid")};
constexpr std::array kAgentKinds = {std::string_view("class"), std::string_view("single")};
constexpr std::array<std::string_view, 12> kShockKinds = {"price",         "demand",        "cost",    "liquidity",
                                                          "oracle_outage", "oracle_factor", "exit",    "entry",
                                                          "outside",       "unlock",        "unstake", "param"};
constexpr std::span<const std::string_view> words_of(ServiceKind) {
    return kServiceKinds;
}
constexpr std::span<const std::string_view> words_of(ExitKind) {
    return kExitKinds;
}
constexpr std::span<const std::string_view> words_of(WashWhen) {
    return kWashWhens;
}
constexpr std::span<const std::string_view> words_of(MarketKind) {
    return kMarketKinds;
}
constexpr std::span<const std::string_view> words_of(BuybackKind) {
    return kBuybackKinds;
}
constexpr std::span<const std::string_view> words_of(Agents) {
    return kAgentKinds;
}
constexpr std::span<const std::string_view> words_of(ShockKind) {
    return kShockKinds;
}

/// Specialised for each struct that is an object in a file.
template <class T>
struct FieldsOf;
template <class T>
concept Behaviour = requires {
    FieldsOf<std::remove_const_t<T>>::all();
};

inline constexpr double kMaxUsd = 1e13, kMaxCount = 1e9, kMaxDays = 36'525;

template <>
struct FieldsOf<Holding> {
    using P = Holding;
    static constexpr auto all() {
        return std::tuple{row("name", &P::name, "", 1, 64, "that vesting calls it by"),
                          row("amount", &P::amount, "tokens", 0, 0, "free from the start, within initial.supply"),
                          row("entities", &P::entities, "parties", 1, kMaxCount, "equal parties behind it"),
                          row("sell_per_year", &P::sell_per_year, "1/year", 0, 100, "share of what is free, sold")};
    }
};

template <>
struct FieldsOf<Vesting> {
    using P = Vesting;
    static constexpr auto all() {
        return std::tuple{
            row("holder", &P::holder, "", 1, 64, "a name of initial.holders"),
            row("amount", &P::amount, "tokens", 0, 0, "part of the supply from the start"),
            row("cliff_days", &P::cliff_days, "days", 0, 3e6, "nothing comes free before"),
            row("linear_days", &P::linear_days, "days", 0, 3e6, "after the cliff, evenly; 0: all of it at the cliff"),
            row("sell_share", &P::sell_share, "", 0, 1, "of what comes free, sold at once")};
    }
};

template <>
struct FieldsOf<Initial> {
    using P = Initial;
    static constexpr auto all() {
        return std::tuple{
            row("supply", &P::supply, "tokens", 0, 0, "at the start, all that follows included; of the genesis"),
            row("bonded", &P::bonded, "tokens", 0, 0, "validators' bonds"),
            row("epoch", &P::epoch, "epoch", 0, 1e12, "of the schedule, with which the simulation begins"),
            row("scheduled", &P::scheduled, "tokens", 0, 0, "minted by the schedule before that epoch"),
            row("price_usd", &P::price_usd, "USD", 1e-4, 1e6, "of a token at the start"),
            row("delegated", &P::delegated, "tokens", 0, 0, "by the public, to providers"),
            row("treasury", &P::treasury, "tokens", 0, 0, "in the treasury"),
            row("treasury_usd", &P::treasury_usd, "USD", 0, kMaxUsd, "the treasury's dollars"),
            row("credits_usd", &P::credits_usd, "USD", 0, kMaxUsd, "that buyers hold, bought at the first price"),
            row("holders", &P::holders, "", 0, 1'000, "parties beside validators, providers and the public"),
            row("vesting", &P::vesting, "", 0, 10'000, "their tokens that come free with time")};
    }
};

template <>
struct FieldsOf<Jumps> {
    using P = Jumps;
    static constexpr auto all() {
        return std::tuple{row("per_year", &P::per_year, "1/year", 0, 1'000, "how often it jumps"),
                          row("mean", &P::mean, "", -5, 5, "of a jump's logarithm"),
                          row("sd", &P::sd, "", 0, 5, "of a jump's logarithm")};
    }
};

template <>
struct FieldsOf<Demand> {
    using P = Demand;
    static constexpr auto all() {
        return std::tuple{
            row("usd_per_day", &P::usd_per_day, "USD/day", 0, 1e12, "wanted at the first service price"),
            row("drift", &P::drift, "1/year", -10, 10, "growth of its mean"),
            row("volatility", &P::volatility, "1/sqrt(year)", 0, 10, "of its logarithm"),
            row("elasticity", &P::elasticity, "", 0, 10, "usage ~ (price / first price)^-elasticity"),
            row("market_correlation", &P::market_correlation, "", -1, 1, "of its luck with the market factor"),
            row("runway_days", &P::runway_days, "days", 0, 365, "buyers hold credits for so many days of use"),
            row("jumps", &P::jumps, "", 0, 0, "sudden changes")};
    }
};

template <>
struct FieldsOf<Service> {
    using P = Service;
    static constexpr auto all() {
        return std::tuple{
            row("kind", &P::kind, "", 0, 0, "the price follows utilisation, or what the dearest that is needed asks"),
            row("usd_per_gpu_hour", &P::usd_per_gpu_hour, "USD/h", 1e-6, 1e6, "at the start, for multiplier 1"),
            row("target_utilisation", &P::target_utilisation, "", 0.01, 1, "above it the price rises"),
            row("adjust_per_day", &P::adjust_per_day, "1/day", 0, 10, "how fast the price follows"),
            row("margin", &P::margin, "", 0, 10, "merit: what is asked above the cost")};
    }
};

template <>
struct FieldsOf<ProviderGroup> {
    using P = ProviderGroup;
    static constexpr auto all() {
        return std::tuple{
            row("name", &P::name, "", 1, 64, "that shocks call the group by; the class's unless told"),
            row("class", &P::device_class, "", 1, 32, "a name of params.classes"),
            row("count", &P::count, "devices", 0, kMaxCount, "at the start"),
            row("entities", &P::entities, "parties", 0, kMaxCount, "equal parties that own it; 0: one a device"),
            row("cost_usd_per_gpu_hour", &P::cost_usd_per_gpu_hour, "USD/h", 0, 1e6, "of one device"),
            row("cost_spread", &P::cost_spread, "", 0, 3, "sd of the logarithm of the cost among single agents"),
            row("hardware_usd", &P::hardware_usd, "USD", 0, 1e9, "of one device, paid by who enters"),
            row("lead_days", &P::lead_days, "days", 0.001, 3'650, "over which they look at their margin"),
            row("delivery_days", &P::delivery_days, "days", 0, 3'650, "from the decision to enter to the first work"),
            row("entry_per_year", &P::entry_per_year, "1/year", 0, 100, "growth at a margin of 100 %"),
            row("exit_per_year", &P::exit_per_year, "1/year", 0, 100, "loss at a margin of -100 %"),
            row("exit", &P::exit, "", 0, 0, "by the margin, or by weeks of loss in a row"),
            row("sell_share", &P::sell_share, "", 0, 1, "sold of what the costs leave"),
            row("uptime", &P::uptime, "", 0, 1, "share of its tasks that it passes"),
            row("fake_share", &P::fake_share, "", 0, 1, "share of each commit that is made up"),
            row("serves", &P::serves, "", 0, 0, "false: only proves, never works for buyers"),
            row("outside_usd_per_gpu_hour", &P::outside_usd_per_gpu_hour, "USD/h", 0, 1e6,
                "what a device could earn elsewhere"),
            row("wash_usd_per_day", &P::wash_usd_per_day, "USD/day", 0, 1e12, "of its own service, bought by itself"),
            row("wash_when", &P::wash_when, "", 0, 0, "stale: only while the oracle is above the market")};
    }
};

template <>
struct FieldsOf<Stakers> {
    using P = Stakers;
    static constexpr auto all() {
        return std::tuple{row("per_yield", &P::per_yield, "", 0, 1'000,
                              "share of the supply per unit of yearly yield above free_rate; 0: nobody delegates"),
                          row("free_rate", &P::free_rate, "1/year", -1, 10, "what they could earn elsewhere"),
                          row("max_share", &P::max_share, "", 0, 1, "of the public's tokens"),
                          row("adjust_per_day", &P::adjust_per_day, "1/day", 0, 10, "how fast they move there"),
                          row("commission", &P::commission, "", 0, 1, "that providers keep")};
    }
};

template <>
struct FieldsOf<Speculators> {
    using P = Speculators;
    static constexpr auto all() {
        return std::tuple{row("reversion_per_year", &P::reversion_per_year, "1/year", 0, 1'000,
                              "share of the pool per unit of ln(F/P); 0: there are none"),
                          row("momentum", &P::momentum, "1/year", -1'000, 1'000, "of the last 30 days' return"),
                          row("discount", &P::discount, "1/year", 0, 10, "rho, in F = y / (rho M + w)"),
                          row("clip", &P::clip, "", 0, 20, "most |ln(F/P)| that they act on")};
    }
};

template <>
struct FieldsOf<Market> {
    using P = Market;
    static constexpr auto all() {
        return std::tuple{
            row("kind", &P::kind, "", 0, 0, "a constant-product pool, the quantity theory, or net flow"),
            row("depth_usd", &P::depth_usd, "USD", 1, kMaxUsd, "dollars in the pool at the start"),
            row("fee_ppb", &P::fee, "ppb", 0, 500'000'000, "stays in the pool"),
            row("volatility", &P::volatility, "1/sqrt(year)", 0, 10, "that holders' trading makes"),
            row("market_correlation", &P::market_correlation, "", -1, 1, "of that trading with the market factor"),
            row("depth_elasticity", &P::depth_elasticity, "", -5, 5,
                "liquidity providers keep dollars ~ price^this; 0: they leave the pool alone"),
            row("holding_days", &P::holding_days, "days", 0.01, kMaxDays,
                "quantity: how long a token is held between uses"),
            row("impact", &P::impact, "", 0, 100, "flow: d ln P = impact x net flow / depth")};
    }
};

template <>
struct FieldsOf<Oracle> {
    using P = Oracle;
    static constexpr auto all() {
        return std::tuple{row("lag_days", &P::lag_days, "days", 0, 365, "that reports are behind the market"),
                          row("noise", &P::noise, "", 0, 2, "sd of the logarithm of a report")};
    }
};

template <>
struct FieldsOf<Treasury> {
    using P = Treasury;
    static constexpr auto all() {
        return std::tuple{row("fee_ppb", &P::fee, "ppb", 0, Ppb::kOne, "of what buyers spend, taken in dollars"),
                          row("spend_usd_per_day", &P::spend_usd_per_day, "USD/day", 0, 1e12,
                              "out of dollars, else out of tokens that are sold")};
    }
};

template <>
struct FieldsOf<Buyback> {
    using P = Buyback;
    static constexpr auto all() {
        return std::tuple{row("kind", &P::kind, "", 0, 0, "none, a fixed rate, below a threshold, or a PID controller"),
                          row("share_per_day", &P::share_per_day, "1/day", 0, 1, "of the treasury's dollars, at most"),
                          row("threshold", &P::threshold, "", 0, 1, "fall below the average that starts it"),
                          row("average_days", &P::average_days, "days", 0.01, kMaxDays, "of the price that it defends"),
                          row("kp", &P::kp, "", 0, 1'000, "pid: of the fall"),
                          row("ki", &P::ki, "", 0, 1'000, "pid: of its sum over days"),
                          row("kd", &P::kd, "", 0, 1'000, "pid: of its change"),
                          row("integral_limit", &P::integral_limit, "", 0, 1'000, "pid: bound of the sum"),
                          row("burn", &P::burn, "", 0, 0, "the tokens; false: they are the treasury's")};
    }
};

template <>
struct FieldsOf<Shock> {
    using P = Shock;
    static constexpr auto all() {
        return std::tuple{row("at_day", &P::at_day, "days", 0, 1e6, "when"),
                          row("kind", &P::kind, "", 0, 0, "what"),
                          row("factor", &P::factor, "", 0, 1'000, "times what was, or the share that it concerns"),
                          row("days", &P::days, "days", 0, 1e6, "how long"),
                          row("usd", &P::usd, "USD/h", 0, 1e6, "outside: per GPU-hour"),
                          row("devices", &P::devices, "devices", 0, kMaxCount, "entry: how many"),
                          row("group", &P::group, "", 1, 64, "a name of providers; all unless told"),
                          row("path", &P::path, "", 1, 200, "param: a name as in params"),
                          row("value", &P::value, "", 0, 200, "param: what it becomes")};
    }
};

template <>
struct FieldsOf<Spiral> {
    using P = Spiral;
    static constexpr auto all() {
        return std::tuple{row("price_fall", &P::price_fall, "", 0, 1, "of the price, at least"),
                          row("capacity_fall", &P::capacity_fall, "", 0, 1, "of the devices, at least"),
                          row("demand_fall", &P::demand_fall, "", 0, 1, "of what is served, at least"),
                          row("within_days", &P::within_days, "days", 1, kMaxDays, "all three, within"),
                          row("recovery_days", &P::recovery_days, "days", 0, kMaxDays,
                              "and none of them makes up for half of it within")};
    }
};

template <>
struct FieldsOf<Report> {
    using P = Report;
    static constexpr auto all() {
        return std::tuple{
            row("spiral", &P::spiral, "", 0, 0, "what counts as a death spiral"),
            row("thresholds", &P::thresholds, "", 0, 0, "by metric: \"< 0.8\" is what it must be, else the run fails")};
    }
};

template <>
struct FieldsOf<Scenario> {
    using P = Scenario;
    static constexpr auto all() {
        return std::tuple{
            row("name", &P::name, "", 0, 200, "of the scenario"),
            row("start", &P::start, "", 0, 0, "when epoch 0 begins; of the genesis"),
            row("seed", &P::seed, "", 0, 0, "of all random numbers"),
            row("horizon_days", &P::horizon_days, "days", 0.0001, 1e6, "how far to look"),
            row("step", &P::step_ms, "", 0, 0,
                "1d, 6h, 10m, 30s, epoch or block; epochs or a part of one; a day or an epoch unless told",
                Form::duration),
            row("agents", &P::agents, "", 0, 0, "single: every device decides for itself"),
            row("antithetic", &P::antithetic, "", 0, 0, "odd runs take the mirrored luck of the even run before"),
            row("params", &P::params, "", 0, 0, "those of genesis"),
            row("initial", &P::initial, "", 0, 0, "where it begins"),
            row("demand", &P::demand, "", 0, 0, "what buyers want"),
            row("service", &P::service, "", 0, 0, "what a GPU-hour costs"),
            row("providers", &P::providers, "", 1, 64,
                "groups of equal devices; one of 100 for each class unless told"),
            row("stakers", &P::stakers, "", 0, 0, "holders who delegate"),
            row("speculators", &P::speculators, "", 0, 0, "holders who trade on value"),
            row("market", &P::market, "", 0, 0, "where tokens meet dollars"),
            row("oracle", &P::oracle, "", 0, 0, "between the market and the chain's price"),
            row("treasury", &P::treasury, "", 0, 0, "the network's own dollars"),
            row("buyback", &P::buyback, "", 0, 0, "dollars of the treasury for tokens"),
            row("shocks", &P::shocks, "", 0, 1'000, "what happens on a day"),
            row("report", &P::report, "", 0, 0, "what is looked for")};
    }
};

/// Calls f(field, member) for every field in order.
template <Behaviour T, class F>
constexpr void for_each_behaviour(T& object, F&& f) {
    std::apply([&](const auto&... each) { (f(each, object.*(each.member)), ...); },
               FieldsOf<std::remove_const_t<T>>::all());
}

/// The members that a shock of a kind has beside at_day and kind, and what its factor may be.
struct ShockShape {
    bool factor = false, days = false, usd = false, devices = false, param = false, group = false;
    double least = 0.001, most = 1'000;
    [[nodiscard]] constexpr bool has(std::string_view member) const {
        return member == "at_day" || member == "kind" || (member == "factor" && factor) || (member == "days" && days) ||
               (member == "usd" && usd) || (member == "devices" && devices) || (member == "group" && group) ||
               ((member == "path" || member == "value") && param);
    }
};
constexpr ShockShape shape_of(ShockKind kind) {
    switch (kind) {
        case ShockKind::price:
        case ShockKind::demand:
            return {.factor = true};
        case ShockKind::cost:
            return {.factor = true, .group = true};
        case ShockKind::liquidity:
            return {.factor = true, .most = 1};
        case ShockKind::oracle_outage:
            return {.days = true};
        case ShockKind::oracle_factor:
            return {.factor = true, .days = true};
        case ShockKind::exit:
            return {.factor = true, .group = true, .least = 0, .most = 1};
        case ShockKind::entry:
            return {.devices = true, .group = true};
        case ShockKind::outside:
            return {.usd = true, .group = true};
        case ShockKind::unlock:
            return {.factor = true, .days = true, .least = 0, .most = 1};
        case ShockKind::unstake:
            return {.factor = true, .least = 0, .most = 1};
        case ShockKind::param:
            return {.param = true};
    }
    return {};
}

}  // namespace assay::sim
