// A CSV file with a head (RFC 4180), read for its numbers and dates.
//
//   ASSAY_TRY(CsvTable t, read_csv("burns.csv"));
//   ASSAY_TRY(std::vector<double> burned, t.numbers("burned"));   // burns.csv line 7, column burned: "n/a" is no
//   number ASSAY_TRY(std::vector<double> days, t.days("week_ends", 1));  // dates, or numbers x 1 day; strictly rising
#pragma once

#include <string>
#include <vector>

#include "base/result.hpp"

namespace assay::sim::study {

struct CsvTable {
    std::string file;
    std::vector<std::string> columns;
    std::vector<std::vector<std::string>> rows;  ///< as many cells as there are columns
    std::vector<std::size_t> lines;              ///< of the file, on which each row begins; from 1

    /// Errors: not_found for a column that there is not, with the nearest name.
    [[nodiscard]] Result<std::size_t> column(const std::string& name) const;
    /// Errors: field_out_of_range, naming file, line and column: an empty cell, a text where a number belongs.
    [[nodiscard]] Result<std::vector<double>> numbers(const std::string& name) const;
    /// Days, as numbers of `unit_days` each or as dates (2024-01-31, 2024-01-31T00:00:00Z, with a space for the T and
    /// any fraction of a second, as UTC). Errors as above, and times that repeat or fall.
    [[nodiscard]] Result<std::vector<double>> days(const std::string& name, double unit_days) const;
};

/// Errors: io_error, json_too_large; field_out_of_range for a row with too few or too many cells, a head with a name
/// twice.
[[nodiscard]] Result<CsvTable> read_csv(const std::string& file);
[[nodiscard]] Result<CsvTable> csv_from_text(const std::string& text, const std::string& file);

}  // namespace assay::sim::study
