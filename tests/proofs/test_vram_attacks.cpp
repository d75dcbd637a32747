// Each trick of docs/security/vram.md, carried out.
#include <algorithm>
#include <bit>
#include <cmath>
#include <map>
#include <set>

#include "base/sha256.hpp"
#include "proofs/ctx.hpp"
#include "proofs/prover.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/random.hpp"

using namespace assay;
using namespace assay::proofs;

namespace {

constexpr std::uint64_t kItemUnits = kVramWordsPerItem * kVramWordSteps;

/// Everything that a walk reads, in the order of a card: all lanes do a step before any does the next.
struct Reads {
    VramParams p;
    std::vector<std::uint64_t> items;  ///< step by step, lane by lane
};

Reads reads_of(const VramParams& p, const Hash& ctx, std::span<const std::uint32_t> memory) {
    Reads out{p, {}};
    std::vector<VramState> states;
    for (std::uint64_t lane = 0; lane < p.lanes; ++lane) states.push_back(vram_start(ctx, lane));
    for (std::uint64_t t = 0; t < p.steps; ++t) {
        const VramWindow w = window_of(p, t / p.leaf_every);
        for (std::uint64_t lane = 0; lane < p.lanes; ++lane) {
            const std::uint64_t item = vram_address(states[lane].h, w.base, w.items);
            out.items.push_back(item);
            vram_step(states[lane].h, memory.data() + kVramItemWords * item, lane, t);
        }
    }
    return out;
}

std::vector<std::uint32_t> memory_of(const VramParams& p, const Hash& ctx) {
    std::vector<std::uint32_t> out(p.items * kVramItemWords);
    make_items(vram_seed(ctx), 0, p.items, out);
    return out;
}

/// Leaves that are wrong, among all.
std::vector<std::uint64_t> all_bad(const VramParams& p, const Hash& ctx, const std::vector<Hash>& leaves) {
    const WorkResult work(p, ctx, leaves);
    const std::uint64_t all = leaf_count(p);
    return verify_opening(p, ctx, work.root(), Hash{}, all, work.open(Hash{}, all).value()).value().bad;
}

}  // namespace

TEST_CASE("vram attack: every bit of an item changes the state, and nearly every bit the next address") {
    test::Random random;
    INFO("seed " << test::seed());
    std::uint32_t item[32], h[8];
    for (auto& word : item) word = static_cast<std::uint32_t>(random.u64());
    for (auto& word : h) word = static_cast<std::uint32_t>(random.u64());
    std::uint32_t honest[8];
    std::copy(h, h + 8, honest);
    vram_step(honest, item, 5, 9);
    const std::uint64_t items = std::uint64_t{1} << 30;
    for (int part = 0; part < 4; ++part) {  // words that are read early mix further than those that are read late
        int other_address = 0;
        for (int bit = 256 * part; bit < 256 * (part + 1); ++bit) {
            std::uint32_t changed[32], state[8];
            std::copy(item, item + 32, changed);
            std::copy(h, h + 8, state);
            changed[bit / 32] ^= 1u << (bit % 32);
            vram_step(state, changed, 5, 9);
            REQUIRE(!std::equal(state, state + 8, honest));
            other_address += vram_address(state, 0, items) != vram_address(honest, 0, items);
        }
        CHECK(other_address >= (part < 3 ? 250 : 64));
    }
    // Leaving out a word of 32 bytes, or of four, leaves nothing of the state.
    for (int words : {1, 8})
        for (int first = 0; first < 32; first += words) {
            std::uint32_t partial[32], state[8];
            std::copy(item, item + 32, partial);
            std::copy(h, h + 8, state);
            std::fill(partial + first, partial + first + words, 0);
            vram_step(state, partial, 5, 9);
            CHECK(!std::equal(state, state + 8, honest));
        }
}

