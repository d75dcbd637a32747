// One cell of an experiment: all runs of one scenario, and what they say together.
//
//   ASSAY_TRY(CellResult c, simulate(scenario, {.runs = 1000, .threads = 4, .keep_figures = true}));
//   double median = c.summary[kMaxDrawdown].quantiles[3];
//   std::vector<double> per_run = c.figure(kFinalPrice);      // NaN: that run has none
//   double p95_of_price_at_the_end = c.quantile_at(c.recorded.size() - 1, kPrice, 6);
//
// Neither threads nor their order leave a trace in it.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "tokenomics/sim/run/accumulators.hpp"
#include "tokenomics/sim/run/monte_carlo.hpp"
#include "tokenomics/sim/run/statistics.hpp"

namespace assay::sim {

/// Of so many runs of a cell metrics.csv has the figures, unless told otherwise.
inline constexpr std::uint64_t kMetricsRuns = 10'000;
inline constexpr std::uint64_t kAll = ~std::uint64_t{0};

struct SimulateOptions {
    std::uint64_t runs = 100;
    std::size_t threads = 1;
    Mode mode = Mode::exact;
    std::size_t points = 0;                ///< steps that are recorded; 0: as points_for says
    bool keep_figures = false;             ///< of every run, not of the first kMetricsRuns alone
    std::uint64_t metrics = kMetricsRuns;  ///< runs in metrics.csv
    std::uint64_t paths = 0;               ///< runs whose series are kept
    std::uint64_t room = 0;                ///< runs that it may grow to, where those are more
    std::atomic<bool>* stop = nullptr;
    std::function<void(std::uint64_t done, std::uint64_t of)> progress = {};
    Meddler meddle = {};
};

struct CellResult {
    std::vector<std::pair<std::string, std::string>> set;  ///< path and value: what makes it this cell of a sweep
    Scenario scenario;
    Mode mode = Mode::exact;
    std::uint64_t runs = 0, steps = 0;
    double days = 0;
    std::vector<std::uint64_t> recorded;  ///< steps at whose end the series were looked at
    std::vector<double> recorded_days;
    std::array<FigureSummary, kFigureCount> summary{};
    std::vector<double> quantiles;    ///< [point][series][of kQuantiles]
    std::uint64_t kept = 0;           ///< of so many runs the figures are here
    std::span<const double> figures;  ///< [run][figure]
    std::uint64_t metrics = 0;        ///< of so many of them metrics.csv tells
    std::uint64_t kept_paths = 0;
    std::span<const double> paths;                     ///< [run][series][point]
    std::vector<std::shared_ptr<const void>> holders;  ///< what keeps these numbers alive

    [[nodiscard]] double quantile_at(std::size_t point, std::size_t series, std::size_t q) const {
        return quantiles[(point * kSeriesCount + series) * kQuantiles.size() + q];
    }
    [[nodiscard]] double figure(std::size_t which, std::uint64_t run) const {
        return figures[run * kFigureCount + which];
    }
    /// Of the runs that are kept, in their order.
    [[nodiscard]] std::vector<double> figure(std::size_t which) const;
};

/// Errors: field_out_of_range, interrupted, and those of Model::run_block, of the lowest run that failed.
[[nodiscard]] Result<CellResult> simulate(const Scenario& scenario, const SimulateOptions& options);

/// The same in parts: some blocks now, others later or elsewhere.
class Simulation {
   public:
    [[nodiscard]] static Result<Simulation> make(const Scenario& scenario, const SimulateOptions& options);
    /// In files of `folder` what is kept of single runs is, in place of memory. Before anything runs. Errors: io_error.
    [[nodiscard]] Status keep_in(const std::string& folder);
    /// Blocks that are not done yet. `tick` is called some times a second. Errors as simulate's.
    [[nodiscard]] Status run(std::uint64_t first, std::uint64_t end, std::size_t threads, std::atomic<bool>* stop,
                             const std::function<void(std::uint64_t done)>& tick);
    /// All of its runs must be done.
    [[nodiscard]] CellResult result() const;

    /// Everything that is known, for another Simulation of the same question; while it runs, too.
    [[nodiscard]] std::string save() const;
    /// Errors: bad_state_file, also where the rows of single runs are not those of that time.
    [[nodiscard]] Status load(std::string_view in);
    /// What another one saved, of other blocks; the rows that it kept are in figures() and paths() already. Errors:
    /// already_exists where both have a block, bad_state_file.
    [[nodiscard]] Status merge(std::string_view saved);
    /// Rounds of which nobody knows yet how many there will be; at most SimulateOptions::room.
    void grow(std::uint64_t runs);

    [[nodiscard]] const Accumulators& known() const { return shared_->known; }
    [[nodiscard]] const Rows& figures() const { return shared_->figures; }
    [[nodiscard]] const Rows& paths() const { return shared_->paths; }
    [[nodiscard]] std::uint64_t runs() const { return shared_->runs; }

   private:
    struct Shared {
        Shared(Model m, Accumulators a) : model(std::move(m)), known(std::move(a)) {}
        Model model;
        Accumulators known;
        SimulateOptions options;
        std::uint64_t runs = 0;
        AccumulatorPlan plan;
        Rows figures, paths;
        std::atomic<std::uint64_t> checksum{0};  ///< of the rows of all blocks that are done
    };
    [[nodiscard]] std::uint64_t checksum_of(std::uint64_t block) const;
    [[nodiscard]] std::uint64_t checksum_of(const Accumulators& known) const;
    std::shared_ptr<Shared> shared_;
};

}  // namespace assay::sim
