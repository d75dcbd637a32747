// Stake for access: what a provider must have at stake, per device class. PROTOCOL §6 (deterrence), §7.
#pragma once

#include <span>

#include "tokenomics/params.hpp"

namespace assay::tokenomics {

/// unit x max(floor, multiplier) of one device, rounded up: the provider owes it. Errors: overflow.
[[nodiscard]] Result<Amount> required_per_device(const StakeParams& stake, const ClassParams& c);
/// Sum over devices, given as indices into params.classes. Errors: unknown_class, overflow.
[[nodiscard]] Result<Amount> required_stake(const Params& params, std::span<const std::uint32_t> devices);
/// S_min = 3 x C (every task is sampled; the reward is left out, since an absent cheater keeps nothing).
/// So many devices of one class.
struct ClassCount {
    std::uint32_t device_class = 0;  ///< index into params.classes
    std::uint32_t count = 0;
    ASSAY_FIELDS(device_class, count)
    bool operator==(const ClassCount&) const = default;
};
/// The same sum from counts. Errors: as above.
[[nodiscard]] Result<Amount> required_by_class(const Params& params, std::span<const ClassCount> devices);
[[nodiscard]] Result<Amount> minimum_stake_per_device(const ClassParams& c);
/// What one open commit puts at risk: the same bound, so that stake covers all of them together.
[[nodiscard]] Result<Amount> exposure(const ClassParams& c);

}  // namespace assay::tokenomics
