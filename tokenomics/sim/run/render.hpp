// From what was found to the bytes of the files that say it: summary.json, quantiles.csv, metrics.csv, cells.csv,
// paths.npz, manifest.json. The result hash covers what was found, not where or how fast.
//
//   const ResultFiles files = render({cell}, {.scenario = &scenario, .runs = 1000}, {.version = "assay-sim 0.1.0"});
//   ASSAY_TRY_VOID(write_result("out", files, files.input_hash));
//
// A file may be larger than memory: `result_files` gives them one piece after another.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "tokenomics/sim/run/simulate.hpp"
#include "tokenomics/sim/run/zip.hpp"

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
    /// Further files, name and bytes, that the hash covers. Of a study: samples.csv, sobol.json.
    std::vector<std::pair<std::string, std::string>> more = {};
};
/// At least one cell; all of the question's runs and mode.
[[nodiscard]] ResultFiles render(const std::vector<CellResult>& cells, const Question& question,
                                 const RenderOptions& options);

struct ResultFile {
    std::string name;
    std::function<Status(const Sink&)> write;  ///< again and again the same bytes
};
/// All but the manifest, by name. They refer to `cells`.
[[nodiscard]] std::vector<ResultFile> result_files(const std::vector<CellResult>& cells, const Question& question,
                                                   const RenderOptions& options);

/// Name and SHA-256 in hex, by name.
using FileHashes = std::vector<std::pair<std::string, std::string>>;
[[nodiscard]] std::string result_hash(const FileHashes& files);
/// `cells` as cells_json has them; `shard` as "1/3", empty for the whole.
[[nodiscard]] std::string manifest_json(const Question& question, const std::string& cells,
                                        const RenderOptions& options, const FileHashes& files,
                                        const std::string& shard);
[[nodiscard]] std::string cells_json(const std::vector<CellResult>& cells);
/// About what paths.npz takes.
[[nodiscard]] std::uint64_t paths_bytes(std::uint64_t runs, std::size_t points);

}  // namespace assay::sim
