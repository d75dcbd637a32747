#include "tokenomics/sim/study/holders.hpp"

#include <algorithm>
#include <map>

#include "base/json.hpp"
#include "tokenomics/sim/study/csv_table.hpp"

namespace assay::sim::study {
namespace {

Result<std::string> balance_column(const CsvTable& t) {
    std::string found;
    for (const std::string& c : t.columns) {
        if (c != "balance" && c != "amount") continue;
        if (!found.empty())
            return {Code::field_out_of_range,
                    t.file + " has a column balance and a column amount: which one is meant?"};
        found = c;
    }
    if (!found.empty()) return found;
    std::string all;
    for (const std::string& c : t.columns) all += (all.empty() ? "" : ", ") + c;
    return {Code::not_found, t.file + " has no column \"balance\" or \"amount\"; its first line names " + all};
}

Error at_row(const CsvTable& t, std::size_t row, const std::string& column, const std::string& what) {
    return {Code::field_out_of_range,
            t.file + " line " + std::to_string(t.lines[row]) + ", column " + column + ": " + what};
}

}  // namespace

Result<HolderFile> read_holders(const std::string& file) {
    ASSAY_TRY(const CsvTable t, read_csv(file));
    ASSAY_TRY(const std::string column, balance_column(t));
    HolderFile out;
    out.file = file;
    ASSAY_TRY(out.balances, t.numbers(column));
    for (std::size_t row = 0; row < out.balances.size(); ++row)
        if (out.balances[row] < 0)
            return at_row(t, row, column,
                          "a balance is not below zero, this one is " + json::shown(t.rows[row][*t.column(column)]));
    for (const char* name : {"address", "name"}) {
        const auto c = t.column(name);
        if (!c) continue;
        std::map<std::string, std::size_t> seen;
        for (std::size_t row = 0; row < t.rows.size(); ++row) {
            const std::string& who = t.rows[row][*c];
            const auto [before, is_new] = seen.emplace(who, row);
            if (!who.empty() && !is_new)
                return at_row(
                    t, row, name,
                    json::shown(who) + " is there twice, first on line " + std::to_string(t.lines[before->second]));
        }
    }
    return out;
}

Result<HolderReport> holder_report(const HolderFile& file, std::uint64_t exclude) {
    std::vector<double> sorted = file.balances;
    std::sort(sorted.begin(), sorted.end(), std::greater<>());
    HolderReport out;
    out.excluded = exclude;
    std::vector<Holders> rows;
    for (std::size_t i = 0; i < sorted.size(); ++i)
        if (i >= exclude && sorted[i] > 0) rows.push_back({sorted[i], 1});
    if (rows.empty())
        return {Code::field_out_of_range,
                file.file + ": " + (exclude > 0 ? "without the " + std::to_string(exclude) + " largest " : "") +
                    "nobody holds anything"};
    out.of = concentration(rows);
    out.holders = rows.size();
    out.top1 = top_share(rows, 1);
    out.top5 = top_share(rows, 5);
    out.top10 = top_share(rows, 10);
    return out;
}

}  // namespace assay::sim::study
