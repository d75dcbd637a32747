#include "tokenomics/breaker.hpp"

#include <algorithm>

#include "base/wide.hpp"
#include "tokenomics/burn.hpp"

namespace assay::tokenomics {

std::string_view word_of(BreakerLevel level) {
    constexpr std::string_view kWords[] = {"healthy", "warned", "halted"};
    return kWords[std::min<std::size_t>(static_cast<std::size_t>(level), 2)];
}

std::optional<std::uint64_t> collateral_ratio(Amount vault, Price price, unsigned decimals, Credits outstanding) {
    if (outstanding.is_zero()) return std::nullopt;
    const auto value = credits_for(vault, price, decimals);
    const auto ratio = value ? mul_div(value->units, 10'000, outstanding.units) : Result<u128>(~u128{0});
    return ratio && *ratio <= ~std::uint64_t{0} ? static_cast<std::uint64_t>(*ratio) : ~std::uint64_t{0};
}

BreakerState breaker(const VaultParams& p, BreakerLevel before, Amount vault, Price price, unsigned decimals,
                     Credits outstanding) {
    const auto ratio = collateral_ratio(vault, price, decimals, outstanding);
    if (!ratio) return {};
    BreakerState out{BreakerLevel::healthy, *ratio};
    if (*ratio <= p.halt_bps || (before == BreakerLevel::halted && *ratio < p.restart_bps))
        out.level = BreakerLevel::halted;
    else if (*ratio <= p.warn_bps)
        out.level = BreakerLevel::warned;
    return out;
}

std::uint64_t blocks_between_rounds(const VaultParams& p, const BreakerState& state) {
    if (state.level == BreakerLevel::healthy) return 0;
    const std::uint64_t below = p.warn_bps > state.ratio_bps ? p.warn_bps - state.ratio_bps : 0;
    constexpr u128 kUnit = u128{1'000'000'000} * 1'000'000'000 * 1'000'000'000;
    const u128 most = u128{p.max_blocks} * kUnit;  // below 2^107
    u128 blocks = std::min(u128{p.min_blocks} * kUnit, most);
    const u128 factor = u128{Ppb::kOne} + p.backoff.value;
    const Wide one(Ppb::kOne);
    for (std::uint64_t n = below / std::max<std::uint64_t>(p.step_bps, 1); n > 0 && blocks < most; --n) {
        const u128 next = ((Wide(blocks) * Wide(factor)) / one).low128();
        if (next <= blocks) break;  // no back-off at all: it would not end the loop either
        blocks = std::min(next, most);
    }
    return static_cast<std::uint64_t>(blocks / kUnit);
}

}  // namespace assay::tokenomics
