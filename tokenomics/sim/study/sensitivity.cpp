#include "tokenomics/sim/study/sensitivity.hpp"

#include <cmath>

#include "tokenomics/sim/study/sobol_sequence.hpp"
#include "tokenomics/sim/text.hpp"

namespace assay::sim::study {
namespace {

constexpr std::uint64_t kMaxPoints = 2'000'000;

std::string csv_field(const std::string& text) {
    if (text.find_first_of(",\"\n\r") == std::string::npos) return text;
    std::string out = "\"";
    for (const char c : text) out += c == '"' ? std::string("\"\"") : std::string(1, c);
    return out + "\"";
}

std::vector<std::string> axis_sets(const std::vector<Axis>& axes, const std::vector<double>& unit) {
    std::vector<std::string> out;
    for (std::size_t i = 0; i < axes.size(); ++i) out.push_back(axes[i].path + "=" + axes[i].at(unit[i]));
    return out;
}

}  // namespace

std::uint64_t design_points(const SensitivityQuery& q) {
    return std::uint64_t{q.n} * (q.axes.size() + (q.method == Method::morris ? 1 : 2));
}

Result<Sensitivity> analyse(const BaseScenario& base, SensitivityQuery query, const EvaluateOptions& options) {
    const std::size_t columns = query.axes.size();
    for (const Axis& a : query.axes)
        if (!a.ranged)
            return {Code::usage, "--param " + a.path + ": a range is needed, written " + a.path + "=low:high"};
    if (query.method == Method::sobol && 2 * columns > kSobolDimensions)
        return {Code::usage, "--param is given " + std::to_string(columns) + " times, the method sobol takes " +
                                 std::to_string(kSobolDimensions / 2) + " at most; morris takes more"};
    if (design_points(query) > kMaxPoints)
        return {Code::usage, "--n " + std::to_string(query.n) + " makes " + std::to_string(design_points(query)) +
                                 " points, at most " + std::to_string(kMaxPoints) + " are allowed"};
    ASSAY_TRY_VOID(base.fit(query.axes));
    Sensitivity out;
    out.runs = options.runs;
    const Matrix unit = query.method == Method::sobol ? saltelli_design(query.n, columns, query.seed)
                                                      : morris_design(query.n, columns, query.levels, query.seed);
    for (const auto& row : unit) {
        out.x.emplace_back();
        for (std::size_t c = 0; c < columns; ++c) out.x.back().push_back(query.axes[c].number_at(row[c]));
    }
    const ScenarioAt at = [&](std::size_t point) -> Result<Scenario> {
        const auto sets = axis_sets(query.axes, unit[point]);
        auto s = base.with(sets);
        if (s) return s;
        std::string where;
        for (const auto& set : sets) where += (where.empty() ? "" : ", ") + set;
        return {s.error().code, "at " + where + ": " + s.error().message};
    };
    ASSAY_TRY(const PointRuns runs, evaluate(unit.size(), at, query.figures, options));
    for (std::size_t k = 0; k < query.figures.size(); ++k) {
        const std::size_t figure = query.figures[k];
        std::vector<double>& y = out.y.emplace_back();
        for (std::size_t point = 0; point < unit.size(); ++point) {
            double sum = 0;
            for (const double v : runs.of(k, point)) sum += v;
            if (std::isnan(sum)) {
                std::string where;
                for (const auto& set : axis_sets(query.axes, unit[point])) where += (where.empty() ? "" : ", ") + set;
                return {Code::field_out_of_range, std::string("--metric ") + kFigures[figure].name +
                                                      " has no value in some run at " + where +
                                                      ": indices need one everywhere"};
            }
            y.push_back(sum / static_cast<double>(options.runs));
        }
        out.noise.push_back(noise_share(runs.figures[k], unit.size(), options.runs));
        const auto add = [&](const std::string& param, const char* index, const Estimate& e) {
            out.rows.push_back({param, figure, index, e});
        };
        if (query.method == Method::sobol) {
            const auto indices = sobol_indices(y, columns, query.seed);
            for (std::size_t c = 0; c < columns; ++c) {
                add(query.axes[c].path, "first", indices[c].first);
                add(query.axes[c].path, "total", indices[c].total);
            }
        } else {
            const auto indices = morris_indices(unit, y, query.levels, query.seed);
            for (std::size_t c = 0; c < columns; ++c) {
                add(query.axes[c].path, "mu", indices[c].mu);
                add(query.axes[c].path, "mu_star", indices[c].mu_star);
                add(query.axes[c].path, "sigma", indices[c].sigma);
            }
        }
        const double none = std::nan("");
        add("", "noise_share", {options.runs < 2 ? none : out.noise.back().share(), none, none});
        add("", "mean", mean_interval(y));
    }
    out.query = std::move(query);
    return out;
}

std::vector<std::pair<std::string, std::string>> sensitivity_files(const Sensitivity& s) {
    const auto& axes = s.query.axes;
    std::string names, bounds, header;
    for (const Axis& a : axes) {
        names += (names.empty() ? "" : ", ") + json_text(a.path);
        bounds += (bounds.empty() ? "" : ", ") + std::string("[") + shortest(a.low) + ", " + shortest(a.high) + "]";
        header += (header.empty() ? "" : ",") + csv_field(a.path);
    }
    std::string problem =
        "{\"num_vars\": " + std::to_string(axes.size()) + ", \"names\": [" + names + "], \"bounds\": [" + bounds + "]";
    if (s.query.method == Method::morris) problem += ", \"num_levels\": " + std::to_string(s.query.levels);
    problem += "}\n";
    std::string x = header + "\n";
    for (const auto& row : s.x)
        for (std::size_t c = 0; c < row.size(); ++c) x += shortest(row[c]) + (c + 1 < row.size() ? "," : "\n");
    std::string y;
    for (std::size_t k = 0; k < s.query.figures.size(); ++k)
        y += (k == 0 ? "" : ",") + std::string(kFigures[s.query.figures[k]].name);
    y += "\n";
    for (std::size_t row = 0; row < s.x.size(); ++row)
        for (std::size_t k = 0; k < s.y.size(); ++k) y += shortest(s.y[k][row]) + (k + 1 < s.y.size() ? "," : "\n");
    std::string rows = "method,param,metric,index,value,low,high\n";
    for (const SensitivityRow& r : s.rows)
        rows += std::string(s.query.method == Method::sobol ? "sobol," : "morris,") + csv_field(r.param) + "," +
                kFigures[r.figure].name + "," + r.index + "," + shortest(r.estimate.value) + "," +
                shortest(r.estimate.low) + "," + shortest(r.estimate.high) + "\n";
    return {{"problem.json", problem}, {"X.csv", x}, {"Y.csv", y}, {"sensitivity.csv", rows}};
}

}  // namespace assay::sim::study
