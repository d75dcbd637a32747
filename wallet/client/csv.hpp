// Comma-separated text as RFC 4180 has it: quoted cells, doubled quotes, CRLF or LF. Every record knows its line.
//
//   ASSAY_TRY(const std::vector<CsvRecord> records, parse_csv("to,amount\nassay1…,\"12.5\"\n", "payments.csv"));
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace assay::wallet {

struct CsvRecord {
    std::size_t line = 0;  ///< on which it begins, from 1
    std::vector<std::string> cells;
};

/// Empty lines are left out; blanks around a cell that is not quoted are. A byte order mark at the start is skipped.
/// Errors: invalid_params, with `source`, line and column.
[[nodiscard]] Result<std::vector<CsvRecord>> parse_csv(std::string_view text, const std::string& source);

}  // namespace assay::wallet
