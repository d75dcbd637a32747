#include <array>
#include <string>

#include "base/sha256.hpp"
#include "proofs/ctx.hpp"
#include "proofs/gemm_parts.hpp"
#include "proofs/prover.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/random.hpp"

using namespace assay;
using namespace assay::proofs;

namespace {

constexpr GemmBackend kBackends[] = {GemmBackend::portable, GemmBackend::avx2, GemmBackend::avx512_vnni};

std::int32_t element(const std::uint32_t* panel, std::uint32_t row, std::uint64_t k) {
    return static_cast<std::int8_t>(panel[k / 4 * kPanelRows + row] >> (8 * (k % 4)));
}

/// The definition, element by element, into c.
void slow_product(const std::uint32_t* a, const std::uint32_t* b, std::uint64_t words, std::uint32_t* c) {
    for (std::uint32_t i = 0; i < 32; ++i)
        for (std::uint32_t j = 0; j < 32; ++j)
            for (std::uint64_t k = 0; k < 4 * words; ++k)
                c[32 * i + j] += static_cast<std::uint32_t>(element(a, i, k) * element(b, j, k));
}

/// One row as the definition makes it, byte by byte.
std::vector<std::int8_t> slow_row(const ChaChaKey& key, std::uint64_t row, std::uint32_t k) {
    std::vector<std::int8_t> out;
    for (std::uint64_t block = 0; block < k / 64; ++block) {
        std::uint32_t words[16];
        chacha8_block(key, row, block, words);
        for (const std::uint32_t w : words)
            for (int i = 0; i < 4; ++i) out.push_back(static_cast<std::int8_t>(w >> (8 * i)));
    }
    return out;
}

std::uint64_t slow_digest(const GemmParams& p, const Hash& ctx, std::uint64_t down, std::uint64_t across) {
    const GemmKeys keys = gemm_keys(ctx);
    unsigned __int128 sum = 0;
    for (std::uint64_t r = 0; r < 32; ++r) {
        const auto a = slow_row(keys.a, 32 * down + r, p.k);
        std::uint64_t t[32];
        for (std::uint64_t c = 0; c < 32; ++c) {
            const auto b = slow_row(keys.b, 32 * across + c, p.k);
            std::int64_t x = 0;
            for (std::uint32_t k = 0; k < p.k; ++k) x += std::int64_t{a[k]} * b[k];
            const std::uint64_t u =
                (static_cast<std::uint64_t>(x) * 0x9E3779B1u + keys.digest[32 * r + c]) & 0xffffffff;
            t[c] = u ^ (u >> 15);
        }
        for (int j = 0; j < 32; j += 2) sum += static_cast<unsigned __int128>(t[j]) * t[j + 1];
    }
    return static_cast<std::uint64_t>(sum);
}

std::vector<Hash> leaves_of(const GemmParams& p, const Hash& ctx, GemmBackend backend = best_gemm_backend()) {
    std::vector<Hash> out(leaf_count(p) * leaf_words(p));
    run_gemm(p, ctx, 0, p.m / 128, out, backend);
    return out;
}

}  // namespace

TEST_CASE("a back end that this processor has the instructions for is used, and no other") {
    CHECK(gemm_backend_works(GemmBackend::portable));
#if defined(__x86_64__)
    // A wrong one would be left aside in silence, and every comparison below would be of portable code with itself.
    CHECK(gemm_backend_works(GemmBackend::avx2) == (__builtin_cpu_supports("avx2") != 0));
    CHECK(gemm_backend_works(GemmBackend::avx512_vnni) ==
          (__builtin_cpu_supports("avx512f") != 0 && __builtin_cpu_supports("avx512vnni") != 0));
#endif
    CHECK(gemm_backend_works(best_gemm_backend()));
}

TEST_CASE("every back end adds products as they are defined, over random panels and the largest numbers") {
    test::Random random;
    INFO("seed " << test::seed());
    const std::uint32_t extremes[] = {0x80808080, 0x7f7f7f7f, 0x80807f7f, 0xffffffff, 0, 0x01010101, 0x7f80ff01};
    for (int round = 0; round < 24; ++round) {
        const std::uint64_t words = kPanelStep * (1 + random.below(round < 20 ? 4 : 128));
        std::vector<std::uint32_t> a(words * 32), b(words * 32), start(1024), expected;
        for (auto* panel : {&a, &b}) {
            const std::uint64_t kind = random.below(3);
            const std::uint32_t same = extremes[random.below(7)];
            for (auto& w : *panel)
                w = kind == 0 ? same : kind == 1 ? extremes[random.below(7)] : static_cast<std::uint32_t>(random.u64());
        }
        for (auto& x : start) x = static_cast<std::uint32_t>(random.u64());
        expected = start;
        slow_product(a.data(), b.data(), words, expected.data());
        for (const auto backend : kBackends) {
            INFO(gemm_backend_name(backend) << ", " << words << " words");
            auto mine = start;
            add_panels(backend, a.data(), b.data(), words, mine.data());
            REQUIRE(mine == expected);
        }
    }
    // The longest rows of the lowest numbers: 2^14 · 2^14 is exact.
    std::vector<std::uint32_t> low(4096 * 32, 0x80808080);
    for (const auto backend : kBackends) {
        std::vector<std::uint32_t> c(1024);
        add_panels(backend, low.data(), low.data(), 4096, c.data());
        REQUIRE(c == std::vector<std::uint32_t>(1024, 1u << 28));
    }
}

