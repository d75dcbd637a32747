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

struct QuoteCommand {
    bool settle = false;  ///< else a burn
    std::string source, amount, price, price_settle;
    std::vector<std::string> sets;
};

struct ReportCommand {
    std::string dir, out, title, against;
};

[[nodiscard]] int run_list(const Output& out);
/// Every field with its default; with a source also its value there and where that comes from.
[[nodiscard]] int run_params(const Output& out, const std::string& pattern, const std::string& source,
                             const std::vector<std::string>& sets);
/// A scenario file that extends `from`.
[[nodiscard]] int run_new(const Output& out, const std::string& file, const std::string& from);
/// Fields that differ.
[[nodiscard]] int run_diff(const Output& out, const std::string& a, const std::string& b);
[[nodiscard]] int run_quote(const Output& out, const QuoteCommand& c);
[[nodiscard]] int run_schedule(const Output& out, const ScheduleCommand& c);
[[nodiscard]] int run_reproduce(const Output& out, const std::string& preset);
[[nodiscard]] int run_run(const Output& out, const RunCommand& c);
/// What a chain would have to vote on to have the parameters of the result in `dir`.
[[nodiscard]] int run_propose(const Output& out, const std::string& dir, const std::string& node);
/// A result as one HTML page.
[[nodiscard]] int run_report(const Output& out, const ReportCommand& c);
[[nodiscard]] int run_version(const Output& out);

/// A whole number that was typed behind `flag`. Errors: usage.
[[nodiscard]] Result<std::uint64_t> typed_count(const std::string& text, const std::string& flag, std::uint64_t min,
                                                std::uint64_t max);
/// What --threads says; as many as there are cores where it says nothing.
[[nodiscard]] Result<std::size_t> thread_count(const std::string& text);
/// What to do about an error of load_scenario.
[[nodiscard]] std::string hint_for(const Error& error);
/// 12345678.5 as "12,345,678.5".
[[nodiscard]] std::string grouped(std::string digits);
/// "assay-sim 0.1.0 (commit)".
[[nodiscard]] std::string version_text();

}  // namespace assay::sim::cli
