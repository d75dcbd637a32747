// The lanes kernel: one lane per thread, arithmetic from lane_step.hpp, the same that every validator runs.
#include "proofs/cuda/lanes_launch.hpp"
#include "proofs/lane_step.hpp"

namespace assay::proofs::cuda {

namespace {

constexpr int kThreads = 256;

// Three blocks of 256 threads leave 80 registers a thread, and the compiler takes 76; with four blocks it has 64, which
// is slower (docs/benchmarks.md: 15.5 against 16.2).
__global__ void __launch_bounds__(kThreads, 3) lanes_kernel(const LanesLaunch p, const lane_detail::Multiplier m) {
    const std::uint64_t i = std::uint64_t{blockIdx.x} * kThreads + threadIdx.x;
    if (i >= p.lanes) return;
    uint4* const out = reinterpret_cast<uint4*>(p.leaves) + 2 * i * p.segments_per_lane;

    std::uint32_t h[8], s[8];
    LaneTag tag;
    lane_hash(p.tag_midstate, p.ctx, p.first_lane + i, h);
    tag.w[0] = h[0], tag.w[1] = h[1], tag.w[2] = h[2], tag.w[3] = h[3] & 0xffffff00u;
    if (p.first_segment == 0) {
        lane_hash(p.start_midstate, p.ctx, p.first_lane + i, s);
    } else {
        const uint4 a = out[2 * p.first_segment - 2], b = out[2 * p.first_segment - 1];
        s[0] = a.x, s[1] = a.y, s[2] = a.z, s[3] = a.w, s[4] = b.x, s[5] = b.y, s[6] = b.z, s[7] = b.w;
        for (int j = 0; j < 8; ++j) s[j] = lane_detail::swap_bytes(s[j]);
    }
    for (std::uint64_t g = p.first_segment; g < p.first_segment + p.segments; ++g) {
        lane_steps(m, s, tag, g * p.leaf_every, p.leaf_every);
        using lane_detail::swap_bytes;
        out[2 * g] = make_uint4(swap_bytes(s[0]), swap_bytes(s[1]), swap_bytes(s[2]), swap_bytes(s[3]));
        out[2 * g + 1] = make_uint4(swap_bytes(s[4]), swap_bytes(s[5]), swap_bytes(s[6]), swap_bytes(s[7]));
    }
}

}  // namespace

int launch_lanes(const LanesLaunch& launch, CUstream_st* stream) {
    const auto blocks = static_cast<unsigned>((launch.lanes + kThreads - 1) / kThreads);
    lanes_kernel<<<blocks, kThreads, 0, stream>>>(launch, lane_detail::Multiplier{});
    return static_cast<int>(cudaGetLastError());
}

}  // namespace assay::proofs::cuda
