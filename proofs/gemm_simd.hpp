// The loops of gemm_panel.hpp in vector instructions. Called by gemm_panel.cpp alone, after it has asked the processor;
// on other architectures nobody calls them and they do nothing.
#pragma once

#include "proofs/gemm_panel.hpp"

namespace assay::proofs {

void make_panel_avx2(const ChaChaKey& key, std::uint64_t row, std::uint64_t block, std::uint64_t blocks,
                     std::uint32_t* panel);
void add_panels_avx2(const std::uint32_t* a, const std::uint32_t* b, std::uint64_t words, std::uint32_t* c);

void make_panel_avx512(const ChaChaKey& key, std::uint64_t row, std::uint64_t block, std::uint64_t blocks,
                       std::uint32_t* panel);
void add_panels_avx512(const std::uint32_t* a, const std::uint32_t* b, std::uint64_t words, std::uint32_t* c);

}  // namespace assay::proofs
