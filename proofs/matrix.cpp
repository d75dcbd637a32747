#include "proofs/matrix.hpp"

#include <algorithm>

namespace assay::proofs {
namespace {

// Bytes and path of one leaf, whatever it is.
Status check_leaf(const char* name, const Hash& root, std::uint64_t leaves, std::uint64_t index, std::uint64_t bytes,
                  const Panel& given) {
    if (given.data.size() != bytes)
        return {Code::opening_leaf_count, std::string(name) + " has " + std::to_string(given.data.size()) + " bytes, " +
                                              std::to_string(bytes) + " are due"};
    const Status there = verify_inclusion(root, leaves, index, merkle_leaf(given.data), given.path);
    if (!there) return {there.error().code, std::string(name) + ": " + there.error().message};
    return {};
}

}  // namespace

Status check_job(const GemmJob& job) {
    const auto rows = [](const char* name, std::uint64_t value) -> Status {
        if (value == 0 || value > kMaxGemmRows || value % kTileSide != 0)
            return {Code::field_out_of_range, std::string("gemm.") + name + " is " + std::to_string(value) +
                                                  ", allowed are multiples of 32 from 32 to 1048576"};
        return {};
    };
    ASSAY_TRY_VOID(rows("m", job.m));
    ASSAY_TRY_VOID(rows("n", job.n));
    if (job.k == 0 || job.k > kMaxGemmDepth)
        return {Code::field_out_of_range, "gemm.k is " + std::to_string(job.k) + ", allowed are 1 to 65536"};
    return {};
}

std::uint64_t slice_count(std::uint64_t k) {
    return (k + kSliceWidth - 1) / kSliceWidth;
}
std::uint64_t slice_width(std::uint64_t k, std::uint64_t s) {
    return std::min(kSliceWidth, k - s * kSliceWidth);
}
std::uint64_t panel_index(std::uint64_t rows, std::uint64_t panel, std::uint64_t s) {
    return s * (rows / kTileSide) + panel;
}

Bytes cut_panel(ByteView matrix, std::uint64_t k, std::uint64_t panel, std::uint64_t s) {
    const std::uint64_t width = slice_width(k, s);
    Bytes out;
    out.reserve(kTileSide * width);
    for (std::uint64_t r = 0; r < kTileSide; ++r) {
        const ByteView row = matrix.subspan((panel * kTileSide + r) * k + s * kSliceWidth, width);
        out.insert(out.end(), row.begin(), row.end());
    }
    return out;
}

MerkleTree panel_tree(ByteView matrix, std::uint64_t rows, std::uint64_t k) {
    std::vector<Hash> leaves;
    for (std::uint64_t s = 0; s < slice_count(k); ++s)
        for (std::uint64_t panel = 0; panel < rows / kTileSide; ++panel)
            leaves.push_back(merkle_leaf(cut_panel(matrix, k, panel, s)));
    return MerkleTree(std::move(leaves));
}

Bytes cut_tile(std::span<const std::uint32_t> c, std::uint64_t n, std::uint64_t row, std::uint64_t col) {
    Bytes out;
    out.reserve(kTileBytes);
    for (std::uint64_t r = 0; r < kTileSide; ++r)
        for (std::uint64_t i = 0; i < kTileSide; ++i) {
            const std::uint32_t v = c[(row * kTileSide + r) * n + col * kTileSide + i];
            for (int byte = 0; byte < 4; ++byte) out.push_back(static_cast<std::uint8_t>(v >> (8 * byte)));
        }
    return out;
}

MerkleTree tile_tree(std::span<const std::uint32_t> c, std::uint64_t m, std::uint64_t n) {
    std::vector<Hash> leaves;
    for (std::uint64_t row = 0; row < m / kTileSide; ++row)
        for (std::uint64_t col = 0; col < n / kTileSide; ++col) leaves.push_back(merkle_leaf(cut_tile(c, n, row, col)));
    return MerkleTree(std::move(leaves));
}

Status check_panel(const char* name, const Hash& root, std::uint64_t rows, std::uint64_t k, std::uint64_t panel,
                   std::uint64_t s, const Panel& given) {
    return check_leaf(name, root, slice_count(k) * (rows / kTileSide), panel_index(rows, panel, s),
                      kTileSide * slice_width(k, s), given);
}

Status check_tile(const Hash& c_root, std::uint64_t m, std::uint64_t n, std::uint64_t row, std::uint64_t col,
                  const Panel& given) {
    const std::uint64_t columns = n / kTileSide;
    return check_leaf("c", c_root, m / kTileSide * columns, row * columns + col, kTileBytes, given);
}

Tile read_tile(ByteView data) {
    Tile out{};
    for (std::size_t i = 0; i < out.size(); ++i)
        for (std::size_t byte = 0; byte < 4; ++byte) out[i] |= std::uint32_t{data[4 * i + byte]} << (8 * byte);
    return out;
}

void add_products(Tile& sums, ByteView a, ByteView b) {
    const std::size_t width = a.size() / kTileSide;  // at most 1024: a sum of products stays below 2^24 here
    for (std::size_t r = 0; r < kTileSide; ++r)
        for (std::size_t c = 0; c < kTileSide; ++c) {
            const std::uint8_t* x = a.data() + r * width;
            const std::uint8_t* y = b.data() + c * width;
            std::int32_t sum = 0;
            for (std::size_t i = 0; i < width; ++i)
                sum += std::int32_t{static_cast<std::int8_t>(x[i])} * std::int32_t{static_cast<std::int8_t>(y[i])};
            sums[r * kTileSide + c] += static_cast<std::uint32_t>(sum);
        }
}

void multiply_rows(ByteView a, ByteView b, std::uint64_t n, std::uint64_t k, std::uint64_t first, std::uint64_t count,
                   std::span<std::uint32_t> c) {
    // A stretch of B that stays in the second cache meets all rows before the next one does.
    const std::uint64_t stretch = std::max<std::uint64_t>(1, (std::uint64_t{256} << 10) / k);
    for (std::uint64_t from = 0; from < n; from += stretch)
        for (std::uint64_t r = 0; r < count; ++r)
            for (std::uint64_t col = from; col < std::min(n, from + stretch); ++col) {
                const std::uint8_t* x = a.data() + (first + r) * k;
                const std::uint8_t* y = b.data() + col * k;
                std::int32_t sum = 0;
                for (std::uint64_t i = 0; i < k; ++i)
                    sum += std::int32_t{static_cast<std::int8_t>(x[i])} * std::int32_t{static_cast<std::int8_t>(y[i])};
                c[static_cast<std::size_t>(r * n + col)] = static_cast<std::uint32_t>(sum);
            }
}

std::uint64_t slice_units(std::uint64_t width) {
    // 4 x width for 32 x 32 x width products at 256 a unit, width for two panels, and for the rest: 64 + 2 hashes of a
    // tile, 21 + 21 + 30 nodes of two hashes in the longest paths, and the ends of the panels.
    return 5 * width + 256;
}

}  // namespace assay::proofs
