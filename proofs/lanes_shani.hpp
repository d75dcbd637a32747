// Lane steps with the CPU's SHA instructions. Called by proofs/lanes.cpp alone, after it has asked the processor.
#pragma once

#include "proofs/lanes.hpp"

namespace assay::proofs {

/// One job. On other machines these do the portable work.
void advance_shani(LaneJob* job, std::uint32_t steps);
/// Four jobs at once: one stream waits for its own rounds most of the time, four fill the unit.
void advance_shani_4(LaneJob* jobs, std::uint32_t steps);

}  // namespace assay::proofs
