#include "tokenomics/sim/quote.hpp"

#include "tokenomics/burn.hpp"

namespace assay::sim {
namespace {

Status settle(const tokenomics::Params& p, Amount supply, Price at, Quote& q) {
    q.settled_at = at;
    ASSAY_TRY(Amount pay, tokenomics::settlement_pay(p.bme, q.credits, q.spent, at, p.token.decimals));
    // As on the chain: minted under the cap, which the purchase has made room under.
    pay = min_of(pay, sub_or_zero(p.token.cap, sub_or_zero(supply, q.destroyed)));
    q.minted = pay;
    q.paid = pay;
    return {};
}

}  // namespace

std::string Quote::supply_change() const {
    const bool less = minted < destroyed;
    const Amount change = less ? sub_or_zero(destroyed, minted) : sub_or_zero(minted, destroyed);
    return (less ? "-" : "") + to_digits(change.units);
}

Result<Quote> quote_burn(const tokenomics::Params& p, Amount supply, Amount offered, Price price,
                         const std::optional<Price>& settle_at) {
    if (offered.is_zero() || offered < p.bme.min_burn)
        return {Code::amount_zero, "--amount is " + to_digits(offered.units) + " base units, bme.min_burn is " +
                                       to_digits(p.bme.min_burn.units)};
    if (offered > supply)
        return {Code::insufficient_funds,
                "--amount is " + to_digits(offered.units) + " base units, the supply is " + to_digits(supply.units)};
    Quote q;
    ASSAY_TRY(q.credits, tokenomics::credits_for(offered, price, p.token.decimals));
    if (q.credits.is_zero())
        return {Code::min_credits_not_met, "--amount buys less than a micro-USD at this price: it would come back"};
    q.spent = q.destroyed = offered;
    if (settle_at) ASSAY_TRY_VOID(settle(p, supply, *settle_at, q));
    return q;
}

Result<Quote> quote_settle(const tokenomics::Params& p, Amount supply, Credits credits, Price price, Price settle_at) {
    if (credits.is_zero()) return {Code::amount_zero, "--amount is zero"};
    Quote q;
    q.credits = credits;
    ASSAY_TRY(q.spent, tokenomics::burn_for(credits, price, p.token.decimals));
    if (q.spent > supply)
        return {Code::insufficient_funds, "credits for --amount take " + to_digits(q.spent.units) +
                                              " base units, the supply is " + to_digits(supply.units)};
    q.destroyed = q.spent;
    ASSAY_TRY_VOID(settle(p, supply, settle_at, q));
    return q;
}

}  // namespace assay::sim
