// Figures of a run from journals made by hand: each with a known answer, or beside a second way to compute it.
#include "tests/sim/journals.hpp"
#include "tokenomics/sim/model/concentration.hpp"

using namespace assay;
using namespace assay::sim;

namespace {

// One lane, plain loops: ordinary least squares, Newey and West's error, Spearman by counting.
struct Plain {
    double slope, t, r2, rank;
};
Plain plain_regression(const std::vector<double>& served, const std::vector<double>& price) {
    std::vector<double> x, y;
    const auto sum = [&](std::size_t i) { return std::log(served[i] - served[i - 3]); };
    const auto mean = [&](std::size_t i) {
        return std::log((price[i] + 2 * price[i - 1] + 2 * price[i - 2] + price[i - 3]) / 6);
    };
    for (std::size_t i = 6; i < served.size(); ++i) {
        x.push_back(sum(i) - sum(i - 3));
        y.push_back(mean(i) - mean(i - 3));
    }
    const auto n = static_cast<double>(x.size());
    double mx = 0, my = 0, xx = 0, xy = 0, yy = 0;
    for (std::size_t i = 0; i < x.size(); ++i) mx += x[i] / n, my += y[i] / n;
    for (std::size_t i = 0; i < x.size(); ++i) {
        xx += (x[i] - mx) * (x[i] - mx);
        xy += (x[i] - mx) * (y[i] - my);
        yy += (y[i] - my) * (y[i] - my);
    }
    Plain out{};
    out.slope = xy / xx;
    out.r2 = xy * xy / xx / yy;
    const auto lag = static_cast<std::size_t>(4 * std::pow(n / 100, 2.0 / 9) + 1e-9);
    double s = 0;
    const auto g = [&](std::size_t i) { return (x[i] - mx) * (y[i] - my - out.slope * (x[i] - mx)); };
    for (std::size_t i = 0; i < x.size(); ++i)
        for (std::size_t k = 0; k < x.size(); ++k) {
            const std::size_t apart = i > k ? i - k : k - i;
            if (apart <= lag) s += (1 - static_cast<double>(apart) / static_cast<double>(lag + 1)) * g(i) * g(k);
        }
    out.t = out.slope * xx / std::sqrt(s);
    const auto place = [](const std::vector<double>& v, std::size_t i) {
        double below = 0, equal = 0;
        for (std::size_t k = 0; k < v.size(); k += 3) {
            const double o = v[k];
            below += static_cast<float>(o) < static_cast<float>(v[i]);
            equal += static_cast<float>(o) == static_cast<float>(v[i]);
        }
        return below + (equal + 1) / 2;
    };
    double ab = 0, aa = 0, bb = 0;
    const double middle = (std::ceil(n / 3) + 1) / 2;
    for (std::size_t i = 0; i < x.size(); i += 3) {  // windows that do not overlap
        const double a = place(x, i) - middle, b = place(y, i) - middle;
        ab += a * b, aa += a * a, bb += b * b;
    }
    out.rank = ab / std::sqrt(aa * bb);
    return out;
}

double noise(std::size_t i, std::size_t by, std::size_t mod) {
    return static_cast<double>(i * by % mod) / static_cast<double>(mod);
}

}  // namespace

TEST_CASE("value capture: the numbers of statsmodels and scipy, and a plain second way in each lane") {
    Journal j = journal_of(1090);
    std::vector<std::vector<double>> served(kLanes), price(kLanes);
    for (std::size_t lane = 0; lane < kLanes; ++lane) {
        double sum = 0;
        for (std::size_t i = 0; i < j.marks.size(); ++i) {
            const double rate = 1000 * (1 + noise(i, 37 + lane, 101));
            if (i > 0) sum += rate;
            served[lane].push_back(sum);
            // Lane 7 has ties: its price knows three values.
            price[lane].push_back(lane == 7 ? 1 + static_cast<double>(i / 20 % 3)
                                            : 1 + 0.5 * noise(i, 53, 97) + 0.3 * rate / 1000);
        }
    }
    fill(j, kMarkServed,
         [&](double day, std::size_t lane) { return served[lane][static_cast<std::size_t>(day / 10)]; });
    fill(j, kMarkPrice, [&](double day, std::size_t lane) { return price[lane][static_cast<std::size_t>(day / 10)]; });
    const auto& f = figures_of(devnet(), j);
    // OLS(y, add_constant(x)).fit(cov_type="HAC", cov_kwds={"maxlags": 4, "use_correction": False}) of statsmodels
    // 0.15.0 over the 104 pairs of lane 0, spearmanr of scipy 1.17.1 over every third of them.
    check_near(f[kValueCapture][0], 0.1430074320927487);
    check_near(f[kValueCaptureT][0], 2.055271330802749);
    check_near(f[kValueCaptureR2][0], 0.07201686609612401);
    check_near(f[kValueCaptureRank][0], 0.21176470588235297);
    for (std::size_t lane = 0; lane < kLanes; ++lane) {
        INFO("lane " << lane);
        const Plain p = plain_regression(served[lane], price[lane]);
        check_near(f[kValueCapture][lane], p.slope);
        check_near(f[kValueCaptureT][lane], p.t, 1e-10);
        check_near(f[kValueCaptureR2][lane], p.r2);
        check_near(f[kValueCaptureRank][lane], p.rank);
    }
}

