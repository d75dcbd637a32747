// How the price is made where no pool makes it, and what liquidity providers do where one does. SIMULATION §3.2 (14).
#pragma once

#include "tokenomics/sim/model/part.hpp"

namespace assay::sim {
namespace {

class MarketPart {
   public:
    void start(const Setup& setup) {
        const Market& m = setup.scenario.market;
        kind_ = m.kind;
        follow_ = m.depth_elasticity != 0;
        power_ = m.depth_elasticity - 0.5;  // a pool's dollars go with the root of its price by themselves
        holding_ = m.holding_days;
        adjust_ = setup.step_days / m.holding_days;
        if (adjust_ > 1) adjust_ = 1;
        impact_ = m.impact;
        unit_ = 1 / setup.token;
        per_day_ = 1 / setup.step_days;
        const double price = setup.scenario.initial.price_usd;
        quote_ = V(real::log(price));
        last_ = quote_;
        smooth_ = 1 - real::exp(-setup.step_days / 30.0);
        usage_ = V(-1.0);
    }
    /// Liquidity providers come and go so that the pool's dollars go with price^depth_elasticity.
    template <class Bank>
    ASSAY_INLINE void provide(V log_price, Bank& bank) {
        if (kind_ != MarketKind::cpmm || !follow_) return;
        const V keep = exp(V(power_) * clamp(log_price - last_, V(-2.0), V(2.0)));
        last_ = log_price;
        bank.liquidity(clamp(keep, V(0.1), V(10.0)));
    }
    void shock(double factor) { quote_ += V(real::log(factor)); }
    /// The quote after a step's trades and use. Quantity: P = T H / C, turned over within the holding time; T is what
    /// is used a day, C what circulates. Flow: d ln P = impact x net flow / depth.
    template <class Bank>
    ASSAY_INLINE void requote(V chance, V served_usd, Bank& bank) {
        if (kind_ == MarketKind::cpmm) return;
        V units, usd;
        bank.pool(units, usd);
        if (kind_ == MarketKind::quantity) {
            const V now = served_usd * V(per_day_);
            usage_ = select(usage_ < V(0.0), now, usage_ + (now - usage_) * V(smooth_));
            const V target = usage_ * V(holding_) / max(bank.look(Book::circulating) * V(unit_), V(1e-12));
            quote_ += V(adjust_) * clamp(log(max(target, V(1e-12))) - quote_, V(-2.0), V(2.0)) + chance;
        } else {
            quote_ += V(impact_) * clamp(bank.net_flow() / max(usd, V(1.0)), V(-0.5), V(0.5)) + chance;
        }
        quote_ = clamp(quote_, V(kLeastLog), V(kMostLog));
        bank.quote(exp(quote_));
    }

   private:
    static constexpr double kLeastLog = -13.8, kMostLog = 13.8;  // a millionth to a million USD
    MarketKind kind_ = MarketKind::cpmm;
    bool follow_ = false;
    double power_ = 0, holding_ = 30, adjust_ = 1, impact_ = 1, unit_ = 1, per_day_ = 1, smooth_ = 1;
    V quote_, last_, usage_;
};

}  // namespace
}  // namespace assay::sim
