// The price of a GPU-hour: it rises while more than the target share is in use. SIMULATION §3.2 (3a).
#pragma once

#include <algorithm>

#include "tokenomics/sim/model/real.hpp"
#include "tokenomics/sim/scenario.hpp"

namespace assay::sim {

class ServicePrice {
   public:
    ServicePrice(const Service& s, double step_days)
        : log_(real::log(s.usd_per_gpu_hour)),
          least_(log_ - kRange),
          most_(log_ + kRange),
          target_(s.target_utilisation),
          speed_(s.adjust_per_day * step_days) {}

    [[nodiscard]] double log_usd() const { return log_; }
    [[nodiscard]] double usd() const { return real::exp(log_); }
    void follow(double utilisation) {
        const double move = std::clamp(speed_ * (utilisation - target_), -0.5, 0.5);
        log_ = std::clamp(log_ + move, least_, most_);
    }

   private:
    static constexpr double kRange = 6.9;  // a thousandth to a thousandfold of the first price
    double log_, least_, most_, target_, speed_;
};

}  // namespace assay::sim
