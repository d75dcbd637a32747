#include <string>

#include "base/hex.hpp"
#include "base/sha256.hpp"
#include "proofs/prover.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/random.hpp"

using namespace assay;
using namespace assay::proofs;

namespace {

/// The definition of a word of memory, byte by byte, over base's general SHA-256.
Hash slow_word(const Hash& ctx, std::uint64_t word) {
    const Hash seed = tagged_hash("assay/vram", ctx.view());
    Hash state = seed;
    for (std::uint64_t step = 0; step < 8; ++step) {
        Bytes message(state.bytes.begin(), state.bytes.end());
        borsh::Writer out(message);
        out.raw(seed.data(), 8);
        Bytes number;
        borsh::Writer(number).put(word);
        out.raw(number.data(), 7);
        out.put(step);
        state = sha256(message);
    }
    return state;
}

std::uint32_t rotate_right(std::uint32_t x, int n) {
    return (x >> n) | (x << (32 - n));
}

/// Two rounds of RFC 7693's F, its G as it is printed there, without the permutation of the message.
void slow_step(std::uint32_t h[8], const std::uint32_t item[32], std::uint64_t lane, std::uint64_t step) {
    const std::uint32_t iv[8] = {0x6A09E667, 0xBB67AE85, 0x3C6EF372, 0xA54FF53A,
                                 0x510E527F, 0x9B05688C, 0x1F83D9AB, 0x5BE0CD19};
    std::uint32_t v[16];
    for (int i = 0; i < 8; ++i) v[i] = h[i], v[i + 8] = iv[i];
    v[12] ^= static_cast<std::uint32_t>(lane % (std::uint64_t{1} << 32));
    v[13] ^= static_cast<std::uint32_t>(lane / (std::uint64_t{1} << 32));
    v[14] ^= static_cast<std::uint32_t>(step % (std::uint64_t{1} << 32));
    v[15] ^= static_cast<std::uint32_t>(step / (std::uint64_t{1} << 32));
    const int places[8][4] = {{0, 4, 8, 12},  {1, 5, 9, 13},  {2, 6, 10, 14}, {3, 7, 11, 15},
                              {0, 5, 10, 15}, {1, 6, 11, 12}, {2, 7, 8, 13},  {3, 4, 9, 14}};
    for (int round = 0; round < 2; ++round)
        for (int g = 0; g < 8; ++g) {
            auto &a = v[places[g][0]], &b = v[places[g][1]], &c = v[places[g][2]], &d = v[places[g][3]];
            const std::uint32_t x = item[16 * round + 2 * g], y = item[16 * round + 2 * g + 1];
            a = a + b + x;
            d = rotate_right(d ^ a, 16);
            c = c + d;
            b = rotate_right(b ^ c, 12);
            a = a + b + y;
            d = rotate_right(d ^ a, 8);
            c = c + d;
            b = rotate_right(b ^ c, 7);
        }
    for (int i = 0; i < 8; ++i) h[i] ^= v[i] ^ v[i + 8];
}

std::vector<std::uint32_t> filled(const VramParams& p, const Hash& ctx) {
    std::vector<std::uint32_t> out(p.items * kVramItemWords);
    make_items(vram_seed(ctx), 0, p.items, out);
    return out;
}

constexpr LaneBackend kLaneBackends[] = {LaneBackend::portable, LaneBackend::sha_ni, LaneBackend::sha_ni_4};

}  // namespace

TEST_CASE("a step of a walk is two rounds of BLAKE2s as they are printed in its RFC") {
    test::Random random;
    INFO("seed " << test::seed());
    for (int i = 0; i < 2000; ++i) {
        std::uint32_t h[8], expected[8], item[32];
        for (int j = 0; j < 8; ++j) h[j] = expected[j] = static_cast<std::uint32_t>(random.u64());
        for (auto& word : item) word = static_cast<std::uint32_t>(random.u64());
        const std::uint64_t lane = random.u64(), step = random.u64();
        vram_step(h, item, lane, step);
        slow_step(expected, item, lane, step);
        for (int j = 0; j < 8; ++j) REQUIRE(h[j] == expected[j]);
    }
}

