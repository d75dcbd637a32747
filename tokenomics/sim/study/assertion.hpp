// A sentence about many runs that holds or does not: what `check` is asked.
//
//   ASSAY_TRY(Assertion a, parse_assertion("max_drawdown.p50 < 0.8"));
//   judge(a, values).verdict;      // holds, fails, or undecided: too few runs to tell
//
// Forms: METRIC.mean, METRIC.p05 (any whole percent, p50 is the median), METRIC.fail or P(METRIC) (share of the runs
// beyond the metric's threshold), P(METRIC OP NUMBER) (share of the runs for which that is so); then <, <=, > or >= and
// a number, with % where wanted.
#pragma once

#include <optional>
#include <span>
#include <string>

#include "tokenomics/sim/scenario.hpp"
#include "tokenomics/sim/study/intervals.hpp"

namespace assay::sim::study {

enum class Compare : std::uint8_t { less, less_equal, greater, greater_equal };
enum class Measure : std::uint8_t { mean, quantile, share };

struct Assertion {
    std::string text;
    std::size_t figure = 0;
    Measure measure = Measure::mean;
    double q = 0.5;               ///< of a quantile
    std::optional<Compare> when;  ///< of a share: what counts; nothing: the metric's threshold
    double bound = 0;             ///< of `when`
    Compare op = Compare::less;
    double number = 0;
};

/// A metric's number in kFigures. Errors: not_found, with the nearest name.
[[nodiscard]] Result<std::size_t> metric_named(const std::string& name);
/// What counts as a failure of a metric: the scenario's own threshold, else that of kFigures, else nothing.
[[nodiscard]] std::optional<Threshold> threshold_for(std::size_t figure, const Report& report);

/// Errors: usage; not_found for a metric that there is not.
[[nodiscard]] Result<Assertion> parse_assertion(const std::string& text);
/// Fills in the threshold that "fail" means. Errors: usage where the metric has none.
[[nodiscard]] Status settle_threshold(Assertion& a, const Report& report);

enum class Verdict : std::uint8_t { holds, fails, undecided };
struct Judgement {
    Verdict verdict = Verdict::undecided;
    Estimate estimate;          ///< with its 95 % interval
    std::uint64_t counted = 0;  ///< runs in which the metric has a value
    std::uint64_t runs_needed =
        0;  ///< that would decide, by the rule that intervals shrink as 1/sqrt(runs); 0: not known
};
/// `values` are one per run; no number where missing. A missing value is no failure and no part of mean and quantiles.
[[nodiscard]] Judgement judge(const Assertion& a, std::span<const double> values);

}  // namespace assay::sim::study
