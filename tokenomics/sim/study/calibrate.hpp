// Fields of a scenario fitted to a series that a network published, and how well the fit does on rows that it did not
// see.
//
//   ASSAY_TRY(Calibration c, calibrate(base, query, table, {.runs = 64}));
//   c.test[0].coverage;    // share of the held-back rows inside the 10-90 % band; 0.8 is what the band claims
//
// The simulation begins one period before the first row: row i lies at day time[i] - time[0] + (time[1] - time[0]).
#pragma once

#include "tokenomics/sim/study/base_scenario.hpp"
#include "tokenomics/sim/study/csv_table.hpp"
#include "tokenomics/sim/study/evaluate.hpp"

namespace assay::sim::study {

struct Mapping {
    std::size_t series = 0;
    bool flow = false;  ///< what came since the row before, of a series that counts up: burned.flow=COLUMN
    std::string column;
    [[nodiscard]] std::string name() const;
};
/// "price_usd=close" or "burned.flow=burnedRender". Errors: usage; not_found with the nearest name.
[[nodiscard]] Result<Mapping> parse_mapping(const std::string& text);

struct RowRange {
    std::size_t from = 0, to = 0;  ///< half-open, from 0
};
/// "0:39". Errors: usage, naming `flag`.
[[nodiscard]] Result<RowRange> parse_rows(const std::string& flag, const std::string& text);

struct CalibrationQuery {
    std::string time_column;
    double time_unit_days = 1;
    std::vector<Mapping> maps;
    std::vector<Axis> bounds;
    RowRange train, test;
    std::uint64_t evaluations = 200;
};

/// How one series fits over one range of rows. No number where it cannot be said (correlation of two rows, logs of
/// zero).
struct Fit {
    double mape = 0, rmse_log = 0, correlation = 0, coverage = 0;
    std::size_t rows = 0;
};

struct Calibration {
    std::vector<std::string> sets;  ///< fitted "path=value"
    std::vector<double> units;      ///< the same in the unit cube: 0 and 1 lie on a bound
    double objective = 0;
    std::uint64_t evaluations = 0, restarts = 0;
    std::vector<double> days;
    std::vector<std::vector<double>> data, low, median, high;  ///< [map][row]; 10, 50 and 90 % over the runs
    std::vector<Fit> train, test;                              ///< per map
};

/// Errors: those of the table (file, line, column), usage for ranges that leave the table or overlap, those of the
/// fields and of the model, interrupted. A point of the search that the scenario refuses or that breaks counts as bad,
/// no more.
[[nodiscard]] Result<Calibration> calibrate(const BaseScenario& base, CalibrationQuery query, const CsvTable& table,
                                            const EvaluateOptions& options);

/// The scenario file: extends `extends`, holds what was typed (--set) and fitted, tells how under "_calibration".
[[nodiscard]] Result<std::string> fitted_scenario(const BaseScenario& base, const std::string& extends,
                                                  const std::vector<std::string>& typed,
                                                  const std::vector<std::string>& fitted, const std::string& report);

}  // namespace assay::sim::study
