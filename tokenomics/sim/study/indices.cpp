#include "tokenomics/sim/study/indices.hpp"

#include <cmath>

#include "tokenomics/sim/run/statistics.hpp"

namespace assay::sim::study {
namespace {

// Resampled 300 times; the interval is 1.96 of their standard deviations to both sides.
template <class Statistic>
Estimate around(std::uint32_t n, std::uint64_t seed, const Statistic& statistic) {
    constexpr std::uint32_t kResamples = 300;
    std::vector<double> seen;
    const Estimate e = bootstrap(n, kResamples, seed, [&](std::span<const std::uint32_t> indices) {
        seen.push_back(statistic(indices));
        return seen.back();
    });
    seen.erase(seen.begin());  // the estimate itself
    const double half = kZ95 * moments(seen).sd;
    return {e.value, e.value - half, e.value + half};
}

}  // namespace

std::vector<SobolIndex> sobol_indices(const std::vector<double>& y, std::size_t columns, std::uint64_t seed) {
    const std::size_t step = columns + 2;
    const auto n = static_cast<std::uint32_t>(y.size() / step);
    const double mean = moments(y).mean;
    const auto value = [&](std::uint32_t row, std::size_t which) { return y[row * step + which] - mean; };
    const auto variance = [&](std::span<const std::uint32_t> rows) {  // of A and B together
        double sum = 0, squares = 0;
        for (const std::uint32_t r : rows)
            for (const double v : {value(r, 0), value(r, columns + 1)}) sum += v, squares += v * v;
        const double count = 2.0 * static_cast<double>(rows.size());
        return squares / count - sum / count * (sum / count);
    };
    std::vector<SobolIndex> out(columns);
    for (std::size_t c = 0; c < columns; ++c) {
        out[c].first = around(n, seed, [&](std::span<const std::uint32_t> rows) {
            double sum = 0;
            for (const std::uint32_t r : rows) sum += value(r, columns + 1) * (value(r, c + 1) - value(r, 0));
            return sum / static_cast<double>(rows.size()) / variance(rows);
        });
        out[c].total = around(n, seed, [&](std::span<const std::uint32_t> rows) {
            double sum = 0;
            for (const std::uint32_t r : rows) {
                const double d = value(r, 0) - value(r, c + 1);
                sum += d * d;
            }
            return 0.5 * sum / static_cast<double>(rows.size()) / variance(rows);
        });
    }
    return out;
}

std::vector<MorrisIndex> morris_indices(const Matrix& x, const std::vector<double>& y, std::uint32_t levels,
                                        std::uint64_t seed) {
    const std::size_t columns = x.front().size(), step = columns + 1;
    const auto n = static_cast<std::uint32_t>(y.size() / step);
    const double delta = levels / (2.0 * (levels - 1));
    std::vector<std::vector<double>> effects(columns, std::vector<double>(n));
    for (std::uint32_t t = 0; t < n; ++t)
        for (std::size_t k = 1; k < step; ++k)
            for (std::size_t c = 0; c < columns; ++c) {
                const double moved = x[t * step + k][c] - x[t * step + k - 1][c];
                if (moved == 0) continue;
                effects[c][t] = (y[t * step + k] - y[t * step + k - 1]) / (moved > 0 ? delta : -delta);
            }
    std::vector<MorrisIndex> out(columns);
    for (std::size_t c = 0; c < columns; ++c) {
        const auto of = [&](std::span<const std::uint32_t> rows, bool absolute) {
            std::vector<double> chosen;
            for (const std::uint32_t r : rows) chosen.push_back(absolute ? std::fabs(effects[c][r]) : effects[c][r]);
            return moments(chosen);
        };
        out[c].mu = around(n, seed, [&](auto rows) { return of(rows, false).mean; });
        out[c].mu_star = around(n, seed, [&](auto rows) { return of(rows, true).mean; });
        out[c].sigma = around(n, seed, [&](auto rows) { return of(rows, false).sd; });
    }
    return out;
}

NoiseShare noise_share(const std::vector<double>& values, std::size_t points, std::uint64_t runs) {
    NoiseShare out;
    if (points < 2) return out;
    const double r = static_cast<double>(runs), p = static_cast<double>(points);
    std::vector<double> by_point(points), by_run(runs);
    for (std::size_t i = 0; i < points; ++i)
        for (std::uint64_t k = 0; k < runs; ++k) {
            by_point[i] += values[i * runs + k] / r;
            by_run[k] += values[i * runs + k] / p;
        }
    const double all = moments(by_point).mean, sd = moments(by_point).sd;
    out.between = sd * sd;
    if (runs < 2) return out;
    double interaction = 0;
    for (std::size_t i = 0; i < points; ++i)
        for (std::uint64_t k = 0; k < runs; ++k) {
            const double e = values[i * runs + k] - by_point[i] - by_run[k] + all;
            interaction += e * e;
        }
    interaction /= (p - 1) * (r - 1);
    out.noise = interaction / r;
    const double over_runs = moments(by_run).sd;
    out.common = std::max(0.0, over_runs * over_runs - interaction / p) / r;
    return out;
}

}  // namespace assay::sim::study