TEST_CASE("every back end makes the items as they are defined, at any place and in any split") {
    test::Random random;
    INFO("seed " << test::seed());
    const std::uint64_t near[] = {0,
                                  63,
                                  0x3fffffff,
                                  0x40000000,
                                  0xffffffff,
                                  (std::uint64_t{1} << 33) + 5,
                                  kMaxVramItems - 4,
                                  random.below(kMaxVramItems - 4)};
    for (const std::uint64_t first : near) {
        const Hash ctx = random.fixed<Hash>();
        const VramSeed seed = vram_seed(ctx);
        for (const auto backend : kLaneBackends) {
            std::uint32_t items[3 * kVramItemWords], parts[3 * kVramItemWords];
            make_items(seed, first, 3, items, backend);
            for (std::uint64_t i = 0; i < 3; ++i)
                make_items(seed, first + i, 1, std::span(parts).subspan(i * kVramItemWords, kVramItemWords), backend);
            for (std::uint64_t word = 0; word < 12; ++word) {
                VramState state;
                std::copy(items + 8 * word, items + 8 * word + 8, state.h);
                REQUIRE(vram_leaf(state) == slow_word(ctx, 4 * first + word));
                std::uint32_t alone[8];  // as a thread of a card does it
                vram_word({}, seed, 4 * first + word, alone);
                for (std::size_t j = 0; j < 8; ++j)
                    REQUIRE((alone[j] == items[8 * word + j] && parts[8 * word + j] == alone[j]));
            }
        }
    }
}

TEST_CASE("an address lies in its window, and all of the window is reached") {
    test::Random random;
    INFO("seed " << test::seed());
    const std::uint32_t lowest[8] = {}, highest[8] = {0xffffffff, 0xffffffff};
    const std::uint32_t half[8] = {0, 0x80000000}, below_half[8] = {0xffffffff, 0x7fffffff};
    for (const std::uint64_t items : {std::uint64_t{1}, std::uint64_t{2}, std::uint64_t{25}, std::uint64_t{1} << 30,
                                      (std::uint64_t{1} << 32) + 3, kMaxVramItems})
        for (const std::uint64_t base : {std::uint64_t{0}, std::uint64_t{7}, std::uint64_t{1} << 33}) {
            CHECK(vram_address(lowest, base, items) == base);
            CHECK(vram_address(highest, base, items) == base + items - 1);
            CHECK(vram_address(half, base, items) == base + items / 2);
            CHECK(vram_address(below_half, base, items) == base + (items - 1) / 2);
            for (int i = 0; i < 200; ++i) {
                std::uint32_t h[8] = {static_cast<std::uint32_t>(random.u64()),
                                      static_cast<std::uint32_t>(random.u64())};
                const std::uint64_t at = vram_address(h, base, items);
                REQUIRE((at >= base && at < base + items));
                // floor(x·items / 2^64) in halves of 32 bits
                const std::uint64_t hi = items >> 32, lo = items & 0xffffffff;
                const std::uint64_t low = h[0] * lo, mid1 = h[1] * lo + (low >> 32);
                const std::uint64_t mid2 = h[0] * hi + (mid1 & 0xffffffff);
                REQUIRE(at == base + h[1] * hi + (mid1 >> 32) + (mid2 >> 32));
            }
        }
}

TEST_CASE("segments go through windows in turn") {
    const VramParams p{.items = 900, .lanes = 1, .steps = 2304, .leaf_every = 16, .windows = 3, .stay = 4};
    REQUIRE(validate(WorkParams{VramParams{.items = 144, .lanes = 1, .steps = 2304, .leaf_every = 16}}).ok());
    for (std::uint64_t g = 0; g < 144; ++g) {
        const VramWindow w = window_of(p, g);
        CHECK(w.items == 300);
        CHECK(w.base == g / 4 % 3 * 300);
    }
    const VramWindow whole = window_of({.items = 900, .lanes = 1, .steps = 2304}, 77);
    CHECK((whole.base == 0 && whole.items == 900));
}

