// The price of a GPU-hour of multiplier one: it rises while more than the target share is in use, or it is what the
// dearest provider asks that is still needed. SIMULATION §3.2 (3).
#pragma once

#include "tokenomics/sim/model/part.hpp"

namespace assay::sim {
namespace {

class ServicePart {
   public:
    void start(const Setup& setup, Room& room) {
        const Service& s = setup.scenario.service;
        kind_ = s.kind;
        first_ = real::log(s.usd_per_gpu_hour);
        log_ = V(first_);
        usd_ = exp(log_);
        target_ = s.target_utilisation;
        speed_ = s.adjust_per_day * setup.step_days;
        margin_ = s.margin;
        count_ = setup.groups.size();
        if (kind_ == ServiceKind::merit) order_ = room.take<std::size_t>(count_);
    }
    [[nodiscard]] ASSAY_INLINE V log_usd() const { return log_; }
    [[nodiscard]] ASSAY_INLINE V usd() const { return usd_; }

    /// Merit order: groups by what they ask, cheapest first. Before the first step, and where costs change.
    void sort(const double* ask) {
        if (kind_ != ServiceKind::merit) return;
        order_by(ask, count_, order_);
        asks_ = ask;
    }
    /// The ask of the last group that `wanted` GPUs need; above all of them it rises with what is lacking.
    ASSAY_INLINE void clear(V wanted, const Setup& setup, const Lanes* devices) {
        if (kind_ != ServiceKind::merit) return;
        V offered(0.0), price(0.0);
        for (std::size_t n = 0; n < count_; ++n) {
            const std::size_t i = order_[n];
            if (!setup.groups[i].serves) continue;
            const V here = V(devices[i]) * V(setup.groups[i].service);
            const M needed = (offered < wanted) & (here > V(0.0));
            price = select(needed, V(asks_[i] * (1 + margin_)), price);
            offered += here;
        }
        const V short_of = clamp(select(offered > V(0.0), wanted / offered, V(1.0)), V(1.0), V(10.0));
        const V now = select(price > V(0.0), price * short_of, usd_);
        log_ = clamp(log(now), V(first_ - kRange), V(first_ + kRange));
        usd_ = exp(log_);
    }
    ASSAY_INLINE void follow(V utilisation) {
        if (kind_ != ServiceKind::utilisation) return;
        const V move = clamp(V(speed_) * (utilisation - V(target_)), V(-0.5), V(0.5));
        log_ = clamp(log_ + move, V(first_ - kRange), V(first_ + kRange));
        usd_ = exp(log_);
    }

   private:
    static constexpr double kRange = 6.9;  // a thousandth to a thousandfold of the first price
    ServiceKind kind_ = ServiceKind::utilisation;
    double first_ = 0, target_ = 0, speed_ = 0, margin_ = 0;
    std::size_t count_ = 0;
    std::size_t* order_ = nullptr;
    const double* asks_ = nullptr;
    V log_, usd_;
};

}  // namespace
}  // namespace assay::sim