TEST_CASE("vram attack: one honest segment stands for no other lane, place, context or size (A3)") {
    test::Random random;
    INFO("seed " << test::seed());
    const VramParams p{.items = 512, .lanes = 8, .steps = 1024, .leaf_every = 16};
    const Hash ctx = random.fixed<Hash>(), other_ctx = random.fixed<Hash>();
    const VramSeed seed = vram_seed(ctx);
    const VramState from = vram_start(ctx, 3);
    const auto end = [&](const VramParams& sizes, const VramSeed& memory, std::uint64_t lane, std::uint64_t segment) {
        VramSegment walk{lane, segment, from};
        walk_without_memory(sizes, memory, {&walk, 1});
        return vram_leaf(walk.state);
    };
    const Hash honest = end(p, seed, 3, 0);
    std::set<Hash> seen{honest};
    for (std::uint64_t lane = 0; lane < 64; ++lane)
        for (std::uint64_t segment = 0; segment < 8; ++segment)
            if (lane != 3 || segment != 0) REQUIRE(seen.insert(end(p, seed, lane, segment)).second);
    for (const std::uint64_t lane : {std::uint64_t{1} << 32 | 3, std::uint64_t{1} << 63 | 3})
        REQUIRE(seen.insert(end(p, seed, lane, 0)).second);
    REQUIRE(seen.insert(end(p, seed, 3, std::uint64_t{1} << 28)).second);  // 2^32 steps on
    REQUIRE(seen.insert(end(p, vram_seed(other_ctx), 3, 0)).second);

    // The whole of it: a segment's two ends as all leaves, in turn. Each "follows" from the one before it nowhere but
    // where it was walked.
    std::vector<Hash> leaves(leaf_count(p));
    const Hash start = vram_leaf(from);
    for (std::size_t i = 0; i < leaves.size(); ++i) leaves[i] = i % 2 == 0 ? honest : start;
    const auto bad = all_bad(p, ctx, leaves);
    CHECK(bad.size() == leaves.size() - 1);
    CHECK(!std::binary_search(bad.begin(), bad.end(), 3 * segments_per_lane(p)));
}

TEST_CASE("vram attack: no part of a memory serves another task, epoch, provider, slot, chain or size") {
    test::Random random;
    INFO("seed " << test::seed());
    const VramParams p{.items = 512, .lanes = 8, .steps = 1024, .leaf_every = 128};
    VramParams more = p;
    more.steps *= 2;
    const Hash task = random.fixed<Hash>(), beacon = random.fixed<Hash>();
    const auto provider = random.fixed<Address>(), other = random.fixed<Address>();
    const Hash ctx = work_ctx("a", p, task, Epoch{1}, provider, 0, beacon);
    const auto memory = memory_of(p, ctx);
    const std::vector<Hash> elsewhere{work_ctx("b", p, task, Epoch{1}, provider, 0, beacon),
                                      work_ctx("a", more, task, Epoch{1}, provider, 0, beacon),
                                      work_ctx("a", p, beacon, Epoch{1}, provider, 0, beacon),
                                      work_ctx("a", p, task, Epoch{2}, provider, 0, beacon),
                                      work_ctx("a", p, task, Epoch{1}, other, 0, beacon),
                                      work_ctx("a", p, task, Epoch{1}, provider, 1, beacon),
                                      work_ctx("a", p, task, Epoch{1}, provider, 0, task)};
    std::set<std::vector<std::uint32_t>> words;
    const auto add = [&](const std::vector<std::uint32_t>& from) {
        for (std::size_t i = 0; i < from.size(); i += 8)
            REQUIRE(words.emplace(from.begin() + std::ptrdiff_t(i), from.begin() + std::ptrdiff_t(i + 8)).second);
    };
    add(memory);
    for (const Hash& there : elsewhere) {
        add(memory_of(p, there));  // no word of 32 bytes is ever the same
        std::vector<Hash> leaves(leaf_count(p));
        walk_vram(p, there, memory, 0, p.lanes, leaves);  // starts and lanes are right, the memory is the old one
        CHECK(all_bad(p, there, leaves).size() == leaves.size());
    }
}

