// Ways of having a product's digests without the product: docs/security/gemm.md, each with the trick that fails.
#include <array>
#include <set>
#include <string>

#include "base/sha256.hpp"
#include "proofs/ctx.hpp"
#include "proofs/prover.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/random.hpp"

using namespace assay;
using namespace assay::proofs;

namespace {

using Elements = std::array<std::uint32_t, 1024>;
constexpr std::uint64_t kPrime = 2147483647;  // 2^31 - 1

/// 32 rows of a matrix as numbers.
using Rows = std::vector<std::vector<std::int32_t>>;
Rows rows_of(const ChaChaKey& key, std::uint64_t first, std::uint32_t count, std::uint32_t k) {
    Rows out(count, std::vector<std::int32_t>(k));
    for (std::uint32_t r = 0; r < count; ++r)
        for (std::uint32_t block = 0; block < k / 64; ++block) {
            std::uint32_t words[16];
            chacha8_block(key, first + r, block, words);
            for (std::uint32_t i = 0; i < 64; ++i)
                out[r][64 * block + i] = static_cast<std::int8_t>(words[i / 4] >> (8 * (i % 4)));
        }
    return out;
}

Elements product(const Rows& a, const Rows& b) {
    Elements c{};
    for (std::size_t i = 0; i < 32; ++i)
        for (std::size_t j = 0; j < 32; ++j)
            for (std::size_t k = 0; k < a[i].size(); ++k)
                c[32 * i + j] += static_cast<std::uint32_t>(a[i][k] * b[j][k]);
    return c;
}

Elements random_elements(test::Random& random) {
    Elements c;
    for (auto& x : c) x = static_cast<std::uint32_t>(static_cast<std::int32_t>(random.below(1 << 22)) - (1 << 21));
    return c;
}

std::uint64_t power(std::uint64_t x, std::uint64_t e) {
    std::uint64_t out = 1;
    for (; e > 0; e >>= 1, x = x * x % kPrime)
        if (e & 1) out = out * x % kPrime;
    return out;
}

std::size_t rank(std::vector<std::vector<std::uint64_t>> m) {
    std::size_t done = 0;
    for (std::size_t col = 0; col < m[0].size() && done < m.size(); ++col) {
        std::size_t pivot = done;
        while (pivot < m.size() && m[pivot][col] == 0) ++pivot;
        if (pivot == m.size()) continue;
        std::swap(m[pivot], m[done]);
        const std::uint64_t inverse = power(m[done][col], kPrime - 2);
        for (std::size_t r = done + 1; r < m.size(); ++r) {
            const std::uint64_t factor = kPrime - m[r][col] * inverse % kPrime;
            for (std::size_t c = col; c < m[0].size(); ++c) m[r][c] = (m[r][c] + factor * m[done][c]) % kPrime;
        }
        ++done;
    }
    return done;
}

/// Rank of what is left when each number is taken from a neighbour of it: small wherever fast transforms work.
std::size_t displacement_rank(const Rows& a, std::size_t down, std::size_t right, std::size_t right_of_it) {
    std::vector<std::vector<std::uint64_t>> d(a.size() - 1, std::vector<std::uint64_t>(a.size() - 1));
    for (std::size_t i = 0; i < d.size(); ++i)
        for (std::size_t j = 0; j < d.size(); ++j)
            d[i][j] = static_cast<std::uint64_t>(a[i + down][j + right] - a[i][j + right_of_it] + 1024) + kPrime - 1024;
    for (auto& row : d)
        for (auto& x : row) x %= kPrime;
    return rank(std::move(d));
}

Hash ctx_at(std::string_view chain, const WorkParams& p, std::string_view task, std::uint64_t epoch,
            std::string_view provider, std::uint32_t slot, std::string_view beacon) {
    return work_ctx(chain, p, sha256(as_bytes(task)), Epoch{epoch}, Address::from(sha256(as_bytes(provider)).view()),
                    slot, sha256(as_bytes(beacon)));
}

/// Sub-tiles of `words` that a verifier under `ctx` finds wrong, of all.
std::size_t wrong_under(const GemmParams& p, const Hash& ctx, std::vector<Hash> words) {
    const WorkResult work(p, ctx, std::move(words));
    const std::uint64_t all = sample_range(p);
    return verify_opening(p, ctx, work.root(), Hash{}, all, work.open(Hash{}, all).value()).value().bad.size();
}

std::vector<Hash> honest_words(const GemmParams& p, const Hash& ctx) {
    std::vector<Hash> out(leaf_count(p) * leaf_words(p));
    run_gemm(p, ctx, 0, p.m / kGemmTileSide, out);
    return out;
}

}  // namespace

