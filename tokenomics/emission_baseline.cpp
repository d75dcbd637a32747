// Filecoin's rule, in its own integers: specs-actors, actors/builtin/reward (reward_logic.go and
// reward_state.go). Numbers are Q.128; theta is the effective network time at which the summed baseline equals the
// summed power, between whole epochs by a straight line.
#include "tokenomics/emission.hpp"
#include "tokenomics/exp_neg.hpp"

namespace assay::tokenomics {
namespace {

constexpr Wide kOne = Wide(1) << 128;

Wide theta_of(const BaselineMemory& m) {
    if (m.effective_time == 0 || m.effective_power == 0) return Wide();
    const u128 missing = m.sum_baseline > m.sum_realised ? m.sum_baseline - m.sum_realised : 0;
    return (Wide(m.effective_time) << 128) - (Wide(missing) << 128) / Wide(m.effective_power);
}

// What the baseline part has minted at theta, Q.128.
Wide minted_at(const BaselineEmission& b, const Wide& theta) {
    const Wide passed = kOne - exp_neg((theta * Wide(b.lambda)) >> 128);
    return Wide(b.baseline.units) * passed;
}

// prev x (1 + growth), floored. False where it passes 2^128.
bool grow(u128& power, u128 growth) {
    const Wide next = Wide(power) + ((Wide(power) * Wide(growth)) >> 128);
    power = next.low128();
    return next.fits128();
}

bool advance(const BaselineEmission& b, BaselineMemory& m, u128 power) {
    if (!grow(m.power, b.power_growth)) return false;
    // Filecoin caps at the baseline of the epoch that ends.
    const u128 counted = power < m.power ? power : m.power;
    if (__builtin_add_overflow(m.sum_realised, counted, &m.sum_realised)) return false;
    // Each turn adds at least the first baseline: as many turns as epochs passed, over all epochs together.
    while (m.sum_realised > m.sum_baseline) {
        if (!grow(m.effective_power, b.power_growth)) return false;
        if (__builtin_add_overflow(m.sum_baseline, m.effective_power, &m.sum_baseline)) return false;
        ++m.effective_time;
    }
    return true;
}

}  // namespace

Result<Emission> baseline_mint(const BaselineEmission& b, Epoch epoch, const EmissionView& view,
                               const EmissionMemory& memory) {
    Emission out{{}, memory};
    if (!advance(b, out.memory.baseline, view.power)) return {Code::overflow, "the network's power passes 2^128 - 1"};
    const Wide simple = (Wide(b.simple.units) * Wide(b.growth) * exp_neg(Wide(epoch.value) * Wide(b.lambda))) >> 128;
    const Wide before = minted_at(b, theta_of(memory.baseline)), after = minted_at(b, theta_of(out.memory.baseline));
    const Wide mint = (simple + (after > before ? after - before : Wide())) >> 128;
    if (!mint.fits128()) return {Code::overflow, "an epoch's mint passes 2^128 - 1"};
    out.mint = Amount{mint.low128()};
    return out;
}

}  // namespace assay::tokenomics
