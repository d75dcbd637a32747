#include "tokenomics/sim/run/simulate.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace assay::sim {

std::vector<double> CellResult::figure(std::size_t which) const {
    std::vector<double> out;
    out.reserve(kept);
    for (std::uint64_t run = 0; run < kept; ++run) out.push_back(figure(which, run));
    return out;
}

Result<CellResult> simulate(const Scenario& scenario, const SimulateOptions& o) {
    if (o.runs == 0 || o.runs > kMaxRuns)
        return {Code::field_out_of_range,
                "--runs is " + std::to_string(o.runs) + ", allowed are 1 to " + std::to_string(kMaxRuns)};
    const std::size_t points = o.points != 0 ? o.points : points_for(o.runs, scenario.steps());
    ASSAY_TRY(const Model model, Model::make(scenario, {.points = points, .threads = o.threads, .mode = o.mode}));
    CellResult out;
    out.scenario = scenario;
    out.mode = o.mode;
    out.runs = o.runs;
    out.steps = model.steps();
    out.days = model.day(model.steps());
    out.recorded = model.recorded();
    for (const std::uint64_t step : out.recorded) out.recorded_days.push_back(model.day(step));
    const std::size_t n = out.recorded.size();
    out.kept = o.runs;
    out.figures.resize(o.runs * kFigureCount);
    out.metrics = std::min(o.metrics, o.runs);
    out.kept_paths = std::min(o.paths, o.runs);
    out.paths.resize(out.kept_paths * kSeriesCount * n);
    std::vector<double> values(kSeriesCount * n * o.runs);
    BlockOptions blocks;
    blocks.end = blocks_of(o.runs);
    blocks.threads = o.threads;
    blocks.stop = o.stop;
    blocks.meddle = o.meddle;
    if (o.progress) blocks.tick = [&](std::uint64_t done) { o.progress(std::min(done * kLanes, o.runs), o.runs); };
    ASSAY_TRY_VOID(run_blocks(model, blocks, [&](std::uint64_t b, const BlockResult& r) {
        for (std::uint64_t k = 0, run = b * kLanes; k < kLanes && run < o.runs; ++k, ++run) {
            for (std::size_t i = 0; i < kFigureCount; ++i) out.figures[run * kFigureCount + i] = r.figures[i][k];
            for (std::size_t p = 0; p < n; ++p)
                for (std::size_t i = 0; i < kSeriesCount; ++i) {
                    values[(p * kSeriesCount + i) * o.runs + run] = r.at(p, i, k);
                    if (run < out.kept_paths) out.paths[(run * kSeriesCount + i) * n + p] = r.at(p, i, k);
                }
        }
    }));
    constexpr double kNone = std::numeric_limits<double>::quiet_NaN();
    const auto sorted_of = [](std::span<const double> all) {
        std::vector<double> v;
        for (const double x : all)
            if (!std::isnan(x)) v.push_back(x);
        std::sort(v.begin(), v.end());
        return v;
    };
    for (std::size_t at = 0; at < n * kSeriesCount; ++at) {
        const auto v = sorted_of(std::span(values).subspan(at * o.runs, o.runs));
        for (const double q : kQuantiles) out.quantiles.push_back(v.empty() ? kNone : quantile(v, q));
    }
    const Bounds bounds = thresholds_of(scenario);
    for (std::size_t i = 0; i < kFigureCount; ++i) {
        const auto v = sorted_of(out.figure(i));
        FigureSummary& s = out.summary[i];
        s.count = v.size();
        s.missing = o.runs - v.size();
        const Moments m = moments(v);
        s.mean = v.empty() ? kNone : m.mean, s.sd = v.empty() ? kNone : m.sd;
        s.standard_error = v.empty() ? kNone : m.standard_error;
        s.min = v.empty() ? kNone : m.min, s.max = v.empty() ? kNone : m.max;
        for (std::size_t q = 0; q < kQuantiles.size(); ++q)
            s.quantiles[q] = v.empty() ? kNone : quantile(v, kQuantiles[q]);
        if (bounds[i].fails == Fails::never) continue;
        s.fail = FailShare{bounds[i], 0, o.runs, !v.empty()};
        for (const double x : v) s.fail->failed += bounds[i].broken_by(x) ? 1 : 0;
    }
    return out;
}

}  // namespace assay::sim
