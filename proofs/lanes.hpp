// Work of kind `lanes` (PROTOCOL §6): N lanes of S dependent SHA-256 steps, a leaf after every T steps.
//
//   lane l starts at   state = H("assay/lane/start", ctx | l)       l as u64, little-endian
//   its tag is         the first 15 bytes of H("assay/lane", ctx | l)
//   step t is          state = SHA256(state | tag | t)              t = 0 .. S-1, u64 little-endian
//   leaf l·(S/T) + g   is the 32-byte state after step (g+1)·T - 1
//
//   LanesParams work{.lanes = 64, .steps = 1024, .leaf_every = 256};
//   std::vector<Hash> leaves(leaf_count(work));
//   run_lanes(work, ctx, 0, work.lanes, leaves);
//
// CPU back ends: SHA-NI with four interleaved lanes, SHA-NI with one, portable; the best is chosen once, at run time.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "base/borsh.hpp"
#include "base/bytes.hpp"
#include "base/result.hpp"
#include "proofs/lane_step.hpp"
#include "proofs/merkle.hpp"

namespace assay::proofs {

struct LanesParams {
    static constexpr std::uint8_t kTag = 0;
    std::uint64_t lanes = 0;          ///< N, at least 1
    std::uint64_t steps = 0;          ///< S per lane, a multiple of leaf_every
    std::uint32_t leaf_every = 1024;  ///< T, a power of two from 16 to 4096
    ASSAY_FIELDS(lanes, steps, leaf_every)
    bool operator==(const LanesParams&) const = default;
};

/// Errors: field_out_of_range with the field's name. Everything below expects parameters that passed.
[[nodiscard]] Status validate(const LanesParams& p);
[[nodiscard]] std::uint64_t segments_per_lane(const LanesParams& p);
/// lanes · steps / leaf_every; 0 for parameters that `validate` refuses for a zero.
[[nodiscard]] std::uint64_t leaf_count(const LanesParams& p);
/// Indices that a sample is drawn from: the leaves.
[[nodiscard]] std::uint64_t sample_range(const LanesParams& p);
/// SHA-256 compressions of the whole work.
[[nodiscard]] std::uint64_t work_units(const LanesParams& p);
/// Compressions to recompute one sampled leaf, its tag and start included.
[[nodiscard]] std::uint64_t sample_units(const LanesParams& p);
/// 32-byte words in a leaf.
[[nodiscard]] constexpr std::uint64_t leaf_words(const LanesParams&) {
    return 1;
}
/// Leaves that one sample opens at most.
[[nodiscard]] constexpr std::uint64_t sample_leaves(const LanesParams&) {
    return 2;
}
/// The targets and, for each that is not its lane's first, the leaf before it. `targets` and the result ascend.
[[nodiscard]] std::vector<std::uint64_t> needed_leaves(const LanesParams& p, std::span<const std::uint64_t> targets);
/// Recomputes every target. `needed` and `words` are the leaves that `needed_leaves` names and their contents.
/// Returns the targets whose leaf is not what the work gives.
[[nodiscard]] std::vector<std::uint64_t> wrong_targets(const LanesParams& p, const Hash& ctx,
                                                       std::span<const std::uint64_t> targets,
                                                       std::span<const std::uint64_t> needed,
                                                       std::span<const Hash> words);

// ---------------------------------------------------------------- the work itself

/// A lane on its way: `steps` steps from `first` lead from `state` to the next one.
struct LaneJob {
    std::uint32_t state[8];  ///< big-endian words
    LaneTag tag;
    std::uint64_t first = 0;
};

[[nodiscard]] LaneTag lane_tag(const Hash& ctx, std::uint64_t lane);
/// The job of a lane at its start.
[[nodiscard]] LaneJob lane_start(const Hash& ctx, std::uint64_t lane);
void load_state(LaneJob& job, const Hash& state);
[[nodiscard]] Hash store_state(const LaneJob& job);

enum class LaneBackend : std::uint8_t { portable, sha_ni, sha_ni_4 };
[[nodiscard]] const char* lane_backend_name(LaneBackend b);
[[nodiscard]] bool lane_backend_works(LaneBackend b);  ///< on this processor
[[nodiscard]] LaneBackend best_lane_backend();

/// Takes every job `steps` steps on, and its `first` with it. Every back end gives the same.
void advance_lanes(std::span<LaneJob> jobs, std::uint32_t steps, LaneBackend backend = best_lane_backend());

/// Lanes [first_lane, first_lane + count) of the work into `leaves`, lane after lane: count · S/T of them.
/// Any split of the lanes over calls gives the same leaves: this is how a caller may use several threads.
void run_lanes(const LanesParams& p, const Hash& ctx, std::uint64_t first_lane, std::uint64_t count,
               std::span<Hash> leaves, LaneBackend backend = best_lane_backend());

}  // namespace assay::proofs
