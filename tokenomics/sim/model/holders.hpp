// Who holds tokens and does not provide: delegators by yield, traders by chance and by value, holdings that sell, and
// liquidity providers. SIMULATION §3.2 (13), (15), (16).
#pragma once

#include "tokenomics/sim/model/part.hpp"

namespace assay::sim {
namespace {

/// They delegate a share of the supply that grows with the yield above what they get elsewhere.
class StakersPart {
   public:
    void start(const Setup& setup) {
        const Stakers& s = setup.scenario.stakers;
        on_ = s.per_yield > 0;
        per_yield_ = s.per_yield;
        free_rate_ = s.free_rate;
        max_share_ = s.max_share;
        kept_ = 1 - s.commission;
        move_ = real::exp(-s.adjust_per_day * setup.step_days);
        smooth_ = 1 - real::exp(-setup.step_days / 30.0);
        per_year_ = kDaysPerYear / setup.step_days;
        yield_ = V(0.0);
    }
    template <class Bank>
    ASSAY_INLINE void act(Bank& bank) {
        if (!on_) return;
        yield_ += (bank.staking() * V(kept_ * per_year_) - yield_) * V(smooth_);
        const V now = bank.look(Book::delegated), free = bank.owned({Purse::holders, 0});
        const V wanted = min(bank.look(Book::supply) * V(per_yield_) * positive(yield_ - V(free_rate_)),
                             (free + now) * V(max_share_));
        bank.delegate((wanted - now) * V(1 - move_));
    }

   private:
    bool on_ = false;
    double per_yield_ = 0, free_rate_ = 0, max_share_ = 0, kept_ = 1, move_ = 0, smooth_ = 0, per_year_ = 0;
    V yield_;
};

/// F = y / (rho M + w): what a token is worth that is burned for revenue y a year, out of a supply M that grows by w
/// (Kalabic et al. 2023 with no expected gain; docs/economist.md). Looked at every ten days, from averages of thirty.
class FundamentalPart {
   public:
    void start(const Setup& setup, double revenue_usd_per_day, double price) {
        rho_ = setup.scenario.speculators.discount;
        smooth_ = 1 - real::exp(-setup.step_days / 30.0);
        per_day_ = 1 / setup.step_days;
        unit_ = 1 / setup.token;
        review_ = static_cast<std::uint64_t>(10 / setup.step_days);
        if (review_ < 1) review_ = 1;
        revenue_ = V(revenue_usd_per_day);
        mint_ = V(0.0);
        begun_ = false;
        usd_ = V(price);
        log_ = log(usd_);
    }
    /// Of a step: base units burned and minted, the price.
    template <class Bank>
    ASSAY_INLINE void follow(std::uint64_t step, V burned, V minted, V price, const Bank& bank) {
        const V y = burned * price * V(unit_ * per_day_), w = minted * V(unit_ * per_day_);
        if (!begun_) mint_ = w;
        begun_ = true;
        revenue_ += (y - revenue_) * V(smooth_);
        mint_ += (w - mint_) * V(smooth_);
        if (step % review_ != 0) return;
        const V supply = bank.look(Book::supply) * V(unit_);
        usd_ = revenue_ * V(kDaysPerYear) / max(V(rho_) * supply + mint_ * V(kDaysPerYear), V(1e-12));
        log_ = log(usd_);
    }
    [[nodiscard]] ASSAY_INLINE V usd() const { return usd_; }
    [[nodiscard]] ASSAY_INLINE V log_usd() const { return log_; }

   private:
    double rho_ = 0, smooth_ = 0, per_day_ = 1, unit_ = 1;
    std::uint64_t review_ = 1;
    bool begun_ = false;
    V revenue_, mint_, usd_, log_;
};

/// The share of the pool that traders want to turn over in a step: chance, value, momentum.
class TradersPart {
   public:
    void start(const Setup& setup, double price) {
        const Scenario& s = setup.scenario;
        const double dt = setup.step_days / kDaysPerYear;
        const double spread = s.market.volatility * real_root(dt);
        pooled_ = s.market.kind == MarketKind::cpmm;
        own_ = spread * real_root(1 - s.market.market_correlation * s.market.market_correlation);
        shared_ = spread * s.market.market_correlation;
        reversion_ = s.speculators.reversion_per_year * dt;
        momentum_ = s.speculators.momentum * dt;
        clip_ = s.speculators.clip;
        smooth_ = 1 - real::exp(-setup.step_days / 30.0);
        trend_ = V(real::log(price));
    }
    /// Chance alone, of the price's logarithm.
    [[nodiscard]] ASSAY_INLINE V chance(V own, V market) const { return V(own_) * own + V(shared_) * market; }
    [[nodiscard]] ASSAY_INLINE V opinion(V log_price, V log_value) {
        const V out =
            V(reversion_) * clamp(log_value - log_price, V(-clip_), V(clip_)) + V(momentum_) * (log_price - trend_);
        trend_ += (log_price - trend_) * V(smooth_);
        return out;
    }
    [[nodiscard]] bool pooled() const { return pooled_; }

   private:
    bool pooled_ = true;
    double own_ = 0, shared_ = 0, reversion_ = 0, momentum_ = 0, clip_ = 0, smooth_ = 0;
    V trend_;
};

}  // namespace
}  // namespace assay::sim
