// The breaker of the vault: how far what lies in it covers the credits that it owes for, and what follows from that
// (AEP-76). Between warn and halt the rounds stretch; at halt nothing burns for credits any more; settling goes on.
//
//   BreakerState s = breaker(bme.vault, before, vault, prices.burn, decimals, outstanding);
//   if (s.level == BreakerLevel::halted) …
#pragma once

#include "tokenomics/params.hpp"

namespace assay::tokenomics {

enum class BreakerLevel : std::uint8_t { healthy = 0, warned = 1, halted = 2 };
constexpr std::uint8_t enum_count(BreakerLevel) {
    return 3;
}
[[nodiscard]] std::string_view word_of(BreakerLevel level);

struct BreakerState {
    BreakerLevel level = BreakerLevel::healthy;
    std::uint64_t ratio_bps = 0;  ///< value of the vault / credits outstanding; 0 while nothing is outstanding
    ASSAY_FIELDS(level, ratio_bps)
    bool operator==(const BreakerState&) const = default;
};

/// floor(value of the vault x 10^4 / outstanding), at most 2^64 - 1; nothing where nothing is outstanding. Total.
[[nodiscard]] std::optional<std::uint64_t> collateral_ratio(Amount vault, Price price, unsigned decimals,
                                                            Credits outstanding);
/// Healthy above warn_bps, halted at or below halt_bps, warned between; who is halted stays so below restart_bps.
/// Healthy where nothing is outstanding. Total.
[[nodiscard]] BreakerState breaker(const VaultParams& p, BreakerLevel before, Amount vault, Price price,
                                   unsigned decimals, Credits outstanding);
/// Blocks between two rounds: min(max_blocks, floor(min_blocks x (1 + backoff)^n)), n = floor((warn_bps - ratio_bps) /
/// step_bps), and min_blocks where n <= 0. The power is taken in steps of 10^-27, each floored: exact for the 10 % of
/// AEP-76 (a test holds it to its table). Zero, no stretch, where healthy. Total.
[[nodiscard]] std::uint64_t blocks_between_rounds(const VaultParams& p, const BreakerState& state);

}  // namespace assay::tokenomics
