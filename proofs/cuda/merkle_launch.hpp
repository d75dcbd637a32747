// Starts the kernels that reduce blocks of leaves to one node each.
#pragma once

#include "proofs/merkle_step.hpp"

struct CUstream_st;

namespace assay::proofs::cuda {

/// Everything that `task` points to is device memory. Returns a cudaError_t. The launches are asynchronous.
int launch_blocks(const BlocksTask& task, CUstream_st* stream);

}  // namespace assay::proofs::cuda
