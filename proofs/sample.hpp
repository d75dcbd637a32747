// k distinct indices out of n, from a seed.
//
//   std::vector<std::uint64_t> targets = sample_indices(seed, 1'000'000, 64);     // ascending
//
// Counter mode: block j is SHA256(seed | j as u64 little-endian), four u64 little-endian words each. A word x counts as
// index x mod n unless x lies in the last, incomplete run of n numbers (rejection: no index is likelier than another);
// an index that is there already is skipped.
#pragma once

#include <cstdint>
#include <vector>

#include "base/bytes.hpp"

namespace assay::proofs {

/// All n indices where n <= k. The result ascends and has min(n, k) entries.
[[nodiscard]] std::vector<std::uint64_t> sample_indices(const Hash& seed, std::uint64_t n, std::uint64_t k);

}  // namespace assay::proofs
