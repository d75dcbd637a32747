// The beacon of PROTOCOL §5: each block mixes in a reveal from its proposer's hash chain.
#pragma once

#include "chain/view.hpp"

namespace assay::chain {

/// H("assay/beacon", before | height u64 LE | reveal).
[[nodiscard]] Hash next_beacon(const Hash& before, Height height, const Hash& reveal);
/// The reveal at `height` hashes to the tip in height - tip.height steps of plain SHA-256, at most max_gap.
[[nodiscard]] bool reveal_matches(const BeaconTip& tip, Height height, const Hash& reveal, std::uint64_t max_gap);
/// A number below n from the beacon under its own tag; n >= 1. The bias is below n / 2^64.
[[nodiscard]] std::uint64_t beacon_number(std::string_view tag, const Hash& beacon, std::uint64_t salt,
                                          std::uint64_t n);
/// Power of the validators in `who`, and of all. A set holds "more than one third" when 3 x power > total.
[[nodiscard]] bool holds_more_than_third(const StateView& state, const std::vector<Address>& who);
[[nodiscard]] u128 total_power(const StateView& state);

}  // namespace assay::chain
