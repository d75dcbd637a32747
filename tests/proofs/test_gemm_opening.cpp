#include <string>

#include "base/sha256.hpp"
#include "proofs/ctx.hpp"
#include "proofs/prover.hpp"
#include "proofs/sample.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/random.hpp"

using namespace assay;
using namespace assay::proofs;

namespace {

const GemmParams kProduct{.m = 256, .n = 512, .k = 128};  // 8 leaves, 128 sub-tiles
const WorkParams kProductWork = kProduct;
constexpr std::uint64_t kProductSamples = 5;

Hash product_ctx(std::string_view provider) {
    return work_ctx("test", kProductWork, sha256(as_bytes("task")), Epoch{1},
                    Address::from(sha256(as_bytes(provider)).view()), 0, sha256(as_bytes("beacon")));
}

WorkResult product_of(const Hash& ctx) {
    CpuBackend cpu;
    return prove(kProductWork, ctx, cpu).value();
}

Code product_refusal(const Hash& ctx, const Hash& root, const Hash& seed, const Opening& o) {
    const auto verdict = verify_opening(kProductWork, ctx, root, seed, kProductSamples, o);
    return verdict.ok() ? Code::ok : verdict.error().code;
}

bool product_passes(const Hash& ctx, const Hash& root, const Hash& seed, const Opening& o) {
    const auto verdict = verify_opening(kProductWork, ctx, root, seed, kProductSamples, o);
    return verdict.ok() && verdict->bad.empty();
}

}  // namespace

TEST_CASE("an honest product passes for any challenge") {
    test::Random random;
    INFO("seed " << test::seed());
    const Hash ctx = product_ctx("honest");
    const WorkResult work = product_of(ctx);
    for (int i = 0; i < 200; ++i) {
        const Hash seed = random.fixed<Hash>();
        const Opening opening = work.open(seed, kProductSamples).value();
        const auto verdict = verify_opening(kProductWork, ctx, work.root(), seed, kProductSamples, opening);
        REQUIRE(verdict.ok());
        REQUIRE(verdict->bad.empty());
        REQUIRE(verdict->targets == sample_indices(seed, 128, kProductSamples));
        REQUIRE(opening.leaves.size() == 4 * needed_leaves(kProductWork, verdict->targets).size());
        REQUIRE(borsh::decode<Opening>(borsh::encode(opening)).value() == opening);
    }
    const Opening all = work.open(Hash{}, 1000).value();
    CHECK(all.leaves.size() == 8 * 4);
    CHECK(all.siblings.empty());
    CHECK(verify_opening(kProductWork, ctx, work.root(), Hash{}, 1000, all).value().targets.size() == 128);
    CHECK(verify_opening(kProductWork, ctx, work.root(), Hash{}, 1000, all).value().bad.empty());
}

TEST_CASE("a single changed bit in a product's opening, or in what it is checked against, is refused") {
    test::Random random;
    INFO("seed " << test::seed());
    const Hash ctx = product_ctx("bits");
    const WorkResult work = product_of(ctx);
    const Hash root = work.root(), seed = challenge_seed(random.fixed<Hash>(), root, ctx);
    const Opening opening = work.open(seed, kProductSamples).value();
    REQUIRE(product_passes(ctx, root, seed, opening));
    const Bytes raw = borsh::encode(opening);
    for (std::size_t bit = 0; bit < raw.size() * 8; ++bit) {
        Bytes changed = raw;
        changed[bit / 8] ^= static_cast<std::uint8_t>(1u << (bit % 8));
        const auto decoded = borsh::decode<Opening>(changed);
        REQUIRE((!decoded.ok() || !product_passes(ctx, root, seed, *decoded)));
    }
    for (std::size_t bit = 0; bit < 256; ++bit) {
        Hash other_ctx = ctx, other_root = root, other_seed = seed;
        other_ctx.bytes[bit / 8] ^= static_cast<std::uint8_t>(1u << (bit % 8));
        other_root.bytes[bit / 8] ^= static_cast<std::uint8_t>(1u << (bit % 8));
        other_seed.bytes[bit / 8] ^= static_cast<std::uint8_t>(1u << (bit % 8));
        const auto verdict = verify_opening(kProductWork, other_ctx, root, seed, kProductSamples, opening);
        REQUIRE(verdict.ok());
        REQUIRE(verdict->bad == verdict->targets);  // no row of the product is the same
        REQUIRE(product_refusal(ctx, other_root, seed, opening) == Code::opening_root_mismatch);
        // Another seed picks other sub-tiles; where these lie in the same leaves the opening serves it too.
        const auto leaves_for = [](const Hash& from) {
            return needed_leaves(kProductWork, sample_indices(from, 128, kProductSamples));
        };
        if (leaves_for(other_seed) != leaves_for(seed)) REQUIRE(!product_passes(ctx, root, other_seed, opening));
    }
    // Other sizes with the same count of leaves. Even where ctx did not bind them (it does), only what lies at the same
    // place of rows of the same length is right.
    for (const GemmParams& other : {GemmParams{512, 256, 128}, GemmParams{256, 512, 256}}) {
        const auto verdict = verify_opening(WorkParams{other}, ctx, root, seed, kProductSamples, opening);
        REQUIRE(verdict.ok());
        std::vector<std::uint64_t> expected;
        for (const std::uint64_t t : verdict->targets) {
            const SubtilePlace here = subtile_place(kProduct.n, t), there = subtile_place(other.n, t);
            if (other.k != kProduct.k || here.row != there.row || here.col != there.col) expected.push_back(t);
        }
        CHECK(verdict->bad == expected);
        CHECK(!expected.empty());
    }
}

