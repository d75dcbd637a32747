#include "tokenomics/sim/quote.hpp"

namespace assay::sim {
namespace {

tokenomics::Prices only(Price p) {
    return {p, p};
}

Status settle(const tokenomics::Params& p, Amount supply, Price at, Quote& q) {
    q.settled_at = at;
    const Amount left = sub_or_zero(supply, q.bought.destroyed);
    tokenomics::Funds funds{q.bought.vaulted, sub_or_zero(p.token.cap, left)};
    if (p.bme.mode == tokenomics::BurnMode::vault)
        funds.mintable = tokenomics::vault_mintable(p.bme.vault, p.token.cap, left, {});
    ASSAY_TRY(q.settled,
              tokenomics::settle(p.bme, only(at), p.token.decimals, funds, q.bought.credits, q.bought.carried));
    return {};
}

std::string signed_difference(Amount a, Amount b) {
    return a < b ? "-" + to_digits(b.units - a.units) : to_digits(a.units - b.units);
}

Status within(const Quote& q, Amount supply) {
    if (q.bought.spent <= supply) return {};
    return {Code::insufficient_funds, "the purchase takes " + to_digits(q.bought.spent.units) +
                                          " base units, the supply is " + to_digits(supply.units) + " of them"};
}

}  // namespace

Amount Quote::destroyed() const {
    const auto sum = add(bought.destroyed, settled.destroyed);  // both are parts of one supply
    return sum ? *sum : Amount::max();
}

std::string Quote::supply_change() const {
    return signed_difference(minted(), destroyed());
}

std::string Quote::circulating_change() const {
    // A fee is somebody's still. All of these are parts of one supply.
    const Amount back{settled.paid.units + bought.treasury.units + bought.validators.units};
    return signed_difference(back, bought.spent);
}

Result<Quote> quote_burn(const tokenomics::Params& p, Amount supply, Amount offered, Price price,
                         const std::optional<Price>& settle_at) {
    if (offered.is_zero() || offered < p.bme.min_burn)
        return {Code::amount_zero, "--amount is " + to_digits(offered.units) + " base units, bme.min_burn is " +
                                       to_digits(p.bme.min_burn.units)};
    Quote q;
    ASSAY_TRY(q.bought, tokenomics::purchase(p.bme, only(price), p.token.decimals, offered, {}));
    ASSAY_TRY_VOID(within(q, supply));
    if (settle_at) ASSAY_TRY_VOID(settle(p, supply, *settle_at, q));
    return q;
}

Result<Quote> quote_settle(const tokenomics::Params& p, Amount supply, Credits credits, Price price, Price settle_at) {
    if (credits.is_zero()) return {Code::amount_zero, "--amount is zero"};
    Quote q;
    ASSAY_TRY(q.bought, tokenomics::purchase(p.bme, only(price), p.token.decimals, Amount::max(), credits));
    ASSAY_TRY_VOID(within(q, supply));
    ASSAY_TRY_VOID(settle(p, supply, settle_at, q));
    return q;
}

}  // namespace assay::sim
