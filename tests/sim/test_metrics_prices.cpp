// Supply and prices from journals made by hand: inflation, unlocks, returns, solvency, and the death spiral at its
// edges.
#include <algorithm>

#include "tests/sim/journals.hpp"
#include "tests/support/random.hpp"

using namespace assay;
using namespace assay::sim;

namespace {

struct Path {
    double price, capacity, served;
};
// Healthy at 1, 1, 1 until day 300, then `low`; from day 300 + `after` on `back`, when that is not zero.
Journal crash_of(const Path& low, const Path& back, double after, double days = 1000) {
    Journal j = journal_of(days);
    const auto at = [&](double day) {
        const Path well{1, 1, 1};
        return day < 300 ? well : after > 0 && day >= 300 + after ? back : low;
    };
    fill(j, kMarkPrice, [&](double day, std::size_t) { return at(day).price; });
    fill(j, kMarkCapacity, [&](double day, std::size_t) { return at(day).capacity; });
    for (std::size_t i = 1; i < j.marks.size(); ++i)
        j.marks[i][kMarkServed] = j.marks[i - 1][kMarkServed] + at(j.mark_day[i]).served;
    return j;
}
double spiral_of(const Journal& j, const Spiral& rule = {}) {
    Scenario s = devnet();
    s.report.spiral = rule;
    return figures_of(s, j)[kSpiral][4];
}

}  // namespace

TEST_CASE("spiral: all three fall by their shares and none comes back in time") {
    const Path low{0.3, 0.5, 0.5};
    CHECK(spiral_of(crash_of(low, {}, 0)) == 1);
    CHECK(spiral_of(crash_of({1, 1, 1}, {}, 0)) == 0);
    // Each just short of its share.
    CHECK(spiral_of(crash_of({0.31, 0.5, 0.5}, {}, 0)) == 0);
    CHECK(spiral_of(crash_of({0.3, 0.51, 0.5}, {}, 0)) == 0);
    CHECK(spiral_of(crash_of({0.3, 0.5, 0.51}, {}, 0)) == 0);
    // Any one of them wins half of its loss back at the last mark that counts, 180 days later; or a mark too late.
    for (const Path back : {Path{0.65, 0.5, 0.5}, Path{0.3, 0.75, 0.5}, Path{0.3, 0.5, 0.75}}) {
        CHECK(spiral_of(crash_of(low, back, 180)) == 0);
        CHECK(spiral_of(crash_of(low, back, 190)) == 1);
    }
    // Less than half is no recovery.
    CHECK(spiral_of(crash_of(low, {0.64, 0.74, 0.74}, 30)) == 1);
}

TEST_CASE("spiral: within 90 days, and only where the time to recover can be seen") {
    // Two falls, each too small alone: 80 days apart they are one, 100 days apart they are not.
    const auto twice = [](double apart) {
        Journal j = crash_of({0.5, 0.7, 0.7}, {0.25, 0.4, 0.4}, apart);
        return spiral_of(j);
    };
    CHECK(twice(80) == 1);
    CHECK(twice(90) == 0);  // the last healthy mark is day 290
    // At day 480 a fall of day 300 has had its time; a horizon that ends before that cannot tell.
    CHECK(spiral_of(crash_of({0.3, 0.5, 0.5}, {}, 0, 480)) == 1);
    CHECK(spiral_of(crash_of({0.3, 0.5, 0.5}, {}, 0, 470)) == 0);
    CHECK(std::isnan(spiral_of(crash_of({0.3, 0.5, 0.5}, {}, 0, 260))));
    // Constants are the scenario's.
    Spiral mild;
    mild.price_fall = mild.capacity_fall = mild.demand_fall = 0.2;
    mild.recovery_days = 30;
    CHECK(spiral_of(crash_of({0.8, 0.8, 0.8}, {1, 1, 1}, 40), mild) == 1);
    CHECK(spiral_of(crash_of({0.8, 0.8, 0.8}, {1, 1, 1}, 30), mild) == 0);
}

