// The books of every step, many threads and one, seeds, shocks, and what the numbers of many runs are made of.
#include <algorithm>
#include <cmath>

#include "tests/sim/scenarios.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/random.hpp"
#include "tokenomics/sim/run/result.hpp"
#include "tokenomics/sim/run/statistics.hpp"
#include "tokenomics/stake.hpp"

using namespace assay;
using namespace assay::sim;

namespace {

CellResult cell_of(const Scenario& s, std::uint64_t runs, std::size_t threads, std::size_t points = 10) {
    auto c = simulate(s, {.runs = runs, .threads = threads, .points = points});
    if (!c) FAIL(c.error().message);
    return *std::move(c);
}
ResultFiles files_of(const Scenario& s, std::uint64_t runs, std::size_t threads) {
    Question q;
    q.scenario = &s;
    q.runs = runs;
    return render({cell_of(s, runs, threads)}, q, {.version = "test"});
}
Status all_runs(const Model& m, std::uint64_t runs, const Meddler& meddle = {}) {
    BlockOptions o;
    o.end = blocks_of(runs);
    o.threads = 2;
    o.meddle = meddle;
    return run_blocks(m, o, [](std::uint64_t, const BlockResult&) {});
}
const std::vector<std::string> kWild = {"horizon_days=400", "demand.volatility=3", "market.volatility=3",
                                        R"(demand.jumps={"per_year":20,"mean":-0.3,"sd":1})"};

}  // namespace

