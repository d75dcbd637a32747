// The smallest few of many floats, in each of eight lanes: what a percentile or a mean of a tail needs, without sorting
// the rest.
//
//   Lowest lowest(rows, 3650, 182, usual);           // usual: mean and spread, to guess where the tail begins
//   for (float r : lowest.of(lane)) …                // ascending
#pragma once

#include <array>
#include <vector>

#include "tokenomics/sim/model/lanes.hpp"

namespace assay::sim {

class Lowest {
   public:
    using Row = std::array<float, kLanes>;
    /// Of each lane. A guess costs time where it is off, and changes nothing else.
    struct Usual {
        std::array<double, kLanes> mean{}, sd{};
    };
    /// `wanted` is 1 to n. What is no number is above everything. `rows` stay where they are.
    Lowest(const Row* rows, std::size_t n, std::size_t wanted, const Usual& usual);
    /// Ascending; the same bits whatever the library's sort does with equal ones. Good until the next call.
    const std::vector<float>& of(std::size_t lane);

   private:
    const Row* rows_;
    std::size_t n_, wanted_;
    std::vector<float> low_;  ///< of each lane in turn, room for n + 1: all that are below a bound
    std::array<std::size_t, kLanes> count_{};
    std::vector<float> chosen_;
};

}  // namespace assay::sim
