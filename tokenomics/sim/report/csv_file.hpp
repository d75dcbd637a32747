// A CSV file, row by row, however long: the files of a result, which this program wrote.
//
//   ASSAY_TRY(CsvFile csv, CsvFile::open("out/metrics.csv", {"cell", "run", "metric", "value"}));
//   while (true) {
//       ASSAY_TRY(const bool more, csv.next());
//       if (!more) break;
//       use(csv.field(2));  // good until the next call
//   }
#pragma once

#include <cstdio>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace assay::sim::report {

class CsvFile {
   public:
    /// `columns` is what the head must begin with; more columns may follow. Errors: not_found, io_error, and
    /// verification_failed for another head.
    [[nodiscard]] static Result<CsvFile> open(const std::string& path, const std::vector<std::string>& columns);

    /// The next row, or false at the end. Errors: io_error; verification_failed for a row of too few or many fields.
    [[nodiscard]] Result<bool> next();
    [[nodiscard]] std::string_view field(std::size_t i) const { return fields_[i]; }
    [[nodiscard]] const std::vector<std::string>& head() const { return head_; }

    /// Field `i` as a number; empty is not a number (missing). Errors: verification_failed.
    [[nodiscard]] Result<double> number(std::size_t i) const;
    [[nodiscard]] Result<std::uint64_t> count(std::size_t i) const;

   private:
    struct Close {
        void operator()(std::FILE* f) const { std::fclose(f); }
    };
    [[nodiscard]] Result<bool> line();
    void split();
    [[nodiscard]] Error wrong(const std::string& what) const;

    std::string path_;
    std::unique_ptr<std::FILE, Close> file_;
    std::string buffer_, unquoted_;
    std::size_t at_ = 0;
    std::string_view line_;
    std::vector<std::string_view> fields_;
    std::vector<std::string> head_;
    std::uint64_t row_ = 0;
};

}  // namespace assay::sim::report
