#include "tokenomics/sim/study/paired.hpp"

#include <algorithm>
#include <cmath>

#include "tokenomics/sim/run/statistics.hpp"
#include "tokenomics/sim/study/assertion.hpp"
#include "tokenomics/sim/text.hpp"

namespace assay::sim::study {
namespace {

double median_of(std::vector<double>& values) {
    const std::size_t middle = values.size() / 2;
    const auto at = values.begin() + static_cast<std::ptrdiff_t>(middle);
    std::nth_element(values.begin(), at, values.end());
    if (values.size() % 2 == 1) return *at;
    return 0.5 * (*at + *std::max_element(values.begin(), at));
}

}  // namespace

Status comparable(const Scenario& a, const Scenario& b) {
    if (a.step_ms != b.step_ms)
        return {Code::field_out_of_range, "step is " + std::to_string(a.step_ms) + " ms in " + a.name + " and " +
                                              std::to_string(b.step_ms) + " ms in " + b.name +
                                              "; a comparison needs the same"};
    if (a.steps() != b.steps())
        return {Code::field_out_of_range, "horizon_days is " + shortest(a.horizon_days) + " in " + a.name + " and " +
                                              shortest(b.horizon_days) + " in " + b.name +
                                              "; a comparison needs the same"};
    return {};
}

std::vector<PairedFigure> compare_pairs(const PointRuns& runs, const Report& report, std::uint64_t seed) {
    std::vector<PairedFigure> out;
    for (std::size_t figure = 0; figure < runs.figures.size(); ++figure) {
        PairedFigure f;
        f.figure = figure;
        if (const auto t = threshold_for(figure, report)) f.smaller_is_better = t->above;
        const auto of_a = runs.of(figure, 0), of_b = runs.of(figure, 1);
        std::vector<double> a, b, d;
        double wins = 0;
        for (std::size_t run = 0; run < of_a.size(); ++run) {
            f.missing_a += std::isnan(of_a[run]) ? 1 : 0;
            f.missing_b += std::isnan(of_b[run]) ? 1 : 0;
            if (std::isnan(of_a[run]) || std::isnan(of_b[run])) continue;
            a.push_back(of_a[run]);
            b.push_back(of_b[run]);
            d.push_back(of_a[run] - of_b[run]);
            const bool smaller = f.smaller_is_better.value_or(false);
            wins += d.back() == 0 ? 0.5 : ((d.back() < 0) == smaller ? 1 : 0);
        }
        f.pairs = d.size();
        if (!d.empty()) {
            const Moments of_first = moments(a), of_second = moments(b), of_pairs = moments(d);
            f.mean_a = of_first.mean;
            f.mean_b = of_second.mean;
            f.mean = mean_interval(d);
            // Resampling costs runs x resamples; beyond many runs fewer resamples say the same.
            const auto n = static_cast<std::uint32_t>(d.size());
            const std::uint32_t resamples = std::clamp<std::uint32_t>(1'000'000 / n, 100, 1000);
            std::vector<double> x(n), y(n);
            const bool same = of_pairs.sd == 0;
            f.median = bootstrap(n, same ? 1 : resamples, seed, [&](std::span<const std::uint32_t> rows) {
                for (std::size_t i = 0; i < rows.size(); ++i) x[i] = a[rows[i]], y[i] = b[rows[i]];
                return median_of(x) - median_of(y);
            });
            if (same) f.median.low = f.median.high = f.median.value;
            std::vector<double> copy = a;
            f.median_a = median_of(copy);
            copy = b;
            f.median_b = median_of(copy);
            f.better = proportion(wins, d.size());
            const double apart = of_first.sd * of_first.sd + of_second.sd * of_second.sd;
            f.variance_ratio = of_pairs.sd > 0 ? apart / (of_pairs.sd * of_pairs.sd) : std::nan("");
        } else {
            const double none = std::nan("");
            f.mean_a = f.mean_b = f.median_a = f.median_b = f.variance_ratio = none;
            f.mean = f.median = f.better = {none, none, none};
        }
        out.push_back(f);
    }
    return out;
}

}  // namespace assay::sim::study
