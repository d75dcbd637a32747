// Every member of a scenario: read, written and read again; and what is said of members that are not right.
#include <cstdio>

#include "tests/support/catch.hpp"
#include "tokenomics/sim/document.hpp"
#include "tokenomics/sim/scenario_fields.hpp"
#include "tokenomics/sim/scenario_read.hpp"

using namespace assay;
using namespace assay::sim;

namespace {

std::string file(const std::string& name, const std::string& text) {
    const std::string path = std::string(ASSAY_SIM_TEMP) + "/" + name;
    std::FILE* f = std::fopen(path.c_str(), "wb");
    REQUIRE(f != nullptr);
    CHECK(std::fwrite(text.data(), 1, text.size(), f) == text.size());
    std::fclose(f);
    return path;
}
Scenario good(const std::string& source, const std::vector<std::string>& sets = {}) {
    auto s = load_scenario(source, sets);
    if (!s) FAIL(s.error().message);
    return *std::move(s);
}

// A value that is not the default, of whatever a member is.
template <class F, class T>
void unusual(const F& f, T& v) {
    const double middle = f.min == 0 && f.max == 0 ? 3 : f.min + (f.max - f.min) / 3;
    if constexpr (std::is_same_v<T, std::string>) {
        v = "x";
    } else if constexpr (std::is_same_v<T, bool>) {
        v = !v;
    } else if constexpr (std::is_same_v<T, double>) {
        v = middle;
    } else if constexpr (std::is_same_v<T, Amount>) {
        v = Amount{1'234'567};
    } else if constexpr (std::is_same_v<T, TimeMs>) {
        v = TimeMs{1'893'456'000'000};
    } else if constexpr (std::is_enum_v<T>) {
        v = static_cast<T>(words_of(T{}).size() - 1);
    } else if constexpr (std::is_same_v<T, std::vector<Threshold>>) {
        v = {{"max_drawdown", true, 0.123}, {"burn_to_mint", false, 2}};
    } else if constexpr (std::is_same_v<T, tokenomics::Params>) {
        return;
    } else if constexpr (Behaviour<T>) {
        for_each_behaviour(v, [](const auto& g, auto& m) { unusual(g, m); });
    } else if constexpr (kIsVector<T>) {
        v.resize(1);
        for_each_behaviour(v[0], [](const auto& g, auto& m) { unusual(g, m); });
    } else if constexpr (std::is_integral_v<T>) {
        v = f.form == Form::duration ? T{7'200'000} : static_cast<T>(middle);
    } else {
        v.value = static_cast<std::uint64_t>(middle);
    }
}

struct Wrong {
    const char* members;  // of a scenario that extends devnet, from line 2 on
    Code code;
    const char* says;
    const char* place;
};

}  // namespace

TEST_CASE("every member of every table is written and read back") {
    Scenario s = good("devnet");
    const tokenomics::Params params = s.params;
    for_each_behaviour(s, [](const auto& f, auto& member) { unusual(f, member); });
    // What must fit together.
    s.horizon_days = 10;
    s.initial.supply = Amount{100'000'000'000'000};
    s.initial.vesting[0].holder = s.initial.holders[0].name;
    s.initial.credits_usd = 5;
    s.providers[0].device_class = params.classes[2].name;
    s.providers[0].class_index = 2;
    s.providers[0].count = 3;
    s.market.depth_usd = 1'000'000;
    s.seed = ~std::uint64_t{0};
    s.shocks.clear();
    for (std::size_t i = 0; i < kShockKinds.size(); ++i) {
        const ShockShape shape = shape_of(static_cast<ShockKind>(i));
        Shock shock;
        shock.kind = static_cast<ShockKind>(i);
        shock.at_day = 0.5 + static_cast<double>(i);
        if (shape.factor) shock.factor = 0.25;
        if (shape.days) shock.days = 2;
        if (shape.usd) shock.usd = 1.5;
        if (shape.devices) shock.devices = 17;
        if (shape.group) shock.group = "x";
        if (shape.param) shock.path = "bme.payout_ppb", shock.value = "900000000";
        s.shocks.push_back(shock);
    }
    const std::string text = scenario_json(s);
    const Scenario back = good(file("all.json", text));
    CHECK(scenario_json(back) == text);
    // And it is the same in memory, not only the same text.
    CHECK(back.providers[0].wash_when == WashWhen::stale);
    CHECK(back.providers[0].exit == ExitKind::streak);
    CHECK_FALSE(back.providers[0].serves);
    CHECK(back.market.kind == MarketKind::flow);
    CHECK(back.buyback.kind == BuybackKind::pid);
    CHECK(back.agents == Agents::single);
    CHECK(back.antithetic);
    CHECK(back.seed == ~std::uint64_t{0});
    CHECK(back.step_ms == 7'200'000);
    CHECK(back.initial.vesting[0].amount == Amount{1'234'567});
    CHECK(back.report.thresholds.size() == 2);
    CHECK(back.report.thresholds[0].above);
    CHECK_FALSE(back.report.thresholds[1].above);
    CHECK(back.shocks[7].devices == 17);
    CHECK(back.shocks[11].value == "900000000");
    // A file that says nothing has what the structs say.
    const Scenario plain = good("devnet");
    CHECK(plain.report.spiral.price_fall == Spiral{}.price_fall);
    CHECK(plain.providers[0].name == plain.providers[0].device_class);
}

