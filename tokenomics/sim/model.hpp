// The model: one step of an economy, and a path of steps. What each part does is its own file; the order is here.
//
//   ASSAY_TRY(Model model, Model::make(scenario));
//   ASSAY_TRY(PathResult r, model.run(7, [](std::size_t point, const Sample& s) { … }));
//
// A Model is constant once made: threads share it.
#pragma once

#include <array>
#include <functional>

#include "tokenomics/sim/ledger.hpp"
#include "tokenomics/sim/scenario.hpp"

namespace assay::sim {

/// What is looked at over time, in the order of kSeries.
enum Series : std::size_t {
    kPrice,
    kSupply,
    kMinted,
    kBurned,
    kDemand,
    kServed,
    kUtilisation,
    kServicePrice,
    kDevices,
    kStaked,
    kMargin,
    kTreasury,
    kSeriesCount
};
struct SeriesInfo {
    const char* name;
    const char* unit;
    const char* meaning;
};
extern const std::array<SeriesInfo, kSeriesCount> kSeries;
using Sample = std::array<double, kSeriesCount>;

/// What a whole path comes to, in the order of kFigures.
enum Figure : std::size_t {
    kFinalPrice,
    kFinalSupply,
    kTotalMinted,
    kTotalBurned,
    kBurnToMint,
    kMaxDrawdown,
    kMeanUtilisation,
    kUnmetDemand,
    kMeanMargin,
    kFinalDevices,
    kLeastDevices,
    kFigureCount
};
extern const std::array<SeriesInfo, kFigureCount> kFigures;
using Figures = std::array<double, kFigureCount>;

/// Called at every recorded step: which point it is, and what is seen there.
using Observer = std::function<void(std::size_t point, const Sample& sample)>;
/// Called before each step's check: for tests that want to see the check fail.
using Meddler = std::function<void(std::uint64_t step, Ledger& ledger)>;

class Model {
   public:
    /// Precomputes what all paths share. `points`: how many steps are recorded, the first and the last among them.
    /// Errors: field_out_of_range, overflow.
    [[nodiscard]] static Result<Model> make(const Scenario& scenario, std::size_t points = 0, std::size_t threads = 1);

    [[nodiscard]] Result<Figures> run(std::uint64_t run, const Observer& observe = {},
                                      const Meddler& meddle = {}) const;

    [[nodiscard]] const Scenario& scenario() const { return scenario_; }
    [[nodiscard]] std::uint64_t steps() const { return steps_; }
    /// Steps at whose end a sample is taken, ascending; the last is steps().
    [[nodiscard]] const std::vector<std::uint64_t>& recorded() const { return recorded_; }
    /// Day at the end of step `step`.
    [[nodiscard]] double day(std::uint64_t step) const;

   private:
    Scenario scenario_;
    std::uint64_t steps_ = 0;
    double step_days_ = 1;
    std::vector<Amount> emission_;  ///< the schedule of the epochs that begin in a step
    std::vector<std::uint64_t> recorded_;
    tokenomics::Params step_params_;  ///< one step is one epoch and one price round
    Ledger start_;
    std::vector<Amount> stake_per_device_;
    double token_ = 1;  ///< base units per token
};

}  // namespace assay::sim
