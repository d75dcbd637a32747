// The model: many runs of one economy, eight at a time. What each part does is its own file; the order of a step is
// engine.hpp's.
//
//   ASSAY_TRY(Model model, Model::make(scenario, {.points = 365}));
//   BlockResult r;
//   ASSAY_TRY_VOID(model.run_block(0, r));       // runs 0 to 7
//   double price = r.at(last_point, kPrice, 3);  // of run 3
//
// A Model is constant once made: threads share it, each with a BlockResult of its own.
#pragma once

#include <functional>
#include <memory>

#include "tokenomics/sim/model/figures.hpp"
#include "tokenomics/sim/model/lanes.hpp"
#include "tokenomics/sim/model/ledger.hpp"
#include "tokenomics/sim/scenario.hpp"

namespace assay::sim {

/// Exact: money is whole base units and moves by tokenomics/. Fast: doubles, by the same rules without their roundings.
enum class Mode : std::uint8_t { exact, fast };

/// Before each step's check of an exact run: for tests that want to see the check fail.
using Meddler = std::function<void(std::uint64_t run, std::uint64_t step, Ledger& ledger)>;

struct ModelOptions {
    std::size_t points = 0;   ///< steps that are recorded, the last among them; 0: every one
    std::size_t threads = 1;  ///< to prepare the schedule
    Mode mode = Mode::exact;
};

/// What one block of kLanes runs gave. Used again and again, it allocates once.
struct BlockResult {
    std::array<std::array<double, kLanes>, kFigureCount> figures{};
    std::vector<double> series;  ///< [point][series][lane]
    [[nodiscard]] double at(std::size_t point, std::size_t which, std::size_t lane) const {
        return series[(point * kSeriesCount + which) * kLanes + lane];
    }
    std::shared_ptr<void> scratch;  ///< the model's
};

class Model {
   public:
    /// Precomputes what all paths share. Errors: field_out_of_range, overflow.
    [[nodiscard]] static Result<Model> make(const Scenario& scenario, const ModelOptions& options = {});

    /// Runs block x kLanes and the next ones; all of them, also where fewer are wanted: no run depends on another.
    /// Errors: conservation_broken, naming run, step and numbers; overflow.
    [[nodiscard]] Status run_block(std::uint64_t block, BlockResult& out, const Meddler& meddle = {}) const;

    [[nodiscard]] const Scenario& scenario() const;
    [[nodiscard]] Mode mode() const;
    [[nodiscard]] std::uint64_t steps() const;
    /// Steps at whose end a sample is taken, ascending; the last is steps().
    [[nodiscard]] const std::vector<std::uint64_t>& recorded() const;
    /// Day at the end of step `step`.
    [[nodiscard]] double day(std::uint64_t step) const;

   private:
    struct Shared;
    std::shared_ptr<const Shared> shared_;
};

}  // namespace assay::sim
