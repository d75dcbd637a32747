// The end of an epoch in the order of PROTOCOL §11: price round and verdicts have run in this block before; then mint,
// split and pay, stake, validator set, invariants. The rules are tokenomics::close_epoch; here they meet accounts.
#include <algorithm>

#include "chain/beacon.hpp"
#include "chain/exec.hpp"
#include "tokenomics/epoch.hpp"
#include "tokenomics/split.hpp"

namespace assay::chain {
namespace {

std::vector<tokenomics::ProviderWork> work_of_epoch(Exec& x) {
    std::map<Address, tokenomics::ProviderWork> by_address;
    Bytes prefix;
    tables::append_be(prefix, x.epoch().value, 8);
    x.s.for_prefix(tables::kProviderEpochs, prefix, [&](ByteView key, ByteView value) {
        const Address a = Address::from(key.subspan(8));
        const auto record = borsh::decode<ProviderEpoch>(value);
        ASSAY_CHECK(record.ok());
        tokenomics::ProviderWork w;
        w.provider = a;
        w.passed_weight = record->passed_weight;
        w.pending_weight = record->pending_weight;
        w.consumed = record->consumed;
        w.tokens_carried = record->consumed_tokens;
        w.already_paid = record->settled;
        by_address.emplace(a, w);
        return true;
    });
    if (x.rules().split.stakers.value > 0 || !x.s.books().pool_stakers.is_zero()) {
        x.s.each_provider([&](const Address& a, const Provider& p) {
            auto& w = by_address[a];
            w.provider = a;
            w.stake_at_start = p.stake_epoch == x.epoch() ? p.stake_at_start : p.stake;
            w.stake_at_end = p.stake;
            if (const auto pool = p.delegated.is_zero() ? std::nullopt : x.s.stake_pool(a))
                w.delegated = tokenomics::earning_stake(*pool, x.epoch());
            return true;
        });
    }
    std::vector<tokenomics::ProviderWork> out;
    out.reserve(by_address.size());
    for (auto& [a, w] : by_address) out.push_back(w);
    return out;
}

// Spreads what was reserved for a provider over its commits that still wait for a verdict, by weight.
void reserve_commits(Exec& x, const std::map<Address, Amount>& reserved) {
    std::map<Address, std::vector<Hash>> open;
    x.s.each_open_commit(x.epoch(), [&](const Hash& id) {
        const auto k = x.s.commit(id);
        if (k && k->weight > 0) open[k->provider].push_back(id);
        return true;
    });
    for (const auto& [provider, amount] : reserved) {
        const auto& ids = open[provider];
        std::vector<u128> weights;
        for (const Hash& id : ids) weights.push_back(x.s.commit(id)->weight);
        const auto parts = tokenomics::largest_remainder(amount, weights);
        if (!parts) continue;
        Amount given;
        for (std::size_t i = 0; i < ids.size(); ++i) {
            auto k = *x.s.commit(ids[i]);
            k.reserved = (*parts)[i];
            (void)increase(given, k.reserved);
            x.s.put_record(tables::commit(ids[i]), k);
        }
        (void)move(x.s.books().pool_availability, x.s.books().reserved, given);
    }
}

}  // namespace

void note_requirements(Exec& x, const tokenomics::Params& before, bool latched) {
    ChainState& clock = x.s.clock();
    const Price price_before = clock.stake_price;
    if (x.rules().stake.unit_in == tokenomics::StakeUnit::usd && !clock.price.stale)
        clock.stake_price = tokenomics::ema(clock.price);
    if (!latched && clock.stake_price == price_before) return;
    std::vector<std::pair<Address, Provider>> kept;
    x.s.each_provider([&](const Address& a, const Provider& p) {
        const Amount was = required_of(before, price_before, p);
        if (backing(p) >= was && backing(p) < required_of(x.rules(), clock.stake_price, p)) {
            kept.emplace_back(a, p);
            kept.back().second.kept = was;
            kept.back().second.kept_until = TimeMs{x.time().value + x.rules().stake.grace_ms};
        }
        return true;
    });
    for (const auto& [a, p] : kept) x.s.put_record(tables::provider(a), p);
    x.emit("stake.repriced", {attr("price", clock.stake_price.value), attr("in_grace", std::uint64_t{kept.size()})});
}

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
    in.providers = work_of_epoch(x);
    x.s.each_validator([&](const Address& a, const Validator& v) {
        if (v.power > 0) in.validators.push_back({a, v.power, v.proposed_in_epoch});
        return true;
    });
    const tokenomics::EpochOutput out = tokenomics::close_epoch(x.rules(), in);