TEST_CASE("value capture: a price that is the revenue's square, and what has no answer") {
    Journal j = journal_of(730);
    // Revenue and price as straight lines in the logarithm, faster in every second month: beta is 2 but for the
    // windows.
    const auto level = [](double day, std::size_t lane) {
        return std::sin(day / 90) * (1 + static_cast<double>(lane)) / 8;
    };
    double sum = 0, last = -1;
    fill(j, kMarkPrice, [&](double day, std::size_t lane) { return std::exp(2 * level(day - 5, lane)); });
    for (std::size_t lane = 0; lane < kLanes; ++lane) {
        sum = 0;
        for (std::size_t i = 1; i < j.marks.size(); ++i)
            j.marks[i][kMarkServed][lane] = sum += lane == 0 ? 100 : std::exp(level(j.mark_day[i] - 10, lane));
    }
    fill(j, kMarkBurned, [&](double day, std::size_t) { return last = day; });
    const auto& f = figures_of(devnet(), j);
    CHECK(std::isnan(f[kValueCapture][0]));  // a revenue that never moves explains nothing
    CHECK(std::isnan(f[kValueCaptureRank][0]));
    for (std::size_t lane = 1; lane < kLanes; ++lane) {
        check_near(f[kValueCapture][lane], 2, 0.1);
        CHECK(f[kValueCaptureR2][lane] > 0.98);
        CHECK(f[kValueCaptureRank][lane] > 0.97);
        CHECK(f[kValueCaptureT][lane] > 10);
    }
    // A month without revenue has no logarithm: lane 3 loses the pairs around it, the others keep theirs.
    Journal gap = j;
    for (std::size_t i = 40; i < gap.marks.size(); ++i)
        gap.marks[i][kMarkServed][3] -=
            j.marks[std::min<std::size_t>(i, 44)][kMarkServed][3] - j.marks[39][kMarkServed][3];
    LaneFigures g;
    compute_figures(devnet(), gap, g);
    CHECK(g[kValueCapture][2] == f[kValueCapture][2]);
    CHECK(g[kValueCapture][3] != f[kValueCapture][3]);
    CHECK_FALSE(std::isnan(g[kValueCapture][3]));
    const auto& brief = figures_of(devnet(), journal_of(100));
    CHECK(std::isnan(brief[kValueCapture][0]));
}

TEST_CASE("burns, mints, premium and capture") {
    Scenario s = devnet();
    s.speculators.discount = 0.1;
    Journal j = journal_of(400);
    j.gross_minted = Lanes{} + 8.0;
    j.gross_minted[1] = 0;
    j.gross_burned = Lanes{} + 2.0;
    j.final_price = Lanes{} + 3.0;
    fill(j, kMarkMinted, [](double day, std::size_t) { return day; });
    // Lane 0 burns twice what is minted from day 200 on, nothing before; lane 1 never does.
    fill(j, kMarkBurned, [](double day, std::size_t lane) { return lane == 0 ? std::max(0.0, 2 * (day - 200)) : 0.0; });
    fill(j, kMarkFundamental, [](double, std::size_t lane) { return lane == 2 ? 0.0 : 1.5; });
    fill(j, kMarkSupply, [](double, std::size_t) { return 100.0; });
    fill(j, kMarkPrice, [](double day, std::size_t) { return 1 + day / 400; });
    fill(j, kMarkServed, [](double day, std::size_t) { return day; });
    const auto& f = figures_of(s, j);
    CHECK(f[kBurnToMint][0] == 0.25);
    CHECK(std::isnan(f[kBurnToMint][1]));  // nothing minted
    CHECK(f[kCrossoverDay][0] == 250);     // 90 days to it: 100 burned, 90 minted
    CHECK(std::isnan(f[kCrossoverDay][1]));
    CHECK(f[kPremium][0] == 2);
    CHECK(std::isnan(f[kPremium][2]));
    const double worth = (1 - std::exp(-0.1 * 400 / 365.25)) / (0.1 / 365.25);  // the integral
    check_near(f[kCaptureRatio][0], 100 / worth, 1e-6);
}

