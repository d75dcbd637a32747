#include "tokenomics/emission.hpp"

namespace assay::tokenomics {

Result<Amount> scheduled_mint(const EmissionParams& p, Epoch epoch, const EmissionView& view) {
    Amount mint;
    switch (p.kind) {
        case EmissionKind::none:
            break;
        case EmissionKind::step_table:
            mint = step_table_mint(p.steps, epoch);
            break;
        case EmissionKind::geometric: {
            ASSAY_TRY(mint, geometric_mint(p.geometric, epoch));
            break;
        }
    }
    mint = min_of(mint, sub_or_zero(p.total, view.cumulative_scheduled));
    return min_of(mint, sub_or_zero(view.cap, view.supply));
}

}  // namespace assay::tokenomics
