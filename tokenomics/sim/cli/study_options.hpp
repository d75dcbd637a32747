// What all commands of studies are told: how many runs, on which luck, how fast, and how to be stopped.
#pragma once

#include <CLI/CLI.hpp>

#include "tokenomics/sim/cli/commands.hpp"
#include "tokenomics/sim/model/model.hpp"
#include "tokenomics/sim/run/result.hpp"
#include "tokenomics/sim/study/evaluate.hpp"
#include "tokenomics/sim/study/sweep_job.hpp"

namespace assay::sim::cli {

struct StudyOptions {
    std::string runs, seed, threads, mode = "exact", progress;
    std::vector<std::string> sets;

    /// --set (where wanted), --runs, --seed, --threads, --mode, --progress.
    void add_to(CLI::App& command, const std::string& runs_default, bool with_sets = true);
    /// Those of --set and --seed.
    [[nodiscard]] Result<std::vector<std::string>> all_sets() const;
    /// Errors: usage.
    [[nodiscard]] Result<study::EvaluateOptions> read() const;
};

/// Writes a directory of files that no run made: aside, renamed at the end. It may be there with files of the same
/// names only. Errors: already_exists, io_error.
[[nodiscard]] Status write_study(const std::string& dir, const std::vector<std::pair<std::string, std::string>>& files);

/// "null" for what is no number.
[[nodiscard]] std::string number_json(double x);
/// Six digits for people, "-" for what is no number.
[[nodiscard]] std::string for_people(double x);

struct SweepCommand {
    std::string source, out, design, samples, table, shard;
    std::vector<std::string> params;
    StudyOptions options;
};
struct CompareCommand {
    std::string a, b, out, node = "http://127.0.0.1:8710";
    StudyOptions options;
};
struct SensitivityCommand {
    std::string source, method, n = "128", levels = "4", out;
    std::vector<std::string> params, metrics;
    StudyOptions options;
};
struct CalibrateCommand {
    std::string source, data, time, time_days = "1", train, test, out, iterations = "200";
    std::vector<std::string> maps, bounds;
    StudyOptions options;
};
struct CheckCommand {
    std::string source;
    std::vector<std::string> asserts;
    StudyOptions options;
};
/// What `sweep` and `merge` print of a sweep.
[[nodiscard]] int print_sweep(const Output& out, const std::string& dir, const Scenario& base,
                              const std::string& design, const study::SweepResult& result);
[[nodiscard]] int run_sweep(const Output& out, const SweepCommand& c);
[[nodiscard]] int run_compare(const Output& out, const CompareCommand& c);
[[nodiscard]] int run_sensitivity(const Output& out, const SensitivityCommand& c);
[[nodiscard]] int run_calibrate(const Output& out, const CalibrateCommand& c);
[[nodiscard]] int run_check(const Output& out, const CheckCommand& c);

/// All five in the option tree.
class StudyCommands {
   public:
    explicit StudyCommands(CLI::App& app);
    /// The exit code of the one that was asked for.
    [[nodiscard]] std::optional<int> run(const Output& out) const;

   private:
    CLI::App *sweep_app_, *compare_app_, *sensitivity_app_, *calibrate_app_, *check_app_;
    SweepCommand sweep_;
    CompareCommand compare_;
    SensitivityCommand sensitivity_;
    CalibrateCommand calibrate_;
    CheckCommand check_;
};

}  // namespace assay::sim::cli
