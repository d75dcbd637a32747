// A buyer's matrices: the tile that a dispute recomputes is that of the plain triple loop, and what is opened is what
// was committed.
#include <cstdio>

#include "proofs/matrix.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/random.hpp"

using namespace assay;
using namespace assay::proofs;
using assay::test::Random;

namespace {

std::vector<std::uint32_t> triple_loop(const Bytes& a, const Bytes& b, std::uint64_t m, std::uint64_t n,
                                       std::uint64_t k) {
    std::vector<std::uint32_t> c(m * n);
    for (std::uint64_t r = 0; r < m; ++r)
        for (std::uint64_t s = 0; s < n; ++s) {
            std::int64_t sum = 0;
            for (std::uint64_t i = 0; i < k; ++i)
                sum += std::int64_t{static_cast<std::int8_t>(a[r * k + i])} * static_cast<std::int8_t>(b[s * k + i]);
            REQUIRE(sum == static_cast<std::int32_t>(sum));
            c[r * n + s] = static_cast<std::uint32_t>(static_cast<std::int32_t>(sum));
        }
    return c;
}

Panel panel_of(const Bytes& matrix, std::uint64_t rows, std::uint64_t k, std::uint64_t panel, std::uint64_t s) {
    return {cut_panel(matrix, k, panel, s), panel_tree(matrix, rows, k).path(panel_index(rows, panel, s))};
}

std::string word(const Status& s) {
    return s ? "ok" : std::string(s.error().word());
}

}  // namespace

TEST_CASE("tiles from panels are those of a plain triple loop, for any shape, and their leaves are in the roots") {
    Random random(test::seed());
    std::printf("seed %llu\n", static_cast<unsigned long long>(test::seed()));
    for (int round = 0; round < 12; ++round) {
        const std::uint64_t m = 32 * (1 + random.below(4)), n = 32 * (1 + random.below(4));
        const std::uint64_t k = round == 0 ? 1 : round == 1 ? 1024 : round == 2 ? 2048 : 1 + random.below(2500);
        Bytes a = random.bytes(m * k), b = random.bytes(n * k);
        if (round == 3) std::fill(a.begin(), a.end(), 0x80), std::fill(b.begin(), b.end(), 0x80);  // -128 x -128
        const auto c = triple_loop(a, b, m, n, k);
        const MerkleTree trees[] = {panel_tree(a, m, k), panel_tree(b, n, k), tile_tree(c, m, n)};
        REQUIRE(trees[0].leaf_count() == slice_count(k) * m / 32);
        REQUIRE(trees[2].leaf_count() == m / 32 * (n / 32));
        for (std::uint64_t row = 0; row < m / 32; ++row)
            for (std::uint64_t col = 0; col < n / 32; ++col) {
                Tile sums{};
                for (std::uint64_t s = 0; s < slice_count(k); ++s) {
                    const Panel x{cut_panel(a, k, row, s), trees[0].path(panel_index(m, row, s))};
                    const Panel y{cut_panel(b, k, col, s), trees[1].path(panel_index(n, col, s))};
                    REQUIRE(check_panel("a", trees[0].root(), m, k, row, s, x).ok());
                    REQUIRE(check_panel("b", trees[1].root(), n, k, col, s, y).ok());
                    add_products(sums, x.data, y.data);
                }
                const Panel tile{cut_tile(c, n, row, col), trees[2].path(row * (n / 32) + col)};
                REQUIRE(check_tile(trees[2].root(), m, n, row, col, tile).ok());
                INFO(m << " x " << n << " x " << k << " tile " << row << ", " << col);
                REQUIRE(read_tile(tile.data) == sums);
            }
    }
}

TEST_CASE("the largest sums are exact: 65536 products of -128 by -128") {
    const Bytes panel(32 * kSliceWidth, 0x80);
    Tile sums{};
    for (std::uint64_t s = 0; s < slice_count(kMaxGemmDepth); ++s) add_products(sums, panel, panel);
    for (const std::uint32_t v : sums) REQUIRE(v == 1u << 30);
    const Bytes other(32 * kSliceWidth, 0x7f);
    sums = {};
    for (std::uint64_t s = 0; s < slice_count(kMaxGemmDepth); ++s) add_products(sums, panel, other);
    REQUIRE(static_cast<std::int32_t>(sums[7]) == -65536 * 128 * 127);
}

TEST_CASE("a panel of another place, another width, another path or another matrix is refused, each with its word") {
    Random random(test::seed() + 1);
    const std::uint64_t m = 96, k = 1500;
    const Bytes a = random.bytes(m * k);
    const Hash root = panel_tree(a, m, k).root();
    const Panel good = panel_of(a, m, k, 1, 1);
    CHECK(word(check_panel("a", root, m, k, 1, 1, good)) == "ok");
    CHECK(word(check_panel("a", root, m, k, 2, 1, good)) == "opening_root_mismatch");
    CHECK(word(check_panel("a", root, m, k, 1, 0, good)) == "opening_leaf_count");  // the last slice is narrower
    CHECK(word(check_panel("a", root, m, 1024 + 1024, 1, 1, good)) == "opening_leaf_count");
    CHECK(word(check_panel("a", Hash{}, m, k, 1, 1, good)) == "opening_root_mismatch");
    Panel bad = good;
    bad.data.back() ^= 1;
    CHECK(word(check_panel("a", root, m, k, 1, 1, bad)) == "opening_root_mismatch");
    bad = good;
    bad.data.pop_back();
    CHECK(word(check_panel("a", root, m, k, 1, 1, bad)) == "opening_leaf_count");
    bad = good;
    bad.path.pop_back();
    CHECK(word(check_panel("a", root, m, k, 1, 1, bad)) == "opening_sibling_count");
    bad = good;
    bad.path.push_back(Hash{});
    CHECK(word(check_panel("a", root, m, k, 1, 1, bad)) == "opening_sibling_count");
    bad = good;
    std::swap(bad.path[0], bad.path[1]);
    CHECK(word(check_panel("a", root, m, k, 1, 1, bad)) == "opening_root_mismatch");
    const Status told = check_panel("a", root, m, k, 1, 1, bad);
    CHECK(told.error().message.starts_with("a: "));
}

TEST_CASE("a job has dimensions that a dispute can handle") {
    const auto check = [](std::uint64_t m, std::uint64_t n, std::uint64_t k) {
        return word(check_job({m, n, k, Hash{}, Hash{}}));
    };
    CHECK(check(32, 32, 1) == "ok");
    CHECK(check(1 << 20, 1 << 20, 1 << 16) == "ok");
    for (const std::uint64_t bad : {0ull, 1ull, 31ull, 33ull, (1ull << 20) + 32, ~0ull}) {
        CHECK(check(bad, 32, 1) == "field_out_of_range");
        CHECK(check(32, bad, 1) == "field_out_of_range");
    }
    CHECK(check(32, 32, 0) == "field_out_of_range");
    CHECK(check(32, 32, (1 << 16) + 1) == "field_out_of_range");
    CHECK(slice_count(1) == 1);
    CHECK(slice_count(1024) == 1);
    CHECK(slice_count(1025) == 2);
    CHECK((slice_width(1025, 0) == 1024 && slice_width(1025, 1) == 1 && slice_width(1 << 16, 63) == 1024));
}
