#include "base/sha256.hpp"
#include "proofs/ctx.hpp"
#include "proofs/prover.hpp"
#include "proofs/sample.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/random.hpp"

using namespace assay;
using namespace assay::proofs;

namespace {

const VramParams kWalk{.items = 512, .lanes = 8, .steps = 1024, .leaf_every = 16};  // 512 leaves, 64 a lane
const WorkParams kWalkWork = kWalk;
constexpr std::uint64_t kWalkSamples = 4;

Hash walk_ctx(std::string_view provider) {
    return work_ctx("test", kWalkWork, sha256(as_bytes("task")), Epoch{1},
                    Address::from(sha256(as_bytes(provider)).view()), 0, sha256(as_bytes("beacon")));
}

WorkResult walk_of(const Hash& ctx) {
    CpuBackend cpu;
    return prove(kWalkWork, ctx, cpu).value();
}

bool walk_passes(const Hash& ctx, const Hash& root, const Hash& seed, const Opening& o) {
    const auto verdict = verify_opening(kWalkWork, ctx, root, seed, kWalkSamples, o);
    return verdict.ok() && verdict->bad.empty();
}

}  // namespace

TEST_CASE("an honest walk passes for any challenge") {
    test::Random random;
    INFO("seed " << test::seed());
    const Hash ctx = walk_ctx("honest");
    const WorkResult work = walk_of(ctx);
    for (int i = 0; i < 100; ++i) {
        const Hash seed = random.fixed<Hash>();
        const Opening opening = work.open(seed, kWalkSamples).value();
        const auto verdict = verify_opening(kWalkWork, ctx, work.root(), seed, kWalkSamples, opening);
        REQUIRE(verdict.ok());
        REQUIRE(verdict->bad.empty());
        REQUIRE(verdict->targets == sample_indices(seed, 512, kWalkSamples));
        REQUIRE(borsh::decode<Opening>(borsh::encode(opening)).value() == opening);
    }
    const Opening all = work.open(Hash{}, 1000).value();
    CHECK(all.leaves.size() == 512);
    CHECK(all.siblings.empty());
    CHECK(verify_opening(kWalkWork, ctx, work.root(), Hash{}, 1000, all).value().bad.empty());
}

TEST_CASE("a single changed bit in a walk's opening, or in what it is checked against, is refused") {
    test::Random random;
    INFO("seed " << test::seed());
    const Hash ctx = walk_ctx("bits");
    const WorkResult work = walk_of(ctx);
    const Hash root = work.root(), seed = challenge_seed(random.fixed<Hash>(), root, ctx);
    const Opening opening = work.open(seed, kWalkSamples).value();
    REQUIRE(walk_passes(ctx, root, seed, opening));
    const Bytes raw = borsh::encode(opening);
    for (std::size_t bit = 0; bit < raw.size() * 8; ++bit) {
        Bytes changed = raw;
        changed[bit / 8] ^= static_cast<std::uint8_t>(1u << (bit % 8));
        const auto decoded = borsh::decode<Opening>(changed);
        REQUIRE((!decoded.ok() || !walk_passes(ctx, root, seed, *decoded)));
    }
    for (std::size_t bit = 0; bit < 256; ++bit) {
        Hash other_ctx = ctx, other_root = root, other_seed = seed;
        other_ctx.bytes[bit / 8] ^= static_cast<std::uint8_t>(1u << (bit % 8));
        other_root.bytes[bit / 8] ^= static_cast<std::uint8_t>(1u << (bit % 8));
        other_seed.bytes[bit / 8] ^= static_cast<std::uint8_t>(1u << (bit % 8));
        const auto verdict = verify_opening(kWalkWork, other_ctx, root, seed, kWalkSamples, opening);
        REQUIRE(verdict.ok());
        REQUIRE(verdict->bad == verdict->targets);  // no item of the memory is the same
        REQUIRE(verify_opening(kWalkWork, ctx, other_root, seed, kWalkSamples, opening).error().code ==
                Code::opening_root_mismatch);
        if (sample_indices(other_seed, 512, kWalkSamples) != sample_indices(seed, 512, kWalkSamples))
            REQUIRE(!walk_passes(ctx, root, other_seed, opening));
    }
}

