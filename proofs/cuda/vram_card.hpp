// A walk on a card: its memory, filled and walked through in launches, its leaves copied out page by page.
//
//   VramCard card;
//   ASSAY_TRY_VOID(card.run(params, ctx, leaves, stream, event, 60'000));
//
// The memory stays allocated from one work to the next.
#pragma once

#include <span>

#include "base/sha256.hpp"
#include "proofs/cuda/raii.hpp"
#include "proofs/cuda/vram_launch.hpp"
#include "proofs/vram_parts.hpp"

namespace assay::proofs::cuda {

class VramCard {
   public:
    /// All leaves of the work. The card is the current one. Errors: no_device with one sentence, also where the card
    /// has no room.
    Status run(const VramParams& p, const Hash& ctx, std::span<Hash> leaves, const Stream& stream, Event& done,
               std::uint64_t timeout_ms) {
        ASSAY_TRY_VOID(reserve(p));
        const VramSeed seed = vram_seed(ctx);
        // A launch does some 2^33 compressions or reads, under a second: long kernels block a display and hide a hang.
        constexpr std::uint64_t kAtOnce = std::uint64_t{1} << 33, kWordsAtOnce = kAtOnce / kVramWordSteps;
        const std::uint64_t words = kVramWordsPerItem * p.items;
        for (std::uint64_t first = 0; first < words; first += kWordsAtOnce) {
            ASSAY_CUDA(launch_fill({seed, first, std::min(kWordsAtOnce, words - first), memory_.get()}, stream.get()));
            ASSAY_TRY_VOID(done.record(stream));
            ASSAY_TRY_VOID(done.wait("filling the memory", timeout_ms));
        }
        WalkLaunch launch{};
        static const TaggedHash kStart("assay/vram/start");
        const VramState bound = vram_state(ctx);
        for (int i = 0; i < 8; ++i) launch.start_midstate[i] = kStart.midstate().h[i], launch.ctx[i] = bound.h[i];
        launch.memory = memory_.get();
        launch.lanes = p.lanes;
        launch.leaf_every = p.leaf_every;
        launch.states = states_.get();
        launch.leaves = leaves_.get();
        const std::uint64_t per_lane = segments_per_lane(p);
        for (const VramPart& part : vram_parts(p, kLeafBytes, kAtOnce)) {
            const VramWindow window = window_of(p, part.first_segment);
            launch.base = window.base, launch.items = window.items;
            launch.first_segment = part.first_segment, launch.segments = part.segments;
            launch.leaf_stride = part.page_segments, launch.leaf_first = part.first_segment - part.page_first;
            ASSAY_CUDA(launch_walk(launch, stream.get()));
            ASSAY_TRY_VOID(done.record(stream));
            ASSAY_TRY_VOID(done.wait("the walk", timeout_ms));
            if (part.first_segment + part.segments < part.page_first + part.page_segments) continue;
            const auto wide = static_cast<std::size_t>(32 * part.page_segments);
            ASSAY_CUDA(cudaMemcpy2DAsync(leaves[static_cast<std::size_t>(part.page_first)].data(),
                                         static_cast<std::size_t>(32 * per_lane), leaves_.get(), wide, wide,
                                         static_cast<std::size_t>(p.lanes), cudaMemcpyDeviceToHost, stream.get()));
            ASSAY_TRY_VOID(done.record(stream));
            ASSAY_TRY_VOID(done.wait("copying the leaves", timeout_ms));
        }
        return {};
    }

   private:
    static constexpr std::uint64_t kLeafBytes = std::uint64_t{1} << 29;  ///< room for a page of leaves

    Status reserve(const VramParams& p) {
        const std::uint64_t page = std::max(kLeafBytes, 32 * p.lanes);
        const std::uint64_t all = memory_bytes(p) + 32 * p.lanes + std::min(page, 32 * leaf_count(p));
        std::size_t free = 0, total = 0;
        ASSAY_CUDA(cudaMemGetInfo(&free, &total));
        const std::uint64_t held = (memory_.size() + states_.size() + leaves_.size()) * sizeof(std::uint32_t);
        if (all > free + held)
            return {Code::no_device, "a walk through " + std::to_string(memory_bytes(p) >> 20) + " MiB needs " +
                                         std::to_string(all >> 20) + " MiB of the card, and " +
                                         std::to_string((free + held) >> 20) + " of its " +
                                         std::to_string(total >> 20) + " MiB are free"};
        // The large one first, while nothing else of this work is in its way.
        ASSAY_TRY_VOID(memory_.reserve(static_cast<std::size_t>(memory_bytes(p) / sizeof(std::uint32_t))));
        ASSAY_TRY_VOID(states_.reserve(static_cast<std::size_t>(8 * p.lanes)));
        return leaves_.reserve(static_cast<std::size_t>(std::min(page, 32 * leaf_count(p)) / sizeof(std::uint32_t)));
    }

    Buffer<std::uint32_t> memory_, states_, leaves_;
};

}  // namespace assay::proofs::cuda
