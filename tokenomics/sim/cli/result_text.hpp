// What `run` and `merge` print of a result.
#pragma once

#include "tokenomics/sim/cli/output.hpp"
#include "tokenomics/sim/run/job.hpp"

namespace assay::sim::cli {

/// A row per figure that some run has.
[[nodiscard]] std::string result_table(const CellResult& cell);
/// `more`: further members with a comma before them, or further lines.
[[nodiscard]] int print_result(const Output& out, const std::string& dir, const JobResult& result,
                               const std::string& more = {});

}  // namespace assay::sim::cli
