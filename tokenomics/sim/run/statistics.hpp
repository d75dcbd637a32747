// What many runs say: quantiles, moments, Monte-Carlo error, the probability of a failure. Here for values that are all
// at hand; accumulators.hpp says the same of values that are not kept.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "tokenomics/sim/model/figures.hpp"
#include "tokenomics/sim/scenario.hpp"

namespace assay::sim {

inline constexpr std::array kQuantiles = {0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95};

/// Of `sorted` values, ascending and at least one: linear between neighbours (Hyndman and Fan's type 7, as NumPy's).
[[nodiscard]] double quantile(std::span<const double> sorted, double q);

struct Moments {
    double mean = 0, sd = 0, standard_error = 0, min = 0, max = 0;
};
[[nodiscard]] Moments moments(std::span<const double> values);

/// Wilson's interval (1927) of a probability after `hits` of `of`, 95 %.
struct Interval {
    double low = 0, high = 1;
};
[[nodiscard]] Interval wilson(std::uint64_t hits, std::uint64_t of);

/// Beyond which value of each figure a run has failed: the scenario's own threshold, else that of kFigures.
struct Bound {
    Fails fails = Fails::never;
    double threshold = 0;
    [[nodiscard]] bool broken_by(double x) const {
        return (fails == Fails::above && x > threshold) || (fails == Fails::below && x < threshold);
    }
};
using Bounds = std::array<Bound, kFigureCount>;
[[nodiscard]] Bounds thresholds_of(const Scenario& scenario);

/// How often a figure was beyond its bound. Runs without the figure are among `of`, and did not fail.
struct FailShare {
    Bound bound;
    std::uint64_t failed = 0, of = 0;
    [[nodiscard]] double p() const;  ///< not a number where no run has the figure
    [[nodiscard]] Interval interval() const { return wilson(failed, of); }
    bool known = false;  ///< some run has the figure
};

/// Of one figure over all runs of a cell. What has no value is not a number.
struct FigureSummary {
    std::uint64_t count = 0, missing = 0;
    double mean = 0, standard_error = 0, sd = 0, min = 0, max = 0;
    std::array<double, kQuantiles.size()> quantiles{};
    double quantile_error = 0;  ///< relative; 0 where the values themselves were sorted
    std::optional<FailShare> fail;
};

/// The series or figure of that name.
[[nodiscard]] std::optional<std::size_t> series_named(const std::string& name);
[[nodiscard]] std::optional<std::size_t> figure_named(const std::string& name);

}  // namespace assay::sim
