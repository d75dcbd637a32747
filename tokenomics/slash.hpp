// Penalties: graded by how many samples were wrong, the same share of active and unbonding stake, several multiply.
#pragma once

#include <span>

#include "tokenomics/unbonding.hpp"

namespace assay::tokenomics {

/// One wrong sample, two, or three and more; a repeat within memory is always the full rate.
[[nodiscard]] Ppb failed_rate(const SlashParams& slash, std::uint64_t bad, bool repeat);
/// absent x 2^(absences - 1), at most the full rate; absences counts this one.
[[nodiscard]] Ppb absent_rate(const SlashParams& slash, std::uint64_t absences);

struct SlashResult {
    Amount from_stake;
    std::vector<Amount> from_unbonding;  ///< parallel to the entries
    Amount total;
};
/// Ceilings: who is slashed pays them; never more than is there, so 1000 becomes 900 and then 720 for 10 % and 20 %.
/// Errors: overflow.
[[nodiscard]] Result<SlashResult> slash(Amount stake, std::span<const Unbonding> entries, Ppb rate);

}  // namespace assay::tokenomics