TEST_CASE("a walk gives the same leaves with memory, without, in any split of the lanes and on every back end") {
    test::Random random;
    INFO("seed " << test::seed());
    for (const VramParams& p :
         {VramParams{.items = 1000, .lanes = 19, .steps = 1024, .leaf_every = 64},
          VramParams{.items = 1536, .lanes = 12, .steps = 2304, .leaf_every = 16, .windows = 3, .stay = 2}}) {
        REQUIRE(validate(p).ok());
        const Hash ctx = random.fixed<Hash>();
        const auto memory = filled(p, ctx);
        std::vector<Hash> whole(leaf_count(p)), parts(whole.size());
        walk_vram(p, ctx, memory, 0, p.lanes, whole);
        const std::uint64_t per_lane = segments_per_lane(p);
        for (std::uint64_t first = 0; first < p.lanes; first += 5) {
            const std::uint64_t n = std::min<std::uint64_t>(5, p.lanes - first);
            walk_vram(p, ctx, memory, first, n, std::span(parts).subspan(first * per_lane, n * per_lane));
        }
        CHECK(parts == whole);
        for (const auto backend : kLaneBackends) {
            CpuBackend cpu(backend);
            REQUIRE(cpu.run_vram(p, ctx, parts).ok());
            CHECK(parts == whole);
            for (int i = 0; i < 6; ++i) {
                const std::uint64_t lane = random.below(p.lanes), segment = random.below(per_lane);
                const std::uint64_t at = lane * per_lane + segment;
                VramSegment walk{lane, segment, segment == 0 ? vram_start(ctx, lane) : vram_state(whole[at - 1])};
                walk_without_memory(p, vram_seed(ctx), {&walk, 1}, backend);
                REQUIRE(vram_leaf(walk.state) == whole[at]);
                const std::uint64_t all[] = {at}, needed_with_first[] = {at - 1, at};
                const std::span<const std::uint64_t> needed =
                    segment == 0 ? std::span(all) : std::span(needed_with_first).subspan(0);
                CHECK(wrong_targets(p, ctx, all, needed, std::span(whole).subspan(needed[0], needed.size()), backend)
                          .empty());
            }
        }
    }
}

TEST_CASE("known answers of walks, made by another implementation") {
    for (const auto backend : kLaneBackends) {
        CpuBackend cpu(backend);
        const Status passed = selftest(cpu, WorkKind::vram);
        INFO((passed.ok() ? std::string() : passed.error().message));
        CHECK(passed.ok());
    }
}

