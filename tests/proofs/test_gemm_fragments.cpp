// The way of a number through the GEMM kernel, on the host: copied into shared memory, loaded by `ldmatrix`, multiplied
// by `mma.m16n8k32`, its sum taken into a digest and the digest to its place. The two instructions are written here as
// the PTX manual has them ("Matrix Fragments for mma.m16n8k32" and "ldmatrix"); everything between comes from the
// header that the kernel uses.
#include <algorithm>
#include <array>
#include <set>

#include "base/sha256.hpp"
#include "proofs/gemm.hpp"
#include "proofs/gemm_fragments.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/random.hpp"

using namespace assay;
using namespace assay::proofs;
using namespace assay::proofs::gemm_fragments;

namespace {

/// Registers of 32 lanes, four words each.
using Fragment = std::array<std::array<std::uint32_t, 4>, 32>;

/// ldmatrix.m8n8.x4.b16: lane 8i + r names row r of matrix i; lane l gets word l % 4 of row l / 4 of each matrix.
Fragment load_matrices(const Bytes& memory, const std::array<std::uint32_t, 32>& addresses) {
    Fragment out{};
    for (std::size_t lane = 0; lane < 32; ++lane)
        for (std::size_t matrix = 0; matrix < 4; ++matrix) {
            const std::size_t from = addresses[8 * matrix + lane / 4] + 4 * (lane % 4);
            for (std::size_t byte = 0; byte < 4; ++byte)
                out[lane][matrix] |= std::uint32_t{memory.at(from + byte)} << (8 * byte);
        }
    return out;
}

std::int32_t signed_byte(std::uint32_t word, std::size_t byte) {
    return static_cast<std::int8_t>(word >> (8 * byte));
}

/// mma.m16n8k32 of int8: c[lane][e] += for every lane's four sums.
void multiply(std::array<std::array<std::int32_t, 4>, 32>& c, const Fragment& a,
              const std::array<std::array<std::uint32_t, 2>, 32>& b) {
    std::int32_t left[16][32], right[32][8];
    for (std::size_t lane = 0; lane < 32; ++lane) {
        const std::size_t group = lane / 4, in_group = lane % 4;
        for (std::size_t i = 0; i < 16;
             ++i)  // a_i: row group, or group + 8 for a4..a7 and a12..a15; 16 columns on from a8
            left[group + ((i / 4) % 2) * 8][in_group * 4 + i % 4 + i / 8 * 16] = signed_byte(a[lane][i / 4], i % 4);
        for (std::size_t i = 0; i < 8; ++i)  // b_i: column group; 16 rows on from b4
            right[in_group * 4 + i % 4 + i / 4 * 16][group] = signed_byte(b[lane][i / 4], i % 4);
    }
    for (std::size_t lane = 0; lane < 32; ++lane)
        for (std::size_t e = 0; e < 4; ++e) {
            const std::size_t row = lane / 4 + (e < 2 ? 0 : 8), col = lane % 4 * 2 + e % 2;
            for (std::size_t k = 0; k < 32; ++k) c[lane][e] += left[row][k] * right[k][col];
        }
}

}  // namespace

TEST_CASE("eight lanes that load together touch every bank once, and no two chunks share a place") {
    for (std::uint32_t half = 0; half < 2; ++half)
        for (std::uint32_t first = 0; first < 32; first += 8)
            for (std::uint32_t base = 0; base < kBlockCols; base += 16) {
                std::set<std::uint32_t> a, b;
                for (std::uint32_t lane = first; lane < first + 8; ++lane) {
                    const Spot at_a = a_spot(lane, half), at_b = b_spot(lane, half);
                    a.insert(slice_offset(base + at_a.row, at_a.chunk) / 16 % 8);
                    b.insert(slice_offset(base + at_b.row, at_b.chunk) / 16 % 8);
                }
                REQUIRE(a.size() == 8);
                REQUIRE(b.size() == 8);
            }
    std::set<std::uint32_t> places;
    for (std::uint32_t row = 0; row < kBlockCols; ++row)
        for (std::uint32_t chunk = 0; chunk < kChunks; ++chunk) places.insert(slice_offset(row, chunk));
    CHECK(places.size() == kBlockCols * kChunks);
    CHECK(*places.rbegin() == kBlockCols * kSliceBytes - 16);
    CHECK(kStageBytes == 24 * 1024);
}

