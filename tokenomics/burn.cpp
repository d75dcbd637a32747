#include "tokenomics/burn.hpp"

#include <array>

namespace assay::tokenomics {
namespace {

constexpr std::array<u128, 25> kScales = [] {
    std::array<u128, 25> out{};
    u128 power = 100;
    for (u128& scale : out) {
        scale = power;
        power *= 10;
    }
    return out;
}();

// 10^(decimals + 2): micro-USD of a price in USD x 10^-8 per token.
Result<u128> scale(unsigned decimals) {
    if (decimals > 24) return {Code::overflow, "a token has at most 24 decimals"};
    return kScales[decimals];
}

}  // namespace

Result<Credits> credits_for(Amount burned, Price price, unsigned decimals) {
    ASSAY_TRY(u128 per_token, scale(decimals));
    ASSAY_TRY(u128 v, mul_div(burned.units, price.value, per_token));
    return Credits{v};
}

Result<Amount> burn_for(Credits wanted, Price price, unsigned decimals) {
    if (price.value == 0) return {Code::price_stale, "the price is zero: no burn buys credits at it"};
    ASSAY_TRY(u128 per_token, scale(decimals));
    ASSAY_TRY(u128 v, mul_div_ceil(wanted.units, per_token, price.value));
    return Amount{v};
}

Result<Amount> tokens_worth(Credits credits, Price price, unsigned decimals) {
    if (price.value == 0) return {Code::price_stale, "the price is zero: nothing settles at it"};
    ASSAY_TRY(u128 per_token, scale(decimals));
    ASSAY_TRY(u128 v, mul_div(credits.units, per_token, price.value));
    return Amount{v};
}

Amount carried_by(Credits taken, Credits held, Amount tokens) {
    if (taken.is_zero()) return {};
    if (taken >= held) return tokens;
    const auto part = mul_div(tokens.units, taken.units, held.units);
    return Amount{*part};  // taken < held: below `tokens`
}

Result<Amount> settlement_pay(const BmeParams& bme, Credits consumed, Amount tokens_carried, Price price,
                              unsigned decimals) {
    ASSAY_TRY(Amount bound, share_of(tokens_carried, bme.payout));
    const auto worth = tokens_worth(consumed, price, decimals);
    if (worth) return min_of(*worth, bound);
    if (worth.error().code == Code::overflow && decimals <= 24) return bound;  // worth more than all that there can be
    return worth.error();
}

}  // namespace assay::tokenomics
