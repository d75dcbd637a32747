#include "tokenomics/sim/cli/study_options.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <filesystem>

#include "tokenomics/sim/text.hpp"

namespace assay::sim::cli {
void StudyOptions::add_to(CLI::App& command, const std::string& runs_default, bool with_sets) {
    runs = runs_default;
    if (with_sets)
        command.add_option("--set", sets, "path=value; may be repeated")->take_all()->allow_extra_args(false);
    command.add_option("--runs", runs, "how many of each, 1 to " + std::to_string(kMaxRuns))
        ->capture_default_str()
        ->envname("ASSAY_SIM_RUNS");
    command.add_option("--seed", seed, "of all random numbers; the scenario's unless told")->envname("ASSAY_SIM_SEED");
    command
        .add_option("--threads", threads,
                    "1 to 1024; as many as there are cores unless told; changes no byte of the result")
        ->envname("ASSAY_SIM_THREADS");
    command.add_option("--mode", mode, "exact: whole base units; fast: doubles")
        ->check(CLI::IsMember({"exact", "fast"}))
        ->capture_default_str();
    command.add_option("--progress", progress, "json: progress lines on stderr")
        ->check(CLI::IsMember({"json", "none"}));
}

Result<std::vector<std::string>> StudyOptions::all_sets() const {
    std::vector<std::string> out = sets;
    if (!seed.empty()) {
        ASSAY_TRY_VOID(typed_count(seed, "--seed", 0, ~std::uint64_t{0}));
        out.push_back("seed=" + seed);
    }
    return out;
}

Result<study::EvaluateOptions> StudyOptions::read() const {
    study::EvaluateOptions out;
    ASSAY_TRY(out.runs, typed_count(runs, "--runs", 1, kMaxRuns));
    ASSAY_TRY(out.threads, thread_count(threads));
    out.mode = mode == "fast" ? Mode::fast : Mode::exact;
    return out;
}

Status write_study(const std::string& dir, const std::vector<std::pair<std::string, std::string>>& files) {
    namespace fs = std::filesystem;
    std::error_code ec;
    const bool there = fs::exists(fs::symlink_status(dir, ec));
    if (there && !fs::is_directory(dir, ec))
        return {Code::already_exists, "--out " + dir + " is there and is no directory"};
    if (there)
        for (const auto& entry : fs::directory_iterator(dir, ec))
            if (std::none_of(files.begin(), files.end(),
                             [&](const auto& f) { return f.first == entry.path().filename(); }))
                return {Code::already_exists, "--out " + dir + " holds " + entry.path().filename().string() +
                                                  ", which this command did not make"};
    ASSAY_TRY(DirectoryWriter out, DirectoryWriter::begin(dir));
    for (const auto& [name, bytes] : files) {
        ASSAY_TRY_VOID(out.add(name, [&bytes = bytes](const Sink& sink) { return sink(bytes); }));
    }
    return out.replace();
}

std::string number_json(double x) {
    return std::isfinite(x) ? shortest(x) : "null";
}

std::string for_people(double x) {
    if (std::isnan(x)) return "-";
    char text[32];
    std::snprintf(text, sizeof text, "%.6g", x);
    return text;
}

StudyCommands::StudyCommands(CLI::App& app) {
    constexpr const char* kScenario = "a scenario file, a preset, a genesis file or a directory with a result";
    sweep_app_ = app.add_subcommand("sweep", "one scenario with many values of some fields");
    sweep_app_->add_option("SCENARIO", sweep_.source, kScenario)->required();
    sweep_app_
        ->add_option("--param", sweep_.params,
                     "path=a,b,c or path=low:high[:steps][:log]; may be repeated; in place of the scenario's own sweep")
        ->take_all()
        ->allow_extra_args(false);
    sweep_app_->add_option("--design", sweep_.design, "grid, zip, lhs, sobol or table; grid unless the scenario says")
        ->check(CLI::IsMember({"grid", "zip", "lhs", "sobol", "table"}));
    sweep_app_->add_option("--samples", sweep_.samples, "cells of lhs and sobol");
    sweep_app_->add_option("--table", sweep_.table, "a CSV file: its head names paths, each row is a cell");
    sweep_app_->add_option("--shard", sweep_.shard, "I/N: one of N parts; assay-sim merge puts them together");
    sweep_app_->add_option("--out", sweep_.out, "directory for the result")->required();
    sweep_.options.add_to(*sweep_app_, "100");

    compare_app_ = app.add_subcommand("compare", "two scenarios, run for run on the same luck");
    compare_app_->add_option("A", compare_.a, kScenario)->required();
    compare_app_->add_option("B", compare_.b, "another; of either, live and proposal:ID are a chain's")->required();
    compare_app_->add_option("--node", compare_.node, "the chain that live and proposal:ID are of")
        ->capture_default_str()
        ->envname("ASSAY_NODE");
    compare_app_->add_option("--out", compare_.out, "directory for comparison.csv and comparison.json");
    compare_.options.add_to(*compare_app_, "1000");

    sensitivity_app_ = app.add_subcommand("sensitivity", "which fields move a figure, and how much");
    sensitivity_app_->add_option("SCENARIO", sensitivity_.source, kScenario)->required();
    sensitivity_app_->add_option("--method", sensitivity_.method, "morris or sobol")
        ->required()
        ->check(CLI::IsMember({"morris", "sobol"}));
    sensitivity_app_->add_option("--n", sensitivity_.n, "trajectories of morris, base rows of sobol")
        ->capture_default_str();
    sensitivity_app_->add_option("--levels", sensitivity_.levels, "of morris's grid, even")->capture_default_str();
    sensitivity_app_->add_option("--param", sensitivity_.params, "path=low:high[:log]; may be repeated")
        ->required()
        ->take_all()
        ->allow_extra_args(false);
    sensitivity_app_->add_option("--metric", sensitivity_.metrics, "names of metrics; may be repeated")
        ->required()
        ->take_all()
        ->allow_extra_args(false)
        ->delimiter(',');
    sensitivity_app_->add_option("--out", sensitivity_.out,
                                 "directory for problem.json, X.csv, Y.csv, sensitivity.csv");
    sensitivity_.options.add_to(*sensitivity_app_, "32");

    calibrate_app_ = app.add_subcommand("calibrate", "fields fitted to a published series");
    calibrate_app_->add_option("SCENARIO", calibrate_.source, kScenario)->required();
    calibrate_app_->add_option("--data", calibrate_.data, "a CSV file with a head")->required();
    calibrate_app_->add_option("--time", calibrate_.time, "its column of dates or numbers")->required();
    calibrate_app_->add_option("--time-days", calibrate_.time_days, "days in a unit of a numeric --time")
        ->capture_default_str();
    calibrate_app_
        ->add_option("--map", calibrate_.maps,
                     "series=COLUMN, or series.flow=COLUMN for what came in a row's time; may be repeated")
        ->required()
        ->take_all()
        ->allow_extra_args(false);
    calibrate_app_->add_option("--bounds", calibrate_.bounds, "path=low:high[:log]; may be repeated")
        ->required()
        ->take_all()
        ->allow_extra_args(false);
    calibrate_app_->add_option("--train", calibrate_.train, "FROM:TO, rows that are fitted, from 0, TO not among them")
        ->required();
    calibrate_app_->add_option("--test", calibrate_.test, "FROM:TO, rows held back")->required();
    calibrate_app_->add_option("--iterations", calibrate_.iterations, "evaluations of the model, 1 to 1000000")
        ->capture_default_str();
    calibrate_app_->add_option("--out", calibrate_.out, "the scenario file to write")->required();
    calibrate_.options.add_to(*calibrate_app_, "64");

    check_app_ = app.add_subcommand("check", "does a sentence about a scenario hold? Exit 4 where it does not");
    check_app_->add_option("SCENARIO", check_.source, kScenario)->required();
    check_app_
        ->add_option("--assert", check_.asserts,
                     "such as \"max_drawdown.p50 < 0.8\" or \"P(spiral) < 5%\"; may be repeated")
        ->required()
        ->take_all()
        ->allow_extra_args(false);
    check_.options.add_to(*check_app_, "1000");
}

std::optional<int> StudyCommands::run(const Output& out) const {
    if (sweep_app_->parsed()) return run_sweep(out, sweep_);
    if (compare_app_->parsed()) return run_compare(out, compare_);
    if (sensitivity_app_->parsed()) return run_sensitivity(out, sensitivity_);
    if (calibrate_app_->parsed()) return run_calibrate(out, calibrate_);
    if (check_app_->parsed()) return run_check(out, check_);
    return std::nullopt;
}

}  // namespace assay::sim::cli
