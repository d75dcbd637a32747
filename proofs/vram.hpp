// Work of kind `vram` (PROTOCOL §6): lanes walk through a memory full of hashes, and every step needs an item of it.
//
//   VramParams work{.items = 4096, .lanes = 64, .steps = 1024};      // 512 KiB
//   VramSeed seed = vram_seed(ctx);
//   ASSAY_TRY(VramMemory memory, VramMemory::of(work));
//   make_items(seed, 0, work.items, memory.words());
//   std::vector<Hash> leaves(leaf_count(work));
//   walk_vram(work, ctx, memory.words(), 0, work.lanes, leaves);
//
//   lane l starts at   h = H("assay/vram/start", ctx | l), eight big-endian words; l as u64, little-endian
//   step t             reads the item that h names in the window of its segment and mixes it into h (vram_step.hpp)
//   segment g          is the steps g·T .. g·T + T-1 of a lane; its window is floor(g / stay) mod windows
//   leaf l·(S/T) + g   is h after segment g, 32 bytes, big-endian words
//
// Windows are for cards whose reads slow down beyond a part of their memory (docs/benchmarks.md): all lanes are in the
// same one at the same time, and no visit reads more items than a window has, so that nobody gets along with a part of
// the memory that is filled anew for each visit.
//
// An item costs 32 compressions to make and one read to have. Who checks a sample makes the items of one segment.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "base/borsh.hpp"
#include "base/bytes.hpp"
#include "base/result.hpp"
#include "proofs/lanes.hpp"
#include "proofs/vram_step.hpp"

namespace assay::proofs {

inline constexpr std::uint64_t kMaxVramItems = std::uint64_t{1} << 40;
inline constexpr std::uint32_t kMaxVramLeafEvery = 512;

struct VramParams {
    static constexpr std::uint8_t kTag = 2;
    std::uint64_t items = 0;         ///< of 128 bytes, a multiple of `windows`, at most 2^40 and at least 25 for a lane
    std::uint64_t lanes = 0;         ///< N, at least 1
    std::uint64_t steps = 0;         ///< S per lane, at least 1024; N · S is at least 16 · items
    std::uint32_t leaf_every = 128;  ///< T, a power of two from 16 to 512
    std::uint32_t windows = 1;       ///< equal parts of the memory that the walk goes through in turn; 1: all at once
    std::uint32_t stay = 0;          ///< segments of a lane in a window before the next one; 0 where windows is 1
    ASSAY_FIELDS(items, lanes, steps, leaf_every, windows, stay)
    bool operator==(const VramParams&) const = default;
};

/// Errors: field_out_of_range with the field's name, the rule and both numbers. Everything below expects parameters
/// that passed.
[[nodiscard]] Status validate(const VramParams& p);
[[nodiscard]] std::uint64_t segments_per_lane(const VramParams& p);
/// lanes · steps / leaf_every.
[[nodiscard]] std::uint64_t leaf_count(const VramParams& p);
/// Indices that a sample is drawn from: the leaves.
[[nodiscard]] std::uint64_t sample_range(const VramParams& p);
/// 32 compressions for each item and a unit for each step.
[[nodiscard]] std::uint64_t work_units(const VramParams& p);
/// To recompute one sampled leaf: 33 for each step, one for the seed and one for a lane's start.
[[nodiscard]] std::uint64_t sample_units(const VramParams& p);
/// 32-byte words in a leaf.
[[nodiscard]] constexpr std::uint64_t leaf_words(const VramParams&) {
    return 1;
}
/// Leaves that one sample opens at most.
[[nodiscard]] constexpr std::uint64_t sample_leaves(const VramParams&) {
    return 2;
}
/// The targets and, for each that is not its lane's first, the leaf before it. `targets` and the result ascend.
[[nodiscard]] std::vector<std::uint64_t> needed_leaves(const VramParams& p, std::span<const std::uint64_t> targets);
/// Recomputes every target, making the items that it reads. `needed` and `words` are the leaves that `needed_leaves`
/// names and their contents. Returns the targets whose leaf is not what the work gives.
[[nodiscard]] std::vector<std::uint64_t> wrong_targets(const VramParams& p, const Hash& ctx,
                                                       std::span<const std::uint64_t> targets,
                                                       std::span<const std::uint64_t> needed,
                                                       std::span<const Hash> words,
                                                       LaneBackend backend = best_lane_backend());

// ---------------------------------------------------------------- the work itself

/// Bytes of the memory that is walked through.
[[nodiscard]] std::uint64_t memory_bytes(const VramParams& p);
/// A part of the memory, in items.
struct VramWindow {
    std::uint64_t base, items;
};
/// Where segment `segment` of every lane reads.
[[nodiscard]] VramWindow window_of(const VramParams& p, std::uint64_t segment);

[[nodiscard]] VramSeed vram_seed(const Hash& ctx);
/// h of a lane before its first step.
struct VramState {
    std::uint32_t h[8];  ///< big-endian words
};
[[nodiscard]] VramState vram_start(const Hash& ctx, std::uint64_t lane);
[[nodiscard]] VramState vram_state(const Hash& leaf);
[[nodiscard]] Hash vram_leaf(const VramState& state);

/// Items [first, first + count) of the memory into `out`: count · 32 words. Any split over calls gives the same.
void make_items(const VramSeed& seed, std::uint64_t first, std::uint64_t count, std::span<std::uint32_t> out,
                LaneBackend backend = best_lane_backend());

/// Lanes [first_lane, first_lane + count) through `memory`, all items · 32 words of it, into `leaves`, lane after lane:
/// count · S/T of them. Any split of the lanes over calls gives the same leaves.
void walk_vram(const VramParams& p, const Hash& ctx, std::span<const std::uint32_t> memory, std::uint64_t first_lane,
               std::uint64_t count, std::span<Hash> leaves);

/// One segment of lanes first_lane, first_lane + 1, … at once: one waits for memory while the others are mixed.
void walk_segment(const VramParams& p, std::span<const std::uint32_t> memory, std::uint64_t first_lane,
                  std::uint64_t segment, std::span<VramState> states);
/// A segment of a lane, and h before it; after walk_without_memory, h at its end.
struct VramSegment {
    std::uint64_t lane, segment;
    VramState state;
};
/// Any segments without any memory: every item that they read is made. They go on in turn: a processor begins an item
/// of the next one while it mixes that of the one before.
void walk_without_memory(const VramParams& p, const VramSeed& seed, std::span<VramSegment> segments,
                         LaneBackend backend = best_lane_backend());

/// The memory of a work on this machine, not filled yet.
class VramMemory {
   public:
    /// Errors: no_device with the size where there is no room for it.
    [[nodiscard]] static Result<VramMemory> of(const VramParams& p);
    [[nodiscard]] std::span<std::uint32_t> words() { return {data_.get(), size_}; }

   private:
    std::unique_ptr<std::uint32_t[]> data_;
    std::size_t size_ = 0;
};

}  // namespace assay::proofs
