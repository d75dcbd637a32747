// The oracle's arithmetic: a round of reports becomes a price. PROTOCOL §10.
#pragma once

#include <vector>

#include "tokenomics/params.hpp"

namespace assay::tokenomics {

struct PriceState {
    Price spot;
    u128 ema_q32 = 0;  ///< price x 2^32
    Height last_quorum;
    std::uint64_t rounds = 0;
    bool stale = false;
    u128 variance_q32 = 0;  ///< moving average, of the same length, of (spot - EMA)^2, x 2^32
    ASSAY_FIELDS(spot, ema_q32, last_quorum, rounds, stale, variance_q32)
};

struct PriceReport {
    Price price;
    u128 power = 0;
};

struct RoundResult {
    PriceState state;
    bool quorum = false;
    std::vector<bool> marked;  ///< parallel to the reports: further from the median than deviation_ppb
};

[[nodiscard]] PriceState initial_price(const PriceParams& p);
/// Quorum: two thirds of the power over all reports. The lower power-weighted median counts, once; a round moves the
/// price by at most max_move_ppb, though never by less than a unit. Stale: no quorum for stale_blocks, or spot or
/// average below 10^4 units. Total.
[[nodiscard]] RoundResult close_round(const PriceParams& p, const PriceState& before,
                                      const std::vector<PriceReport>& reports, u128 total_power, Height height);
/// The same round where there is one report only, which is never marked: the new state.
[[nodiscard]] PriceState close_round_of_one(const PriceParams& p, const PriceState& before, const PriceReport& report,
                                            u128 total_power, Height height);
[[nodiscard]] Price ema(const PriceState& s);
/// floor(k x sqrt(variance)): so many standard deviations of the price around its average, in USD x 10^-8. Total.
[[nodiscard]] std::uint64_t deviations(const PriceState& s, Ppb k);

}  // namespace assay::tokenomics
