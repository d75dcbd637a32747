#include "tokenomics/sim/model/providers.hpp"

#include <algorithm>

#include "tokenomics/sim/model/real.hpp"

namespace assay::sim {
namespace {
constexpr std::uint64_t kMostDevices = 1'000'000'000;
}  // namespace

Providers::Providers(const ProviderGroup& g, double multiplier, double step_days)
    : multiplier_(multiplier),
      step_cost_(g.cost_usd_per_gpu_hour * 24.0 * step_days),
      weight_(1.0 - real::exp(-step_days / g.lead_days)),
      entry_(g.entry_per_year * step_days / kDaysPerYear),
      exit_(g.exit_per_year * step_days / kDaysPerYear),
      sell_share_(g.sell_share),
      devices_(g.count) {}

void Providers::account(double income_usd) {
    const double cost = cost_usd();
    // Without costs any income is a full margin; without devices there is nothing to look at.
    const double now = cost > 0 ? (income_usd - cost) / cost : (income_usd > 0 ? 1.0 : 0.0);
    margin_ += weight_ * (std::clamp(now, -1.0, 10.0) - margin_);
}

std::uint64_t Providers::wanted() {
    const double rate = margin_ > 0 ? entry_ * std::min(margin_, 1.0) : exit_ * margin_;
    // From nothing, entry begins with one device.
    pending_ += rate * std::max(static_cast<double>(devices_), rate > 0 ? 1.0 : 0.0);
    const auto whole = static_cast<std::int64_t>(pending_);
    pending_ -= static_cast<double>(whole);
    if (whole < 0) return devices_ - std::min(devices_, static_cast<std::uint64_t>(-whole));
    return std::min(devices_ + static_cast<std::uint64_t>(whole), kMostDevices);
}

}  // namespace assay::sim