TEST_CASE("what a bound says must hold") {
    const Scenario s = good("devnet", {"report.thresholds.max_drawdown=< 0.9", "report.thresholds.spiral=<0.05",
                                       "report.thresholds.burn_to_mint=> 1e-3"});
    REQUIRE(s.report.thresholds.size() == 3);
    CHECK(s.report.thresholds[0].above);  // above it, it fails
    CHECK(s.report.thresholds[0].value == 0.9);
    CHECK_FALSE(s.report.thresholds[2].above);
    CHECK(s.report.thresholds[2].value == 1e-3);
}

TEST_CASE("a shock of a parameter is what a vote could do") {
    const Scenario s = good("devnet", {R"(shocks=[
        {"at_day":9,"kind":"param","path":"split.work_ppb","value":"20%"},
        {"at_day":9,"kind":"param","path":"params.split.availability_ppb","value":500000000},
        {"at_day":3,"kind":"param","path":"stake.unit","value":"50 ASY"},
        {"at_day":4,"kind":"param","path":"classes.gpu-small.weight","value":"7"}])"});
    CHECK(s.shocks[0].value == "200000000");
    CHECK(s.shocks[1].path == "split.availability_ppb");
    CHECK(s.shocks[2].value == "50000000");
    CHECK(s.shocks[3].value == "7");
}

TEST_CASE("groups of one class get names of their own") {
    const Scenario s = good("devnet", {R"(providers=[{"class":"gpu-small"},{"class":"gpu-small","name":"big"},
                                       {"class":"gpu-small"}])",
                                       R"(shocks=[{"kind":"exit","group":"gpu-small-2","factor":0.5}])"});
    CHECK(s.providers[0].name == "gpu-small");
    CHECK(s.providers[1].name == "big");
    CHECK(s.providers[2].name == "gpu-small-2");
}

