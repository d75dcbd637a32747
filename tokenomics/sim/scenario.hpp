// A scenario: an economy's parameters, where it begins, and how the people in it behave. Names are those of genesis
// and of COMMANDS. Behaviour is in doubles; what becomes money passes through tokenomics/ in integers.
//
//   ASSAY_TRY(Scenario s, load_scenario("devnet", {{"demand.volatility=0.5"}}));
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/json.hpp"
#include "tokenomics/params.hpp"

namespace assay::sim {

struct Initial {
    Amount supply;  ///< of the genesis, unless told
    Amount bonded;  ///< validators' bonds within it; they stay where they are
    double price_usd = 0;
};

struct Jumps {
    double per_year = 0, mean = 0, sd = 0;  ///< mean and sd of the logarithm
};

struct Demand {
    double usd_per_day = 0;   ///< wanted at the start, at the first service price
    double drift = 0;         ///< per year, of the mean
    double volatility = 0.8;  ///< per square root of a year
    double elasticity = 0.8;  ///< usage ~ (price / first price)^-elasticity
    Jumps jumps;
};

/// What a GPU-hour of multiplier one costs: it follows utilisation.
struct Service {
    double usd_per_gpu_hour = 0;
    double target_utilisation = 0.7;
    double adjust_per_day = 0.05;  ///< relative change a day per unit of utilisation above the target
};

struct ProviderGroup {
    std::string device_class;
    std::uint32_t class_index = 0;
    std::uint64_t count = 100;
    double cost_usd_per_gpu_hour = 0;  ///< of one device
    double lead_days = 14;             ///< they look at the margin of about so many days
    double entry_per_year = 1;         ///< growth rate at a margin of 100 %
    double exit_per_year = 4;          ///< shrinking rate at a margin of -100 %
    double sell_share = 0.5;           ///< of what is left after the costs, which are always sold for
};

/// A constant-product pool: the only place where tokens meet dollars.
struct Market {
    double depth_usd = 0;
    Ppb fee{3'000'000};
    double volatility = 0.6;  ///< of holders' trading, per square root of a year
};

enum class ShockKind : std::uint8_t { price, demand, cost };
struct Shock {
    double at_day = 0;
    ShockKind kind = ShockKind::price;
    double factor = 1;
};

struct Scenario {
    std::string name;
    TimeMs start;  ///< of the genesis: epoch 0 begins here
    std::uint64_t seed = 1;
    double horizon_days = 365;
    std::uint64_t step_ms = 86'400'000;
    tokenomics::Params params;
    Initial initial;
    Demand demand;
    Service service;
    std::vector<ProviderGroup> providers;
    Market market;
    std::vector<Shock> shocks;

    [[nodiscard]] std::uint64_t epoch_ms() const { return params.epoch.blocks * params.block.time_ms; }
    [[nodiscard]] std::uint64_t steps() const;
};

inline constexpr double kDaysPerYear = 365.25;  ///< rates of behaviour are per such a year
inline constexpr std::uint64_t kMaxSteps = 1'000'000;

/// `source` is a preset, a genesis file or a scenario file; `sets` are "path=value" over it. Everything is checked, and
/// what was left open has its value. Errors: not_found, io_error, json_*, bad_amount, bad_genesis, field_out_of_range,
/// usage (a --set without "="), with file, line and column where a text is to blame.
[[nodiscard]] Result<Scenario> load_scenario(const std::string& source, const std::vector<std::string>& sets = {});

/// Everything resolved, as the manifest keeps it: this very text is a scenario that gives the same result.
[[nodiscard]] std::string scenario_json(const Scenario& s);

/// The fields of behaviour for `assay-sim params`: those of tokenomics are list_params's.
struct BehaviourRow {
    std::string path, value, unit, meaning;
};
[[nodiscard]] std::vector<BehaviourRow> list_behaviour(const Scenario& s);

}  // namespace assay::sim
