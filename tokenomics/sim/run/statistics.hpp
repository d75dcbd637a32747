// What many runs say: quantiles, moments, Monte-Carlo error. Sums go in the order of the runs.
#pragma once

#include <array>
#include <span>
#include <vector>

namespace assay::sim {

inline constexpr std::array kQuantiles = {0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95};

/// Of `sorted` values, ascending and at least one: linear between neighbours (Hyndman and Fan's type 7, as NumPy's).
[[nodiscard]] double quantile(std::span<const double> sorted, double q);

struct Moments {
    double mean = 0, sd = 0, standard_error = 0, min = 0, max = 0;
};
[[nodiscard]] Moments moments(std::span<const double> values);

}  // namespace assay::sim
