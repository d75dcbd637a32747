// Splitting a pool so that the parts always sum to it.
//
//   ASSAY_TRY(auto parts, largest_remainder(pool, weights));   // parts sum to pool, to the unit
#pragma once

#include <span>
#include <vector>

#include "tokenomics/params.hpp"

namespace assay::tokenomics {

/// Hamilton's method: floors first, then one unit each to the largest remainders, ties to the lower index (callers
/// order by address). No weight at all: every part is zero and the caller keeps the pool. Errors: overflow, when the
/// weights' sum passes 2^128 - 1.
[[nodiscard]] Result<std::vector<Amount>> largest_remainder(Amount pool, std::span<const u128> weights);
/// The same into `parts`, of which there are as many as weights; up to 16 take no memory of their own.
[[nodiscard]] Status largest_remainder(Amount pool, std::span<const u128> weights, std::span<Amount> parts);

struct EpochSplit {
    Amount work, availability, stakers, validators, treasury;
};
/// An epoch's mint by params.split; the parts sum to it. Where the treasury holds treasury_ceiling or more, which is
/// not 0, the others share all of it by their shares among themselves, unless they have none. Errors: overflow.
[[nodiscard]] Result<EpochSplit> split_mint(const SplitParams& split, Amount mint, Amount treasury = {});

}  // namespace assay::tokenomics
