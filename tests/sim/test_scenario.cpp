// Scenario files: what they may say, how they extend, and the errors of those that may not.
#include "tokenomics/sim/scenario.hpp"

#include <cstdio>

#include "tests/support/catch.hpp"
#include "tokenomics/params_json.hpp"

using namespace assay;
using namespace assay::sim;

namespace {

std::string write(const std::string& name, const std::string& text) {
    const std::string path = std::string(ASSAY_SIM_TEMP) + "/" + name;
    std::FILE* f = std::fopen(path.c_str(), "wb");
    REQUIRE(f != nullptr);
    CHECK(std::fwrite(text.data(), 1, text.size(), f) == text.size());
    std::fclose(f);
    return path;
}
Error refused(const std::string& text) {
    const auto s = load_scenario(write("bad.json", text));
    REQUIRE_FALSE(s.ok());
    INFO(s.error().message);
    CHECK(s.error().message.find("bad.json") != std::string::npos);
    return s.error();
}
Error refused_set(const std::string& set) {
    const auto s = load_scenario("devnet", {set});
    INFO(set);
    REQUIRE_FALSE(s.ok());
    return s.error();
}
bool says(const Error& e, const std::string& what) {
    INFO(e.message);
    const bool found = e.message.find(what) != std::string::npos;
    CHECK(found);
    return found;
}

}  // namespace

TEST_CASE("a preset's name alone is a scenario, and its providers begin at a margin of nothing") {
    const auto s = load_scenario("devnet");
    REQUIRE(s.ok());
    CHECK(s->name == "devnet");
    CHECK(s->initial.supply == Amount{51'000'000'000'000});
    CHECK(s->initial.bonded == Amount{1'000'000'000'000});
    CHECK(s->initial.price_usd == 1.0);
    CHECK(s->providers.size() == s->params.classes.size());
    CHECK(s->demand.usd_per_day > 0);
}

TEST_CASE("a scenario file says what differs, with comments, and another may extend it") {
    const std::string base = write("base.json", R"({ // a comment
        "$schema": "x", "extends": "devnet", "_why": "a comment field", "seed": 7, "horizon_days": 100, "step": "6h",
        "params": {"stake": {"unit": "50 ASY"}, "split": {"work_ppb": 200000000, "availability_ppb": 500000000}},
        "initial": {"supply": "60000000 ASY", "price_usd": 0.5},
        "demand": {"usd_per_day": 50000, "drift": 0.3, "jumps": {"per_year": 2}},
        "providers": [{"class": "gpu-large", "count": 30, "cost_usd_per_gpu_hour": 1.5, "lead_days": 30}],
        "market": {"kind": "cpmm", "depth_usd": 1000000, "fee_ppb": 1000000},
        "shocks": [{"at_day": 40, "kind": "price", "factor": 0.5}] })");
    const auto s = load_scenario(base);
    if (!s) FAIL(s.error().message);
    CHECK(s->seed == 7);
    CHECK(s->step_ms == 6 * 3'600'000);
    CHECK(s->steps() == 400);
    CHECK(s->params.stake.unit == Amount{50'000'000});
    CHECK(s->params.split.work.value == 200'000'000);
    CHECK(s->params.split.stakers.value == 100'000'000);  // the preset's
    CHECK(s->initial.supply == Amount{60'000'000'000'000});
    CHECK(s->providers.size() == 1);
    CHECK(s->shocks.size() == 1);
    const std::string child = write("child.json", R"({"extends": "base.json", "demand": {"usd_per_day": 7}})");
    const auto c = load_scenario(child, {"demand.drift=0.1", "params.stake.unit=60 ASY", "market.bid_blocks=9",
                                         "market.fee_ppb=0.5%", "bme.payout_ppb=90%", "providers[0].count=31"});
    if (!c) FAIL(c.error().message);
    CHECK(c->demand.usd_per_day == 7);
    CHECK(c->demand.drift == 0.1);
    CHECK(c->demand.jumps.per_year == 2);
    CHECK(c->params.stake.unit == Amount{60'000'000});
    CHECK(c->params.market.bid_blocks == 9);
    CHECK(c->market.fee.value == 5'000'000);
    CHECK(c->params.bme.payout.value == 900'000'000);
    CHECK(c->providers[0].count == 31);
    CHECK(c->name == "child");
}

