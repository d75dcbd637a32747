#include "wallet/client/matrices.hpp"

#include <charconv>

#include "base/hex.hpp"
#include "proofs/freivalds.hpp"
#include "proofs/matrix.hpp"
#include "wallet/keys/random.hpp"

namespace assay::wallet {
namespace {

// Numbers between commas, as many as asked for.
template <std::size_t N>
Result<std::array<std::uint64_t, N>> numbers(std::string_view text, const char* form) {
    std::array<std::uint64_t, N> out{};
    const char* at = text.data();
    const char* const end = at + text.size();
    for (std::size_t i = 0; i < N; ++i) {
        const auto [next, error] = std::from_chars(at, end, out[i]);
        const bool last = i + 1 == N;
        if (error != std::errc{} || (last ? next != end : next == end || *next != ','))
            return {Code::usage, "'" + std::string(text) + "' is not of the form " + form};
        at = last ? next : next + 1;
    }
    return out;
}

Status must_have(const std::string& name, ByteView bytes, std::uint64_t due) {
    if (bytes.size() == due) return {};
    return {Code::usage,
            name + " has " + std::to_string(bytes.size()) + " bytes, its size asks for " + std::to_string(due)};
}

std::vector<std::uint32_t> values_of(ByteView product) {
    std::vector<std::uint32_t> out(product.size() / 4);
    for (std::size_t i = 0; i < out.size(); ++i)
        for (std::size_t byte = 0; byte < 4; ++byte) out[i] |= std::uint32_t{product[4 * i + byte]} << (8 * byte);
    return out;
}

}  // namespace

Result<GemmSize> parse_gemm_size(std::string_view text) {
    ASSAY_TRY(const auto n, numbers<3>(text, "M,N,K"));
    ASSAY_TRY_VOID(proofs::check_job({n[0], n[1], n[2], {}, {}}));
    return GemmSize{n[0], n[1], n[2]};
}

Result<GemmSize> size_of_inputs(std::string_view typed, const std::optional<std::pair<std::uint64_t, std::uint64_t>>& a,
                                const std::optional<std::pair<std::uint64_t, std::uint64_t>>& b) {
    if (typed.empty() && (!a || !b))
        return {Code::usage, "raw files do not say their size: give --gemm M,N,K, or .npy files"};
    GemmSize size;
    if (typed.empty()) {
        size = {a->first, b->first, a->second};
        if (b->second != a->second)
            return {Code::usage, "A has " + std::to_string(a->second) + " columns and B " + std::to_string(b->second) +
                                     "; B has a row for each column of the product, so they must be the same"};
        ASSAY_TRY_VOID(proofs::check_job({size.m, size.n, size.k, {}, {}}));
        return size;
    }
    ASSAY_TRY(size, parse_gemm_size(typed));
    const auto differs = [&](const char* name, const auto& shape, std::uint64_t rows) -> Status {
        if (!shape || (shape->first == rows && shape->second == size.k)) return {};
        return {Code::usage, std::string(name) + " is " + std::to_string(shape->first) + " x " +
                                 std::to_string(shape->second) + ", needed are " + std::to_string(rows) + " x " +
                                 std::to_string(size.k)};
    };
    ASSAY_TRY_VOID(differs("A", a, size.m));
    ASSAY_TRY_VOID(differs("B", b, size.n));
    return size;
}

Result<std::pair<std::uint32_t, std::uint32_t>> parse_tile(std::string_view text) {
    ASSAY_TRY(const auto n, numbers<2>(text, "ROW,COLUMN"));
    if (n[0] > 0xffffffffu || n[1] > 0xffffffffu) return {Code::usage, "there is no tile " + std::string(text)};
    return std::pair(static_cast<std::uint32_t>(n[0]), static_cast<std::uint32_t>(n[1]));
}

Result<Hash> matrix_root(const std::string& name, ByteView matrix, std::uint64_t rows, std::uint64_t k) {
    ASSAY_TRY_VOID(must_have(name, matrix, rows * k));
    return proofs::panel_tree(matrix, rows, k).root();
}

Result<Hash> product_root(ByteView product, const GemmSize& size) {
    ASSAY_TRY_VOID(must_have("the product", product, 4 * size.m * size.n));
    return proofs::tile_tree(values_of(product), size.m, size.n).root();
}

Result<chain::Dispute> dispute_slice(chain::Dispute d, const GemmSize& size, ByteView a, ByteView b, ByteView product) {
    ASSAY_TRY_VOID(must_have("the matrix A", a, size.m * size.k));
    ASSAY_TRY_VOID(must_have("the matrix B", b, size.n * size.k));
    ASSAY_TRY_VOID(must_have("the product", product, 4 * size.m * size.n));
    const std::uint64_t rows = size.m / proofs::kTileSide, cols = size.n / proofs::kTileSide;
    if (d.tile_row >= rows || d.tile_col >= cols || d.slice >= proofs::slice_count(size.k))
        return {Code::field_out_of_range, "the product has " + std::to_string(rows) + " x " + std::to_string(cols) +
                                              " tiles and " + std::to_string(proofs::slice_count(size.k)) + " slices"};
    const auto panel = [&](ByteView matrix, std::uint64_t all, std::uint32_t at) {
        return proofs::Panel{proofs::cut_panel(matrix, size.k, at, d.slice),
                             proofs::panel_tree(matrix, all, size.k).path(proofs::panel_index(all, at, d.slice))};
    };
    d.a = panel(a, size.m, d.tile_row);
    d.b = panel(b, size.n, d.tile_col);
    if (d.slice == 0) {
        const auto values = values_of(product);
        d.c = proofs::Panel{proofs::cut_tile(values, size.n, d.tile_row, d.tile_col),
                            proofs::tile_tree(values, size.m, size.n).path(d.tile_row * cols + d.tile_col)};
    }
    return d;
}

Status verify_product(const GemmSize& size, const ProductRoots& roots, ByteView a, ByteView b, ByteView product) {
    const auto same = [](const char* what, const Hash& is, const Hash& should) -> Status {
        if (is == should) return {};
        return {Code::verification_failed,
                std::string(what) + " has the root " + to_hex(is.view()) + ", the order says " + to_hex(should.view())};
    };
    ASSAY_TRY(const Hash a_root, matrix_root("the matrix A", a, size.m, size.k));
    ASSAY_TRY_VOID(same("the matrix A", a_root, roots.a));
    ASSAY_TRY(const Hash b_root, matrix_root("the matrix B", b, size.n, size.k));
    ASSAY_TRY_VOID(same("the matrix B", b_root, roots.b));
    ASSAY_TRY(const Hash c_root, product_root(product, size));
    if (roots.c) ASSAY_TRY_VOID(same("the product", c_root, *roots.c));
    Hash seed;
    ASSAY_TRY_VOID(fill_random(seed.bytes));
    const auto wrong = proofs::check_product(a, b, values_of(product), size.m, size.n, size.k, seed);
    if (!wrong) return {};
    return {Code::verification_failed, "the value in row " + std::to_string(wrong->row) + ", column " +
                                           std::to_string(wrong->col) + " is " + std::to_string(wrong->is) +
                                           " and should be " + std::to_string(wrong->should) + ": tile " +
                                           std::to_string(wrong->row / proofs::kTileSide) + "," +
                                           std::to_string(wrong->col / proofs::kTileSide) + " is wrong"};
}

Result<std::optional<std::pair<std::uint32_t, std::uint32_t>>> wrong_tile(const GemmSize& size, ByteView a, ByteView b,
                                                                          ByteView product) {
    ASSAY_TRY_VOID(must_have("the matrix A", a, size.m * size.k));
    ASSAY_TRY_VOID(must_have("the matrix B", b, size.n * size.k));
    ASSAY_TRY_VOID(must_have("the product", product, 4 * size.m * size.n));
    Hash seed;
    ASSAY_TRY_VOID(fill_random(seed.bytes));
    std::optional<std::pair<std::uint32_t, std::uint32_t>> out;
    if (const auto wrong = proofs::check_product(a, b, values_of(product), size.m, size.n, size.k, seed))
        out = {static_cast<std::uint32_t>(wrong->row / proofs::kTileSide),
               static_cast<std::uint32_t>(wrong->col / proofs::kTileSide)};
    return out;
}

}  // namespace assay::wallet
