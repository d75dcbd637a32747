// Which blocks a node may delete.
//
//   if (const auto from = retain_height(now, {.keep_blocks = 1000, .oldest_snapshot = snapshots.oldest()}))
//       ASSAY_TRY_VOID(app.prune_blocks(*from));                 // the same height goes to CometBFT with commit
#pragma once

#include <algorithm>
#include <optional>

#include "base/types.hpp"

namespace assay::node {

struct Retention {
    std::uint64_t keep_blocks = 0;            ///< prune.keep_blocks; 0: all
    std::optional<Height> oldest_snapshot{};  ///< whoever restores it asks for the blocks from there on
    std::uint64_t evidence_blocks = 0;        ///< for so long a validator can be held to what it signed
};

/// The lowest block that has to stay: the lowest of now - keep_blocks, the oldest snapshot and now - evidence_blocks.
/// None where nothing may go.
[[nodiscard]] inline std::optional<Height> retain_height(Height now, const Retention& keep) {
    if (keep.keep_blocks == 0) return std::nullopt;
    const std::uint64_t back = std::max(keep.keep_blocks, keep.evidence_blocks);
    if (now.value <= back) return std::nullopt;
    Height from = now - back;
    if (keep.oldest_snapshot) from = std::min(from, *keep.oldest_snapshot);
    return from.value <= 1 ? std::nullopt : std::optional(from);
}

}  // namespace assay::node
