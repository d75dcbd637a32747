// A scenario: an economy's parameters, where it begins, and how the people in it behave. Names are those of genesis
// and of COMMANDS. Behaviour is in doubles; what becomes money passes through tokenomics/ in integers.
// docs/economist.md says what the model makes of each member; a part that is left out does nothing.
//
//   ASSAY_TRY(Scenario s, load_scenario("devnet", {{"demand.volatility=0.5"}}));
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/json.hpp"
#include "tokenomics/params.hpp"

namespace assay::sim {

/// A party at the start, beside validators, providers and the public, who hold the rest.
struct Holding {
    std::string name;
    Amount amount;               ///< free from the start
    std::uint64_t entities = 1;  ///< equal parties behind it
    double sell_per_year = 0;    ///< share of what is free that is sold in a year
};

/// Tokens of a holding that come free with time. Part of the supply from the start.
struct Vesting {
    std::string holder;  ///< name of a Holding
    Amount amount;
    double cliff_days = 0;   ///< nothing before
    double linear_days = 0;  ///< after the cliff, evenly; 0: all of it at the cliff
    double sell_share = 0;   ///< of what comes free, sold at once
};

struct Initial {
    Amount supply;            ///< of the genesis, unless told
    Amount bonded;            ///< validators' bonds within it; they stay where they are
    std::uint64_t epoch = 0;  ///< of the schedule, with which the simulation begins; `start` is epoch 0's
    Amount scheduled;         ///< what the schedule minted before
    double price_usd = 0;
    Amount delegated;  ///< by the public, to providers
    Amount treasury;   ///< tokens
    double treasury_usd = 0;
    double credits_usd =
        0;  ///< that buyers hold; backed by tokens burned for them at the first price, in vault modes by the vault
    std::vector<Holding> holders;
    std::vector<Vesting> vesting;
};

struct Jumps {
    double per_year = 0, mean = 0, sd = 0;  ///< mean and sd of the logarithm
};

struct Demand {
    double usd_per_day = 0;         ///< wanted at the start, at the first service price
    double drift = 0;               ///< per year, of the mean
    double volatility = 0.8;        ///< per square root of a year
    double elasticity = 0.8;        ///< usage ~ (price / first price)^-elasticity
    double market_correlation = 0;  ///< with the market factor, -1 to 1
    double runway_days = 0;         ///< buyers hold credits for so many days of use
    Jumps jumps;
};

enum class ServiceKind : std::uint8_t { utilisation, merit };

/// What a GPU-hour of multiplier one costs: it follows utilisation, or it is what the dearest provider that is needed
/// asks: its cost with a margin.
struct Service {
    ServiceKind kind = ServiceKind::utilisation;
    double usd_per_gpu_hour = 0;
    double target_utilisation = 0.7;
    double adjust_per_day = 0.05;  ///< relative change a day per unit of utilisation above the target
    double margin = 0.1;           ///< of merit: over the cost
};

enum class ExitKind : std::uint8_t { margin, streak };
enum class WashWhen : std::uint8_t { always, stale };

struct ProviderGroup {
    std::string name;  ///< the class's, unless told; shocks name groups by it
    std::string device_class;
    std::uint32_t class_index = 0;
    std::uint64_t count = 100;
    std::uint64_t entities = 0;             ///< equal parties that own it; 0: one a device
    double cost_usd_per_gpu_hour = 0;       ///< of one device
    double cost_spread = 0;                 ///< sd of the logarithm of the cost among single agents
    double hardware_usd = 0;                ///< of one device, paid by who enters
    double lead_days = 14;                  ///< they look at the margin of about so many days
    double delivery_days = 0;               ///< from the decision to enter to the first work
    double entry_per_year = 1;              ///< growth rate at a margin of 100 %
    double exit_per_year = 4;               ///< shrinking rate at a margin of -100 %
    ExitKind exit = ExitKind::margin;       ///< streak: by weeks of loss, as DTSE's table has it
    double sell_share = 0.5;                ///< of what is left after the costs, which are always sold for
    double uptime = 1;                      ///< share of its tasks that it passes
    double fake_share = 0;                  ///< share of each commit that is made up; caught by samples, slashed
    bool serves = true;                     ///< false: only proves, never works for buyers
    double outside_usd_per_gpu_hour = 0;    ///< what it could earn elsewhere
    double wash_usd_per_day = 0;            ///< buys and consumes its own service
    WashWhen wash_when = WashWhen::always;  ///< stale: only while the oracle is above the market
};

/// Holders who delegate: as much as the yield above their alternative makes them.
struct Stakers {
    double per_yield = 0;     ///< share of the supply per unit of yearly yield above `free_rate`; 0: nobody delegates
    double free_rate = 0.04;  ///< a year
    double max_share = 0.9;   ///< of the public's tokens
    double adjust_per_day = 0.02;
    double commission = 0.05;  ///< that providers keep
};

/// Holders who trade on value: F = y/(rho M + w), Kalabic et al. 2023 (docs/economist.md derives it).
struct Speculators {
    double reversion_per_year = 0;  ///< share of the pool a year per unit of ln(F/P); 0: there are none
    double momentum = 0;            ///< of the last 30 days' return
    double discount = 0.15;         ///< rho, a year
    double clip = 2;                ///< most |ln(F/P)| that they act on
};

enum class MarketKind : std::uint8_t { cpmm, quantity, flow };

/// Where tokens meet dollars: a constant-product pool, or a market maker who quotes by the quantity theory or by flow.
struct Market {
    MarketKind kind = MarketKind::cpmm;
    double depth_usd = 0;
    Ppb fee{3'000'000};
    double volatility = 0.6;        ///< of holders' trading, per square root of a year
    double market_correlation = 0;  ///< of that trading with the market factor
    double depth_elasticity = 0;    ///< liquidity providers keep dollars ~ price^this; 0: they leave the pool alone
    double holding_days = 30;       ///< of quantity: how long a token is held between uses
    double impact = 1;              ///< of flow: d ln P = impact x net flow / depth
};

/// Between the market and the chain's own rules for prices.
struct Oracle {
    double lag_days = 0;
    double noise = 0;  ///< sd of the logarithm of a report
};

/// The network's own dollars.
struct Treasury {
    Ppb fee{0};                    ///< of what buyers spend, taken in dollars
    double spend_usd_per_day = 0;  ///< out of dollars, else out of tokens that are sold
};

enum class BuybackKind : std::uint8_t { none, fixed, threshold, pid };

/// Dollars of the treasury for tokens. DCBM (Cheng et al., arXiv:2601.09961, eq. 2-3).
struct Buyback {
    BuybackKind kind = BuybackKind::none;
    double share_per_day = 0.01;  ///< of the treasury's dollars, at most
    double threshold = 0.1;       ///< fall below the average that starts it
    double average_days = 30;     ///< of the price that it defends
    double kp = 1, ki = 0.1, kd = 0.1;
    double integral_limit = 5;
    bool burn = true;  ///< else the tokens are the treasury's
};

enum class ShockKind : std::uint8_t {
    price,          ///< holders trade until the price is factor x
    demand,         ///< factor x
    cost,           ///< of all groups or of `group`, factor x
    liquidity,      ///< liquidity providers keep the share `factor`
    oracle_outage,  ///< no report for `days`
    oracle_factor,  ///< reports are factor x the market for `days`
    exit,           ///< the share `factor` of `group` (or of all) leaves at once
    entry,          ///< `devices` appear in `group`, or so many in each; staked where they can
    outside,        ///< of `group` or all: `usd` per GPU-hour elsewhere
    unlock,         ///< the share `factor` of the public's tokens is sold over `days`
    unstake,        ///< the share `factor` of what is delegated begins to unbond
    param           ///< `path` becomes `value`, as a vote would have it
};
struct Shock {
    double at_day = 0;
    ShockKind kind = ShockKind::price;
    double factor = 1;
    double days = 0;
    double usd = 0;
    std::uint64_t devices = 0;
    std::string group;  ///< empty: all
    std::string path, value;
};

/// What counts as a death spiral; SIMULATION §4.
struct Spiral {
    double price_fall = 0.7, capacity_fall = 0.5, demand_fall = 0.5;
    double within_days = 90, recovery_days = 180;
};
/// A bound for a metric: more (or less) than that is a failure.
struct Threshold {
    std::string metric;
    bool above = true;  ///< fails above `value`, else below
    double value = 0;
};
struct Report {
    Spiral spiral;
    std::vector<Threshold> thresholds;  ///< in place of those of kFigures
};

enum class Agents : std::uint8_t { by_class, single };

struct Scenario {
    std::string name;
    TimeMs start;  ///< of the genesis: epoch 0 begins here
    std::uint64_t seed = 1;
    double horizon_days = 365;
    std::uint64_t step_ms = 86'400'000;
    Agents agents = Agents::by_class;  ///< single: every device decides for itself
    bool antithetic = false;           ///< odd runs take the mirrored luck of the even run before
    tokenomics::Params params;
    Initial initial;
    Demand demand;
    Service service;
    std::vector<ProviderGroup> providers;
    Stakers stakers;
    Speculators speculators;
    Market market;
    Oracle oracle;
    Treasury treasury;
    Buyback buyback;
    std::vector<Shock> shocks;
    Report report;