TEST_CASE("a bad scenario is refused with file, line, column and the nearest name") {
    Error e = refused("{\"extends\": \"devnet\",\n  \"demnad\": {}}");
    CHECK(e.code == Code::json_unknown_key);
    says(e, "line 2, column 13");
    says(e, "demand");
    e = refused("{\"extends\": \"devnet\",\n\n \"demand\": {\"volatilty\": 1}}");
    CHECK(e.code == Code::json_unknown_key);
    says(e, "line 3");
    says(e, "did you mean \"volatility\"");
    e = refused("{\"extends\": \"devnet\", \"params\": {\"stake\": {\"unti\": \"1\"}}}");
    CHECK(e.code == Code::json_unknown_key);
    says(e, "params.stake.unti");
    e = refused("{\"extends\": \"devnet\",\n \"demand\": {\"volatility\": \"much\"}}");
    CHECK(e.code == Code::json_type);
    says(e, "line 2, column 27");
    CHECK(refused("{\"extends\": \"devnet\",}").code == Code::json_syntax);
    CHECK(refused("{\"seed\": 1, \"seed\": 2}").code == Code::json_duplicate_key);
    CHECK(refused("[]").code == Code::json_type);
    CHECK(refused("{\"seed\": 1}").code == Code::json_missing_key);
    CHECK(refused(R"({"extends": "devnet", "initial": {"supply": "1.0000001 ASY"}})").code == Code::bad_amount);
    CHECK(refused(R"({"extends": "devnet", "initial": {"supply": "1 AKT"}})").code == Code::bad_amount);
    CHECK(refused(R"({"extends": "devnet", "initial": {"supply": "999000000 ASY"}})").code == Code::field_out_of_range);
    CHECK(refused(R"({"extends": "devnet", "step": "1w"})").code == Code::field_out_of_range);
    CHECK(refused(R"({"extends": "devnet", "step": "9s"})").code == Code::field_out_of_range);
    CHECK(refused(R"({"extends": "devnet", "step": "epoch", "horizon_days": 3650})").code == Code::field_out_of_range);
    CHECK(refused(R"({"extends": "devnet", "shocks": [{"kind": "flood"}]})").code == Code::field_out_of_range);
    CHECK(refused(R"({"extends": "devnet", "market": {"kind": "orderbook"}})").code == Code::field_out_of_range);
    CHECK(refused(R"({"extends": "devnet", "params": {"split": {"work_ppb": 1}}})").code == Code::bad_genesis);
    e = refused(R"({"extends": "devnet", "providers": [{"class": "gpu-smal"}]})");
    CHECK(e.code == Code::unknown_class);
    says(e, "gpu-small");
    CHECK(refused(R"({"extends": "devnet", "providers": []})").code == Code::json_type);
    CHECK(refused(R"({"extends": "devnet", "providers": [{"count": 3}]})").code == Code::json_missing_key);
    CHECK(refused(R"({"extends": "devnet", "seed": -1})").code == Code::json_number_range);
    CHECK(refused(R"({"extends": "devnet", "demand": {"usd_per_day": 1e400}})").code == Code::json_number_range);
    CHECK(refused(R"({"extends": "bad.json"})").code == Code::json_too_deep);
}

TEST_CASE("what is not there is said with what is") {
    const auto s = load_scenario("devnett");
    REQUIRE_FALSE(s.ok());
    CHECK(s.error().code == Code::not_found);
    says(s.error(), "did you mean \"devnet\"");
    CHECK(load_scenario(ASSAY_SIM_TEMP).error().code == Code::not_found);
    CHECK(load_scenario("").error().code == Code::not_found);
}

TEST_CASE("--set is checked like a file") {
    CHECK(refused_set("demand.volatility").code == Code::usage);
    CHECK(refused_set("=1").code == Code::usage);
    CHECK(refused_set("demand..x=1").code == Code::usage);
    CHECK(refused_set("providers[x].count=1").code == Code::usage);
    CHECK(refused_set("providers[0].count=1").code == Code::field_out_of_range);  // the preset has no such list
    CHECK(refused_set("classes[9].weight=1").code == Code::field_out_of_range);
    CHECK(refused_set("demand.volatilty=1").code == Code::json_unknown_key);
    says(refused_set("bme.payuot_ppb=1"), "payout_ppb");
    CHECK(refused_set("bme.payout_ppb=101%").code == Code::json_number_range);
    CHECK(refused_set("emission.total=1000000000 ASY").code == Code::bad_genesis);
    CHECK(refused_set("demand.volatility=[").code == Code::json_syntax);
    CHECK(refused_set("seed=99999999999999999999999").code == Code::json_number_range);
    // A fraction that the file has no place for yet, every digit of it: e^-rate of another network's decay.
    const auto decay = load_scenario("devnet", {"emission.kind=exp_decay", "emission.exp_decay.first=1000 ASY",
                                                "emission.exp_decay.rate=0.000949516685698555218379770029394762422"});
    INFO((decay ? std::string() : decay.error().message));
    REQUIRE(decay.ok());
    CHECK(decay->params.emission.exp_decay.rate ==
          tokenomics::fraction_q128("0.000949516685698555218379770029394762422").value());
    const auto s = load_scenario("devnet", {"seed=18446744073709551615"});
    REQUIRE(s.ok());
    CHECK(s->seed == ~std::uint64_t{0});
}

TEST_CASE("a genesis file stands for its network") {
    const auto s = load_scenario(std::string(ASSAY_SOURCE_DIR) + "/genesis/devnet.json");
    const auto preset = load_scenario("devnet");
    REQUIRE(s.ok());
    CHECK(scenario_json(*s) == scenario_json(*preset));
}
