// Which fields move a figure, and how much: Morris's elementary effects or Sobol's shares of the variance, over ranges
// of fields. Each point is the mean over some runs that draw the same numbers everywhere.
//
//   ASSAY_TRY(Sensitivity s, analyse(base, {.method = Method::sobol, .n = 256, .axes = axes, .figures =
//   {kMaxDrawdown}}, o)); s.rows;                          // method, param, metric, index, value, low, high
//   sensitivity_files(s);            // SALib's problem.json, X.csv and Y.csv; sensitivity.csv
#pragma once

#include "tokenomics/sim/study/base_scenario.hpp"
#include "tokenomics/sim/study/designs.hpp"
#include "tokenomics/sim/study/evaluate.hpp"
#include "tokenomics/sim/study/indices.hpp"

namespace assay::sim::study {

enum class Method : std::uint8_t { morris, sobol };

struct SensitivityQuery {
    Method method = Method::sobol;
    std::uint32_t n = 128;     ///< trajectories, or base rows
    std::uint32_t levels = 4;  ///< of Morris's grid
    std::vector<Axis> axes;    ///< ranges
    std::vector<std::size_t> figures;
    std::uint64_t seed = 1;  ///< of the design; the runs' is the scenario's
};

struct SensitivityRow {
    std::string param;  ///< empty: of the metric as a whole
    std::size_t figure = 0;
    std::string index;  ///< mu, mu_star, sigma; first, total; noise_share, mean
    Estimate estimate;
};

struct Sensitivity {
    SensitivityQuery query;
    std::uint64_t runs = 0;
    Matrix x;                            ///< in the units of the fields
    std::vector<std::vector<double>> y;  ///< per figure, the mean at each row of x
    std::vector<NoiseShare> noise;       ///< per figure
    std::vector<SensitivityRow> rows;
};

/// Rows of the design: how many points there will be.
[[nodiscard]] std::uint64_t design_points(const SensitivityQuery& query);

/// Errors: usage (too many fields, ranges that are lists), those of the fields and of the model; field_out_of_range
/// where a figure has no value at some point.
[[nodiscard]] Result<Sensitivity> analyse(const BaseScenario& base, SensitivityQuery query,
                                          const EvaluateOptions& options);

/// name and bytes: problem.json, X.csv, Y.csv, sensitivity.csv.
[[nodiscard]] std::vector<std::pair<std::string, std::string>> sensitivity_files(const Sensitivity& s);

}  // namespace assay::sim::study
