// Emission: how much an epoch's schedule mints. A pure function of parameters, epoch, a small view of the ledger and,
// for kinds that steer, what the last epoch left in memory. Each kind is one file; the clamps are here, once, for all.
//
//   EmissionMemory memory = emission_start(p);                       // kept in the state by kinds that have any
//   ASSAY_TRY(Emission out, scheduled_mint(p, epoch, view, memory)); // out.mint, out.memory for the next epoch
#pragma once

#include <span>

#include "tokenomics/params.hpp"

namespace assay::tokenomics {

/// Rates a year are for 365 days.
inline constexpr std::uint64_t kYearMs = 365ull * 86'400'000;

struct EmissionView {
    Amount cumulative_scheduled{};  ///< minted by the schedule so far; burns never lower it
    Amount supply{};
    Amount cap{};
    Amount genesis{};          ///< supply at genesis
    Amount bonded{};           ///< staked and bonded, at the epoch's end
    Amount settled{};          ///< burned for the credits that the epoch consumed
    Amount burned{};           ///< in the epoch
    u128 power = 0;            ///< weight of the epoch's passed tasks
    TimeMs start{}, end{};     ///< of the epoch, first included
    std::uint64_t blocks = 0;  ///< in the epoch
};

/// baseline: time is counted in whole epochs of the baseline, sums are of power over epochs.
struct BaselineMemory {
    u128 power = 0;            ///< baseline of the running epoch
    u128 effective_power = 0;  ///< baseline at effective_time
    u128 sum_realised = 0, sum_baseline = 0;
    std::uint64_t effective_time = 0;
    bool operator==(const BaselineMemory&) const = default;
    ASSAY_FIELDS(power, effective_power, sum_realised, sum_baseline, effective_time)
};
struct PolicyMemory {
    Amount level;        ///< of the running epoch
    Amount burned;       ///< since the last decision
    Amount mean_before;  ///< of burns per epoch, in the period before
    std::uint64_t epochs = 0;
    std::uint64_t streak = 0;  ///< moves in the same direction, one after the other
    std::uint8_t cutting = 0;  ///< their direction
    bool operator==(const PolicyMemory&) const = default;
    ASSAY_FIELDS(level, burned, mean_before, epochs, streak, cutting)
};
struct EmissionMemory {
    u128 rate = 0;  ///< signed_step: ppb an epoch. bonded_ratio: 10^-18 a year
    BaselineMemory baseline;
    PolicyMemory policy;
    bool operator==(const EmissionMemory&) const = default;
    ASSAY_FIELDS(rate, baseline, policy)
};

struct Emission {
    Amount mint;
    EmissionMemory memory;
};

[[nodiscard]] bool has_memory(EmissionKind kind);
/// Before the first epoch.
[[nodiscard]] EmissionMemory emission_start(const EmissionParams& p);

/// Clamped to what is left of emission.total and to cap - supply. Errors: overflow.
[[nodiscard]] Result<Emission> scheduled_mint(const EmissionParams& p, Epoch epoch, const EmissionView& view,
                                              const EmissionMemory& memory);
/// For kinds without memory, or from their start. Errors: overflow.
[[nodiscard]] Result<Amount> scheduled_mint(const EmissionParams& p, Epoch epoch, const EmissionView& view);

// The kinds, before the clamps. All errors: overflow.
[[nodiscard]] Amount step_table_mint(const std::vector<EmissionStep>& steps, Epoch epoch);
[[nodiscard]] Result<Amount> geometric_mint(const GeometricEmission& g, Epoch epoch);
[[nodiscard]] Result<Amount> halving_mint(const HalvingEmission& h, const EmissionView& view);
[[nodiscard]] Result<Emission> baseline_mint(const BaselineEmission& b, Epoch epoch, const EmissionView& view,
                                             const EmissionMemory& memory);
[[nodiscard]] Result<Emission> signed_step_mint(const SignedStepEmission& s, const EmissionView& view,
                                                const EmissionMemory& memory);
[[nodiscard]] Result<Emission> bonded_ratio_mint(const BondedRatioEmission& b, const EmissionView& view,
                                                 const EmissionMemory& memory);
[[nodiscard]] Result<Emission> policy_mint(const PolicyEmission& p, const EmissionView& view,
                                           const EmissionMemory& memory);

/// The same schedule with a ratio: 1 - decay = e^-rate, floored in Q0.128.
[[nodiscard]] GeometricEmission as_geometric(const ExpDecayEmission& e);
/// By time: what is minted from `start_ms` until `ms`. Whole years sum to `first` shifted down, to the base unit.
[[nodiscard]] Result<Amount> halving_until(const HalvingEmission& h, TimeMs ms);

[[nodiscard]] Result<std::vector<Amount>> step_table_sums(const std::vector<EmissionStep>& steps,
                                                          std::span<const Epoch> bounds);
[[nodiscard]] Result<std::vector<Amount>> geometric_sums(const GeometricEmission& g, std::span<const Epoch> bounds);

/// A kind whose mint follows from the epoch's number alone: schedule_sums adds it up without walking a ledger.
[[nodiscard]] bool by_epoch_alone(EmissionKind kind);
/// The schedule between neighbouring bounds, before the clamps: out[i] is the sum of epochs bounds[i] to bounds[i + 1],
/// the latter excluded, to the base unit as if they were added up one by one; some ten nanoseconds an epoch for
/// `geometric`, nothing for the others. Bounds ascend. Zero for kinds that need a ledger. Errors: overflow.
[[nodiscard]] Result<std::vector<Amount>> schedule_sums(const EmissionParams& p, std::span<const Epoch> bounds);

/// (1 - decay)^n as Q0.128 by squaring, each product floored; n = 0 is represented as 2^128 - 1 (one unit below one).
[[nodiscard]] u128 decay_power(u128 decay, std::uint64_t n);

}  // namespace assay::tokenomics