TEST_CASE("a leaf holds the digests that the definition gives, on every back end") {
    test::Random random;
    INFO("seed " << test::seed());
    for (int round = 0; round < 4; ++round) {
        const GemmParams p{256 * (1 + random.below(2)), 256 * (1 + random.below(2)),
                           static_cast<std::uint32_t>(128 * (1 + random.below(4)))};
        const Hash ctx = random.fixed<Hash>();
        const auto leaves = leaves_of(p, ctx, GemmBackend::portable);
        for (const auto backend : kBackends) REQUIRE(leaves_of(p, ctx, backend) == leaves);
        for (int i = 0; i < 6; ++i) {
            const std::uint64_t down = random.below(p.m / 32), across = random.below(p.n / 32);
            const std::uint64_t leaf = down / 4 * (p.n / 128) + across / 4, place = down % 4 * 4 + across % 4;
            REQUIRE(read_digest(std::span(leaves).subspan(4 * leaf, 4), place) == slow_digest(p, ctx, down, across));
            REQUIRE(subtile_index(p.n, {down, across}) == 16 * leaf + place);
            const SubtilePlace at = subtile_place(p.n, 16 * leaf + place);
            REQUIRE((at.row == down && at.col == across));
            for (const auto backend : kBackends)
                REQUIRE(subtile_of(p, gemm_keys(ctx), at, backend) == slow_digest(p, ctx, down, across));
        }
    }
}

TEST_CASE("sub-tiles far out in a product that nobody could hold are recomputed alike") {
    test::Random random;
    INFO("seed " << test::seed());
    const GemmParams p{std::uint64_t{1} << 39, std::uint64_t{1} << 15, kMaxGemmK};  // rows beyond 2^32
    REQUIRE(validate(p).ok());
    const Hash ctx = random.fixed<Hash>();
    const GemmKeys keys = gemm_keys(ctx);
    for (const std::uint64_t index :
         {std::uint64_t{0}, sample_range(p) - 1, random.below(sample_range(p)), (std::uint64_t{1} << 32) * 32 + 5}) {
        const SubtilePlace at = subtile_place(p.n, index);
        INFO("index " << index << ", sub-tile " << at.row << ", " << at.col);
        CHECK(subtile_index(p.n, at) == index);
        const std::uint64_t portable = subtile_of(p, keys, at, GemmBackend::portable);
        for (const auto backend : kBackends) CHECK(subtile_of(p, keys, at, backend) == portable);
    }
    const SubtilePlace last = subtile_place(p.n, sample_range(p) - 1);
    CHECK(subtile_of(p, keys, last) == slow_digest(p, ctx, last.row, last.col));
}

TEST_CASE("a product gives the same leaves however its rows are split") {
    const Hash ctx = sha256(as_bytes("split product"));
    const GemmParams p{.m = 768, .n = 512, .k = 256};
    const auto whole = leaves_of(p, ctx);
    std::vector<Hash> parts(whole.size());
    const std::uint64_t per_row = p.n / 128 * leaf_words(p);
    for (std::uint64_t first = 0; first < 6; first += 4) {
        const std::uint64_t count = std::min<std::uint64_t>(4, 6 - first);
        run_gemm(p, ctx, first, count, std::span(parts).subspan(first * per_row, count * per_row));
    }
    CHECK(parts == whole);
}

TEST_CASE("wide products, whose B is made in parts, are the same as narrow ones put together") {
    // 128 columns of the longest rows take 2 MiB: 18 of them are more than a part.
    const Hash ctx = sha256(as_bytes("wide"));
    const GemmParams wide{.m = 256, .n = 18 * 128, .k = kMaxGemmK};
    std::vector<Hash> row(wide.n / 128 * leaf_words(wide));
    run_gemm(wide, ctx, 1, 1, row);
    test::Random random;
    INFO("seed " << test::seed());
    for (const std::uint64_t tile : {std::uint64_t{0}, std::uint64_t{15}, std::uint64_t{16}, std::uint64_t{17}}) {
        const std::uint64_t place = random.below(16);
        const SubtilePlace at{4 + place / 4, 4 * tile + place % 4};
        CHECK(read_digest(std::span(row).subspan(4 * tile, 4), place) == subtile_of(wide, gemm_keys(ctx), at));
    }
}

