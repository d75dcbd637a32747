// The smallest few of many floats, in each of eight lanes: what a percentile or a mean of a tail needs, without sorting
// the rest.
//
//   Lowest lowest(rows, 3650, 182);
//   for (float r : lowest.of(lane)) …                // ascending
#pragma once

#include <array>
#include <vector>

#include "tokenomics/sim/model/lanes.hpp"

namespace assay::sim {

class Lowest {
   public:
    using Row = std::array<float, kLanes>;
    /// `wanted` is 1 to n. What is no number is above everything. `rows` stay where they are.
    Lowest(const Row* rows, std::size_t n, std::size_t wanted);
    /// Ascending; the same bits whatever the library's sort does with equal ones. Good until the next call.
    const std::vector<float>& of(std::size_t lane);

   private:
    const Row* rows_;
    std::size_t n_, wanted_;
    std::array<std::vector<float>, kLanes> low_;  ///< candidates: all that are below a bound
    std::vector<float> chosen_;
};

}  // namespace assay::sim
