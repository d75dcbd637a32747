#include <algorithm>
#include <iterator>

#include "tokenomics/emission.hpp"

namespace assay::tokenomics {

Amount step_table_mint(const std::vector<EmissionStep>& steps, Epoch epoch) {
    const auto after = std::upper_bound(steps.begin(), steps.end(), epoch.value,  // ascending
                                        [](std::uint64_t e, const EmissionStep& s) { return e < s.from_epoch; });
    return after == steps.begin() ? Amount{} : std::prev(after)->per_epoch;
}

Result<std::vector<Amount>> step_table_sums(const std::vector<EmissionStep>& steps, std::span<const Epoch> bounds) {
    std::vector<Amount> out(bounds.empty() ? 0 : bounds.size() - 1);
    for (std::size_t k = 0; k < out.size(); ++k)
        for (std::size_t i = 0; i < steps.size(); ++i) {
            const std::uint64_t begin = std::max(bounds[k].value, steps[i].from_epoch);
            const std::uint64_t end =
                i + 1 < steps.size() ? std::min(bounds[k + 1].value, steps[i + 1].from_epoch) : bounds[k + 1].value;
            if (begin >= end) continue;
            ASSAY_TRY(Amount part, mul_div(steps[i].per_epoch, end - begin, 1));
            ASSAY_TRY(out[k], add(out[k], part));
        }
    return out;
}

}  // namespace assay::tokenomics
