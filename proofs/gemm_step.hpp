// What a sub-tile of a product is turned into, as arithmetic on words: one source for host and device.
//
//   t(x, k) = u ^ (u >> 15),  u = x · 0x9E3779B1 + k  mod 2^32            x: an element of C in two's complement
//   digest  = sum over rows r and column pairs j of t(C[r][2j], k[r][2j]) · t(C[r][2j+1], k[r][2j+1])  mod 2^64
//
// A linear checksum could be had from sums of rows and columns without the product; a product of two elements without
// the xor-shift is a quadratic form in them, which needs K² numbers for each 32 rows and no element at all. The sum is
// commutative: threads may add their parts in any order. One wrong element always changes the digest unless its
// partner's t is 0 (2^-32): t is a bijection, and two factors below 2^32 have no product that is 0 mod 2^64.
#pragma once

#include <cstdint>

#include "base/hd.hpp"

namespace assay::proofs {

inline constexpr std::uint32_t kSubtileSide = 32;    ///< of what a sample recomputes
inline constexpr std::uint32_t kGemmTileSide = 128;  ///< of what a leaf covers
inline constexpr std::uint32_t kSubtilesPerSide = kGemmTileSide / kSubtileSide;
inline constexpr std::uint32_t kSubtilesPerTile = kSubtilesPerSide * kSubtilesPerSide;

ASSAY_HD std::uint32_t gemm_mix(std::uint32_t x, std::uint32_t key) {
    const std::uint32_t u = x * 0x9E3779B1u + key;
    return u ^ (u >> 15);
}
/// The part of two neighbours in a row, the left one in an even column.
ASSAY_HD std::uint64_t gemm_pair(std::uint32_t left, std::uint32_t right, std::uint32_t left_key,
                                 std::uint32_t right_key) {
    return static_cast<std::uint64_t>(gemm_mix(left, left_key)) * gemm_mix(right, right_key);
}

/// Where a sub-tile is in C, in sub-tiles.
struct SubtilePlace {
    std::uint64_t row, col;
};
/// Tiles are counted row by row, the 16 sub-tiles of a tile row by row: index / 16 is the leaf, index % 16 the place of
/// the digest in it. `n` is the number of columns of C.
ASSAY_HD SubtilePlace subtile_place(std::uint64_t n, std::uint64_t index) {
    const std::uint64_t tile = index / kSubtilesPerTile, inside = index % kSubtilesPerTile, across = n / kGemmTileSide;
    return {tile / across * kSubtilesPerSide + inside / kSubtilesPerSide,
            tile % across * kSubtilesPerSide + inside % kSubtilesPerSide};
}
ASSAY_HD std::uint64_t subtile_index(std::uint64_t n, SubtilePlace at) {
    const std::uint64_t tile = at.row / kSubtilesPerSide * (n / kGemmTileSide) + at.col / kSubtilesPerSide;
    return tile * kSubtilesPerTile + at.row % kSubtilesPerSide * kSubtilesPerSide + at.col % kSubtilesPerSide;
}

}  // namespace assay::proofs
