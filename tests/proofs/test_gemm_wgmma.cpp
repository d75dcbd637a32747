// The way of a number through the kernel for sm_90a, on the host, as test_gemm_fragments.cpp does for the other one:
// the copying unit's box of rows with its 128-byte swizzle, the tensor unit's reading by descriptor, the place of a sum
// in `wgmma.m64n256k32`, the digests. The units are written here as the PTX manual has them ("Shared Memory Matrix
// Layout", "Matrix Descriptor Format", "Register Fragments for wgmma.mma_async.m64nNk32"); places come from the
// kernel's header.
#include <algorithm>
#include <array>
#include <set>

#include "base/sha256.hpp"
#include "proofs/gemm.hpp"
#include "proofs/gemm_wgmma.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/random.hpp"

using namespace assay;
using namespace assay::proofs;
namespace wg = assay::proofs::gemm_wgmma;  // its names are also those of gemm_fragments

namespace {

/// The 16-byte chunk of an address is turned by the number of the 128-byte row that it is in, of eight.
std::uint32_t swizzled(std::uint32_t address) {
    return address ^ (((address >> 7) & 7) << 4);
}

/// TMA: rows [first, first + count) of a slice to `to`, which starts 1,024 bytes.
void copy_box(const std::vector<Bytes>& rows, std::uint32_t first, std::uint32_t count, std::uint32_t slice,
              Bytes& shared, std::uint32_t to) {
    for (std::uint32_t r = 0; r < count; ++r)
        for (std::uint32_t byte = 0; byte < wg::kSliceBytes; ++byte)
            shared.at(swizzled(to + r * wg::kSliceBytes + byte)) = rows[first + r][slice * wg::kSliceBytes + byte];
}

/// wgmma: byte `k` of row `r` of the operand that a descriptor names.
std::int32_t operand(const Bytes& shared, std::uint64_t descriptor, std::uint32_t r, std::uint32_t k) {
    const auto start = static_cast<std::uint32_t>(descriptor & 0x3fff) * 16;
    const auto eight_rows = static_cast<std::uint32_t>(descriptor >> 32 & 0x3fff) * 16;
    REQUIRE(descriptor >> 62 == 1);  // 128-byte swizzle
    return static_cast<std::int8_t>(shared.at(swizzled(start + r / 8 * eight_rows + r % 8 * 128 + k)));
}

std::vector<Bytes> bytes_of_rows(const ChaChaKey& key, std::uint64_t first, std::uint32_t count, std::uint32_t k) {
    std::vector<Bytes> out(count);
    for (std::uint32_t r = 0; r < count; ++r)
        for (std::uint32_t block = 0; block < k / 64; ++block) {
            std::uint32_t words[16];
            chacha8_block(key, first + r, block, words);
            for (const std::uint32_t w : words)
                for (int i = 0; i < 4; ++i) out[r].push_back(static_cast<std::uint8_t>(w >> (8 * i)));
        }
    return out;
}

}  // namespace

TEST_CASE("every sum of 64 x 256 is one thread's, and a thread's keys fit all of its sub-tiles") {
    std::vector<std::uint32_t> keys(kSubtileSide * kSubtileSide);
    for (std::uint32_t i = 0; i < keys.size(); ++i) keys[i] = i;
    std::set<std::pair<std::uint32_t, std::uint32_t>> places;
    for (std::uint32_t t = 0; t < 128; ++t) {
        const wg::ThreadKeys mine = wg::thread_keys(keys.data(), t);
        for (std::uint32_t i = 0; i < wg::kSums; ++i) {
            const std::uint32_t row = wg::sum_row(t, i), col = wg::sum_col(t, i);
            places.insert({row, col});
            REQUIRE(col / kSubtileSide == i / 16);
            REQUIRE(mine.of[i % 16] == row % kSubtileSide * kSubtileSide + col % kSubtileSide);
            REQUIRE(row / 16 == t / 32);
        }
    }
    CHECK(places.size() == wg::kGroupRows * wg::kBlockCols);
    CHECK(places.rbegin()->first == wg::kGroupRows - 1);
}

