// Filling a card's memory with hashes, a word per thread, and walking through it, a lane per thread. Arithmetic from
// vram_step.hpp and lane_step.hpp, places from vram_layout.hpp: the same that every validator and the host's test run.
#include <cuda_runtime.h>

#include "proofs/cuda/vram_launch.hpp"
#include "proofs/vram_layout.hpp"

namespace assay::proofs::cuda {

namespace {

using namespace vram_layout;

constexpr std::uint32_t kVramThreads = 256;

// 80 registers a thread, as for lanes.
__global__ void __launch_bounds__(kVramThreads, 3) fill_kernel(const FillLaunch p, const lane_detail::Multiplier m) {
    const std::uint64_t i = std::uint64_t{blockIdx.x} * kVramThreads + threadIdx.x;
    if (i >= p.words) return;
    std::uint32_t s[8];
    vram_word(m, p.seed, p.first_word + i, s);
    uint4* const out = reinterpret_cast<uint4*>(p.memory) + 2 * (p.first_word + i);
    out[0] = make_uint4(s[0], s[1], s[2], s[3]);
    out[1] = make_uint4(s[4], s[5], s[6], s[7]);
}

__device__ __forceinline__ void copy_chunk(std::uint32_t to, const std::uint32_t* from) {
    asm volatile("cp.async.cg.shared.global.L2::128B [%0], [%1], 16;" ::"r"(to), "l"(from) : "memory");
}
/// Half of a thread's own item.
__device__ __forceinline__ void read_half(std::uint32_t (&m)[16], const std::uint8_t* warp_memory, std::uint32_t lane,
                                          std::uint32_t half) {
#pragma unroll
    for (std::uint32_t q = 0; q < kItemChunks / 2; ++q) {
        const uint4 x = *reinterpret_cast<const uint4*>(warp_memory + landing(lane, kItemChunks / 2 * half + q));
        m[4 * q] = x.x, m[4 * q + 1] = x.y, m[4 * q + 2] = x.z, m[4 * q + 3] = x.w;
    }
}

// Four blocks on each multiprocessor: 1,024 items of 128 bytes on their way hide a read's latency several times.
__global__ void __launch_bounds__(kVramThreads, 4) walk_kernel(const WalkLaunch p) {
    __shared__ __align__(128) std::uint8_t memory[kVramThreads / kWarp * kWarpBytes];
    const std::uint32_t lane = threadIdx.x % kWarp;
    std::uint8_t* const mine = memory + threadIdx.x / kWarp * kWarpBytes;
    const auto shared = static_cast<std::uint32_t>(__cvta_generic_to_shared(mine));
    const std::uint64_t i = std::uint64_t{blockIdx.x} * kVramThreads + threadIdx.x;
    // Threads beyond the last lane walk it too and write nothing: a warp copies together.
    const std::uint64_t walked = i < p.lanes ? i : p.lanes - 1;

    std::uint32_t h[8];
    if (p.first_segment == 0) {
        lane_hash(p.start_midstate, p.ctx, walked, h);
    } else {
        const uint4* const from = reinterpret_cast<const uint4*>(p.states) + 2 * walked;
        const uint4 a = from[0], b = from[1];
        h[0] = a.x, h[1] = a.y, h[2] = a.z, h[3] = a.w, h[4] = b.x, h[5] = b.y, h[6] = b.z, h[7] = b.w;
    }
    for (std::uint64_t g = 0; g < p.segments; ++g) {
        const std::uint64_t first = (p.first_segment + g) * p.leaf_every;
#pragma unroll 1
        for (std::uint32_t t = 0; t < p.leaf_every; ++t) {
            const std::uint64_t item = vram_address(h, p.base, p.items);
#pragma unroll
            for (std::uint32_t round = 0; round < kRounds; ++round) {
                const std::uint32_t row = copied_row(round, lane), chunk = copied_chunk(lane);
                const std::uint64_t whose =
                    __shfl_sync(0xffffffffu, static_cast<unsigned long long>(item), static_cast<int>(row));
                copy_chunk(shared + landing(row, chunk), p.memory + kVramItemWords * whose + 4 * chunk);
            }
            asm volatile("cp.async.wait_all;" ::: "memory");
            __syncwarp();  // for what the others copied
            std::uint32_t v[16], m[16];
            vram_open(v, h, walked, first + t);
            read_half(m, mine, lane, 0);
            vram_round(v, m);
            read_half(m, mine, lane, 1);
            __syncwarp();  // everybody has read: the next copies may land
            vram_round(v, m);
            vram_close(h, v);
        }
        if (i < p.lanes) {
            using lane_detail::swap_bytes;
            uint4* const out = reinterpret_cast<uint4*>(p.leaves) + 2 * (i * p.leaf_stride + p.leaf_first + g);
            out[0] = make_uint4(swap_bytes(h[0]), swap_bytes(h[1]), swap_bytes(h[2]), swap_bytes(h[3]));
            out[1] = make_uint4(swap_bytes(h[4]), swap_bytes(h[5]), swap_bytes(h[6]), swap_bytes(h[7]));
        }
    }
    if (i < p.lanes) {
        uint4* const to = reinterpret_cast<uint4*>(p.states) + 2 * i;
        to[0] = make_uint4(h[0], h[1], h[2], h[3]);
        to[1] = make_uint4(h[4], h[5], h[6], h[7]);
    }
}

unsigned blocks_of(std::uint64_t threads) {
    return static_cast<unsigned>((threads + kVramThreads - 1) / kVramThreads);
}

}  // namespace

int launch_fill(const FillLaunch& launch, CUstream_st* stream) {
    fill_kernel<<<blocks_of(launch.words), kVramThreads, 0, stream>>>(launch, lane_detail::Multiplier{});
    return static_cast<int>(cudaGetLastError());
}

int launch_walk(const WalkLaunch& launch, CUstream_st* stream) {
    // Copies go past the first cache: all that a multiprocessor may have as shared memory is for items.
    const cudaError_t shared = cudaFuncSetAttribute(walk_kernel, cudaFuncAttributePreferredSharedMemoryCarveout,
                                                    cudaSharedmemCarveoutMaxShared);
    if (shared != cudaSuccess) return static_cast<int>(shared);
    walk_kernel<<<blocks_of(launch.lanes), kVramThreads, 0, stream>>>(launch);
    return static_cast<int>(cudaGetLastError());
}

}  // namespace assay::proofs::cuda
