// Demand: a jump diffusion of its logarithm, and how usage answers to the service price. SIMULATION §3.2 (1), (2).
#pragma once

#include "tokenomics/sim/model/random.hpp"
#include "tokenomics/sim/scenario.hpp"

namespace assay::sim {

class DemandWalk {
   public:
    DemandWalk(const Demand& d, double step_days);
    /// One step on: `z` is a standard normal.
    void advance(double z, const Draws& draws, std::uint32_t step);
    void scale(double factor);  ///< a shock

    /// What would be bought at the first service price, USD a day.
    [[nodiscard]] double usd_per_day() const;
    /// GPU-hours an hour that are wanted when the logarithm of the service price is `log_price`.
    [[nodiscard]] double gpus_wanted(double log_price) const;
    /// The first service price, against which elasticity is measured.
    void anchor(double first_price);

   private:
    double drift_, spread_, elasticity_, jump_chance_, jump_mean_, jump_sd_;
    double log_ = 0;     ///< of USD a day
    double anchor_ = 0;  ///< log of (24 x first price)
    double first_log_ = 0;
};

}  // namespace assay::sim
