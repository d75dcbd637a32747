#include "tokenomics/recycle.hpp"

#include <algorithm>

#include "base/wide.hpp"

namespace assay::tokenomics {

Recycled recycle(const RecycleParams& p, Amount smoothed_before, Amount burned) {
    const std::uint64_t n = std::max<std::uint64_t>(p.smoothing, 1);
    if (((smoothed_before.units | burned.units) >> 63) == 0 && n >> 63 == 0) {  // then the sum is below 2^126
        const Amount smoothed{divide_by_word(smoothed_before.units * (n - 1) + burned.units, n)};
        return {smoothed, min_of(smoothed, p.cap)};
    }
    const Wide sum = Wide(smoothed_before.units) * Wide(n - 1) + Wide(burned.units);
    const Amount smoothed{(sum / Wide(n)).low128()};  // a mean: below the larger of the two
    return {smoothed, min_of(smoothed, p.cap)};
}

}  // namespace assay::tokenomics