TEST_CASE("F18: no structure of the matrices lets a transform do the work") {
    const GemmKeys keys = gemm_keys(sha256(as_bytes("structure")));
    for (const ChaChaKey& key : {keys.a, keys.b}) {
        const Rows a = rows_of(key, 32, 128, 128);
        std::vector<std::vector<std::uint64_t>> m(128, std::vector<std::uint64_t>(128));
        for (std::size_t i = 0; i < 128; ++i)
            for (std::size_t j = 0; j < 128; ++j)
                m[i][j] =
                    a[i][j] < 0 ? kPrime - static_cast<std::uint64_t>(-a[i][j]) : static_cast<std::uint64_t>(a[i][j]);
        CHECK(rank(m) == 128);                        // of low rank
        CHECK(displacement_rank(a, 1, 1, 0) == 127);  // Toeplitz: what is at (i+1, j+1) against (i, j)
        CHECK(displacement_rank(a, 1, 0, 1) == 127);  // Hankel: (i+1, j) against (i, j+1)
        CHECK(displacement_rank(a, 1, 0, 0) == 127);  // the same row again
        CHECK(displacement_rank(a, 0, 1, 0) == 127);  // the same column again
    }
    // The measure sees what it is for: numbers that depend on i + j alone.
    Rows hankel(128, std::vector<std::int32_t>(128));
    for (int i = 0; i < 128; ++i)
        for (int j = 0; j < 128; ++j) hankel[std::size_t(i)][std::size_t(j)] = (i + j) * (i + j) % 251 - 125;
    CHECK(displacement_rank(hankel, 1, 0, 1) == 0);

    // Every byte about as often: chi-square with 255 degrees of freedom, mean 255, deviation 22.6.
    for (const ChaChaKey& key : {keys.a, keys.b}) {
        std::array<double, 256> count{};
        for (const auto& row : rows_of(key, 0, 64, 16384))
            for (const std::int32_t x : row) ++count[static_cast<std::size_t>(x + 128)];
        double chi = 0;
        for (const double n : count) chi += (n - 4096) * (n - 4096) / 4096;
        CHECK(chi > 255 - 5 * 22.6);
        CHECK(chi < 255 + 5 * 22.6);
    }
}

TEST_CASE("a linear checksum does not stand for the product: the digest sees what sums of rows and columns do not") {
    test::Random random;
    INFO("seed " << test::seed());
    const GemmKeys keys = gemm_keys(random.fixed<Hash>());
    for (int round = 0; round < 2000; ++round) {
        const Elements c = random_elements(random);
        Elements other = c;  // every sum of a row or column, and so every sum of them, is the same
        const std::size_t r = random.below(31), s = r + 1 + random.below(31 - r), i = random.below(31),
                          j = i + 1 + random.below(31 - i);
        const auto by = static_cast<std::uint32_t>(1 + random.below(1000));
        other[32 * r + i] += by, other[32 * s + j] += by;
        other[32 * r + j] -= by, other[32 * s + i] -= by;
        REQUIRE(subtile_digest(keys, other) != subtile_digest(keys, c));
    }
}

TEST_CASE("the digest is no quadratic form: what gives it without the xor-shift does not give it with") {
    // Without the xor-shift the digest mod 2^32 needs, for 32 rows, only the K x K matrix sum of a·a^T and sums of
    // rows.
    const Hash ctx = sha256(as_bytes("quadratic"));
    const GemmKeys keys = gemm_keys(ctx);
    const Rows a = rows_of(keys.a, 0, 32, 128), b = rows_of(keys.b, 0, 32, 128);
    constexpr std::uint32_t g = 0x9E3779B1u;
    std::uint32_t cheap = 0;
    std::vector<std::uint32_t> gram(128 * 128);
    for (const auto& row : a)
        for (std::size_t k = 0; k < 128; ++k)
            for (std::size_t l = 0; l < 128; ++l) gram[128 * k + l] += static_cast<std::uint32_t>(row[k] * row[l]);
    for (std::size_t j = 0; j < 32; j += 2) {
        std::uint32_t both = 0;
        for (std::size_t k = 0; k < 128; ++k)
            for (std::size_t l = 0; l < 128; ++l)
                both += static_cast<std::uint32_t>(b[j][k] * b[j + 1][l]) * gram[128 * k + l];
        cheap += g * g * both;
        std::vector<std::uint32_t> left(128), right(128);  // rows weighted by the partner's keys
        for (std::size_t r = 0; r < 32; ++r) {
            cheap += keys.digest[32 * r + j] * keys.digest[32 * r + j + 1];
            for (std::size_t k = 0; k < 128; ++k) {
                left[k] += keys.digest[32 * r + j + 1] * static_cast<std::uint32_t>(a[r][k]);
                right[k] += keys.digest[32 * r + j] * static_cast<std::uint32_t>(a[r][k]);
            }
        }
        for (std::size_t k = 0; k < 128; ++k)
            cheap += g * (left[k] * static_cast<std::uint32_t>(b[j][k]) +
                          right[k] * static_cast<std::uint32_t>(b[j + 1][k]));
    }
    const Elements c = product(a, b);
    std::uint32_t weak = 0;
    for (std::size_t i = 0; i < 1024; i += 2) weak += (c[i] * g + keys.digest[i]) * (c[i + 1] * g + keys.digest[i + 1]);
    CHECK(cheap == weak);  // the trick works on the weak digest, with no element of C
    const GemmParams p{256, 256, 128};
    CHECK(subtile_digest(keys, c) == subtile_of(p, keys, {0, 0}));
    CHECK(static_cast<std::uint32_t>(subtile_digest(keys, c)) != cheap);
}

