#include "proofs/vram.hpp"

#include <algorithm>
#include <new>
#include <string>

#include "base/sha256.hpp"

namespace assay::proofs {

namespace {

constexpr std::uint64_t kReadsPerItem = 16;  // filling pays at least this often
constexpr std::uint64_t kItemsPerLane = 25;  // states of lanes, 32 bytes, are at most 1 % of the memory
constexpr std::uint64_t kLeastVramSteps = 1024;
constexpr std::uint64_t kLanesAtOnce = 8;

Status out_of_range(const std::string& sentence) {
    return {Code::field_out_of_range, sentence};
}

VramState state_of(const Hash& bytes) {
    LaneJob job;
    load_state(job, bytes);
    VramState out;
    std::copy(std::begin(job.state), std::end(job.state), std::begin(out.h));
    return out;
}

}  // namespace

Status validate(const VramParams& p) {
    const auto number = [](std::uint64_t n) { return std::to_string(n); };
    if (p.leaf_every < 16 || p.leaf_every > kMaxVramLeafEvery || (p.leaf_every & (p.leaf_every - 1)) != 0)
        return out_of_range("leaf_every is a power of two from 16 to 512, not " + number(p.leaf_every));
    if (p.items == 0 || p.items > kMaxVramItems) return out_of_range("items is from 1 to 2^40, not " + number(p.items));
    if (p.lanes == 0) return out_of_range("lanes is at least 1");
    if (p.lanes > p.items / kItemsPerLane)
        return out_of_range("lanes is at most items / 25 = " + number(p.items / kItemsPerLane) + ", not " +
                            number(p.lanes) + ": more than 1 % of the memory would be states of lanes");
    if (p.steps < kLeastVramSteps || p.steps % p.leaf_every != 0)
        return out_of_range("steps is a multiple of leaf_every = " + number(p.leaf_every) + " from 1024 on, not " +
                            number(p.steps));
    std::uint64_t leaves;
    if (__builtin_mul_overflow(p.lanes, p.steps / p.leaf_every, &leaves) || leaves > kMaxLeaves)
        return out_of_range("lanes x steps / leaf_every is at most 2^40 leaves");
    if (p.lanes * p.steps < kReadsPerItem * p.items)
        return out_of_range("lanes x steps = " + number(p.lanes * p.steps) + " is below 16 x items = " +
                            number(kReadsPerItem * p.items) + ": making items when they are read would pay");
    if (p.windows == 0) return out_of_range("windows is at least 1");
    if (p.windows == 1)
        return p.stay == 0 ? Status{} : out_of_range("stay is 0 where windows is 1, not " + number(p.stay));
    if (p.items % p.windows != 0)
        return out_of_range("windows = " + number(p.windows) + " does not divide items = " + number(p.items));
    if (p.stay == 0) return out_of_range("stay is at least 1 where windows is " + number(p.windows));
    const std::uint64_t segments = segments_per_lane(p), turn = std::uint64_t{p.windows} * p.stay;
    if (segments % turn != 0)
        return out_of_range("steps / leaf_every = " + number(segments) + " is no multiple of windows x stay = " +
                            number(turn) + ": windows would be read unequally");
    const std::uint64_t window = p.items / p.windows;
    std::uint64_t visit;  // stay divides the segments of a lane: at most all reads, 2^49
    if (__builtin_mul_overflow(p.lanes * p.leaf_every, std::uint64_t{p.stay}, &visit) || visit > window)
        return out_of_range("lanes x stay x leaf_every is at most the items of a window, " + number(window) +
                            ": a longer visit would pay for filling the window anew each time");
    return {};
}

std::uint64_t segments_per_lane(const VramParams& p) {
    return p.steps / p.leaf_every;
}
std::uint64_t leaf_count(const VramParams& p) {
    return p.lanes * segments_per_lane(p);
}
std::uint64_t sample_range(const VramParams& p) {
    return leaf_count(p);
}
std::uint64_t work_units(const VramParams& p) {
    return kVramWordsPerItem * kVramWordSteps * p.items + p.lanes * p.steps;  // below 2^45 + 2^49
}
std::uint64_t sample_units(const VramParams& p) {
    return (kVramWordsPerItem * kVramWordSteps + 1) * p.leaf_every + 2;
}
std::uint64_t memory_bytes(const VramParams& p) {
    return p.items * kVramItemBytes;
}

VramWindow window_of(const VramParams& p, std::uint64_t segment) {
    if (p.windows == 1) return {0, p.items};
    const std::uint64_t items = p.items / p.windows;
    return {segment / p.stay % p.windows * items, items};
}

std::vector<std::uint64_t> needed_leaves(const VramParams& p, std::span<const std::uint64_t> targets) {
    // What follows from a leaf in `lanes` does so here.
    return needed_leaves(LanesParams{p.lanes, p.steps, p.leaf_every}, targets);
}

std::vector<std::uint64_t> wrong_targets(const VramParams& p, const Hash& ctx, std::span<const std::uint64_t> targets,
                                         std::span<const std::uint64_t> needed, std::span<const Hash> words,
                                         LaneBackend backend) {
    const std::uint64_t per_lane = segments_per_lane(p);
    const VramSeed seed = vram_seed(ctx);
    std::vector<VramSegment> segments;
    std::vector<const Hash*> claimed;
    segments.reserve(targets.size());
    claimed.reserve(targets.size());
    std::size_t at = 0;
    for (const std::uint64_t t : targets) {
        while (needed[at] != t) ++at;  // both ascend and every target is needed
        const std::uint64_t lane = t / per_lane, segment = t % per_lane;
        segments.push_back({lane, segment, segment == 0 ? vram_start(ctx, lane) : vram_state(words[at - 1])});
        claimed.push_back(&words[at]);
    }
    walk_without_memory(p, seed, segments, backend);
    std::vector<std::uint64_t> bad;
    for (std::size_t i = 0; i < segments.size(); ++i)
        if (vram_leaf(segments[i].state) != *claimed[i]) bad.push_back(targets[i]);
    return bad;
}

VramSeed vram_seed(const Hash& ctx) {
    static const TaggedHash kSeed("assay/vram");
    const VramState words = state_of(kSeed.hash(ctx.view()));
    VramSeed out;
    std::copy(std::begin(words.h), std::end(words.h), std::begin(out.w));
    return out;
}

VramState vram_start(const Hash& ctx, std::uint64_t lane) {
    static const TaggedHash kStart("assay/vram/start");
    std::uint8_t number[8];
    for (int i = 0; i < 8; ++i) number[i] = static_cast<std::uint8_t>(lane >> (8 * i));
    return state_of(kStart.hash(ctx.view(), number));
}

VramState vram_state(const Hash& leaf) {
    return state_of(leaf);
}

Hash vram_leaf(const VramState& state) {
    LaneJob job;
    std::copy(std::begin(state.h), std::end(state.h), std::begin(job.state));
    return store_state(job);
}

void make_items(const VramSeed& seed, std::uint64_t first, std::uint64_t count, std::span<std::uint32_t> out,
                LaneBackend backend) {
    ASSAY_CHECK(out.size() == count * kVramItemWords);
    // The four words of an item fill the four streams of the best back end.
    LaneJob jobs[kVramWordsPerItem];
    for (std::uint64_t i = 0; i < count; ++i) {
        for (std::uint64_t j = 0; j < kVramWordsPerItem; ++j) {
            std::copy(std::begin(seed.w), std::end(seed.w), std::begin(jobs[j].state));
            jobs[j].tag = vram_tag(seed, kVramWordsPerItem * (first + i) + j);
            jobs[j].first = 0;
        }
        advance_lanes(jobs, kVramWordSteps, backend);
        for (std::uint64_t j = 0; j < kVramWordsPerItem; ++j)
            std::copy(std::begin(jobs[j].state), std::end(jobs[j].state),
                      out.begin() + static_cast<std::ptrdiff_t>(kVramItemWords * i + 8 * j));
    }
}

void walk_segment(const VramParams& p, std::span<const std::uint32_t> memory, std::uint64_t first_lane,
                  std::uint64_t segment, std::span<VramState> states) {
    ASSAY_CHECK(memory.size() == p.items * kVramItemWords && states.size() <= kLanesAtOnce);
    const VramWindow window = window_of(p, segment);
    const std::uint32_t* from[kLanesAtOnce];
    const std::uint64_t first = segment * p.leaf_every;
    for (std::uint64_t t = first; t < first + p.leaf_every; ++t) {
        for (std::size_t i = 0; i < states.size(); ++i) {
            from[i] = memory.data() + kVramItemWords * vram_address(states[i].h, window.base, window.items);
            __builtin_prefetch(from[i]);
            __builtin_prefetch(from[i] + kVramItemWords / 2);  // an item is two lines of cache
        }
        for (std::size_t i = 0; i < states.size(); ++i) vram_step(states[i].h, from[i], first_lane + i, t);
    }
}

void walk_without_memory(const VramParams& p, const VramSeed& seed, std::span<VramSegment> segments,
                         LaneBackend backend) {
    std::uint32_t item[kVramItemWords];
    for (std::uint64_t t = 0; t < p.leaf_every; ++t)
        for (VramSegment& each : segments) {
            const VramWindow window = window_of(p, each.segment);
            make_items(seed, vram_address(each.state.h, window.base, window.items), 1, item, backend);
            vram_step(each.state.h, item, each.lane, each.segment * p.leaf_every + t);
        }
}

void walk_vram(const VramParams& p, const Hash& ctx, std::span<const std::uint32_t> memory, std::uint64_t first_lane,
               std::uint64_t count, std::span<Hash> leaves) {
    const std::uint64_t per_lane = segments_per_lane(p);
    ASSAY_CHECK(leaves.size() == count * per_lane);
    VramState states[kLanesAtOnce];
    for (std::uint64_t done = 0; done < count; done += kLanesAtOnce) {
        const std::uint64_t n = std::min(kLanesAtOnce, count - done);
        for (std::uint64_t i = 0; i < n; ++i) states[i] = vram_start(ctx, first_lane + done + i);
        for (std::uint64_t g = 0; g < per_lane; ++g) {
            walk_segment(p, memory, first_lane + done, g, {states, static_cast<std::size_t>(n)});
            for (std::uint64_t i = 0; i < n; ++i) leaves[(done + i) * per_lane + g] = vram_leaf(states[i]);
        }
    }
}

Result<VramMemory> VramMemory::of(const VramParams& p) {
    VramMemory out;
    out.size_ = static_cast<std::size_t>(p.items) * kVramItemWords;
    out.data_.reset(new (std::nothrow) std::uint32_t[out.size_]);
    if (!out.data_)
        return {Code::no_device, "this machine has no room for " + std::to_string(memory_bytes(p) >> 20) +
                                     " MiB of memory, " + std::to_string(p.items) + " items"};
    return out;
}

}  // namespace assay::proofs