TEST_CASE("each malformed opening of a product has its own word") {
    const Hash ctx = product_ctx("malformed");
    const WorkResult work = product_of(ctx);
    const Hash root = work.root();
    // Two targets in one leaf and one in another: leaves are fewer than targets.
    const std::vector<std::uint64_t> targets{3, 9, 70};
    const Opening good = work.open(targets).value();
    REQUIRE(good.leaves.size() == 2 * 4);
    REQUIRE(good.siblings.size() >= 2);
    const auto says = [&](const Opening& o) {
        const auto verdict = verify_targets(kProductWork, ctx, root, targets, o);
        return verdict.ok() ? Code::ok : verdict.error().code;
    };
    CHECK(says(good) == Code::ok);
    Opening o = good;
    o.leaves.pop_back();  // a leaf with three of its four words
    CHECK(says(o) == Code::opening_leaf_count);
    o = good;
    o.leaves.resize(4);
    CHECK(says(o) == Code::opening_leaf_count);
    o = good;
    o.leaves.push_back(Hash{});
    CHECK(says(o) == Code::opening_leaf_count);
    o = good;
    o.leaves.insert(o.leaves.end(), good.leaves.begin(), good.leaves.begin() + 4);  // a leaf twice
    CHECK(says(o) == Code::opening_leaf_count);
    o = good;
    std::swap_ranges(o.leaves.begin(), o.leaves.begin() + 4, o.leaves.begin() + 4);  // leaves out of order
    CHECK(says(o) == Code::opening_root_mismatch);
    o = good;
    std::swap(o.leaves[0], o.leaves[1]);  // words of one leaf out of order
    CHECK(says(o) == Code::opening_root_mismatch);
    o = good;
    o.siblings.pop_back();
    CHECK(says(o) == Code::opening_sibling_count);
    o = good;
    o.siblings.push_back(Hash{});
    CHECK(says(o) == Code::opening_sibling_count);
    o = good;
    std::swap(o.siblings[0], o.siblings[1]);
    CHECK(says(o) == Code::opening_root_mismatch);
    CHECK(says(Opening{}) == Code::opening_leaf_count);
    // An inner node offered as a leaf: its 64 bytes are no leaf, and a leaf of 128 bytes hashes with another prefix.
    o = good;
    o.leaves[0] = merkle_node(o.siblings[0], o.siblings[1]);
    CHECK(says(o) == Code::opening_root_mismatch);
    for (const std::vector<std::uint64_t>& bad : {std::vector<std::uint64_t>{3, 3}, {5, 4}, {128}, {0, 1000}})
        CHECK(verify_targets(kProductWork, ctx, root, bad, good).error().code == Code::opening_index_missing);
    CHECK(verify_targets(kProductWork, ctx, root, {}, good).error().code == Code::field_out_of_range);
    // A sample larger than the opening could hold is refused without drawing it.
    const WorkParams vast = GemmParams{std::uint64_t{1} << 27, std::uint64_t{1} << 27, 128};
    CHECK(verify_opening(vast, ctx, root, Hash{}, ~std::uint64_t{0}, good).error().code == Code::opening_leaf_count);
    CHECK(verify_opening(vast, ctx, root, Hash{}, 33, good).error().code == Code::opening_leaf_count);
    CHECK(verify_opening(WorkParams{GemmParams{256, 256, 100}}, ctx, root, Hash{}, 1, good).error().code ==
          Code::field_out_of_range);
}

TEST_CASE("a wrong digest that is in the tree is a verdict and no error, and its neighbours are not blamed") {
    const Hash ctx = product_ctx("wrong digest");
    const WorkResult honest = product_of(ctx);
    std::vector<Hash> words(honest.leaves().begin(), honest.leaves().end());
    words[4 * 3 + 1].bytes[17] ^= 1;  // leaf 3, digest 6
    const WorkResult work(kProductWork, ctx, words);
    const std::vector<std::uint64_t> targets{3 * 16 + 5, 3 * 16 + 6, 3 * 16 + 7, 100};
    const auto verdict = verify_targets(kProductWork, ctx, work.root(), targets, work.open(targets).value());
    REQUIRE(verdict.ok());
    CHECK(verdict->bad == std::vector<std::uint64_t>{3 * 16 + 6});
    CHECK(verdict->targets == targets);
}
