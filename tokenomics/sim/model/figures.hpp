// What is looked at: series over time, and figures of a whole run. One table each; a name here is the name in every
// file, option and chart.
//
//   kFigures[kMaxDrawdown].name == "max_drawdown"
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace assay::sim {

/// Over time, in the order of kSeries. At the end of a step.
enum Series : std::size_t {
    kPrice,
    kSupply,
    kCirculating,
    kMinted,
    kBurned,
    kDemand,
    kServed,
    kUtilisation,
    kServicePrice,
    kDevices,
    kStaked,
    kDelegated,
    kMargin,
    kTreasury,
    kTreasuryUsd,
    kOraclePrice,
    kFundamental,
    kDepth,
    kVaultRatio,
    kMarketCap,
    kSeriesCount
};

/// Of a whole run, in the order of kFigures. A figure that has no value in a run (nothing was minted, the price never
/// fell) is not a number there and empty in files: missing, never zero.
enum Figure : std::size_t {
    kFinalPrice,
    kFinalSupply,
    kTotalMinted,
    kTotalBurned,
    // 1: demand carries price
    kValueCapture,
    kValueCaptureT,
    kValueCaptureR2,
    kValueCaptureRank,
    kBurnToMint,
    kCrossoverDay,
    kPremium,
    kCaptureRatio,
    // 2: incentives that last
    kMeanMargin,
    kLowMargin,
    kUnderwater,
    kPaybackMonths,
    kCohortRatio,
    kCohortSlope,
    kRewardGini,
    kRewardJain,
    kRetention,
    kUnmetDemand,
    kIncomeVolatilityUsd,
    kIncomeVolatilityTokens,
    kMeanUtilisation,
    kFinalDevices,
    kLeastDevices,
    kWashGain,
    // 3: no concentration
    kStakeGini,
    kStakeHhi,
    kStakeNakamoto33,
    kStakeNakamoto50,
    kStakeNakamoto67,
    kStakeTheil,
    kStakeEntropy,
    kMaxPower,
    kInsiderSupply,
    kInsiderFloat,
    kInsiderVotes,
    kInsiderOverThird,
    // 4: sane supply and prices
    kInflation,
    kFloatInflation,
    kUnlockOverhang,
    kVolatility,
    kMaxDrawdown,
    kTimeUnderwater,
    kExpectedShortfall,
    kSpiral,
    kVaultBelowWarn,
    kVaultBelowHalt,
    kHaltedDays,
    kShortfallMint,
    kTreasuryRuinDay,
    kServiceVolatility,
    kStaleDays,
    kSlashed,
    kFigureCount
};

enum class Fails : std::uint8_t { never, above, below };

struct SeriesInfo {
    const char* name;
    const char* unit;
    const char* meaning;
};
struct FigureInfo {
    const char* name;
    const char* unit;
    const char* meaning;
    unsigned condition = 0;  ///< of health, 1 to 4; 0: of none
    Fails fails = Fails::never;
    double threshold = 0;  ///< beyond which the run fails
};
extern const std::array<SeriesInfo, kSeriesCount> kSeries;
extern const std::array<FigureInfo, kFigureCount> kFigures;
using Sample = std::array<double, kSeriesCount>;
using Figures = std::array<double, kFigureCount>;

}  // namespace assay::sim
