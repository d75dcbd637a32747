// The provider's side: do the work on some back end, keep the leaves, open what is asked.
//
//   CpuBackend cpu;
//   ASSAY_TRY_VOID(selftest(cpu));                                   // nothing is proved before it passes
//   ASSAY_TRY(WorkResult done, prove(params, ctx, cpu));
//   ASSAY_TRY_VOID(recheck(done, salt, 32));                         // before the root is committed
//   ASSAY_TRY(Opening opening, done.open(seed, 64));
//
// A back end computes leaves and nothing else: trees, faults, checks and openings are the same for all of them.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "proofs/fault.hpp"
#include "proofs/kinds.hpp"
#include "proofs/lane_blocks.hpp"
#include "proofs/merkle.hpp"
#include "proofs/opening.hpp"

namespace assay::proofs {

class Backend {
   public:
    virtual ~Backend() = default;
    [[nodiscard]] virtual std::string name() const = 0;
    /// Kinds that it can do; the others are refused with no_device.
    [[nodiscard]] virtual bool does(WorkKind kind) const = 0;
    /// The leaves of lanes from `first_lane` on, lane after lane, as many whole lanes as `leaves` has places for.
    /// Errors: no_device with one sentence.
    [[nodiscard]] virtual Status run_lanes(const LanesParams& p, const Hash& ctx, std::uint64_t first_lane,
                                           std::span<Hash> leaves) = 0;
    /// All lanes, of which only `blocks` is kept (as lane_blocks made it). Errors: the same.
    [[nodiscard]] virtual Status run_lane_blocks(const LanesParams& p, const Hash& ctx, LaneBlocks& blocks);
    /// All leaves of the work, row of tiles after row, into leaf_count(p) · leaf_words(p) places. Errors: no_device.
    [[nodiscard]] virtual Status run_gemm(const GemmParams& p, const Hash& ctx, std::span<Hash> words) = 0;
    /// All leaves of the work, lane after lane, into leaf_count(p) places. Errors: no_device, also where the memory
    /// that the work fills is not there.
    [[nodiscard]] virtual Status run_vram(const VramParams& p, const Hash& ctx, std::span<Hash> leaves) = 0;
};

/// One thread of this processor. Its results are what every other back end is compared with.
class CpuBackend final : public Backend {
   public:
    explicit CpuBackend(LaneBackend lanes = best_lane_backend(), GemmBackend gemm = best_gemm_backend())
        : lanes_(lanes), gemm_(gemm) {}
    [[nodiscard]] std::string name() const override;
    [[nodiscard]] bool does(WorkKind kind) const override;
    [[nodiscard]] Status run_lanes(const LanesParams& p, const Hash& ctx, std::uint64_t first_lane,
                                   std::span<Hash> leaves) override;
    [[nodiscard]] Status run_gemm(const GemmParams& p, const Hash& ctx, std::span<Hash> words) override;
    [[nodiscard]] Status run_vram(const VramParams& p, const Hash& ctx, std::span<Hash> leaves) override;

   private:
    LaneBackend lanes_;
    GemmBackend gemm_;
};

/// Finished work. Owned by one thread.
class WorkResult {
   public:
    /// `leaves`: leaf_count(params) · leaf_words(params) words.
    WorkResult(const WorkParams& params, const Hash& ctx, std::vector<Hash> leaves);
    /// Lanes of which only blocks were kept.
    WorkResult(const LanesParams& params, const Hash& ctx, LaneBlocks blocks);

    [[nodiscard]] const WorkParams& params() const { return params_; }
    [[nodiscard]] const Hash& ctx() const { return ctx_; }
    [[nodiscard]] Hash root() const { return tree_.root(); }
    /// Every word; none where only blocks were kept.
    [[nodiscard]] std::span<const Hash> leaves() const { return leaves_; }

    /// What the chain takes for this challenge. Errors: field_out_of_range where k is 0. Where only blocks were kept,
    /// those that hold an opened leaf are computed again here, and selftest_failed says that one came out differently:
    /// the work was done wrongly there, and nothing that would be slashed is handed out.
    [[nodiscard]] Result<Opening> open(const Hash& seed, std::uint64_t k) const;
    /// For indices of the caller's choice. Errors also: opening_index_missing (not ascending, too large, or none).
    [[nodiscard]] Result<Opening> open(std::span<const std::uint64_t> targets) const;

   private:
    [[nodiscard]] Result<Opening> open_blocks(std::span<const std::uint64_t> needed) const;

    WorkParams params_;
    Hash ctx_;
    std::vector<Hash> leaves_;
    MerkleTree tree_;                   ///< over the leaves, or over the blocks
    std::optional<LaneBlocks> blocks_;  ///< its roots are in the tree
};

/// Work that is kept whole in memory has at most this many 32-byte words of leaves (and twice that for the tree); so
/// has one lane.
inline constexpr std::uint64_t kMaxWordsInMemory = std::uint64_t{1} << 28;

/// Does the work. With a fault, does it wrongly (on one thread of the processor where the fault changes the way).
/// Honest lanes with more leaves than `most_blocks` are kept as at most that many blocks.
/// Errors: field_out_of_range, or what the back end says.
[[nodiscard]] Result<WorkResult> prove(const WorkParams& params, const Hash& ctx, Backend& backend,
                                       const Fault& fault = {}, std::uint64_t most_blocks = kMostBlocks);

/// Recomputes `samples` samples on this processor, picked from `salt` and the root: hardware that computes wrongly is
/// found before it costs stake. Errors: selftest_failed with the first wrong index.
[[nodiscard]] Status recheck(const WorkResult& work, const Hash& salt, std::uint64_t samples);

/// Known answers for one kind of work, made by another implementation. Errors: selftest_failed; the back end's own.
[[nodiscard]] Status selftest(Backend& backend, WorkKind kind);
/// For every kind that it does.
[[nodiscard]] Status selftest(Backend& backend);

}  // namespace assay::proofs
