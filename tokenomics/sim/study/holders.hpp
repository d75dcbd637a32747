// Who holds a real token: a CSV of balances, and how concentrated they are.
//
//   ASSAY_TRY(HolderFile f, read_holders("holders.csv"));
//   ASSAY_TRY(HolderReport r, holder_report(f, 1));     // without the largest, a contract of the protocol perhaps
//   r.of.gini
#pragma once

#include <string>
#include <vector>

#include "base/result.hpp"
#include "tokenomics/sim/model/concentration.hpp"

namespace assay::sim::study {

struct HolderFile {
    std::string file;
    std::vector<double> balances;  ///< in the file's order, zeroes among them
};
/// The head names a column `balance` or `amount`, and may name others; `address` or `name` is there once in each row.
/// Errors: those of read_csv; not_found without a column of balances; field_out_of_range naming line and column: a
/// balance that is empty, no number or below zero, a holder that is there twice.
[[nodiscard]] Result<HolderFile> read_holders(const std::string& file);

struct HolderReport {
    std::uint64_t holders = 0;   ///< of more than nothing, after the exclusion
    std::uint64_t excluded = 0;  ///< the largest ones
    Concentration of;
    double top1 = 0, top5 = 0, top10 = 0;  ///< shares
};
/// Errors: field_out_of_range where nobody is left who holds anything.
[[nodiscard]] Result<HolderReport> holder_report(const HolderFile& file, std::uint64_t exclude);

}  // namespace assay::sim::study