TEST_CASE("a block of the GEMM kernel, gone through on the host, gives the digests of the definition") {
    test::Random random;
    INFO("seed " << test::seed());
    const GemmParams p{.m = 256, .n = 512, .k = 128};
    const Hash ctx = random.fixed<Hash>();
    const GemmKeys keys = gemm_keys(ctx);
    const std::uint64_t block_row = 1, block_col = 1, leaves_across = p.n / kGemmTileSide;
    const auto rows_of = [&](const ChaChaKey& key, std::uint64_t first, std::uint32_t count) {
        std::vector<Bytes> out(count);
        for (std::uint32_t r = 0; r < count; ++r)
            for (std::uint32_t block = 0; block < p.k / 64; ++block) {
                std::uint32_t words[16];
                chacha8_block(key, first + r, block, words);
                for (const std::uint32_t w : words)
                    for (int i = 0; i < 4; ++i) out[r].push_back(static_cast<std::uint8_t>(w >> (8 * i)));
            }
        return out;
    };
    const auto a = rows_of(keys.a, block_row * kBlockRows, kBlockRows);
    const auto b = rows_of(keys.b, block_col * kBlockCols, kBlockCols);

    std::vector<std::array<std::array<std::array<std::array<std::int32_t, 4>, 32>, kAcross>, kDown>> sums(8);
    for (std::uint32_t slice = 0; slice < p.k / kSliceBytes; ++slice) {
        Bytes stage_a(kBlockRows * kSliceBytes), stage_b(kBlockCols * kSliceBytes);
        const auto copy = [&](const std::vector<Bytes>& rows, Bytes& stage) {
            for (std::uint32_t row = 0; row < rows.size(); ++row)
                for (std::uint32_t chunk = 0; chunk < kChunks; ++chunk)
                    std::copy_n(rows[row].begin() + slice * kSliceBytes + 16 * chunk, 16,
                                stage.begin() + slice_offset(row, chunk));
        };
        copy(a, stage_a);
        copy(b, stage_b);
        for (std::uint32_t warp = 0; warp < 8; ++warp)
            for (std::uint32_t half = 0; half < 2; ++half) {
                Fragment left[kDown], right[kAcross / 2];
                std::array<std::uint32_t, 32> from{};
                for (std::uint32_t i = 0; i < kDown; ++i) {
                    for (std::uint32_t lane = 0; lane < 32; ++lane) {
                        const Spot at = a_spot(lane, half);
                        from[lane] = slice_offset(warp_row(warp) + 16 * i + at.row, at.chunk);
                    }
                    left[i] = load_matrices(stage_a, from);
                }
                for (std::uint32_t j = 0; j < kAcross / 2; ++j) {
                    for (std::uint32_t lane = 0; lane < 32; ++lane) {
                        const Spot at = b_spot(lane, half);
                        from[lane] = slice_offset(warp_col(warp) + 16 * j + at.row, at.chunk);
                    }
                    right[j] = load_matrices(stage_b, from);
                }
                for (std::uint32_t i = 0; i < kDown; ++i)
                    for (std::uint32_t j = 0; j < kAcross; ++j) {
                        std::array<std::array<std::uint32_t, 2>, 32> pair{};
                        for (std::size_t lane = 0; lane < 32; ++lane)
                            pair[lane] = {right[j / 2][lane][j % 2 * 2], right[j / 2][lane][j % 2 * 2 + 1]};
                        multiply(sums[warp][i][j], left[i], pair);
                    }
            }
    }

    std::vector<std::uint64_t> digests(leaf_count(p) * kSubtilesPerTile);
    std::set<std::uint64_t> places;
    for (std::uint32_t warp = 0; warp < 8; ++warp)
        for (std::uint32_t down = 0; down < 2; ++down)
            for (std::uint32_t across = 0; across < 2; ++across) {
                std::uint64_t total = 0;
                for (std::uint32_t lane = 0; lane < 32; ++lane) {
                    std::int32_t mine[kDown][kAcross][4];
                    for (std::uint32_t i = 0; i < kDown; ++i)
                        for (std::uint32_t j = 0; j < kAcross; ++j)
                            for (std::uint32_t e = 0; e < 4; ++e) mine[i][j][e] = sums[warp][i][j][lane][e];
                    total += digest_part(mine, down, across, lane, keys.digest);
                }
                const std::uint64_t place = digest_place(block_row, block_col, leaves_across, warp, down, across);
                REQUIRE(places.insert(place).second);
                digests.at(place) = total;
            }
    REQUIRE(places.size() == 2 * kSubtilesPerTile);  // two tiles side by side
    for (const std::uint64_t place : places) {
        const SubtilePlace at = subtile_place(p.n, place);
        INFO("sub-tile " << at.row << ", " << at.col);
        CHECK(at.row / 4 == block_row);
        CHECK(at.col / 8 == block_col);
        CHECK(digests[place] == subtile_of(p, keys, at));
    }
}