TEST_CASE("inflation, unlocks and what is missing") {
    Journal j = journal_of(730.5);
    j.steps = 730;
    fill(j, kMarkSupply, [](double day, std::size_t) { return std::exp(0.1 * day / 365.25); });
    fill(j, kMarkCirculating, [](double day, std::size_t lane) { return lane == 0 ? day : 1 + day / 730.5 * 3; });
    // A cliff of 500 tokens at day 200, in lane 4 at day 20; 10 USD are traded a day, in lane 2 nothing, from lane 3 on
    // more every day.
    fill(j, kMarkUnlocked, [](double day, std::size_t lane) { return day >= (lane == 4 ? 20 : 200) ? 500.0 : 0.0; });
    fill(j, kMarkVolume, [](double day, std::size_t lane) {
        return lane == 2 ? 0.0 : lane > 2 ? day * day : 10 * day;
    });
    fill(j, kMarkPrice, [](double day, std::size_t) { return day < 195 ? 0.9 : 0.5; });
    const auto& f = figures_of(devnet(), j);
    check_near(f[kInflation][0], std::exp(0.1) - 1);
    CHECK(std::isnan(f[kFloatInflation][0]));  // nothing circulated at the start
    check_near(f[kFloatInflation][1], 1);      // fourfold in two years
    check_near(f[kUnlockOverhang][0], 500 * 0.9 / 300);
    CHECK(std::isnan(f[kUnlockOverhang][2]));
    check_near(f[kUnlockOverhang][3], 500 * 0.9 / (170 * 170 - 140 * 140));  // the 30 days before what comes
    check_near(f[kUnlockOverhang][4], 500 * 0.9 / (30 * 30));                // no month before: the first one
    // Nothing of a journal without steps but what it is told.
    Journal none;
    none.final_price = Lanes{} + 2.0;
    const auto& nothing = figures_of(devnet(), none);
    CHECK(nothing[kFinalPrice][7] == 2);
    for (std::size_t i = kValueCapture; i < kFigureCount; ++i) CHECK(std::isnan(nothing[i][0]));
}

TEST_CASE("volatility and expected shortfall of returns") {
    INFO("seed " << test::seed());
    test::Random random;
    Journal j = journal_of(400);
    j.returns.resize(400);
    for (std::size_t i = 0; i < 400; ++i)
        for (std::size_t lane = 0; lane < kLanes; ++lane) {
            // Lane 1 has two values only, lane 2 one, lane 3 one disaster: ties, no spread, and a tail below any bound.
            float r = static_cast<float>(random.below(2001)) / 10'000 - 0.1f;
            if (lane == 1) r = r < 0 ? -0.25f : 0.25f;
            if (lane == 2) r = -0.125f;
            if (lane == 3) r = i == 77 ? -9 : 0;
            j.returns[i][lane] = r;
            j.log_sum[lane] += static_cast<double>(r);
            j.log_squares[lane] += static_cast<double>(r) * static_cast<double>(r);
        }
    j.max_drawdown = Lanes{} + 0.5;
    j.below_high_steps = Lanes{} + 100.0;
    const auto& f = figures_of(devnet(), j);
    for (std::size_t lane = 0; lane < kLanes; ++lane) {
        std::vector<double> sorted;
        for (const auto& r : j.returns) sorted.push_back(static_cast<double>(r[lane]));
        std::sort(sorted.begin(), sorted.end());
        double worst = 0, mean = 0, squares = 0;
        for (std::size_t i = 0; i < 20; ++i) worst -= sorted[i] / 20;
        for (const double r : sorted) mean += r / 400;
        for (const double r : sorted) squares += (r - mean) * (r - mean);
        check_near(f[kExpectedShortfall][lane], worst);
        check_near(f[kVolatility][lane], std::sqrt(squares / 399 * 365.25), 1e-9);
    }
    CHECK(f[kExpectedShortfall][2] == 0.125);
    CHECK(f[kExpectedShortfall][3] == 9.0 / 20);
    CHECK(f[kMaxDrawdown][0] == 0.5);
    CHECK(f[kTimeUnderwater][0] == 0.25);
    // Steps of six hours: four are a day.
    Journal quarter = j;
    quarter.step_days = 0.25;
    const auto& q = figures_of(devnet(), quarter);
    CHECK(q[kExpectedShortfall][2] == 0.5);
    // Not kept, or fewer than twenty days: no tail.
    j.returns.resize(19);
    CHECK(std::isnan(figures_of(devnet(), j)[kExpectedShortfall][0]));
}

TEST_CASE("solvency is a vault's") {
    Scenario s = devnet();
    Journal j = journal_of(100);
    j.least_vault_ratio = Lanes{} + 1e18;
    j.least_vault_ratio[1] = 0.949;
    j.least_vault_ratio[2] = 0.9;
    j.halted_days[2] = 12;
    j.shortfall_most[2] = 7;
    j.ruin_day = Lanes{} + kMissing;
    j.ruin_day[3] = 42;
    j.stale_days[3] = 5;
    s.params.bme.mode = tokenomics::BurnMode::destroy;
    CHECK(std::isnan(figures_of(s, j)[kVaultBelowWarn][2]));
    s.params.bme.mode = tokenomics::BurnMode::vault;
    const auto& f = figures_of(s, j);
    CHECK(f[kVaultBelowWarn][0] == 0);
    CHECK(f[kVaultBelowWarn][1] == 1);
    CHECK(f[kVaultBelowHalt][1] == 0);
    CHECK(f[kVaultBelowHalt][2] == 1);
    CHECK(f[kHaltedDays][2] == 12);
    CHECK(f[kShortfallMint][2] == 7);
    CHECK(std::isnan(f[kTreasuryRuinDay][2]));
    CHECK(f[kTreasuryRuinDay][3] == 42);
    CHECK(f[kStaleDays][3] == 5);
}
