#include "tokenomics/sim/model/demand.hpp"

#include <algorithm>
#include <cmath>

#include "tokenomics/sim/model/real.hpp"

namespace assay::sim {
namespace {
constexpr double kMostLog = 34.5;  // 10^15 USD a day: beyond it a walk has left this world
}  // namespace

DemandWalk::DemandWalk(const Demand& d, double step_days)
    : drift_((d.drift - 0.5 * d.volatility * d.volatility) * step_days / kDaysPerYear),
      spread_(d.volatility * std::sqrt(step_days / kDaysPerYear)),
      elasticity_(d.elasticity),
      jump_chance_(1.0 - real::exp(-d.jumps.per_year * step_days / kDaysPerYear)),
      jump_mean_(d.jumps.mean),
      jump_sd_(d.jumps.sd),
      log_(real::log(d.usd_per_day)) {}

void DemandWalk::anchor(double first_price) {
    first_log_ = real::log(first_price);
    anchor_ = real::log(24.0 * first_price);
}

void DemandWalk::advance(double z, const Draws& draws, std::uint32_t step) {
    log_ += drift_ + spread_ * z;
    // At most one jump a step: its chance is that of at least one.
    if (jump_chance_ > 0 && uniform(draws.bits(step, Stream::jumps)[0]) < jump_chance_)
        log_ += jump_mean_ + jump_sd_ * draws.normals(step, Stream::jumps)[3];
    log_ = std::min(log_, kMostLog);
}

void DemandWalk::scale(double factor) {
    log_ += real::log(factor);
}

double DemandWalk::usd_per_day() const {
    return real::exp(log_);
}

double DemandWalk::gpus_wanted(double log_price) const {
    return real::exp(log_ - anchor_ - elasticity_ * (log_price - first_log_));
}

}  // namespace assay::sim
