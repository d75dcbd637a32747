// Condition 4, sane supply and prices: inflation, unlocks, how far and how often the price falls, is the vault solvent.
#include <algorithm>
#include <cmath>

#include "tokenomics/sim/model/metrics.hpp"

namespace assay::sim {
namespace {

// The constant rate a year, compounded, that makes `to` of `from`.
void yearly_growth(const Grid& g, Mark which, Figure figure, LaneFigures& out) {
    const Lanes from = g.first(which), to = g.last(which);
    const double days = g.days();
    for (std::size_t lane = 0; lane < kLanes && days > 0; ++lane)
        if (from[lane] > 0 && to[lane] > 0)
            out[figure][lane] = real::exp(real::log(to[lane] / from[lane]) * (kDaysPerYear / days)) - 1;
}

// What the next 30 days set free, at today's price, over what the last 30 traded (in the first month: what it traded).
void unlock_overhang(const Grid& g, LaneFigures& out) {
    const std::size_t w = g.month;
    if (w == 0 || g.marks <= w) return;
    Lanes most = Lanes{} - 1.0;
    for (std::size_t i = 0; i + w < g.marks; ++i) {
        const std::size_t to = std::max(i, w);
        const Lanes traded = g.at(kMarkVolume, to) - g.at(kMarkVolume, to - w);
        const Lanes freed = (g.at(kMarkUnlocked, i + w) - g.at(kMarkUnlocked, i)) * g.at(kMarkPrice, i);
        const Lanes here = traded > 0.0 ? freed / traded : Lanes{} - 1.0;
        most = here > most ? here : most;
    }
    put(out, kUnlockOverhang, most >= 0.0 ? most : Lanes{} + kMissing);
}

void yearly_volatility(const Journal& j, const Lanes& sum, const Lanes& squares, Figure which, LaneFigures& out) {
    if (j.steps < 2) return;
    const auto n = static_cast<double>(j.steps);
    for (std::size_t lane = 0; lane < kLanes; ++lane) {
        const double spread = std::max(0.0, squares[lane] - sum[lane] * sum[lane] / n) / (n - 1);
        out[which][lane] = std::sqrt(spread * (kDaysPerYear / j.step_days));
    }
}

// Mean of the `worst` smallest, as a loss. `candidates` hold all of them, in the order of time: which of equal ones are
// taken is for nth_element to say, and the sum must not depend on it.
double mean_loss(const std::vector<float>& candidates, std::size_t worst, std::vector<float>& scratch) {
    scratch = candidates;
    const auto at = scratch.begin() + static_cast<std::ptrdiff_t>(worst - 1);
    std::nth_element(scratch.begin(), at, scratch.end());
    const float bound = *at;
    double sum = 0;
    std::size_t below = 0;
    for (const float r : candidates)
        if (r < bound) {
            sum += static_cast<double>(r);
            ++below;
        }
    sum += static_cast<double>(worst - below) * static_cast<double>(bound);
    return -sum / static_cast<double>(worst);
}

// The worst twentieth of the daily returns; of the steps' own where a step is longer than a day.
void expected_shortfall(const Journal& j, LaneFigures& out) {
    const auto per_day = static_cast<std::size_t>(std::max(1.0, 1.0 / j.step_days + 0.5));
    const std::size_t n = j.returns.size() / per_day, worst = n / 20;
    if (worst == 0) return;
    using Row = std::array<float, kLanes>;
    const Row* rows = j.returns.data();
    std::vector<Row> days;
    if (per_day > 1) {
        days.resize(n);
        for (std::size_t i = 0; i < n; ++i)
            for (std::size_t lane = 0; lane < kLanes; ++lane) {
                double sum = 0;
                for (std::size_t k = 0; k < per_day; ++k) sum += static_cast<double>(rows[i * per_day + k][lane]);
                days[i][lane] = static_cast<float>(sum);
            }
        rows = days.data();
    }
    // Only what is well below the mean can be among the worst: the rest need not be sorted.
    std::array<std::vector<float>, kLanes> low;
    std::array<std::size_t, kLanes> count{};
    Row bound{};
    for (std::size_t lane = 0; lane < kLanes; ++lane) {
        low[lane].resize(n + 1);
        const double mean = j.log_sum[lane] / static_cast<double>(n);
        const double spread = j.log_squares[lane] / static_cast<double>(n) - mean * mean;
        bound[lane] = static_cast<float>(mean - 1.2 * std::sqrt(std::max(0.0, spread)));
    }
    for (std::size_t i = 0; i < n; ++i)
        for (std::size_t lane = 0; lane < kLanes; ++lane) {
            const float r = rows[i][lane];
            low[lane][count[lane]] = r;
            count[lane] += r < bound[lane] ? 1 : 0;
        }
    std::vector<float> scratch;
    for (std::size_t lane = 0; lane < kLanes; ++lane) {
        if (count[lane] < worst) {  // a tail that is thinner than the spread says
            count[lane] = n;
            for (std::size_t i = 0; i < n; ++i) low[lane][i] = rows[i][lane];
        }
        low[lane].resize(count[lane]);
        out[kExpectedShortfall][lane] = mean_loss(low[lane], worst, scratch);
    }
}

void solvency(const Scenario& s, const Journal& j, LaneFigures& out) {
    if (s.params.bme.mode != tokenomics::BurnMode::vault) return;
    const auto& v = s.params.bme.vault;
    const Lanes one = Lanes{} + 1.0;
    put(out, kVaultBelowWarn, j.least_vault_ratio < static_cast<double>(v.warn_bps) * 1e-4 ? one : Lanes{});
    put(out, kVaultBelowHalt, j.least_vault_ratio <= static_cast<double>(v.halt_bps) * 1e-4 ? one : Lanes{});
    put(out, kHaltedDays, j.halted_days);
    put(out, kShortfallMint, j.shortfall_most);
}

}  // namespace

void price_figures(const Scenario& s, const Grid& g, LaneFigures& out) {
    const Journal& j = g.j;
    yearly_growth(g, kMarkSupply, kInflation, out);
    yearly_growth(g, kMarkCirculating, kFloatInflation, out);
    unlock_overhang(g, out);
    yearly_volatility(j, j.log_sum, j.log_squares, kVolatility, out);
    yearly_volatility(j, j.service_sum, j.service_squares, kServiceVolatility, out);
    put(out, kMaxDrawdown, j.max_drawdown);
    put(out, kTimeUnderwater, j.below_high_steps / static_cast<double>(j.steps));
    expected_shortfall(j, out);
    solvency(s, j, out);
    put(out, kTreasuryRuinDay, j.ruin_day);
    put(out, kStaleDays, j.stale_days);
    put(out, kSlashed, j.slashed);
}

}  // namespace assay::sim
