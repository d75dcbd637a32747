// What each command of assay-sim does. Each returns the exit code.
#pragma once

#include <atomic>
#include <string>
#include <vector>

#include "tokenomics/sim/cli/output.hpp"

namespace assay::sim::cli {

struct ScheduleCommand {
    std::string source, from, every = "year", periods = "10", format = "table", threads;
    std::vector<std::string> sets;
};
struct RunCommand {
    std::string source, runs, seed, threads, out, progress, mode = "exact", precision, paths = "none", shard,
                                                            metrics = "10000";
    bool antithetic = false;
    std::vector<std::string> sets;
};
struct MergeCommand {
    std::vector<std::string> dirs;
    std::string out;
};
struct VerifyCommand {
    std::string dir, threads, progress;
};
struct BenchCommand {
    std::string source = "reference", mode, seconds = "3";
    std::vector<std::string> sets;
};

struct TrackCommand {
    std::string dir, node, from, cell = "0";
};

struct QuoteCommand {
    bool settle = false;  ///< else a burn
    std::string source, amount, price, price_settle;
    std::vector<std::string> sets;
};

struct ReportCommand {
    std::string dir, out, title, against, sensitivity;
};
struct ImportCommand {
    std::string file, node, height, out, holders = "20";
};

[[nodiscard]] int run_list(const Output& out);
/// Every field with its default; with a source also its value there and where that comes from.
[[nodiscard]] int run_params(const Output& out, const std::string& pattern, const std::string& source,
                             const std::vector<std::string>& sets);
/// A scenario file that extends `from`.
[[nodiscard]] int run_new(const Output& out, const std::string& file, const std::string& from);
/// Fields that differ.
[[nodiscard]] int run_diff(const Output& out, const std::string& a, const std::string& b);
/// The JSON Schema of scenario files.
[[nodiscard]] int run_schema(const Output& out);
/// All that is wrong with files, and what should be known of those that are right.
[[nodiscard]] int run_validate(const Output& out, const std::vector<std::string>& files,
                               const std::vector<std::string>& sets);
/// A chain's state as a scenario file.
[[nodiscard]] int run_import(const Output& out, const ImportCommand& c);
[[nodiscard]] int run_quote(const Output& out, const QuoteCommand& c);
[[nodiscard]] int run_schedule(const Output& out, const ScheduleCommand& c);
[[nodiscard]] int run_reproduce(const Output& out, const std::string& preset);
[[nodiscard]] int run_run(const Output& out, const RunCommand& c);
/// Shards to the result that one run would have given.
[[nodiscard]] int run_merge(const Output& out, const MergeCommand& c);
/// Runs a result again and compares.
[[nodiscard]] int run_verify(const Output& out, const VerifyCommand& c);
/// Path-steps per second on one core.
[[nodiscard]] int run_bench(const Output& out, const BenchCommand& c);
/// What a chain would have to vote on to have the parameters of the result in `dir`.
[[nodiscard]] int run_propose(const Output& out, const std::string& dir, const std::string& node);
/// What the chain did since, beside what the result in `dir` predicted.
[[nodiscard]] int run_track(const Output& out, const TrackCommand& c);
/// How concentrated a file of balances is, without the `exclude` largest.
[[nodiscard]] int run_metrics(const Output& out, const std::string& file, const std::string& exclude);
/// A result as one HTML page.
[[nodiscard]] int run_report(const Output& out, const ReportCommand& c);
[[nodiscard]] int run_version(const Output& out);

/// A whole number that was typed behind `flag`. Errors: usage.
[[nodiscard]] Result<std::uint64_t> typed_count(const std::string& text, const std::string& flag, std::uint64_t min,
                                                std::uint64_t max);
/// What --threads says; as many as there are cores where it says nothing.
[[nodiscard]] Result<std::size_t> thread_count(const std::string& text);
/// Ctrl-C sets it, once `watch_interrupts` was called; a second one ends the program.
[[nodiscard]] std::atomic<bool>* watch_interrupts();
/// What to do about an error of load_scenario.
[[nodiscard]] std::string hint_for(const Error& error);
/// 12345678.5 as "12,345,678.5".
[[nodiscard]] std::string grouped(std::string digits);
/// "assay-sim 0.1.0 (commit)".
[[nodiscard]] std::string version_text();

}  // namespace assay::sim::cli
