#include "tokenomics/sim/study/calibrate.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>

#include "tokenomics/sim/model/real.hpp"
#include "tokenomics/sim/run/statistics.hpp"
#include "tokenomics/sim/study/nelder_mead.hpp"
#include "tokenomics/sim/study/sobol_sequence.hpp"
#include "tokenomics/sim/text.hpp"

namespace assay::sim::study {
namespace {

// Per map and row what the runs gave: [map][row][run], flows taken run by run.
using Simulated = std::vector<std::vector<std::vector<double>>>;

Result<Simulated> simulate_rows(const Scenario& s, const CalibrationQuery& q, const std::vector<double>& days,
                                const EvaluateOptions& o) {
    std::vector<std::size_t> series;
    for (const Mapping& m : q.maps) series.push_back(m.series);
    ASSAY_TRY(Simulated out, evaluate_series(s, series, days, o));
    for (std::size_t k = 0; k < q.maps.size(); ++k) {
        if (!q.maps[k].flow) continue;
        for (std::size_t row = days.size(); row-- > 1;)  // the first has all since the start
            for (std::size_t run = 0; run < o.runs; ++run) out[k][row][run] -= out[k][row - 1][run];
    }
    return out;
}

std::vector<double> sorted_there(const std::vector<double>& values) {
    std::vector<double> out;
    for (const double v : values)
        if (!std::isnan(v)) out.push_back(v);
    std::sort(out.begin(), out.end());
    return out;
}

// How far the runs' 10, 50 and 90 % are from what rows say, as the quantile loss (Koenker and Bassett 1978): the mean
// over the training rows, in logarithms where all data are positive, else in standard deviations of the data. The
// middle one is half the absolute miss of the median; the outer ones are least for a band that one row in five leaves,
// so that volatilities are fitted too.
double misfit(const std::vector<double>& data, const std::vector<std::vector<double>>& runs, const RowRange& rows) {
    bool positive = true;
    std::vector<double> seen;
    for (std::size_t i = rows.from; i < rows.to; ++i) {
        positive = positive && data[i] > 0;
        seen.push_back(data[i]);
    }
    const double scale = std::max(moments(seen).sd, 1e-12);
    double sum = 0;
    for (std::size_t i = rows.from; i < rows.to; ++i) {
        const auto there = sorted_there(runs[i]);
        if (there.empty()) return std::numeric_limits<double>::infinity();
        for (const double q : {0.1, 0.5, 0.9}) {
            const double x = quantile(there, q);
            // Nothing at all is as far off as a millionth of the data.
            const double above =
                positive ? real::log(data[i]) - real::log(std::max(x, data[i] * 1e-6)) : (data[i] - x) / scale;
            sum += above > 0 ? q * above : (q - 1) * above;
        }
    }
    return sum / static_cast<double>(rows.to - rows.from);
}

Fit fit_of(const Calibration& c, std::size_t map, const RowRange& rows) {
    Fit out;
    out.rows = rows.to - rows.from;
    const double n = static_cast<double>(out.rows), none = std::nan("");
    double relative = 0, logs = 0, inside = 0, nonzero = 0, positive = 0;
    std::vector<double> x, y;
    for (std::size_t i = rows.from; i < rows.to; ++i) {
        const double d = c.data[map][i], m = c.median[map][i];
        x.push_back(d);
        y.push_back(m);
        if (d != 0) relative += std::fabs(m - d) / std::fabs(d), nonzero += 1;
        if (d > 0 && m > 0) {
            const double miss = real::log(m) - real::log(d);
            logs += miss * miss;
            positive += 1;
        }
        inside += d >= c.low[map][i] && d <= c.high[map][i] ? 1 : 0;
    }
    out.mape = nonzero > 0 ? relative / nonzero : none;
    out.rmse_log = positive > 0 ? std::sqrt(logs / positive) : none;
    out.coverage = inside / n;
    const Moments mx = moments(x), my = moments(y);
    double together = 0;
    for (std::size_t i = 0; i < x.size(); ++i) together += (x[i] - mx.mean) * (y[i] - my.mean);
    out.correlation = x.size() > 2 && mx.sd > 0 && my.sd > 0 ? together / (n - 1) / mx.sd / my.sd : none;
    return out;
}

Status check_rows(const char* flag, const RowRange& r, std::size_t rows) {
    if (r.to <= rows) return {};
    return {Code::usage, std::string(flag) + " " + std::to_string(r.from) + ":" + std::to_string(r.to) +
                             ": the table has " + std::to_string(rows) + " rows"};
}

}  // namespace

std::string Mapping::name() const {
    return std::string(kSeries[series].name) + (flow ? ".flow" : "");
}

Result<Mapping> parse_mapping(const std::string& text) {
    const std::size_t equals = text.find('=');
    if (equals == std::string::npos || equals == 0 || equals + 1 == text.size())
        return {Code::usage,
                "--map " + text + ": written as series=COLUMN, or series.flow=COLUMN for what came in a row's time"};
    Mapping out;
    out.column = text.substr(equals + 1);
    std::string name = text.substr(0, equals);
    if (name.ends_with(".flow")) {
        out.flow = true;
        name.resize(name.size() - 5);
    }
    std::vector<std::string> names;
    for (std::size_t i = 0; i < kSeriesCount; ++i) {
        names.emplace_back(kSeries[i].name);
        if (names.back() != name) continue;
        out.series = i;
        return out;
    }
    const std::string near = json::nearest(name, names);
    std::string all;
    for (const auto& n : names) all += (all.empty() ? "" : ", ") + n;
    return {Code::not_found, "--map " + text + ": there is no series \"" + name + "\"" +
                                 (near.empty() ? "; there are " + all : "; did you mean \"" + near + "\"?")};
}

Result<RowRange> parse_rows(const std::string& flag, const std::string& text) {
    const std::size_t colon = text.find(':');
    const auto from = parse_digits(text.substr(0, colon));
    const auto to = parse_digits(colon == std::string::npos ? "" : text.substr(colon + 1));
    if (!from || !to || *to > 10'000'000 || *from >= *to)
        return {Code::usage, flag + " " + text + ": rows are written FROM:TO, counted from 0, TO is not among them"};
    return RowRange{static_cast<std::size_t>(*from), static_cast<std::size_t>(*to)};
}

Result<Calibration> calibrate(const BaseScenario& base, CalibrationQuery q, const CsvTable& table,
                              const EvaluateOptions& options) {
    ASSAY_TRY_VOID(check_rows("--train", q.train, table.rows.size()));
    ASSAY_TRY_VOID(check_rows("--test", q.test, table.rows.size()));
    if (q.test.from < q.train.to && q.train.from < q.test.to)
        return {Code::usage, "--train and --test share rows: what was fitted cannot test the fit"};
    if (q.bounds.size() > kSobolDimensions)
        return {Code::usage, "--bounds is given " + std::to_string(q.bounds.size()) + " times, at most " +
                                 std::to_string(kSobolDimensions) + " are allowed"};
    for (const Axis& a : q.bounds)
        if (!a.ranged)
            return {Code::usage, "--bounds " + a.path + ": a range is needed, written " + a.path + "=low:high"};
    Calibration out;
    ASSAY_TRY(std::vector<double> times, table.days(q.time_column, q.time_unit_days));
    const std::size_t last = std::max(q.train.to, q.test.to);
    if (times.size() < 2) return {Code::usage, table.file + " has fewer than two rows"};
    for (std::size_t i = 0; i < last; ++i) out.days.push_back(times[i] - times[0] + (times[1] - times[0]));
    for (const Mapping& m : q.maps) {
        ASSAY_TRY(std::vector<double> column, table.numbers(m.column));
        column.resize(last);
        out.data.push_back(std::move(column));
    }
    ASSAY_TRY_VOID(base.fit(q.bounds));
    const std::string horizon = "horizon_days=" + shortest(std::ceil(out.days.back()));
    const auto sets_at = [&](const std::vector<double>& unit) {
        std::vector<std::string> sets;
        for (std::size_t i = 0; i < unit.size(); ++i) sets.push_back(q.bounds[i].path + "=" + q.bounds[i].at(unit[i]));
        return sets;
    };
    const auto simulated = [&](const std::vector<double>& unit) -> Result<Simulated> {
        std::vector<std::string> sets = sets_at(unit);
        sets.push_back(horizon);
        ASSAY_TRY(const Scenario s, base.with(sets));
        return simulate_rows(s, q, out.days, options);
    };
    EvaluateOptions quiet = options;  // progress counts evaluations, not runs
    quiet.progress = nullptr;
    std::optional<Error> stopped, refused;
    std::uint64_t looked = 0;
    const Minimum m = minimise(q.bounds.size(), q.evaluations, [&](const std::vector<double>& unit) {
        if (options.progress) options.progress(looked++, q.evaluations);
        std::vector<std::string> sets = sets_at(unit);
        sets.push_back(horizon);
        const auto s = base.with(sets);
        auto runs = s ? simulate_rows(*s, q, out.days, quiet) : Result<Simulated>(s.error());
        if (!runs) {
            if (runs.error().code == Code::interrupted) {
                stopped = runs.error();
                return kEndSearch;
            }
            refused = runs.error();
            return std::numeric_limits<double>::infinity();
        }
        double sum = 0;
        for (std::size_t k = 0; k < q.maps.size(); ++k) sum += misfit(out.data[k], (*runs)[k], q.train);
        return sum / static_cast<double>(q.maps.size());
    });
    if (stopped)
        return {Code::interrupted, "interrupted after " + std::to_string(m.evaluations) + " of " +
                                       std::to_string(q.evaluations) + " evaluations"};
    if (!std::isfinite(m.value))
        return refused ? *refused
                       : Error{Code::field_out_of_range, "no point within the bounds has a value in every row"};
    out.sets = sets_at(m.at);
    out.units = m.at;
    out.objective = m.value;
    out.evaluations = m.evaluations;
    out.restarts = m.restarts;
    ASSAY_TRY(const Simulated best, simulated(m.at));
    for (std::size_t k = 0; k < q.maps.size(); ++k) {
        auto& low = out.low.emplace_back();
        auto& median = out.median.emplace_back();
        auto& high = out.high.emplace_back();
        for (const auto& row : best[k]) {
            const auto there = sorted_there(row);
            low.push_back(there.empty() ? std::nan("") : quantile(there, 0.1));
            median.push_back(there.empty() ? std::nan("") : quantile(there, 0.5));
            high.push_back(there.empty() ? std::nan("") : quantile(there, 0.9));
        }
        out.train.push_back(fit_of(out, k, q.train));
        out.test.push_back(fit_of(out, k, q.test));
    }
    return out;
}

Result<std::string> fitted_scenario(const BaseScenario& base, const std::string& extends,
                                    const std::vector<std::string>& typed, const std::vector<std::string>& fitted,
                                    const std::string& report) {
    ASSAY_TRY(const json::Value document, base.document_with(fitted));
    // Behaviour stands here in whole, so that nothing is filled in anew around what was fitted; of the parameters, what
    // the fit or a --set changed.
    json::Value params;
    params.kind = json::Kind::object;
    std::string text = "{\n  \"extends\": " + json_text(extends);
    std::vector<std::string> sets = typed;
    sets.insert(sets.end(), fitted.begin(), fitted.end());
    for (const std::string& set : sets) {
        std::string path = set.substr(0, set.find('='));
        if (path.starts_with("params.")) path = path.substr(7);
        json::Value* into = &params;
        const json::Value* from = document.find("params");
        for (std::size_t at = 0; from != nullptr && at <= path.size();) {
            const std::size_t dot = std::min(path.find('.', at), path.size());
            std::string name = path.substr(at, dot - at);
            const bool list = name.find('[') != std::string::npos;  // a list replaces a list: it stands here in whole
            name = name.substr(0, name.find('['));
            from = from->find(name);
            if (from == nullptr) break;  // behaviour
            const bool leaf = list || dot == path.size();
            auto found = std::find_if(into->members.begin(), into->members.end(),
                                      [&](const auto& member) { return member.first == name; });
            if (found == into->members.end()) {
                json::Value fresh;
                fresh.kind = json::Kind::object;
                into->members.emplace_back(name, fresh);
                found = std::prev(into->members.end());
            }
            into = &found->second;
            if (leaf) {
                *into = *from;
                break;
            }
            at = dot + 1;
        }
    }
    if (!params.members.empty()) text += ",\n  \"params\": " + json_of(params);
    for (const auto& [name, value] : document.members)
        if (name != "params" && name != "name" && name != "start")
            text += ",\n  " + json_text(name) + ": " + json_of(value);
    return text + ",\n  \"_calibration\": " + report + "\n}\n";
}

}  // namespace assay::sim::study
