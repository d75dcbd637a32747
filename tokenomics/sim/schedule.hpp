// The emission schedule alone, by the calendar: what `assay-sim schedule` prints. Nothing is burned in it.
//
//   ASSAY_TRY(auto rows, schedule_rows(scenario, {.every = Every::year, .periods = 10}));
#pragma once

#include <optional>
#include <span>

#include "tokenomics/emission.hpp"
#include "tokenomics/sim/scenario.hpp"

namespace assay::sim {

/// tokenomics::schedule_sums with its periods spread over threads: the same sums for any number of them.
[[nodiscard]] Result<std::vector<Amount>> schedule_between(const tokenomics::EmissionParams& p,
                                                           std::span<const Epoch> bounds, std::size_t threads);

enum class Every : std::uint8_t { epoch, day, month, year };

struct ScheduleQuery {
    Every every = Every::year;
    std::uint64_t periods = 10;
    std::optional<TimeMs> from;  ///< the first row begins here; genesis unless told
    std::size_t threads = 1;
};

struct ScheduleRow {
    std::uint64_t period = 0;  ///< 1, 2, … from the first row on; an epoch's own number
    TimeMs start;
    Amount minted;      ///< by the epochs that begin in the period, clamped to emission.total and token.cap
    Amount cumulative;  ///< since genesis
    Amount supply;      ///< initial.supply + cumulative
};

/// Months and years count from the first row's day; one that a month lacks is its last. Errors: field_out_of_range.
[[nodiscard]] Result<std::vector<ScheduleRow>> schedule_rows(const Scenario& s, const ScheduleQuery& query);

}  // namespace assay::sim
