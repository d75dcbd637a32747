// Condition 2, incentives that last: do providers earn, early and late ones alike, do they stay, is demand served.
#include <algorithm>
#include <cmath>

#include "tokenomics/sim/model/metrics.hpp"

namespace assay::sim {
namespace {

constexpr double kDaysPerMonth = kDaysPerYear / 12;
constexpr double kFallen = 0.8;  // of the price 30 days before: a fall that retention is looked at after

// Tenth percentile, linear between neighbours (type 7, as everywhere).
void low_margin(const Journal& j, LaneFigures& out) {
    const std::size_t from = j.margins.size() == j.marks.size() ? 1 : 0;  // nobody has a margin before the first step
    std::vector<float> values;
    for (std::size_t lane = 0; lane < kLanes; ++lane) {
        values.clear();
        for (std::size_t i = from; i < j.margins.size(); ++i)
            if (!std::isnan(j.margins[i][lane])) values.push_back(j.margins[i][lane]);
        if (values.empty()) continue;
        const double place = 0.1 * static_cast<double>(values.size() - 1);
        const auto below = static_cast<std::size_t>(place);
        const auto at = values.begin() + static_cast<std::ptrdiff_t>(below);
        std::nth_element(values.begin(), at, values.end());
        const double low = *at;
        const double next = at + 1 == values.end() ? low : *std::min_element(at + 1, values.end());
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
    const Lanes missing = Lanes{} + kMissing;
    const double hardware = hardware_of(s);
    std::vector<Lanes> earned(g.marks);  // USD of a GPU since the start, less its costs
    for (std::size_t i = 1; i < g.marks; ++i) {
        const Lanes gpu_days = g.at(kMarkCapacityDays, i) - g.at(kMarkCapacityDays, i - 1);
        const Lanes net =
            (g.at(kMarkIncomeUsd, i) - g.at(kMarkIncomeUsd, i - 1)) - (g.at(kMarkCosts, i) - g.at(kMarkCosts, i - 1));
        const double days = g.j.mark_day[i] - g.j.mark_day[i - 1];
        earned[i] = earned[i - 1] + (gpu_days > 0.0 ? net * days / gpu_days : Lanes{});
    }

    const Lanes paid = hardware + g.first(kMarkStakePrice);
    Lanes back = missing;
    for (std::size_t i = g.marks; i-- > 1;) {  // backwards: the first time stays
        const Lanes rise = earned[i] - earned[i - 1];
        const LaneMask now = (earned[i] >= paid) & (earned[i - 1] < paid);
        const Lanes share = now ? (paid - earned[i - 1]) / rise : Lanes{};
        const Lanes day = g.j.mark_day[i - 1] + share * (g.j.mark_day[i] - g.j.mark_day[i - 1]);
        back = now ? day / kDaysPerMonth : back;
    }
    put(out, kPaybackMonths, paid > 0.0 ? back : missing);

    const auto year = static_cast<std::size_t>(std::max(1.0, std::floor(kDaysPerYear / g.spacing)));
    if (g.marks <= 2 * year) return;  // the last cohort with a whole year enters a year after the first, or later
    const double to_year = kDaysPerYear / (static_cast<double>(year) * g.spacing);
    Lanes first{}, last{}, n{}, sx{}, sy{}, sxx{}, sxy{};
    for (std::size_t i = 0; i + year < g.marks; ++i) {
        const Lanes cost = hardware + g.at(kMarkStakePrice, i);
        last = cost > 0.0 ? (earned[i + year] - earned[i]) * to_year / cost : missing;
        if (i == 0) first = last;
        const double x = (g.j.mark_day[i] - g.j.mark_day[0]) / kDaysPerYear;
        const LaneMask there = last == last;
        const Lanes one = there ? Lanes{} + 1.0 : Lanes{}, y = there ? last : Lanes{};
        n += one;
        sx += one * x;
        sy += y;
        sxx += one * (x * x);
        sxy += y * x;
    }
    put_ratio(out, kCohortRatio, last, first);
    put_ratio(out, kCohortSlope, n * sxy - sx * sy, n * sxx - sx * sx);
}

// Devices 30 days after the price had fallen by a fifth within 30 days, over those at that mark: the mean of all falls
// that do not overlap.
void retention(const Grid& g, LaneFigures& out) {
    const std::size_t w = g.month;
    if (w == 0 || g.marks <= 2 * w) return;
    Lanes wait{}, sum{}, falls{};
    for (std::size_t i = w; i + w < g.marks; ++i) {
        const Lanes devices = g.at(kMarkDevices, i);
        const LaneMask fell =
            (g.at(kMarkPrice, i) <= kFallen * g.at(kMarkPrice, i - w)) & (devices > 0.0) & (wait <= 0.0);
        sum += fell ? g.at(kMarkDevices, i + w) / devices : Lanes{};
        falls += fell ? Lanes{} + 1.0 : Lanes{};
        wait = fell ? Lanes{} + static_cast<double>(w) : wait;
        wait -= 1.0;
    }
    put_ratio(out, kRetention, sum, falls);
}

// Standard deviation of the change of ln income of a GPU-day from one 30 days to the next.
void income_volatility(const Grid& g, Mark income, Figure which, LaneFigures& out) {
    const std::size_t w = g.month;
    if (w == 0) return;
    Lanes before{}, had{}, n{}, sum{}, squares{};
    for (std::size_t i = w; i < g.marks; i += w) {
        const Lanes gpu_days = g.at(kMarkCapacityDays, i) - g.at(kMarkCapacityDays, i - w);
        const Lanes paid = g.at(income, i) - g.at(income, i - w);
        const LaneMask good = (gpu_days > 0.0) & (paid > 0.0);
        Lanes now;
        log_of(good ? paid / gpu_days : Lanes{} + 1.0, now);
        const Lanes has = good ? Lanes{} + 1.0 : Lanes{}, both = had * has, change = (now - before) * both;
        n += both;
        sum += change;
        squares += change * change;
        before = now;
        had = has;
    }
    for (std::size_t lane = 0; lane < kLanes; ++lane) {
        if (n[lane] < 3) continue;
        const double spread = (squares[lane] - sum[lane] * sum[lane] / n[lane]) / (n[lane] - 1);
        out[which][lane] = std::sqrt(std::max(0.0, spread));
    }
}

}  // namespace

void incentive_figures(const Scenario& s, const Grid& g, LaneFigures& out) {
    const Journal& j = g.j;
    const auto steps = static_cast<double>(j.steps);
    put(out, kMeanMargin, j.margin / steps);
    put(out, kMeanUtilisation, j.utilisation / steps);
    low_margin(j, out);
    put_ratio(out, kUnderwater, j.underwater_days, j.device_days);
    cohorts(s, g, out);
    retention(g, out);
    put_ratio(out, kUnmetDemand, j.wanted_hours - j.served_hours, j.wanted_hours);
    income_volatility(g, kMarkIncomeUsd, kIncomeVolatilityUsd, out);
    income_volatility(g, kMarkIncomeTokens, kIncomeVolatilityTokens, out);
    put(out, kFinalDevices, j.final_devices);
    put(out, kLeastDevices, j.least_devices);
    put_ratio(out, kWashGain, j.wash_returned - j.wash_spent, j.wash_spent);
}

}  // namespace assay::sim
