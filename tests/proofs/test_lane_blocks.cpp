#include <algorithm>
#include <numeric>
#include <set>

#include "base/sha256.hpp"
#include "proofs/merkle_step.hpp"
#include "proofs/prover.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/random.hpp"

using namespace assay;
using namespace assay::proofs;

namespace {

static_assert(sizeof(HashPlace) == sizeof(Hash));

Hash bytes_of(const std::uint32_t words[8]) {
    Hash out;
    HashPlace place;
    merkle_detail::store(words, place);
    std::memcpy(out.data(), place.w, 32);
    return out;
}

std::vector<std::uint64_t> some_indices(test::Random& random, std::uint64_t n, std::uint64_t most) {
    std::set<std::uint64_t> chosen;
    for (std::uint64_t i = 0; i < most; ++i) chosen.insert(random.below(n));
    return {chosen.begin(), chosen.end()};
}

std::vector<Hash> hashes_of(std::span<const Hash> words) {
    std::vector<Hash> out;
    for (const Hash& w : words) out.push_back(merkle_leaf(w.view()));
    return out;
}

/// What a device does with a step: every thread in an order of its own.
struct AnyOrder {
    test::Random& random;
    template <class Step>
    int operator()(std::uint64_t count, const Step& step) const {
        std::vector<std::uint64_t> order(count);
        std::iota(order.begin(), order.end(), 0);
        for (std::uint64_t i = count; i > 1; --i) std::swap(order[i - 1], order[random.below(i)]);
        for (const std::uint64_t i : order) step(i);
        return 0;
    }
};

}  // namespace

TEST_CASE("a device's leaf and node are those of RFC 6962") {
    test::Random random;
    INFO("seed " << test::seed());
    for (int round = 0; round < 200; ++round) {
        const Hash a = random.fixed<Hash>(), b = random.fixed<Hash>();
        HashPlace at_a, at_b;
        std::memcpy(at_a.w, a.data(), 32);
        std::memcpy(at_b.w, b.data(), 32);
        std::uint32_t left[8], right[8], out[8];
        merkle_detail::load(at_a, left);
        merkle_detail::load(at_b, right);
        merkle_leaf_words(left, out);
        CHECK(bytes_of(out) == merkle_leaf(a.view()));
        merkle_node_words(left, right, out);
        CHECK(bytes_of(out) == merkle_node(a, b));
        merkle_node_words(left, right, left);
        CHECK(bytes_of(left) == merkle_node(a, b));
    }
}

TEST_CASE("a device's reduction of 1 to 300 leaves gives the tree's nodes, whatever the order of its threads") {
    test::Random random;
    INFO("seed " << test::seed());
    std::vector<Hash> words;
    for (std::uint64_t n = 1; n <= 300; ++n) {
        words.push_back(random.fixed<Hash>());
        const std::vector<Hash> hashes = hashes_of(words);
        const MerkleTree whole(hashes);
        for (const unsigned height : {0u, 1u, static_cast<unsigned>(random.below(8)), 9u}) {
            const std::uint64_t size = std::uint64_t{1} << height, blocks = (n + size - 1) / size;
            std::vector<HashPlace> places(n), roots(blocks), ends(n / size);
            std::memcpy(places.data(), words.data(), 32 * n);
            REQUIRE(reduce_blocks({places.data(), n, height, roots.data(), ends.data()}, AnyOrder{random}) == 0);
            std::vector<Hash> nodes(blocks);
            std::memcpy(static_cast<void*>(nodes.data()), roots.data(), 32 * blocks);
            INFO(n << " leaves in blocks of " << size);
            for (std::uint64_t b = 0; b < blocks; ++b)
                REQUIRE(nodes[b] ==
                        merkle_root_of_hashes(std::span(hashes).subspan(b * size, std::min(size, n - b * size))));
            for (std::uint64_t b = 0; b < n / size; ++b)
                REQUIRE(std::memcmp(ends[b].w, words[(b + 1) * size - 1].data(), 32) == 0);
            REQUIRE(MerkleTree(nodes).root() == whole.root());
        }
    }
}

TEST_CASE("a step that fails ends the reduction with its error") {
    HashPlace places[4] = {}, roots[2], ends[2];
    for (int fails = 0; fails < 4; ++fails) {
        int calls = 0;
        CHECK(reduce_blocks({places, 4, 1, roots, ends}, [&](std::uint64_t, const auto&) {
                  return calls++ == fails ? 700 + fails : 0;
              }) == 700 + fails);
        CHECK(calls == fails + 1);
    }
}

TEST_CASE("the upper levels and the opened blocks prove what the whole tree does") {
    test::Random random;
    INFO("seed " << test::seed());
    for (std::uint64_t n = 1; n <= 200; ++n) {
        std::vector<Hash> leaves(n);
        for (Hash& each : leaves) each = random.fixed<Hash>();
        const MerkleTree whole(leaves);
        for (const unsigned height : {0u, 1u, static_cast<unsigned>(random.below(7)), 8u}) {
            const std::uint64_t size = std::uint64_t{1} << height;
            std::vector<Hash> roots;
            for (std::uint64_t first = 0; first < n; first += size)
                roots.push_back(merkle_root_of_hashes(std::span(leaves).subspan(first, std::min(size, n - first))));
            const MerkleTree upper(roots);
            const auto indices = some_indices(random, n, 1 + random.below(std::min<std::uint64_t>(n, 12)));
            std::vector<MerkleTree> blocks;
            for (std::uint64_t first = 0; first < n; first += size)
                if (std::any_of(indices.begin(), indices.end(),
                                [&](std::uint64_t i) { return i / size == first / size; }))
                    blocks.emplace_back(
                        std::vector<Hash>(leaves.begin() + static_cast<std::ptrdiff_t>(first),
                                          leaves.begin() + static_cast<std::ptrdiff_t>(std::min(n, first + size))));
            INFO(n << " leaves in blocks of " << size);
            REQUIRE(upper.prove(indices, height, blocks) == whole.prove(indices));
        }
    }
}

