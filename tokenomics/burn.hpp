// Burning for credits and settling them, in every mode of PROTOCOL §8. The chain, the simulator and `assay-sim quote`
// go through these two, so a mode is one file and no caller knows which it is.
//
//   ASSAY_TRY(Purchase p, purchase(bme, prices, decimals, Amount{1'000'000'000}, {}));       // all of it
//   ASSAY_TRY(Purchase q, purchase(bme, prices, decimals, at_most, Credits{100'000'000}));   // 100 USD, to the cent
//   ASSAY_TRY(Settlement s, settle(bme, prices, decimals, funds, credits, tokens));
//
// Identities: spent = destroyed + vaulted + treasury + validators; of a settlement, paid = minted + from_vault.
#pragma once

#include "tokenomics/price.hpp"

namespace assay::tokenomics {

/// What a burn buys at and what a settlement pays at: each the worse for whoever gains, so that a known price helps
/// nobody.
struct Prices {
    Price burn;    ///< min(spot, EMA - k standard deviations); zero: nothing can be bought
    Price settle;  ///< max(spot, EMA)
};
/// Mode mint_ratio converts at a fixed rate: no price decides anything, and none can be stale.
[[nodiscard]] inline bool needs_price(const BmeParams& bme) {
    return bme.mode != BurnMode::mint_ratio;
}
[[nodiscard]] Prices prices_of(const BmeParams& bme, const PriceState& price);

/// floor(burned x price / 10^(decimals + 2)) micro-USD. Errors: overflow.
[[nodiscard]] Result<Credits> credits_for(Amount burned, Price price, unsigned decimals);
/// floor(credits x 10^(decimals + 2) / price): tokens worth that many micro-USD. Errors: overflow, price_stale.
[[nodiscard]] Result<Amount> tokens_worth(Credits credits, Price price, unsigned decimals);
/// The tokens that go with `taken` of `held` credits: floor(tokens x taken / held), and all of them with the last
/// credit, so that nothing is lost or doubled however often credits are taken. Total.
[[nodiscard]] Amount carried_by(Credits taken, Credits held, Amount tokens);

/// What became of a burn.
struct Purchase {
    Credits credits;
    Amount spent;                 ///< of what was offered; the rest goes back
    Amount carried;               ///< tokens that go with the credits: what later settlements are bounded by
    Amount destroyed, vaulted;    ///< gone, or waiting in the vault
    Amount treasury, validators;  ///< shares of the fee
};
/// Buys with `offered` tokens, or, where `exact` is not zero, just so many credits for no more than `offered`.
/// Errors: min_credits_not_met (it buys nothing, less than bme.min_credits, or `exact` costs more), overflow.
[[nodiscard]] Result<Purchase> purchase(const BmeParams& bme, const Prices& prices, unsigned decimals, Amount offered,
                                        Credits exact);
/// The tokens that a purchase of `exact` credits takes, at least. Errors: as purchase().
[[nodiscard]] Result<Amount> price_of(const BmeParams& bme, const Prices& prices, unsigned decimals, Credits exact);

/// Where a settlement can be paid from.
struct Funds {
    Amount vault;     ///< mode vault: what lies in it
    Amount mintable;  ///< under the cap; in mode vault also under what the epoch may mint
};
/// What the vault of an economy may mint now: min(cap - supply, shortfall_ppb of the supply before this epoch's
/// shortfalls, less those). Total.
[[nodiscard]] Amount vault_mintable(const VaultParams& vault, Amount cap, Amount supply, Amount minted_in_epoch);

/// What became of consumed credits.
struct Settlement {
    Credits credits;            ///< consumed; fewer than asked for only in mode vault, where the funds end
    Amount tokens;              ///< that went with them
    Amount paid;                ///< to the provider
    Amount minted, from_vault;  ///< where it came from
    Amount destroyed;           ///< mode mint_ratio: out of the vault
};
/// Pays for `credits` that `tokens` were burned for. Errors: price_stale, overflow, amount_zero (mode vault: it would
/// pay nothing), cap_reached (mode vault: nothing is left to pay with; it waits).
[[nodiscard]] Result<Settlement> settle(const BmeParams& bme, const Prices& prices, unsigned decimals,
                                        const Funds& funds, Credits credits, Amount tokens);
/// What consumed credits pay in the destroying modes: their USD at the price, but at most payout_ppb of the tokens
/// burned for them, so that burning and settling in one hand never profits. Errors: overflow, price_stale.
[[nodiscard]] Result<Amount> settlement_pay(const BmeParams& bme, Credits consumed, Amount tokens_carried,
                                            Price settle_price, unsigned decimals);

// ---------------------------------------------------------------- one mode each; callers go through the above
[[nodiscard]] Result<Purchase> purchase_destroying(const BmeParams& bme, Price price, unsigned decimals, Amount offered,
                                                   Credits exact);
[[nodiscard]] Result<Settlement> settle_destroying(const BmeParams& bme, Price price, unsigned decimals,
                                                   const Funds& funds, Credits credits, Amount tokens);
[[nodiscard]] Result<Purchase> purchase_vault(const BmeParams& bme, Price price, unsigned decimals, Amount offered,
                                              Credits exact);
[[nodiscard]] Result<Settlement> settle_vault(const BmeParams& bme, Price price, unsigned decimals, const Funds& funds,
                                              Credits credits, Amount tokens);
[[nodiscard]] Result<Purchase> purchase_fixed(const BmeParams& bme, unsigned decimals, Amount offered, Credits exact);
[[nodiscard]] Result<Settlement> settle_fixed(const BmeParams& bme, const Funds& funds, Credits credits, Amount tokens);

/// What the modes share: at `credits` per `tokens`, all that is offered or the fewest tokens for `exact`.
struct Bought {
    Amount spent;
    Credits credits;
};
[[nodiscard]] Result<Bought> buy_at(const BmeParams& bme, u128 credits, u128 tokens, Amount offered, Credits exact);
/// 10^(decimals + 2): a price times an amount, over this, is micro-USD. Errors: overflow above 24 decimals.
[[nodiscard]] Result<u128> per_token(unsigned decimals);

}  // namespace assay::tokenomics
