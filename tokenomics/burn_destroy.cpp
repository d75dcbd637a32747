// Burned tokens are gone; in mode fee_destroy a share of them is a fee (Render). Settlements mint.
#include "tokenomics/burn.hpp"

namespace assay::tokenomics {

Result<Purchase> purchase_destroying(const BmeParams& bme, Price price, unsigned decimals, Amount offered,
                                     Credits exact) {
    ASSAY_TRY(u128 scale, per_token(decimals));
    ASSAY_TRY(const Bought b, buy_at(bme, price.value, scale, offered, exact));
    Purchase out;
    out.credits = b.credits;
    out.spent = b.spent;
    Amount fee;
    if (bme.mode == BurnMode::fee_destroy) {
        const BurnFeeParams& f = bme.fee_destroy;
        ASSAY_TRY(fee, share_of(b.spent, f.fee));
        ASSAY_TRY(out.validators, share_of(fee, f.executor));
        ASSAY_TRY(Amount burned, share_of(sub_or_zero(fee, out.validators), f.burn));
        out.treasury = sub_or_zero(sub_or_zero(fee, out.validators), burned);
    }
    out.destroyed = sub_or_zero(sub_or_zero(b.spent, out.validators), out.treasury);
    out.carried = out.destroyed;  // a fee is not burned for anybody: nothing comes back for it
    return out;
}

Result<Amount> settlement_pay(const BmeParams& bme, Credits consumed, Amount tokens_carried, Price price,
                              unsigned decimals) {
    ASSAY_TRY(Amount bound, share_of(tokens_carried, bme.payout));
    const auto worth = tokens_worth(consumed, price, decimals);
    if (worth) return min_of(*worth, bound);
    if (worth.error().code == Code::overflow && decimals <= 24) return bound;  // worth more than all that there can be
    return worth.error();
}

Result<Settlement> settle_destroying(const BmeParams& bme, Price price, unsigned decimals, const Funds& funds,
                                     Credits credits, Amount tokens) {
    ASSAY_TRY(const Amount pay, settlement_pay(bme, credits, tokens, price, decimals));
    Settlement out;
    out.credits = credits;
    out.tokens = tokens;
    out.paid = out.minted = min_of(pay, funds.mintable);
    return out;
}

}  // namespace assay::tokenomics
