// What is kept of lanes whose leaves do not all fit into memory: the upper levels of their tree, and what any part of
// the rest can be computed again from.
//
//   LaneBlocks kept = lane_blocks(p, kMostBlocks);            // sized: the least height that gives at most so many
//   backend.run_lane_blocks(p, ctx, kept);                    // filled
//   auto words = block_words(p, ctx, kept, std::vector{3ul});  // the leaves of block 3, at most 2^height · T steps
//
// A block is 2^height leaves from a multiple of 2^height on; the last may be shorter. Blocks know no lanes: one may
// hold the end of a lane and the start of the next. With B blocks kept, opening k samples costs about k/B of the work.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "proofs/lanes.hpp"

namespace assay::proofs {

struct LaneBlocks {
    unsigned height = 0;      ///< a block is 2^height leaves
    std::vector<Hash> roots;  ///< of every block: nodes of the tree
    std::vector<Hash> ends;   ///< the last leaf of every block but the last: the state that leads into the next
};

/// 2^20 blocks take 100 MB, tree included, and opening 64 samples of 2^40 compressions computes 2^26 of them again.
inline constexpr std::uint64_t kMostBlocks = std::uint64_t{1} << 20;

/// Room for the blocks of this work, at most `most` of them (1 or more) and each as small as that allows.
[[nodiscard]] LaneBlocks lane_blocks(const LanesParams& p, std::uint64_t most);

/// Computes the lanes [first, first + n) where `leaves` has room for n of them.
using LaneRunner = std::function<Status(std::uint64_t first, std::span<Hash> leaves)>;

/// Runs all lanes a few at a time and fills `out`, hashing on this processor. In memory are at most 2^18 leaves, or
/// four lanes and a block where these are more, or one lane where it has 2^24 leaves. Errors: what `run` says.
[[nodiscard]] Status fill_lane_blocks(const LanesParams& p, const LaneRunner& run, LaneBlocks& out);

/// The leaves of each block of `which`, computed again from the block before it and from lanes that start in it.
/// `which` stays below the number of blocks.
[[nodiscard]] std::vector<std::vector<Hash>> block_words(const LanesParams& p, const Hash& ctx, const LaneBlocks& kept,
                                                         std::span<const std::uint64_t> which);

}  // namespace assay::proofs
