// How far the fast mode may be from the exact one: the mean of a figure over runs differs by at most this share of its
// mean or of its standard deviation, whichever is larger. tests/sim/test_fast.cpp holds scenarios of the library to it.
#pragma once

#include "tokenomics/sim/model/figures.hpp"

namespace assay::sim {

/// Figures that count runs or steps in which something passes a line: a rounding can move one over it.
[[nodiscard]] constexpr double fast_bound(Figure figure) {
    switch (figure) {
        case kSpiral:
        case kInsiderOverThird:
        case kVaultBelowWarn:
        case kVaultBelowHalt:
        case kHaltedDays:
        case kCrossoverDay:
        case kTreasuryRuinDay:
        case kShortfallMint:
        case kStaleDays:
        case kStakeNakamoto33:
        case kStakeNakamoto50:
        case kStakeNakamoto67:
        case kRetention:
            return 0.05;
        case kValueCapture:  // regressions of a year hang on single months
        case kValueCaptureT:
        case kValueCaptureR2:
        case kValueCaptureRank:
            return 0.1;
        default:
            return 0.01;
    }
}
/// The widest of them, which a result states.
inline constexpr double kFastBound = 0.1;

}  // namespace assay::sim
