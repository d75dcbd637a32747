// The engine as it was compiled for each instruction set. All three give the same bits.
#pragma once

#include "tokenomics/sim/model/exact_bank.hpp"
#include "tokenomics/sim/model/journal.hpp"
#include "tokenomics/sim/model/room.hpp"
#include "tokenomics/sim/model/walk_lanes.hpp"

namespace assay::sim {

/// Runs `first_run` and the next seven. False: `why` has the error. `exact`: null for the fast mode. `series`:
/// [point][series][lane].
using EngineEntry = bool (*)(const Setup& setup, std::uint64_t first_run, ExactBank* exact, WalkLanes* walks,
                             Room& room, const Meddler* meddle, double* series, Journal& journal, Trouble& why);

bool run_engine_512(const Setup&, std::uint64_t, ExactBank*, WalkLanes*, Room&, const Meddler*, double*, Journal&,
                    Trouble&);
bool run_engine_256(const Setup&, std::uint64_t, ExactBank*, WalkLanes*, Room&, const Meddler*, double*, Journal&,
                    Trouble&);
bool run_engine_128(const Setup&, std::uint64_t, ExactBank*, WalkLanes*, Room&, const Meddler*, double*, Journal&,
                    Trouble&);

}  // namespace assay::sim
