// Providers of one class: what they earn and spend, and how many there are. They look at a margin averaged over
// their lead time; they enter while it is above zero and leave while it is below. SIMULATION §3.2 (11).
#pragma once

#include "tokenomics/sim/scenario.hpp"

namespace assay::sim {

class Providers {
   public:
    Providers(const ProviderGroup& g, double multiplier, double step_days);

    [[nodiscard]] std::uint64_t devices() const { return devices_; }
    [[nodiscard]] double capacity() const { return static_cast<double>(devices_) * multiplier_; }
    /// What the devices cost in a step, USD.
    [[nodiscard]] double cost_usd() const { return static_cast<double>(devices_) * step_cost_; }
    /// Margin of the last step, (income - cost) / cost, and averaged.
    void account(double income_usd);
    [[nodiscard]] double margin() const { return margin_; }
    /// How many devices there will be, from the averaged margin.
    [[nodiscard]] std::uint64_t wanted();
    void become(std::uint64_t devices) { devices_ = devices; }
    void scale_cost(double factor) { step_cost_ *= factor; }
    [[nodiscard]] double sell_share() const { return sell_share_; }

   private:
    double multiplier_, step_cost_, weight_, entry_, exit_, sell_share_;
    std::uint64_t devices_;
    double pending_ = 0;  ///< the fraction of a device that has gathered
    double margin_ = 0;
};

}  // namespace assay::sim
