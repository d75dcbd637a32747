// Emission: how much an epoch's schedule mints. A pure function of parameters, epoch and a small view of the ledger.
// Each kind is one file; the clamps are here, once, for all of them.
#pragma once

#include "tokenomics/params.hpp"

namespace assay::tokenomics {

struct EmissionView {
    Amount cumulative_scheduled;  ///< minted by the schedule so far; burns never lower it
    Amount supply;
    Amount cap;
};

/// Clamped to what is left of emission.total and to cap - supply. Errors: overflow.
[[nodiscard]] Result<Amount> scheduled_mint(const EmissionParams& p, Epoch epoch, const EmissionView& view);

// The kinds, before the clamps.
[[nodiscard]] Amount step_table_mint(const std::vector<EmissionStep>& steps, Epoch epoch);
[[nodiscard]] Result<Amount> geometric_mint(const GeometricEmission& g, Epoch epoch);

// Their sums over epochs from..to.
[[nodiscard]] Result<Amount> step_table_sum(const std::vector<EmissionStep>& steps, Epoch from, Epoch to);
[[nodiscard]] Result<Amount> geometric_sum(const GeometricEmission& g, Epoch from, Epoch to);

/// The schedule of epochs from..to, `to` excluded, before the clamps, as if they were added up one by one: the same sum
/// to the base unit, some ten nanoseconds an epoch for `geometric` and nothing for the others. Errors: overflow.
[[nodiscard]] Result<Amount> schedule_sum(const EmissionParams& p, Epoch from, Epoch to);

/// (1 - decay)^n as Q0.128 by squaring, each product floored; n = 0 is represented as 2^128 - 1 (one unit below one).
[[nodiscard]] u128 decay_power(u128 decay, std::uint64_t n);

}  // namespace assay::tokenomics
