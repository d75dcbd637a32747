// Stake for access: what a provider must have at stake, per device class. PROTOCOL §6 (deterrence), §7.
#pragma once

#include <span>

#include "tokenomics/params.hpp"

namespace assay::tokenomics {

/// unit x max(floor, multiplier) of one device, rounded up: the provider owes it. Errors: overflow.
[[nodiscard]] Result<Amount> required_per_device(const StakeParams& stake, const ClassParams& c);

/// So many devices of one class.
struct ClassCount {
    std::uint32_t device_class = 0;  ///< index into params.classes
    std::uint32_t count = 0;
    ASSAY_FIELDS(device_class, count)
    bool operator==(const ClassCount&) const = default;
};
/// What devices need, before a price is known; of several devices, the sum of each part.
struct Requirement {
    Amount tokens;  ///< where stake.unit_in is tokens
    Credits usd;    ///< where it is usd
    Amount least;   ///< the deterrence bound, whatever a price does
};
/// Errors: unknown_class, overflow.
[[nodiscard]] Result<Requirement> requirement(const Params& params, std::span<const ClassCount> devices);
/// In base units at a price: max(least, tokens + ceil(usd x 10^(decimals+2) / price)); rounded up, the provider owes
/// it. Errors: overflow, also at a price of zero.
[[nodiscard]] Result<Amount> in_tokens(const Requirement& r, Price price, unsigned decimals);
/// Share of its weight that a provider works with. All or nothing: all of it (who has less has no access). Scaled:
/// free_share + floor((1 - free_share) x min(stake, required) / required). Total.
[[nodiscard]] Ppb access_share(const StakeParams& stake, Amount staked, Amount required);
/// S_min = 3 x C (every task is sampled; the reward is left out, since an absent cheater keeps nothing).
[[nodiscard]] Result<Amount> minimum_stake_per_device(const ClassParams& c);
/// That bound for params.slash: a full rate below 20 % needs more at stake to take the same. Errors: overflow.
[[nodiscard]] Result<Amount> deterrent_stake(const Params& params, const ClassParams& c);
/// What one open commit puts at risk: the same bound, so that stake covers all of them together.
[[nodiscard]] Result<Amount> exposure(const ClassParams& c);
/// What a delivery of a buyer's product puts at risk while it may be disputed: that of a commit of the class, and not
/// below 3 x what was burned for its price, or as much more as slash.full_ppb is below 20 %. Errors: overflow.
[[nodiscard]] Result<Amount> delivery_exposure(const Params& params, const ClassParams& c, Amount burned);

}  // namespace assay::tokenomics
