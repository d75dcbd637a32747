// Many paths of one model on many threads. Each run has a place of its own in the result, so that neither the number
// of threads nor their order leaves a trace.
//
//   ASSAY_TRY(Outcome o, monte_carlo(model, {.runs = 1000, .threads = 4}));
//   auto prices = o.series_at(kPrice, point);   // one value per run
#pragma once

#include <atomic>
#include <functional>
#include <span>

#include "tokenomics/sim/model/model.hpp"

namespace assay::sim {

inline constexpr std::uint64_t kMaxRuns = 2'000'000;

struct MonteCarloOptions {
    std::uint64_t runs = 100;
    std::size_t threads = 1;
    std::atomic<bool>* stop = nullptr;                                        ///< set: ends with `interrupted`
    std::function<void(std::uint64_t done, std::uint64_t of)> progress = {};  ///< from the calling thread, now and then
    Meddler meddle = {};                                                      ///< for tests
};

struct Outcome {
    std::uint64_t runs = 0;
    std::size_t points = 0;
    std::vector<double> series;   ///< [series][point][run]
    std::vector<double> figures;  ///< [figure][run]

    [[nodiscard]] std::span<const double> series_at(std::size_t which, std::size_t point) const {
        return std::span(series).subspan((which * points + point) * runs, runs);
    }
    [[nodiscard]] std::span<const double> figure(std::size_t which) const {
        return std::span(figures).subspan(which * runs, runs);
    }
};

/// How many steps are recorded: 365 at most, fewer where all runs' samples would pass 256 MiB.
[[nodiscard]] std::size_t points_for(std::uint64_t runs, std::uint64_t steps);

/// Errors: field_out_of_range, interrupted, and those of Model::run, of the lowest run that failed.
[[nodiscard]] Result<Outcome> monte_carlo(const Model& model, const MonteCarloOptions& options);

}  // namespace assay::sim
