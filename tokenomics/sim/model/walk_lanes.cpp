#include "tokenomics/sim/model/walk_lanes.hpp"

#include "tokenomics/sim/model/real.hpp"
#include "tokenomics/sim/text.hpp"

namespace assay::sim {

void WalkLanes::change(const Setup& setup, const Regime& regime, Epoch from) {
    for (auto& walk : of_) {
        if (walk)
            walk->change(regime.chain);
        else
            walk.emplace(regime.chain, setup.scenario.initial.supply, setup.scenario.start, from);
    }
}

bool WalkLanes::advance(Epoch to, WalkView& view, Trouble& why) {
    for (std::size_t k = 0; k < kLanes; ++k) {
        tokenomics::EmissionView v;
        v.supply.units = real::floor_units(view.supply[k]);
        v.cumulative_scheduled.units = real::floor_units(view.scheduled[k]);
        v.bonded.units = real::floor_units(view.bonded[k]);
        v.burned.units = real::floor_units(view.burned[k]);
        v.settled.units = real::floor_units(view.settled[k]);
        v.power = real::floor_units(view.power[k]);
        const auto minted = of_[k]->advance(to, v);
        if (!minted) {
            why.error = minted.error();
            return false;
        }
        view.emission[k] = real::of(minted->units);
    }
    return true;
}

bool books_broken(Trouble& why, unsigned lanes, std::uint64_t first_run, std::uint64_t step,
                  const double (&sum)[kLanes], const double (&supply)[kLanes]) {
    std::size_t k = 0;
    while (k + 1 < kLanes && (lanes >> k & 1) == 0) ++k;
    why.error = Error{Code::conservation_broken,
                      "run " + std::to_string(first_run + k) + ", step " + std::to_string(step) +
                          ": the buckets hold " + shortest(sum[k]) + " base units, genesis + minted - burned is " +
                          shortest(supply[k]) + ", or the pool's product fell, or the supply passes token.cap"};
    return false;
}

}  // namespace assay::sim
