// Work of kind `gemm` (PROTOCOL §6): C = A · B^T of int8 matrices made from ctx, a leaf for every 128 x 128 of C.
//
//   row r of A   is the first K bytes of the ChaCha8 keystream under H("assay/gemm/a", ctx), nonce r, each an int8
//   row c of B   likewise under H("assay/gemm/b", ctx)
//   C[r][c]      = sum over k of A[r][k] · B[c][k]: exact in int32, since K <= 2^14
//   digest keys  32 x 32 words: the first 4096 bytes under H("assay/gemm/digest", ctx), nonce 0
//   leaf         the 16 digests (gemm_step.hpp) of the 32 x 32 sub-tiles of a tile, row by row, u64 little-endian
//
//   GemmParams work{.m = 256, .n = 256, .k = 128};
//   std::vector<Hash> words(leaf_count(work) * leaf_words(work));
//   run_gemm(work, ctx, 0, work.m / kGemmTileSide, words);
//
// A sample is a sub-tile: its index is 16 · leaf + place in the leaf. Who checks it makes 32 rows of A and of B and
// multiplies them; nothing of the prover's enters but the digest that is compared.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "base/borsh.hpp"
#include "base/bytes.hpp"
#include "base/result.hpp"
#include "proofs/gemm_panel.hpp"

namespace assay::proofs {

inline constexpr std::uint32_t kMaxGemmK = 16384;

struct GemmParams {
    static constexpr std::uint8_t kTag = 1;
    std::uint64_t m = 0;  ///< rows of A and of C, a multiple of 256
    std::uint64_t n = 0;  ///< rows of B, columns of C, a multiple of 256; m · n / 128² is at most 2^40
    std::uint32_t k = 0;  ///< bytes in a row of A and of B, a multiple of 128, at most 16384
    ASSAY_FIELDS(m, n, k)
    bool operator==(const GemmParams&) const = default;
};

/// Errors: field_out_of_range with the field's name. Everything below expects parameters that passed.
[[nodiscard]] Status validate(const GemmParams& p);
/// Tiles of 128 x 128.
[[nodiscard]] std::uint64_t leaf_count(const GemmParams& p);
/// Indices that a sample is drawn from: the sub-tiles of 32 x 32.
[[nodiscard]] std::uint64_t sample_range(const GemmParams& p);
/// m · n · k multiply-accumulates at 256 a unit. Not counted: making A and B, and the digests. Each takes about 1 % of
/// a card's time where k = 16384 and m = n = 32768, and more where they are smaller.
[[nodiscard]] std::uint64_t work_units(const GemmParams& p);
/// To recompute one sampled sub-tile: 4·k for its products, k for 64 rows of keystream at a unit a block, and 128 for
/// the digest and the keys.
[[nodiscard]] std::uint64_t sample_units(const GemmParams& p);
/// 32-byte words in a leaf.
[[nodiscard]] constexpr std::uint64_t leaf_words(const GemmParams&) {
    return kSubtilesPerTile * 8 / 32;
}
/// Leaves that one sample opens at most.
[[nodiscard]] constexpr std::uint64_t sample_leaves(const GemmParams&) {
    return 1;
}
/// The leaves that the targets lie in. `targets` and the result ascend.
[[nodiscard]] std::vector<std::uint64_t> needed_leaves(const GemmParams& p, std::span<const std::uint64_t> targets);
/// Recomputes every target. `needed` and `words` are the leaves that `needed_leaves` names and their contents.
/// Returns the targets whose digest is not what the work gives.
[[nodiscard]] std::vector<std::uint64_t> wrong_targets(const GemmParams& p, const Hash& ctx,
                                                       std::span<const std::uint64_t> targets,
                                                       std::span<const std::uint64_t> needed,
                                                       std::span<const Hash> words,
                                                       GemmBackend backend = best_gemm_backend());

// ---------------------------------------------------------------- the work itself

/// All that a ctx fixes.
struct GemmKeys {
    ChaChaKey a, b;
    std::uint32_t digest[kSubtileSide * kSubtileSide];  ///< row by row
};
[[nodiscard]] GemmKeys gemm_keys(const Hash& ctx);

/// Of a sub-tile, row by row, its values modulo 2^32.
[[nodiscard]] std::uint64_t subtile_digest(const GemmKeys& keys,
                                           std::span<const std::uint32_t, kSubtileSide * kSubtileSide> c);
/// Makes the sub-tile's rows, multiplies them, and takes the digest: what a verifier does.
[[nodiscard]] std::uint64_t subtile_of(const GemmParams& p, const GemmKeys& keys, SubtilePlace at,
                                       GemmBackend backend = best_gemm_backend());

/// The digest at `place` (0 to 15) of a leaf of four words.
[[nodiscard]] std::uint64_t read_digest(std::span<const Hash> leaf, std::uint64_t place);
void write_digest(std::span<Hash> leaf, std::uint64_t place, std::uint64_t digest);

/// Rows of tiles [first, first + count) of C into `words`, row by row: count · n/128 leaves of four words.
/// Any split of the rows over calls gives the same leaves: this is how a caller may use several threads.
void run_gemm(const GemmParams& p, const Hash& ctx, std::uint64_t first, std::uint64_t count, std::span<Hash> words,
              GemmBackend backend = best_gemm_backend());

}  // namespace assay::proofs
