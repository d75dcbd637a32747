// Results of small works, made by implementations of their own (tests/proofs/lanes_reference.py, tests/protocol/gemm.py
// and vram.py): the root over all leaves under ctx = SHA256(text). They reach more than one lane, a step number that
// needs more than 16 bits, leaf counts that are no power of two, products with more columns than rows and the other way
// round, rows long enough for a sum to pass 2^16 many times, walks over all of a memory and through windows.
#pragma once

#include <cstdint>
#include <string_view>

#include "proofs/vram.hpp"

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

struct VramAnswer {
    std::string_view ctx_text;
    VramParams work;
    std::string_view root;
};

inline constexpr VramAnswer kVramAnswers[] = {
    {"small walk",
     {.items = 512, .lanes = 8, .steps = 1024, .leaf_every = 128},
     "50a12d64e3362952286bbb4c63b06f476204895bfc3254573c50bac1778926b0"},
    {"long walk",
     {.items = 50, .lanes = 2, .steps = 66048, .leaf_every = 512},
     "27ae08be68a9ac545264c870362c974a3a46a729326b4237352667d240a0c65f"},
    {"walk through windows",
     {.items = 1536, .lanes = 12, .steps = 2304, .leaf_every = 16, .windows = 3, .stay = 2},
     "efd96ec2d7f6eb4b0a4a7f0d1d74e2934d7006db6dc3d17a24ba312c3531dd47"},
    {"one lane in windows",
     {.items = 2048, .lanes = 1, .steps = 32768, .leaf_every = 256, .windows = 2, .stay = 4},
     "3e51f78e44fa2502eb174ebee8a6b5081948ca75a802326b437b324a284103c8"},
};

}  // namespace assay::proofs
