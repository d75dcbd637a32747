// Burning for credits and settling them, mode `destroy`. PROTOCOL §8.
#pragma once

#include "tokenomics/params.hpp"

namespace assay::tokenomics {

/// floor(burned x price / 10^(decimals + 2)) micro-USD. Errors: overflow.
[[nodiscard]] Result<Credits> credits_for(Amount burned, Price price, unsigned decimals);
/// The fewest tokens that buy `wanted`: the payer pays the ceiling. Errors: overflow, price_stale (a price of zero).
[[nodiscard]] Result<Amount> burn_for(Credits wanted, Price price, unsigned decimals);
/// floor(credits x 10^(decimals + 2) / price): tokens worth that many micro-USD. Errors: overflow, price_stale.
[[nodiscard]] Result<Amount> tokens_worth(Credits credits, Price price, unsigned decimals);
/// The tokens that go with `taken` of `held` credits: floor(tokens x taken / held), and all of them with the last
/// credit, so that nothing is lost or doubled however often credits are taken. Total.
[[nodiscard]] Amount carried_by(Credits taken, Credits held, Amount tokens);
/// What consumed credits pay: their USD at the price, but at most payout_ppb of the tokens burned for them, so that
/// burning and settling in one hand never profits. Errors: overflow, price_stale.
[[nodiscard]] Result<Amount> settlement_pay(const BmeParams& bme, Credits consumed, Amount tokens_carried,
                                            Price settle_price, unsigned decimals);
/// A burn gets the worse of spot and average, a settlement the worse for its payee: a known price helps nobody.
[[nodiscard]] inline Price burn_price(Price spot, Price ema) {
    return spot < ema ? spot : ema;
}
[[nodiscard]] inline Price settle_price(Price spot, Price ema) {
    return spot < ema ? ema : spot;
}

}  // namespace assay::tokenomics
