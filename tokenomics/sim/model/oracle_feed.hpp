// What the chain is told of the market: late, noisy, wrong or not at all. What it makes of it is tokenomics/price.hpp.
// SIMULATION §3.2 (7).
#pragma once

#include "tokenomics/sim/model/part.hpp"

namespace assay::sim {
namespace {

class OracleFeed {
   public:
    void start(const Setup& setup, Room& room, V first) {
        lag_ = setup.lag_steps;
        noise_ = setup.scenario.oracle.noise;
        if (lag_ > 0) past_ = room.take<V>(lag_);
        for (std::size_t i = 0; i < lag_; ++i) past_[i] = first;
        outage_until_ = wrong_until_ = 0;
        factor_ = 1;
    }
    void outage(std::uint64_t until) { outage_until_ = until; }
    void wrong(double factor, std::uint64_t until) {
        factor_ = factor;
        wrong_until_ = until;
    }
    /// The report of this step; false: there is none.
    ASSAY_INLINE bool report(V spot, V z, std::uint64_t step, V& out) {
        out = spot;
        if (lag_ > 0) {
            V& slot = past_[step % lag_];
            out = slot;
            slot = spot;
        }
        if (noise_ > 0) out *= exp(V(noise_) * z);
        if (step < wrong_until_) out *= V(factor_);
        return step >= outage_until_;
    }

   private:
    std::size_t lag_ = 0;
    double noise_ = 0, factor_ = 1;
    std::uint64_t outage_until_ = 0, wrong_until_ = 0;
    V* past_ = nullptr;
};

}  // namespace
}  // namespace assay::sim
