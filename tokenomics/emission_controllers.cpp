// Rates that steer towards a share of bonded supply. Both have a floor and a ceiling, and stop at them: a controller
// whose goal is never met must not run away [Livepeer reached 25.6 % a year].
#include <algorithm>

#include "tokenomics/emission.hpp"

namespace assay::tokenomics {
namespace {

constexpr u128 kDec = u128{1'000'000'000} * 1'000'000'000;  // rates of bonded_ratio: 10^-18
constexpr u128 kPpbToDec = 1'000'000'000;
}  // namespace

// First the rate, then the mint (LIP-40).
Result<Emission> signed_step_mint(const SignedStepEmission& s, const EmissionView& view, const EmissionMemory& memory) {
    Emission out{{}, memory};
    u128& rate = out.memory.rate;
    const auto share =
        view.supply.is_zero() ? Result<u128>(u128{0}) : mul_div(view.bonded.units, Ppb::kOne, view.supply.units);
    const bool below = share && *share < s.target.value, above = !share || *share > s.target.value;
    if (below) rate = rate + s.step.value;
    if (above) rate = rate > s.step.value ? rate - s.step.value : 0;
    rate = std::min<u128>(rate, s.max.value);
    ASSAY_TRY(out.mint, mul_div(view.supply, rate, Ppb::kOne));
    return out;
}

// Per epoch: rate += (1 - bonded / goal) x change x length / year, within [min, max]; mint = supply x rate x length /
// year.
Result<Emission> bonded_ratio_mint(const BondedRatioEmission& b, const EmissionView& view,
                                   const EmissionMemory& memory) {
    Emission out{{}, memory};
    const u128 length = view.end.value > view.start.value ? view.end.value - view.start.value : 0;
    const u128 min = b.min.value * kPpbToDec, max = b.max.value * kPpbToDec;
    // bonded / goal; all the supply at most, since only what exists can be bonded.
    u128 bonded = 0;
    if (!view.supply.is_zero()) {
        ASSAY_TRY(bonded, mul_div(min_of(view.bonded, view.supply).units, kDec, view.supply.units));
    }
    ASSAY_TRY(const u128 of_goal, mul_div(bonded, Ppb::kOne, std::max<std::uint64_t>(b.goal.value, 1)));
    const bool up = of_goal < kDec;
    ASSAY_TRY(const u128 a_year, mul_div(up ? kDec - of_goal : of_goal - kDec, b.change.value, Ppb::kOne));
    ASSAY_TRY(const u128 step, mul_div(a_year, length, kYearMs));
    u128& rate = out.memory.rate;
    rate = up ? (step > max || rate > max - step ? max : rate + step) : (rate > step ? rate - step : 0);
    rate = std::clamp(rate, std::min(min, max), max);
    ASSAY_TRY(const Amount provision, mul_div(view.supply, rate, kDec));
    ASSAY_TRY(out.mint, mul_div(provision, length, kYearMs));
    return out;
}

}  // namespace assay::tokenomics
