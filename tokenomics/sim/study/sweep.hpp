// Many cells of one scenario: which fields take which values together.
//
//   ASSAY_TRY(SweepPlan plan, plan_sweep(base, {.design = Design::grid, .axes = axes}));
//   plan.cells[3];                  // {{"bme.spread_ppb", "2500000"}, {"demand.drift", "0"}}
//   ASSAY_TRY(Scenario s, base.with(sets_of(plan.cells[3])));
//
// Cells draw the same luck run by run, unless the seed itself is swept.
#pragma once

#include <optional>
#include <utility>

#include "tokenomics/sim/study/base_scenario.hpp"

namespace assay::sim::study {

enum class Design : std::uint8_t { grid, zip, lhs, sobol, table };
inline constexpr std::size_t kMaxCells = 10'000;
[[nodiscard]] const char* design_name(Design d);
[[nodiscard]] std::optional<Design> design_named(const std::string& name);

struct SweepQuery {
    Design design = Design::grid;
    std::vector<Axis> axes = {};
    std::uint64_t samples = 0;  ///< of lhs and sobol
    std::string table = {};     ///< a CSV file: its head names paths, each row is a cell
};
/// The document's own `sweep` member, {} where it has none; a table's name counts from `folder`.
/// Errors: those of JSON, field_out_of_range.
[[nodiscard]] Result<std::optional<SweepQuery>> sweep_of(const json::Value& document, const std::string& folder);

using Cell = std::vector<std::pair<std::string, std::string>>;
[[nodiscard]] std::vector<std::string> sets_of(const Cell& cell);
/// "cell 3 (demand.drift=0.1)".
[[nodiscard]] std::string cell_name(const Cell& cell, std::size_t number);

struct SweepPlan {
    Design design = Design::grid;
    std::vector<Cell> cells;
    std::uint64_t steps = 0;  ///< of all cells together

    /// In one line, for the manifest.
    [[nodiscard]] std::string text() const;
};

/// All cells, each of them read and checked. Errors name the cell and the rule: those of load_scenario; usage where a
/// design lacks what it needs, where a path stands twice, or where there are more than kMaxCells.
[[nodiscard]] Result<SweepPlan> plan_sweep(const BaseScenario& base, SweepQuery query);

}  // namespace assay::sim::study
