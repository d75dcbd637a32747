// Results of small works, made by implementations of their own (tests/proofs/lanes_reference.py and
// tests/protocol/gemm.py): the root over all leaves under ctx = SHA256(text). They reach more than one lane, a step
// number that needs more than 16 bits, leaf counts that are no power of two, products with more columns than rows and
// the other way round, and rows long enough for a sum to pass 2^16 many times.
#pragma once

#include <cstdint>
#include <string_view>

namespace assay::proofs {

struct LanesAnswer {
    std::string_view ctx_text;
    std::uint64_t lanes, steps;
    std::uint32_t leaf_every;
    std::string_view root;
};

inline constexpr LanesAnswer kLanesAnswers[] = {
    {"one lane", 1, 16, 16, "77df4953e4179bf8615bf596e1499baafd6c85a441f39165e44c9d6fda0c88f5"},
    {"lanes", 37, 2048, 64, "5e9b745804804c6eb759d6ebcd97870bc6b893d994372c8796aef36baf30b567"},
    {"long lane", 3, 132096, 1024, "2ef0b5ae0da1a70c1e97835bea9d3245250f335ef73fd447bc86eb29af1046f0"},
};

struct GemmAnswer {
    std::string_view ctx_text;
    std::uint64_t m, n;
    std::uint32_t k;
    std::string_view root;
};

inline constexpr GemmAnswer kGemmAnswers[] = {
    {"small product", 256, 256, 128, "84618ca77f44673d5cb007092434997a7b9507d58bb9c40e51ace094d372abc3"},
    {"wide product", 256, 768, 384, "b611413fc824cb725e863488fb7e7347dc76efb6b769c941980703d7e47197ff"},
    {"tall product", 512, 256, 640, "660acccbdfba3b99a5801f4ade61fdf57eea0c0e3993d6b07a754dd49ead1af9"},
    {"long rows", 256, 256, 4096, "cd12024ff33a48f65922481a5400c11ab10295bf589128e1e58fc646f9661bc9"},
};

}  // namespace assay::proofs
