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

Result<std::vector<Amount>> schedule_sums(const EmissionParams& p, std::span<const Epoch> bounds) {
    switch (p.kind) {
        case EmissionKind::step_table:
            return step_table_sums(p.steps, bounds);
        case EmissionKind::geometric:
            return geometric_sums(p.geometric, bounds);
        case EmissionKind::none:
            break;
    }
    return std::vector<Amount>(bounds.empty() ? 0 : bounds.size() - 1);
}

}  // namespace assay::tokenomics
