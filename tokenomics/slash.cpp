#include "tokenomics/slash.hpp"

#include <algorithm>

namespace assay::tokenomics {

Ppb failed_rate(const SlashParams& s, std::uint64_t bad, bool repeat) {
    if (bad == 0) return Ppb{0};
    if (bad >= 3 || repeat) return s.full;
    return bad == 2 ? s.two_bad : s.one_bad;
}

Ppb absent_rate(const SlashParams& s, std::uint64_t absences) {
    if (absences == 0 || s.absent.value == 0) return Ppb{0};
    u128 rate = s.absent.value;  // not zero: it passes any full rate within 64 doublings
    for (std::uint64_t i = 1; i < absences && rate < s.full.value; ++i) rate *= 2;
    return Ppb{static_cast<std::uint64_t>(std::min<u128>(rate, s.full.value))};
}

Result<SlashResult> slash(Amount stake, std::span<const Unbonding> entries, Ppb rate) {
    const auto cut = [&](Amount a) -> Result<Amount> {
        ASSAY_TRY(u128 units, mul_div_ceil(a.units, std::min<std::uint64_t>(rate.value, Ppb::kOne), Ppb::kOne));
        return Amount{units};
    };
    SlashResult out;
    ASSAY_TRY(out.from_stake, cut(stake));
    out.total = out.from_stake;
    for (const Unbonding& u : entries) {
        ASSAY_TRY(Amount part, cut(u.amount));
        out.from_unbonding.push_back(part);
        ASSAY_TRY(out.total, add(out.total, part));
    }
    return out;
}

}  // namespace assay::tokenomics
