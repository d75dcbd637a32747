// A buyer's matrices as bytes: int8 row by row, a product int32, little-endian (npy.hpp reads them from files). What a
// buyer and its provider need of them to order, deliver and dispute a product (docs/protocol.md §12).
//
//   ASSAY_TRY(const GemmSize size, parse_gemm_size("64,96,2500"));
//   ASSAY_TRY(const Hash a_root, matrix_root("a", a_bytes, size.m, size.k));
#pragma once

#include <optional>

#include "chain/messages.hpp"

namespace assay::wallet {

struct GemmSize {
    std::uint64_t m = 0, n = 0, k = 0;
};
/// "M,N,K". Errors: usage; field_out_of_range as of a job.
[[nodiscard]] Result<GemmSize> parse_gemm_size(std::string_view text);
/// The size as typed, or of the two files where it was not: `a` and `b` are shapes of .npy files (npy.hpp), B with a
/// row for each column of the product. Errors: usage where neither tells it, or both and they differ;
/// field_out_of_range.
[[nodiscard]] Result<GemmSize> size_of_inputs(std::string_view typed,
                                              const std::optional<std::pair<std::uint64_t, std::uint64_t>>& a,
                                              const std::optional<std::pair<std::uint64_t, std::uint64_t>>& b);
/// "R,C", both decimal. Errors: usage.
[[nodiscard]] Result<std::pair<std::uint32_t, std::uint32_t>> parse_tile(std::string_view text);

/// `name` stands in errors. Errors: usage where it has not rows x k bytes.
[[nodiscard]] Result<Hash> matrix_root(const std::string& name, ByteView matrix, std::uint64_t rows, std::uint64_t k);
/// Errors: usage where it has not m x n x 4 bytes.
[[nodiscard]] Result<Hash> product_root(ByteView product, const GemmSize& size);
/// The message of one slice. What is left of `message` stays as it is: order, tile_row, tile_col and slice are given.
/// Errors: usage where a file has another size; field_out_of_range for a tile or slice that is not there.
[[nodiscard]] Result<chain::Dispute> dispute_slice(chain::Dispute message, const GemmSize& size, ByteView a, ByteView b,
                                                   ByteView product);

/// What an order and its delivery say of a product.
struct ProductRoots {
    Hash a, b;
    std::optional<Hash> c;  ///< none: not delivered yet, or declined
};
/// Are these the matrices that were ordered and the product that was delivered, and is it right? By a seed that nobody
/// knows before (freivalds.hpp). Errors: usage where a file has another size; verification_failed with the file whose
/// root differs, or with the first value that is wrong and the tile that shows it.
[[nodiscard]] Status verify_product(const GemmSize& size, const ProductRoots& roots, ByteView a, ByteView b,
                                    ByteView product);

/// A tile with a wrong value, row and column; nothing where all are right. Errors: usage, as above.
[[nodiscard]] Result<std::optional<std::pair<std::uint32_t, std::uint32_t>>> wrong_tile(const GemmSize& size,
                                                                                        ByteView a, ByteView b,
                                                                                        ByteView product);

}  // namespace assay::wallet