    [[nodiscard]] std::uint64_t epoch_ms() const { return params.epoch.blocks * params.block.time_ms; }
    [[nodiscard]] std::uint64_t steps() const;
    /// initial.price_usd as an oracle would report it.
    [[nodiscard]] Price first_price() const;
};

inline constexpr double kDaysPerYear = 365.25;  ///< rates of behaviour are per such a year
inline constexpr std::uint64_t kMaxSteps = 1'000'000;

/// `source` is a preset, a scenario of the library, a genesis file, a scenario file or a directory with a result;
/// `sets` are "path=value" over it. Everything is checked, and
/// what was left open has its value. Errors: not_found, io_error, json_*, bad_amount, bad_genesis, field_out_of_range,
/// usage (a --set without "="), with file, line and column where a text is to blame.
[[nodiscard]] Result<Scenario> load_scenario(const std::string& source, const std::vector<std::string>& sets = {});
/// The same from a merged document (document.hpp). Errors as above.
[[nodiscard]] Result<Scenario> scenario_of(const json::Value& document);

/// Everything resolved, as the manifest keeps it: this very text is a scenario that gives the same result.
[[nodiscard]] std::string scenario_json(const Scenario& s);

/// Everything that is wrong with a source, as far as it can be told apart; empty where load_scenario takes it.
[[nodiscard]] std::vector<Error> scenario_errors(const std::string& source, const std::vector<std::string>& sets = {});

/// The fields of behaviour for `assay-sim params`: those of tokenomics are list_params's.
struct BehaviourRow {
    std::string path, value, unit, meaning;
    std::string min = {}, max = {};       ///< empty: any
    std::vector<std::string> words = {};  ///< of a choice
};
[[nodiscard]] std::vector<BehaviourRow> list_behaviour(const Scenario& s);
/// Every field with its default, also those that a scenario has only where it says so: "shocks[0].devices".
[[nodiscard]] std::vector<BehaviourRow> list_behaviour_fields();

}  // namespace assay::sim
