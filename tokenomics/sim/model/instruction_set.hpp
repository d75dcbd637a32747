// Which of the engine's three builds runs here. The bits are the same; ASSAY_SIM_SIMD=baseline|avx2|avx512 asks for a
// smaller one than the processor has, so that a test can see that they are.
#pragma once

#include <cstdint>

namespace assay::sim {

enum class InstructionSet : std::uint8_t { baseline, avx2, avx512 };

/// The best that this processor, this build and ASSAY_SIM_SIMD allow. Looked up once.
[[nodiscard]] InstructionSet instruction_set();
/// For tests: from now on this one, where it can run; false and nothing changes where it cannot.
bool use_instruction_set(InstructionSet set);
[[nodiscard]] const char* word_of(InstructionSet set);

}  // namespace assay::sim
