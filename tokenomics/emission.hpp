// Emission: how much an epoch's schedule mints. A pure function of parameters, epoch and a small view of the ledger.
// Each kind is one file; the clamps are here, once, for all of them.
#pragma once

#include <span>

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

[[nodiscard]] Result<std::vector<Amount>> step_table_sums(const std::vector<EmissionStep>& steps,
                                                          std::span<const Epoch> bounds);
[[nodiscard]] Result<std::vector<Amount>> geometric_sums(const GeometricEmission& g, std::span<const Epoch> bounds);

/// The schedule between neighbouring bounds, before the clamps: out[i] is the sum of epochs bounds[i] to bounds[i + 1],
/// the latter excluded, to the base unit as if they were added up one by one; some ten nanoseconds an epoch for
/// `geometric`, nothing for the others. Bounds ascend. Errors: overflow.
[[nodiscard]] Result<std::vector<Amount>> schedule_sums(const EmissionParams& p, std::span<const Epoch> bounds);

/// (1 - decay)^n as Q0.128 by squaring, each product floored; n = 0 is represented as 2^128 - 1 (one unit below one).
[[nodiscard]] u128 decay_power(u128 decay, std::uint64_t n);

}  // namespace assay::tokenomics