TEST_CASE("what is wrong is said with its place, its rule and the nearest name") {
    const Wrong wrongs[] = {
        {R"("initial": {"holders": [{"amount": "1 ASY"}]})", Code::json_missing_key, "initial.holders[0] has no name",
         "line 2, column 25"},
        {R"("initial": {"holders": [{"name": "a"}, {"name": "a"}]})", Code::field_out_of_range,
         "which another one is called as well", "line 2, column 49"},
        {R"("initial": {"holders": [{"name": "team"}], "vesting": [{"holder": "taem", "amount": "1"}]})",
         Code::field_out_of_range, "did you mean \"team\"", "line 2, column 67"},
        {R"("initial": {"holders": [{"name": "a", "amount": "51000001 ASY"}]})", Code::field_out_of_range,
         "holders 51000001000000", "initial.supply is 51000000000000"},
        {R"("initial": {"holders": [{"name": "a", "amount": "48000000 ASY"}],
 "treasury": "1000000 ASY"}, "market": {"depth_usd": 3000000})",
         Code::field_out_of_range, "treasury 1000000000000", "pool 3000000000000"},
        {R"("initial": {"delegated": 1.5})", Code::json_type, "whole number", "line 2, column 26"},
        {R"("demand": {"market_correlation": 1.5})", Code::field_out_of_range, "allowed are -1 to 1",
         "line 2, column 34"},
        {R"("demand": {"jumps": {"per_yaer": 1}})", Code::json_unknown_key, "did you mean \"per_year\"",
         "line 2, column 34"},
        {R"("service": {"kind": "auction"})", Code::field_out_of_range, "allowed are utilisation, merit",
         "line 2, column 21"},
        {R"("market": {"kind": 3})", Code::json_type, "market.kind", "line 2, column 20"},
        {R"("market": {"fee_ppb": 500000001})", Code::json_number_range, "500000000", "line 2, column 23"},
        {R"("providers": [{"class": "gpu-smal"}])", Code::unknown_class, "did you mean \"gpu-small\"",
         "line 2, column 25"},
        {R"("providers": [{"class": "gpu-small", "serves": "no"}])", Code::json_type, "true or false",
         "line 2, column 48"},
        {R"("providers": [{"class": "gpu-small", "fake_share": 2}])", Code::field_out_of_range, "0 to 1",
         "line 2, column 52"},
        {R"("providers": [{"class": "gpu-small", "name": ""}])", Code::field_out_of_range, "0 characters",
         "line 2, column 46"},
        {R"("agents": "many")", Code::field_out_of_range, "allowed are class, single", "line 2, column 11"},
        {R"("antithetic": 1)", Code::json_type, "true or false", "line 2, column 15"},
        {R"("start": "2026-13-01T00:00:00Z")", Code::field_out_of_range, "start: ", "line 2, column 10"},
        {R"("shocks": [{"at_day": 1, "factor": 2}])", Code::json_missing_key, "shocks[0].kind is missing",
         "line 2, column 12"},
        {R"("shocks": [{"kind": "price"}])", Code::json_missing_key, "shocks[0].factor is missing",
         "line 2, column 12"},
        {R"("shocks": [{"kind": "price", "factor": 2, "days": 3}])", Code::json_unknown_key,
         "means nothing in a shock of kind price", "line 2, column 51"},
        {R"("shocks": [{"kind": "unlock", "factor": 2, "days": 3}])", Code::field_out_of_range, "0 to 1",
         "line 2, column 41"},
        {R"("shocks": [{"kind": "entry", "group": "gpu-small"}])", Code::json_missing_key,
         "shocks[0].devices is missing", "line 2, column 12"},
        {R"("shocks": [{"kind": "exit", "factor": 1, "group": "gpu-smal"}])", Code::field_out_of_range,
         "did you mean \"gpu-small\"", "line 2, column 51"},
        {R"("shocks": [{"kind": "param", "path": "bme.payuot_ppb", "value": 1}])", Code::unknown_param, "payout_ppb",
         "line 2, column 38"},
        {R"("shocks": [{"kind": "param", "path": "bme.payout_ppb", "value": 1000000001}])", Code::json_number_range,
         "1000000000", "line 2, column 65"},
        {R"("shocks": [{"kind": "param", "path": "token.cap", "value": "9 ASY"}])", Code::param_fixed, "token.cap",
         "line 2, column 38"},
        {R"("shocks": [{"kind": "param", "path": "split.work_ppb", "value": "1%"}])", Code::bad_proposal, "split",
         "line 2, column 38"},
        {R"("report": {"thresholds": {"max_drawdwn": "< 1"}})", Code::json_unknown_key, "did you mean \"max_drawdown\"",
         "line 2, column 42"},
        {R"("report": {"thresholds": {"max_drawdown": "0.8"}})", Code::field_out_of_range, "written as",
         "line 2, column 43"},
        {R"("report": {"thresholds": {"max_drawdown": "< x"}})", Code::field_out_of_range, "written as",
         "line 2, column 43"},
        {R"("report": {"thresholds": {"max_drawdown": 0.8}})", Code::json_type, "a string", "line 2, column 43"},
        {R"("report": {"spiral": {"price_fall": 70}})", Code::field_out_of_range, "0 to 1", "line 2, column 37"},
    };
    for (const Wrong& w : wrongs) {
        const auto s = load_scenario(file("wrong.json", std::string("{\"extends\": \"devnet\",\n") + w.members + "}"));
        INFO(w.members);
        REQUIRE_FALSE(s.ok());
        INFO(s.error().message);
        CHECK(s.error().code == w.code);
        CHECK(s.error().message.find("wrong.json: ") != std::string::npos);
        CHECK(s.error().message.find(w.says) != std::string::npos);
        CHECK(s.error().message.find(w.place) != std::string::npos);
    }
}

