// Sobol's low-discrepancy sequence with the direction numbers new-joe-kuo-6 of S. Joe and F. Y. Kuo, "Constructing
// Sobol sequences with better two-dimensional projections", SIAM J. Sci. Comput. 30 (2008): points that fill a cube
// evenly.
//
//   SobolSequence s(3);
//   s.point(1);   // {0.5, 0.5, 0.5}; point(0) is the origin, point(2) {0.75, 0.25, 0.25}
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace assay::sim::study {

inline constexpr std::size_t kSobolDimensions = 64;

class SobolSequence {
   public:
    /// 1 to kSobolDimensions. A `shift` other than 0 moves all points by a random binary pattern of its own for each
    /// dimension (a digital shift): as even as before, and no point on an edge.
    explicit SobolSequence(std::size_t dimensions, std::uint64_t shift = 0);
    /// The index-th point in the order of the Gray code, as published tables have it; index < 2^32.
    [[nodiscard]] std::vector<double> point(std::uint32_t index) const;

   private:
    std::vector<std::array<std::uint32_t, 32>> directions_;
    std::vector<std::uint32_t> shifts_;
    bool shifted_;
};

}  // namespace assay::sim::study
