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

Result<Amount> schedule_sum(const EmissionParams& p, Epoch from, Epoch to) {
    switch (p.kind) {
        case EmissionKind::step_table:
            return step_table_sum(p.steps, from, to);
        case EmissionKind::geometric:
            return geometric_sum(p.geometric, from, to);
        case EmissionKind::none:
            break;
    }
    return Amount{};
}

}  // namespace assay::tokenomics
