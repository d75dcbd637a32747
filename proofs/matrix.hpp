// The product of two matrices that a buyer brings: what their roots commit to, and how one tile of the product is
// checked.
//
//   GemmJob job{m, n, k, a_root, b_root};      // C[r][c] = sum over i of A[r][i]·B[c][i]; A is m x k, B is n x k, int8
//   job.a_root == panel_tree(a, m, k).root();  // A and B row by row
//   Tile sums{};
//   for (std::uint64_t s = 0; s < slice_count(k); ++s)
//       add_products(sums, cut_panel(a, k, row, s), cut_panel(b, k, col, s));  // sums becomes tile (row, col) of C
//
// 1. A panel is 32 rows of one slice of 1024 columns (the last slice may be narrower), row by row: what one step of a
//    dispute carries. Panels are the leaves of A and B, slice after slice: panel p of slice s is leaf s·(rows/32) + p.
// 2. A tile is 32 x 32 of C, row by row, int32 in two's complement, little-endian: the leaves of C, row by row of
// tiles.
// 3. Sums are exact: |a·b| <= 2^14 and k <= 2^16, so no element passes 2^30.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "base/borsh.hpp"
#include "base/bytes.hpp"
#include "base/result.hpp"
#include "proofs/merkle.hpp"

namespace assay::proofs {

inline constexpr std::uint64_t kTileSide = 32;
inline constexpr std::uint64_t kTileBytes = kTileSide * kTileSide * 4;
inline constexpr std::uint64_t kSliceWidth = 1024;
inline constexpr std::uint64_t kMaxGemmRows = 1 << 20;
inline constexpr std::uint64_t kMaxGemmDepth = 1 << 16;

/// What a buyer wants multiplied. m and n are multiples of 32, at most 2^20; 1 <= k <= 2^16.
struct GemmJob {
    std::uint64_t m = 0, n = 0, k = 0;
    Hash a_root, b_root;
    ASSAY_FIELDS(m, n, k, a_root, b_root)
    bool operator==(const GemmJob&) const = default;
};
/// Errors: field_out_of_range.
[[nodiscard]] Status check_job(const GemmJob& job);

/// Values modulo 2^32, which are the bytes of int32.
using Tile = std::array<std::uint32_t, kTileSide * kTileSide>;

/// A leaf's bytes and its path, nearest sibling first: of A or B a panel, of C a tile.
struct Panel {
    Bytes data;
    std::vector<Hash> path;
    ASSAY_FIELDS(data, path)
    bool operator==(const Panel&) const = default;
};

[[nodiscard]] std::uint64_t slice_count(std::uint64_t k);
/// Columns of slice s < slice_count(k): 1024, of the last one what is left.
[[nodiscard]] std::uint64_t slice_width(std::uint64_t k, std::uint64_t s);
/// Place among the leaves of a matrix of `rows` rows.
[[nodiscard]] std::uint64_t panel_index(std::uint64_t rows, std::uint64_t panel, std::uint64_t s);

// For who has the matrices. `matrix` holds rows·k bytes, `c` m·n values; the places are below their counts.
[[nodiscard]] Bytes cut_panel(ByteView matrix, std::uint64_t k, std::uint64_t panel, std::uint64_t s);
[[nodiscard]] MerkleTree panel_tree(ByteView matrix, std::uint64_t rows, std::uint64_t k);
[[nodiscard]] Bytes cut_tile(std::span<const std::uint32_t> c, std::uint64_t n, std::uint64_t row, std::uint64_t col);
[[nodiscard]] MerkleTree tile_tree(std::span<const std::uint32_t> c, std::uint64_t m, std::uint64_t n);

/// Rows [first, first + count) of C, count·n values: the work that a buyer orders. `a` and `b` are whole. Any split of
/// the rows over calls gives the same values.
void multiply_rows(ByteView a, ByteView b, std::uint64_t n, std::uint64_t k, std::uint64_t first, std::uint64_t count,
                   std::span<std::uint32_t> c);

// For who has the roots. Errors: opening_leaf_count (another number of bytes), opening_sibling_count,
// opening_root_mismatch; `name` says in the message whose leaf it is.
[[nodiscard]] Status check_panel(const char* name, const Hash& root, std::uint64_t rows, std::uint64_t k,
                                 std::uint64_t panel, std::uint64_t s, const Panel& given);
[[nodiscard]] Status check_tile(const Hash& c_root, std::uint64_t m, std::uint64_t n, std::uint64_t row,
                                std::uint64_t col, const Panel& given);
/// The values in a tile's kTileBytes bytes.
[[nodiscard]] Tile read_tile(ByteView data);
/// sums[r][c] += sum over the slice of a[r][i]·b[c][i], for two panels of one width.
void add_products(Tile& sums, ByteView a, ByteView b);
/// What checking one slice costs at most, in units (kinds.hpp): products, and hashes of panels, tile and paths.
[[nodiscard]] std::uint64_t slice_units(std::uint64_t width);

}  // namespace assay::proofs