TEST_CASE("vram attack: who leaves items out and reads zeros fails in every segment that would have read one") {
    test::Random random;
    INFO("seed " << test::seed());
    const VramParams p{.items = 3200, .lanes = 64, .steps = 1024, .leaf_every = 128};
    for (const double share : {0.001, 0.005, 0.02}) {
        const Hash ctx = random.fixed<Hash>();
        auto memory = memory_of(p, ctx);
        std::uint64_t left_out = 0;
        for (std::uint64_t i = 0; i < p.items; ++i)
            if (static_cast<double>(random.below(1'000'000)) < share * 1e6) {
                std::fill_n(memory.begin() + std::ptrdiff_t(i * kVramItemWords), kVramItemWords, 0u);
                ++left_out;
            }
        std::vector<Hash> leaves(leaf_count(p));
        walk_vram(p, ctx, memory, 0, p.lanes, leaves);
        const auto bad = static_cast<double>(all_bad(p, ctx, leaves).size());
        const double f = static_cast<double>(left_out) / static_cast<double>(p.items), n = 512;
        const double expected = n * (1 - std::pow(1 - f, 128));
        const double deviation = std::sqrt(std::max(1.0, expected * (1 - expected / n)));
        INFO(left_out << " items left out: " << bad << " bad, expected " << expected);
        CHECK(std::abs(bad - expected) <= 5 * deviation);
    }
}

TEST_CASE("vram attack: recomputing what is left out costs 32 compressions for each read of it, not for each item") {
    // The ledger of somebody who keeps a share of the memory and makes the rest when it is read: against 32 for each
    // item, once, and a read for each step.
    test::Random random;
    INFO("seed " << test::seed());
    const VramParams p{.items = 3200, .lanes = 64, .steps = 1024, .leaf_every = 128};
    const Hash ctx = random.fixed<Hash>();
    const Reads reads = reads_of(p, ctx, memory_of(p, ctx));
    REQUIRE(reads.items.size() == p.lanes * p.steps);
    for (const double kept : {0.0, 0.5, 0.9, 0.99}) {
        const auto in_memory = static_cast<std::uint64_t>(kept * static_cast<double>(p.items));
        std::uint64_t made = 0;
        for (const std::uint64_t item : reads.items) made += item >= in_memory;
        const double expected = (1 - kept) * static_cast<double>(reads.items.size());
        CHECK(std::abs(static_cast<double>(made) - expected) <= 5 * std::sqrt(expected + 1));
        // At the least number of reads it is sixteen times what filling costs, in proportion.
        CHECK(static_cast<double>(made * kItemUnits) >= 15 * (1 - kept) * static_cast<double>(p.items * kItemUnits));
    }
    // Addresses are spread: no item is read so often that keeping the favourites pays. The most read tenth of all items
    // gets what a Poisson of 20.5 reads gives it, 14 %.
    std::map<std::uint64_t, std::uint64_t> count;
    for (const std::uint64_t item : reads.items) ++count[item];
    std::vector<std::uint64_t> often;
    for (const auto& [item, times] : count) often.push_back(times);
    std::sort(often.rbegin(), often.rend());
    std::uint64_t top = 0;
    for (std::size_t i = 0; i < p.items / 10; ++i) top += often[i];
    CHECK(static_cast<double>(top) < 0.15 * static_cast<double>(reads.items.size()));
}

