// CommitWork and OpenWork, and what a verdict does. PROTOCOL §6.
#include <algorithm>

#include "base/sha256.hpp"
#include "chain/exec.hpp"
#include "chain/uptime.hpp"
#include "chain/view.hpp"
#include "proofs/ctx.hpp"
#include "tokenomics/slash.hpp"
#include "tokenomics/stake.hpp"

namespace assay::chain {

Hash start_task(Epoch e) {
    return tagged_hash("assay/task/epoch", borsh::encode(e.value));
}

Hash lease_task(Epoch e, const Hash& order) {
    Bytes data;
    borsh::Writer w(data);
    w.put(e);
    w.put(order);
    return tagged_hash("assay/task/lease", data);
}

proofs::WorkParams class_work(const tokenomics::ClassParams& c) {
    switch (c.work) {
        case tokenomics::ClassWork::gemm:
            return proofs::GemmParams{c.m, c.n, static_cast<std::uint32_t>(c.k)};
        case tokenomics::ClassWork::vram:
            return proofs::VramParams{c.items,
                                      c.lanes,
                                      c.steps,
                                      static_cast<std::uint32_t>(c.leaf_every),
                                      static_cast<std::uint32_t>(c.windows),
                                      static_cast<std::uint32_t>(c.stay)};
        case tokenomics::ClassWork::lanes:
            break;
    }
    return proofs::LanesParams{c.lanes, c.steps, static_cast<std::uint32_t>(c.leaf_every)};
}

ProviderEpoch provider_epoch_of(const Exec& x, Epoch e, const Address& a) {
    auto found = x.s.provider_epoch(e, a);
    return found ? *found : ProviderEpoch{};
}

namespace {

// Which task of this epoch the commit means: the canonical one, or that of a lease on the same slot.
struct Meant {
    std::optional<Hash> order;
    bool known = false;
};
Meant meant_task(Exec& x, const CommitWork& m, const Address& provider) {
    if (m.task == start_task(x.epoch())) return {std::nullopt, true};
    Meant out;
    const StateKey prefix = tables::KeyOf(tables::kLeases) | provider | m.slot;
    x.s.for_prefix(tables::kLeases, prefix.key, [&](ByteView key, ByteView) {
        const Hash order_id = Hash::from(key.subspan(36));
        if (m.task == lease_task(x.epoch(), order_id)) out = {order_id, true};
        return !out.known;
    });
    return out;
}

}  // namespace

Status run(Exec& x, const CommitWork& m) {
    const Address who = m.provider.value_or(x.sender);
    auto p = provider_now(x, who);
    if (!p) return {Code::not_registered, "the sender is not registered as a provider"};
    if (who != x.sender && p->work_key.in_force(x.epoch()) != x.sender)
        return {Code::not_owner, "the sender is not the work key of this provider in this epoch"};
    const Hash id = commit_id(m.task, who, m.slot);
    if (x.s.commit(id))
        return {Code::already_committed, "this task was committed for this slot: a commit is written once"};
    auto d = x.s.device(who, m.slot);
    if (!d) return {Code::unknown_device, "slot " + std::to_string(m.slot) + " has no device"};
    if (d->active_from > x.epoch())
        return {Code::too_early, "the device works from epoch " + std::to_string(d->active_from.value) + " on"};
    auto round = x.s.round(x.epoch());
    if (!round || round->h0_time.value == 0 || x.height() <= round->h0)
        return {Code::too_early, "the epoch's start height has not come"};
    if (x.time().value > round->h0_time.value + round->rules.window_ms)
        return {Code::deadline_passed,
                "the window closed " + std::to_string(x.time().value - round->h0_time.value - round->rules.window_ms) +
                    " ms ago"};
    const Meant meant = meant_task(x, m, who);
    if (!meant.known) return {Code::unknown_task, "task is neither this epoch's nor that of a lease on this slot"};
    if (meant.order) {
        const auto o = x.s.order(*meant.order);
        if (!o || o->gemm || o->status != OrderStatus::leased || o->lease_from > x.epoch() ||
            o->units_done >= o->units || x.height() >= o->expires)
            return {Code::unknown_task, "the lease has no task in this epoch"};
    }
    if (p->jailed) return {Code::jailed, "the provider is jailed"};
    release_what_counts(x, who, *p);
    ASSAY_TRY_VOID(must_have_access(x.rules(), x.s.clock(), *p));
    const auto& c = x.rules().classes[d->device_class];
    ASSAY_TRY(Amount exposure, tokenomics::exposure(c));
    ASSAY_TRY(Amount all, add(p->exposure, exposure));
    const Amount there = backing(x.rules().stake, *p);
    if (there < all)
        return {Code::stake_below_exposure,
                "open commits need " + to_digits(all.units) + " of stake, there are " + to_digits(there.units)};

    Commit k;
    k.task = m.task;
    k.provider = who;
    k.slot = m.slot;
    k.epoch = x.epoch();
    k.order = meant.order;
    k.device_class = d->device_class;
    k.params = class_work(c);
    k.samples = static_cast<std::uint32_t>(x.rules().work.samples);
    k.ctx = proofs::work_ctx(x.s.clock().chain_id, k.params, k.task, k.epoch, k.provider, k.slot, round->h0_beacon);
    k.root = m.root;
    k.worker = p->work_key.in_force(x.epoch());
    k.height = x.height();
    // Scaled access counts in billionths of the class's weight: a small weight has a share too.
    const bool scaled = x.rules().stake.access == tokenomics::AccessMode::scaled;
    const Ppb share = tokenomics::access_share(x.rules().stake, there, required_now(x.rules(), x.s.clock(), *p));
    k.weight = meant.order ? 0 : scaled ? c.weight * share.value : c.weight;
    k.exposure = exposure;
    const auto& slash = x.rules().slash;
    k.rate_one = slash.one_bad, k.rate_two = slash.two_bad, k.rate_full = slash.full, k.rate_absent = slash.absent;

    if (!meant.order) {
        ++round->commits;
        count_missed(x.s, *d, *round);
        d->uptime.note(x.epoch(), true);
        x.s.put_record(tables::device(who, m.slot), *d);
    }
    ++p->open_commits;
    p->exposure = all;
    auto mine = provider_epoch_of(x, x.epoch(), who);
    mine.pending_weight += k.weight;
    x.s.clock().sums.weights.tasks += k.weight;
    mine.required = required_of(x.rules(), x.s.clock().stake_price, *p);
    mine.stake = there;
    // Prepays its opening, which itself travels free in a lane of its own.
    x.s.gas.used += proofs::verify_units(k.params, k.samples) * kGasPerVerifyUnit;

    x.s.put_record(tables::commit(id), k);
    x.s.put(tables::open_commit(k.epoch, id), {});
    x.s.put(tables::provider_commit(who, k.epoch, id), {});
    x.s.put_record(tables::provider(who), *p);
    x.s.put_record(tables::round(k.epoch), *round);
    x.s.put_record(tables::provider_epoch(k.epoch, who), mine);
    x.emit("work.committed", {attr("commit", id), attr("provider", who), attr("slot", std::uint64_t{m.slot}),
                              attr("task", m.task), attr("root", m.root)});
    return {};
}

Status run(Exec& x, const OpenWork& m) {
    auto k = x.s.commit(m.commit);
    if (!k) return {Code::unknown_commit, "commit is not on this chain"};
    if (k->provider != x.sender && k->worker != x.sender)
        return {Code::not_owner, "only the provider opens its commit, and who was its work key then"};
    if (k->status != CommitStatus::open) return {Code::already_decided, "the commit has its verdict"};
    const auto round = x.s.round(k->epoch);
    if (!round || round->challenge.value == 0 || x.height() <= round->challenge)
        return {Code::not_challenged, "the challenge of this commit is not drawn yet"};
    if (round->closed.value != 0)
        return {Code::deadline_passed, "the opening window closed at height " + std::to_string(round->closed.value)};

    const Hash seed = proofs::challenge_seed(round->challenge_beacon, k->root, k->ctx);
    x.verify_units += proofs::verify_units(k->params, k->samples);
    const auto verdict = proofs::verify_opening(k->params, k->ctx, k->root, seed, k->samples, m.opening);
    if (!verdict) return verdict.error();  // malformed: a failed transaction; attempts are counted by the caller
    x.emit("work.opened", {attr("commit", m.commit), attr("provider", k->provider)});
    decide(x, m.commit, *k, verdict->bad.empty() ? CommitStatus::passed : CommitStatus::failed, verdict->bad);
    return {};
}

void decide(Exec& x, const Hash& id, Commit& k, CommitStatus status, std::vector<std::uint64_t> bad) {
    auto p = x.s.provider(k.provider);
    auto d = x.s.slot_record(k.provider, k.slot);  // a device that left meanwhile is judged all the same
    ASSAY_CHECK(p.has_value());
    (void)catch_up(x, k.provider, *p);          // saved below, and before its record of an epoch is read
    const bool in_time = k.epoch == x.epoch();  // its epoch still runs: paid at its end, else from the reserve
    auto mine = provider_epoch_of(x, k.epoch, k.provider);
    auto record = x.s.epoch(k.epoch);
    k.status = status;
    k.decided = x.height();
    k.bad = std::move(bad);

    // What matured before this work began is spendable already, touched or not: no verdict reaches it.
    if (status != CommitStatus::passed) (void)release_due(x, k.provider, *p);
    --p->open_commits;
    p->exposure = sub_or_zero(p->exposure, k.exposure);
    const auto round = x.s.round(k.epoch);
    ASSAY_CHECK(round.has_value());
    const std::uint64_t remembered = std::min<std::uint64_t>(round->rules.memory_tasks, 128);
    const u128 memory = remembered == 0 ? 0 : ~u128{0} >> (128 - remembered);
    std::string reason;
    Ppb rate;
    if (status == CommitStatus::passed) {
        ++p->passed, ++mine.passed;
        if (record) ++record->passed;
    } else if (status == CommitStatus::failed) {
        ++p->failed, ++mine.failed;
        if (record) ++record->failed;
        const bool repeat = d && (d->failed_bits & memory) != 0;
        rate = k.bad.size() >= 3 || repeat ? k.rate_full : k.bad.size() == 2 ? k.rate_two : k.rate_one;
        if (k.bad.size() >= 3 || repeat) {
            p->jailed = true;
            p->jailed_until = TimeMs{x.time().value + round->rules.jail_ms};
            x.emit("provider.jailed", {attr("provider", k.provider), attr("until_ms", p->jailed_until.value)});
        }
        reason = std::to_string(k.bad.size()) + " of " + std::to_string(k.samples) + " samples wrong" +
                 (repeat ? ", repeated" : "");
    } else {
        ++p->absent, ++mine.absent;
        if (record) ++record->absent;
        std::uint64_t absences = 1;
        if (d)
            absences += static_cast<std::uint64_t>(
                __builtin_popcountll(static_cast<std::uint64_t>(d->absent_bits & memory)) +
                __builtin_popcountll(static_cast<std::uint64_t>((d->absent_bits & memory) >> 64)));
        tokenomics::SlashParams agreed = x.rules().slash;
        agreed.absent = k.rate_absent;
        agreed.full = k.rate_full;
        rate = tokenomics::absent_rate(agreed, absences);
        reason = "committed but not opened";
    }
    if (d) {
        ++d->tasks;
        d->failed_bits = d->failed_bits << 1 | (status == CommitStatus::failed ? 1 : 0);
        d->absent_bits = d->absent_bits << 1 | (status == CommitStatus::absent ? 1 : 0);
        x.s.put_record(tables::device(k.provider, k.slot), *d);
    }
    if (record) x.s.put_record(tables::epoch(k.epoch), *record);
    if (rate.value > 0) {
        if (auto taken = slash_provider(x, k.provider, *p, rate, reason)) {
            k.slashed = taken->all;
            (void)increase(mine.slashed, taken->own);
        }
    }
    const bool passed = status == CommitStatus::passed;
    if (in_time) {
        RunningSums& sums = x.s.clock().sums;
        mine.pending_weight -= k.weight;
        if (passed)
            mine.passed_weight += k.weight, sums.passed += k.weight;
        else
            sums.weights.tasks -= k.weight;
    } else if (waits_for_pay(x.s.clock(), k.epoch, k.provider)) {
        mine.pending_weight -= k.weight;
        (passed ? mine.passed_before_pay : mine.lost_before_pay) += k.weight;
    } else {
        settle_reserve(x, k.provider, *p, mine, k.epoch, k.weight, passed, id);
    }
    x.s.put_record(tables::provider_epoch(k.epoch, k.provider), mine);
    x.s.put_record(tables::provider(k.provider), *p);
    x.s.put_record(tables::commit(id), k);
    x.s.erase(tables::open_commit(k.epoch, id));
    static constexpr const char* kWords[] = {"open", "pass", "fail", "absent"};
    x.emit("work.verdict", {attr("commit", id), attr("provider", k.provider), attr("slot", std::uint64_t{k.slot}),
                            attr("verdict", std::string(kWords[static_cast<int>(status)])),
                            attr("bad", std::uint64_t{k.bad.size()}), attr("slashed", k.slashed)});
    if (status == CommitStatus::passed && k.order) settle_unit(x, *k.order, k.provider);
}

}  // namespace assay::chain
