#include "tokenomics/burn.hpp"

namespace assay::tokenomics {
namespace {

u128 scale(unsigned decimals) {
    u128 out = 100;
    for (unsigned i = 0; i < decimals; ++i) out *= 10;  // decimals <= 24: below 2^87
    return out;
}

}  // namespace

Result<Credits> credits_for(Amount burned, Price price, unsigned decimals) {
    ASSAY_TRY(u128 v, mul_div(burned.units, price.value, scale(decimals)));
    return Credits{v};
}

Result<Amount> burn_for(Credits wanted, Price price, unsigned decimals) {
    ASSAY_TRY(u128 v, mul_div_ceil(wanted.units, scale(decimals), price.value));
    return Amount{v};
}

Result<Amount> tokens_worth(Credits credits, Price price, unsigned decimals) {
    ASSAY_TRY(u128 v, mul_div(credits.units, scale(decimals), price.value));
    return Amount{v};
}

Result<Amount> settlement_pay(const BmeParams& bme, Credits consumed, Amount tokens_carried, Price price,
                              unsigned decimals) {
    ASSAY_TRY(Amount bound, share_of(tokens_carried, bme.payout));
    const auto worth = tokens_worth(consumed, price, decimals);
    return worth ? min_of(*worth, bound) : bound;  // worth more than 2^128 - 1 units: the bound is what counts
}

}  // namespace assay::tokenomics
