// Each trick of docs/security/lanes.md, carried out.
#include <algorithm>
#include <set>

#include "base/sha256.hpp"
#include "proofs/ctx.hpp"
#include "proofs/prover.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/random.hpp"

using namespace assay;
using namespace assay::proofs;

namespace {

/// SHA-256 of a message of 55 bytes at most, with the first `rounds` of its 64 rounds: written from FIPS 180-4 anew.
Hash sha256_of_rounds(std::span<const std::uint8_t> message, int rounds) {
    std::uint8_t block[64] = {};
    std::copy(message.begin(), message.end(), block);
    block[message.size()] = 0x80;
    const std::uint64_t bits = 8 * message.size();
    for (int i = 0; i < 8; ++i) block[63 - i] = static_cast<std::uint8_t>(bits >> (8 * i));
    const auto turn = [](std::uint32_t x, int n) { return (x >> n) | (x << (32 - n)); };
    std::uint32_t w[64];
    for (int i = 0; i < 16; ++i)
        w[i] = std::uint32_t{block[4 * i]} << 24 | std::uint32_t{block[4 * i + 1]} << 16 |
               std::uint32_t{block[4 * i + 2]} << 8 | block[4 * i + 3];
    for (int i = 16; i < 64; ++i)
        w[i] = w[i - 16] + (turn(w[i - 15], 7) ^ turn(w[i - 15], 18) ^ (w[i - 15] >> 3)) + w[i - 7] +
               (turn(w[i - 2], 17) ^ turn(w[i - 2], 19) ^ (w[i - 2] >> 10));
    const std::uint32_t iv[8] = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                                 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
    std::uint32_t s[8];
    std::copy(iv, iv + 8, s);
    for (int i = 0; i < rounds; ++i) {
        const std::uint32_t t1 = s[7] + (turn(s[4], 6) ^ turn(s[4], 11) ^ turn(s[4], 25)) +
                                 ((s[4] & s[5]) ^ (~s[4] & s[6])) + sha256_core::round_constant(i) + w[i];
        const std::uint32_t t2 =
            (turn(s[0], 2) ^ turn(s[0], 13) ^ turn(s[0], 22)) + ((s[0] & s[1]) ^ (s[0] & s[2]) ^ (s[1] & s[2]));
        std::copy_backward(s, s + 7, s + 8);
        s[4] += t1;
        s[0] = t1 + t2;
    }
    Hash out;
    for (int i = 0; i < 32; ++i)
        out.bytes[static_cast<std::size_t>(i)] =
            static_cast<std::uint8_t>((s[i / 4] + iv[i / 4]) >> (24 - 8 * (i % 4)));
    return out;
}

/// One step as it is defined, with fewer rounds.
Hash step_of_rounds(const Hash& state, const Hash& tag, std::uint64_t step, int rounds) {
    std::uint8_t message[55];
    std::copy(state.bytes.begin(), state.bytes.end(), message);
    std::copy(tag.bytes.begin(), tag.bytes.begin() + 15, message + 32);
    for (int i = 0; i < 8; ++i) message[47 + i] = static_cast<std::uint8_t>(step >> (8 * i));
    return sha256_of_rounds(message, rounds);
}

/// The leaf of a segment of `steps` steps that begins at `from`.
Hash walked(const Hash& ctx, const Hash& from, std::uint64_t lane, std::uint64_t first, std::uint32_t steps) {
    LaneJob job = lane_start(ctx, lane);
    load_state(job, from);
    job.first = first;
    advance_lanes({&job, 1}, steps);
    return store_state(job);
}

std::vector<Hash> honest_leaves(const LanesParams& p, const Hash& ctx) {
    std::vector<Hash> out(leaf_count(p));
    run_lanes(p, ctx, 0, p.lanes, out);
    return out;
}

/// Leaves that are wrong, among all.
std::vector<std::uint64_t> all_bad(const LanesParams& p, const Hash& ctx, const std::vector<Hash>& leaves) {
    const WorkResult work(p, ctx, leaves);
    const std::uint64_t all = leaf_count(p);
    return verify_opening(p, ctx, work.root(), Hash{}, all, work.open(Hash{}, all).value()).value().bad;
}

}  // namespace

TEST_CASE("lanes attack: fewer rounds of SHA-256 give another leaf, all of them the right one") {
    test::Random random;
    INFO("seed " << test::seed());
    const Hash ctx = random.fixed<Hash>(), from = random.fixed<Hash>();
    const Hash tag = TaggedHash("assay/lane").hash(ctx.view(), Bytes{7, 0, 0, 0, 0, 0, 0, 0});
    const Hash honest = walked(ctx, from, 7, 1000, 1);
    CHECK(step_of_rounds(from, tag, 1000, 64) == honest);
    std::set<Hash> seen{honest};
    for (int rounds = 0; rounds < 64; ++rounds) REQUIRE(seen.insert(step_of_rounds(from, tag, 1000, rounds)).second);
}

TEST_CASE("lanes attack: a state that is known but for a bit, or a step too few or too many, leads elsewhere") {
    test::Random random;
    INFO("seed " << test::seed());
    const Hash ctx = random.fixed<Hash>(), from = random.fixed<Hash>();
    const Hash honest = walked(ctx, from, 3, 64, 16);
    std::set<Hash> seen{honest};
    for (int bit = 0; bit < 256; ++bit) {
        Hash nearly = from;
        nearly.bytes[static_cast<std::size_t>(bit / 8)] ^= static_cast<std::uint8_t>(1 << (bit % 8));
        REQUIRE(seen.insert(walked(ctx, nearly, 3, 64, 16)).second);
    }
    for (const std::uint32_t steps : {1u, 8u, 15u, 17u, 32u})
        REQUIRE(seen.insert(walked(ctx, from, 3, 64, steps)).second);
}

