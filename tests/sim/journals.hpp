// Journals made by hand: what a mark or a step holds is a function of the day (or step) and the lane.
//
//   Journal j = journal_of(3650);
//   fill(j, kMarkPrice, [](double day, std::size_t lane) { return 1.0 + day; });
#pragma once

#include <algorithm>
#include <cmath>

#include "tests/sim/scenarios.hpp"
#include "tokenomics/sim/model/metrics.hpp"

namespace assay::sim {

template <class Value>
void fill(Journal& j, Mark which, const Value& value) {
    for (std::size_t i = 0; i < j.marks.size(); ++i)
        for (std::size_t lane = 0; lane < kLanes; ++lane)
            j.marks[i][which][lane] = static_cast<double>(value(j.mark_day[i], lane));
}

/// Of daily steps, with nothing in them but days.
inline Journal journal_of(double days) {
    Journal j;
    j.steps = static_cast<std::size_t>(days);
    for (double day = 0; day < days; day += kMarkDays) j.mark_day.push_back(day);
    j.mark_day.push_back(days);
    j.marks.resize(j.mark_day.size());
    for (auto& mark : j.marks) mark.fill(Lanes{});
    return j;
}

inline const LaneFigures& figures_of(const Scenario& s, const Journal& j) {
    static LaneFigures out;
    compute_figures(s, j, out);
    return out;
}

inline void check_near(double is, double should, double relative = 1e-12) {
    INFO(is << " should be " << should);
    CHECK(std::abs(is - should) <= relative * std::max(1.0, std::abs(should)));
}

}  // namespace assay::sim
