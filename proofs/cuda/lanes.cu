// The lanes kernel: one lane per thread, arithmetic from lane_step.hpp, the same that every validator runs.
#include "proofs/cuda/lanes_launch.hpp"

namespace assay::proofs::cuda {

namespace {

constexpr int kThreads = kLanesThreads;

// Three blocks of 256 threads leave 80 registers a thread, and the compiler takes 76; with four blocks it has 64, which
// is slower (docs/benchmarks.md: 15.5 against 16.2).
template <lane_detail::Shifts kShifts>
__global__ void __launch_bounds__(kThreads, kLanesBlocks)
    lanes_kernel(const LanesLaunch p, const lane_detail::Multiplier m) {
    const std::uint64_t i = std::uint64_t{blockIdx.x} * kThreads + threadIdx.x;
    if (i >= p.lanes) return;
    HashPlace* const out = p.leaves + i * p.segments_per_lane;

    std::uint32_t h[8], s[8];
    LaneTag tag;
    lane_hash(p.tag_midstate, p.ctx, p.first_lane + i, h);
    tag.w[0] = h[0], tag.w[1] = h[1], tag.w[2] = h[2], tag.w[3] = h[3] & 0xffffff00u;
    if (p.first_segment == 0) {
        lane_hash(p.start_midstate, p.ctx, p.first_lane + i, s);
    } else {
        merkle_detail::load(out[p.first_segment - 1], s);
    }
    for (std::uint64_t g = p.first_segment; g < p.first_segment + p.segments; ++g) {
        lane_steps<kShifts>(m, s, tag, g * p.leaf_every, p.leaf_every);
        merkle_detail::store(s, out[g]);
    }
}

}  // namespace

int launch_lanes(const LanesLaunch& launch, lane_detail::Shifts shifts, CUstream_st* stream) {
    using lane_detail::Shifts;
    const auto blocks = static_cast<unsigned>((launch.lanes + kThreads - 1) / kThreads);
    auto* const kernel = shifts == Shifts::products ? lanes_kernel<Shifts::products> : lanes_kernel<Shifts::logic>;
    kernel<<<blocks, kThreads, 0, stream>>>(launch, lane_detail::Multiplier{});
    return static_cast<int>(cudaGetLastError());
}

}  // namespace assay::proofs::cuda
