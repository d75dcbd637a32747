// Schedules that look at the ledger, for eight runs in doubles: whole units by tokenomics/, as an exact run has them.
#pragma once

#include <array>
#include <optional>
#include <string>

#include "tokenomics/sim/emission_walk.hpp"
#include "tokenomics/sim/model/lanes.hpp"
#include "tokenomics/sim/model/setup.hpp"

namespace assay::sim {

/// Where an engine's error goes: its code holds no strings, so that nothing of the library is compiled with its flags.
struct Trouble {
    std::optional<Error> error;
};

/// What a step did, in base units; `emission` is the answer.
struct WalkView {
    double supply[kLanes], scheduled[kLanes], bonded[kLanes], burned[kLanes], settled[kLanes], power[kLanes];
    double emission[kLanes];
};

class WalkLanes {
   public:
    void start() { of_ = {}; }
    /// Parameters from epoch `from` on.
    void change(const Setup& setup, const Regime& regime, Epoch from);
    /// False on overflow; `why` says it.
    bool advance(Epoch to, WalkView& view, Trouble& why);

   private:
    std::array<std::optional<EmissionWalk>, kLanes> of_;
};

/// The books do not add up in some of eight lanes. Returns false.
bool books_broken(Trouble& why, unsigned lanes, std::uint64_t first_run, std::uint64_t step,
                  const double (&sum)[kLanes], const double (&supply)[kLanes]);

}  // namespace assay::sim