    // What was minted enters the pools, then payments leave them.
    (void)increase(books.minted, out.minted);
    (void)increase(books.scheduled, out.minted);
    (void)increase(books.minted, out.recycled);
    (void)increase(books.recycled, out.recycled);
    x.s.clock().recycle_smoothed = out.recycle_smoothed;
    if (remembers) x.s.put_record(tables::global("emission"), out.memory);
    Amount reserved_total;
    std::map<Address, Amount> reserved;
    for (std::size_t i = 0; i < in.providers.size() && i < out.reserved_per_provider.size(); ++i) {
        if (out.reserved_per_provider[i].is_zero()) continue;
        reserved.emplace(in.providers[i].provider, out.reserved_per_provider[i]);
        (void)increase(reserved_total, out.reserved_per_provider[i]);
    }
    books.pool_work = out.pools_after.work;
    books.pool_availability = out.pools_after.availability;
    (void)increase(books.pool_availability, reserved_total);  // moves on to `reserved` commit by commit
    books.pool_stakers = out.pools_after.stakers;
    books.pool_validators = out.pools_after.validators;
    books.treasury = out.pools_after.treasury;
    books.fees = out.fees_left;
    (void)increase(books.burned, out.fees_burned);  // no burn for credits: it is never recycled
    reserve_commits(x, reserved);

    std::size_t at = 0;  // in.providers and the payments to them are in one order
    for (tokenomics::Payment pay : out.payments) {
        const bool to_provider = pay.validation.is_zero();
        if (to_provider) {
            while (in.providers[at].provider != pay.to) ++at;
            auto mine = provider_epoch_of(x, x.epoch(), pay.to);
            pay.staking = reward_delegators(x, in.providers[at], pay.staking, mine);
            mine.work_bonus = pay.work;
            mine.availability = pay.availability;
            mine.staking = pay.staking;
            x.s.put_record(tables::provider_epoch(x.epoch(), pay.to), mine);
        }
        Amount total;
        for (const Amount part : {pay.work, pay.availability, pay.staking, pay.validation}) (void)increase(total, part);
        if (total.is_zero()) continue;
        (void)x.s.pay(pay.to, total);
        if (to_provider) {
            if (auto p = x.s.provider(pay.to)) {
                (void)increase(p->earned, total);
                x.s.put_record(tables::provider(pay.to), *p);
            }
        }
        x.emit("work.paid", {attr("provider", pay.to), attr("amount", total), attr("availability", pay.availability),
                             attr("work", pay.work), attr("staking", pay.staking), attr("validation", pay.validation)});
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
    for (const auto& w : in.providers) record->paid_weight += w.passed_weight;
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
    const tokenomics::Params before = x.rules();
    note_requirements(x, before, latch_params(x));
    x.emit("epoch.closed",
           {attr("epoch_number", x.epoch().value), attr("minted", out.minted), attr("burned", record->burned),
            attr("passed", record->passed), attr("failed", record->failed), attr("absent", record->absent)});

    auto& clock = x.s.clock();
    clock.epoch = clock.epoch + 1;
    clock.epoch_start = x.height() + 1;
    EpochRecord next;
    next.epoch = clock.epoch;
    next.first = clock.epoch_start;
    next.start_time = x.time();
    next.spot = record->spot;
    next.ema = record->ema;
    x.s.put_record(tables::epoch(next.epoch), next);
    open_round(x);
    forget_old_prices(x);
}

}  // namespace assay::chain
