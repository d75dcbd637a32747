// The way of an item through the walk kernel, on the host: 32 threads name their items, copy them together into the
// warp's part of shared memory and read their own; and the launches that a walk is cut into.
#include <array>
#include <bit>
#include <set>

#include "proofs/vram_layout.hpp"
#include "proofs/vram_parts.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/random.hpp"

using namespace assay;
using namespace assay::proofs;
using namespace assay::proofs::vram_layout;

namespace {

/// Banks of 16 bytes, eight of them: the hardware serves eight threads' 16 bytes at once where these differ.
bool free_of_conflicts(const std::array<std::uint32_t, kWarp>& places) {
    for (std::size_t first = 0; first < kWarp; first += 8) {
        std::set<std::uint32_t> banks;
        for (std::size_t i = first; i < first + 8; ++i) banks.insert(places[i] / kChunkBytes % 8);
        if (banks.size() != 8) return false;
    }
    return true;
}

}  // namespace

TEST_CASE("a warp's walk, copied and read as the kernel does it, equals the walk of each lane") {
    test::Random random;
    INFO("seed " << test::seed());
    // 61 lanes: the second warp has threads beyond the last lane.
    const VramParams p{.items = 1525, .lanes = 61, .steps = 1024, .leaf_every = 128};
    REQUIRE(validate(p).ok());
    const Hash ctx = random.fixed<Hash>();
    std::vector<std::uint32_t> memory(p.items * kVramItemWords);
    make_items(vram_seed(ctx), 0, p.items, memory);
    std::vector<Hash> expected(leaf_count(p)), leaves(expected.size());
    walk_vram(p, ctx, memory, 0, p.lanes, expected);

    for (std::uint64_t warp = 0; warp < 2; ++warp) {
        std::array<VramState, kWarp> states;
        std::array<std::uint64_t, kWarp> walked;
        for (std::uint64_t lane = 0; lane < kWarp; ++lane) {
            walked[lane] = std::min(32 * warp + lane, p.lanes - 1);
            states[lane] = vram_start(ctx, walked[lane]);
        }
        for (std::uint64_t step = 0; step < p.steps; ++step) {
            std::array<std::uint64_t, kWarp> item;
            for (std::size_t lane = 0; lane < kWarp; ++lane) item[lane] = vram_address(states[lane].h, 0, p.items);
            std::array<std::uint32_t, kWarpBytes / 4> shared;
            shared.fill(0xdeadbeef);
            std::set<std::uint32_t> written;
            for (std::uint32_t round = 0; round < kRounds; ++round) {
                std::array<std::uint32_t, kWarp> places;
                std::set<std::uint64_t> rows;
                for (std::uint32_t lane = 0; lane < kWarp; ++lane) {
                    const std::uint32_t row = copied_row(round, lane), chunk = copied_chunk(lane);
                    const std::uint64_t whose = item[row];  // __shfl_sync(…, item, row)
                    places[lane] = landing(row, chunk);
                    REQUIRE(written.insert(places[lane]).second);
                    for (std::uint32_t word = 0; word < 4; ++word)
                        shared.at(places[lane] / 4 + word) = memory.at(kVramItemWords * whose + 4 * chunk + word);
                    rows.insert(row);
                }
                REQUIRE(free_of_conflicts(places));
                REQUIRE(rows.size() == kRowsPerRound);  // whole items: a line of memory is asked for once
            }
            for (std::uint32_t chunk = 0; chunk < kItemChunks; ++chunk) {
                std::array<std::uint32_t, kWarp> places;
                for (std::uint32_t lane = 0; lane < kWarp; ++lane) places[lane] = landing(lane, chunk);
                REQUIRE(free_of_conflicts(places));
            }
            for (std::uint32_t lane = 0; lane < kWarp; ++lane) {
                std::uint32_t v[16], m[16];
                vram_open(v, states[lane].h, walked[lane], step);
                for (std::uint32_t half = 0; half < 2; ++half) {
                    for (std::uint32_t q = 0; q < kItemChunks / 2; ++q)
                        for (std::uint32_t word = 0; word < 4; ++word)
                            m[4 * q + word] = shared.at(landing(lane, kItemChunks / 2 * half + q) / 4 + word);
                    vram_round(v, m);
                }
                vram_close(states[lane].h, v);
            }
            if ((step + 1) % p.leaf_every == 0)
                for (std::uint32_t lane = 0; lane < kWarp; ++lane)
                    if (32 * warp + lane < p.lanes)
                        leaves[walked[lane] * segments_per_lane(p) + step / p.leaf_every] = vram_leaf(states[lane]);
        }
    }
    CHECK(leaves == expected);
}

TEST_CASE("a walk in launches does every segment once, in order, within one window and one page each") {
    test::Random random;
    INFO("seed " << test::seed());
    for (int i = 0; i < 400; ++i) {
        VramParams p{.lanes = 1 + random.below(1000), .leaf_every = 16u << random.below(6)};
        p.windows = static_cast<std::uint32_t>(1 + random.below(4));
        p.stay = p.windows == 1 ? 0 : static_cast<std::uint32_t>(1 + random.below(6));
        const std::uint64_t turn = std::max<std::uint64_t>(1, std::uint64_t{p.windows} * p.stay);
        p.steps = p.leaf_every * turn * (1 + random.below(20));
        p.items = 100 * p.windows;  // validate is not asked: only the order counts here
        const std::uint64_t room = random.below(p.lanes * 32 * 50), at_once = random.below(p.lanes * p.leaf_every * 9);
        std::uint64_t next = 0, page_end = 0;
        std::uint64_t page_first = 0;
        for (const VramPart& part : vram_parts(p, room, at_once)) {
            REQUIRE(part.first_segment == next);
            REQUIRE(part.segments >= 1);
            if (next == page_end) page_first = next, page_end = next + part.page_segments;
            REQUIRE(part.page_first == page_first);
            REQUIRE(part.page_first + part.page_segments == page_end);
            REQUIRE((part.page_segments == 1 || part.page_segments * p.lanes * 32 <= room));
            REQUIRE((part.segments == 1 || part.segments * p.lanes * p.leaf_every <= at_once));
            next += part.segments;
            REQUIRE(next <= page_end);
            REQUIRE(window_of(p, part.first_segment).base == window_of(p, next - 1).base);
        }
        REQUIRE(next == segments_per_lane(p));
        REQUIRE(page_end == next);
    }
}

TEST_CASE("places in a card's memory are counted in 64 bits") {
    // What the kernel computes for the last item of 2^40 and for leaves of 2^20 lanes x 2^20 segments.
    const std::uint64_t whose = kMaxVramItems - 1;
    CHECK(kVramItemWords * whose + 4 * copied_chunk(31) + 4 == kMaxVramItems * kVramItemWords);
    const VramParams p{.items = std::uint64_t{1} << 36,
                       .lanes = std::uint64_t{1} << 20,
                       .steps = std::uint64_t{1} << 27,
                       .leaf_every = 128,
                       .windows = 4,
                       .stay = 32};
    REQUIRE(validate(p).ok());
    std::uint64_t last = 0;
    for (const VramPart& part : vram_parts(p, std::uint64_t{1} << 29, std::uint64_t{1} << 33)) {
        const VramWindow w = window_of(p, part.first_segment);
        last = std::max(last, w.base + w.items);
        REQUIRE(part.page_segments * p.lanes * 32 <= std::uint64_t{1} << 29);
    }
    CHECK(last == p.items);
}
