// Demand: a jump diffusion of its logarithm, and how usage answers to the service price. SIMULATION §3.2 (1), (2).
#pragma once

#include "tokenomics/sim/model/part.hpp"

namespace assay::sim {
namespace {

class DemandPart {
   public:
    void start(const Scenario& s, double step_days) {
        const Demand& d = s.demand;
        const double dt = step_days / kDaysPerYear;
        drift_ = (d.drift - 0.5 * d.volatility * d.volatility) * dt;
        spread_ = d.volatility * real_root(dt);
        own_ = spread_ * real_root(1 - d.market_correlation * d.market_correlation);
        shared_ = spread_ * d.market_correlation;
        elasticity_ = d.elasticity;
        jumps_ = d.jumps.per_year > 0;
        jump_chance_ = 1.0 - real::exp(-d.jumps.per_year * dt);
        jump_mean_ = d.jumps.mean;
        jump_sd_ = d.jumps.sd;
        log_ = V(real::log(d.usd_per_day));
        first_log_ = real::log(s.service.usd_per_gpu_hour);
        anchor_ = real::log(24.0 * s.service.usd_per_gpu_hour);
    }
    ASSAY_INLINE void advance(V own, V market, const DrawsV& draws, std::uint32_t step) {
        log_ += V(drift_) + V(own_) * own + V(shared_) * market;
        if (jumps_) {  // at most one a step: its chance is that of at least one; four steps share a draw of bits
            if (step % 4 == 0) bits_ = draws.bits_at(step / 4, static_cast<std::uint32_t>(Stream::jumps));
            const M jump = draws.mirrored(bits_.of[step % 4]) < V(jump_chance_);
            if (any(jump)) {
                const V z = draws.normals(step, static_cast<std::uint32_t>(Stream::jump_sizes)).z[0];
                log_ += select(jump, V(jump_mean_) + V(jump_sd_) * z, V(0.0));
            }
        }
        log_ = min(log_, V(kMostLog));
    }
    void scale(double factor) { log_ += V(real::log(factor)); }
    /// What would be bought at the first service price, USD a day.
    [[nodiscard]] ASSAY_INLINE V usd_per_day() const { return exp(log_); }
    /// GPUs of multiplier one that are wanted when the logarithm of the service price is `log_price`.
    [[nodiscard]] ASSAY_INLINE V gpus_wanted(V log_price) const {
        return exp(log_ - V(anchor_) - V(elasticity_) * (log_price - V(first_log_)));
    }

   private:
    static constexpr double kMostLog = 34.5;  // 10^15 USD a day: beyond it a walk has left this world
    double drift_ = 0, spread_ = 0, own_ = 0, shared_ = 0, elasticity_ = 0;
    double jump_chance_ = 0, jump_mean_ = 0, jump_sd_ = 0, anchor_ = 0, first_log_ = 0;
    bool jumps_ = false;
    FourBits bits_;
    V log_;
};

}  // namespace
}  // namespace assay::sim
