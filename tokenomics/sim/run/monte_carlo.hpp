// Many paths of one model on many threads, block by block.
//
//   ASSAY_TRY_VOID(run_blocks(model, {.first = 0, .end = 125, .threads = 4},
//                             [&](std::uint64_t block, const BlockResult& r) { … }));
//
// The order in which blocks end is nobody's business: whoever takes them must not depend on it.
#pragma once

#include <atomic>
#include <functional>

#include "tokenomics/sim/model/model.hpp"

namespace assay::sim {

inline constexpr std::uint64_t kMaxRuns = 2'000'000;

/// Blocks of kLanes runs that hold `runs` of them.
[[nodiscard]] constexpr std::uint64_t blocks_of(std::uint64_t runs) {
    return (runs + kLanes - 1) / kLanes;
}

/// How many steps are recorded: 365 at most, beyond 1,000 runs 50.
[[nodiscard]] std::size_t points_for(std::uint64_t runs, std::uint64_t steps);

struct BlockOptions {
    std::uint64_t first = 0, end = 0;  ///< blocks
    std::size_t threads = 1;
    std::atomic<bool>* stop = nullptr;                         ///< set: ends with `interrupted`
    std::function<bool(std::uint64_t block)> skip = {};        ///< blocks that are done already
    std::function<void(std::uint64_t blocks_done)> tick = {};  ///< from the calling thread, some times a second
    Meddler meddle = {};                                       ///< for tests
};
/// Called from many threads at once.
using BlockSink = std::function<void(std::uint64_t block, const BlockResult& result)>;

/// Errors: interrupted, and those of Model::run_block, of the lowest run that failed.
[[nodiscard]] Status run_blocks(const Model& model, const BlockOptions& options, const BlockSink& sink);

}  // namespace assay::sim
