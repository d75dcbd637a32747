// A result directory as the page needs it: small numbers of every cell, thinned so that a page stays a page.
//
//   ASSAY_TRY(ReportData data, read_report_data("out", {}));
//   data.cells[0].metrics[i].fail->p;
#pragma once

#include <array>
#include <optional>
#include <string>
#include <vector>

#include "base/json.hpp"
#include "base/result.hpp"
#include "tokenomics/sim/report/histogram.hpp"
#include "tokenomics/sim/run/statistics.hpp"

namespace assay::sim::report {

/// How often a figure passes its threshold; the interval is Wilson's, 95 %.
struct Failing {
    bool above = true;
    double threshold = 0, p = 0, low = 0, high = 0;
};

/// What summary.json says of a figure in a cell. What is missing is not a number.
struct MetricSummary {
    double mean = 0, standard_error = 0, sd = 0, min = 0, max = 0, quantile_error = 0;
    std::uint64_t missing = 0;
    std::array<double, kQuantiles.size()> quantiles{};
    std::optional<Failing> fail;
    std::optional<Histogram> histogram;
};

struct MetricName {
    std::string name, unit, meaning;
    unsigned condition = 0;
};

struct ReportCell {
    std::uint64_t number = 0;
    std::vector<std::pair<std::string, std::string>> set;  ///< parameter and value, of a sweep
    std::vector<MetricSummary> metrics;                    ///< in the order of ReportData::metrics
    std::vector<std::pair<std::uint64_t, double>> points;  ///< step and day
    std::vector<std::vector<double>> paths;                ///< [series][quantile * points + point]
    // Over the runs that metrics.csv holds; zero of zero where it has none.
    std::uint64_t runs_seen = 0, any_failed = 0, price_fell = 0;
    std::array<std::uint64_t, 5> condition_failed{};  ///< runs in which a threshold of the condition broke; [0] unused
};

/// A row of sensitivity.csv.
struct SensitivityRow {
    std::string method, param, metric, index;
    double value = 0, low = 0, high = 0;
};

/// A parameter that is not what the preset has.
struct ChangedParameter {
    std::string path, before, now;
};

struct ReportData {
    std::string name, version, mode = "exact", seed, result_hash, input_hash, fast_bound, shard, denom;
    std::string scenario;  ///< JSON, on one line
    std::string against;   ///< the preset that `changed` compares with; empty: none
    bool antithetic = false;
    unsigned model = 0;
    std::uint64_t runs = 0, steps = 0;
    double days = 0;
    std::vector<MetricName> metrics, series;
    std::vector<std::string> swept;  ///< parameters that cells set
    std::vector<ReportCell> cells;
    std::size_t cells_with_paths = 0;  ///< the first of them; the others have no paths and histograms
    std::size_t thinned = 1;           ///< every so manieth recorded step is here
    json::Value shocks, initial_price;
    std::vector<SensitivityRow> sensitivity;
    std::vector<ChangedParameter> changed;
};

/// Everything of the result in `dir` but `against` and `changed`. Errors: those of read_manifest;
/// verification_failed where a file is not what the format says.
[[nodiscard]] Result<ReportData> read_report_data(const std::string& dir);

/// The rows of sensitivity.csv in `dir`, which `assay-sim sensitivity --out` made. Errors: not_found, io_error,
/// verification_failed.
[[nodiscard]] Status read_sensitivity(const std::string& dir, ReportData& data);

/// The members in which two scenarios (JSON objects) differ, by path.
[[nodiscard]] std::vector<ChangedParameter> changed_parameters(const json::Value& before, const json::Value& now);

}  // namespace assay::sim::report