TEST_CASE("lanes kept as blocks open like lanes kept whole") {
    test::Random random;
    INFO("seed " << test::seed());
    CpuBackend cpu;
    for (int round = 0; round < 60; ++round) {
        const LanesParams p{.lanes = 1 + random.below(40), .steps = 16 * (1 + random.below(20)), .leaf_every = 16};
        const std::uint64_t n = leaf_count(p), most = 1 + random.below(n);
        const Hash ctx = random.fixed<Hash>();
        const WorkResult whole = prove(p, ctx, cpu, {}, n).value(), kept = prove(p, ctx, cpu, {}, most).value();
        INFO(p.lanes << " lanes of " << segments_per_lane(p) << " leaves, at most " << most << " blocks");
        REQUIRE(whole.leaves().size() == n);
        REQUIRE(kept.leaves().size() == (most < n ? 0 : n));
        REQUIRE(kept.root() == whole.root());
        const auto targets = some_indices(random, n, 1 + random.below(10));
        REQUIRE(kept.open(targets).value() == whole.open(targets).value());
        const Hash seed = random.fixed<Hash>();
        REQUIRE(kept.open(seed, n).value() == whole.open(seed, n).value());
        REQUIRE(recheck(kept, seed, 32).ok());
    }
}

TEST_CASE("blocks are as small as their number allows") {
    for (const std::uint64_t lanes : {1, 2, 5, 64, 65, 1000})
        for (const std::uint64_t most : {1, 2, 3, 64, 100}) {
            const LanesParams p{.lanes = lanes, .steps = 48, .leaf_every = 16};
            const LaneBlocks kept = lane_blocks(p, most);
            const std::uint64_t n = 3 * lanes, size = std::uint64_t{1} << kept.height;
            CHECK(kept.roots.size() == (n + size - 1) / size);
            CHECK(kept.roots.size() <= most);
            CHECK((kept.height == 0 || (n + size / 2 - 1) / (size / 2) > most));
            CHECK(kept.ends.size() == kept.roots.size() - 1);
        }
    CHECK(lane_blocks({.lanes = std::uint64_t{1} << 39, .steps = 32, .leaf_every = 16}, kMostBlocks).height == 20);
}

TEST_CASE("F17: lanes kept as blocks that were computed wrongly are not opened") {
    /// A card that flips a bit of one leaf, or of one kept state, and goes on rightly.
    class Flips final : public Backend {
       public:
        std::string name() const override { return "flips"; }
        bool does(WorkKind kind) const override { return kind == WorkKind::lanes; }
        Status run_lanes(const LanesParams& p, const Hash& ctx, std::uint64_t first, std::span<Hash> leaves) override {
            ASSAY_TRY_VOID(cpu.run_lanes(p, ctx, first, leaves));
            const std::uint64_t at = first * segments_per_lane(p);
            if (!state && leaf >= at && leaf < at + leaves.size()) leaves[leaf - at].bytes[9] ^= 4;
            return {};
        }
        Status run_lane_blocks(const LanesParams& p, const Hash& ctx, LaneBlocks& blocks) override {
            ASSAY_TRY_VOID(Backend::run_lane_blocks(p, ctx, blocks));
            if (state && !blocks.ends.empty()) blocks.ends[0].bytes[9] ^= 4;
            return {};
        }
        Status run_gemm(const GemmParams&, const Hash&, std::span<Hash>) override { return {}; }
        Status run_vram(const VramParams&, const Hash&, std::span<Hash>) override { return {}; }
        CpuBackend cpu;
        std::uint64_t leaf = 0;
        bool state = false;
    } card;
    const LanesParams p{.lanes = 4, .steps = 128, .leaf_every = 16};  // 32 leaves
    card.leaf = 13;
    const WorkResult work = prove(p, Hash{}, card, {}, 8).value();  // blocks of four
    const Hash seed{};
    for (const std::uint64_t target : {0, 7, 9, 17, 31}) CHECK(work.open(std::vector{target}).ok());
    for (const std::uint64_t target : {12, 13, 14, 15}) {
        const auto refused = work.open(std::vector{target});
        REQUIRE(!refused.ok());
        CHECK(refused.error().code == Code::selftest_failed);
        CHECK(refused.error().message == "leaves 12 to 15, computed again, are not those of the committed root");
    }
    CHECK(recheck(work, seed, 32).error().code == Code::selftest_failed);
    CHECK(selftest(card, WorkKind::lanes).error().code == Code::selftest_failed);
    card.state = true;
    CHECK(selftest(card, WorkKind::lanes).error().message == "flips keeps a wrong leaf before block 1");
}
