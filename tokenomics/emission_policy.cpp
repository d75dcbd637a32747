// A level that follows what is burned (RNP-020). With B the mean of burns over a period and B' that of the period
// before, the anchor is B x B/B' x factor. At the end of each period the level is held, or moved by 1 + step x streak:
// up by multiplying, down by dividing. With Render's burns of epochs 1 to 97 it goes 47,435, 43,100, 35,900, 27,600,
// 25,100.
#include <algorithm>

#include "tokenomics/emission.hpp"

namespace assay::tokenomics {
namespace {

Amount saturated(const Result<Amount>& a) {
    return a ? *a : Amount::max();
}

// To the nearest multiple, halves upwards.
Amount rounded(Amount level, Amount unit) {
    if (unit.is_zero()) return level;
    const u128 rest = level.units % unit.units;
    if (rest < unit.units - rest) return Amount{level.units - rest};
    return saturated(add(level, Amount{unit.units - rest}));
}

void decide(const PolicyEmission& p, PolicyMemory& m) {
    const Amount mean{m.burned.units / std::max<std::uint64_t>(p.period, 1)};
    Amount anchor = mean;
    if (!m.mean_before.is_zero()) anchor = saturated(mul_div(mean, mean.units, m.mean_before.units));
    anchor = saturated(share_of(anchor, p.factor));
    const Amount away = m.level > anchor ? sub_or_zero(m.level, anchor) : sub_or_zero(anchor, m.level);
    const bool in_band =
        m.level >= saturated(share_of(anchor, p.low)) && m.level <= saturated(share_of(anchor, p.high));
    const bool near = away <= saturated(share_of(anchor, p.near));
    m.mean_before = mean;
    m.burned = Amount{};
    m.epochs = 0;
    if (in_band || near) {
        m.streak = 0;
        return;
    }
    const std::uint8_t cutting = m.level > anchor ? 1 : 0;
    m.streak = m.streak > 0 && m.cutting == cutting ? std::min(m.streak + 1, p.max_streak) : 1;
    m.cutting = cutting;
    const u128 factor = Ppb::kOne + u128{p.step.value} * m.streak;
    m.level = saturated(cutting != 0 ? mul_div(m.level, Ppb::kOne, factor) : mul_div(m.level, factor, Ppb::kOne));
    m.level = std::clamp(rounded(m.level, p.unit), min_of(p.min, p.max), p.max);
}

}  // namespace

Result<Emission> policy_mint(const PolicyEmission& p, const EmissionView& view, const EmissionMemory& memory) {
    Emission out{memory.policy.level, memory};
    PolicyMemory& m = out.memory.policy;
    m.burned = saturated(add(m.burned, view.burned));
    if (++m.epochs >= p.period) decide(p, m);
    return out;
}

}  // namespace assay::tokenomics