TEST_CASE("an element that is wrong in any bit, anywhere, changes the digest") {
    test::Random random;
    INFO("seed " << test::seed());
    const GemmKeys keys = gemm_keys(random.fixed<Hash>());
    const Elements c = random_elements(random);
    const std::uint64_t right = subtile_digest(keys, c);
    for (std::size_t i = 0; i < 1024; ++i)
        for (int bit = 0; bit < 32; ++bit) {
            Elements other = c;
            other[i] ^= std::uint32_t{1} << bit;
            REQUIRE(subtile_digest(keys, other) != right);
        }
}

TEST_CASE("a product known in part gives no digest: shorter rows, low bits, high bits, all but one element") {
    const Hash ctx = sha256(as_bytes("partial"));
    const GemmKeys keys = gemm_keys(ctx);
    const GemmParams p{256, 256, 1024};
    const Rows a = rows_of(keys.a, 64, 32, p.k), b = rows_of(keys.b, 96, 32, p.k);
    const Elements c = product(a, b);
    const std::uint64_t right = subtile_of(p, keys, {2, 3});
    REQUIRE(subtile_digest(keys, c) == right);
    const auto differs = [&](const Elements& other) { return subtile_digest(keys, other) != right; };
    for (const std::uint32_t k : {128u, 512u, 896u, 1023u}) {  // work saved in proportion, and nothing had
        Rows less_a = a, less_b = b;
        for (auto& row : less_a) row.resize(k);
        for (auto& row : less_b) row.resize(k);
        CHECK(differs(product(less_a, less_b)));
    }
    for (int bits = 1; bits < 32; ++bits) {
        Elements low = c, high = c;
        for (auto& x : low) x &= (std::uint32_t{1} << bits) - 1;      // sums modulo 2^bits
        for (auto& x : high) x &= ~((std::uint32_t{1} << bits) - 1);  // rounded sums
        CHECK(differs(low) == (low != c));
        CHECK(differs(high));
        // Nor do the digest's own low bits follow from low bits of the elements.
        if (bits <= 16)
            CHECK(static_cast<std::uint16_t>(subtile_digest(keys, low)) != static_cast<std::uint16_t>(right));
    }
    for (const std::int32_t levels : {2, 16}) {  // numbers of fewer bits, whose products a card does faster
        Rows coarse_a = a, coarse_b = b;
        for (auto* rows : {&coarse_a, &coarse_b})
            for (auto& row : *rows)
                for (auto& x : row) x = x / levels * levels;
        CHECK(differs(product(coarse_a, coarse_b)));
    }
    for (std::size_t i = 0; i < 1024; i += 31) {
        Elements guess = c;
        guess[i] = 0;  // the likeliest value of all
        CHECK(differs(guess) == (c[i] != 0));
    }
}

