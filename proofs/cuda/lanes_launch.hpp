// Starts the lanes kernel. The one line between files that nvcc compiles and files that any compiler does.
#pragma once

#include <cstdint>

#include "proofs/lane_step.hpp"
#include "proofs/merkle_step.hpp"

struct CUstream_st;

namespace assay::proofs::cuda {

struct LanesLaunch {
    std::uint32_t start_midstate[8];  ///< of H("assay/lane/start", …)
    std::uint32_t tag_midstate[8];    ///< of H("assay/lane", …)
    std::uint32_t ctx[8];             ///< big-endian words
    std::uint64_t first_lane;         ///< of the whole work; thread i does lane first_lane + i
    std::uint64_t lanes;              ///< in this launch
    std::uint64_t segments_per_lane;  ///< stride of `leaves`
    std::uint64_t first_segment;      ///< where this launch goes on; the state is the leaf before it
    std::uint64_t segments;           ///< in this launch
    std::uint32_t leaf_every;
    HashPlace* leaves;  ///< device memory: lanes x segments_per_lane
};

/// Threads of this kernel that a multiprocessor runs at once.
inline constexpr int kLanesThreads = 256, kLanesBlocks = 3, kLanesPerMultiprocessor = kLanesThreads * kLanesBlocks;

/// Returns a cudaError_t. The launch is asynchronous. Both ways of shifting give the same leaves.
int launch_lanes(const LanesLaunch& launch, lane_detail::Shifts shifts, CUstream_st* stream);

}  // namespace assay::proofs::cuda
