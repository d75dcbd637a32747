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

const LanesParams kLanes{.lanes = 6, .steps = 96, .leaf_every = 16};  // 36 leaves
const WorkParams kOpened = kLanes;
constexpr std::uint64_t kSamples = 5;

Hash ctx_of(std::string_view provider) {
    return work_ctx("test", kOpened, sha256(as_bytes("task")), Epoch{1},
                    Address::from(sha256(as_bytes(provider)).view()), 0, sha256(as_bytes("beacon")));
}

WorkResult work_for(const Hash& ctx, const Fault& fault = {}) {
    CpuBackend cpu;
    return prove(kOpened, ctx, cpu, fault).value();
}

bool passes(const Hash& ctx, const Hash& root, const Hash& seed, const Opening& o) {
    const auto verdict = verify_opening(kOpened, ctx, root, seed, kSamples, o);
    return verdict.ok() && verdict->bad.empty();
}

Code refusal(const Hash& ctx, const Hash& root, const Hash& seed, const Opening& o) {
    const auto verdict = verify_opening(kOpened, ctx, root, seed, kSamples, o);
    return verdict.ok() ? Code::ok : verdict.error().code;
}

}  // namespace

TEST_CASE("honest work passes for any challenge") {
    test::Random random;
    INFO("seed " << test::seed());
    const Hash ctx = ctx_of("honest");
    const WorkResult work = work_for(ctx);
    for (int i = 0; i < 200; ++i) {
        const Hash seed = random.fixed<Hash>();
        const Opening opening = work.open(seed, kSamples).value();
        const auto verdict = verify_opening(kOpened, ctx, work.root(), seed, kSamples, opening);
        REQUIRE(verdict.ok());
        REQUIRE(verdict->bad.empty());
        REQUIRE(verdict->targets == sample_indices(seed, 36, kSamples));
        REQUIRE(borsh::decode<Opening>(borsh::encode(opening)).value() == opening);
    }
    const Opening all = work.open(Hash{}, 100).value();
    CHECK(all.leaves.size() == 36);
    CHECK(all.siblings.empty());
    CHECK(verify_opening(kOpened, ctx, work.root(), Hash{}, 100, all).value().targets.size() == 36);
}

TEST_CASE("a single changed bit anywhere is refused") {
    test::Random random;
    INFO("seed " << test::seed());
    for (int round = 0; round < 3; ++round) {
        const Hash ctx = ctx_of("bits" + std::to_string(round));
        const WorkResult work = work_for(ctx);
        const Hash root = work.root();
        const Hash seed = challenge_seed(random.fixed<Hash>(), root, ctx);
        const Opening opening = work.open(seed, kSamples).value();
        REQUIRE(passes(ctx, root, seed, opening));

        // Every bit of the opening as it travels.
        const Bytes raw = borsh::encode(opening);
        for (std::size_t bit = 0; bit < raw.size() * 8; ++bit) {
            Bytes changed = raw;
            changed[bit / 8] ^= static_cast<std::uint8_t>(1u << (bit % 8));
            const auto decoded = borsh::decode<Opening>(changed);
            REQUIRE((!decoded.ok() || !passes(ctx, root, seed, *decoded)));
        }
        // Every bit of what it is checked against. Another seed picks other leaves, unless the same come out.
        for (std::size_t bit = 0; bit < 256; ++bit) {
            Hash changed_ctx = ctx, changed_root = root, changed_seed = seed;
            changed_ctx.bytes[bit / 8] ^= static_cast<std::uint8_t>(1u << (bit % 8));
            changed_root.bytes[bit / 8] ^= static_cast<std::uint8_t>(1u << (bit % 8));
            changed_seed.bytes[bit / 8] ^= static_cast<std::uint8_t>(1u << (bit % 8));
            REQUIRE(!passes(changed_ctx, root, seed, opening));
            REQUIRE(refusal(ctx, changed_root, seed, opening) == Code::opening_root_mismatch);
            if (sample_indices(changed_seed, 36, kSamples) != sample_indices(seed, 36, kSamples))
                REQUIRE(!passes(ctx, root, changed_seed, opening));
        }
    }
}

