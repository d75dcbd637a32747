// Sensitivity indices from the values at the points of a design, with bootstrap intervals: estimate ± 1.96 standard
// deviations of the resampled estimates, as SALib gives them.
//
//   Matrix x = saltelli_design(1024, 3, seed);
//   auto s = sobol_indices(values_at(x), 3, seed);   // s[0].first.value: share of the variance that column 0 makes
//   alone
#pragma once

#include "tokenomics/sim/study/designs.hpp"
#include "tokenomics/sim/study/intervals.hpp"

namespace assay::sim::study {

struct SobolIndex {
    Estimate first, total;
};
/// First order by Saltelli et al. 2010 (table 2, b), total by Jansen 1999, on values less their mean. No number where
/// the values do not vary.
[[nodiscard]] std::vector<SobolIndex> sobol_indices(const std::vector<double>& y, std::size_t columns,
                                                    std::uint64_t seed);

struct MorrisIndex {
    Estimate mu, mu_star, sigma;  ///< of the elementary effects per unit of the cube
};
/// Morris 1991 with mu* of Campolongo et al. 2007; `x` is that of morris_design.
[[nodiscard]] std::vector<MorrisIndex> morris_indices(const Matrix& x, const std::vector<double>& y,
                                                      std::uint32_t levels, std::uint64_t seed);

/// What Monte-Carlo noise does to averages over R runs per point, where run r draws the same numbers at every point.
struct NoiseShare {
    double between = 0;  ///< variance of the averages over the points
    double noise = 0;    ///< of it, what only the luck of the draws made: the point x run interaction / R
    double common = 0;   ///< variance that luck gives to all points alike; it moves the mean, and no index
    [[nodiscard]] double share() const { return between > 0 ? noise / between : 0; }
};
/// `values` are [point][run], R >= 2, without what is missing. Two-way analysis of variance.
[[nodiscard]] NoiseShare noise_share(const std::vector<double>& values, std::size_t points, std::uint64_t runs);

}  // namespace assay::sim::study
