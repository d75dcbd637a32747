#include "tokenomics/stake.hpp"

#include <algorithm>

namespace assay::tokenomics {

Result<Amount> required_per_device(const StakeParams& stake, const ClassParams& c) {
    ASSAY_TRY(u128 units, mul_div_ceil(stake.unit.units, std::max(stake.floor, c.multiplier).value, Ppb::kOne));
    return Amount{units};
}

Result<Requirement> requirement(const Params& params, std::span<const ClassCount> devices) {
    Requirement out;
    const StakeParams& stake = params.stake;
    const auto times = [](auto& sum, auto one, std::uint32_t count) -> Status {
        ASSAY_TRY(auto all, mul_div(one, count, 1));
        ASSAY_TRY(sum, add(sum, all));
        return {};
    };
    for (const ClassCount& d : devices) {
        if (d.device_class >= params.classes.size())
            return {Code::unknown_class, "class index " + std::to_string(d.device_class) + " is not in params.classes"};
        const ClassParams& c = params.classes[d.device_class];
        if (stake.unit_in == StakeUnit::usd) {
            ASSAY_TRY(u128 usd, mul_div_ceil(stake.unit_usd, std::max(stake.floor, c.multiplier).value, Ppb::kOne));
            ASSAY_TRY_VOID(times(out.usd, Credits{usd}, d.count));
        } else {
            ASSAY_TRY(Amount one, required_per_device(stake, c));
            ASSAY_TRY_VOID(times(out.tokens, one, d.count));
        }
        ASSAY_TRY(Amount least, deterrent_stake(params, c));
        ASSAY_TRY_VOID(times(out.least, least, d.count));
    }
    return out;
}

Result<Amount> in_tokens(const Requirement& r, Price price, unsigned decimals) {
    u128 scale = 100;
    for (unsigned i = 0; i < decimals; ++i) scale *= 10;
    ASSAY_TRY(u128 of_usd, mul_div_ceil(r.usd.units, scale, price.value));
    ASSAY_TRY(Amount sum, add(r.tokens, Amount{of_usd}));
    return std::max(sum, r.least);
}

Ppb access_share(const StakeParams& stake, Amount staked, Amount required) {
    if (stake.access == AccessMode::all_or_nothing || staked >= required) return Ppb{Ppb::kOne};
    const std::uint64_t rest = Ppb::kOne - std::min(stake.free_share.value, Ppb::kOne);
    const auto covered = mul_div(rest, staked.units, required.units);  // below rest
    return Ppb{std::min(stake.free_share.value, Ppb::kOne) + (covered ? static_cast<std::uint64_t>(*covered) : 0)};
}

Result<Amount> minimum_stake_per_device(const ClassParams& c) {
    return mul_div(c.cost, 3, 1);
}
namespace {
// The bound 3 x stands for a full rate of 20 %; a lower rate takes as much from a larger stake.
Result<Amount> at_full_rate(const Params& params, Amount least) {
    constexpr std::uint64_t kFullRate = 200'000'000;
    if (params.slash.full.value >= kFullRate) return least;
    return mul_div(least, kFullRate, params.slash.full.value);
}
}  // namespace
Result<Amount> deterrent_stake(const Params& params, const ClassParams& c) {
    ASSAY_TRY(Amount least, minimum_stake_per_device(c));
    return at_full_rate(params, least);
}
Result<Amount> exposure(const ClassParams& c) {
    return minimum_stake_per_device(c);
}
Result<Amount> delivery_exposure(const Params& params, const ClassParams& c, Amount burned) {
    ASSAY_TRY(Amount least, minimum_stake_per_device(c));
    ASSAY_TRY(Amount worth, mul_div(burned, 3, 1));
    ASSAY_TRY(worth, at_full_rate(params, worth));
    return std::max(least, worth);
}

}  // namespace assay::tokenomics