TEST_CASE("parameters of a product are refused by name and number") {
    CHECK(validate(WorkParams{GemmParams{256, 256, 128}}).ok());
    CHECK(validate(WorkParams{GemmParams{std::uint64_t{1} << 27, std::uint64_t{1} << 27, 16384}}).ok());
    const std::pair<GemmParams, std::string> bad[] = {
        {{0, 256, 128}, "m is"},
        {{128, 256, 128}, "m is"},
        {{256, 0, 128}, "n is"},
        {{256, 300, 128}, "not 300"},
        {{256, 256, 0}, "k is"},
        {{256, 256, 64}, "not 64"},
        {{256, 256, 192}, "k is"},
        {{256, 256, 16384 + 128}, "16384"},
        {{std::uint64_t{1} << 28, std::uint64_t{1} << 27, 128}, "2^40"},
        {{~std::uint64_t{255}, ~std::uint64_t{255}, 128}, "2^40"},
    };
    for (const auto& [p, word] : bad) {
        INFO(p.m << " x " << p.n << " x " << p.k);
        const Status status = validate(WorkParams{p});
        REQUIRE(!status.ok());
        CHECK(status.error().code == Code::field_out_of_range);
        CHECK(status.error().message.find(word) != std::string::npos);
    }
}

TEST_CASE("parameters of a product are 21 bytes with tag 1, and their numbers follow from them") {
    const WorkParams p = GemmParams{.m = 512, .n = 768, .k = 4096};
    const Bytes raw = borsh::encode(p);
    CHECK(raw.size() == 21);
    CHECK(raw[0] == 1);
    CHECK(borsh::decode<WorkParams>(raw).value() == p);
    CHECK(kind_of(p) == WorkKind::gemm);
    CHECK(leaf_count(p) == 24);
    CHECK(leaf_words(p) == 4);
    CHECK(sample_range(p) == 384);
    CHECK(work_units(p) == 512ull * 768 * 4096 / 256);
    // 5·k + 128 for each sub-tile, 3 compressions for its leaf and 2 for each of 5 nodes.
    CHECK(verify_units(p, 10) == 10 * (5 * 4096 + 128 + 3 + 10));
    CHECK(verify_units(p, 1000) == 384 * (5 * 4096 + 128 + 3 + 10));
    const WorkParams largest = GemmParams{std::uint64_t{1} << 27, std::uint64_t{1} << 27, 16384};
    CHECK(work_units(largest) == std::uint64_t{1} << 60);
    CHECK(sample_range(largest) == std::uint64_t{1} << 44);
    CHECK(verify_units(largest, 64) == 64 * (5 * 16384 + 128 + 3 + 80));
    CHECK(needed_leaves(p, std::vector<std::uint64_t>{0, 15, 16, 47, 383}) == std::vector<std::uint64_t>{0, 1, 2, 23});
}

TEST_CASE("the parts of a product cover it once, in whole blocks, within memory and within a launch") {
    test::Random random;
    INFO("seed " << test::seed());
    for (int round = 0; round < 300; ++round) {
        const GemmParams p{256 * (1 + random.below(300)), 256 * (1 + random.below(300)),
                           static_cast<std::uint32_t>(128 * (1 + random.below(128)))};
        const std::uint64_t bytes = (std::uint64_t{1} << 26) + random.below(std::uint64_t{1} << 32);
        const std::uint64_t at_once = std::uint64_t{1} << (32 + random.below(15));
        const auto parts = gemm_parts(p, bytes, at_once);
        INFO(p.m << " x " << p.n << " x " << p.k << ", " << bytes << " bytes, " << at_once << " at once");
        std::uint64_t covered = 0, row = 0, col = 0;
        for (const GemmPart& part : parts) {  // row by row, then the next stretch of columns
            REQUIRE((part.first_row == row && part.first_col == col));
            REQUIRE((part.rows > 0 && part.rows % 256 == 0 && part.cols > 0 && part.cols % 256 == 0));
            REQUIRE((part.rows <= parts[0].rows && part.cols <= parts[0].cols));
            REQUIRE((part.rows + part.cols) * p.k + part.rows * part.cols / 128 <= bytes);
            REQUIRE((part.rows * part.cols * p.k <= at_once || part.rows == 256));
            covered += part.rows * part.cols;
            row += part.rows;
            if (row == p.m) row = 0, col += part.cols;
        }
        REQUIRE(row == 0);
        REQUIRE(col == p.n);
        REQUIRE(covered == p.m * p.n);
    }
    // The largest class that emission could pay is one part of an H200's memory.
    CHECK(gemm_parts({32768, 32768, 16384}, std::uint64_t{8} << 30, std::uint64_t{1} << 46).size() == 1);
}
