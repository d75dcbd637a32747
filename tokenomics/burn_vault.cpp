// The vault of AEP-76: burned tokens wait in it and pay for what their credits buy; what it lacks is minted, within
// bounds, and what it has left over stays.
#include "tokenomics/burn.hpp"

namespace assay::tokenomics {

Result<Purchase> purchase_vault(const BmeParams& bme, Price price, unsigned decimals, Amount offered, Credits exact) {
    ASSAY_TRY(u128 scale, per_token(decimals));
    const u128 kept = Ppb::kOne - bme.vault.spread.value;  // one floor over price and spread together
    ASSAY_TRY(const Bought b, buy_at(bme, price.value * kept, scale * Ppb::kOne, offered, exact));
    Purchase out;
    out.credits = b.credits;
    out.spent = out.carried = out.vaulted = b.spent;
    return out;
}

Amount vault_mintable(const VaultParams& vault, Amount cap, Amount supply, Amount minted_in_epoch) {
    const auto bound = share_of(sub_or_zero(supply, minted_in_epoch), vault.shortfall);
    return bound ? min_of(sub_or_zero(cap, supply), sub_or_zero(*bound, minted_in_epoch)) : Amount{};
}

Result<Settlement> settle_vault(const BmeParams& bme, Price price, unsigned decimals, const Funds& funds,
                                Credits credits, Amount tokens) {
    if (price.value == 0) return {Code::price_stale, "the price is zero: nothing settles at it"};
    ASSAY_TRY(u128 scale, per_token(decimals));
    const u128 kept = Ppb::kOne - bme.vault.settle_spread.value;
    const auto due = mul_div(credits.units, scale * kept, u128{price.value} * Ppb::kOne);
    const Amount worth{due ? *due : ~u128{0}};  // worth more than all that there can be: all there is
    if (worth.is_zero())
        return {Code::amount_zero, to_digits(credits.units) + " micro-USD of credits pay less than one base unit"};
    const auto funded = add(funds.vault, funds.mintable);
    Settlement out;
    out.paid = funded ? min_of(worth, *funded) : worth;
    if (out.paid.is_zero()) return {Code::cap_reached, "the vault is empty and nothing may be minted now"};
    ASSAY_TRY(out.credits.units, mul_div_ceil(credits.units, out.paid.units, worth.units));
    out.tokens = carried_by(out.credits, credits, tokens);
    out.from_vault = min_of(out.paid, funds.vault);
    out.minted = sub_or_zero(out.paid, out.from_vault);
    return out;
}

}  // namespace assay::tokenomics
