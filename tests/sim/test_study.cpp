// Studies over the model itself, small ones: what they ask it, and what they make of the answers.
#include <cmath>

#include "tests/sim/scenarios.hpp"
#include "tokenomics/sim/study/assertion.hpp"
#include "tokenomics/sim/study/calibrate.hpp"
#include "tokenomics/sim/study/paired.hpp"
#include "tokenomics/sim/study/sensitivity.hpp"
#include "tokenomics/sim/study/sweep.hpp"

namespace assay::sim::study {
namespace {

BaseScenario base_of(const std::vector<std::string>& sets) {
    auto b = BaseScenario::load("devnet", sets);
    if (!b) FAIL(b.error().message);
    return *std::move(b);
}

std::vector<std::size_t> all_figures() {
    std::vector<std::size_t> out;
    for (std::size_t i = 0; i < kFigureCount; ++i) out.push_back(i);
    return out;
}

Axis axis(const std::string& text) {
    auto a = parse_axis("--param", text);
    if (!a) FAIL(a.error().message);
    return *a;
}

std::string refused(const std::string& assertion) {
    const auto a = parse_assertion(assertion);
    return a ? "" : a.error().message;
}

}  // namespace

TEST_CASE("a set changes its field alone: what was filled in stays as it was", "[study]") {
    const BaseScenario base = base_of({"horizon_days=5"});
    const auto s = base.with({"initial.price_usd=2"});
    REQUIRE(s);
    CHECK(s->initial.price_usd == 2);
    CHECK(s->market.depth_usd == base.scenario().market.depth_usd);
    CHECK(scenario_json(*base.with({})) == scenario_json(base.scenario()));
    // Entries of a list that no file wrote.
    const auto counted = base.with({"providers[0].count=7"});
    REQUIRE(counted);
    CHECK(counted->providers[0].count == 7);
    // Fields that take whole numbers, so many decimals, all of them.
    std::vector<Axis> axes = {axis("providers[0].count=10:20"), axis("params.price.initial=50000000:200000000"),
                              axis("demand.drift=-1:1"), axis("bme.payout_ppb=0:900000000"), axis("seed=1:1000000")};
    const Status fits = base.fit(axes);
    INFO((fits ? "" : fits.error().message));
    REQUIRE(fits);
    CHECK(axes[0].decimals == 0);
    CHECK(axes[1].decimals == 0);
    CHECK(axes[2].decimals == -1);
    CHECK(axes[3].decimals == 0);
    CHECK(axes[4].decimals == 0);
    std::vector<Axis> wrong = {axis("demand.drift=-1:100")};
    const Status refusal = base.fit(wrong);
    REQUIRE_FALSE(refusal);
    CHECK(refusal.error().message.find("demand.drift=100: ") == 0);
}

TEST_CASE("a point's runs are those of the model, whatever runs beside them", "[study][threads]") {
    const BaseScenario base = base_of({"horizon_days=10"});
    const std::vector<std::vector<std::string>> sets = {{}, {"demand.volatility=2"}, {"demand.drift=1"}};
    const auto at = [&](std::size_t i) { return base.with(sets[i]); };
    const auto one = evaluate(3, at, {kFinalPrice, kMaxDrawdown}, {.runs = 11});
    const auto more = evaluate(3, at, {kFinalPrice, kMaxDrawdown}, {.runs = 11, .threads = 3});
    REQUIRE(one);
    REQUIRE(more);
    CHECK(one->figures == more->figures);
    const Model m = model_of(*base.with(sets[1]));
    for (const std::uint64_t run : {0u, 7u, 8u, 10u}) {
        const auto f = run_one(m, run);
        REQUIRE(f);
        CHECK(one->of(0, 1)[run] == (*f)[kFinalPrice]);
        CHECK(one->of(1, 1)[run] == (*f)[kMaxDrawdown]);
    }
    // Series at days, by the nearest step.
    const auto series = evaluate_series(base.scenario(), {kPrice}, {1, 4.4, 10}, {.runs = 9, .threads = 2});
    REQUIRE(series);
    std::vector<double> seen;
    REQUIRE(run_one(model_of(base.scenario()), 8, [&](std::size_t, const Sample& s) { seen.push_back(s[kPrice]); }));
    CHECK((*series)[0][0][8] == seen[0]);
    CHECK((*series)[0][1][8] == seen[3]);
    CHECK((*series)[0][2][8] == seen[9]);
    CHECK_FALSE(evaluate_series(base.scenario(), {kPrice}, {12}, {.runs = 1}));
    std::atomic<bool> stop{true};
    const auto stopped = evaluate(3, at, {kFinalPrice}, {.runs = 11, .stop = &stop});
    REQUIRE_FALSE(stopped);
    CHECK(stopped.error().code == Code::interrupted);
}

TEST_CASE("cells of a sweep by each design", "[study]") {
    const BaseScenario base = base_of({"horizon_days=5"});
    const auto plan = [&](SweepQuery q) { return plan_sweep(base, std::move(q)); };
    const auto grid = plan({.design = Design::grid, .axes = {axis("demand.drift=0,1"), axis("seed=1,2,3")}});
    REQUIRE(grid);
    REQUIRE(grid->cells.size() == 6);
    CHECK(cell_name(grid->cells[4], 4) == "cell 4 (demand.drift=1, seed=2)");
    CHECK(grid->steps == 6 * 5);
    const auto zip = plan({.design = Design::zip, .axes = {axis("demand.drift=0,1"), axis("seed=5:6:2")}});
    REQUIRE(zip);
    REQUIRE(zip->cells.size() == 2);
    CHECK(zip->cells[1] == Cell{{"demand.drift", "1"}, {"seed", "6"}});
    const auto lhs = plan(
        {.design = Design::lhs, .axes = {axis("demand.drift=0:1"), axis("providers[0].count=10:90")}, .samples = 8});
    REQUIRE(lhs);
    CHECK(lhs->cells.size() == 8);
    CHECK(lhs->cells[0][1].second.find('.') == std::string::npos);
    const auto sobol = plan({.design = Design::sobol,
                             .axes = {axis("demand.drift=-1:1"), axis("demand.volatility=0.1:10:log")},
                             .samples = 4});
    REQUIRE(sobol);
    CHECK(sobol->cells[0] == Cell{{"demand.drift", "-1"}, {"demand.volatility", "0.1"}});
    CHECK(sobol->cells[1][0].second == "0");
    CHECK(sobol->cells[2][0].second == "0.5");

    const auto says = [&](SweepQuery q, const std::string& what) {
        const auto p = plan_sweep(base, std::move(q));
        REQUIRE_FALSE(p);
        INFO(p.error().message);
        CHECK(p.error().message.find(what) != std::string::npos);
    };
    says({}, "nothing is swept");
    says({.axes = {axis("demand.drift=0,1,99")}}, "cell 2 (demand.drift=99): demand.drift is 99");
    says({.axes = {axis("demand.drft=0,1")}}, "drift");
    says({.axes = {axis("demand.drift=0:1")}}, "grid needs values");
    says({.axes = {axis("seed=1,2"), axis("seed=3,4")}}, "given twice");
    says({.axes = {axis("seed=1:9000:9000"), axis("demand.drift=0,1")}}, "at most 10000");
    says({.design = Design::zip, .axes = {axis("seed=1,2"), axis("demand.drift=0,1,2")}}, "lists of one length");
    says({.design = Design::lhs, .axes = {axis("seed=1:9")}}, "--samples is 0");
    says({.design = Design::sobol, .axes = {axis("seed=1,9")}, .samples = 4}, "draws from ranges");
    says({.design = Design::table}, "--table FILE.csv is missing");
}

TEST_CASE("a pair on the same luck differs by what was changed alone", "[study][threads]") {
    const BaseScenario base = base_of({"horizon_days=20"});
    const auto wild = base.with({"demand.drift=0.5"});
    REQUIRE(wild);
    const auto run = [&](const Scenario& b) {
        return *evaluate(2, [&](std::size_t i) { return Result<Scenario>(i == 0 ? base.scenario() : b); },
                         all_figures(), {.runs = 64});
    };
    const auto same = compare_pairs(run(base.scenario()), base.scenario().report, 1);
    CHECK(same[kFinalPrice].mean.value == 0);
    CHECK(same[kFinalPrice].mean.high == 0);
    CHECK(same[kFinalPrice].better.value == 0.5);
    const auto apart = compare_pairs(run(*wild), base.scenario().report, 1);
    const PairedFigure& burned = apart[kTotalBurned];
    CHECK(burned.mean.high < 0);  // the first burns less
    CHECK(burned.median.high < 0);
    CHECK(std::fabs(burned.mean.value - (burned.mean_a - burned.mean_b)) < 1e-6 * burned.mean_a);
    CHECK(burned.variance_ratio > 10);
    CHECK(burned.better.value == 0);
    CHECK_FALSE(burned.smaller_is_better);
    REQUIRE(apart[kMaxDrawdown].smaller_is_better);
    CHECK(*apart[kMaxDrawdown].smaller_is_better);
    // Independent luck takes the advantage away.
    const auto other = base.with({"demand.drift=0.5", "seed=99"});
    REQUIRE(other);
    CHECK(compare_pairs(run(*other), base.scenario().report, 1)[kTotalBurned].variance_ratio < 3);

    const auto longer = base.with({"horizon_days=21"});
    REQUIRE(longer);
    CHECK_FALSE(comparable(base.scenario(), *longer));
}

TEST_CASE("assertions as people write them", "[study]") {
    const auto a = parse_assertion(" max_drawdown.p05 <= 80 % ");
    REQUIRE(a);
    CHECK(a->figure == kMaxDrawdown);
    CHECK(a->measure == Measure::quantile);
    CHECK(a->q == 0.05);
    CHECK(a->op == Compare::less_equal);
    CHECK(a->number == 0.8);
    const auto p = parse_assertion("P(final_price_usd < 0.5) >= 0.1");
    REQUIRE(p);
    CHECK(p->measure == Measure::share);
    CHECK(p->bound == 0.5);
    CHECK(p->op == Compare::greater_equal);
    auto fail = parse_assertion("P(spiral) < 5%");
    REQUIRE(fail);
    REQUIRE(settle_threshold(*fail, {}));
    CHECK(fail->bound == 0.5);
    Report own;
    own.thresholds.push_back({"volatility", false, 0.25});
    auto vol = parse_assertion("volatility.fail < 0.1");
    REQUIRE(vol);
    REQUIRE(settle_threshold(*vol, own));
    CHECK(vol->when == Compare::less);
    CHECK(vol->bound == 0.25);
    auto none = parse_assertion("P(final_price_usd) < 0.1");
    REQUIRE(none);
    CHECK_FALSE(settle_threshold(*none, {}));

    CHECK(refused("max_drawdown < 0.8").find("it says no measure") != std::string::npos);
    CHECK(refused("max_drawdown.p50").find("it compares nothing") != std::string::npos);
    CHECK(refused("max_drawdown.p5 < 1").find("\"p5\" is no measure") != std::string::npos);
    CHECK(refused("max_drawdwn.p50 < 1").find("did you mean \"max_drawdown\"?") != std::string::npos);
    CHECK(refused("max_drawdown.mean < x").find("\"x\" is no number") != std::string::npos);
    CHECK(refused("P(spiral) < 5").find("between 0 and 1") != std::string::npos);
    CHECK(refused("P(spiral < 5%").find("bracket") != std::string::npos);
}

TEST_CASE("a sentence holds, fails, or needs more runs", "[study]") {
    std::vector<double> values;
    for (int i = 0; i < 1000; ++i) values.push_back(i / 1000.0);
    const auto verdict = [&](const std::string& text) {
        auto a = parse_assertion(text);
        REQUIRE(a);
        return judge(*a, values);
    };
    CHECK(verdict("volatility.p50 < 0.6").verdict == Verdict::holds);
    CHECK(verdict("volatility.p50 > 0.6").verdict == Verdict::fails);
    const Judgement near = verdict("volatility.p50 < 0.51");
    CHECK(near.verdict == Verdict::undecided);
    CHECK(near.runs_needed > 5'000);
    CHECK(near.runs_needed < 20'000);
    CHECK(verdict("volatility.mean < 0.53").verdict == Verdict::holds);
    CHECK(verdict("P(volatility > 0.9) < 0.13").verdict == Verdict::holds);
    CHECK(verdict("P(volatility > 0.9) < 0.11").verdict == Verdict::undecided);
    CHECK(verdict("P(volatility > 0.9) < 0.05").verdict == Verdict::fails);
    // Half of the runs have no value: no failures, no part of the mean.
    for (int i = 500; i < 1000; ++i) values[static_cast<std::size_t>(i)] = std::nan("");
    CHECK(std::fabs(verdict("volatility.mean < 1").estimate.value - 0.2495) < 1e-9);
    CHECK(verdict("P(volatility > 0.25) < 0.5").estimate.value == 0.249);
    values.assign(10, std::nan(""));
    CHECK(verdict("volatility.mean < 1").verdict == Verdict::undecided);
}

TEST_CASE("sensitivity of the model: a field that does nothing has no share", "[study][threads]") {
    const BaseScenario base = base_of({"horizon_days=8", "demand.volatility=0", "market.volatility=0"});
    SensitivityQuery q;
    q.n = 16;
    q.axes = {axis("demand.usd_per_day=1000:100000"), axis("demand.volatility=0:0.0000001")};
    q.figures = {kTotalBurned};
    const auto s = analyse(base, q, {.runs = 2});
    REQUIRE(s);
    REQUIRE(s->rows.size() == 6);
    CHECK(s->rows[1].index == "total");
    CHECK(s->rows[1].estimate.value > 0.8);
    CHECK(s->rows[3].estimate.value < 0.001);
    const auto files = sensitivity_files(*s);
    CHECK(files[0].second.find("\"names\": [\"demand.usd_per_day\", \"demand.volatility\"]") != std::string::npos);
    CHECK(std::count(files[1].second.begin(), files[1].second.end(), '\n') == 16 * 4 + 1);
    q.figures = {kCrossoverDay};  // missing in so short a time
    CHECK_FALSE(analyse(base, q, {.runs = 2}));
    q.axes = {axis("demand.drift=1,2")};
    CHECK_FALSE(analyse(base, q, {.runs = 2}));
}

TEST_CASE("a calibration finds what made the data", "[study][threads]") {
    const BaseScenario base = base_of({"demand.volatility=0", "market.volatility=0"});
    const auto truth = base.with({"demand.usd_per_day=5000", "demand.drift=1.5", "horizon_days=84"});
    REQUIRE(truth);
    std::vector<double> days;
    for (int w = 1; w <= 12; ++w) days.push_back(7.0 * w);
    const auto made = evaluate_series(*truth, {kBurned, kPrice}, days, {.runs = 1});
    REQUIRE(made);
    std::string csv = "week,burned,price\n";
    for (std::size_t i = 0; i < 12; ++i)
        csv += std::to_string(i) + "," + std::to_string((*made)[0][i][0] - (i > 0 ? (*made)[0][i - 1][0] : 0)) + "," +
               std::to_string((*made)[1][i][0]) + "\n";
    const auto table = csv_from_text(csv, "made.csv");
    REQUIRE(table);
    CalibrationQuery q;
    q.time_column = "week";
    q.time_unit_days = 7;
    q.maps = {*parse_mapping("burned.flow=burned"), *parse_mapping("price_usd=price")};
    q.bounds = {axis("demand.usd_per_day=500:50000:log"), axis("demand.drift=-3:3")};
    q.train = *parse_rows("--train", "0:8");
    q.test = *parse_rows("--test", "8:12");
    q.evaluations = 90;
    const auto c = calibrate(base, q, *table, {.runs = 1});
    if (!c) FAIL(c.error().message);
    const auto fitted = base.with(c->sets);
    REQUIRE(fitted);
    CHECK(std::fabs(fitted->demand.usd_per_day / 5000 - 1) < 0.02);
    CHECK(std::fabs(fitted->demand.drift - 1.5) < 0.1);
    CHECK(c->test[0].mape < 0.02);
    CHECK(c->test[0].rows == 4);
    CHECK(c->days[0] == 7);

    q.test = {4, 9};
    CHECK_FALSE(calibrate(base, q, *table, {.runs = 1}));
    q.test = {8, 13};
    CHECK_FALSE(calibrate(base, q, *table, {.runs = 1}));
    CHECK_FALSE(parse_rows("--test", "9:4"));
    CHECK_FALSE(parse_rows("--test", "4"));
    CHECK_FALSE(parse_mapping("prices=close"));
    CHECK(parse_mapping("price_us=close").error().message.find("did you mean \"price_usd\"?") != std::string::npos);
}

}  // namespace assay::sim::study
