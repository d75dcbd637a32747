// A sweep from its cells to the result directory: whole or a shard of it, interrupted and gone on with, merged; the
// bytes are the same each time.
//
//   SweepJob job{.base = &base, .cells = plan.cells, .question = question, .dir = "out", .threads = 4};
//   ASSAY_TRY(SweepResult r, run_sweep(job));                     // interrupted: DIR.partial holds the cells that are
//   done ASSAY_TRY(SweepResult whole, merge_sweep({"s1", "s2"}, "out", {.version = version}));
//
// A shard has its part of all cells' blocks of runs, one after another: some cells whole, the first and last in part.
#pragma once

#include "tokenomics/sim/run/job.hpp"
#include "tokenomics/sim/study/sweep.hpp"

namespace assay::sim::study {

struct SweepJob {
    const BaseScenario* base = nullptr;
    std::vector<Cell> cells;
    Question question;
    RenderOptions render;
    std::string dir;
    std::size_t threads = 1;
    Shard shard;
    std::atomic<bool>* stop = nullptr;
    std::function<void(std::uint64_t done, std::uint64_t of)> progress = {};  ///< runs
};

struct SweepResult {
    std::vector<CellResult> cells;  ///< none of a shard
    std::string result_hash, summary;
    std::size_t resumed = 0;  ///< cells from before
};

/// How many steps of each cell are recorded, so that many cells fit: fewer the more there are, never fewer than 12.
[[nodiscard]] std::size_t sweep_points(std::size_t cells, std::uint64_t runs, std::uint64_t steps);

/// Errors: already_exists, bad_state_file, io_error, interrupted; those of a cell name it.
[[nodiscard]] Result<SweepResult> run_sweep(const SweepJob& job);

/// Is this directory a shard of a sweep?
[[nodiscard]] bool is_sweep_shard(const std::string& dir);
/// Errors: usage where shards are missing, double or of different sweeps; those of reading and writing.
[[nodiscard]] Result<SweepResult> merge_sweep(const std::vector<std::string>& dirs, const std::string& out,
                                              const RenderOptions& render);

}  // namespace assay::sim::study
