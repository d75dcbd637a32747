// Price rounds: reports become a price, and what was queued before the round opened becomes due: nobody profits from a
// price that was known when the order was given (PROTOCOL §8).
#include "chain/exec.hpp"
#include "tokenomics/burn.hpp"
#include "tokenomics/price.hpp"

namespace assay::chain {
namespace {

// How far the vault covers what its credits are worth, at the price of this round.
void watch_vault(Exec& x) {
    auto& clock = x.s.clock();
    const Ledger& books = x.s.books();
    const auto& rules = x.rules();
    const Credits alive =
        sub_or_zero(sub_or_zero(books.credits_issued, books.credits_consumed), books.credits_refunded);
    const auto before = clock.breaker;
    clock.breaker =
        tokenomics::breaker(rules.bme.vault, before.level, books.vault,
                            tokenomics::prices_of(rules.bme, clock.price).burn, rules.token.decimals, alive);
    if (clock.breaker.level != before.level)
        x.emit("breaker.changed", {attr("level", std::string(tokenomics::word_of(clock.breaker.level))),
                                   attr("ratio_bps", clock.breaker.ratio_bps)});
}

}  // namespace

void close_price_round(Exec& x) {
    const auto& bme = x.rules().bme;
    auto& clock = x.s.clock();
    if (x.height().value % bme.round_blocks != 0) return;
    std::vector<tokenomics::PriceReport> reports;
    std::vector<Address> reporters;
    u128 power = 0;
    x.s.each_validator([&](const Address& a, const Validator& v) {
        power += v.power;
        if (v.report) reporters.push_back(a);
        if (v.report && v.power > 0) reports.push_back({*v.report, v.power});
        return true;
    });
    const bool was_stale = clock.price.stale;
    const auto result = tokenomics::close_round(x.rules().price, clock.price, reports, power, x.height());
    clock.price = result.state;
    clock.round_closed = x.height();
    for (const Address& a : reporters) {
        auto v = x.s.validator(a);
        v->report.reset();
        x.s.put_record(tables::validator(a), *v);
    }
    if (clock.price.stale && !was_stale) x.emit("price.stale", {attr("height", x.height().value)});
    if (result.quorum && !clock.price.stale)
        x.emit("price.updated",
               {attr("price", clock.price.spot.value), attr("ema", tokenomics::ema(clock.price).value)});
    // Without a quorum the price is one that was known when the items were given: they wait for the next round.
    if (tokenomics::needs_price(bme) && (clock.price.stale || !result.quorum)) return;
    if (bme.mode == tokenomics::BurnMode::vault) {
        watch_vault(x);
        const std::uint64_t stretch = tokenomics::blocks_between_rounds(bme.vault, clock.breaker);
        if (x.height().value - clock.queue_moved.value < stretch) return;
    }
    clock.queue_moved = x.height();
    // Due is what was included before this round's blocks began: the round opened after it.
    const std::uint64_t opened = x.height().value - bme.round_blocks;
    std::uint64_t due = clock.queue_due < clock.queue_head ? clock.queue_head : clock.queue_due;
    while (due < clock.queue_tail) {
        const auto raw = x.s.get(tables::queue(due));
        ASSAY_CHECK(raw.has_value());
        const auto item = borsh::decode<QueueItem>(*raw);
        ASSAY_CHECK(item.ok());
        if (item->included.value > opened) break;
        ++due;
    }
    clock.queue_due = due;
}

}  // namespace assay::chain
