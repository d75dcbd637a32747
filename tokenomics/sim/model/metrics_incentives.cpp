// Condition 2, incentives that last: do providers earn, early and late ones alike, do they stay, is demand served.
#include <algorithm>
#include <cmath>

#include "tokenomics/sim/model/lowest.hpp"
#include "tokenomics/sim/model/metrics.hpp"
#include "tokenomics/sim/model/metrics_simd.hpp"

namespace assay::sim {
namespace {

constexpr double kDaysPerMonth = kDaysPerYear / 12;
constexpr double kFallen = 0.8;  // of the price 30 days before: a fall that retention is looked at after

// Tenth percentile, linear between neighbours (type 7, as everywhere).
void low_margin(const Journal& j, LaneFigures& out) {
    const std::size_t from = j.margins.size() == j.marks.size() ? 1 : 0;  // nobody has a margin before the first step
    if (j.margins.size() <= from) return;
    const std::size_t n = j.margins.size() - from;
    const double place = 0.1 * static_cast<double>(n - 1);
    const auto below = static_cast<std::size_t>(place);
    V sum(0.0), squares(0.0);
    for (std::size_t i = from; i < j.margins.size(); ++i) {
        Lanes wide;
        for (std::size_t lane = 0; lane < kLanes; ++lane) wide[lane] = static_cast<double>(j.margins[i][lane]);
        sum += V(wide);
        squares += V(wide) * V(wide);
    }
    Lowest lowest(j.margins.data() + from, n, std::min(n, below + 2), usual_of(sum, squares, n));
    for (std::size_t lane = 0; lane < kLanes; ++lane) {
        const std::vector<float>& values = lowest.of(lane);  // the two that are wanted are the largest of them
        const double next = values.back(), low = values[below];
        out[kLowMargin][lane] = low + (place - static_cast<double>(below)) * (next - low);
    }
}

// What who enters pays for a GPU of multiplier one: hardware, over the groups as they begin.
double hardware_of(const Scenario& s) {
    double usd = 0, gpus = 0;
    for (const ProviderGroup& p : s.providers) {
        const auto n = static_cast<double>(p.count);
        usd += n * p.hardware_usd;
        gpus += n * static_cast<double>(s.params.classes[p.class_index].multiplier.value) * 1e-9;
    }
    return gpus > 0 ? usd / gpus : 0;
}

// Cohort i enters at mark i, pays for hardware and stake, and has what the average GPU has from then on. A year's
// return is that over what it paid; the stake's own price is not in it.
void cohorts(const Scenario& s, const Grid& g, LaneFigures& out) {
    if (g.marks < 2) return;
    const V none(0.0), one(1.0), missing(kMissing), hardware(hardware_of(s));
    std::vector<Lanes> earned(g.marks);  // USD of a GPU since the start, less its costs
    V sum(0.0);
    sum.store(earned[0]);
    for (std::size_t i = 1; i < g.marks; ++i) {
        const V gpu_days = change(g, kMarkCapacityDays, i, 1);
        const V net = change(g, kMarkIncomeUsd, i, 1) - change(g, kMarkCosts, i, 1);
        const M some = gpu_days > none;
        sum += select(some, net * V(g.j.mark_day[i] - g.j.mark_day[i - 1]) / select(some, gpu_days, one), none);
        sum.store(earned[i]);
    }

    const V paid = hardware + V(g.first(kMarkStakePrice));
    V back = missing;
    for (std::size_t i = g.marks; i-- > 1;) {  // backwards: the first time stays
        const V before = V(earned[i - 1]), after = V(earned[i]);
        const M now = (after >= paid) & (before < paid);
        if (!any(now)) continue;
        const V share = (paid - before) / select(now, after - before, one);
        const V day = V(g.j.mark_day[i - 1]) + share * V(g.j.mark_day[i] - g.j.mark_day[i - 1]);
        back = select(now, day / V(kDaysPerMonth), back);
    }
    put(out, kPaybackMonths, select(paid > none, back, missing));

    const auto year = static_cast<std::size_t>(std::max(1.0, std::floor(kDaysPerYear / g.spacing)));
    if (g.marks <= 2 * year) return;  // the last cohort with a whole year enters a year after the first, or later
    const double to_year = kDaysPerYear / (static_cast<double>(year) * g.spacing);
    V first = missing, last = missing, n = none, sx = none, sy = none, sxx = none, sxy = none;
    for (std::size_t i = 0; i + year < g.marks; ++i) {
        const V cost = hardware + at(g, kMarkStakePrice, i);
        const M there = cost > none;
        const V count = select(there, one, none);
        const V y = (V(earned[i + year]) - V(earned[i])) * V(to_year) / select(there, cost, one) * count;
        last = select(there, y, missing);
        if (i == 0) first = last;
        const double x = (g.j.mark_day[i] - g.j.mark_day[0]) / kDaysPerYear;
        n += count;
        sx += count * V(x);
        sy += y;
        sxx += count * V(x * x);
        sxy += y * V(x);
    }
    put_ratio(out, kCohortRatio, last, first);
    put_ratio(out, kCohortSlope, n * sxy - sx * sy, n * sxx - sx * sx);
}

// Devices 30 days after the price had fallen by a fifth within 30 days, over those at that mark: the mean of all falls
// that do not overlap.
void retention(const Grid& g, LaneFigures& out) {
    const std::size_t w = g.month;
    if (w == 0 || g.marks <= 2 * w) return;
    const V none(0.0), one(1.0);
    V wait = none, sum = none, falls = none;
    for (std::size_t i = w; i + w < g.marks; ++i, wait -= one) {
        const V devices = at(g, kMarkDevices, i);
        const M fell =
            (at(g, kMarkPrice, i) <= V(kFallen) * at(g, kMarkPrice, i - w)) & (devices > none) & (wait <= none);
        if (!any(fell)) continue;
        sum += select(fell, at(g, kMarkDevices, i + w) / select(fell, devices, one), none);
        falls += select(fell, one, none);
        wait = select(fell, V(static_cast<double>(w)), wait);
    }
    put_ratio(out, kRetention, sum, falls);
}

// Standard deviation of the change of ln income of a GPU-day from one 30 days to the next.
void income_volatility(const Grid& g, Mark income, Figure which, LaneFigures& out) {
    const std::size_t w = g.month;
    if (w == 0) return;
    const V none(0.0), one(1.0);
    V before = none, had = none, n = none, sum = none, squares = none;
    for (std::size_t i = w; i < g.marks; i += w) {
        const V gpu_days = change(g, kMarkCapacityDays, i, w), paid = change(g, income, i, w);
        const M good = (gpu_days > none) & (paid > none);
        const V now = log(select(good, paid, one) / select(good, gpu_days, one));
        const V has = select(good, one, none), both = had * has, step = (now - before) * both;
        n += both;
        sum += step;
        squares += step * step;
        before = now;
        had = has;
    }
    const M enough = n >= V(3.0);
    const V some = select(enough, n, V(3.0));
    put(out, which, select(enough, sqrt(positive(squares - sum * sum / some) / (some - one)), V(kMissing)));
}

}  // namespace

void incentive_figures(const Scenario& s, const Grid& g, LaneFigures& out) {
    const Journal& j = g.j;
    const auto steps = static_cast<double>(j.steps);
    put(out, kMeanMargin, V(j.margin) / V(steps));
    put(out, kMeanUtilisation, V(j.utilisation) / V(steps));
    low_margin(j, out);
    put_ratio(out, kUnderwater, V(j.underwater_days), V(j.device_days));
    cohorts(s, g, out);
    retention(g, out);
    put_ratio(out, kUnmetDemand, V(j.wanted_hours) - V(j.served_hours), V(j.wanted_hours));
    income_volatility(g, kMarkIncomeUsd, kIncomeVolatilityUsd, out);
    income_volatility(g, kMarkIncomeTokens, kIncomeVolatilityTokens, out);
    put(out, kFinalDevices, j.final_devices);
    put(out, kLeastDevices, j.least_devices);
    put_ratio(out, kWashGain, V(j.wash_returned) - V(j.wash_spent), V(j.wash_spent));
}

}  // namespace assay::sim