TEST_CASE("all errors of a file are told at once") {
    const std::string path = file("many.json", R"({"extends": "devnet", "demnad": {},
  "demand": {"drift": 99, "volatility": "high"},
  "shocks": [{"kind": "price"}, {"kind": "flood"}],
  "providers": [{"class": "gpu-smal", "uptime": -1}]})");
    const auto errors = scenario_errors(path);
    REQUIRE(errors.size() == 7);
    for (const Error& e : errors) CHECK(e.message.rfind(path + ": ", 0) == 0);
    CHECK(scenario_errors("devnet").empty());
    CHECK(scenario_errors("nowhere").size() == 1);
    CHECK(scenario_errors("yotta").front().code == Code::number_unpublished);
}

TEST_CASE("scenarios lie over each other from left to right") {
    file("pack.json", R"({"over": "devnet", "demand": {"drift": -1}, "shocks": [{"at_day": 5, "kind": "price",
        "factor": 0.5}]})");
    file("other.json", R"({"extends": "devnet", "demand": {"drift": 2, "volatility": 0.1},
        "shocks": [{"at_day": 1, "kind": "demand", "factor": 2}]})");
    const std::string folder = std::string(ASSAY_SIM_TEMP) + "/";
    const Scenario s = good(file("both.json", R"({"extends": ["akash", "pack.json"], "horizon_days": 50})"));
    CHECK(s.params.token.denom == "AKT");
    CHECK(s.demand.drift == -1);
    CHECK(s.shocks.size() == 1);
    CHECK(s.name == "both");
    // Shocks add up; members of the right win; a pack alone lies over what it names.
    const Scenario two = good(folder + "other.json," + folder + "pack.json");
    CHECK(two.demand.drift == -1);
    CHECK(two.demand.volatility == 0.1);
    REQUIRE(two.shocks.size() == 2);
    CHECK(two.shocks[0].kind == ShockKind::demand);
    CHECK(two.params.token.denom == "ASY");
    const Scenario alone = good(folder + "pack.json");
    CHECK(alone.params.token.denom == "ASY");
    CHECK(alone.shocks.size() == 1);
    // More of its own, or none of theirs.
    CHECK(good(file("more.json", R"({"extends": "both.json", "shocks": [{"at_day": 7, "kind": "cost", "factor": 2}]})"))
              .shocks.size() == 2);
    CHECK(good(file("none.json", R"({"extends": "both.json", "shocks": []})")).shocks.empty());
    for (const char* bad : {R"({"extends": []})", R"({"extends": [1]})", R"({"extends": 1})"})
        CHECK(load_scenario(file("bad.json", bad)).error().code == Code::json_type);
    CHECK(load_scenario(file("bad.json", R"({"extends": ["akash", "pakc.json"]})")).error().code == Code::not_found);
    CHECK(load_scenario("akash,").error().code == Code::not_found);
    // What is wrong only in combination is the fault of what came last.
    file("wrongpack.json", R"({"over": "devnet", "providers": [{"class": "gpu-small"}]})");
    const auto wrong = load_scenario("akash," + folder + "wrongpack.json");
    REQUIRE_FALSE(wrong.ok());
    CHECK(wrong.error().message.find("wrongpack.json: providers[0].class") != std::string::npos);
}

TEST_CASE("what a study adds to a file is no member of a scenario") {
    const std::string path = file("study.json", R"({"extends": "devnet",
        "sweep": {"mode": "grid", "params": {"bme.payout_ppb": [0, 900000000]}}})");
    CHECK(scenario_json(good(path)).find("\"sweep\"") == std::string::npos);
    const auto child = read_document(file("study2.json", R"({"extends": "study.json", "sweep": {"mode": "zip"}})"));
    REQUIRE(child.ok());
    CHECK(child->find("sweep")->find("mode")->text == "zip");
    CHECK(child->find("sweep")->find("params") != nullptr);
    CHECK(read_document(path)->find("$schema") == nullptr);
}