TEST_CASE("lanes attack: one honest segment stands for no other lane, place or context, and no circle closes (A3)") {
    test::Random random;
    INFO("seed " << test::seed());
    const LanesParams p{.lanes = 8, .steps = 256, .leaf_every = 16};
    const Hash ctx = random.fixed<Hash>(), from = store_state(lane_start(ctx, 3));
    const Hash honest = walked(ctx, from, 3, 0, 16);
    std::set<Hash> seen{honest};
    for (std::uint64_t lane = 0; lane < 64; ++lane)
        for (std::uint64_t segment = 0; segment < 64; ++segment)
            if (lane != 3 || segment != 0) REQUIRE(seen.insert(walked(ctx, from, lane, 16 * segment, 16)).second);
    for (const std::uint64_t lane : {std::uint64_t{1} << 32 | 3, std::uint64_t{1} << 63 | 3})
        REQUIRE(seen.insert(walked(ctx, from, lane, 0, 16)).second);
    for (const int bit : {10, 16, 32, 40, 48, 63})  // the step is in the block with all of its 64 bits
        REQUIRE(seen.insert(walked(ctx, from, 3, std::uint64_t{1} << bit, 16)).second);
    REQUIRE(seen.insert(walked(random.fixed<Hash>(), from, 3, 0, 16)).second);

    // The whole of it: its two ends as all leaves, in turn. Nothing follows but where it was walked.
    std::vector<Hash> leaves(leaf_count(p));
    for (std::size_t i = 0; i < leaves.size(); ++i) leaves[i] = i % 2 == 0 ? honest : from;
    const auto bad = all_bad(p, ctx, leaves);
    CHECK(bad.size() == leaves.size() - 1);
    CHECK(!std::binary_search(bad.begin(), bad.end(), 3 * segments_per_lane(p)));
}

TEST_CASE("lanes attack: as many leaves are wrong as segments were not walked, wherever a lane is begun anew") {
    test::Random random;
    INFO("seed " << test::seed());
    const LanesParams p{.lanes = 6, .steps = 256, .leaf_every = 16};  // 16 leaves a lane
    for (int round = 0; round < test::rounds(40); ++round) {
        const Hash ctx = random.fixed<Hash>();
        const std::uint64_t per_lane = segments_per_lane(p), one_in = 1 + random.below(8);
        std::vector<Hash> leaves(leaf_count(p));
        std::vector<std::uint64_t> made_up;
        for (std::uint64_t i = 0; i < leaves.size(); ++i) {
            const std::uint64_t lane = i / per_lane, segment = i % per_lane;
            if (random.below(one_in) == 0) {
                made_up.push_back(i);
                leaves[i] = random.fixed<Hash>();
            } else {  // what follows from the leaf before, made up or not
                const Hash from = segment == 0 ? store_state(lane_start(ctx, lane)) : leaves[i - 1];
                leaves[i] = walked(ctx, from, lane, 16 * segment, 16);
            }
        }
        INFO("one leaf in " << one_in << " made up");
        REQUIRE(all_bad(p, ctx, leaves) == made_up);
    }
}

TEST_CASE("lanes attack: no part of the work serves another task, epoch, provider, slot, chain or size (A3, F20)") {
    test::Random random;
    INFO("seed " << test::seed());
    const LanesParams p{.lanes = 8, .steps = 128, .leaf_every = 16};
    const Hash task = random.fixed<Hash>(), beacon = random.fixed<Hash>();
    const auto provider = random.fixed<Address>(), other = random.fixed<Address>();
    const auto stolen = honest_leaves(p, work_ctx("a", p, task, Epoch{1}, provider, 0, beacon));
    CHECK(all_bad(p, work_ctx("a", p, task, Epoch{1}, provider, 0, beacon), stolen).empty());
    const auto nothing_fits = [&](const LanesParams& sizes, const Hash& ctx) {
        CHECK(all_bad(sizes, ctx, stolen).size() == stolen.size());
    };
    nothing_fits(p, work_ctx("b", p, task, Epoch{1}, provider, 0, beacon));
    nothing_fits(p, work_ctx("a", p, beacon, Epoch{1}, provider, 0, beacon));
    nothing_fits(p, work_ctx("a", p, task, Epoch{2}, provider, 0, beacon));
    nothing_fits(p, work_ctx("a", p, task, Epoch{1}, other, 0, beacon));
    nothing_fits(p, work_ctx("a", p, task, Epoch{1}, provider, 1, beacon));
    nothing_fits(p, work_ctx("a", p, task, Epoch{1}, provider, 0, task));
    // As many leaves, other sizes: lanes half as long, twice as many; leaves twice as far apart.
    for (const LanesParams& sizes : {LanesParams{.lanes = 16, .steps = 64, .leaf_every = 16},
                                     LanesParams{.lanes = 8, .steps = 256, .leaf_every = 32}}) {
        REQUIRE(leaf_count(sizes) == stolen.size());
        nothing_fits(sizes, work_ctx("a", sizes, task, Epoch{1}, provider, 0, beacon));
    }
}
