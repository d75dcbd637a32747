// Where a study looks: points in the unit cube, one row each.
//
//   Matrix x = latin_hypercube(8, 3, seed);     // each column meets each eighth once
#pragma once

#include <cstdint>
#include <vector>

namespace assay::sim::study {

using Matrix = std::vector<std::vector<double>>;

/// McKay, Beckman and Conover 1979: in each column one value in each of n equal strata, in random order.
[[nodiscard]] Matrix latin_hypercube(std::uint32_t n, std::size_t columns, std::uint64_t seed);
/// The first n points of Sobol's sequence; `shift` as in SobolSequence.
[[nodiscard]] Matrix sobol_points(std::uint32_t n, std::size_t columns, std::uint64_t shift = 0);

/// Saltelli et al. 2010: for each of n base rows A, then A with column i of B for each i, then B: (columns + 2) n rows,
/// in the order of SALib's `saltelli.sample(calc_second_order=False)`. A and B are halves of one shifted Sobol
/// sequence.
[[nodiscard]] Matrix saltelli_design(std::uint32_t n, std::size_t columns, std::uint64_t seed);

/// Morris 1991: n trajectories of columns + 1 rows on a grid of `levels`; from row to row one column moves by
/// levels / (2 (levels - 1)), up or down, each once, in random order. `levels` is even.
[[nodiscard]] Matrix morris_design(std::uint32_t n, std::size_t columns, std::uint32_t levels, std::uint64_t seed);

}  // namespace assay::sim::study
