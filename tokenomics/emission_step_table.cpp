#include <algorithm>
#include <iterator>

#include "tokenomics/emission.hpp"

namespace assay::tokenomics {

Amount step_table_mint(const std::vector<EmissionStep>& steps, Epoch epoch) {
    const auto after = std::upper_bound(steps.begin(), steps.end(), epoch.value,  // ascending
                                        [](std::uint64_t e, const EmissionStep& s) { return e < s.from_epoch; });
    return after == steps.begin() ? Amount{} : std::prev(after)->per_epoch;
}

Result<Amount> step_table_sum(const std::vector<EmissionStep>& steps, Epoch from, Epoch to) {
    Amount sum;
    for (std::size_t i = 0; i < steps.size(); ++i) {
        const std::uint64_t begin = std::max(from.value, steps[i].from_epoch);
        const std::uint64_t end = i + 1 < steps.size() ? std::min(to.value, steps[i + 1].from_epoch) : to.value;
        if (begin >= end) continue;
        ASSAY_TRY(Amount part, mul_div(steps[i].per_epoch, end - begin, 1));
        ASSAY_TRY(sum, add(sum, part));
    }
    return sum;
}

}  // namespace assay::tokenomics
