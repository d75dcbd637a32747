#include "tokenomics/sim/model/instruction_set.hpp"

#include <atomic>
#include <cstdlib>
#include <cstring>

namespace assay::sim {
namespace {

bool can_run(InstructionSet set) {
    __builtin_cpu_init();
    switch (set) {
        case InstructionSet::avx512:
            return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq");
        case InstructionSet::avx2:
            return __builtin_cpu_supports("avx2");
        case InstructionSet::baseline:
            break;
    }
    return true;
}

InstructionSet best() {
    auto most = InstructionSet::avx512;
    if (const char* asked = std::getenv("ASSAY_SIM_SIMD"))
        for (const auto set : {InstructionSet::baseline, InstructionSet::avx2})
            if (std::strcmp(asked, word_of(set)) == 0) most = set;
    for (const auto set : {InstructionSet::avx512, InstructionSet::avx2})
        if (set <= most && can_run(set)) return set;
    return InstructionSet::baseline;
}

std::atomic<InstructionSet>& chosen() {
    static std::atomic<InstructionSet> set{best()};
    return set;
}

}  // namespace

InstructionSet instruction_set() {
    return chosen();
}

bool use_instruction_set(InstructionSet set) {
    if (!can_run(set)) return false;
    chosen() = set;
    return true;
}

const char* word_of(InstructionSet set) {
    return set == InstructionSet::avx512 ? "avx512" : set == InstructionSet::avx2 ? "avx2" : "baseline";
}

}  // namespace assay::sim
