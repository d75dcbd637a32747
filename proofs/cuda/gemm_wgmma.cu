// int8 products on the tensor units of sm_90a: `wgmma`, fed by the copying unit (TMA) through a ring of stages, with
// the digests taken from the registers that hold C. Places come from gemm_wgmma.hpp. An experiment of this shape ran on
// an H200 (docs/benchmarks.md: 1,623·10¹² operations a second, right in every digest).
//
// One warp group of three only starts copies; the other two multiply. For each stage a barrier `full` counts the bytes
// that have come, and `empty` the warps of both blocks of the cluster that are through with it.
#include <cuda.h>
#include <cuda_runtime.h>

#include "proofs/cuda/gemm_launch.hpp"
#include "proofs/gemm_wgmma.hpp"

namespace assay::proofs::cuda {

namespace {

using namespace gemm_wgmma;

constexpr std::uint32_t kGroupThreads = 128, kBlockThreads = 3 * kGroupThreads;
constexpr std::uint32_t kStageBytes = kStageBytesA + kStageBytesB;
constexpr std::uint32_t kSharedBytes = kStages * kStageBytes + 1024 + 2 * kStages * 8;  // 1024: to start at a multiple
static_assert(kSharedBytes <= 227 * 1024, "what a block may have on sm_90");
constexpr std::uint32_t kClusterGroup =
    8;  // clusters of rows that go over B together, so that both stay in the L2 cache

__device__ __forceinline__ void init_barrier(std::uint32_t barrier, std::uint32_t arrivals) {
    asm volatile("mbarrier.init.shared::cta.b64 [%0], %1;" ::"r"(barrier), "r"(arrivals));
}
__device__ __forceinline__ void expect_bytes(std::uint32_t barrier, std::uint32_t bytes) {
    asm volatile("mbarrier.arrive.expect_tx.shared::cta.b64 _, [%0], %1;" ::"r"(barrier), "r"(bytes) : "memory");
}
__device__ __forceinline__ void wait_for(std::uint32_t barrier, std::uint32_t phase) {
    asm volatile(
        "{\n.reg .pred p;\nagain:\nmbarrier.try_wait.parity.shared::cta.b64 p, [%0], %1;\n@!p bra again;\n}" ::"r"(
            barrier),
        "r"(phase)
        : "memory");
}
/// At the same barrier of block `rank` of the cluster.
__device__ __forceinline__ void arrive_at(std::uint32_t barrier, std::uint32_t rank) {
    asm volatile(
        "{\n.reg .b32 there;\nmapa.shared::cluster.u32 there, %0, %1;\n"
        "mbarrier.arrive.shared::cluster.b64 _, [there];\n}" ::"r"(barrier),
        "r"(rank)
        : "memory");
}
__device__ __forceinline__ void copy_rows(std::uint32_t to, const CUtensorMap* from, std::uint32_t byte,
                                          std::uint32_t row, std::uint32_t barrier) {
    asm volatile(
        "cp.async.bulk.tensor.2d.shared::cluster.global.mbarrier::complete_tx::bytes [%0], [%1, {%2, %3}], [%4];" ::"r"(
            to),
        "l"(from), "r"(byte), "r"(row), "r"(barrier)
        : "memory");
}
/// Into every block of the cluster, with its barrier there.
__device__ __forceinline__ void copy_rows_to_all(std::uint32_t to, const CUtensorMap* from, std::uint32_t byte,
                                                 std::uint32_t row, std::uint32_t barrier) {
    asm volatile(
        "cp.async.bulk.tensor.2d.shared::cluster.global.mbarrier::complete_tx::bytes.multicast::cluster"
        " [%0], [%1, {%2, %3}], [%4], %5;" ::"r"(to),
        "l"(from), "r"(byte), "r"(row), "r"(barrier), "h"(static_cast<std::uint16_t>((1 << kCluster) - 1))
        : "memory");
}

/// sums (or nothing, where `add` is 0) plus 64 rows of A times 256 rows of B, 32 bytes of each.
__device__ __forceinline__ void multiply(int (&d)[kSums], std::uint64_t a, std::uint64_t b, int add) {
#define ASSAY_R4(i) "+r"(d[i]), "+r"(d[i + 1]), "+r"(d[i + 2]), "+r"(d[i + 3])
#define ASSAY_R16(i) ASSAY_R4(i), ASSAY_R4(i + 4), ASSAY_R4(i + 8), ASSAY_R4(i + 12)
#define ASSAY_R64(i) ASSAY_R16(i), ASSAY_R16(i + 16), ASSAY_R16(i + 32), ASSAY_R16(i + 48)
    asm volatile(
        "{\n.reg .pred p;\nsetp.ne.b32 p, %130, 0;\nwgmma.mma_async.sync.aligned.m64n256k32.s32.s8.s8 {"
        "%0, %1, %2, %3, %4, %5, %6, %7, %8, %9, %10, %11, %12, %13, %14, %15, %16, %17, %18, %19, %20, %21, "
        "%22, %23, %24, %25, %26, %27, %28, %29, %30, %31, %32, %33, %34, %35, %36, %37, %38, %39, %40, %41, "
        "%42, %43, %44, %45, %46, %47, %48, %49, %50, %51, %52, %53, %54, %55, %56, %57, %58, %59, %60, %61, "
        "%62, %63, %64, %65, %66, %67, %68, %69, %70, %71, %72, %73, %74, %75, %76, %77, %78, %79, %80, %81, "
        "%82, %83, %84, %85, %86, %87, %88, %89, %90, %91, %92, %93, %94, %95, %96, %97, %98, %99, %100, "
        "%101, %102, %103, %104, %105, %106, %107, %108, %109, %110, %111, %112, %113, %114, %115, %116, "
        "%117, %118, %119, %120, %121, %122, %123, %124, %125, %126, %127"
        "}, %128, %129, p;\n}"
        : ASSAY_R64(0), ASSAY_R64(64)
        : "l"(a), "l"(b), "r"(add));
#undef ASSAY_R64
#undef ASSAY_R16
#undef ASSAY_R4
}

struct Place {
    std::uint32_t block_row, block_col;
};
/// The block of C that comes `turn`-th to the cluster's block `rank`. In 32 bits: what a card holds of A and B makes
/// fewer blocks, and the copying group has 40 registers.
__device__ __forceinline__ Place place_of(std::uint32_t turn, std::uint32_t down, std::uint32_t across,
                                          std::uint32_t rank) {
    const std::uint32_t group = turn / (kClusterGroup * across), rest = turn % (kClusterGroup * across);
    const std::uint32_t left = down - group * kClusterGroup, high = left < kClusterGroup ? left : kClusterGroup;
    return {(group * kClusterGroup + rest % high) * kCluster + rank, rest / high};
}

__global__ void __cluster_dims__(kCluster, 1, 1) __launch_bounds__(kBlockThreads, 1)
    wgmma_kernel(const __grid_constant__ CUtensorMap rows_a, const __grid_constant__ CUtensorMap rows_b,
                 const GemmLaunch p) {
    extern __shared__ std::uint8_t memory[];
    // The swizzle repeats every 1,024 bytes.
    const std::uint32_t stages_a =
        (static_cast<std::uint32_t>(__cvta_generic_to_shared(memory)) + 1023) & ~std::uint32_t{1023};
    const std::uint32_t stages_b = stages_a + kStages * kStageBytesA, barriers = stages_b + kStages * kStageBytesB;
    const auto full = [&](std::uint32_t stage) { return barriers + 8 * stage; };
    const auto empty = [&](std::uint32_t stage) { return barriers + 8 * (kStages + stage); };
    const std::uint32_t group = threadIdx.x / kGroupThreads, slices = p.k / kSliceBytes;
    const auto down = static_cast<std::uint32_t>(p.rows / (kCluster * kBlockRows));
    const auto across = static_cast<std::uint32_t>(p.cols / kBlockCols);
    std::uint32_t rank;
    asm("mov.u32 %0, %%cluster_ctarank;" : "=r"(rank));
    if (threadIdx.x == 0) {
        for (std::uint32_t s = 0; s < kStages; ++s) {
            init_barrier(full(s), 1);
            init_barrier(empty(s), 8 * kCluster);  // every multiplying warp of both blocks
        }
        asm volatile("fence.mbarrier_init.release.cluster;" ::: "memory");
        asm volatile("fence.proxy.async;" ::: "memory");
    }
    asm volatile("barrier.cluster.arrive.aligned;\nbarrier.cluster.wait.aligned;" ::: "memory");

    const std::uint32_t first = blockIdx.x / kCluster, clusters = gridDim.x / kCluster;
    std::uint32_t slot = 0;  // slices so far: their stage, and how often it has come round
    if (group == 0) {
        asm volatile("setmaxnreg.dec.sync.aligned.u32 40;");
        if (threadIdx.x == 0)
            for (std::uint32_t turn = first; turn < down * across; turn += clusters) {
                const Place at = place_of(turn, down, across, rank);
                const std::uint32_t row_a = at.block_row * kBlockRows;
                const std::uint32_t row_b = at.block_col * kBlockCols + rank * (kBlockCols / kCluster);
#pragma unroll 1  // unrolled, it would not do with its registers
                for (std::uint32_t slice = 0; slice < slices; ++slice, ++slot) {
                    const std::uint32_t stage = slot % kStages, round = slot / kStages;
                    wait_for(empty(stage), (round & 1) ^ 1);
                    expect_bytes(full(stage), kStageBytes);
                    copy_rows(stages_a + stage * kStageBytesA, &rows_a, slice * kSliceBytes, row_a, full(stage));
                    copy_rows_to_all(stages_b + stage * kStageBytesB + rank * (kStageBytesB / kCluster), &rows_b,
                                     slice * kSliceBytes, row_b, full(stage));
                }
            }
    } else {
        asm volatile("setmaxnreg.inc.sync.aligned.u32 232;");
        const std::uint32_t here = group - 1, t = threadIdx.x % kGroupThreads, lane = t % 32, warp = t / 32;
        const ThreadKeys keys = thread_keys(p.keys, t);
        for (std::uint32_t turn = first; turn < down * across; turn += clusters) {
            const Place at = place_of(turn, down, across, rank);
            int sums[kSums];
            for (std::uint32_t slice = 0; slice < slices; ++slice, ++slot) {
                const std::uint32_t stage = slot % kStages;
                wait_for(full(stage), slot / kStages & 1);
                const std::uint32_t a = stages_a + stage * kStageBytesA + here * kGroupRows * kSliceBytes;
                const std::uint32_t b = stages_b + stage * kStageBytesB;
                asm volatile("wgmma.fence.sync.aligned;" ::: "memory");
#pragma unroll
                for (std::uint32_t step = 0; step < kSliceBytes / kStepBytes; ++step)
                    multiply(sums, rows_in_shared(a + step * kStepBytes), rows_in_shared(b + step * kStepBytes),
                             (slice | step) != 0);
                asm volatile("wgmma.commit_group.sync.aligned;" ::: "memory");
                if (slice > 0) {  // the slice before has been read: its stage is free in both blocks
                    asm volatile("wgmma.wait_group.sync.aligned 1;" ::: "memory");
                    if (lane < kCluster) arrive_at(empty((slot - 1) % kStages), lane);
                }
            }
            asm volatile("wgmma.wait_group.sync.aligned 0;" ::: "memory");
#pragma unroll
            for (std::uint32_t i = 0; i < kSums; ++i) asm volatile("" : "+r"(sums[i])::"memory");
            if (lane < kCluster) arrive_at(empty((slot - 1) % kStages), lane);
#pragma unroll
            for (std::uint32_t c = 0; c < kBlockCols / kSubtileSide; ++c) {
                unsigned long long part = digest_part(sums, c, keys);
#pragma unroll
                for (int other = 16; other > 0; other /= 2) part += __shfl_xor_sync(0xffffffffu, part, other);
                // Two warps have 16 rows of it each.
                if (lane == 0)
                    atomicAdd(reinterpret_cast<unsigned long long*>(p.digests) +
                                  digest_place(at.block_row, at.block_col, p.cols, here, warp, c),
                              part);
            }
        }
    }
    // Nobody leaves while the other may still arrive at its barriers.
    asm volatile("barrier.cluster.arrive;\nbarrier.cluster.wait;" ::: "memory");
}

using Encode = CUresult (*)(CUtensorMap*, CUtensorMapDataType, cuuint32_t, void*, const cuuint64_t*, const cuuint64_t*,
                            const cuuint32_t*, const cuuint32_t*, CUtensorMapInterleave, CUtensorMapSwizzle,
                            CUtensorMapL2promotion, CUtensorMapFloatOOBfill);

/// Boxes of `box` rows and a slice's bytes in `rows` rows of k bytes each.
cudaError_t map_rows(Encode encode, const std::uint32_t* data, std::uint64_t rows, std::uint32_t k, std::uint32_t box,
                     CUtensorMap* out) {
    const cuuint64_t sizes[2] = {k, rows}, strides[1] = {k};
    const cuuint32_t boxes[2] = {kSliceBytes, box}, steps[2] = {1, 1};
    const CUresult result = encode(out, CU_TENSOR_MAP_DATA_TYPE_UINT8, 2, const_cast<std::uint32_t*>(data), sizes,
                                   strides, boxes, steps, CU_TENSOR_MAP_INTERLEAVE_NONE, CU_TENSOR_MAP_SWIZZLE_128B,
                                   CU_TENSOR_MAP_L2_PROMOTION_L2_256B, CU_TENSOR_MAP_FLOAT_OOB_FILL_NONE);
    return result == CUDA_SUCCESS ? cudaSuccess : cudaErrorInvalidValue;
}

}  // namespace

int launch_gemm_wgmma(const GemmLaunch& launch, CUstream_st* stream) {
    // The driver's function, asked for at run time: a program linked against the driver would not start without one.
    void* encode = nullptr;
    cudaDriverEntryPointQueryResult found{};
    cudaError_t error =
        cudaGetDriverEntryPointByVersion("cuTensorMapEncodeTiled", &encode, 12000, cudaEnableDefault, &found);
    if (error != cudaSuccess) return static_cast<int>(error);
    if (encode == nullptr || found != cudaDriverEntryPointSuccess) return static_cast<int>(cudaErrorNotSupported);
    CUtensorMap rows_a, rows_b;
    error = map_rows(reinterpret_cast<Encode>(encode), launch.a, launch.rows, launch.k, kBlockRows, &rows_a);
    if (error != cudaSuccess) return static_cast<int>(error);
    error = map_rows(reinterpret_cast<Encode>(encode), launch.b, launch.cols, launch.k, kBlockCols / kCluster, &rows_b);
    if (error != cudaSuccess) return static_cast<int>(error);
    error =
        cudaFuncSetAttribute(wgmma_kernel, cudaFuncAttributeMaxDynamicSharedMemorySize, static_cast<int>(kSharedBytes));
    if (error != cudaSuccess) return static_cast<int>(error);
    // Parts of digests are added up.
    error = cudaMemsetAsync(launch.digests, 0, launch.rows * launch.cols / (kSubtileSide * kSubtileSide) * 8, stream);
    if (error != cudaSuccess) return static_cast<int>(error);
    const std::uint64_t blocks = launch.rows / kBlockRows * (launch.cols / kBlockCols);
    const auto at_once = static_cast<std::uint64_t>(launch.multiprocessors) / kCluster * kCluster;
    wgmma_kernel<<<static_cast<unsigned>(blocks < at_once ? blocks : at_once), kBlockThreads, kSharedBytes, stream>>>(
        rows_a, rows_b, launch);
    return static_cast<int>(cudaGetLastError());
}

}  // namespace assay::proofs::cuda
