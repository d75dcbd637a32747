#include "tokenomics/emission.hpp"

#include "base/wide.hpp"

namespace assay::tokenomics {
namespace {

// supply x rate x length / year, floored once.
Result<Amount> fraction_mint(const FractionEmission& f, const EmissionView& view) {
    const u128 length = view.end.value > view.start.value ? view.end.value - view.start.value : 0;
    return mul_div(view.supply, u128{f.rate.value} * length, u128{Ppb::kOne} * kYearMs);
}

// A kind without memory hands on what it was given: nothing.
Result<Emission> plain(Result<Amount> mint) {
    if (!mint) return mint.error();
    return Emission{*mint, {}};
}

Result<Emission> kind_mint(const EmissionParams& p, Epoch epoch, const EmissionView& view,
                           const EmissionMemory& memory) {
    switch (p.kind) {
        case EmissionKind::none:
            break;
        case EmissionKind::step_table:
            return Emission{step_table_mint(p.steps, epoch), {}};
        case EmissionKind::geometric:
            return plain(geometric_mint(p.geometric, epoch));
        case EmissionKind::halving:
            return plain(halving_mint(p.halving, view));
        case EmissionKind::exp_decay:
            return plain(geometric_mint(as_geometric(p.exp_decay), epoch));
        case EmissionKind::baseline:
            return baseline_mint(p.baseline, epoch, view, memory);
        case EmissionKind::signed_step:
            return signed_step_mint(p.signed_step, view, memory);
        case EmissionKind::bonded_ratio:
            return bonded_ratio_mint(p.bonded_ratio, view, memory);
        case EmissionKind::fraction_of_supply:
            return plain(fraction_mint(p.fraction_of_supply, view));
        case EmissionKind::mint_ratio:
            return plain(share_of(view.settled, p.mint_ratio.ratio));
        case EmissionKind::policy:
            return policy_mint(p.policy, view, memory);
    }
    return Emission{};
}

}  // namespace

bool has_memory(EmissionKind kind) {
    return kind == EmissionKind::baseline || kind == EmissionKind::signed_step || kind == EmissionKind::bonded_ratio ||
           kind == EmissionKind::policy;
}

bool by_epoch_alone(EmissionKind kind) {
    return kind == EmissionKind::none || kind == EmissionKind::step_table || kind == EmissionKind::geometric ||
           kind == EmissionKind::exp_decay;
}

EmissionMemory emission_start(const EmissionParams& p) {
    EmissionMemory m;
    if (p.kind == EmissionKind::signed_step) m.rate = p.signed_step.initial.value;
    if (p.kind == EmissionKind::bonded_ratio) m.rate = u128{p.bonded_ratio.initial.value} * Ppb::kOne;
    if (p.kind == EmissionKind::baseline) {
        // The baseline of the epoch before the first one, so that the first has it whole.
        const Wide growth = (Wide(1) << 128) + Wide(p.baseline.power_growth);
        m.baseline.power = (((Wide(p.baseline.power) << 256) / growth) >> 128).low128();
        m.baseline.effective_power = p.baseline.power;
    }
    if (p.kind == EmissionKind::policy) m.policy.level = p.policy.initial;
    return m;
}

Result<Emission> scheduled_mint(const EmissionParams& p, Epoch epoch, const EmissionView& view,
                                const EmissionMemory& memory) {
    ASSAY_TRY(Emission out, kind_mint(p, epoch, view, memory));
    out.mint = min_of(out.mint, sub_or_zero(p.total, view.cumulative_scheduled));
    out.mint = min_of(out.mint, sub_or_zero(view.cap, view.supply));
    return out;
}

Result<Amount> scheduled_mint(const EmissionParams& p, Epoch epoch, const EmissionView& view) {
    ASSAY_TRY(const Emission out, scheduled_mint(p, epoch, view, emission_start(p)));
    return out.mint;
}

Result<std::vector<Amount>> schedule_sums(const EmissionParams& p, std::span<const Epoch> bounds) {
    switch (p.kind) {
        case EmissionKind::step_table:
            return step_table_sums(p.steps, bounds);
        case EmissionKind::geometric:
            return geometric_sums(p.geometric, bounds);
        case EmissionKind::exp_decay:
            return geometric_sums(as_geometric(p.exp_decay), bounds);
        default:
            return std::vector<Amount>(bounds.empty() ? 0 : bounds.size() - 1);
    }
}

}  // namespace assay::tokenomics
