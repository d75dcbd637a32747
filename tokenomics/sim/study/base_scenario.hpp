// A scenario read once and varied many times. What is varied is the scenario as resolved, the one that a manifest
// holds: a set changes its field, and what the program filled in for others stays as it was.
//
//   ASSAY_TRY(BaseScenario base, BaseScenario::load("devnet", {"horizon_days=30"}));
//   ASSAY_TRY(Scenario wild, base.with({"demand.volatility=2"}));
#pragma once

#include <span>

#include "tokenomics/sim/scenario.hpp"
#include "tokenomics/sim/study/axis.hpp"

namespace assay::sim::study {

class BaseScenario {
   public:
    /// Everything that load_scenario refuses is refused here too.
    [[nodiscard]] static Result<BaseScenario> load(const std::string& source, const std::vector<std::string>& sets);
    /// The same from a document that is there already.
    [[nodiscard]] static Result<BaseScenario> of(json::Value document, const std::string& source,
                                                 const std::vector<std::string>& sets);

    [[nodiscard]] const Scenario& scenario() const { return scenario_; }
    /// The merged document, `sweep` and comments included.
    [[nodiscard]] const json::Value& document() const { return document_; }
    /// As resolved, with `sets` over it.
    [[nodiscard]] Result<json::Value> document_with(const std::vector<std::string>& sets) const;
    [[nodiscard]] Result<Scenario> with(const std::vector<std::string>& sets) const;

    /// Finds out how many decimals the fields of ranges take. Errors: what a field says of its range's ends.
    [[nodiscard]] Status fit(std::span<Axis> axes) const;

   private:
    json::Value document_, resolved_;
    Scenario scenario_;
};

}  // namespace assay::sim::study
