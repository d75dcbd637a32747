// Results of small works, made by an implementation of its own (tests/proofs/lanes_reference.py): the root over all
// leaves under ctx = SHA256(text). They reach more than one lane, a step number that needs more than 16 bits, and leaf
// counts that are no power of two.
#pragma once

#include <cstdint>
#include <string_view>

namespace assay::proofs {

struct KnownAnswer {
    std::string_view ctx_text;
    std::uint64_t lanes, steps;
    std::uint32_t leaf_every;
    std::string_view root;
};

inline constexpr KnownAnswer kKnownAnswers[] = {
    {"one lane", 1, 16, 16, "77df4953e4179bf8615bf596e1499baafd6c85a441f39165e44c9d6fda0c88f5"},
    {"lanes", 37, 2048, 64, "5e9b745804804c6eb759d6ebcd97870bc6b893d994372c8796aef36baf30b567"},
    {"long lane", 3, 132096, 1024, "2ef0b5ae0da1a70c1e97835bea9d3245250f335ef73fd447bc86eb29af1046f0"},
};

}  // namespace assay::proofs
