// Paying the providers of the epoch that ended last, some in each block: those who worked, then, where stakers are paid
// or requirements rose, all of them. tokenomics/payout.hpp has the arithmetic; here it meets accounts.
//
// Invariants: (1) what an epoch pays is fixed when it ends: weights of its work by its records, which change no more
// but for verdicts that come before their provider's turn and are remembered for it; weights of stake by who catches a
// provider up before its stake or pool changes; (2) an epoch does not end before the last one is paid, so one is paid
// at a time; (3) a block pays at most epoch.payments_per_block records.
#include "chain/exec.hpp"

namespace assay::chain {
namespace {

// Never more than the pool holds.
Amount take(Amount& pool, Amount part) {
    const Amount out = min_of(part, pool);
    pool = sub_or_zero(pool, out);
    return out;
}

// For keys after an address: the address and one byte more is the least of them.
Bytes just_after(Bytes prefix, const std::optional<Address>& a) {
    if (!a) return prefix;
    prefix.insert(prefix.end(), a->bytes.begin(), a->bytes.end());
    prefix.push_back(0);
    return prefix;
}

template <class Record>
std::vector<std::pair<Address, Record>> next_records(Exec& x, std::uint8_t table, const Bytes& prefix,
                                                     std::uint64_t most) {
    std::vector<std::pair<Address, Record>> out;
    if (most == 0) return out;
    const Bytes from = just_after(prefix, x.s.clock().paying.after);
    x.s.for_range(table, prefix, from, [&](ByteView key, ByteView value) {
        auto record = borsh::decode<Record>(value);
        ASSAY_CHECK(record.ok());
        out.emplace_back(Address::from(key.subspan(prefix.size())), *std::move(record));
        return out.size() < most;
    });
    return out;
}

// The stage goes on after these, or is over where there were fewer than were asked for.
template <class Record>
bool advance(Paying& paying, const std::vector<std::pair<Address, Record>>& batch, std::uint64_t& left) {
    const bool more = batch.size() == left;
    left -= batch.size();
    if (more)
        paying.after = batch.back().first;
    else
        paying.after.reset();
    return more;
}

void pay_provider(Exec& x, const Address& a, ProviderEpoch& mine, const tokenomics::ProviderPay& part) {
    Ledger& books = x.s.books();
    mine.work_bonus = take(books.pool_work, part.work);
    mine.availability = take(books.pool_availability, part.availability);
    mine.reserved = take(books.pool_availability, part.reserved);
    (void)increase(books.reserved, mine.reserved);
    auto p = x.s.provider(a);
    ASSAY_CHECK(p.has_value());
    if (const auto total = add(mine.work_bonus, mine.availability); total && !total->is_zero()) {
        ASSAY_CHECK(x.s.pay(a, *total).ok());
        (void)increase(p->earned, *total);
        x.emit("work.paid", {attr("provider", a), attr("amount", *total), attr("availability", mine.availability),
                             attr("work", mine.work_bonus), attr("epoch_number", x.s.clock().paying.epoch.value)});
        lock_reward(x, a, *p, *total, mine);
    }
    const u128 passed = std::exchange(mine.passed_before_pay, 0), lost = std::exchange(mine.lost_before_pay, 0);
    mine.pending_weight += passed + lost;
    settle_reserve(x, a, *p, mine, x.s.clock().paying.epoch, passed, true, {});
    settle_reserve(x, a, *p, mine, x.s.clock().paying.epoch, lost, false, {});
    x.s.put_record(tables::provider(a), *p);
}

void pay_work(Exec& x, std::uint64_t& left) {
    Paying& paying = x.s.clock().paying;
    Bytes prefix;
    tables::append_be(prefix, paying.epoch.value, 8);
    auto batch = next_records<ProviderEpoch>(x, tables::kProviderEpochs, prefix, left);
    std::vector<tokenomics::ProviderWork> works;
    works.reserve(batch.size());
    for (const auto& [a, mine] : batch) works.push_back(work_of(mine));
    tokenomics::PayScratch scratch;
    std::vector<tokenomics::ProviderPay> parts;
    tokenomics::pay_batch(paying.payout, works, scratch, parts);
    for (std::size_t i = 0; i < batch.size(); ++i) {
        auto& [a, mine] = batch[i];
        pay_provider(x, a, mine, parts[i]);
        x.s.put_record(tables::provider_epoch(paying.epoch, a), mine);
    }
    if (!advance(paying, batch, left)) paying.stage = paying.looks_at_all() ? PayingStage::stake : PayingStage::done;
}

// By the parameters of the epoch that is paid: it ended under them, and they may have changed since.
std::optional<tokenomics::Params> params_before(const Exec& x) {
    const Paying& paying = x.s.clock().paying;
    if (!paying.latched) return std::nullopt;
    return x.s.params_at(paying.epoch);
}

bool settle_stake(Exec& x, const Address& a, Provider& p, const std::optional<tokenomics::Params>& before) {
    const Paying& paying = x.s.clock().paying;
    if (!is_due(x.s.clock(), p)) return false;
    p.settled = paying.epoch + 1;
    if (paying.repriced) give_grace(paying, before ? *before : x.rules(), x.rules(), x.s.clock().stake_price, p);
    const Amount own = own_weight(p, paying.epoch);
    auto pool = p.delegated.is_zero() ? std::nullopt : x.s.stake_pool(a);
    const auto weight = pool ? add(own, tokenomics::earning_stake(*pool, paying.epoch)) : Result<Amount>(own);
    if (!weight) return true;
    const Amount part = take(x.s.books().pool_stakers, tokenomics::staking_part(paying.payout, *weight));
    if (part.is_zero()) return true;
    auto mine = provider_epoch_of(x, paying.epoch, a);
    mine.staking = pool ? reward_delegators(x, a, own, *pool, part, mine) : part;
    x.s.put_record(tables::provider_epoch(paying.epoch, a), mine);
    ASSAY_CHECK(x.s.pay(a, mine.staking).ok());
    (void)increase(p.earned, mine.staking);
    x.emit("stake.paid", {attr("provider", a), attr("amount", mine.staking), attr("delegators", mine.delegators),
                          attr("epoch_number", paying.epoch.value)});
    return true;
}

void pay_stake(Exec& x, std::uint64_t& left) {
    Paying& paying = x.s.clock().paying;
    const auto before = params_before(x);
    auto batch = next_records<Provider>(x, tables::kProviders, {}, left);
    for (auto& [a, p] : batch)
        if (settle_stake(x, a, p, before)) x.s.put_record(tables::provider(a), p);
    if (!advance(paying, batch, left)) paying.stage = PayingStage::done;
}

}  // namespace

bool waits_for_pay(const ChainState& clock, Epoch e, const Address& a) {
    const Paying& paying = clock.paying;
    return paying.stage == PayingStage::work && paying.epoch == e && !(paying.after && a <= *paying.after);
}

void settle_reserve(Exec& x, const Address& a, Provider& p, ProviderEpoch& mine, Epoch e, u128 weight, bool passed,
                    const std::optional<Hash>& commit) {
    Ledger& books = x.s.books();
    const Amount part = tokenomics::reserve_part(mine.reserved, mine.pending_weight, weight);
    mine.pending_weight -= std::min(mine.pending_weight, weight);
    if (weight == 0 || part.is_zero()) return;
    mine.reserved = sub_or_zero(mine.reserved, part);
    if (!passed) {
        (void)move(books.reserved, books.pool_availability, part);
        return;
    }
    ASSAY_CHECK(decrease(books.reserved, part).ok());
    ASSAY_CHECK(x.s.pay(a, part).ok());
    (void)increase(mine.late, part);
    (void)increase(p.earned, part);
    std::vector<Attr> attrs{attr("provider", a), attr("amount", part), attr("late", part),
                            attr("epoch_number", e.value)};
    if (commit) attrs.push_back(attr("commit", *commit));
    x.emit("work.paid", std::move(attrs));
    lock_reward(x, a, p, part, mine);
}

bool catch_up(Exec& x, const Address& a, Provider& p) {
    if (!is_due(x.s.clock(), p)) return false;
    const std::uint64_t gas = x.s.gas.used;  // who comes while an epoch is paid pays no more gas than others
    const bool changed = settle_stake(x, a, p, params_before(x));
    x.s.gas.used = gas;
    return changed;
}

std::optional<Provider> provider_now(Exec& x, const Address& a) {
    auto p = x.s.provider(a);
    if (!p || !catch_up(x, a, *p)) return p;
    const std::uint64_t gas = x.s.gas.used;
    x.s.put_record(tables::provider(a), *p);
    x.s.gas.used = gas;
    return p;
}

void pay_out(Exec& x) {
    Paying& paying = x.s.clock().paying;
    std::uint64_t left = x.rules().epoch.payments_per_block;
    while (left > 0 && paying.stage != PayingStage::done) {
        if (paying.stage == PayingStage::work)
            pay_work(x, left);
        else
            pay_stake(x, left);
        if (paying.stage == PayingStage::done) x.emit("epoch.paid", {attr("epoch_number", paying.epoch.value)});
    }
}

}  // namespace assay::chain