TEST_CASE("a transposed, mirrored or shifted product has other digests") {
    const Hash ctx = sha256(as_bytes("transposed"));
    const GemmKeys keys = gemm_keys(ctx);
    const GemmParams p{512, 512, 128};
    const auto words = honest_words(p, ctx);
    REQUIRE(wrong_under(p, ctx, words) == 0);
    const std::uint64_t all = sample_range(p);

    std::vector<Hash> by_columns(words.size()), swapped(words.size()), mirrored(words.size()), shifted(words.size());
    for (std::uint64_t i = 0; i < all; ++i) {
        const SubtilePlace at = subtile_place(p.n, i);
        const auto leaf = [&](std::vector<Hash>& w) { return std::span(w).subspan(i / 16 * 4, 4); };
        const auto digest_at = [&](std::uint64_t row, std::uint64_t col) {
            const std::uint64_t from = subtile_index(p.n, {row, col});
            return read_digest(std::span(words).subspan(from / 16 * 4, 4), from % 16);
        };
        write_digest(leaf(by_columns), i % 16, digest_at(at.col, at.row));  // sub-tiles in the order of columns
        write_digest(leaf(mirrored), i % 16, digest_at(at.row, p.n / 32 - 1 - at.col));
        write_digest(leaf(shifted), i % 16, digest_at(at.row, (at.col + 1) % (p.n / 32)));
        // B · A^T, which is the transposed matrix, as whoever takes the matrices the wrong way round has it.
        const Elements c = product(rows_of(keys.b, 32 * at.row, 32, p.k), rows_of(keys.a, 32 * at.col, 32, p.k));
        write_digest(leaf(swapped), i % 16, subtile_digest(keys, c));
    }
    CHECK(wrong_under(p, ctx, by_columns) == all - p.n / 32);  // the diagonal stays where it is
    CHECK(wrong_under(p, ctx, mirrored) == all);
    CHECK(wrong_under(p, ctx, shifted) == all);
    CHECK(wrong_under(p, ctx, swapped) == all);

    // Within a sub-tile: elements carry the keys of their places.
    const Elements c = product(rows_of(keys.a, 0, 32, p.k), rows_of(keys.b, 0, 32, p.k));
    Elements turned, neighbours, rows;
    for (std::size_t i = 0; i < 32; ++i)
        for (std::size_t j = 0; j < 32; ++j) {
            turned[32 * i + j] = c[32 * j + i];
            neighbours[32 * i + j] = c[32 * i + (j ^ 1)];
            rows[32 * i + j] = c[32 * (31 - i) + j];
        }
    for (const Elements& other : {turned, neighbours, rows})
        CHECK(subtile_digest(keys, other) != subtile_digest(keys, c));
}

TEST_CASE("no two sub-tiles of a product have the same digest, so none stands for another") {
    const GemmParams p{1024, 2048, 128};
    const auto words = honest_words(p, sha256(as_bytes("distinct")));
    std::set<std::uint64_t> digests;
    for (std::uint64_t i = 0; i < sample_range(p); ++i)
        digests.insert(read_digest(std::span(words).subspan(i / 16 * 4, 4), i % 16));
    CHECK(digests.size() == sample_range(p));
}

TEST_CASE("A3, F20: a product made for another chain, task, epoch, provider, slot, beacon or size fails everywhere") {
    const GemmParams p{256, 256, 256};
    const auto with = [&](std::string_view chain, const GemmParams& sizes, std::string_view task, std::uint64_t epoch,
                          std::string_view provider, std::uint32_t slot, std::string_view beacon) {
        return ctx_at(chain, WorkParams{sizes}, task, epoch, provider, slot, beacon);
    };
    const Hash mine = with("c", p, "t", 1, "p", 0, "b");
    REQUIRE(wrong_under(p, mine, honest_words(p, mine)) == 0);
    for (const Hash& other :
         {with("d", p, "t", 1, "p", 0, "b"), with("c", {512, 256, 256}, "t", 1, "p", 0, "b"),
          with("c", {256, 512, 256}, "t", 1, "p", 0, "b"), with("c", {256, 256, 128}, "t", 1, "p", 0, "b"),
          with("c", p, "u", 1, "p", 0, "b"), with("c", p, "t", 2, "p", 0, "b"), with("c", p, "t", 1, "q", 0, "b"),
          with("c", p, "t", 1, "p", 1, "b"), with("c", p, "t", 1, "p", 0, "x")}) {
        CHECK(other != mine);
        CHECK(wrong_under(p, mine, honest_words(p, other)) == sample_range(p));
    }
    // Nor do two kinds share a ctx.
    CHECK(ctx_at("c", WorkParams{LanesParams{256, 256, 256}}, "t", 1, "p", 0, "b") != mine);
    // A, B and the digest have keys of their own: a row of A is no row of B.
    const GemmKeys keys = gemm_keys(mine);
    CHECK(rows_of(keys.a, 0, 1, 128) != rows_of(keys.b, 0, 1, 128));
    CHECK(rows_of(keys.a, 0, 1, 128) != rows_of(keys.a, 1, 1, 128));
    CHECK(rows_of(keys.a, 0, 1, 128) != rows_of(keys.a, std::uint64_t{1} << 32, 1, 128));
}
