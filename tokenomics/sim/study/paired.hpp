// Two scenarios, run for run on the same luck: what differs, how sure that is, and how often the first is the better
// one.
//
//   ASSAY_TRY(auto rows, compare_pairs(runs_of_both, scenario_a.report, seed));
//   rows[kMaxDrawdown].better.value;      // share of the runs in which A falls less
#pragma once

#include <optional>

#include "tokenomics/sim/study/base_scenario.hpp"
#include "tokenomics/sim/study/evaluate.hpp"
#include "tokenomics/sim/study/intervals.hpp"

namespace assay::sim::study {

struct PairedFigure {
    std::size_t figure = 0;
    std::uint64_t pairs = 0;  ///< runs in which both have a value
    std::uint64_t missing_a = 0, missing_b = 0;
    double mean_a = 0, mean_b = 0, median_a = 0, median_b = 0;
    Estimate mean;                          ///< of a - b, Student's interval of the pairs
    Estimate median;                        ///< median a - median b, bootstrap over pairs
    std::optional<bool> smaller_is_better;  ///< nothing: the metric has no direction
    Estimate better;            ///< share of the pairs in which A is better (larger, without a direction); ties half
    double variance_ratio = 0;  ///< variance of a difference of independent runs over that of the pairs
};

/// Can they be compared? Refused: other steps, other horizons. Errors: field_out_of_range, naming both.
[[nodiscard]] Status comparable(const Scenario& a, const Scenario& b);

/// `runs` holds all figures at point 0 (A) and 1 (B).
[[nodiscard]] std::vector<PairedFigure> compare_pairs(const PointRuns& runs, const Report& report, std::uint64_t seed);

}  // namespace assay::sim::study
