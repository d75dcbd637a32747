#include "tokenomics/class_task.hpp"

#include <algorithm>
#include <bit>
#include <iterator>

namespace assay::tokenomics {
namespace {

constexpr std::uint64_t kTile = 128, kSubtiles = 16;  // a leaf of gemm: a tile's digests
constexpr u128 kMostLeaves = u128{1} << 40;

struct Dimension {
    ClassWork work;
    const char* name;
    std::uint64_t ClassParams::*member;
    std::uint64_t min;
    std::uint64_t multiple;
};
constexpr Dimension kDimensions[] = {
    {ClassWork::lanes, "lanes", &ClassParams::lanes, 1, 1},
    {ClassWork::lanes, "steps", &ClassParams::steps, 16, 1},
    {ClassWork::lanes, "leaf_every", &ClassParams::leaf_every, 16, 1},
    {ClassWork::gemm, "m", &ClassParams::m, 256, 256},
    {ClassWork::gemm, "n", &ClassParams::n, 256, 256},
    {ClassWork::gemm, "k", &ClassParams::k, 128, 128},
    {ClassWork::vram, "items", &ClassParams::items, 25, 1},
    {ClassWork::vram, "lanes", &ClassParams::lanes, 1, 1},
    {ClassWork::vram, "steps", &ClassParams::steps, 1024, 1},
    {ClassWork::vram, "leaf_every", &ClassParams::leaf_every, 16, 1},
    {ClassWork::vram, "windows", &ClassParams::windows, 1, 1},
    {ClassWork::vram, "stay", &ClassParams::stay, 0, 1},
};

const char* name_of(ClassWork work) {
    switch (work) {
        case ClassWork::lanes:
            return "lanes";
        case ClassWork::gemm:
            return "gemm";
        case ClassWork::vram:
            return "vram";
    }
    return "unknown";
}

bool has_size(ClassWork work, std::uint64_t ClassParams::*member) {
    return std::any_of(std::begin(kDimensions), std::end(kDimensions),
                       [&](const Dimension& d) { return d.work == work && d.member == member; });
}

std::string sizes_of(ClassWork work) {
    std::string out;
    for (const Dimension& d : kDimensions)
        if (d.work == work) out += (out.empty() ? "" : ", ") + std::string(d.name);
    return out;
}

u128 leaves_of(const ClassParams& c) {
    if (c.work == ClassWork::gemm) return u128{c.m / kTile} * (c.n / kTile);
    return u128{c.lanes} * (c.steps / c.leaf_every);
}

// What a walk through memory is asked for beside the least of each size; why, docs/security/vram.md says.
Status check_walk(const ClassParams& c, const std::string& at) {
    const auto wrong = [&](const std::string& what) { return Status(Error{Code::bad_genesis, at + what}); };
    if (c.leaf_every > 512)
        return wrong(".leaf_every of " + std::to_string(c.leaf_every) + ": work of kind vram takes 512 at most");
    if (c.lanes > c.items / 25)
        return wrong(".lanes of " + std::to_string(c.lanes) + " is above items / 25 = " + std::to_string(c.items / 25) +
                     ": more than 1 % of the memory would be states of lanes");
    const u128 reads = u128{c.lanes} * c.steps, least = u128{16} * c.items;
    if (reads < least)
        return wrong(": lanes x steps of " + to_digits(reads) + " is below 16 x items = " + to_digits(least) +
                     ": making items when they are read would pay");
    if (c.windows == 1) {
        if (c.stay == 0) return {};
        return wrong(".stay of " + std::to_string(c.stay) + ": it is 0 where windows is 1");
    }
    if (c.items % c.windows != 0)
        return wrong(".windows of " + std::to_string(c.windows) + " does not divide items of " +
                     std::to_string(c.items));
    if (c.stay == 0) return wrong(".stay is 0, and windows is " + std::to_string(c.windows));
    const std::uint64_t segments = c.steps / c.leaf_every;
    const u128 turn = u128{c.windows} * c.stay;
    if (segments % turn != 0)
        return wrong(": steps / leaf_every of " + std::to_string(segments) +
                     " is no multiple of windows x stay = " + to_digits(turn) + ": windows would be read unequally");
    const u128 visit = u128{c.lanes} * c.stay * c.leaf_every;
    if (visit > c.items / c.windows)
        return wrong(": lanes x stay x leaf_every of " + to_digits(visit) + " is above the items of a window, " +
                     std::to_string(c.items / c.windows) + ": filling it anew for each visit would pay");
    return {};
}

}  // namespace

Status check_task(const ClassParams& c) {
    const std::string at = "classes." + c.name;
    for (const Dimension& d : kDimensions) {
        const std::uint64_t v = c.*d.member;
        const std::string field = at + "." + d.name;
        if (d.work != c.work) {
            if (v != 0 && !has_size(c.work, d.member))
                return {Code::bad_genesis, field + " of " + std::to_string(v) + ": work is " + name_of(c.work) +
                                               ", whose sizes are " + sizes_of(c.work)};
            continue;
        }
        if (v < d.min)
            return {Code::field_out_of_range, field + " is " + std::to_string(v) + ", work of kind " + name_of(c.work) +
                                                  " needs " + std::to_string(d.min) + " at least"};
        if (v % d.multiple != 0)
            return {Code::bad_genesis,
                    field + " of " + std::to_string(v) + " is no multiple of " + std::to_string(d.multiple)};
    }
    if (c.work != ClassWork::gemm) {
        if (!std::has_single_bit(c.leaf_every))
            return {Code::bad_genesis, at + ".leaf_every of " + std::to_string(c.leaf_every) + " is no power of two"};
        if (c.steps % c.leaf_every != 0)
            return {Code::bad_genesis, at + ".steps of " + std::to_string(c.steps) +
                                           " is not divisible by leaf_every of " + std::to_string(c.leaf_every)};
    }
    if (const u128 leaves = leaves_of(c); leaves > kMostLeaves)
        return {Code::bad_genesis,
                at + (c.work == ClassWork::gemm ? ": m x n / 16384 is " : ": lanes x steps / leaf_every is ") +
                    to_digits(leaves) + ", more than 2^40 leaves"};
    if (c.work == ClassWork::vram) return check_walk(c, at);
    return {};
}

TaskSize task_size(const ClassParams& c) {
    TaskSize out;
    out.leaves = static_cast<std::uint64_t>(leaves_of(c));
    switch (c.work) {
        case ClassWork::lanes:
            out.samples = out.leaves;
            out.sample_leaves = 2;  // and the leaf before it
            out.sample_units = c.leaf_every + 2;
            out.units = u128{c.lanes} * c.steps;
            break;
        case ClassWork::gemm:
            out.samples = out.leaves * kSubtiles;
            out.leaf_words = kSubtiles * 8 / 32;
            out.sample_units = 5 * c.k + 128;
            out.units = u128{out.leaves} * (kTile * kTile / 256) * c.k;
            break;
        case ClassWork::vram:
            out.samples = out.leaves;
            out.sample_leaves = 2;
            out.sample_units = 33 * c.leaf_every + 2;  // an item, 32 compressions, for every step
            out.loads = {c.items, u128{c.lanes} * c.steps};
            out.units = 32 * out.loads[0] + out.loads[1];
            return out;
    }
    out.loads = {out.units, out.units};
    return out;
}

OpeningSize opening_size(const ClassParams& c, std::uint64_t samples) {
    const TaskSize t = task_size(c);
    const std::uint64_t depth = t.leaves <= 1 ? 0 : static_cast<std::uint64_t>(std::bit_width(t.leaves - 1));
    const std::uint64_t k = std::min(samples, t.samples);
    // o leaves of a tree of depth d have at most o (d - floor(log2 o)) siblings.
    const std::uint64_t opened = std::min(t.sample_leaves * k, t.leaves);
    const auto log2 = static_cast<std::uint64_t>(std::bit_width(opened) - 1);
    constexpr u128 kHash = 32, kAround = 1024;  // the transaction around the opening, memo and signature included
    const u128 path = 1 + t.leaf_words / 2 + 2 * depth;
    return {u128{k} * (t.sample_units + t.sample_leaves * path),
            kHash * opened * (t.leaf_words + depth - log2) + kAround};
}

OpeningSize largest_opening(const Params& p) {
    OpeningSize out;
    for (const ClassParams& c : p.classes) {
        const OpeningSize one = opening_size(c, p.work.samples);
        out = {std::max(out.units, one.units), std::max(out.bytes, one.bytes)};
    }
    return out;
}

}  // namespace assay::tokenomics
