// Starts the kernels of a product: making rows, and multiplying them with the digests taken on the way.
#pragma once

#include <cstdint>

#include "proofs/chacha8.hpp"

struct CUstream_st;

namespace assay::proofs::cuda {

struct RowsLaunch {
    ChaChaKey key;
    std::uint64_t first_row;  ///< the nonce of the first
    std::uint64_t rows;
    std::uint32_t row_bytes;  ///< a multiple of 64
    std::uint32_t* out;       ///< device memory: rows x row_bytes, row by row
};

struct GemmLaunch {
    const std::uint32_t* a;     ///< device memory: rows of A, k bytes each
    const std::uint32_t* b;     ///< rows of B
    std::uint64_t rows;         ///< of A, a multiple of 128
    std::uint64_t cols;         ///< rows of B, a multiple of 256
    std::uint32_t k;            ///< a multiple of 128
    const std::uint32_t* keys;  ///< device memory: 32 x 32 of the digest
    std::uint64_t* digests;     ///< device memory: rows/128 x cols/128 leaves of 16
    int multiprocessors;        ///< blocks that run at once
};

/// Return a cudaError_t. The launches are asynchronous.
int launch_rows(const RowsLaunch& launch, CUstream_st* stream);
int launch_gemm(const GemmLaunch& launch, CUstream_st* stream);
/// The same by `wgmma`, for compute capability 9.0 and nothing else; rows are a multiple of 256, k is of 128 and at
/// most 2^31 - 1 rows of each.
int launch_gemm_wgmma(const GemmLaunch& launch, CUstream_st* stream);

}  // namespace assay::proofs::cuda
