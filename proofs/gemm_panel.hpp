// The two loops of a product on a CPU, each in as many ways as the processor has instructions for.
//
//   std::uint32_t a[2 * kPanelBlock], b[2 * kPanelBlock], c[1024] = {};   // 128 columns of 32 rows each
//   make_panel(backend, key_a, 0, 0, 2, a);
//   make_panel(backend, key_b, 0, 0, 2, b);
//   add_panels(backend, a, b, 32, c);                        // c[32·i + j] += sum over these columns of
//   A[i][k]·B[j][k]
//
// A panel is 32 rows, word by word: word w of row r, which is its bytes 4w … 4w+3, lies at [32·w + r]. The keystream of
// 8 or 16 rows at once comes out of vector registers in just this order, and the product wants it so: nothing is ever
// transposed. Every back end gives the same bits: sums of at most 2^14 products of int8 stay below 2^29.
#pragma once

#include <cstdint>

#include "proofs/chacha8.hpp"
#include "proofs/gemm_step.hpp"

namespace assay::proofs {

enum class GemmBackend : std::uint8_t {
    portable,
    avx2,         ///< products of 16 bits: those of 8 saturate
    avx512_vnni,  ///< products of 8 bits, of A + 128 and B
};
[[nodiscard]] const char* gemm_backend_name(GemmBackend b);
/// The processor has the instructions, and they gave what portable code gives on a small case. Decided once.
[[nodiscard]] bool gemm_backend_works(GemmBackend b);
[[nodiscard]] GemmBackend best_gemm_backend();

inline constexpr std::uint32_t kPanelRows = kSubtileSide;
/// Words that one keystream block of 64 bytes adds to a panel.
inline constexpr std::uint32_t kPanelBlock = 16 * kPanelRows;
/// add_panels takes multiples of this many words of a row.
inline constexpr std::uint32_t kPanelStep = 32;

/// Keystream blocks [block, block + blocks) of rows [row, row + 32), the nonce being the row.
/// `panel` has blocks · kPanelBlock words.
void make_panel(GemmBackend backend, const ChaChaKey& key, std::uint64_t row, std::uint64_t block, std::uint64_t blocks,
                std::uint32_t* panel);

/// c[32·i + j] += A[i] · B[j] mod 2^32 over `words` words of each row, a multiple of kPanelStep.
void add_panels(GemmBackend backend, const std::uint32_t* a, const std::uint32_t* b, std::uint64_t words,
                std::uint32_t* c);

}  // namespace assay::proofs
