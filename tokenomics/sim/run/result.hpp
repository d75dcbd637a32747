// The result directory. Made aside and renamed at the end, so that a directory that is there is whole.
//
//   ASSAY_TRY(DirectoryWriter out, DirectoryWriter::begin("out"));
//   ASSAY_TRY(std::string hash, out.add("summary.json", [&](const Sink& sink) { return sink(text); }));
//   ASSAY_TRY_VOID(out.finish(input_hash(question)));
#pragma once

#include "tokenomics/sim/run/render.hpp"

namespace assay::sim {

/// What a result says of itself.
struct Manifest {
    std::string input_hash, result_hash, version;
    std::string shard;  ///< "1/3"; empty for a whole result
    std::string study;
    std::uint64_t runs = 0, model = 0, metrics = 0, paths = 0, points = 0;
    bool antithetic = false;
    Mode mode = Mode::exact;
    FileHashes files;
    std::vector<std::vector<std::pair<std::string, std::string>>> cells;  ///< each one's `set`, values as JSON
    [[nodiscard]] Question question(const Scenario& scenario) const {
        return {&scenario, runs, mode, metrics, paths, points, study};
    }
};
enum class Shards : std::uint8_t { refused, welcome };
/// Errors: not_found where `dir` holds no result, or one shard and those are refused; json_*, io_error;
/// verification_failed where a file's bytes are not those that the manifest names, the result hash is not theirs, or
/// another model made it.
[[nodiscard]] Result<Manifest> read_manifest(const std::string& dir, Shards shards = Shards::refused);

/// May `dir` take this result? Yes where nothing is, or an empty directory, or an earlier answer to the same question.
/// Errors: already_exists, io_error.
[[nodiscard]] Status may_write(const std::string& dir, const std::string& input, const std::string& shard = {});

class DirectoryWriter {
   public:
    [[nodiscard]] static Result<DirectoryWriter> begin(const std::string& dir);
    DirectoryWriter(DirectoryWriter&& other) noexcept : dir_(other.dir_), target_(other.target_) {
        aside_.swap(other.aside_);
    }
    ~DirectoryWriter();  ///< what is not finished is gone
    /// Returns the SHA-256 of what was written. Errors: io_error, the writer's.
    [[nodiscard]] Result<std::string> add(const std::string& name, const std::function<Status(const Sink&)>& write);
    /// Errors: already_exists, io_error (a full disk among them); then nothing is left behind.
    [[nodiscard]] Status finish(const std::string& input, const std::string& shard = {});
    /// The same whatever is there. Errors: io_error.
    [[nodiscard]] Status replace();

   private:
    DirectoryWriter() = default;
    std::string dir_, target_, aside_;
};

/// All files of a result, piece by piece. Returns the result hash.
[[nodiscard]] Result<std::string> write_result(const std::string& dir, const std::vector<CellResult>& cells,
                                               const Question& question, const RenderOptions& options);
/// The same of rendered files.
[[nodiscard]] Status write_result(const std::string& dir, const ResultFiles& files, const std::string& input);

/// Of any length, where read_text_file bounds it. Errors: io_error.
[[nodiscard]] Result<std::string> read_file(const std::string& path);
/// Bytes of a file into its place: written beside it, to the disk, then renamed. Errors: io_error.
[[nodiscard]] Status replace_file(const std::string& path, const std::string& bytes);

}  // namespace assay::sim