TEST_CASE("a cluster of the wgmma kernel, gone through on the host, gives the digests of the definition") {
    test::Random random;
    INFO("seed " << test::seed());
    const GemmParams p{.m = 512, .n = 512, .k = 256};
    const GemmKeys keys = gemm_keys(random.fixed<Hash>());
    const std::uint64_t cluster_row = 1, block_col = 1;
    const auto b = bytes_of_rows(keys.b, block_col * wg::kBlockCols, wg::kBlockCols, p.k);
    std::vector<std::uint64_t> digests(leaf_count(p) * kSubtilesPerTile);
    std::set<std::uint64_t> places;
    for (std::uint32_t rank = 0; rank < wg::kCluster; ++rank) {
        const std::uint64_t block_row = cluster_row * wg::kCluster + rank;
        const auto a = bytes_of_rows(keys.a, block_row * wg::kBlockRows, wg::kBlockRows, p.k);
        std::vector<std::array<std::int32_t, wg::kSums>> sums(2 * 128);
        for (std::uint32_t slice = 0; slice < p.k / wg::kSliceBytes; ++slice) {
            const std::uint32_t stage = slice % wg::kStages, stage_a = 1024 + stage * wg::kStageBytesA,
                                stage_b = 1024 + wg::kStages * wg::kStageBytesA + stage * wg::kStageBytesB;
            Bytes shared(1024 + wg::kStages * (wg::kStageBytesA + wg::kStageBytesB));
            copy_box(a, 0, wg::kBlockRows, slice, shared, stage_a);
            for (std::uint32_t half = 0; half < wg::kCluster; ++half)  // each block of the cluster sends one to both
                copy_box(b, half * (wg::kBlockCols / wg::kCluster), wg::kBlockCols / wg::kCluster, slice, shared,
                         stage_b + half * (wg::kStageBytesB / wg::kCluster));
            for (std::uint32_t group = 0; group < 2; ++group)
                for (std::uint32_t step = 0; step < wg::kSliceBytes / wg::kStepBytes; ++step) {
                    const std::uint64_t left =
                        wg::rows_in_shared(stage_a + group * wg::kGroupRows * wg::kSliceBytes + step * wg::kStepBytes);
                    const std::uint64_t right = wg::rows_in_shared(stage_b + step * wg::kStepBytes);
                    std::vector<std::int32_t> in_a(wg::kGroupRows * wg::kStepBytes),
                        in_b(wg::kBlockCols * wg::kStepBytes);
                    for (std::uint32_t r = 0; r < wg::kGroupRows; ++r)
                        for (std::uint32_t k = 0; k < wg::kStepBytes; ++k)
                            in_a[r * wg::kStepBytes + k] = operand(shared, left, r, k);
                    for (std::uint32_t r = 0; r < wg::kBlockCols; ++r)
                        for (std::uint32_t k = 0; k < wg::kStepBytes; ++k)
                            in_b[r * wg::kStepBytes + k] = operand(shared, right, r, k);
                    for (std::uint32_t t = 0; t < 128; ++t)
                        for (std::uint32_t i = 0; i < wg::kSums; ++i)
                            for (std::uint32_t k = 0; k < wg::kStepBytes; ++k)
                                sums[group * 128 + t][i] += in_a[wg::sum_row(t, i) * wg::kStepBytes + k] *
                                                            in_b[wg::sum_col(t, i) * wg::kStepBytes + k];
                }
        }
        for (std::uint32_t group = 0; group < 2; ++group)
            for (std::uint32_t t = 0; t < 128; ++t) {
                std::int32_t mine[wg::kSums];
                std::copy_n(sums[group * 128 + t].begin(), wg::kSums, mine);
                for (std::uint32_t across = 0; across < wg::kBlockCols / kSubtileSide; ++across) {
                    const std::uint64_t place = wg::digest_place(block_row, block_col, p.n, group, t / 32, across);
                    places.insert(place);
                    digests.at(place) += wg::digest_part(mine, across, wg::thread_keys(keys.digest, t));
                }
            }
    }
    REQUIRE(places.size() == 4 * kSubtilesPerTile);  // two tiles wide, two high
    for (const std::uint64_t place : places) {
        const SubtilePlace at = subtile_place(p.n, place);
        INFO("sub-tile " << at.row << ", " << at.col);
        CHECK(at.row / 8 == cluster_row);
        CHECK(at.col / 8 == block_col);
        CHECK(digests[place] == subtile_of(p, keys, at));
    }
}
