// What is known of the runs of a cell without keeping them: exact sums, counts, extremes and quantiles. Blocks come in
// any order from any thread, parts of a cell are merged, an unfinished one is saved and goes on: the bytes are the
// same.
//
//   Accumulators a({.runs = 1'000'000, .points = 50, .antithetic = false, .bounds = thresholds_of(scenario)});
//   a.add(block, result);
//   FigureSummary f = a.figure(kMaxDrawdown);
//
// Up to kExactRuns runs the values themselves are kept and their quantiles are exact; beyond, sketches count them.
// Which of the two depends on the number of runs that were asked for, never on how many of them are done here.
#pragma once

#include <limits>
#include <memory>
#include <mutex>
#include <shared_mutex>

#include "tokenomics/sim/model/model.hpp"
#include "tokenomics/sim/run/exact_sum.hpp"
#include "tokenomics/sim/run/monte_carlo.hpp"
#include "tokenomics/sim/run/rows.hpp"
#include "tokenomics/sim/run/sketch.hpp"
#include "tokenomics/sim/run/statistics.hpp"

namespace assay::sim {

inline constexpr std::uint64_t kExactRuns = 2048;

struct AccumulatorPlan {
    std::uint64_t runs = 0;  ///< of the whole cell
    std::size_t points = 0;
    bool antithetic = false;  ///< the error of a mean is that of means of pairs
    Bounds bounds{};
};

class Accumulators {
   public:
    explicit Accumulators(const AccumulatorPlan& plan);

    /// One block that is not done yet. From many threads at once.
    void add(std::uint64_t block, const BlockResult& result);
    /// Some blocks at once, where there are many: the counts of one series at one point then stay in the cache for all
    /// of them. A batch belongs to one thread at a time; its blocks are not done before `add`, which empties it.
    class Batch;
    void put(Batch& batch, std::uint64_t block, const BlockResult& result);
    void add(Batch& batch);
    /// Of other blocks of the same cell. Errors: already_exists where both have a block.
    [[nodiscard]] Status merge(const Accumulators& other);
    /// More runs than the plan had, beyond kExactRuns before and after.
    void grow(std::uint64_t runs);

    [[nodiscard]] bool keeps_values() const { return exact_; }
    [[nodiscard]] bool done(std::uint64_t block) const { return done_[block] != 0; }
    [[nodiscard]] std::uint64_t blocks_done() const;
    [[nodiscard]] std::uint64_t runs() const { return plan_.runs; }

    [[nodiscard]] FigureSummary figure(std::size_t which) const;
    /// kQuantiles of a series at a point; not numbers where no run has a value.
    [[nodiscard]] std::array<double, kQuantiles.size()> series(std::size_t point, std::size_t which) const;
    /// Standard error of a quantile of a figure, free of any distribution: half of what lies between the values
    /// sqrt(n q (1 - q)) ranks below and above.
    [[nodiscard]] double quantile_error(std::size_t which, double q) const;
    [[nodiscard]] double quantile_of(std::size_t which, double q) const;

    /// Of all blocks that are done at that moment; nobody may add meanwhile, who holds `exclusive()`.
    [[nodiscard]] std::string save() const;
    /// Into accumulators of the same plan, or of one that had fewer runs and may grow. Errors: bad_state_file.
    [[nodiscard]] Status load(std::string_view& in);
    /// Lets nobody add while it is held.
    [[nodiscard]] std::unique_lock<std::shared_mutex> exclusive() const { return std::unique_lock(locks_->all); }
    /// Taken by whoever adds a block and does something beside that belongs to it.
    [[nodiscard]] std::shared_lock<std::shared_mutex> shared() const { return std::shared_lock(locks_->all); }

   private:
    static constexpr std::size_t kStripes = 16;
    static constexpr double kInfinity = std::numeric_limits<double>::infinity();
    struct OfFigure {
        std::uint64_t count = 0, failed = 0, pairs = 0;
        double min = kInfinity, max = -kInfinity;
        ExactSum sum, squares, pair_sum, pair_squares;
        Sketch sketch{kFineBins};
    };
    struct OfPoint {
        std::uint64_t count = 0;
        double min = kInfinity, max = -kInfinity;
        Sketch sketch{kCoarseBins};
    };
    struct Locks {
        std::shared_mutex all;
        std::array<std::mutex, kStripes> stripes;
    };

    [[nodiscard]] std::size_t lanes_of(std::uint64_t block) const;
    [[nodiscard]] std::vector<double> sorted(std::size_t slot) const;
    void add_figures(std::uint64_t block, const std::array<std::array<double, kLanes>, kFigureCount>& figures);

    AccumulatorPlan plan_;
    bool exact_;                      ///< values are kept
    std::vector<std::uint8_t> done_;  ///< per block
    std::vector<OfFigure> figures_;
    std::vector<OfPoint> points_;  ///< [point][series]; none where values are kept
    Rows values_;                  ///< [run][figures, then point x series]
    std::unique_ptr<Locks> locks_ = std::make_unique<Locks>();
};

class Accumulators::Batch {
   public:
    static constexpr std::size_t kBlocks = 16;
    [[nodiscard]] bool full() const { return blocks_.size() == kBlocks; }
    [[nodiscard]] const std::vector<std::uint64_t>& blocks() const { return blocks_; }

   private:
    friend class Accumulators;
    // A place more than there are blocks: strides of a power of two share few places of a cache.
    static constexpr std::size_t kStride = (kBlocks + 1) * kLanes;
    std::vector<std::uint64_t> blocks_;
    std::vector<std::array<std::array<double, kLanes>, kFigureCount>> figures_;
    std::vector<double> series_;  ///< [point x series][block][lane]
};

}  // namespace assay::sim
