// Transfer and BurnForCredits.
#include "chain/exec.hpp"
#include "tokenomics/burn.hpp"

namespace assay::chain {

Status run(Exec& x, const Transfer& m) {
    Amount total;
    for (const Output& o : m.outputs) {
        if (o.amount.is_zero()) return {Code::amount_zero, "outputs: an amount is zero"};
        ASSAY_TRY_VOID(increase(total, o.amount));
    }
    ASSAY_TRY_VOID(x.s.charge(x.sender, total));
    for (const Output& o : m.outputs) {
        ASSAY_TRY_VOID(x.s.pay(o.to, o.amount));
        std::vector<Attr> attrs;  // not from a list, which would copy each
        attrs.reserve(4);
        attrs.push_back(attr("from", x.sender));
        attrs.push_back(attr("to", o.to));
        attrs.push_back(attr("amount", o.amount));
        if (!o.tag.empty()) attrs.push_back(attr("tag", o.tag));
        x.emit("token.transferred", std::move(attrs));
    }
    return {};
}

Status run(Exec& x, const BurnForCredits& m) {
    if (m.amount.is_zero() || m.amount < x.rules().bme.min_burn)
        return {Code::amount_zero, "amount is below bme.min_burn of " + to_digits(x.rules().bme.min_burn.units)};
    if (x.s.clock().price.stale)
        return {Code::price_stale, "the price is stale: burning waits for a quorum of reports"};
    ASSAY_TRY_VOID(x.s.charge(x.sender, m.amount));
    ASSAY_TRY_VOID(increase(x.s.books().escrow, m.amount));
    const std::uint64_t sequence = x.s.clock().queue_tail++;
    x.s.put_record(tables::queue(sequence), QueueItem{x.height(), QueuedBurn{x.sender, m.amount, m.min_credits}});
    x.emit("credits.queued", {attr("buyer", x.sender), attr("amount", m.amount), attr("sequence", sequence)});
    return {};
}

Result<Amount> take_credits(Exec& x, Account& a, Credits amount) {
    (void)x;
    if (a.credits < amount)
        return {Code::insufficient_credits, "the account has " + to_digits(a.credits.units) +
                                                " micro-USD of credits, needed are " + to_digits(amount.units)};
    if (amount.is_zero()) return Amount{};
    const Amount tokens = tokenomics::carried_by(amount, a.credits, a.credit_tokens);
    ASSAY_TRY_VOID(decrease(a.credits, amount));
    ASSAY_TRY_VOID(decrease(a.credit_tokens, tokens));
    return tokens;
}

}  // namespace assay::chain
