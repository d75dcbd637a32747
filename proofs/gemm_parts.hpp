// A product in parts that fit into a card's memory and into a launch.
//
//   for (const GemmPart& part : gemm_parts(params, 8ull << 30, std::uint64_t{1} << 46)) …
//
// Parts go row by row within a stretch of columns, so that the rows of B of a stretch are made once.
#pragma once

#include <algorithm>
#include <vector>

#include "proofs/gemm.hpp"

namespace assay::proofs {

struct GemmPart {
    std::uint64_t first_row, rows;  ///< of A: multiples of 256
    std::uint64_t first_col, cols;  ///< rows of B: multiples of 256
};

/// At most `bytes` for rows of A, rows of B and digests together, half of it for B, and at most `at_once` multiply-
/// accumulates in a part; but 256 x 256 where that is less. `p` passed validate.
inline std::vector<GemmPart> gemm_parts(const GemmParams& p, std::uint64_t bytes, std::uint64_t at_once) {
    const auto fits = [](std::uint64_t all, std::uint64_t count) {
        return std::min(all, std::max<std::uint64_t>(256, count / 256 * 256));
    };
    const std::uint64_t cols = fits(p.n, bytes / 2 / p.k);
    const std::uint64_t leaf_bytes_per_row = cols / kGemmTileSide;  // 128 bytes for each 128 x 128
    const std::uint64_t rows =
        fits(p.m, std::min({bytes / 4 / p.k, bytes / 4 / leaf_bytes_per_row, at_once / cols / p.k}));
    std::vector<GemmPart> out;
    for (std::uint64_t col = 0; col < p.n; col += cols)
        for (std::uint64_t row = 0; row < p.m; row += rows)
            out.push_back({row, std::min(rows, p.m - row), col, std::min(cols, p.n - col)});
    return out;
}

}  // namespace assay::proofs