TEST_CASE("vram attack: sorting lanes by what they read next gains two percent at most") {
    // The most lanes that validate lets through for a memory. All lanes' next reads together, each distinct item made
    // once and served to everybody: one in fifty is saved. Streaming all items past the lanes costs 25 for each read.
    test::Random random;
    INFO("seed " << test::seed());
    VramParams p{.items = 25'600, .lanes = 1024, .steps = 1024, .leaf_every = 128};
    REQUIRE(validate(p).ok());
    p.lanes = 1025;
    REQUIRE(!validate(p).ok());
    p.lanes = 1024;
    const Hash ctx = random.fixed<Hash>();
    const Reads reads = reads_of(p, ctx, memory_of(p, ctx));
    std::uint64_t distinct = 0;
    for (std::uint64_t t = 0; t < p.steps; ++t) {
        std::set<std::uint64_t> items(reads.items.begin() + std::ptrdiff_t(t * p.lanes),
                                      reads.items.begin() + std::ptrdiff_t((t + 1) * p.lanes));
        distinct += items.size();
    }
    const double saved = 1 - static_cast<double>(distinct) / static_cast<double>(reads.items.size());
    INFO("saved " << saved);
    CHECK(saved < 0.025);
    CHECK(p.items / p.lanes >= 25);
}

TEST_CASE("vram attack: a memory of one window, filled anew for each visit, costs 20 compressions for each read") {
    // The longest visit that validate lets through: as many reads as the window has items. All lanes' reads of a visit
    // are served from one filling, of which only the items that are read need to be made: (1 - 1/e) of them.
    test::Random random;
    INFO("seed " << test::seed());
    const VramParams p{.items = 8192, .lanes = 32, .steps = 4096, .leaf_every = 64, .windows = 2, .stay = 2};
    REQUIRE(validate(p).ok());
    REQUIRE(p.lanes * p.stay * p.leaf_every == p.items / p.windows);
    const Hash ctx = random.fixed<Hash>();
    const Reads reads = reads_of(p, ctx, memory_of(p, ctx));
    const std::size_t visit = p.lanes * p.stay * p.leaf_every;
    std::uint64_t made = 0, visits = 0;
    for (std::size_t first = 0; first < reads.items.size(); first += visit, ++visits) {
        std::set<std::uint64_t> items(reads.items.begin() + std::ptrdiff_t(first),
                                      reads.items.begin() + std::ptrdiff_t(first + visit));
        made += items.size();
        // All of one visit lies in one window, and the next visit in the other one.
        REQUIRE(*items.begin() / (p.items / 2) == visits % 2);
        REQUIRE(*items.rbegin() / (p.items / 2) == visits % 2);
    }
    const double each = static_cast<double>(made * kItemUnits) / static_cast<double>(reads.items.size());
    INFO(each << " compressions for a read");
    CHECK(std::abs(each - 32 * (1 - std::exp(-1.0))) < 0.2);
    VramParams longer = p;
    longer.stay = 4;
    CHECK(!validate(longer).ok());
}

TEST_CASE("vram attack: windows in another order, or one window for all, are wrong in every segment that moved") {
    test::Random random;
    INFO("seed " << test::seed());
    const VramParams p{.items = 1536, .lanes = 12, .steps = 2304, .leaf_every = 16, .windows = 3, .stay = 2};
    const Hash ctx = random.fixed<Hash>();
    const auto memory = memory_of(p, ctx);
    const std::uint64_t per_lane = segments_per_lane(p);
    for (int trick = 0; trick < 2; ++trick) {
        std::vector<Hash> leaves(leaf_count(p));
        std::uint64_t moved = 0;
        for (std::uint64_t lane = 0; lane < p.lanes; ++lane) {
            VramState state = vram_start(ctx, lane);
            for (std::uint64_t g = 0; g < per_lane; ++g) {
                const std::uint64_t right = g / p.stay % 3, wrong = trick == 0 ? 0 : 2 - right;
                for (std::uint64_t t = g * 16; t < g * 16 + 16; ++t) {
                    const std::uint64_t item = vram_address(state.h, wrong * 512, 512);
                    vram_step(state.h, memory.data() + kVramItemWords * item, lane, t);
                }
                moved += wrong != right;
                leaves[lane * per_lane + g] = vram_leaf(state);
            }
        }
        CHECK(all_bad(p, ctx, leaves).size() == moved);
        CHECK(moved == p.lanes * per_lane * 2 / 3);
    }
}

TEST_CASE("vram attack: memory does not compress, and no word of it tells another") {
    test::Random random;
    INFO("seed " << test::seed());
    const Hash ctx = random.fixed<Hash>();
    const auto memory = memory_of({.items = 16'384}, ctx);  // 2 MiB
    std::uint64_t ones = 0, same = 0;
    std::vector<std::uint64_t> bytes(256);
    for (std::size_t i = 0; i < memory.size(); ++i) {
        ones += static_cast<std::uint64_t>(std::popcount(memory[i]));
        for (int b = 0; b < 4; ++b) ++bytes[memory[i] >> (8 * b) & 255];
        if (i >= 8) same += static_cast<std::uint64_t>(std::popcount(memory[i] ^ memory[i - 8]));
    }
    const double bits = 32.0 * static_cast<double>(memory.size());
    CHECK(std::abs(static_cast<double>(ones) - bits / 2) < 5 * std::sqrt(bits) / 2);
    CHECK(std::abs(static_cast<double>(same) - bits / 2) < 5 * std::sqrt(bits) / 2);
    double chi = 0;
    const double each = bits / 8 / 256;
    for (const auto n : bytes) chi += (static_cast<double>(n) - each) * (static_cast<double>(n) - each) / each;
    CHECK(std::abs(chi - 255) < 5 * std::sqrt(2 * 255.0));
}