TEST_CASE("each malformed opening has its own word and costs no recomputation") {
    const Hash ctx = ctx_of("malformed");
    const WorkResult work = work_for(ctx);
    const Hash root = work.root(), seed = sha256(as_bytes("seed"));
    const Opening good = work.open(seed, kSamples).value();
    REQUIRE(good.siblings.size() > 2);

    Opening o = good;
    o.leaves.pop_back();
    CHECK(refusal(ctx, root, seed, o) == Code::opening_leaf_count);
    o = good;
    o.leaves.push_back(o.leaves.back());  // a repeated leaf
    CHECK(refusal(ctx, root, seed, o) == Code::opening_leaf_count);
    o = good;
    o.leaves[1] = o.leaves[0];  // one repeated in another's place
    CHECK(refusal(ctx, root, seed, o) == Code::opening_root_mismatch);
    o = good;
    std::swap(o.leaves.front(), o.leaves.back());  // out of order
    CHECK(refusal(ctx, root, seed, o) == Code::opening_root_mismatch);
    o = good;
    o.siblings.pop_back();
    CHECK(refusal(ctx, root, seed, o) == Code::opening_sibling_count);
    o = good;
    o.siblings.push_back(o.siblings[0]);
    CHECK(refusal(ctx, root, seed, o) == Code::opening_sibling_count);
    o = good;
    std::swap(o.siblings[0], o.siblings[1]);
    CHECK(refusal(ctx, root, seed, o) == Code::opening_root_mismatch);
    CHECK(refusal(ctx, root, seed, Opening{}) == Code::opening_leaf_count);
    // The right answer to another question: leaves that were not asked for.
    const Opening other = work.open(sha256(as_bytes("another seed")), kSamples).value();
    CHECK(!passes(ctx, root, seed, other));
}

TEST_CASE("an empty sample is never a pass") {
    const Hash ctx = ctx_of("empty");
    const WorkResult work = work_for(ctx);
    CHECK(verify_opening(kOpened, ctx, work.root(), Hash{}, 0, Opening{}).ok() == false);
    CHECK(verify_targets(kOpened, ctx, work.root(), {}, Opening{}).ok() == false);
    CHECK(work.open(Hash{}, 0).ok() == false);
    CHECK(work.open(std::vector<std::uint64_t>{}).ok() == false);
}

TEST_CASE("parameters that cannot be are refused before anything is computed") {
    const Opening o{.leaves = {Hash{}}, .siblings = {}};
    CHECK(verify_opening(WorkParams{LanesParams{0, 16, 16}}, {}, {}, {}, 1, o).error().code ==
          Code::field_out_of_range);
    // A sample larger than any opening is refused without drawing it.
    CHECK(verify_opening(WorkParams{LanesParams{std::uint64_t{1} << 40, 16, 16}}, {}, {}, {}, ~std::uint64_t{0}, o)
              .error()
              .code == Code::opening_leaf_count);
}

TEST_CASE("targets that repeat, descend or lie beyond the work are refused") {
    const Hash ctx = ctx_of("targets");
    const WorkResult work = work_for(ctx);
    for (const std::vector<std::uint64_t>& bad : {std::vector<std::uint64_t>{3, 3}, {5, 4}, {36}, {0, 1000}}) {
        CHECK(work.open(bad).ok() == false);
        CHECK(verify_targets(kOpened, ctx, work.root(), bad, Opening{}).error().code == Code::opening_index_missing);
    }
}

TEST_CASE("A3: a lane's first leaf comes from its start, so work under another ctx fails in every segment") {
    const Hash mine = ctx_of("mine"), theirs = ctx_of("theirs");
    const WorkResult stolen = work_for(theirs);
    const Hash seed = sha256(as_bytes("challenge"));
    const Opening opening = stolen.open(seed, kSamples).value();
    CHECK(passes(theirs, stolen.root(), seed, opening));
    const auto verdict = verify_opening(kOpened, mine, stolen.root(), seed, kSamples, opening);
    REQUIRE(verdict.ok());
    CHECK(verdict->bad == verdict->targets);
}

TEST_CASE("a wrong leaf that is in the tree is a verdict and no error") {
    const Hash ctx = ctx_of("wrong leaf");
    const WorkResult honest = work_for(ctx);
    std::vector<Hash> leaves(honest.leaves().begin(), honest.leaves().end());
    leaves[10].bytes[0] ^= 1;
    const WorkResult work(kOpened, ctx, leaves);
    const std::vector<std::uint64_t> targets{9, 10, 11, 12};
    const auto verdict = verify_targets(kOpened, ctx, work.root(), targets, work.open(targets).value());
    REQUIRE(verdict.ok());
    // Leaf 10 is not what leaf 9 leads to; leaf 11 is honest, but not what the altered leaf 10 leads to.
    CHECK(verdict->bad == std::vector<std::uint64_t>{10, 11});
    CHECK(verdict->targets == targets);
}
