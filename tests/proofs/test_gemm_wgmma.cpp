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
using namespace assay::proofs::gemm_wgmma;

namespace {

/// The 16-byte chunk of an address is turned by the number of the 128-byte row that it is in, of eight.
std::uint32_t swizzled(std::uint32_t address) {
    return address ^ (((address >> 7) & 7) << 4);
}

/// TMA: rows [first, first + count) of a slice to `to`, which starts 1,024 bytes.
void copy_box(const std::vector<Bytes>& rows, std::uint32_t first, std::uint32_t count, std::uint32_t slice,
              Bytes& shared, std::uint32_t to) {
    for (std::uint32_t r = 0; r < count; ++r)
        for (std::uint32_t byte = 0; byte < kSliceBytes; ++byte)
            shared.at(swizzled(to + r * kSliceBytes + byte)) = rows[first + r][slice * kSliceBytes + byte];
}

/// wgmma: byte `k` of row `r` of the operand that a descriptor names.
std::int32_t operand(const Bytes& shared, std::uint64_t descriptor, std::uint32_t r, std::uint32_t k) {
    const auto start = static_cast<std::uint32_t>(descriptor & 0x3fff) * 16;
    const auto eight_rows = static_cast<std::uint32_t>(descriptor >> 32 & 0x3fff) * 16;
    REQUIRE(descriptor >> 62 == 1);  // 128-byte swizzle
    return static_cast<std::int8_t>(shared.at(swizzled(start + r / 8 * eight_rows + r % 8 * 128 + k)));
}

std::vector<Bytes> rows_of(const ChaChaKey& key, std::uint64_t first, std::uint32_t count, std::uint32_t k) {
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
        const ThreadKeys mine = thread_keys(keys.data(), t);
        for (std::uint32_t i = 0; i < kSums; ++i) {
            const std::uint32_t row = sum_row(t, i), col = sum_col(t, i);
            places.insert({row, col});
            REQUIRE(col / kSubtileSide == i / 16);
            REQUIRE(mine.of[i % 16] == row % kSubtileSide * kSubtileSide + col % kSubtileSide);
            REQUIRE(row / 16 == t / 32);
        }
    }
    CHECK(places.size() == kGroupRows * kBlockCols);
    CHECK(places.rbegin()->first == kGroupRows - 1);
}

TEST_CASE("a cluster of the wgmma kernel, gone through on the host, gives the digests of the definition") {
    test::Random random;
    INFO("seed " << test::seed());
    const GemmParams p{.m = 512, .n = 512, .k = 256};
    const GemmKeys keys = gemm_keys(random.fixed<Hash>());
    const std::uint64_t cluster_row = 1, block_col = 1;
    const auto b = rows_of(keys.b, block_col * kBlockCols, kBlockCols, p.k);
    std::vector<std::uint64_t> digests(leaf_count(p) * kSubtilesPerTile);
    std::set<std::uint64_t> places;
    for (std::uint32_t rank = 0; rank < kCluster; ++rank) {
        const std::uint64_t block_row = cluster_row * kCluster + rank;
        const auto a = rows_of(keys.a, block_row * kBlockRows, kBlockRows, p.k);
        std::vector<std::array<std::int32_t, kSums>> sums(2 * 128);
        for (std::uint32_t slice = 0; slice < p.k / kSliceBytes; ++slice) {
            const std::uint32_t stage = slice % kStages, stage_a = 1024 + stage * kStageBytesA,
                                stage_b = 1024 + kStages * kStageBytesA + stage * kStageBytesB;
            Bytes shared(1024 + kStages * (kStageBytesA + kStageBytesB));
            copy_box(a, 0, kBlockRows, slice, shared, stage_a);
            for (std::uint32_t half = 0; half < kCluster; ++half)  // each block of the cluster sends one to both
                copy_box(b, half * (kBlockCols / kCluster), kBlockCols / kCluster, slice, shared,
                         stage_b + half * (kStageBytesB / kCluster));
            for (std::uint32_t group = 0; group < 2; ++group)
                for (std::uint32_t step = 0; step < kSliceBytes / kStepBytes; ++step) {
                    const std::uint64_t left =
                        rows_in_shared(stage_a + group * kGroupRows * kSliceBytes + step * kStepBytes);
                    const std::uint64_t right = rows_in_shared(stage_b + step * kStepBytes);
                    std::vector<std::int32_t> in_a(kGroupRows * kStepBytes), in_b(kBlockCols * kStepBytes);
                    for (std::uint32_t r = 0; r < kGroupRows; ++r)
                        for (std::uint32_t k = 0; k < kStepBytes; ++k)
                            in_a[r * kStepBytes + k] = operand(shared, left, r, k);
                    for (std::uint32_t r = 0; r < kBlockCols; ++r)
                        for (std::uint32_t k = 0; k < kStepBytes; ++k)
                            in_b[r * kStepBytes + k] = operand(shared, right, r, k);
                    for (std::uint32_t t = 0; t < 128; ++t)
                        for (std::uint32_t i = 0; i < kSums; ++i)
                            for (std::uint32_t k = 0; k < kStepBytes; ++k)
                                sums[group * 128 + t][i] +=
                                    in_a[sum_row(t, i) * kStepBytes + k] * in_b[sum_col(t, i) * kStepBytes + k];
                }
        }
        for (std::uint32_t group = 0; group < 2; ++group)
            for (std::uint32_t t = 0; t < 128; ++t) {
                std::int32_t mine[kSums];
                std::copy_n(sums[group * 128 + t].begin(), kSums, mine);
                for (std::uint32_t across = 0; across < kBlockCols / kSubtileSide; ++across) {
                    const std::uint64_t place = digest_place(block_row, block_col, p.n, group, t / 32, across);
                    places.insert(place);
                    digests.at(place) += digest_part(mine, across, thread_keys(keys.digest, t));
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