TEST_CASE("F20: a walk of other sizes with as many leaves fails, even where ctx did not bind the sizes") {
    const Hash ctx = walk_ctx("sizes");
    const WorkResult work = walk_of(ctx);
    const Hash root = work.root(), seed = sha256(as_bytes("challenge"));
    const Opening opening = work.open(seed, 32).value();
    std::vector<VramParams> others(7, kWalk);
    others[0].items = 511;
    others[1].lanes = 4, others[1].steps = 2048;
    others[2].leaf_every = 32, others[2].steps = 2048;
    others[3].windows = 2, others[3].stay = 1;
    others[4].windows = 2, others[4].stay = 2;
    others[5].items = 500;
    others[6].lanes = 16, others[6].items = 1024;  // as many leaves in a tree of another count: malformed
    for (const VramParams& other : others) {
        INFO(other.items << " items, " << other.lanes << " lanes, " << other.windows << " windows");
        REQUIRE(validate(other).ok());
        CHECK(work_ctx("test", WorkParams{other}, Hash{}, Epoch{1}, Address{}, 0, Hash{}) !=
              work_ctx("test", kWalkWork, Hash{}, Epoch{1}, Address{}, 0, Hash{}));
        const auto verdict = verify_opening(WorkParams{other}, ctx, root, seed, 32, opening);
        if (leaf_count(other) != leaf_count(kWalk)) {
            CHECK(!verdict.ok());
        } else if (verdict.ok()) {
            // Sixteen reads within another window, or of another number of items, cannot all be the same.
            const bool lanes_moved = other.steps != kWalk.steps;
            CHECK(verdict->bad.size() >= (lanes_moved ? 25u : 28u));
        } else {
            CHECK(verdict.error().code == Code::opening_leaf_count);  // other lanes begin elsewhere
        }
    }
}

TEST_CASE("each malformed opening of a walk has its own word") {
    const Hash ctx = walk_ctx("malformed");
    const WorkResult work = walk_of(ctx);
    const Hash root = work.root();
    const std::vector<std::uint64_t> targets{0, 3, 4, 64, 200};  // two firsts of lanes, two neighbours
    const Opening good = work.open(targets).value();
    REQUIRE(good.leaves.size() == 7);
    const auto says = [&](const Opening& o) {
        const auto verdict = verify_targets(kWalkWork, ctx, root, targets, o);
        return verdict.ok() ? Code::ok : verdict.error().code;
    };
    CHECK(says(good) == Code::ok);
    Opening o = good;
    o.leaves.pop_back();
    CHECK(says(o) == Code::opening_leaf_count);
    o = good;
    o.leaves.push_back(Hash{});
    CHECK(says(o) == Code::opening_leaf_count);
    o = good;
    o.leaves.insert(o.leaves.begin(), o.leaves[0]);
    CHECK(says(o) == Code::opening_leaf_count);
    o = good;
    std::swap(o.leaves[0], o.leaves[1]);
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
    for (const std::vector<std::uint64_t>& bad : {std::vector<std::uint64_t>{3, 3}, {5, 4}, {512}})
        CHECK(verify_targets(kWalkWork, ctx, root, bad, good).error().code == Code::opening_index_missing);
    CHECK(verify_opening(kWalkWork, ctx, root, Hash{}, 0, good).error().code == Code::field_out_of_range);
    VramParams small = kWalk;
    small.steps = 512;
    CHECK(verify_opening(WorkParams{small}, ctx, root, Hash{}, 1, good).error().code == Code::field_out_of_range);
    // A sample larger than the opening could hold is refused without drawing it.
    const WorkParams vast = VramParams{.items = kMaxVramItems, .lanes = 1 << 20, .steps = 1 << 24};
    CHECK(verify_opening(vast, ctx, root, Hash{}, ~std::uint64_t{0}, good).error().code == Code::opening_leaf_count);
}

TEST_CASE("a wrong leaf of a walk blames itself and the leaf after it, and no other") {
    const Hash ctx = walk_ctx("wrong leaf");
    const WorkResult honest = walk_of(ctx);
    std::vector<Hash> leaves(honest.leaves().begin(), honest.leaves().end());
    leaves[100].bytes[17] ^= 1;
    leaves[191].bytes[0] ^= 128;  // a lane's last
    const WorkResult work(kWalkWork, ctx, leaves);
    const std::vector<std::uint64_t> targets{99, 100, 101, 102, 190, 191, 192};
    const auto verdict = verify_targets(kWalkWork, ctx, work.root(), targets, work.open(targets).value());
    REQUIRE(verdict.ok());
    CHECK(verdict->bad == std::vector<std::uint64_t>{100, 101, 191});
}
