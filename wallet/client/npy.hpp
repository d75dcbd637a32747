// Matrices as NumPy writes them (.npy, versions 1 and 2), or raw: int8 for what is multiplied, int32 for products, two
// dimensions, row by row (C order).
//
//   ASSAY_TRY(const MatrixFile a, read_matrix_file("A.npy", Element::int8));    // a.rows, a.cols known
//   ASSAY_TRY(const MatrixFile b, read_matrix_file("B.bin", Element::int8));    // raw: they are not
//   std::string head = npy_header(Element::int32, 64, 32);                      // 128 bytes, then the values
#pragma once

#include <optional>
#include <string>

#include "base/bytes.hpp"
#include "base/result.hpp"

namespace assay::wallet {

enum class Element : std::uint8_t { int8, int32 };

/// Where the values begin, and what they are.
struct NpyHeader {
    std::size_t offset = 0;
    std::uint64_t rows = 0, cols = 0;
};
[[nodiscard]] bool is_npy(ByteView file);
/// `name` stands in errors. Errors: invalid_params: cut off, another version, element, order or number of dimensions.
[[nodiscard]] Result<NpyHeader> read_npy_header(const std::string& name, ByteView file, Element element);
/// Version 1. Its length is a multiple of 64, as NumPy aligns it.
[[nodiscard]] std::string npy_header(Element element, std::uint64_t rows, std::uint64_t cols);

struct MatrixFile {
    Bytes values;
    std::optional<std::pair<std::uint64_t, std::uint64_t>> shape;  ///< of a .npy file
};
/// By what it begins with. Errors: io_error, not_found, invalid_params; also where values are missing or too many.
[[nodiscard]] Result<MatrixFile> read_matrix_file(const std::string& path, Element element);

}  // namespace assay::wallet
