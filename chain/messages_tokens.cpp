// Transfer, BurnForCredits and RedeemCredits.
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
    const auto& bme = x.rules().bme;
    if (m.amount.is_zero() || m.amount < bme.min_burn)
        return {Code::amount_zero, "amount is below bme.min_burn of " + to_digits(bme.min_burn.units)};
    if (!m.credits.is_zero() && m.credits.units < bme.min_credits)
        return {Code::amount_zero, "credits is " + to_digits(m.credits.units) + ", below bme.min_credits of " +
                                       to_digits(bme.min_credits)};
    if (!m.credits.is_zero() && !m.min_credits.is_zero())
        return {Code::field_out_of_range, "min_credits is given beside credits, which buys just so many"};
    if (needs_price(bme) && x.s.clock().price.stale)
        return {Code::price_stale, "the price is stale: burning waits for a quorum of reports"};
    const auto& breaker = x.s.clock().breaker;
    if (breaker.level == tokenomics::BreakerLevel::halted)
        return {Code::breaker_halted, "the vault covers " + std::to_string(breaker.ratio_bps) +
                                          " bps of the credits; burning goes on from bme.vault.restart_bps of " +
                                          std::to_string(bme.vault.restart_bps)};
    ASSAY_TRY_VOID(x.s.charge(x.sender, m.amount));
    ASSAY_TRY_VOID(increase(x.s.books().escrow, m.amount));
    const std::uint64_t sequence = x.s.clock().queue_tail++;
    x.s.put_record(tables::queue(sequence),
                   QueueItem{x.height(), 0, QueuedBurn{x.sender, m.amount, m.min_credits, m.credits}});
    x.emit("credits.queued", {attr("buyer", x.sender), attr("amount", m.amount), attr("sequence", sequence)});
    return {};
}

Status run(Exec& x, const RedeemCredits& m) {
    if (x.rules().bme.mode != tokenomics::BurnMode::vault)
        return {Code::not_redeemable, "bme.mode is not vault: what was burned is gone, credits buy work alone"};
    if (m.credits.is_zero()) return {Code::amount_zero, "credits is zero"};
    if (x.s.clock().price.stale)
        return {Code::price_stale, "the price is stale: redeeming waits for a quorum of reports"};
    ASSAY_TRY(const Amount tokens, take_credits(x, x.s.edit(x.sender), m.credits));
    ASSAY_TRY_VOID(move(x.s.books().credits_free, x.s.books().credits_queued, m.credits));
    const std::uint64_t sequence = x.s.clock().queue_tail++;
    x.s.put_record(tables::queue(sequence), QueueItem{x.height(), 0, QueuedRedemption{x.sender, m.credits, tokens}});
    x.emit("credits.queued", {attr("owner", x.sender), attr("credits", m.credits), attr("sequence", sequence)});
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
