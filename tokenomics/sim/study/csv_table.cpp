#include "tokenomics/sim/study/csv_table.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <optional>

#include "base/json.hpp"
#include "base/utc.hpp"
#include "tokenomics/sim/document.hpp"

namespace assay::sim::study {
namespace {

Error csv_error(const CsvTable& t, std::size_t row, const std::string& column, const std::string& what) {
    return {Code::field_out_of_range, t.file + " line " + std::to_string(t.lines[row]) + " (row " +
                                          std::to_string(row) + "), column " + column + ": " + what};
}

std::optional<double> csv_number(const std::string& text) {
    double x = 0;
    const auto end = std::from_chars(text.data(), text.data() + text.size(), x);
    if (text.empty() || end.ec != std::errc{} || end.ptr != text.data() + text.size() || !std::isfinite(x))
        return std::nullopt;
    return x;
}

// "2024-01-31", "2024-01-31 02:00:00+00:00", "2024-01-31T02:00:00.000Z".
std::optional<double> csv_date(std::string text) {
    if (text.size() > 10 && text[10] == ' ') text[10] = 'T';
    if (text.ends_with("+00:00")) text = text.substr(0, text.size() - 6) + "Z";
    if (const std::size_t dot = text.find('.'); dot != std::string::npos && text.ends_with("Z"))
        text = text.substr(0, dot) + "Z";
    if (text.size() == 10) text += "T00:00:00Z";
    const auto time = parse_utc(text);
    if (!time) return std::nullopt;
    return static_cast<double>(time->value) / 86'400'000.0;
}

}  // namespace

Result<CsvTable> csv_from_text(const std::string& text, const std::string& file) {
    CsvTable out;
    out.file = file;
    std::vector<std::string> row;
    std::string cell;
    std::size_t line = 1, began = 1;
    bool quoted = false, any = false;
    const auto end_row = [&]() -> Status {
        row.push_back(cell);
        cell.clear();
        const bool blank = row.size() == 1 && row[0].empty() && !any;
        any = false;
        if (blank) {
            row.clear();
            return {};
        }
        if (out.columns.empty()) {
            out.columns = row;
            for (std::size_t i = 0; i < row.size(); ++i)
                for (std::size_t k = 0; k < i; ++k)
                    if (row[i] == row[k])
                        return {Code::field_out_of_range,
                                file + " line 1: the column " + json::shown(row[i]) + " is there twice"};
        } else if (row.size() != out.columns.size()) {
            return {Code::field_out_of_range, file + " line " + std::to_string(began) + " has " +
                                                  std::to_string(row.size()) + " cells, the head has " +
                                                  std::to_string(out.columns.size())};
        } else {
            out.rows.push_back(row);
            out.lines.push_back(began);
        }
        row.clear();
        return {};
    };
    std::size_t i = text.starts_with("\xef\xbb\xbf") ? 3 : 0;
    for (; i < text.size(); ++i) {
        const char c = text[i];
        if (quoted) {
            if (c == '\n') ++line;
            if (c != '"') {
                cell.push_back(c);
            } else if (i + 1 < text.size() && text[i + 1] == '"') {
                cell.push_back(text[++i]);
            } else {
                quoted = false;
            }
        } else if (c == '"' && cell.empty()) {
            quoted = any = true;
        } else if (c == ',') {
            row.push_back(cell);
            cell.clear();
        } else if (c == '\n') {
            ASSAY_TRY_VOID(end_row());
            began = ++line;
        } else if (c != '\r' || i + 1 >= text.size() || text[i + 1] != '\n') {
            cell.push_back(c);
        }
    }
    if (quoted)
        return {Code::field_out_of_range,
                file + " line " + std::to_string(began) + ": a quotation mark is never closed"};
    if (!cell.empty() || !row.empty()) ASSAY_TRY_VOID(end_row());
    if (out.columns.empty()) return {Code::field_out_of_range, file + " is empty: its first line names the columns"};
    return out;
}

Result<CsvTable> read_csv(const std::string& file) {
    ASSAY_TRY(const std::string text, read_text_file(file));
    return csv_from_text(text, file);
}

Result<std::size_t> CsvTable::column(const std::string& name) const {
    const auto found = std::find(columns.begin(), columns.end(), name);
    if (found != columns.end()) return static_cast<std::size_t>(found - columns.begin());
    const std::string near = json::nearest(name, columns);
    std::string all;
    for (const auto& c : columns) all += (all.empty() ? "" : ", ") + c;
    return {Code::not_found, file + " has no column " + json::shown(name) +
                                 (near.empty() ? "; it has " + all : "; did you mean \"" + near + "\"?")};
}

Result<std::vector<double>> CsvTable::numbers(const std::string& name) const {
    ASSAY_TRY(const std::size_t c, column(name));
    std::vector<double> out;
    for (std::size_t row = 0; row < rows.size(); ++row) {
        const std::string& text = rows[row][c];
        if (text.empty()) return csv_error(*this, row, name, "the cell is empty");
        const auto x = csv_number(text);
        if (!x) return csv_error(*this, row, name, json::shown(text) + " is no number");
        out.push_back(*x);
    }
    return out;
}

Result<std::vector<double>> CsvTable::days(const std::string& name, double unit_days) const {
    ASSAY_TRY(const std::size_t c, column(name));
    std::vector<double> out;
    bool dates = false;
    for (std::size_t row = 0; row < rows.size(); ++row) {
        const std::string& text = rows[row][c];
        if (text.empty()) return csv_error(*this, row, name, "the cell is empty");
        const auto number = csv_number(text);
        const auto date = number ? std::nullopt : csv_date(text);
        if (!number && !date) return csv_error(*this, row, name, json::shown(text) + " is neither a number nor a date");
        if (row == 0) dates = date.has_value();
        if (dates != date.has_value())
            return csv_error(*this, row, name, "a number among dates, or a date among numbers");
        out.push_back(date ? *date : *number * unit_days);
        if (row > 0 && out[row] == out[row - 1])
            return csv_error(*this, row, name, "the time " + json::shown(text) + " is there twice");
        if (row > 0 && out[row] < out[row - 1])
            return csv_error(*this, row, name,
                             "the time " + json::shown(text) + " is before that of the row above: sort the file");
    }
    return out;
}

}  // namespace assay::sim::study
