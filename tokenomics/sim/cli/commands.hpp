// What each command of assay-sim does. Each returns the exit code.
#pragma once

#include <string>
#include <vector>

#include "tokenomics/sim/cli/output.hpp"

namespace assay::sim::cli {

struct ScheduleCommand {
    std::string source, from, every = "year", periods = "10", format = "table", threads;
    std::vector<std::string> sets;
};
struct RunCommand {
    std::string source, runs = "100", seed, threads, out, progress;
    std::vector<std::string> sets;
};

[[nodiscard]] int run_list(const Output& out);
[[nodiscard]] int run_params(const Output& out, const std::string& pattern, const std::string& source);
[[nodiscard]] int run_schedule(const Output& out, const ScheduleCommand& c);
[[nodiscard]] int run_reproduce(const Output& out, const std::string& preset);
[[nodiscard]] int run_run(const Output& out, const RunCommand& c);
[[nodiscard]] int run_version(const Output& out);

/// "assay-sim 0.1.0 (commit)".
[[nodiscard]] std::string version_text();

}  // namespace assay::sim::cli
