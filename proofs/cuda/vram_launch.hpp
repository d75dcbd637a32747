// Starts the kernels of a walk: filling memory, and walking through it.
#pragma once

#include <cstdint>

#include "proofs/vram_step.hpp"

struct CUstream_st;

namespace assay::proofs::cuda {

struct FillLaunch {
    VramSeed seed;
    std::uint64_t first_word;  ///< of 32 bytes; thread i makes word first_word + i
    std::uint64_t words;       ///< in this launch
    std::uint32_t* memory;     ///< device memory: the whole of it, eight words of 32 bits each
};

struct WalkLaunch {
    std::uint32_t start_midstate[8];  ///< of H("assay/vram/start", …)
    std::uint32_t ctx[8];             ///< big-endian words
    const std::uint32_t* memory;      ///< device memory: all items
    std::uint64_t base, items;        ///< the window of these segments, in items
    std::uint64_t lanes;              ///< thread i walks lane i
    std::uint64_t first_segment;      ///< 0: lanes begin; else they go on from `states`
    std::uint64_t segments;           ///< in this launch
    std::uint32_t leaf_every;
    std::uint32_t* states;      ///< device memory: lanes x 8 words, where lanes are after this launch
    std::uint32_t* leaves;      ///< device memory: lanes x leaf_stride x 8 words, bytes as on the chain
    std::uint64_t leaf_stride;  ///< segments of a lane in `leaves`
    std::uint64_t leaf_first;   ///< the place of `first_segment` among them
};

/// Return a cudaError_t. The launches are asynchronous.
int launch_fill(const FillLaunch& launch, CUstream_st* stream);
int launch_walk(const WalkLaunch& launch, CUstream_st* stream);

}  // namespace assay::proofs::cuda
