#include "tokenomics/sim/run/statistics.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace assay::sim {

double quantile(std::span<const double> sorted, double q) {
    const double at = q * static_cast<double>(sorted.size() - 1);
    const auto below = static_cast<std::size_t>(at);
    if (below + 1 >= sorted.size()) return sorted.back();
    return sorted[below] + (at - static_cast<double>(below)) * (sorted[below + 1] - sorted[below]);
}

Moments moments(std::span<const double> values) {
    Moments m;
    if (values.empty()) return m;
    const auto n = static_cast<double>(values.size());
    m.min = m.max = values.front();
    for (const double v : values) {
        m.mean += v;
        m.min = std::min(m.min, v);
        m.max = std::max(m.max, v);
    }
    m.mean /= n;
    if (values.size() > 1) {
        double sum = 0;
        for (const double v : values) sum += (v - m.mean) * (v - m.mean);
        m.sd = std::sqrt(sum / (n - 1));
        m.standard_error = m.sd / std::sqrt(n);
    }
    return m;
}

Interval wilson(std::uint64_t hits, std::uint64_t of) {
    if (of == 0) return {};
    constexpr double z = 1.959963984540054;
    const auto n = static_cast<double>(of);
    const double p = static_cast<double>(hits) / n, zz = z * z / n;
    const double middle = (p + zz / 2) / (1 + zz);
    const double half = z * std::sqrt(p * (1 - p) / n + zz / (4 * n)) / (1 + zz);
    // At the ends the interval touches the end, whatever rounding says.
    return {hits == 0 ? 0.0 : std::max(0.0, middle - half), hits == of ? 1.0 : std::min(1.0, middle + half)};
}

double FailShare::p() const {
    if (!known) return std::numeric_limits<double>::quiet_NaN();
    return static_cast<double>(failed) / static_cast<double>(of);
}

std::optional<std::size_t> series_named(const std::string& name) {
    for (std::size_t i = 0; i < kSeriesCount; ++i)
        if (name == kSeries[i].name) return i;
    return std::nullopt;
}
std::optional<std::size_t> figure_named(const std::string& name) {
    for (std::size_t i = 0; i < kFigureCount; ++i)
        if (name == kFigures[i].name) return i;
    return std::nullopt;
}

Bounds thresholds_of(const Scenario& scenario) {
    Bounds out;
    for (std::size_t i = 0; i < kFigureCount; ++i) out[i] = {kFigures[i].fails, kFigures[i].threshold};
    for (const Threshold& t : scenario.report.thresholds)
        if (const auto i = figure_named(t.metric)) out[*i] = {t.above ? Fails::above : Fails::below, t.value};
    return out;
}

}  // namespace assay::sim
