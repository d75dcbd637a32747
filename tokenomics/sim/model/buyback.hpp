// The treasury's dollars for tokens: a fixed share, a share below a threshold, or by a controller. DCBM (Cheng et al.,
// arXiv:2601.09961, eq. 2-3): J = T gamma tanh(max(0, u)), u = kp e + ki sum(e) + kd de, the sum clamped; here
// e = ln(average / price). SIMULATION §3.2 (17).
#pragma once

#include "tokenomics/sim/model/part.hpp"

namespace assay::sim {
namespace {

class BuybackPart {
   public:
    void start(const Setup& setup) {
        b_ = &setup.scenario.buyback;
        share_ = 1 - real::exp(-b_->share_per_day * setup.step_days);
        smooth_ = 1 - real::exp(-setup.step_days / b_->average_days);
        average_ = V(real::log(setup.scenario.initial.price_usd));
        sum_ = before_ = V(0.0);
        days_ = setup.step_days;
        start_ = real::log(1 - b_->threshold);
    }
    template <class Bank>
    ASSAY_INLINE void act(V log_price, Bank& bank) {
        if (b_->kind == BuybackKind::none) return;
        const V error = average_ - log_price;
        V strength(1.0);
        if (b_->kind == BuybackKind::threshold) {
            strength = select(log_price - average_ < V(start_), V(1.0), V(0.0));
        } else if (b_->kind == BuybackKind::pid) {
            sum_ = clamp(sum_ + error * V(days_), V(-b_->integral_limit), V(b_->integral_limit));
            const V u = positive(V(b_->kp) * error + V(b_->ki) * sum_ + V(b_->kd / days_) * (error - before_));
            const V e = exp(min(u + u, V(40.0)));
            strength = (e - V(1.0)) / (e + V(1.0));  // tanh
        }
        before_ = error;
        average_ += (log_price - average_) * V(smooth_);
        bank.buyback(bank.look(Book::treasury_usd) * V(share_) * strength, b_->burn);
    }

   private:
    const Buyback* b_ = nullptr;
    double share_ = 0, smooth_ = 0, days_ = 1, start_ = 0;
    V average_, sum_, before_;
};

}  // namespace
}  // namespace assay::sim
