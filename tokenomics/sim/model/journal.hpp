// What a block of eight runs leaves behind for its figures: totals that every step adds to, and marks every ten days.
// The model writes it, metrics.cpp reads it; a figure never needs a step again.
//
//   Journal j = …;                      // filled by the model
//   compute_figures(scenario, j, out);  // out[figure][lane]
#pragma once

#include <vector>

#include "tokenomics/sim/model/figures.hpp"
#include "tokenomics/sim/model/lanes.hpp"
#include "tokenomics/sim/scenario.hpp"

namespace assay::sim {

inline constexpr double kMarkDays = 10;

/// Looked at every kMarkDays (every step where steps are longer), at the end of that step. Sums run since the start.
enum Mark : std::size_t {
    kMarkPrice,         ///< USD
    kMarkDevices,       ///< that work
    kMarkCapacity,      ///< GPUs of multiplier one
    kMarkCapacityDays,  ///< sum
    kMarkServed,        ///< sum, USD of credits consumed
    kMarkSupply,        ///< tokens
    kMarkCirculating,   ///< tokens
    kMarkMinted,        ///< sum, tokens, gross as in Journal
    kMarkBurned,        ///< sum, tokens, gross as in Journal
    kMarkIncomeTokens,  ///< sum, tokens that providers were paid
    kMarkIncomeUsd,     ///< sum, at the price of the step
    kMarkCosts,         ///< sum, USD
    kMarkVolume,        ///< sum, USD traded in the market
    kMarkUnlocked,      ///< sum, tokens come free
    kMarkLargestParty,  ///< share of the stake that the largest party has
    kMarkFundamental,   ///< USD
    kMarkStakePrice,    ///< USD of the stake that a device of multiplier one needs to enter
    kMarkCount
};

/// Some party's end: parties of a row are equal among themselves.
struct PartyRow {
    Lanes entities{};  ///< how many
    Lanes stake{};     ///< tokens at work or delegated, of all of them together
    Lanes free{};      ///< tokens that circulate
    Lanes locked{};    ///< not yet free
    Lanes work{};      ///< units of work done over the run (weight x tasks passed, consumed GPU-hours); 0: no provider
    Lanes income{};    ///< tokens paid for it over the run
    bool insider = false;
    bool counted = true;  ///< false: "the public", of whom nobody knows how many they are
};

struct Journal {
    double step_days = 1;
    std::size_t steps = 0;
    std::vector<double> mark_day;                      ///< day at the end of each mark
    std::vector<std::array<Lanes, kMarkCount>> marks;  ///< the first is the start, before any step
    // Sums over steps, unless told otherwise.
    Lanes utilisation{}, margin{};         ///< of each step, to be divided by steps
    Lanes wanted_hours{}, served_hours{};  ///< GPU-hours
    Lanes device_days{}, underwater_days{};
    Lanes least_devices{}, final_devices{};
    Lanes max_drawdown{}, below_high_steps{};             ///< of the price
    Lanes log_sum{}, log_squares{};                       ///< returns of the price from step to step
    Lanes service_sum{}, service_squares{};               ///< the same of the service price
    bool returns_kept = true;                             ///< false: the run has too many steps
    std::vector<std::array<float, kLanes>> returns;       ///< each step's log return of the price
    std::vector<std::array<float, kLanes>> margins;       ///< margin at each mark
    Lanes stale_days{}, halted_days{}, shortfall_most{};  ///< shortfall: tokens, largest of a step
    Lanes least_vault_ratio{};                            ///< huge where there is no vault
    Lanes ruin_day{};                                     ///< NaN: none
    Lanes wash_spent{}, wash_returned{};                  ///< USD
    Lanes slashed{};                                      ///< tokens
    Lanes minted{}, burned{}, final_supply{}, final_price{};
    Lanes gross_minted{}, gross_burned{};  ///< with what went into a vault, and came out of it
    std::vector<PartyRow> parties;
};

/// Every figure of each lane. Never fails: what has no value is a quiet NaN.
void compute_figures(const Scenario& scenario, const Journal& journal,
                     std::array<std::array<double, kLanes>, kFigureCount>& out);

}  // namespace assay::sim
