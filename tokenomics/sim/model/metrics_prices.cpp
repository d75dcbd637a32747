// Condition 4, sane supply and prices: inflation, unlocks, how far and how often the price falls, is the vault solvent.
#include <algorithm>
#include <cmath>

#include "tokenomics/sim/model/lowest.hpp"
#include "tokenomics/sim/model/metrics.hpp"
#include "tokenomics/sim/model/metrics_simd.hpp"

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
    const V none(0.0), one(1.0);
    V most(-1.0);
    for (std::size_t i = 0; i + w < g.marks; ++i) {
        const V traded = change(g, kMarkVolume, std::max(i, w), w);
        const V freed = change(g, kMarkUnlocked, i + w, w) * at(g, kMarkPrice, i);
        const M some = traded > none;
        most = select(some, max(most, freed / select(some, traded, one)), most);
    }
    put(out, kUnlockOverhang, select(most >= none, most, V(kMissing)));
}

void yearly_volatility(const Journal& j, const Lanes& sum, const Lanes& squares, Figure which, LaneFigures& out) {
    if (j.steps < 2) return;
    const auto n = static_cast<double>(j.steps);
    for (std::size_t lane = 0; lane < kLanes; ++lane) {
        const double spread = std::max(0.0, squares[lane] - sum[lane] * sum[lane] / n) / (n - 1);
        out[which][lane] = std::sqrt(spread * (kDaysPerYear / j.step_days));
    }
}

// The worst twentieth of the daily returns; of the steps' own where a step is longer than a day.
void expected_shortfall(const Journal& j, LaneFigures& out) {
    const auto per_day = static_cast<std::size_t>(std::max(1.0, 1.0 / j.step_days + 0.5));
    const std::size_t n = j.returns.size() / per_day, worst = n / 20;
    if (!j.returns_kept || worst == 0) return;
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
    Lowest lowest(rows, n, worst, usual_of(V(j.log_sum), V(j.log_squares), n));
    for (std::size_t lane = 0; lane < kLanes; ++lane) {
        double sum = 0;
        for (const float r : lowest.of(lane)) sum -= static_cast<double>(r);
        out[kExpectedShortfall][lane] = sum / static_cast<double>(worst);
    }
}

void solvency(const Scenario& s, const Journal& j, LaneFigures& out) {
    if (s.params.bme.mode != tokenomics::BurnMode::vault) return;
    const auto& v = s.params.bme.vault;
    const V one(1.0), none(0.0), least(j.least_vault_ratio);
    put(out, kVaultBelowWarn, select(least < V(static_cast<double>(v.warn_bps) * 1e-4), one, none));
    put(out, kVaultBelowHalt, select(least <= V(static_cast<double>(v.halt_bps) * 1e-4), one, none));
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
    put(out, kTimeUnderwater, V(j.below_high_steps) / V(static_cast<double>(j.steps)));
    expected_shortfall(j, out);
    solvency(s, j, out);
    put(out, kTreasuryRuinDay, j.ruin_day);
    put(out, kStaleDays, j.stale_days);
    put(out, kSlashed, j.slashed);
}

}  // namespace assay::sim
