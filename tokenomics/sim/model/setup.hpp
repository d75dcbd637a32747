// What all runs of a model share: the scenario with its time cut into steps, its schedule summed up, its shocks and
// unlocks in order. Made once, never changed.
//
//   ASSAY_TRY(const Setup setup, prepare(scenario, {.points = 365}));
#pragma once

#include "tokenomics/sim/model/ledger.hpp"
#include "tokenomics/sim/model/model.hpp"
#include "tokenomics/stake.hpp"

namespace assay::sim {

/// Parameters from a step on: those of the scenario, then as votes (shocks of kind param) change them. In them one step
/// is one epoch and one price round; `emission` is a table whose only entry the engine sets.
struct Regime {
    std::uint64_t from_step = 0;
    tokenomics::Params params;  ///< of a step
    tokenomics::Params chain;   ///< as the chain has them
    bool alone = true;          ///< the schedule follows from the epoch's number: Setup::emission has it
};

/// One group of equal providers, or a single one. Rates are per step.
struct GroupSetup {
    std::size_t origin = 0;  ///< index into scenario.providers
    double count = 0, entities = 0;
    double multiplier = 1;
    double service = 1;  ///< GPUs of multiplier one that a device is to buyers: multiplier x uptime
    std::uint64_t service_ppb = 0, weight = 0;
    double cost_usd = 0, outside_usd = 0;  ///< of a device in a step
    double lead = 1;                       ///< weight of this step in the averaged margin
    std::size_t delivery_steps = 0;
    double entry = 0, exit = 0;
    ExitKind exit_kind = ExitKind::margin;
    double sell_share = 0;
    double pass_share = 1;  ///< of its tasks: up, and not found out
    Ppb slash;              ///< expected, of its stake
    bool serves = true;
    double wash_usd = 0;
    WashWhen wash_when = WashWhen::always;
    double phase = 0;  ///< single agents: where the count of what they want begins, so that they do not move as one
};

struct Event {
    std::uint64_t step = 0;
    Shock shock;
    std::vector<std::size_t> groups;  ///< that it is about
};
struct Unlock {
    std::uint64_t step = 0;
    std::size_t party = 0;
    Amount amount;
    double sell_share = 0;
};

struct Setup {
    Scenario scenario;
    Mode mode = Mode::exact;
    std::uint64_t steps = 0;
    double step_days = 1;
    double token = 1;  ///< base units
    std::vector<Regime> regimes;
    std::vector<Amount> emission;  ///< by step, before the clamps; zero where a regime is not alone
    std::vector<std::uint64_t> recorded;
    std::vector<std::uint64_t> marks;  ///< steps at whose end there is one
    std::vector<GroupSetup> groups;
    std::vector<tokenomics::Requirement> stake;  ///< of a device, by scenario.providers
    std::vector<Amount> first_stake;             ///< the same at the first price
    std::vector<Event> events;
    std::vector<Unlock> unlocks;
    std::size_t unbonding_steps = 1;
    std::size_t lag_steps = 0;
    Ledger start;

    [[nodiscard]] double day(std::uint64_t step) const { return static_cast<double>(step) * step_days; }
    /// Steps within an epoch: it closes with the step that ends it.
    [[nodiscard]] bool short_steps() const { return scenario.step_ms < scenario.epoch_ms(); }
    /// Does an epoch end with this step? One at least where steps are as long as epochs.
    [[nodiscard]] bool closes(std::uint64_t step) const {
        return !short_steps() || first_epoch(step + 1) != first_epoch(step);
    }
    /// Where nothing of a mint is for those who stake with providers, the public stakes with validators.
    [[nodiscard]] bool delegate_to_validators() const { return scenario.params.split.stakers.value == 0; }
    /// The first epoch that begins in this step; of steps within epochs, the epochs that ended before it.
    [[nodiscard]] Epoch first_epoch(std::uint64_t step) const;
};

/// Indices of `key`, ascending; equal ones as they stand.
void order_by(const double* key, std::size_t n, std::size_t* order);

/// Errors: field_out_of_range, overflow, and those of parameters that a shock changes.
[[nodiscard]] Result<Setup> prepare(const Scenario& scenario, const ModelOptions& options);

}  // namespace assay::sim
