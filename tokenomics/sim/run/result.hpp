// The result directory: manifest.json, summary.json, quantiles.csv, metrics.csv, cells.csv, paths.npz. Made aside and
// renamed at the end, so that a directory that is there is whole. The result hash covers what was found, not where or
// how fast.
//
//   const ResultFiles files = render({cell}, {.scenario = &scenario, .runs = 1000}, {.version = "assay-sim 0.1.0"});
//   ASSAY_TRY_VOID(write_result("out", files, files.input_hash));
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "tokenomics/sim/run/simulate.hpp"

namespace assay::sim {

/// Of the model: results of different ones are not compared.
inline constexpr unsigned kModelVersion = 2;

struct ResultFiles {
    std::vector<std::pair<std::string, std::string>> files;  ///< name and bytes; the manifest is the last
    std::string input_hash, result_hash;
    std::string summary;  ///< bytes of summary.json
};

/// What was asked: the answer's bytes depend on nothing else. The manifest keeps all of it.
struct Question {
    const Scenario* scenario = nullptr;  ///< of a sweep: what the cells' `set` is said over
    std::uint64_t runs = 0;              ///< of each cell
    Mode mode = Mode::exact;
    std::uint64_t metrics = kMetricsRuns;  ///< runs of a cell that metrics.csv tells of
    std::uint64_t paths = 0;               ///< runs whose paths are kept
    std::size_t points = 0;                ///< steps that are recorded; 0: as points_for says
    std::string study;  ///< of a sweep and the like: everything else that was asked, in its own words
};
[[nodiscard]] std::string input_hash(const Question& question);
[[nodiscard]] const char* mode_name(Mode mode);

struct RenderOptions {
    std::string version;  ///< what the manifest says of the program
    /// How far a figure of fast mode may be from exact mode's, relative; in exact mode nothing.
    std::optional<double> fast_bound = {};
    /// Further files, name and bytes, that the hash covers. Of a study: samples.csv, sobol.json.
    std::vector<std::pair<std::string, std::string>> more = {};
};
/// At least one cell; all of the question's runs and mode.
[[nodiscard]] ResultFiles render(const std::vector<CellResult>& cells, const Question& question,
                                 const RenderOptions& options);

/// What a result says of itself.
struct Manifest {
    std::string input_hash, result_hash, version, shard, study;
    std::uint64_t runs = 0, model = 0, metrics = 0, paths = 0, points = 0;
    Mode mode = Mode::exact;
    [[nodiscard]] Question question(const Scenario& scenario) const {
        return {&scenario, runs, mode, metrics, paths, points, study};
    }
};
/// Errors: not_found where `dir` holds no result, json_*, io_error; verification_failed where a file's bytes are not
/// those that the manifest names, or the result hash is not theirs.
[[nodiscard]] Result<Manifest> read_manifest(const std::string& dir);

/// May `dir` take this result? Yes where nothing is, or an empty directory, or an earlier answer to the same question.
/// Errors: already_exists, io_error.
[[nodiscard]] Status may_write(const std::string& dir, const std::string& input);
/// Errors: already_exists, io_error (a full disk among them); then nothing is left behind.
[[nodiscard]] Status write_result(const std::string& dir, const ResultFiles& files, const std::string& input);

}  // namespace assay::sim
