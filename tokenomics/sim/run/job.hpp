// A result from the question to the directory: runs, shards, rounds until a figure is precise enough. What is
// unfinished stays in DIR.partial, and the same job goes on from there to the same bytes.
//
//   Job job;
//   job.question = question; job.dir = "out"; job.threads = 4;
//   ASSAY_TRY(JobResult r, run_job(job));       // interrupted: DIR.partial holds what was done
//   ASSAY_TRY(JobResult whole, merge_shards({"s1", "s2", "s3"}, "out", version));
#pragma once

#include "tokenomics/sim/run/precision.hpp"
#include "tokenomics/sim/run/result.hpp"

namespace assay::sim {

/// A part of the blocks of runs: shard `index` of `of`, from 1.
struct Shard {
    std::uint64_t index = 1, of = 1;
    [[nodiscard]] bool whole() const { return of == 1; }
    [[nodiscard]] std::string text() const { return whole() ? "" : std::to_string(index) + "/" + std::to_string(of); }
    [[nodiscard]] std::uint64_t first(std::uint64_t blocks) const { return blocks * (index - 1) / of; }
    [[nodiscard]] std::uint64_t end(std::uint64_t blocks) const { return blocks * index / of; }
};
inline constexpr std::uint64_t kMostShards = 10'000;
/// "1/3". Errors: usage.
[[nodiscard]] Result<Shard> parse_shard(const std::string& text);

struct Job {
    Question question;  ///< with `precision` its runs are the most that are made
    RenderOptions render;
    std::string dir;
    std::size_t threads = 1;
    Shard shard;
    std::optional<Precision> precision;
    double save_every_s = 30;
    std::atomic<bool>* stop = nullptr;
    std::function<void(std::uint64_t done, std::uint64_t of)> progress = {};  ///< runs of this shard
    std::function<void(const std::string&)> note = {};                        ///< a sentence for people
};

struct JobResult {
    CellResult cell;  ///< of a whole result
    std::string result_hash, summary;
    std::uint64_t runs = 0;     ///< that were made; of a shard its own
    std::uint64_t resumed = 0;  ///< of them from before
    double reached = 0;         ///< half-width of what `precision` names
};

/// Errors: already_exists, store_locked (another process works on it), bad_state_file, io_error, interrupted, those of
/// simulate. After `interrupted` the same job goes on.
[[nodiscard]] Result<JobResult> run_job(const Job& job);

/// Errors: usage where shards are missing, double or of different results, each named; those of reading and writing.
[[nodiscard]] Result<JobResult> merge_shards(const std::vector<std::string>& dirs, const std::string& out,
                                             const RenderOptions& render);

/// Runs a result's question again. `different` are the files whose bytes are others now.
struct Verified {
    Manifest manifest;
    std::string result_hash;
    std::vector<std::string> different, unchecked;
};
/// Errors: those of reading the result and of simulate.
[[nodiscard]] Result<Verified> verify_result(const std::string& dir, std::size_t threads, std::atomic<bool>* stop,
                                             const std::function<void(std::uint64_t, std::uint64_t)>& progress);

}  // namespace assay::sim
