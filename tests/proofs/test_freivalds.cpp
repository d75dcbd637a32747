// Freivalds' check of a product, and multiply_rows against a plain loop.
#include "proofs/freivalds.hpp"

#include <cstdlib>
#include <utility>

#include "base/amount.hpp"
#include "proofs/chacha8.hpp"
#include "proofs/matrix.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/random.hpp"

using namespace assay;
using namespace assay::proofs;
using assay::test::Random;

namespace {

struct Product {
    std::uint64_t m, n, k;
    Bytes a, b;
    std::vector<std::uint32_t> c;
    Product(Random& random, std::uint64_t rows, std::uint64_t cols, std::uint64_t depth)
        : m(rows), n(cols), k(depth), a(random.bytes(rows * depth)), b(random.bytes(cols * depth)), c(rows * cols) {
        multiply_rows(a, b, n, k, 0, m, c);
    }
    [[nodiscard]] std::int32_t at(std::uint64_t row, std::uint64_t col) const {
        std::int64_t sum = 0;
        for (std::uint64_t i = 0; i < k; ++i)
            sum += std::int64_t{static_cast<std::int8_t>(a[row * k + i])} * static_cast<std::int8_t>(b[col * k + i]);
        return static_cast<std::int32_t>(sum);
    }
    [[nodiscard]] std::optional<WrongValue> check(const std::vector<std::uint32_t>& given, const Hash& seed) const {
        return check_product(a, b, given, m, n, k, seed);
    }
};

}  // namespace

TEST_CASE("rows of a product are those of a plain loop, however they are split") {
    Random random;
    INFO("seed " << assay::test::seed());
    for (const std::uint64_t depth : {1u, 7u, 64u, 1030u, 20'000u}) {
        const Product p(random, 32, 64, depth);
        for (std::uint64_t row = 0; row < p.m; ++row)
            for (std::uint64_t col = 0; col < p.n; ++col)
                REQUIRE(static_cast<std::int32_t>(p.c[row * p.n + col]) == p.at(row, col));
        std::vector<std::uint32_t> parts(p.c.size());
        for (std::uint64_t row = 0; row < p.m; row += 8)
            multiply_rows(p.a, p.b, p.n, p.k, row, 8, std::span(parts).subspan(row * p.n, 8 * p.n));
        CHECK(parts == p.c);
    }
}

TEST_CASE("a right product passes for any seed, and one wrong value anywhere is found and named") {
    Random random;
    INFO("seed " << assay::test::seed());
    const int tries = assay::test::rounds(400);
    for (int i = 0; i < tries; ++i) {
        const Product p(random, 32 * (1 + random.below(3)), 32 * (1 + random.below(3)), 1 + random.below(80));
        const Hash seed = random.fixed<Hash>();
        CHECK_FALSE(p.check(p.c, seed).has_value());
        auto wrong = p.c;
        const std::uint64_t row = random.below(p.m), col = random.below(p.n);
        const std::uint32_t off =
            i % 2 == 0 ? 1u << random.below(32) : static_cast<std::uint32_t>(1 + random.below(~0u));
        wrong[row * p.n + col] += off;
        const auto found = p.check(wrong, seed);
        REQUIRE(found);
        CHECK(*found == WrongValue{row, col, static_cast<std::int32_t>(wrong[row * p.n + col]), p.at(row, col)});
    }
}

TEST_CASE("the largest values of both signs are summed without loss") {
    const std::uint64_t m = 32, n = 32, k = kMaxGemmDepth;
    const Bytes low(m * k, 0x80), high(n * k, 0x7f);
    std::vector<std::uint32_t> c(m * n);
    const Hash seed = Random().fixed<Hash>();
    multiply_rows(low, low, n, k, 0, m, c);
    CHECK(c[0] == 16384u * kMaxGemmDepth);
    CHECK_FALSE(check_product(low, low, c, m, n, k, seed).has_value());
    multiply_rows(low, high, n, k, 0, m, c);
    CHECK(static_cast<std::int32_t>(c[0]) == -16256 * static_cast<std::int32_t>(kMaxGemmDepth));
    CHECK_FALSE(check_product(low, high, c, m, n, k, seed).has_value());
    c.back() = 0x80000000u;
    CHECK(check_product(low, high, c, m, n, k, seed).has_value());
}

TEST_CASE("F19: who knows the seed before it delivers gets a wrong product through; drawn afterwards, it shows") {
    Random random;
    INFO("seed " << assay::test::seed());
    const Product p(random, 32, 32, 16);
    const Hash known = random.fixed<Hash>();
    // The first two numbers of the vector, and small d0, d1 with d0·r0 + d1·r1 = 0 mod p, by Euclid on p and r1/r0.
    ChaChaKey key{};
    for (std::size_t i = 0; i < 32; ++i) key.w[i / 4] |= std::uint32_t{known.bytes[i]} << (8 * (i % 4));
    std::uint32_t words[16];
    chacha8_block(key, 0, 0, words);
    constexpr std::uint64_t kP = kFreivaldsPrime;
    const std::uint64_t r0 = (words[0] | std::uint64_t{words[1]} << 32) & kP;
    const std::uint64_t r1 = (words[2] | std::uint64_t{words[3]} << 32) & kP;
    const auto times = [](std::uint64_t x, std::uint64_t y) { return static_cast<std::uint64_t>(u128{x} * y % kP); };
    std::uint64_t inverse = 1;  // r0^(p - 2)
    for (int bit = 60; bit >= 0; --bit) {
        inverse = times(inverse, inverse);
        if (((kP - 2) >> bit & 1) != 0) inverse = times(inverse, r0);
    }
    REQUIRE(times(inverse, r0) == 1);
    std::int64_t before = static_cast<std::int64_t>(kP), d0 = static_cast<std::int64_t>(times(r1, inverse));
    std::int64_t s_before = 0, s = 1;  // d0 = s · r1/r0 mod p, all along
    while (d0 >= std::int64_t{1} << 31) {
        const std::int64_t q = before / d0;
        before = std::exchange(d0, before - q * d0);
        s_before = std::exchange(s, s_before - q * s);
    }
    REQUIRE(d0 > 0);
    REQUIRE(std::abs(s) < std::int64_t{1} << 31);
    // Values that int32 has room for, off by d0 and -s.
    auto wrong = p.c;
    wrong[0] = static_cast<std::uint32_t>(p.at(0, 0) + d0);
    wrong[1] = static_cast<std::uint32_t>(p.at(0, 1) - s);
    const bool fits =
        static_cast<std::int32_t>(wrong[0]) == p.at(0, 0) + d0 && static_cast<std::int32_t>(wrong[1]) == p.at(0, 1) - s;
    REQUIRE(fits);
    CHECK_FALSE(p.check(wrong, known).has_value());  // through
    for (int i = 0; i < 1000; ++i) REQUIRE(p.check(wrong, random.fixed<Hash>()).has_value());
}