TEST_CASE("sizes that make a walk cheaper than its memory are refused one by one, with the rule and the numbers") {
    const VramParams whole{.items = 6400, .lanes = 100, .steps = 1024, .leaf_every = 128};
    const VramParams parts{.items = 51'200, .lanes = 100, .steps = 8192, .leaf_every = 128, .windows = 2, .stay = 2};
    REQUIRE(validate(whole).ok());
    REQUIRE(validate(parts).ok());
    const auto refused = [](VramParams p, auto&& change, const std::string& sentence) {
        change(p);
        const Status status = validate(p);
        REQUIRE(!status.ok());
        CHECK(status.error().code == Code::field_out_of_range);
        INFO(status.error().message);
        CHECK(status.error().message.find(sentence) != std::string::npos);
    };
    for (const std::uint32_t t : {0u, 1u, 8u, 24u, 129u, 1024u})
        refused(
            whole, [&](VramParams& p) { p.leaf_every = t; },
            "leaf_every is a power of two from 16 to 512, not " + std::to_string(t));
    refused(
        whole, [](VramParams& p) { p.items = 0; }, "items is from 1 to 2^40, not 0");
    refused(
        whole, [](VramParams& p) { p.items = kMaxVramItems + 1; }, "items is from 1 to 2^40, not 1099511627777");
    refused(
        whole, [](VramParams& p) { p.lanes = 0; }, "lanes is at least 1");
    refused(
        whole, [](VramParams& p) { p.lanes = 257; }, "lanes is at most items / 25 = 256, not 257");
    refused(
        whole, [](VramParams& p) { p.items = 24, p.lanes = 1; }, "lanes is at most items / 25 = 0, not 1");
    refused(
        whole, [](VramParams& p) { p.steps = 0; }, "steps is a multiple of leaf_every = 128 from 1024 on, not 0");
    refused(
        whole, [](VramParams& p) { p.steps = 896; }, "from 1024 on, not 896");
    refused(
        whole, [](VramParams& p) { p.steps = 1100; }, "from 1024 on, not 1100");
    refused(
        whole, [](VramParams& p) { p.items = 6401; }, "lanes x steps = 102400 is below 16 x items = 102416");
    refused(
        whole, [](VramParams& p) { p.steps = std::uint64_t{1} << 60; }, "2^40 leaves");
    refused(
        whole, [](VramParams& p) { p.steps = 0xffffffffffffff80; }, "2^40 leaves");
    refused(
        whole, [](VramParams& p) { p.windows = 0; }, "windows is at least 1");
    refused(
        whole, [](VramParams& p) { p.stay = 1; }, "stay is 0 where windows is 1, not 1");
    refused(
        parts, [](VramParams& p) { p.windows = 3; }, "windows = 3 does not divide items = 51200");
    refused(
        parts, [](VramParams& p) { p.stay = 0; }, "stay is at least 1 where windows is 2");
    refused(
        parts, [](VramParams& p) { p.stay = 3; }, "steps / leaf_every = 64 is no multiple of windows x stay = 6");
    refused(
        parts, [](VramParams& p) { p.windows = 5, p.stay = 1; },
        "steps / leaf_every = 64 is no multiple of windows x stay = 5");
    refused(
        parts, [](VramParams& p) { p.stay = 0xffffffff; }, "is no multiple of windows x stay = 8589934590");
    refused(
        parts, [](VramParams& p) { p.stay = 4; }, "lanes x stay x leaf_every is at most the items of a window, 25600");
    refused(
        parts, [](VramParams& p) { p.items = 51'198; }, "items of a window, 25599");
    VramParams edge = parts;
    edge.items = 51'200, edge.lanes = 100, edge.stay = 2;
    CHECK(edge.lanes * edge.stay * edge.leaf_every == edge.items / 2);  // as long as a visit may be
    // docs/security/vram.md: sizes for a card of 141 GB.
    const VramParams card{.items = std::uint64_t{1} << 30,
                          .lanes = 1 << 18,
                          .steps = 1 << 18,
                          .leaf_every = 256,
                          .windows = 2,
                          .stay = 8};
    CHECK(validate(card).ok());
    CHECK(leaf_count(card) == kMaxWordsInMemory);
    CHECK(verify_units(card, 64) == 548'096);
    // The largest that there is.
    const VramParams largest{
        .items = kMaxVramItems, .lanes = std::uint64_t{1} << 35, .steps = 16'384, .leaf_every = 512};
    CHECK(validate(largest).ok());
    CHECK(work_units(largest) == (std::uint64_t{32} << 40) + (std::uint64_t{1} << 49));
}

TEST_CASE("what a walk and its check are counted as") {
    const WorkParams p = VramParams{.items = 6400, .lanes = 100, .steps = 1024, .leaf_every = 128};
    CHECK(leaf_count(p) == 800);
    CHECK(sample_range(p) == 800);
    CHECK(leaf_words(p) == 1);
    CHECK(work_units(p) == 32 * 6400 + 100 * 1024);
    CHECK(verify_units(p, 64) == 64 * (33 * 128 + 2 + 2 * (1 + 2 * 10)));
    CHECK(kind_name(kind_of(p)) == "vram");
    CHECK(memory_bytes(std::get<VramParams>(p)) == 819'200);
    CHECK(needed_leaves(p, std::vector<std::uint64_t>{0, 1, 7, 8, 10, 799}) ==
          std::vector<std::uint64_t>{0, 1, 6, 7, 8, 9, 10, 798, 799});
    // Kind and every size, in the order in which they are bound.
    CHECK(to_hex(borsh::encode(WorkParams{VramParams{1, 2, 3, 4, 5, 6}})) ==
          "02010000000000000002000000000000000300000000000000040000000500000006000000");
}
