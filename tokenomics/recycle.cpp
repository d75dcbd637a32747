#include "tokenomics/recycle.hpp"

#include <algorithm>

#include "base/wide.hpp"

namespace assay::tokenomics {

Recycled recycle(const RecycleParams& p, Amount smoothed_before, Amount burned) {
    const std::uint64_t n = std::max<std::uint64_t>(p.smoothing, 1);
    const Wide sum = Wide(smoothed_before.units) * Wide(n - 1) + Wide(burned.units);
    const Amount smoothed{(sum / Wide(n)).low128()};  // a mean: below the larger of the two
    return {smoothed, min_of(smoothed, p.cap)};
}

}  // namespace assay::tokenomics
