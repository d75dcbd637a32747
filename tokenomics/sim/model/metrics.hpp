// Inside of compute_figures: what its parts share. One file a health condition (SIMULATION's four):
// metrics_capture.cpp, metrics_incentives.cpp, metrics_parties.cpp, metrics_prices.cpp and metrics_spiral.cpp.
//
//   const Grid g(journal);
//   for (std::size_t i = g.month; i < g.marks; ++i) use(g.at(kMarkPrice, i));
#pragma once

#include <cstring>
#include <limits>

#include "tokenomics/sim/model/journal.hpp"
#include "tokenomics/sim/model/real.hpp"

namespace assay::sim {

using LaneFigures = std::array<std::array<double, kLanes>, kFigureCount>;
inline constexpr double kMissing = std::numeric_limits<double>::quiet_NaN();

// Vectors go in and out by reference: by value their calling convention would depend on the processor.
inline void put(LaneFigures& out, Figure which, const Lanes& values) {
    std::memcpy(out[which].data(), &values, sizeof values);
}
/// The journal's marks at even distances. Windows in days are so many marks; a last mark that came early, because the
/// horizon is no multiple, is left to totals.
struct Grid {
    const Journal& j;
    std::size_t marks = 0;  ///< of even distance, the start among them; 0: there is no distance
    double spacing = 0;     ///< days
    std::size_t month = 0;  ///< 30 days in marks

    explicit Grid(const Journal& journal) : j(journal) {
        if (j.marks.size() < 2 || j.mark_day.size() != j.marks.size()) return;
        spacing = j.mark_day[1] - j.mark_day[0];
        marks = j.marks.size();
        if (j.mark_day[marks - 1] - j.mark_day[marks - 2] < 0.999 * spacing) --marks;
        month = in_marks(30);
    }
    /// The nearest number of marks, at least one.
    [[nodiscard]] std::size_t in_marks(double days) const {
        return static_cast<std::size_t>(days / spacing < 1.5 ? 1.0 : days / spacing + 0.5);
    }
    [[nodiscard]] const Lanes& at(Mark which, std::size_t i) const { return j.marks[i][which]; }
    [[nodiscard]] const Lanes& first(Mark which) const { return j.marks.front()[which]; }
    [[nodiscard]] const Lanes& last(Mark which) const { return j.marks.back()[which]; }
    [[nodiscard]] double days() const { return j.mark_day.empty() ? 0 : j.mark_day.back() - j.mark_day.front(); }
};

// Each fills its condition's figures; what it leaves is missing already.
void capture_figures(const Scenario& s, const Grid& g, LaneFigures& out);
void incentive_figures(const Scenario& s, const Grid& g, LaneFigures& out);
void party_figures(const Scenario& s, const Grid& g, LaneFigures& out);
void price_figures(const Scenario& s, const Grid& g, LaneFigures& out);
void spiral_figure(const Spiral& rule, const Grid& g, LaneFigures& out);

}  // namespace assay::sim
