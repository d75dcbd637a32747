#include "tokenomics/sim/study/sweep.hpp"

#include <algorithm>
#include <array>
#include <filesystem>

#include "tokenomics/sim/study/csv_table.hpp"
#include "tokenomics/sim/study/designs.hpp"
#include "tokenomics/sim/study/sobol_sequence.hpp"
#include "tokenomics/sim/text.hpp"

namespace assay::sim::study {
namespace {

constexpr std::array kDesigns = {"grid", "zip", "lhs", "sobol", "table"};

Error too_many_cells(std::uint64_t cells) {
    return {Code::usage, "the sweep has " + std::to_string(cells) + " cells or more, at most " +
                             std::to_string(kMaxCells) + " are allowed"};
}

Status check_axes(const SweepQuery& q) {
    if (q.axes.empty())
        return {Code::usage, "nothing is swept: give --param path=…, or a \"sweep\" member in the scenario"};
    for (std::size_t i = 0; i < q.axes.size(); ++i)
        for (std::size_t k = 0; k < i; ++k)
            if (q.axes[i].path == q.axes[k].path) return {Code::usage, "--param " + q.axes[i].path + " is given twice"};
    const bool drawn = q.design == Design::lhs || q.design == Design::sobol;
    for (const Axis& a : q.axes) {
        if (drawn && !a.ranged)
            return {Code::usage, "--param " + a.path + ": " + design_name(q.design) + " draws from ranges, written " +
                                     a.path + "=low:high"};
        if (!drawn && a.ranged && a.steps == 0)
            return {Code::usage, "--param " + a.path + ": " + design_name(q.design) + " needs values, written " +
                                     a.path + "=low:high:steps or " + a.path + "=a,b,c"};
    }
    if (drawn && (q.samples == 0 || q.samples > kMaxCells))
        return {Code::usage, "--samples is " + std::to_string(q.samples) + ", " + design_name(q.design) +
                                 " takes 1 to " + std::to_string(kMaxCells)};
    if (q.design == Design::sobol && q.axes.size() > kSobolDimensions)
        return {Code::usage, "sobol takes " + std::to_string(kSobolDimensions) + " fields at most, lhs takes more"};
    return {};
}

Result<std::vector<Cell>> cells_of_table(const std::string& file) {
    ASSAY_TRY(const CsvTable table, read_csv(file));
    if (table.rows.empty()) return {Code::field_out_of_range, file + " has a head and no rows"};
    if (table.rows.size() > kMaxCells) return too_many_cells(table.rows.size());
    std::vector<Cell> out;
    for (std::size_t row = 0; row < table.rows.size(); ++row) {
        Cell& cell = out.emplace_back();
        for (std::size_t c = 0; c < table.columns.size(); ++c) {
            if (table.columns[c] == "cell") continue;  // a cells.csv is such a table
            if (table.rows[row][c].empty())
                return {Code::field_out_of_range, file + " line " + std::to_string(table.lines[row]) + ", column " +
                                                      table.columns[c] + ": the cell is empty"};
            cell.emplace_back(table.columns[c], plain_value(table.columns[c], table.rows[row][c]));
        }
    }
    return out;
}

}  // namespace

const char* design_name(Design d) {
    return kDesigns[static_cast<std::size_t>(d)];
}

std::optional<Design> design_named(const std::string& name) {
    const auto found = std::find(kDesigns.begin(), kDesigns.end(), name);
    if (found == kDesigns.end()) return std::nullopt;
    return static_cast<Design>(found - kDesigns.begin());
}

Result<std::optional<SweepQuery>> sweep_of(const json::Value& document, const std::string& folder) {
    const json::Value* sweep = document.find("sweep");
    if (sweep == nullptr) return std::optional<SweepQuery>{};
    SweepQuery out;
    ASSAY_TRY(json::Object o, json::object(*sweep, "sweep"));
    if (const json::Value* mode = o.optional("mode")) {
        ASSAY_TRY(const std::string name, json::as_string(*mode, "sweep.mode"));
        const auto design = design_named(name);
        if (!design)
            return {Code::field_out_of_range,
                    "sweep.mode is " + json::shown(name) + ", allowed are grid, zip, lhs, sobol, table"};
        out.design = *design;
    }
    if (const json::Value* params = o.optional("params")) {
        ASSAY_TRY_VOID(json::object(*params, "sweep.params"));
        for (const auto& [path, value] : params->members) {
            if (path.starts_with("_")) continue;
            ASSAY_TRY(Axis axis, axis_from_json(path, value));
            out.axes.push_back(std::move(axis));
        }
    }
    if (const json::Value* samples = o.optional("samples")) {
        ASSAY_TRY(out.samples, json::as_u64(*samples, "sweep.samples", 1, kMaxCells));
    }
    if (const json::Value* table = o.optional("table")) {
        ASSAY_TRY(const std::string file, json::as_string(*table, "sweep.table"));
        out.table = std::filesystem::path(file).is_relative() && !folder.empty()
                        ? (std::filesystem::path(folder) / file).string()
                        : file;
    }
    ASSAY_TRY_VOID(o.done());
    return std::optional<SweepQuery>{std::move(out)};
}

std::vector<std::string> sets_of(const Cell& cell) {
    std::vector<std::string> out;
    for (const auto& [path, value] : cell) out.push_back(path + "=" + value);
    return out;
}

std::string cell_name(const Cell& cell, std::size_t number) {
    std::string inner;
    for (const std::string& set : sets_of(cell)) inner += (inner.empty() ? "" : ", ") + set;
    return "cell " + std::to_string(number) + " (" + inner + ")";
}

std::string SweepPlan::text() const {
    std::string out = std::string("sweep ") + design_name(design);
    for (const Cell& cell : cells) {
        out += ";";
        for (const std::string& set : sets_of(cell)) out += " " + set;
    }
    return out;
}

Result<SweepPlan> plan_sweep(const BaseScenario& base, SweepQuery q) {
    SweepPlan out;
    out.design = q.design;
    if (q.design == Design::table) {
        if (q.table.empty()) return {Code::usage, "a table is swept: --table FILE.csv is missing"};
        if (!q.axes.empty())
            return {Code::usage, "--param " + q.axes[0].path + ": a table's columns are all that is swept"};
        ASSAY_TRY(out.cells, cells_of_table(q.table));
    } else {
        ASSAY_TRY_VOID(check_axes(q));
        ASSAY_TRY_VOID(base.fit(q.axes));
        if (q.design == Design::lhs || q.design == Design::sobol) {
            const auto n = static_cast<std::uint32_t>(q.samples);
            const Matrix points = q.design == Design::lhs ? latin_hypercube(n, q.axes.size(), base.scenario().seed)
                                                          : sobol_points(n, q.axes.size());
            for (const auto& row : points) {
                Cell& cell = out.cells.emplace_back();
                for (std::size_t i = 0; i < q.axes.size(); ++i) cell.emplace_back(q.axes[i].path, q.axes[i].at(row[i]));
            }
        } else {
            std::vector<std::vector<std::string>> lists;
            std::uint64_t count = q.design == Design::grid ? 1 : 0;
            for (const Axis& a : q.axes) {
                lists.push_back(a.list());
                if (q.design == Design::grid) {
                    count *= lists.back().size();
                    if (count > kMaxCells) return too_many_cells(count);
                } else if (count != 0 && lists.back().size() != count) {
                    return {Code::usage, "zip takes lists of one length: " + q.axes[0].path + " has " +
                                             std::to_string(count) + " values, " + a.path + " has " +
                                             std::to_string(lists.back().size())};
                } else {
                    count = lists.back().size();
                }
            }
            if (count > kMaxCells) return too_many_cells(count);
            for (std::uint64_t i = 0; i < count; ++i) {
                Cell& cell = out.cells.emplace_back();
                std::uint64_t stride = count, at = i;  // of a grid the last field moves fastest
                for (std::size_t k = 0; k < lists.size(); ++k) {
                    std::uint64_t which = i;
                    if (q.design == Design::grid) {
                        stride /= lists[k].size();
                        which = at / stride;
                        at %= stride;
                    }
                    cell.emplace_back(q.axes[k].path, lists[k][which]);
                }
            }
        }
    }
    for (std::size_t i = 0; i < out.cells.size(); ++i) {
        const auto s = base.with(sets_of(out.cells[i]));
        if (!s) return {s.error().code, cell_name(out.cells[i], i) + ": " + s.error().message};
        out.steps += s->steps();
    }
    return out;
}

}  // namespace assay::sim::study
