#include "tokenomics/sim/report/result_data.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <filesystem>
#include <limits>
#include <map>

#include "tokenomics/sim/document.hpp"
#include "tokenomics/sim/model/figures.hpp"
#include "tokenomics/sim/report/csv_file.hpp"
#include "tokenomics/sim/report/json_out.hpp"
#include "tokenomics/sim/run/result.hpp"

namespace assay::sim::report {
namespace {

namespace fs = std::filesystem;

constexpr double kMissing = std::numeric_limits<double>::quiet_NaN();
constexpr std::size_t kCellsWithPaths = 40;
constexpr std::size_t kMostCells = 100'000;
constexpr std::size_t kMostPathValues = 180'000;  // at 18 bytes each they fill three of the page's five megabytes
constexpr std::size_t kMostSensitivityRows = 4'000;

double number_or_missing(const json::Value* v) {
    if (v == nullptr || v->kind != json::Kind::number) return kMissing;
    const auto x = json::as_double(*v, "");
    return x ? *x : kMissing;
}

std::uint64_t count_or(const json::Value* v, std::uint64_t otherwise) {
    const double x = number_or_missing(v);
    return x >= 0 && x < 0x1p53 ? static_cast<std::uint64_t>(x) : otherwise;
}

std::string text_or(const json::Value* v, const std::string& otherwise) {
    return v != nullptr && (v->kind == json::Kind::string || v->kind == json::Kind::number) ? v->text : otherwise;
}

MetricName described(const std::string& name) {
    for (const FigureInfo& f : kFigures)
        if (name == f.name) return {name, f.unit, f.meaning, f.condition};
    return {name, "", "", 0};
}

// The metrics of all cells under one order: that of kFigures, then those that this program does not know.
std::map<std::string, std::size_t> order_metrics(const std::vector<json::Value>& cells, ReportData& out) {
    std::map<std::string, std::size_t> found;
    for (const json::Value& cell : cells)
        if (const json::Value* metrics = cell.find("metrics"))
            for (const auto& [name, value] : metrics->members) found[name] = 0;
    for (const FigureInfo& f : kFigures)
        if (found.count(f.name) != 0) out.metrics.push_back(described(f.name));
    for (const auto& [name, index] : found)
        if (std::none_of(kFigures.begin(), kFigures.end(), [&n = name](const FigureInfo& f) { return n == f.name; }))
            out.metrics.push_back(described(name));
    for (std::size_t i = 0; i < out.metrics.size(); ++i) found[out.metrics[i].name] = i;
    return found;
}

std::optional<Failing> read_failing(const json::Value* v) {
    if (v == nullptr || v->kind != json::Kind::object) return {};
    Failing out;
    out.above = text_or(v->find("op"), "above") != "below";
    out.threshold = number_or_missing(v->find("threshold"));
    out.p = number_or_missing(v->find("p"));
    out.low = number_or_missing(v->find("low"));
    out.high = number_or_missing(v->find("high"));
    return out;
}

MetricSummary read_metric(const json::Value& v) {
    MetricSummary out;
    out.mean = number_or_missing(v.find("mean"));
    out.standard_error = number_or_missing(v.find("standard_error"));
    out.sd = number_or_missing(v.find("sd"));
    out.min = number_or_missing(v.find("min"));
    out.max = number_or_missing(v.find("max"));
    out.missing = count_or(v.find("missing"), 0);
    out.quantile_error = number_or_missing(v.find("quantile_error"));
    out.quantiles.fill(kMissing);
    if (const json::Value* quantiles = v.find("quantiles"))
        for (const auto& [key, value] : quantiles->members) {
            double q = 0;
            std::from_chars(key.data(), key.data() + key.size(), q);
            for (std::size_t i = 0; i < kQuantiles.size(); ++i)
                if (kQuantiles[i] == q) out.quantiles[i] = number_or_missing(&value);
        }
    out.fail = read_failing(v.find("fail"));
    return out;
}

Status read_summary(const std::string& dir, ReportData& out) {
    const std::string path = (fs::path(dir) / "summary.json").string();
    ASSAY_TRY(const std::string text, read_text_file(path));
    ASSAY_TRY(const json::Value root, json::parse(text, {.max_bytes = 64u << 20, .max_depth = 32, .source = path}));
    ASSAY_TRY(json::Object top, json::object(root, ""));
    ASSAY_TRY(out.name, top.string("name"));
    ASSAY_TRY(out.runs, top.u64("runs", 1));
    ASSAY_TRY(out.steps, top.u64("steps"));
    out.days = number_or_missing(root.find("days"));
    out.mode = text_or(root.find("mode"), "exact");
    if (const json::Value* bound = root.find("fast_bound"); bound != nullptr && !bound->is_null())
        out.fast_bound = json_of(*bound);
    ASSAY_TRY(const std::vector<json::Value> cells, top.array("cells", kMostCells));
    if (cells.empty()) return {Code::verification_failed, path + ": cells is empty"};
    const auto index = order_metrics(cells, out);
    for (const json::Value& v : cells) {
        ReportCell cell;
        cell.number = count_or(v.find("cell"), out.cells.size());
        if (const json::Value* set = v.find("set"))
            for (const auto& [param, value] : set->members) {
                cell.set.emplace_back(param, value.kind == json::Kind::string ? value.text : json_of(value));
                if (std::find(out.swept.begin(), out.swept.end(), param) == out.swept.end()) out.swept.push_back(param);
            }
        MetricSummary none;
        none.mean = none.standard_error = none.sd = none.min = none.max = none.quantile_error = kMissing;
        none.missing = out.runs;
        none.quantiles.fill(kMissing);
        cell.metrics.assign(out.metrics.size(), none);
        if (const json::Value* metrics = v.find("metrics"))
            for (const auto& [name, value] : metrics->members) cell.metrics[index.at(name)] = read_metric(value);
        out.cells.push_back(std::move(cell));
    }
    out.cells_with_paths = std::min(out.cells.size(), kCellsWithPaths);
    return {};
}

std::map<std::uint64_t, std::size_t> cells_by_number(const ReportData& data) {
    std::map<std::uint64_t, std::size_t> out;
    for (std::size_t i = 0; i < data.cells.size(); ++i) out[data.cells[i].number] = i;
    return out;
}

// Keeps every `data.thinned`-th point, counted from the last, which always stays.
void thin(ReportData& data) {
    std::size_t most = 0;
    for (std::size_t i = 0; i < data.cells_with_paths; ++i) most = std::max(most, data.cells[i].points.size());
    const std::size_t each = std::max<std::size_t>(1, data.series.size() * kQuantiles.size());
    const std::size_t allowed = std::max<std::size_t>(2, kMostPathValues / each / data.cells_with_paths);
    data.thinned = most == 0 ? 1 : (most + allowed - 1) / allowed;
    if (data.thinned == 1) return;
    for (std::size_t i = 0; i < data.cells_with_paths; ++i) {
        ReportCell& cell = data.cells[i];
        const std::size_t n = cell.points.size();
        std::vector<std::size_t> keep;
        for (std::size_t p = 0; p < n; ++p)
            if ((n - 1 - p) % data.thinned == 0) keep.push_back(p);
        std::vector<std::pair<std::uint64_t, double>> points;
        for (const std::size_t p : keep) points.push_back(cell.points[p]);
        for (auto& path : cell.paths) {
            std::vector<double> kept;
            for (std::size_t q = 0; q < kQuantiles.size(); ++q)
                for (const std::size_t p : keep) kept.push_back(path[q * n + p]);
            path = std::move(kept);
        }
        cell.points = std::move(points);
    }
}

Status read_paths(const std::string& dir, ReportData& data) {
    const std::string path = (fs::path(dir) / "quantiles.csv").string();
    ASSAY_TRY(CsvFile csv, CsvFile::open(path, {"cell", "step", "day", "metric", "q", "value"}));
    const auto cells = cells_by_number(data);
    std::map<std::string, std::size_t, std::less<>> series;
    // [cell][series][quantile]: (point, value); the number of points is known at the end only.
    struct Kept {
        std::uint32_t point;
        double value;
    };
    std::vector<std::vector<std::vector<Kept>>> kept(data.cells_with_paths);
    std::string text_q;
    std::size_t q_index = 0;
    while (true) {
        ASSAY_TRY(const bool more, csv.next());
        if (!more) break;
        ASSAY_TRY(const std::uint64_t number, csv.count(0));
        const auto where = cells.find(number);
        if (where == cells.end())
            return {Code::verification_failed, path + ": summary.json has no cell " + std::to_string(number)};
        if (where->second >= data.cells_with_paths) continue;
        ReportCell& cell = data.cells[where->second];
        ASSAY_TRY(const std::uint64_t step, csv.count(1));
        if (cell.points.empty() || cell.points.back().first != step) {
            ASSAY_TRY(const double day, csv.number(2));
            if (!cell.points.empty() && cell.points.back().first > step)
                return {Code::verification_failed, path + ": step " + std::to_string(step) + " of cell " +
                                                       std::to_string(number) + " is not in order"};
            cell.points.emplace_back(step, day);
        }
        auto found = series.find(csv.field(3));
        if (found == series.end()) {
            const std::string name(csv.field(3));
            found = series.emplace(name, data.series.size()).first;
            data.series.push_back({name, "", "", 0});
            for (const SeriesInfo& s : kSeries)
                if (name == s.name) data.series.back() = {name, s.unit, s.meaning, 0};
        }
        if (csv.field(4) != text_q) {
            ASSAY_TRY(const double q, csv.number(4));
            text_q = csv.field(4);
            q_index = static_cast<std::size_t>(std::find(kQuantiles.begin(), kQuantiles.end(), q) - kQuantiles.begin());
        }
        if (q_index == kQuantiles.size()) continue;  // a quantile that no chart shows
        ASSAY_TRY(const double value, csv.number(5));
        auto& of_cell = kept[where->second];
        const std::size_t slot = found->second * kQuantiles.size() + q_index;
        if (of_cell.size() <= slot) of_cell.resize(slot + 1);
        of_cell[slot].push_back({static_cast<std::uint32_t>(cell.points.size() - 1), value});
    }
    for (std::size_t i = 0; i < data.cells_with_paths; ++i) {
        ReportCell& cell = data.cells[i];
        const std::size_t n = cell.points.size();
        cell.paths.assign(data.series.size(), std::vector<double>(n * kQuantiles.size(), kMissing));
        for (std::size_t slot = 0; slot < kept[i].size(); ++slot)
            for (const Kept& k : kept[i][slot])
                cell.paths[slot / kQuantiles.size()][slot % kQuantiles.size() * n + k.point] = k.value;
        kept[i].clear();
        kept[i].shrink_to_fit();
    }
    thin(data);
    return {};
}

double price_before(const ReportData& data, const ReportCell& cell) {
    for (const auto& [param, value] : cell.set)
        if (param == "initial.price_usd") {
            double x = 0;
            if (std::from_chars(value.data(), value.data() + value.size(), x).ec == std::errc{}) return x;
        }
    return number_or_missing(&data.initial_price);
}

// One pass over metrics.csv: histograms, and in how many runs some threshold broke.
Status read_runs(const std::string& dir, ReportData& data) {
    const std::string path = (fs::path(dir) / "metrics.csv").string();
    std::error_code ec;
    if (!fs::exists(path, ec)) return {};  // the page falls back on the quantiles
    ASSAY_TRY(CsvFile csv, CsvFile::open(path, {"cell", "run", "metric", "value"}));
    const auto cells = cells_by_number(data);
    std::map<std::string, std::size_t, std::less<>> index;
    for (std::size_t i = 0; i < data.metrics.size(); ++i) index[data.metrics[i].name] = i;
    for (std::size_t i = 0; i < data.cells_with_paths; ++i)
        for (std::size_t k = 0; k < data.metrics.size(); ++k) {
            MetricSummary& m = data.cells[i].metrics[k];
            const bool whole = data.metrics[k].unit == "parties" || data.metrics[k].unit == "devices";
            if (std::isfinite(m.min) && std::isfinite(m.max))
                m.histogram = Histogram::over(m.min, m.max, data.runs - std::min(data.runs, m.missing), whole);
        }
    std::vector<std::vector<std::uint8_t>> broken(data.cells.size());  // bit c: a threshold of condition c; bit 7: seen
    std::vector<double> before;
    for (const ReportCell& cell : data.cells) before.push_back(price_before(data, cell));
    while (true) {
        ASSAY_TRY(const bool more, csv.next());
        if (!more) break;
        ASSAY_TRY(const std::uint64_t number, csv.count(0));
        const auto where = cells.find(number);
        const auto metric = index.find(csv.field(2));
        if (where == cells.end() || metric == index.end())
            return {Code::verification_failed, path + ": summary.json has no cell " + std::to_string(number) +
                                                   " with " + json::shown(csv.field(2))};
        ASSAY_TRY(const std::uint64_t run, csv.count(1));
        if (run >= data.runs)
            return {Code::verification_failed,
                    path + ": run " + std::to_string(run) + " of " + std::to_string(data.runs)};
        ASSAY_TRY(const double value, csv.number(3));
        ReportCell& cell = data.cells[where->second];
        auto& marks = broken[where->second];
        if (marks.size() <= run) marks.resize(run + 1);
        marks[run] |= 0x80;
        MetricSummary& m = cell.metrics[metric->second];
        if (m.histogram) m.histogram->add(value);
        if (m.fail && (m.fail->above ? value > m.fail->threshold : value < m.fail->threshold))
            marks[run] = static_cast<std::uint8_t>(marks[run] | 1u << data.metrics[metric->second].condition % 7);
        if (data.metrics[metric->second].name == kFigures[kFinalPrice].name && value < before[where->second])
            ++cell.price_fell;
    }
    for (std::size_t i = 0; i < data.cells.size(); ++i)
        for (const std::uint8_t marks : broken[i]) {
            if (marks == 0) continue;
            ++data.cells[i].runs_seen;
            data.cells[i].any_failed += (marks & 0x7f) != 0 ? 1 : 0;
            for (unsigned c = 1; c <= 4; ++c) data.cells[i].condition_failed[c] += marks >> c & 1;
        }
    return {};
}

Status read_origin(const std::string& dir, ReportData& out) {
    const std::string path = (fs::path(dir) / "manifest.json").string();
    ASSAY_TRY(const std::string text, read_text_file(path));
    ASSAY_TRY(const json::Value root, json::parse(text, {.max_bytes = 64u << 20, .max_depth = 32, .source = path}));
    ASSAY_TRY(json::Object top, json::object(root, ""));
    ASSAY_TRY(const std::uint64_t model, top.u64("model"));
    out.model = static_cast<unsigned>(model);
    ASSAY_TRY(out.version, top.string("version"));
    ASSAY_TRY(out.result_hash, top.string("result_hash"));
    ASSAY_TRY(out.input_hash, top.string("input_hash"));
    out.seed = text_or(root.find("seed"), "");
    out.shard = text_or(root.find("shard"), "");
    if (const json::Value* v = root.find("antithetic")) out.antithetic = v->boolean;
    ASSAY_TRY(const json::Value* scenario, top.required("scenario"));
    out.scenario = json_of(*scenario);
    if (const json::Value* v = scenario->find("shocks")) out.shocks = *v;
    if (const json::Value* v = scenario->find("initial"))
        if (const json::Value* price = v->find("price_usd")) out.initial_price = *price;
    if (const json::Value* v = scenario->find("params"))
        if (const json::Value* token = v->find("token"))
            if (const json::Value* denom = token->find("denom")) out.denom = denom->text;
    return {};
}

}  // namespace

Status read_sensitivity(const std::string& dir, ReportData& data) {
    const std::string path = (fs::path(dir) / "sensitivity.csv").string();
    ASSAY_TRY(CsvFile csv, CsvFile::open(path, {}));
    const auto column = [&](const char* name) {
        return static_cast<std::size_t>(std::find(csv.head().begin(), csv.head().end(), name) - csv.head().begin());
    };
    const std::size_t none = csv.head().size();
    const std::array at = {column("method"), column("param"), column("metric"), column("index"),
                           column("value"),  column("low"),   column("high")};
    for (const std::size_t needed : {at[1], at[3], at[4]})
        if (needed == none)
            return {Code::verification_failed, path + ": the columns param, index and value are needed"};
    const auto text = [&](std::size_t i) { return at[i] == none ? std::string() : std::string(csv.field(at[i])); };
    while (data.sensitivity.size() < kMostSensitivityRows) {
        ASSAY_TRY(const bool more, csv.next());
        if (!more) break;
        SensitivityRow row{text(0), text(1), text(2), text(3), kMissing, kMissing, kMissing};
        ASSAY_TRY(row.value, csv.number(at[4]));
        if (at[5] != none) {
            ASSAY_TRY(row.low, csv.number(at[5]));
        }
        if (at[6] != none) {
            ASSAY_TRY(row.high, csv.number(at[6]));
        }
        data.sensitivity.push_back(std::move(row));
    }
    return {};
}

Result<ReportData> read_report_data(const std::string& dir) {
    ASSAY_TRY_VOID(read_manifest(dir));
    ReportData out;
    ASSAY_TRY_VOID(read_origin(dir, out));
    ASSAY_TRY_VOID(read_summary(dir, out));
    ASSAY_TRY_VOID(read_paths(dir, out));
    ASSAY_TRY_VOID(read_runs(dir, out));
    std::error_code ec;
    if (fs::exists(fs::path(dir) / "sensitivity.csv", ec)) ASSAY_TRY_VOID(read_sensitivity(dir, out));
    return out;
}

}  // namespace assay::sim::report