TEST_CASE("payback and cohorts: a GPU that earns less every year") {
    Scenario s = devnet();
    for (auto& p : s.providers) p.hardware_usd = 0;
    s.providers[0].hardware_usd = 700;
    double gpus = 0;
    for (const auto& p : s.providers)
        gpus +=
            static_cast<double>(p.count) * static_cast<double>(s.params.classes[p.class_index].multiplier.value) * 1e-9;
    const double hardware = 700 * static_cast<double>(s.providers[0].count) / gpus;
    Journal j = journal_of(1500);
    fill(j, kMarkCapacityDays, [](double day, std::size_t) { return 50 * day; });
    // A GPU nets 4 USD a day, less a day's 0.001 per day: 50 of them.
    const auto net = [](double day) { return 4 * day - 0.0005 * day * day; };
    fill(j, kMarkIncomeUsd, [&](double day, std::size_t) { return 50 * (net(day) + 3 * day); });
    fill(j, kMarkCosts, [](double day, std::size_t) { return 50 * 3 * day; });
    fill(j, kMarkStakePrice, [](double, std::size_t lane) { return 300.0 + 1e9 * static_cast<double>(lane / 4); });
    const auto& f = figures_of(s, j);
    const double paid = hardware + 300;
    const double day = (4 - std::sqrt(16 - 0.002 * paid)) / 0.001;
    check_near(f[kPaybackMonths][0], day / (365.25 / 12), 1e-4);
    CHECK(std::isnan(f[kPaybackMonths][4]));  // a stake of 10^9 USD never comes back
    const double to_year = 365.25 / 360;
    const auto year = [&](double from) { return (net(from + 360) - net(from)) * to_year / paid; };
    check_near(f[kCohortRatio][0], year(1140) / year(0), 1e-9);
    check_near(f[kCohortSlope][0], (year(1140) - year(0)) / (1140 / 365.25), 1e-9);
    // A year and a half holds no two cohorts a year apart; who pays nothing has no return.
    Journal brief = j;
    brief.marks.resize(55);
    brief.mark_day.resize(55);
    LaneFigures b;
    compute_figures(s, brief, b);
    CHECK(std::isnan(b[kCohortRatio][0]));
    fill(j, kMarkStakePrice, [](double, std::size_t) { return 0.0; });
    s.providers[0].hardware_usd = 0;
    compute_figures(s, j, b);
    CHECK(std::isnan(b[kPaybackMonths][0]));
    CHECK(std::isnan(b[kCohortRatio][0]));
}

