// How sure a figure over n runs is: 95 % intervals by textbook rules.
//
//   const Estimate p = proportion(3, 100);   // 0.03, 0.0103 to 0.0845 (Wilson)
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

namespace assay::sim::study {

inline constexpr double kZ95 = 1.959963984540054;

struct Estimate {
    double value = 0, low = 0, high = 0;
};

/// Wilson's interval of a share.
[[nodiscard]] Estimate proportion(double hits, std::uint64_t n);
/// Mean with Student's interval; without one (low = high = no number) for a single value.
[[nodiscard]] Estimate mean_interval(std::span<const double> values);
/// Quantile of `sorted` with the interval between order statistics (binomial, normal approximation). Where too few
/// values lie beyond, the interval is open: its end is infinite.
[[nodiscard]] Estimate quantile_interval(std::span<const double> sorted, double q);
/// The 97.5 % point of Student's t; degrees >= 1.
[[nodiscard]] double student_975(std::uint64_t degrees);

/// Percentile bootstrap, 2.5 and 97.5 %, of a statistic over indices 0 to n - 1. Same seed, same interval.
[[nodiscard]] Estimate bootstrap(std::uint32_t n, std::uint32_t resamples, std::uint64_t seed,
                                 const std::function<double(std::span<const std::uint32_t> indices)>& statistic);

}  // namespace assay::sim::study
