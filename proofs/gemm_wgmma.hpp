// Where the numbers of a product lie in the kernel for sm_90a (`wgmma`): one source for the kernel and for the test
// that goes the same way on the host, like gemm_fragments.hpp for the other one.
//
// A block of threads makes 128 x 256 of C from slices of 128 bytes of its rows of A and B. Two groups of four warps
// multiply, 64 x 256 each, `m64n256k32` four times a slice; two blocks one below the other are a cluster, and each
// fetches half of their common rows of B for both. A slice of rows lies in shared memory row by row, 128 bytes each,
// eight rows to 1,024 bytes, in the pattern that the manual calls 128-byte swizzle: it is what the copying unit writes
// and the tensor unit reads, so nothing here computes it.
#pragma once

#include <cstdint>

#include "base/hd.hpp"
#include "proofs/gemm_step.hpp"

namespace assay::proofs::gemm_wgmma {

inline constexpr std::uint32_t kBlockRows = 128, kBlockCols = 256, kGroupRows = 64;
inline constexpr std::uint32_t kCluster = 2;       ///< blocks of threads, one below the other
inline constexpr std::uint32_t kSliceBytes = 128;  ///< of a row, in one stage of shared memory
inline constexpr std::uint32_t kStepBytes = 32;    ///< of a row, in one instruction
inline constexpr std::uint32_t kStages = 4;
inline constexpr std::uint32_t kStageBytesA = kBlockRows * kSliceBytes, kStageBytesB = kBlockCols * kSliceBytes;
inline constexpr std::uint32_t kSums = 128;  ///< of a thread: 64 x 256 over 128 threads

/// Names rows in shared memory to the tensor unit (PTX manual, "Matrix Descriptor Format"): address / 16 in bits 0-13,
/// 1,024 bytes from eight rows to the next / 16 in bits 32-45, 128-byte swizzle as 1 in bits 62-63; bits 16-29 have no
/// meaning with it. `address` is of a row that starts eight, plus 0, 32, 64 or 96 for a step of the slice.
ASSAY_HD std::uint64_t rows_in_shared(std::uint32_t address) {
    return std::uint64_t{(address & 0x3ffff) >> 4} | std::uint64_t{1} << 16 | std::uint64_t{1024 >> 4} << 32 |
           std::uint64_t{1} << 62;
}

/// Row and column in 64 x 256 of sum i of thread t of the group.
ASSAY_HD std::uint32_t sum_row(std::uint32_t t, std::uint32_t i) {
    return t / 32 * 16 + t % 32 / 4 + (i >> 1 & 1) * 8;
}
ASSAY_HD std::uint32_t sum_col(std::uint32_t t, std::uint32_t i) {
    return i / 4 * 8 + t % 4 * 2 + (i & 1);
}

/// The 16 keys of thread t, the same for each of its sub-tiles.
struct ThreadKeys {
    std::uint32_t of[16];
};
ASSAY_HD ThreadKeys thread_keys(const std::uint32_t* keys, std::uint32_t t) {
    ThreadKeys out;
#ifdef __CUDACC__
#pragma unroll
#endif
    for (std::uint32_t i = 0; i < 16; ++i)
        out.of[i] = keys[sum_row(t, i) % kSubtileSide * kSubtileSide + sum_col(t, i)];
    return out;
}

/// What a thread adds to the digest of its sub-tile `across`, 0 to 7: the one that its rows are in.
template <class Int>
ASSAY_HD std::uint64_t digest_part(const Int (&sums)[kSums], std::uint32_t across, const ThreadKeys& keys) {
    std::uint64_t out = 0;
#ifdef __CUDACC__
#pragma unroll
#endif
    for (std::uint32_t i = 0; i < 16; i += 2)
        out += gemm_pair(static_cast<std::uint32_t>(sums[16 * across + i]),
                         static_cast<std::uint32_t>(sums[16 * across + i + 1]), keys.of[i], keys.of[i + 1]);
    return out;
}

/// Where that digest goes: sub-tile `across` of warp `warp` of group `group`, in block (block_row, block_col) of a
/// product of `cols` columns.
ASSAY_HD std::uint64_t digest_place(std::uint64_t block_row, std::uint64_t block_col, std::uint64_t cols,
                                    std::uint32_t group, std::uint32_t warp, std::uint32_t across) {
    const std::uint32_t row = (group * kGroupRows + warp * 16) / kSubtileSide;
    return subtile_index(
        cols, {block_row * (kBlockRows / kSubtileSide) + row, block_col * (kBlockCols / kSubtileSide) + across});
}

}  // namespace assay::proofs::gemm_wgmma
