#include "base/hex.hpp"
#include "base/sha256.hpp"
#include "proofs/lanes.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/random.hpp"

using namespace assay;
using namespace assay::proofs;

namespace {

/// The definition, byte by byte, over base's general SHA-256.
Hash slow_steps(Hash state, const Hash& ctx, std::uint64_t lane, std::uint64_t first, std::uint32_t count) {
    Bytes bound(ctx.bytes.begin(), ctx.bytes.end());
    borsh::Writer(bound).put(lane);
    const Hash tag = tagged_hash("assay/lane", bound);
    for (std::uint32_t i = 0; i < count; ++i) {
        Bytes message(state.bytes.begin(), state.bytes.end());
        borsh::Writer out(message);
        out.raw(tag.data(), 15);
        out.put(first + i);
        state = sha256(message);
    }
    return state;
}

}  // namespace

TEST_CASE("every back end of lanes does the step as it is defined") {
    test::Random random;
    INFO("seed " << test::seed());
    for (int round = 0; round < 60; ++round) {
        const std::uint32_t count = static_cast<std::uint32_t>(1 + random.below(700));
        // Around a carry out of one, two and four bytes, and anywhere.
        const std::uint64_t near[] = {0, 250, 0xff80, 0xffffff00, 0xffffffffffffull - 300, random.u64() >> 1};
        std::vector<LaneJob> jobs;
        std::vector<Hash> expected;
        for (std::size_t j = 0; j < 1 + random.below(9); ++j) {
            const Hash ctx = random.fixed<Hash>(), state = random.fixed<Hash>();
            const std::uint64_t lane = random.u64(), first = near[random.below(6)];
            LaneJob job;
            job.tag = lane_tag(ctx, lane);
            job.first = first;
            load_state(job, state);
            jobs.push_back(job);
            expected.push_back(slow_steps(state, ctx, lane, first, count));
        }
        for (const auto backend : {LaneBackend::portable, LaneBackend::sha_ni, LaneBackend::sha_ni_4}) {
            auto mine = jobs;
            advance_lanes(mine, count, backend);
            for (std::size_t j = 0; j < mine.size(); ++j) {
                REQUIRE(store_state(mine[j]) == expected[j]);
                REQUIRE(mine[j].first == jobs[j].first + count);
            }
        }
    }
}

TEST_CASE("lanes give the same leaves however they are split and whoever computes them") {
    const Hash ctx = sha256(as_bytes("split"));
    const LanesParams p{.lanes = 23, .steps = 320, .leaf_every = 64};
    std::vector<Hash> whole(leaf_count(p));
    run_lanes(p, ctx, 0, p.lanes, whole);
    for (const auto backend : {LaneBackend::portable, LaneBackend::sha_ni, LaneBackend::sha_ni_4}) {
        INFO(lane_backend_name(backend));
        std::vector<Hash> parts(whole.size());
        for (std::uint64_t first = 0; first < p.lanes; first += 5) {
            const std::uint64_t n = std::min<std::uint64_t>(5, p.lanes - first);
            run_lanes(p, ctx, first, n, std::span(parts).subspan(first * 5, n * 5), backend);
        }
        CHECK(parts == whole);
    }
}

TEST_CASE("right shifts as products give the same steps") {
    test::Random random;
    INFO("seed " << test::seed());
    for (int round = 0; round < 200; ++round) {
        std::uint32_t by_logic[8], by_products[8];
        LaneTag tag{};
        for (int i = 0; i < 8; ++i) by_logic[i] = by_products[i] = static_cast<std::uint32_t>(random.u64());
        for (int i = 0; i < 4; ++i) tag.w[i] = static_cast<std::uint32_t>(random.u64());
        tag.w[3] &= 0xffffff00u;
        const std::uint64_t first = random.u64() >> 1;
        lane_steps<lane_detail::Shifts::logic>({}, by_logic, tag, first, 20);
        lane_steps<lane_detail::Shifts::products>({}, by_products, tag, first, 20);
        REQUIRE(std::equal(by_logic, by_logic + 8, by_products));
    }
}

TEST_CASE("no two lanes and no two contexts share a start or a tag") {
    const Hash a = sha256(as_bytes("a")), b = sha256(as_bytes("b"));
    CHECK(store_state(lane_start(a, 0)) != store_state(lane_start(a, 1)));
    CHECK(store_state(lane_start(a, 0)) != store_state(lane_start(b, 0)));
    CHECK(lane_tag(a, 0).w[0] != lane_tag(a, 1).w[0]);
    CHECK(lane_tag(a, 0).w[0] != lane_tag(a, std::uint64_t{1} << 32).w[0]);
    CHECK((lane_tag(a, 5).w[3] & 255) == 0);
}

TEST_CASE("tag and start of a lane as a kernel makes them equal the general hash") {
    test::Random random;
    for (int round = 0; round < 50; ++round) {
        const Hash ctx = random.fixed<Hash>();
        const std::uint64_t lane = random.u64();
        const LaneJob expected = lane_start(ctx, lane);
        LaneJob words;
        load_state(words, ctx);
        std::uint32_t start[8], tag[8];
        lane_hash(TaggedHash("assay/lane/start").midstate().h, words.state, lane, start);
        lane_hash(TaggedHash("assay/lane").midstate().h, words.state, lane, tag);
        for (int i = 0; i < 8; ++i) REQUIRE(start[i] == expected.state[i]);
        for (int i = 0; i < 3; ++i) REQUIRE(tag[i] == expected.tag.w[i]);
        REQUIRE((tag[3] & 0xffffff00u) == expected.tag.w[3]);
    }
}
