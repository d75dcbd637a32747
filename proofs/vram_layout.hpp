// How a warp brings 32 items into shared memory and finds them there: one source for the kernel and for the test that
// goes through it on the host (tests/proofs/test_vram_layout.cpp).
//
//   for (round = 0 … 7) thread `lane` copies 16 bytes: chunk `copied_chunk(lane)` of the item of thread
//   `copied_row(round, lane)`, to byte `landing(row, chunk)` of the warp's 4 KiB; then each thread reads its own row.
//
// Eight threads copy an item, so that a row of memory is asked for once and whole. Chunks land with their number XORed
// by the row's: eight threads that write, or that read the same chunk of eight rows, meet eight different banks of 16
// bytes.
#pragma once

#include <cstdint>

#include "base/hd.hpp"
#include "proofs/vram_step.hpp"

namespace assay::proofs::vram_layout {

inline constexpr std::uint32_t kWarp = 32;
inline constexpr std::uint32_t kChunkBytes = 16;
inline constexpr std::uint32_t kItemChunks = kVramItemBytes / kChunkBytes;
inline constexpr std::uint32_t kRowsPerRound = kWarp / kItemChunks;
inline constexpr std::uint32_t kRounds = kWarp / kRowsPerRound;
inline constexpr std::uint32_t kWarpBytes = kWarp * kVramItemBytes;

/// Whose item thread `lane` helps to copy in round `round`.
ASSAY_HD std::uint32_t copied_row(std::uint32_t round, std::uint32_t lane) {
    return kRowsPerRound * round + lane / kItemChunks;
}
ASSAY_HD std::uint32_t copied_chunk(std::uint32_t lane) {
    return lane % kItemChunks;
}
/// Byte in the warp's part of shared memory.
ASSAY_HD std::uint32_t landing(std::uint32_t row, std::uint32_t chunk) {
    return row * kVramItemBytes + ((chunk ^ (row % kItemChunks)) * kChunkBytes);
}

}  // namespace assay::proofs::vram_layout
