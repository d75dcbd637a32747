// The end of an epoch in the order of PROTOCOL §11: price round and verdicts have run in this block before; then mint,
// split, validators' pay, validator set, votes and parameters, the next epoch. Providers are paid from here on, some in
// each block (payout.cpp). The rules are tokenomics/epoch.hpp; here they meet accounts.
//
// Invariant: this takes time by validators and open proposals alone, however many providers and stakers there are.
#include <algorithm>

#include "chain/appeals.hpp"
#include "chain/beacon.hpp"
#include "chain/exec.hpp"
#include "tokenomics/epoch.hpp"

namespace assay::chain {
namespace {

// Requirements count at the price of the epoch's end and under parameters that a vote has changed.
void reprice(Exec& x, Paying& paying, bool latched) {
    ChainState& clock = x.s.clock();
    paying.price_before = clock.stake_price;
    if (x.rules().stake.unit_in == tokenomics::StakeUnit::usd && !clock.price.stale)
        clock.stake_price = tokenomics::ema(clock.price);
    paying.latched = latched;
    paying.repriced = latched || clock.stake_price != paying.price_before;
    paying.grace_until = TimeMs{x.time().value + x.rules().stake.grace_ms};
    if (paying.repriced) x.emit("stake.repriced", {attr("price", clock.stake_price.value)});
}

}  // namespace

void end_epoch(Exec& x) {
    Ledger& books = x.s.books();
    auto record = x.s.epoch(x.epoch());
    ASSAY_CHECK(record.has_value());

    tokenomics::EpochInput in;
    in.epoch = x.epoch();
    const Amount created = add(books.genesis, books.minted).ok() ? *add(books.genesis, books.minted) : Amount::max();
    const Amount bonded = add(books.staked, books.bonds).ok() ? *add(books.staked, books.bonds) : Amount::max();
    in.view = {.cumulative_scheduled = books.scheduled,
               .supply = sub_or_zero(created, books.burned),
               .cap = x.rules().token.cap,
               .genesis = books.genesis,
               .bonded = bonded,
               .burned = record->burned,
               .start = record->start_time,
               .end = x.time(),
               .blocks = x.height().value - record->first.value + 1};
    const bool remembers = tokenomics::has_memory(x.rules().emission.kind);
    if (remembers) in.memory = x.s.emission_memory();
    in.pools = {books.pool_work, books.pool_availability, books.pool_stakers, books.pool_validators, books.treasury};
    in.fees = books.fees;
    in.recycle_smoothed = x.s.clock().recycle_smoothed;
    x.s.each_validator([&](const Address& a, const Validator& v) {
        if (v.power > 0) in.validators.push_back({a, v.power, v.proposed_in_epoch});
        return true;
    });
    const RunningSums sums = x.s.clock().sums;
    in.view.settled = sums.burned_for;
    in.view.power = sums.passed;
    tokenomics::EpochOutput out;
    tokenomics::EpochScratch scratch;
    tokenomics::mint_epoch(x.rules(), in, in.view, out);
    Paying paying;
    paying.epoch = x.epoch();
    paying.stage = PayingStage::work;
    paying.payout = tokenomics::open_payout(x.rules(), out, sums.weights);
    paying.commission_floor = x.rules().stake.commission_floor;
    tokenomics::pay_validators(x.rules(), in, out, scratch);

    // What was minted enters the pools, then payments leave them.
    (void)increase(books.minted, out.minted);
    (void)increase(books.scheduled, out.minted);
    (void)increase(books.minted, out.recycled);
    (void)increase(books.recycled, out.recycled);
    x.s.clock().recycle_smoothed = out.recycle_smoothed;
    if (remembers) x.s.put_record(tables::global("emission"), out.memory);
    books.pool_work = out.pools_after.work;
    books.pool_availability = out.pools_after.availability;
    books.pool_stakers = out.pools_after.stakers;
    books.pool_validators = out.pools_after.validators;
    books.treasury = out.pools_after.treasury;
    books.fees = out.fees_left;
    (void)increase(books.burned, out.fees_burned);  // no burn for credits: it is never recycled
    for (const tokenomics::Payment& pay : out.payments) {
        (void)x.s.pay(pay.to, pay.validation);
        x.emit("validator.paid",
               {attr("validator", pay.to), attr("amount", pay.validation), attr("epoch_number", x.epoch().value)});
    }

    record->last = x.height();
    record->minted_schedule = out.minted;
    record->minted_recycled = out.recycled;
    record->work = out.split.work;
    record->availability = out.split.availability;
    record->stakers = out.split.stakers;
    record->validators = out.split.validators;
    record->treasury = out.split.treasury;
    record->fees = in.fees;
    record->fees_burned = out.fees_burned;
    record->paid_weight = sums.passed;
    record->spot = x.s.clock().price.spot;
    record->ema = tokenomics::ema(x.s.clock().price);
    x.s.put_record(tables::epoch(x.epoch()), *record);
    if (!out.minted.is_zero())
        x.emit("token.minted", {attr("amount", out.minted), attr("cause", std::string("schedule"))});
    if (!out.recycled.is_zero())
        x.emit("token.minted", {attr("amount", out.recycled), attr("cause", std::string("recycling"))});

    judge_validators(x, in.view.blocks);
    set_powers(x);
    end_voting(x);
    run_tally(x);
    reprice(x, paying, latch_params(x));
    x.emit("epoch.closed",
           {attr("epoch_number", x.epoch().value), attr("minted", out.minted), attr("burned", record->burned),
            attr("passed", record->passed), attr("failed", record->failed), attr("absent", record->absent)});

    auto& clock = x.s.clock();
    clock.epoch = clock.epoch + 1;
    clock.epoch_start = x.height() + 1;
    clock.paying = std::move(paying);
    clock.sums = {};
    clock.sums.weights.stake = books.staked.units;  // whoever stakes now did so when the epoch began
    EpochRecord next;
    next.epoch = clock.epoch;
    next.first = clock.epoch_start;
    next.start_time = x.time();
    next.spot = record->spot;
    next.ema = record->ema;
    x.s.put_record(tables::epoch(next.epoch), next);
    open_round(x);
    forget_old_prices(x);
    return_appealed(x);
}

}  // namespace assay::chain
