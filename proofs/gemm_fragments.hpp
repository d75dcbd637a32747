// Where the numbers of a product lie while a GPU's tensor units multiply them: one source for the kernel and for the
// test that goes the same way on the host (tests/proofs/test_gemm_fragments.cpp), since a wrong place shows nowhere
// else.
//
// A block of threads makes 128 x 256 of C, two tiles side by side, from slices of 64 bytes of its 128 rows of A and 256
// rows of B. Its eight warps stand two by four and make 64 x 64 each, as 4 x 8 fragments of 16 x 8 (`mma.m16n8k32`).
//
//   copying     16-byte chunk q of row r of a slice goes to slice_offset(r, q)
//   loading     lane l of a warp gives `ldmatrix.x4` the address of a_spot(l, half) or b_spot(l, half)
//   result      value e of lane l in a fragment is at c_spot(l, e)
#pragma once

#include <cstdint>

#include "base/hd.hpp"
#include "proofs/gemm_step.hpp"

namespace assay::proofs::gemm_fragments {

inline constexpr std::uint32_t kBlockRows = 128, kBlockCols = 256;
inline constexpr std::uint32_t kSliceBytes = 64;  ///< of a row, in one stage of shared memory
inline constexpr std::uint32_t kChunks = 4;       ///< of 16 bytes, in a row of a slice
inline constexpr std::uint32_t kStages = 4;       ///< slices on their way; 96 KiB fit into every card from sm_80 on
inline constexpr std::uint32_t kThreads = 256;
inline constexpr std::uint32_t kStageBytes = (kBlockRows + kBlockCols) * kSliceBytes;
inline constexpr std::uint32_t kWarpSide = 64;
inline constexpr std::uint32_t kDown = 4, kAcross = 8;  ///< fragments of a warp

/// Of a warp: the first row and column of its 64 x 64 in the block.
ASSAY_HD std::uint32_t warp_row(std::uint32_t warp) {
    return (warp & 1) * kWarpSide;
}
ASSAY_HD std::uint32_t warp_col(std::uint32_t warp) {
    return (warp >> 1) * kWarpSide;
}

/// Byte offset of a 16-byte chunk of a row in its part of a stage. Two rows fill the 128 bytes of all banks; turning
/// the chunks of every other pair of rows lets eight lanes read one column of chunks at once.
ASSAY_HD std::uint32_t slice_offset(std::uint32_t row, std::uint32_t chunk) {
    return row * kSliceBytes + ((chunk ^ ((row >> 1) & 3)) << 4);
}

struct Spot {
    std::uint32_t row, chunk;
};
/// Of 16 rows of A and 32 bytes of them, half 0 or 1 of the slice: rows 0-7 and 8-15 of the left 16 bytes, then of the
/// right ones.
ASSAY_HD Spot a_spot(std::uint32_t lane, std::uint32_t half) {
    return {lane & 15, 2 * half + (lane >> 4)};
}
/// Of 16 rows of B, which are columns of two fragments: left and right 16 bytes of rows 0-7, then of rows 8-15.
ASSAY_HD Spot b_spot(std::uint32_t lane, std::uint32_t half) {
    return {(lane & 7) + ((lane >> 4) << 3), 2 * half + ((lane >> 3) & 1)};
}

/// Row and column in a fragment of 16 x 8 of a lane's value e, 0 to 3: two neighbours, and two of them eight rows
/// below.
ASSAY_HD std::uint32_t c_row(std::uint32_t lane, std::uint32_t e) {
    return (lane >> 2) + (e >> 1) * 8;
}
ASSAY_HD std::uint32_t c_col(std::uint32_t lane, std::uint32_t e) {
    return 2 * (lane & 3) + (e & 1);
}

/// What a lane adds to the digest of the sub-tile (down, across), each 0 or 1, in its warp's 64 x 64.
template <class Int>
ASSAY_HD std::uint64_t digest_part(const Int (&sums)[kDown][kAcross][4], std::uint32_t down, std::uint32_t across,
                                   std::uint32_t lane, const std::uint32_t* keys) {
    std::uint64_t out = 0;
#ifdef __CUDACC__
#pragma unroll
#endif
    for (std::uint32_t i = 0; i < 2; ++i)
#ifdef __CUDACC__
#pragma unroll
#endif
        for (std::uint32_t j = 0; j < 4; ++j)
#ifdef __CUDACC__
#pragma unroll
#endif
            for (std::uint32_t e = 0; e < 4; e += 2) {
                const Int(&c)[4] = sums[2 * down + i][4 * across + j];
                const std::uint32_t at = (16 * i + c_row(lane, e)) * kSubtileSide + 8 * j + c_col(lane, e);
                out += gemm_pair(static_cast<std::uint32_t>(c[e]), static_cast<std::uint32_t>(c[e + 1]), keys[at],
                                 keys[at + 1]);
            }
    return out;
}

/// Where that digest goes, in digests, for block (block_row, block_col) of a product whose rows of leaves are
/// `leaves_across` long.
ASSAY_HD std::uint64_t digest_place(std::uint64_t block_row, std::uint64_t block_col, std::uint64_t leaves_across,
                                    std::uint32_t warp, std::uint32_t down, std::uint32_t across) {
    const std::uint32_t row = warp_row(warp) / kSubtileSide + down, col = warp_col(warp) / kSubtileSide + across;
    const std::uint64_t leaf = block_row * leaves_across + block_col * 2 + col / kSubtilesPerSide;
    return leaf * kSubtilesPerTile + row * kSubtilesPerSide + col % kSubtilesPerSide;
}

}  // namespace assay::proofs::gemm_fragments
