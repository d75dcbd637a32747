#include <algorithm>
#include <iterator>

#include "tokenomics/emission.hpp"

namespace assay::tokenomics {

Amount step_table_mint(const std::vector<EmissionStep>& steps, Epoch epoch) {
    const auto after = std::upper_bound(steps.begin(), steps.end(), epoch.value,  // ascending
                                        [](std::uint64_t e, const EmissionStep& s) { return e < s.from_epoch; });
    return after == steps.begin() ? Amount{} : std::prev(after)->per_epoch;
}

}  // namespace assay::tokenomics
