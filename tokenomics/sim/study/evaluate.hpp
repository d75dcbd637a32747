// Many scenarios, a few figures of each: what every study asks the model. A point's run r draws the same numbers at
// every point (common random numbers), as long as the points keep one seed.
//
//   ASSAY_TRY(PointRuns r, evaluate(2, [&](std::size_t i) { return base.with(sets[i]); }, {kMaxDrawdown}, {.runs =
//   64})); r.of(0, 1);   // kMaxDrawdown at point 1, one value per run; no number where it is missing
#pragma once

#include <atomic>
#include <functional>
#include <span>
#include <vector>

#include "tokenomics/sim/model/model.hpp"

namespace assay::sim::study {

struct EvaluateOptions {
    std::uint64_t runs = 100;
    std::size_t threads = 1;
    Mode mode = Mode::exact;
    std::atomic<bool>* stop = nullptr;                                        ///< set: ends with `interrupted`
    std::function<void(std::uint64_t done, std::uint64_t of)> progress = {};  ///< runs; from the calling thread
};

struct PointRuns {
    std::uint64_t runs = 0;
    std::size_t points = 0;
    std::vector<std::vector<double>> figures;  ///< per figure that was asked for: [point][run]
    [[nodiscard]] std::span<const double> of(std::size_t figure, std::size_t point) const {
        return std::span(figures[figure]).subspan(point * runs, runs);
    }
};

using ScenarioAt = std::function<Result<Scenario>(std::size_t point)>;

/// Errors: those of `at` and of the model, of the lowest point that has one; interrupted.
[[nodiscard]] Result<PointRuns> evaluate(std::size_t points, const ScenarioAt& at,
                                         const std::vector<std::size_t>& figures, const EvaluateOptions& options);

/// Series of one scenario at certain days (the recorded step nearest to each): [series][day][run].
/// Errors as above; field_out_of_range for a day beyond the horizon.
[[nodiscard]] Result<std::vector<std::vector<std::vector<double>>>> evaluate_series(
    const Scenario& scenario, const std::vector<std::size_t>& series, const std::vector<double>& days,
    const EvaluateOptions& options);

}  // namespace assay::sim::study
