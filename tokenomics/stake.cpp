#include "tokenomics/stake.hpp"

#include <algorithm>

namespace assay::tokenomics {

Result<Amount> required_per_device(const StakeParams& stake, const ClassParams& c) {
    ASSAY_TRY(u128 units, mul_div_ceil(stake.unit.units, std::max(stake.floor, c.multiplier).value, Ppb::kOne));
    return Amount{units};
}

Result<Amount> required_stake(const Params& params, std::span<const std::uint32_t> devices) {
    Amount total;
    for (const std::uint32_t index : devices) {
        if (index >= params.classes.size())
            return {Code::unknown_class, "class index " + std::to_string(index) + " is not in params.classes"};
        ASSAY_TRY(Amount one, required_per_device(params.stake, params.classes[index]));
        ASSAY_TRY(total, add(total, one));
    }
    return total;
}

Result<Amount> required_by_class(const Params& params, std::span<const ClassCount> devices) {
    Amount total;
    for (const ClassCount& d : devices) {
        if (d.device_class >= params.classes.size())
            return {Code::unknown_class, "class index " + std::to_string(d.device_class) + " is not in params.classes"};
        ASSAY_TRY(Amount one, required_per_device(params.stake, params.classes[d.device_class]));
        ASSAY_TRY(Amount all, mul_div(one, d.count, 1));
        ASSAY_TRY(total, add(total, all));
    }
    return total;
}

Result<Amount> minimum_stake_per_device(const ClassParams& c) {
    return mul_div(c.cost, 3, 1);
}
Result<Amount> exposure(const ClassParams& c) {
    return minimum_stake_per_device(c);
}

}  // namespace assay::tokenomics