TEST_CASE("no token, credit or dollar is lost or made in wild economies") {
    // Model::run checks its books at every step and ends with an error where they do not add up.
    INFO("seed " << test::seed());
    test::Random random;
    for (int i = 0; i < 12; ++i) {
        std::vector<std::string> sets = kWild;
        constexpr const char* kModes[] = {"destroy", "fee_destroy", "vault", "mint_ratio"};
        sets.push_back(std::string("bme.mode=\"") + kModes[i % 4] + "\"");
        sets.push_back("bme.credits_per_token=" + std::to_string(1 + random.below(10'000'000)));
        sets.push_back("bme.fee_destroy.fee_ppb=" + std::to_string(1 + random.below(1'000'000'000)));
        sets.push_back("bme.fee_destroy.burn_ppb=" + std::to_string(random.below(1'000'000'001)));
        sets.push_back("bme.vault.shortfall_ppb=" + std::to_string(random.below(50'000'000)));
        sets.push_back("bme.recycle.cap=" + std::to_string(random.below(1'000'000'000'000)));
        sets.push_back("bme.deviations_ppb=" + std::to_string(random.below(3'000'000'000)));
        sets.push_back("seed=" + std::to_string(random.below(1'000'000)));
        sets.push_back("demand.usd_per_day=" + std::to_string(random.below(4) == 0 ? 0 : random.below(100'000'000)));
        sets.push_back("market.depth_usd=" + std::to_string(1 + random.below(20'000'000)));
        sets.push_back("market.fee_ppb=" + std::to_string(random.below(500'000'001)));
        sets.push_back("bme.payout_ppb=" + std::to_string(random.below(1'000'000'001)));
        sets.push_back("stake.unbonding_ms=" + std::to_string(60'000 + random.below(30) * 86'400'000));
        sets.push_back(R"(shocks=[{"at_day":50,"kind":"price","factor":0.05},{"at_day":51,"kind":"demand","factor":30},
                          {"at_day":80,"kind":"price","factor":8},{"at_day":90,"kind":"cost","factor":3}])");
        for (const auto& s : sets) UNSCOPED_INFO(s);
        const Model m = model_of(devnet(sets), 10);
        for (std::uint64_t run = 0; run < 5; ++run) {
            const auto figures = run_one(m, run);
            if (!figures) FAIL(figures.error().message);
            for (const double f : *figures) CHECK(!std::isinf(f));
        }
    }
}

TEST_CASE("steps of an epoch conserve as steps of a day do") {
    const Model m = model_of(devnet({"step=epoch", "horizon_days=1"}), 5);
    CHECK(m.steps() == 8640);
    const auto figures = run_one(m, 0);
    if (!figures) FAIL(figures.error().message);
}

TEST_CASE("steps of a block within epochs mint and settle as steps of an epoch do") {
    const std::vector<std::string> quiet = {"horizon_days=0.05", "demand.volatility=0", "market.volatility=0"};
    const auto scheduled_in = [&](const std::string& step, Mode mode) {
        auto sets = quiet;
        sets.push_back("step=" + step);
        const Scenario s = devnet(sets);
        u128 scheduled = 0;
        const auto f = run_one(model_of(s, 10, 1, mode), 0, {},
                               [&](std::uint64_t, std::uint64_t, Ledger& l) { scheduled = l.scheduled.units; });
        if (!f) FAIL(f.error().message);
        return std::pair(scheduled, *f);
    };
    const auto by_epoch = scheduled_in("epoch", Mode::exact), by_block = scheduled_in("block", Mode::exact),
               by_five = scheduled_in("5s", Mode::exact), fast = scheduled_in("block", Mode::fast);
    CHECK(by_epoch.first > 0);
    CHECK(by_block.first == by_epoch.first);  // the same epochs, each once
    CHECK(by_five.first == by_epoch.first);
    for (const Figure f : {kFinalSupply, kTotalMinted, kTotalBurned, kFinalPrice}) {
        CHECK(by_block.second[f] == Approx(by_epoch.second[f]).epsilon(0.01));
        CHECK(fast.second[f] == Approx(by_block.second[f]).epsilon(1e-4));
    }
}

TEST_CASE("a planted breach of any bucket ends the run as conservation_broken", "[threads]") {
    const Model m = model_of(devnet({"horizon_days=30"}));
    const auto ends = [&](const Meddler& meddle) {
        const Status o = all_runs(m, 20, meddle);
        REQUIRE_FALSE(o.ok());
        CHECK(o.error().code == Code::conservation_broken);
        return o.error().message;
    };
    // One base unit out of nothing, or gone, at one step.
    const auto message = ends([](std::uint64_t, std::uint64_t step, Ledger& l) { l.holders.units += step == 17; });
    CHECK(message.find("run 0, step 17") != std::string::npos);
    ends([](std::uint64_t, std::uint64_t step, Ledger& l) { l.pool_tokens.units += step == 3; });
    ends([](std::uint64_t, std::uint64_t step, Ledger& l) { l.pools.treasury.units -= step == 29; });
    ends([](std::uint64_t, std::uint64_t step, Ledger& l) { l.groups[1].staked.units -= step == 5; });
    ends([](std::uint64_t, std::uint64_t step, Ledger& l) { l.groups[0].unbonding.units += step == 5; });
    ends([](std::uint64_t, std::uint64_t step, Ledger& l) { l.minted.units += step == 5; });
    ends([](std::uint64_t, std::uint64_t step, Ledger& l) { l.burned.units += step == 5; });
    ends([](std::uint64_t, std::uint64_t step, Ledger& l) { l.credits_free.units += step == 5; });
    ends([](std::uint64_t, std::uint64_t step, Ledger& l) { l.pool_usd += step == 5; });
    // A dollar that the pool pays too much.
    ends([](std::uint64_t, std::uint64_t step, Ledger& l) {
        if (step == 5)
            l.pool_usd -= l.pool_usd / 2,
                l.usd_out += l.pool_usd + (l.usd_start + l.usd_in - l.usd_out - 2 * l.pool_usd);
    });
    // Entries of unbonding that do not sum to their total are found at the end.
    ends([](std::uint64_t, std::uint64_t step, Ledger& l) {
        std::uint64_t newest = 0;
        if (step == 29) l.leaving.push(step, 0, Amount{1}, newest);
    });
    // Untouched, the same run ends well.
    CHECK(all_runs(m, 20).ok());
}

TEST_CASE("the same bytes for one, two and three threads", "[threads]") {
    const Scenario s = devnet({"horizon_days=60", "demand.jumps.per_year=5", "demand.jumps.sd=0.3"});
    const auto one = files_of(s, 37, 1);
    for (const std::size_t threads : {2, 3, 7}) CHECK(files_of(s, 37, threads).files == one.files);
    CHECK(one.files.size() == 5);
    CHECK(one.result_hash.size() == 64);
}

TEST_CASE("seeds and runs give other futures, the same seed the same", "[threads]") {
    const Scenario s = devnet({"horizon_days=60"});
    Scenario other = s;
    other.seed = s.seed + 1;
    const Model a = model_of(s), b = model_of(other);
    CHECK(same(*run_one(a, 0), *run_one(a, 0)));
    CHECK_FALSE(same(*run_one(a, 0), *run_one(a, 1)));
    CHECK_FALSE(same(*run_one(a, 0), *run_one(b, 0)));
    CHECK(files_of(s, 5, 1).result_hash != files_of(other, 5, 1).result_hash);
}

TEST_CASE("without chance every run is the same", "[threads]") {
    const CellResult o = cell_of(devnet({"horizon_days=100", "demand.volatility=0", "market.volatility=0"}), 5, 2);
    for (std::size_t i = 0; i < kFigureCount; ++i) {
        const auto f = o.figure(i);
        CHECK(std::all_of(f.begin(), f.end(), [&](double x) { return x == f.front() || std::isnan(x); }));
    }
}

TEST_CASE("the resolved scenario of a manifest gives the same result") {
    const Scenario s = devnet({"horizon_days=30", "demand.volatility=0.3", "classes[0].weight=7", "step=6h"});
    const auto root = json::parse(scenario_json(s));
    REQUIRE(root.ok());
    const std::string path = std::string(ASSAY_SIM_TEMP) + "/resolved.json";
    std::FILE* f = std::fopen(path.c_str(), "wb");
    REQUIRE(f != nullptr);
    const std::string text = scenario_json(s);
    CHECK(std::fwrite(text.data(), 1, text.size(), f) == text.size());
    std::fclose(f);
    const auto again = load_scenario(path);
    if (!again) FAIL(again.error().message);
    CHECK(scenario_json(*again) == text);
    CHECK(same(*run_one(model_of(*again), 3), *run_one(model_of(s), 3)));
}

TEST_CASE("an economy answers as economics says") {
    const std::vector<std::string> quiet = {"horizon_days=200", "demand.volatility=0", "market.volatility=0"};
    const auto with = [&](std::vector<std::string> more) {
        more.insert(more.end(), quiet.begin(), quiet.end());
        const auto f = run_one(model_of(devnet(more)), 0);
        REQUIRE(f.ok());
        return *f;
    };
    const Figures base = with({});
    SECTION("more demand burns more, lifts the price and fills the machines") {
        const Figures more = with({"demand.usd_per_day=200000"});
        CHECK(more[kTotalBurned] > base[kTotalBurned]);
        CHECK(more[kFinalPrice] > base[kFinalPrice]);
        CHECK(more[kMeanUtilisation] > base[kMeanUtilisation]);
        CHECK(more[kFinalDevices] > base[kFinalDevices]);
    }
    SECTION("dearer power drives providers out") {
        CHECK(with({R"(shocks=[{"at_day":20,"kind":"cost","factor":5}])"})[kFinalDevices] < base[kFinalDevices]);
    }
    SECTION("holders who flee lower the price by their factor") {
        std::vector<double> price;
        auto sets = quiet;
        sets.push_back(R"(shocks=[{"at_day":20,"kind":"price","factor":0.5}])");
        REQUIRE(
            run_one(model_of(devnet(sets)), 0, [&](std::size_t, const Sample& s) { price.push_back(s[kPrice]); }).ok());
        CHECK(price[20] / price[19] < 0.53);
        CHECK(price[20] / price[19] > 0.45);
    }
    SECTION("without emission and demand nothing is minted and nobody stays") {
        const Figures none = with({"emission.kind=none", "demand.usd_per_day=0",
                                   R"(providers=[{"class":"cpu-small","count":400,"cost_usd_per_gpu_hour":1}])"});
        CHECK(none[kTotalMinted] == 0);
        CHECK(none[kTotalBurned] == 0);
        CHECK(none[kFinalSupply] == 51'000'000);
        CHECK(none[kFinalDevices] < base[kFinalDevices]);
    }
    SECTION("no more is settled than was burned, whatever the price does") {
        const Figures f = with({"emission.kind=none", "demand.volatility=0"});
        CHECK(f[kTotalMinted] <= 0.975 * f[kTotalBurned]);
    }
}

TEST_CASE("the sum of an undisturbed schedule is what the model mints") {
    // No demand: settlements mint nothing, so the ledger's mint is the schedule's.
    const Scenario s = devnet({"horizon_days=20", "demand.usd_per_day=0"});
    u128 minted = 0;
    const auto f =
        run_one(model_of(s), 0, {}, [&](std::uint64_t, std::uint64_t, Ledger& l) { minted = l.minted.units; });
    REQUIRE(f.ok());
    u128 expected = 0;
    for (std::uint64_t n = 0; n < 20 * 8640; ++n)
        expected += tokenomics::geometric_mint(s.params.emission.geometric, Epoch{n})->units;
    CHECK(minted == expected);
}

TEST_CASE("stake leaves only after its unbonding time") {
    // Nobody earns, everybody leaves: what was unstaked comes out 21 steps later.
    const Scenario s = devnet({"horizon_days=60", "emission.kind=none", "demand.usd_per_day=0", "market.volatility=0",
                               "stake.unbonding_ms=1814400000", R"(providers=[{"class":"cpu-small","count":1000,
                               "cost_usd_per_gpu_hour":1,"lead_days":1,"exit_per_year":50,"sell_share":0}])"});
    std::vector<u128> left, unbonding;
    const auto f = run_one(model_of(s), 0, {}, [&](std::uint64_t, std::uint64_t, Ledger& l) {
        left.push_back(100'000'000'000 - l.groups[0].staked.units);  // 1000 devices x 100 tokens
        unbonding.push_back(l.groups[0].unbonding.units);
    });
    REQUIRE(f.ok());
    CHECK(left.back() > 50'000'000'000u);
    for (std::size_t i = 0; i < left.size(); ++i) CHECK(unbonding[i] == left[i] - (i >= 21 ? left[i - 21] : 0));
}

TEST_CASE("quantiles are those of the sorted values") {
    INFO("seed " << test::seed());
    test::Random random;
    for (const std::size_t n : {1u, 2u, 3u, 10u, 101u, 1000u}) {
        std::vector<double> v;
        for (std::size_t i = 0; i < n; ++i) v.push_back(static_cast<double>(random.below(1000)) - 300);
        std::sort(v.begin(), v.end());
        CHECK(quantile(v, 0) == v.front());
        CHECK(quantile(v, 1) == v.back());
        for (const double q : kQuantiles) {
            // No more than a share q lies below, no more than 1 - q above, to one value.
            const double x = quantile(v, q);
            const auto below = static_cast<double>(std::count_if(v.begin(), v.end(), [&](double y) { return y < x; }));
            const auto above = static_cast<double>(std::count_if(v.begin(), v.end(), [&](double y) { return y > x; }));
            CHECK(below <= q * static_cast<double>(n - 1) + 1);
            CHECK(above <= (1 - q) * static_cast<double>(n - 1) + 1);
        }
        if (n == 101) CHECK(quantile(v, 0.25) == v[25]);
    }
    CHECK(quantile(std::vector<double>{1, 2, 4}, 0.75) == 3.0);
    const Moments m = moments(std::vector<double>{2, 4, 4, 4, 5, 5, 7, 9});
    CHECK(m.mean == 5.0);
    CHECK(std::abs(m.sd * m.sd - 32.0 / 7) < 1e-12);
    CHECK(m.min == 2);
    CHECK(m.max == 9);
}

TEST_CASE("quantiles.csv says what the samples say", "[threads]") {
    const Scenario s = devnet({"horizon_days=10"});
    std::vector<double> prices;
    for (std::uint64_t run = 0; run < 21; ++run) prices.push_back((*run_one(model_of(s), run))[kFinalPrice]);
    std::sort(prices.begin(), prices.end());
    const auto files = files_of(s, 21, 2).files;
    const auto csv = std::find_if(files.begin(), files.end(), [](const auto& f) { return f.first == "quantiles.csv"; });
    REQUIRE(csv != files.end());
    const std::string head = "\n0,10,10,price_usd,0.5,";
    const auto at = csv->second.find(head);
    REQUIRE(at != std::string::npos);
    CHECK(std::stod(csv->second.substr(at + head.size())) == prices[10]);
}

TEST_CASE("what many runs would need is bounded", "[threads]") {
    CHECK(points_for(100, 3650) == 365);
    CHECK(points_for(100, 10) == 10);
    CHECK(points_for(100'000, 3650) == 50);
    const Scenario s = devnet({"horizon_days=2"});
    CHECK(simulate(s, {.runs = 0, .threads = 1}).error().code == Code::field_out_of_range);
    CHECK(simulate(s, {.runs = kMaxRuns + 1, .threads = 1}).error().code == Code::field_out_of_range);
    std::atomic<bool> stop{true};
    CHECK(simulate(s, {.runs = 50, .threads = 2, .stop = &stop}).error().code == Code::interrupted);
}
