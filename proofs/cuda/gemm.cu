// int8 products on tensor units, `mma.sync` for sm_80 and up, with the digests taken from the registers that hold C: C
// is written nowhere. Places come from gemm_fragments.hpp and the arithmetic from chacha8.hpp and gemm_step.hpp, the
// same that every validator runs.
#include <cuda_runtime.h>

#include "proofs/cuda/gemm_launch.hpp"
#include "proofs/gemm_fragments.hpp"

namespace assay::proofs::cuda {

namespace {

using namespace gemm_fragments;

constexpr std::uint32_t kSharedBytes = kStages * kStageBytes;
static_assert(kSharedBytes <= 99 * 1024, "the least that a block may have on a card from sm_80 on");
constexpr std::uint64_t kRowGroup = 16;  // blocks of rows that go over B together, so that both stay in the L2 cache

// One block of keystream, 64 bytes of a row, per thread.
__global__ void __launch_bounds__(256) rows_kernel(const RowsLaunch p) {
    const std::uint64_t i = std::uint64_t{blockIdx.x} * blockDim.x + threadIdx.x;
    const std::uint32_t per_row = p.row_bytes / 64;
    if (i >= p.rows * per_row) return;
    std::uint32_t words[16];
    chacha8_block(p.key, p.first_row + i / per_row, i % per_row, words);
    uint4* const out = reinterpret_cast<uint4*>(p.out) + 4 * i;
#pragma unroll
    for (int q = 0; q < 4; ++q) out[q] = make_uint4(words[4 * q], words[4 * q + 1], words[4 * q + 2], words[4 * q + 3]);
}

__device__ __forceinline__ void copy_async(std::uint32_t to, const std::uint8_t* from) {
    asm volatile("cp.async.cg.shared.global.L2::128B [%0], [%1], 16;" ::"r"(to), "l"(from) : "memory");
}
__device__ __forceinline__ void load_matrices(std::uint32_t (&out)[4], std::uint32_t from) {
    asm volatile("ldmatrix.sync.aligned.m8n8.x4.shared.b16 {%0,%1,%2,%3}, [%4];"
                 : "=r"(out[0]), "=r"(out[1]), "=r"(out[2]), "=r"(out[3])
                 : "r"(from)
                 : "memory");
}
__device__ __forceinline__ void multiply(int (&c)[4], const std::uint32_t (&a)[4], std::uint32_t b0, std::uint32_t b1) {
    asm volatile("mma.sync.aligned.m16n8k32.row.col.s32.s8.s8.s32 {%0,%1,%2,%3}, {%4,%5,%6,%7}, {%8,%9}, {%0,%1,%2,%3};"
                 : "+r"(c[0]), "+r"(c[1]), "+r"(c[2]), "+r"(c[3])
                 : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b0), "r"(b1));
}

/// Slice `slice` of the block's rows into its stage of shared memory. Every thread copies six chunks of 16 bytes.
__device__ __forceinline__ void copy_slice(const std::uint8_t* a, const std::uint8_t* b, std::uint32_t k,
                                           std::uint32_t slice, std::uint32_t shared) {
    const std::uint32_t stage = shared + slice % kStages * kStageBytes;
    const std::uint64_t left = std::uint64_t{slice} * kSliceBytes;
#pragma unroll
    for (std::uint32_t i = 0; i < kBlockRows * kChunks / kThreads; ++i) {
        const std::uint32_t row = (threadIdx.x + i * kThreads) / kChunks, chunk = threadIdx.x % kChunks;
        copy_async(stage + slice_offset(row, chunk), a + std::uint64_t{row} * k + left + 16 * chunk);
    }
#pragma unroll
    for (std::uint32_t i = 0; i < kBlockCols * kChunks / kThreads; ++i) {
        const std::uint32_t row = (threadIdx.x + i * kThreads) / kChunks, chunk = threadIdx.x % kChunks;
        copy_async(stage + kBlockRows * kSliceBytes + slice_offset(row, chunk),
                   b + std::uint64_t{row} * k + left + 16 * chunk);
    }
}
__device__ __forceinline__ void end_group() {
    asm volatile("cp.async.commit_group;" ::: "memory");
}

// One block on each multiprocessor: the sums of a warp's 64 x 64 take 128 registers of each thread.
__global__ void __launch_bounds__(kThreads, 1) gemm_kernel(const GemmLaunch p) {
    extern __shared__ __align__(128) std::uint8_t memory[];
    const auto shared = static_cast<std::uint32_t>(__cvta_generic_to_shared(memory));
    const std::uint32_t lane = threadIdx.x % 32, warp = threadIdx.x / 32, slices = p.k / kSliceBytes;
    const std::uint64_t down = p.rows / kBlockRows, across = p.cols / kBlockCols;

    for (std::uint64_t turn = blockIdx.x; turn < down * across; turn += gridDim.x) {
        const std::uint64_t group = turn / (kRowGroup * across), rest = turn % (kRowGroup * across);
        const std::uint64_t rows_left = down - group * kRowGroup;
        const std::uint64_t high = rows_left < kRowGroup ? rows_left : kRowGroup;
        const std::uint64_t block_row = group * kRowGroup + rest % high, block_col = rest / high;
        const std::uint8_t* const a = reinterpret_cast<const std::uint8_t*>(p.a) + block_row * kBlockRows * p.k;
        const std::uint8_t* const b = reinterpret_cast<const std::uint8_t*>(p.b) + block_col * kBlockCols * p.k;

        int sums[kDown][kAcross][4] = {};
        for (std::uint32_t slice = 0; slice < kStages - 1; ++slice) {
            if (slice < slices) copy_slice(a, b, p.k, slice, shared);
            end_group();
        }
        for (std::uint32_t slice = 0; slice < slices; ++slice) {
            // A group for every slice, empty ones too: all but the youngest two are done, so this slice is there.
            asm volatile("cp.async.wait_group %0;" ::"n"(kStages - 2) : "memory");
            __syncthreads();  // for everybody's copies, and for everybody to be through with the stage that is next
            if (slice + kStages - 1 < slices) copy_slice(a, b, p.k, slice + kStages - 1, shared);
            end_group();
            const std::uint32_t stage_a = shared + slice % kStages * kStageBytes;
            const std::uint32_t stage_b = stage_a + kBlockRows * kSliceBytes;
#pragma unroll
            for (std::uint32_t half = 0; half < 2; ++half) {
                std::uint32_t left[kDown][4], right[kAcross / 2][4];
                const Spot at_a = a_spot(lane, half), at_b = b_spot(lane, half);
#pragma unroll
                for (std::uint32_t i = 0; i < kDown; ++i)
                    load_matrices(left[i], stage_a + slice_offset(warp_row(warp) + 16 * i + at_a.row, at_a.chunk));
#pragma unroll
                for (std::uint32_t j = 0; j < kAcross / 2; ++j)
                    load_matrices(right[j], stage_b + slice_offset(warp_col(warp) + 16 * j + at_b.row, at_b.chunk));
#pragma unroll
                for (std::uint32_t i = 0; i < kDown; ++i)
#pragma unroll
                    for (std::uint32_t j = 0; j < kAcross; ++j)
                        multiply(sums[i][j], left[i], right[j / 2][j % 2 * 2], right[j / 2][j % 2 * 2 + 1]);
            }
        }
        asm volatile("cp.async.wait_group 0;" ::: "memory");
        __syncthreads();  // nobody copies the next block's slices over stages that somebody still reads

#pragma unroll
        for (std::uint32_t i = 0; i < 2; ++i)
#pragma unroll
            for (std::uint32_t j = 0; j < 2; ++j) {
                unsigned long long part = digest_part(sums, i, j, lane, p.keys);
#pragma unroll
                for (int other = 16; other > 0; other /= 2) part += __shfl_xor_sync(0xffffffffu, part, other);
                if (lane == 0) p.digests[digest_place(block_row, block_col, p.cols / kGemmTileSide, warp, i, j)] = part;
            }
    }
}

}  // namespace

int launch_rows(const RowsLaunch& launch, CUstream_st* stream) {
    const std::uint64_t threads = launch.rows * (launch.row_bytes / 64);
    rows_kernel<<<static_cast<unsigned>((threads + 255) / 256), 256, 0, stream>>>(launch);
    return static_cast<int>(cudaGetLastError());
}

int launch_gemm(const GemmLaunch& launch, CUstream_st* stream) {
    const cudaError_t allowed =
        cudaFuncSetAttribute(gemm_kernel, cudaFuncAttributeMaxDynamicSharedMemorySize, static_cast<int>(kSharedBytes));
    if (allowed != cudaSuccess) return static_cast<int>(allowed);
    const std::uint64_t blocks = launch.rows / kBlockRows * (launch.cols / kBlockCols);
    const auto at_once = static_cast<std::uint64_t>(launch.multiprocessors);
    gemm_kernel<<<static_cast<unsigned>(blocks < at_once ? blocks : at_once), kThreads, kSharedBytes, stream>>>(launch);
    return static_cast<int>(cudaGetLastError());
}

}  // namespace assay::proofs::cuda
