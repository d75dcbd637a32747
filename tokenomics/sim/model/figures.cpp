#include "tokenomics/sim/model/figures.hpp"

#include "tokenomics/sim/scenario_read.hpp"

namespace assay::sim {

const std::array<SeriesInfo, kSeriesCount> kSeries = {{
    {"price_usd", "USD", "of a token in the market"},
    {"supply", "tokens", "genesis + minted - burned"},
    {"circulating", "tokens", "supply less bonds, stakes, delegations, vault and what has not come free"},
    {"minted", "tokens", "since the start: schedule, recycling and settlements"},
    {"burned", "tokens", "since the start"},
    {"demand_usd_per_day", "USD/day", "wanted at the first service price"},
    {"served_usd_per_day", "USD/day", "credits consumed"},
    {"utilisation", "", "share of the capacity in use"},
    {"service_usd_per_gpu_hour", "USD/h", "price of a GPU-hour of multiplier 1"},
    {"devices", "devices", "of all groups"},
    {"staked", "tokens", "providers' own stakes"},
    {"delegated", "tokens", "by the public, to providers"},
    {"margin", "", "(income - cost) / cost, averaged over lead times and devices"},
    {"treasury", "tokens", "in the treasury"},
    {"treasury_usd", "USD", "dollars of the treasury"},
    {"oracle_usd", "USD", "of a token as the chain sees it"},
    {"fundamental_usd", "USD", "y / (rho M + w): burned revenue a year over discounted supply and mint"},
    {"depth_usd", "USD", "dollars in the market"},
    {"vault_ratio", "", "worth of the vault over the credits outstanding; empty in modes without a vault"},
    {"market_cap_usd", "USD", "price x supply"},
}};

// Thresholds are where a chart turns red unless a scenario says its own: defaults for a first look, not law.
const std::array<FigureInfo, kFigureCount> kFigures = {{
    {"final_price_usd", "USD", "price at the end", 0, Fails::never, 0},
    {"final_supply", "tokens", "supply at the end", 0, Fails::never, 0},
    {"minted", "tokens", "over the whole horizon", 0, Fails::never, 0},
    {"burned", "tokens", "over the whole horizon", 0, Fails::never, 0},

    {"value_capture", "", "slope of the change of ln price on the change of ln revenue, sums of 30 days", 1,
     Fails::below, 0},
    {"value_capture_t", "", "that slope over its Newey-West error", 1, Fails::never, 0},
    {"value_capture_r2", "", "of that regression", 1, Fails::never, 0},
    {"value_capture_rank", "", "Spearman's correlation of the two, of windows that do not overlap", 1, Fails::never, 0},
    {"burn_to_mint", "", "burned / minted; of a vault: what went in / what came out and was minted", 1, Fails::below,
     0.25},
    {"crossover_day", "days", "first day at which 90 days burned more than they minted; empty: never", 1, Fails::never,
     0},
    {"premium", "", "price at the end over its fundamental value", 1, Fails::above, 10},
    {"capture_ratio", "", "change of market value over the present value of the revenue", 1, Fails::never, 0},

    {"mean_margin", "", "of providers, over all steps", 2, Fails::below, -0.1},
    {"low_margin", "", "tenth percentile of the providers' margin over time", 2, Fails::never, 0},
    {"underwater", "", "share of device-days at a loss", 2, Fails::above, 0.5},
    {"payback_months", "months", "until a first GPU has earned its hardware and stake; empty: never", 2, Fails::above,
     36},
    {"cohort_ratio", "", "first year's return on hardware and stake: of the last cohort over that of the first", 2,
     Fails::never, 0},
    {"cohort_slope", "1/year", "slope of that return over the year of entry", 2, Fails::never, 0},
    {"reward_gini", "", "Gini of the pay of a unit of work between parties", 2, Fails::above, 0.5},
    {"reward_jain", "", "Jain's index of the same, 1 is equal", 2, Fails::never, 0},
    {"retention_30d", "",
     "devices left 30 days after a fall of the price by a fifth in 30 days; empty: it never fell so", 2, Fails::below,
     0.7},
    {"unmet_demand", "", "share of the wanted GPU-hours that nobody served", 2, Fails::above, 0.2},
    {"income_volatility_usd", "", "sd of the change of ln of a GPU's income in USD from 30 days to the next", 2,
     Fails::never, 0},
    {"income_volatility_tokens", "", "the same in tokens", 2, Fails::never, 0},
    {"mean_utilisation", "", "over all steps", 2, Fails::never, 0},
    {"final_devices", "devices", "at the end", 2, Fails::never, 0},
    {"least_devices", "devices", "at the worst step", 2, Fails::never, 0},
    {"wash_gain", "", "what self-dealing returned over what it spent, less one; empty: nobody did", 2, Fails::above, 0},

    {"stake_gini", "", "of stake over parties", 3, Fails::never, 0},
    {"stake_hhi", "", "sum of squared shares in percent: 10,000 is one party", 3, Fails::above, 2500},
    {"stake_nakamoto_33", "parties", "fewest that hold more than a third of the stake", 3, Fails::below, 4},
    {"stake_nakamoto_50", "parties", "more than half", 3, Fails::never, 0},
    {"stake_nakamoto_67", "parties", "more than two thirds", 3, Fails::never, 0},
    {"stake_theil", "", "of stake over parties", 3, Fails::never, 0},
    {"stake_entropy", "bits", "Shannon's, of the shares", 3, Fails::never, 0},
    {"max_power", "", "share of the largest party", 3, Fails::above, 0.3333333333333333},
    {"insider_supply", "", "share of the supply at the end", 3, Fails::never, 0},
    {"insider_float", "", "share of what circulates at the end", 3, Fails::never, 0},
    {"insider_votes", "", "share of the votes at the end, each party capped as governance caps it", 3, Fails::above,
     0.5},
    {"party_over_third", "", "1: some party held more than a third of the stake at some time", 3, Fails::above, 0.5},

    {"inflation", "1/year", "of the supply, net of burns", 4, Fails::above, 0.15},
    {"float_inflation", "1/year", "of what circulates, unlocks included", 4, Fails::above, 0.5},
    {"unlock_overhang", "", "most that 30 days set free, at the price before, over the 30 days' trade before", 4,
     Fails::above, 1},
    {"volatility", "1/sqrt(year)", "of the price's logarithm", 4, Fails::above, 2},
    {"max_drawdown", "", "deepest fall of the price below an earlier one", 4, Fails::above, 0.8},
    {"time_underwater", "", "share of the time below an earlier price", 4, Fails::never, 0},
    {"expected_shortfall", "", "mean of the worst twentieth of the daily log returns, as a loss", 4, Fails::never, 0},
    {"spiral", "", "1: price, capacity and demand fell together and did not come back", 4, Fails::above, 0.5},
    {"vault_below_warn", "", "1: the vault covered less than the breaker's warning at some time", 4, Fails::above, 0.5},
    {"vault_below_halt", "", "1: less than what halts burning", 4, Fails::above, 0.5},
    {"halted_days", "days", "in which the breaker let nobody burn", 4, Fails::above, 30},
    {"shortfall_mint", "tokens", "most that one step minted for what the vault lacked", 4, Fails::never, 0},
    {"treasury_ruin_day", "days", "first day without means for the spending; empty: none", 4, Fails::never, 0},
    {"service_volatility", "1/sqrt(year)", "of what buyers pay for a GPU-hour", 4, Fails::never, 0},
    {"stale_days", "days", "in which the chain had no price", 4, Fails::above, 7},
    {"slashed", "tokens", "burned out of stakes", 4, Fails::never, 0},
}};

std::vector<std::string> figure_names() {
    std::vector<std::string> out;
    for (const FigureInfo& f : kFigures) out.emplace_back(f.name);
    return out;
}

}  // namespace assay::sim
