// The result directory: manifest.json, summary.json, quantiles.csv, metrics.csv. Made aside and renamed at the end, so
// that a directory that is there is whole. The result hash covers what was found, not where or how fast.
//
//   const ResultFiles files = render(model, outcome);
//   ASSAY_TRY_VOID(write_result("out", files));
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "tokenomics/sim/run/monte_carlo.hpp"

namespace assay::sim {

/// Of the model: results of different ones are not compared.
inline constexpr unsigned kModelVersion = 1;

struct ResultFiles {
    std::vector<std::pair<std::string, std::string>> files;  ///< name and bytes; the manifest is the last
    std::string result_hash;
    std::string summary;  ///< bytes of summary.json
};

/// `version` is what the manifest says of the program.
[[nodiscard]] ResultFiles render(const Model& model, const Outcome& outcome, const std::string& version);

/// What identifies the question: scenario, runs and model. The manifest keeps it.
[[nodiscard]] std::string input_hash(const Scenario& scenario, std::uint64_t runs);

/// What a result says of itself.
struct Manifest {
    std::string input_hash, result_hash;
    std::uint64_t runs = 0;
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