TEST_CASE("margins, retention and income") {
    Journal j = journal_of(365);
    j.margin = Lanes{} + 73.0;
    j.utilisation = Lanes{} + 36.5;
    j.device_days = Lanes{} + 1000.0;
    j.underwater_days = Lanes{} + 250.0;
    j.wanted_hours = Lanes{} + 10.0;
    j.served_hours = Lanes{} + 9.0;
    j.wash_spent[1] = 100;
    j.wash_returned[1] = 97;
    j.margins.resize(j.marks.size());
    for (std::size_t i = 0; i < j.margins.size(); ++i) j.margins[i].fill(static_cast<float>((i * 7) % 37));
    j.margins[0].fill(-100);  // before the first step: nobody's
    // Lane 0 falls at day 100 by 30 %, lane 1 by 10 %, lane 2 at days 100 and 130 (one fall in two parts).
    fill(j, kMarkPrice, [](double day, std::size_t lane) {
        if (day < 100 || lane > 2) return 1.0;
        return lane == 0 ? 0.7 : lane == 1 ? 0.9 : day < 130 ? 0.7 : 0.3;
    });
    fill(j, kMarkDevices, [](double day, std::size_t lane) {
        return 100 - (lane == 2 && day >= 160 ? 50 : 0) - std::min(40.0, std::max(0.0, day - 110));
    });
    fill(j, kMarkCapacityDays, [](double day, std::size_t) { return 2 * day; });
    // USD income grows by e a month and back; tokens stay.
    fill(j, kMarkIncomeUsd, [](double day, std::size_t) {
        double sum = 0;
        for (int k = 0; 10 * k < day; ++k) sum += (k / 3) % 2 == 0 ? 10 : 10 * std::exp(1.0);
        return sum;
    });
    fill(j, kMarkIncomeTokens, [](double day, std::size_t lane) { return lane == 5 ? 0 : day; });
    const auto& f = figures_of(devnet(), j);
    check_near(f[kMeanMargin][0], 0.2);
    check_near(f[kMeanUtilisation][0], 0.1);
    CHECK(f[kUnderwater][0] == 0.25);
    check_near(f[kUnmetDemand][0], 0.1);
    CHECK(std::isnan(f[kWashGain][0]));
    check_near(f[kWashGain][1], -0.03);
    // 37 marks after the start hold 0..36 once each, and 0 for the second time at the 37th: places 0, 0, 1, 2, ...
    std::vector<double> margins;
    for (std::size_t i = 1; i < j.margins.size(); ++i) margins.push_back(static_cast<double>((i * 7) % 37));
    std::sort(margins.begin(), margins.end());
    const double place = 0.1 * static_cast<double>(margins.size() - 1);
    const auto below = static_cast<std::size_t>(place);
    check_near(f[kLowMargin][0], margins[below] + (place - std::floor(place)) * (margins[below + 1] - margins[below]));
    check_near(f[kRetention][0], 80.0 / 100);  // day 130 over day 100
    CHECK(std::isnan(f[kRetention][1]));
    check_near(f[kRetention][2], (80.0 / 100 + 10.0 / 80) / 2);  // day 160 over day 130 too
    const double n = 11, mean = 1.0 / 11;                        // +1 -1 ... +1
    check_near(f[kIncomeVolatilityUsd][0], std::sqrt((n - n * mean * mean) / (n - 1)));
    check_near(f[kIncomeVolatilityTokens][0], 0);
    CHECK(std::isnan(f[kIncomeVolatilityTokens][5]));
}

TEST_CASE("parties: stake, float, votes and equal pay") {
    Scenario s = devnet();
    s.params.governance.vote_cap = Ppb{100'000'000};
    Journal j = journal_of(20);
    j.final_supply = Lanes{} + 1000.0;
    fill(j, kMarkCirculating, [](double, std::size_t) { return 500.0; });
    fill(j, kMarkLargestParty, [](double day, std::size_t lane) { return lane == 1 && day == 10 ? 0.34 : 0.33; });
    const auto party = [](double entities, double stake, double free, double locked, double work, double income) {
        PartyRow p;
        p.entities += entities, p.stake += stake, p.free += free, p.locked += locked, p.work += work,
            p.income += income;
        return p;
    };
    j.parties = {party(3, 90, 0, 0, 300, 30), party(1, 60, 50, 200, 0, 0), party(10, 10, 0, 0, 100, 0),
                 party(1, 40, 400, 0, 0, 0)};
    j.parties[1].insider = true;
    j.parties[3].counted = false;
    const auto& f = figures_of(s, j);
    std::vector<Holders> rows = {{30, 3}, {60, 1}, {1, 10}};
    const Concentration c = concentration(rows);
    CHECK(f[kStakeGini][3] == c.gini);
    CHECK(f[kStakeHhi][3] == c.hhi);
    CHECK(f[kStakeTheil][3] == c.theil);
    CHECK(f[kStakeEntropy][3] == c.entropy);
    CHECK(f[kMaxPower][3] == 60.0 / 160);
    CHECK(f[kStakeNakamoto33][3] == 1);
    CHECK(f[kStakeNakamoto50][3] == 2);
    CHECK(f[kStakeNakamoto67][3] == 3);
    check_near(f[kInsiderSupply][0], 0.31);
    check_near(f[kInsiderFloat][0], 0.1);
    // All stake is 200, nobody counts for more than 20: 3 x 20, 20, 10, and the public's 40.
    check_near(f[kInsiderVotes][0], 20.0 / 130);
    CHECK(f[kInsiderOverThird][0] == 0);
    CHECK(f[kInsiderOverThird][1] == 1);
    // Three were paid 0.1 a unit, ten worked for nothing.
    check_near(f[kRewardGini][0], 10.0 / 13);
    check_near(f[kRewardJain][0], 3.0 / 13);
    // A lane of its own: nobody has anything.
    for (auto& p : j.parties) p.stake[6] = p.work[6] = 0;
    LaneFigures g;
    compute_figures(s, j, g);
    CHECK(std::isnan(g[kStakeGini][6]));
    CHECK(std::isnan(g[kInsiderVotes][6]));
    CHECK(std::isnan(g[kRewardJain][6]));
    CHECK(g[kStakeGini][5] == c.gini);
}
