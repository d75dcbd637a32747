// The chain's price in doubles: price.cpp's and burn.cpp's prices_of, for eight runs. A round moves the price by a
// share at most; averages follow; without reports, or below a price that can be counted, it is stale.
//
//   oracle.round(&report);
//   V burn = oracle.burn, settle = oracle.settle;      // each the worse for who gains
#pragma once

#include "tokenomics/sim/model/setup.hpp"
#include "tokenomics/sim/model/simd.hpp"

namespace assay::sim {
namespace {

class FastOracle {
   public:
    void start(V price) {
        spot_ = average = burn = settle = price;
        variance_ = V(0.0);
        age_ = 0;
    }
    void rules(const tokenomics::Params& p) {
        max_move_ = static_cast<double>(p.price.max_move.value) * 1e-9;
        share_ = 2.0 / static_cast<double>(p.price.ema_rounds + 1);
        deviations_ = static_cast<double>(p.bme.deviations.value) * 1e-9;
        stale_after_ = p.price.stale_blocks;
    }
    /// Null: nobody reports.
    ASSAY_INLINE void round(const V* report) {
        ++age_;
        if (report != nullptr) {
            const V move = spot_ * V(max_move_);
            spot_ = clamp(*report, spot_ - move, spot_ + move);
            average += (spot_ - average) * V(share_);
            const V apart = spot_ - average;
            variance_ += (apart * apart - variance_) * V(share_);
            age_ = 0;
        }
        const V low = deviations_ > 0 ? positive(average - V(deviations_) * sqrt(variance_)) : average;
        burn = min(spot_, low);
        settle = max(spot_, average);
        stale =
            age_ >= stale_after_ ? V(0.0) < V(1.0) : min(spot_, average) < V(static_cast<double>(Price::kStale) * 1e-8);
    }

    V average, burn, settle;  ///< USD
    M stale;

   private:
    double max_move_ = 0, share_ = 0, deviations_ = 0;
    std::uint64_t age_ = 0, stale_after_ = 1;  ///< rounds without a report
    V spot_, variance_;
};

}  // namespace
}  // namespace assay::sim
