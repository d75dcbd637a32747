#include "tokenomics/emission.hpp"

namespace assay::tokenomics {

Amount step_table_mint(const std::vector<EmissionStep>& steps, Epoch epoch) {
    Amount mint;
    for (const EmissionStep& s : steps) {  // ascending
        if (s.from_epoch > epoch.value) break;
        mint = s.per_epoch;
    }
    return mint;
}

}  // namespace assay::tokenomics
