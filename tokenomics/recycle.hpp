// Burns that are minted again (HIP-20): smoothed over epochs, and capped, so that burning keeps taking tokens away
// (FAILURES F12: full recycling takes their value to zero).
#pragma once

#include "tokenomics/params.hpp"

namespace assay::tokenomics {

struct Recycled {
    Amount smoothed;  ///< floor(((N - 1) x smoothed before + burned) / N): sums of it never pass sums of burns
    Amount amount;    ///< min(smoothed, cap)
};
/// One epoch. `burned` counts burns for credits alone: no slash and no fee comes back. Total.
[[nodiscard]] Recycled recycle(const RecycleParams& p, Amount smoothed_before, Amount burned);

}  // namespace assay::tokenomics
