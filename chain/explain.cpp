// Answers for people, computed from the records that settled: what to do now, and why somebody was paid what it was.
#include "base/utc.hpp"
#include "chain/exec.hpp"
#include "chain/view.hpp"
#include "proofs/ctx.hpp"

namespace assay::chain {

namespace {

// What a settlement pays, in words.
std::string settled_rule(tokenomics::BurnMode mode, const std::string& burned) {
    switch (mode) {
        case tokenomics::BurnMode::vault:
            return "buyers' work: USD at max(spot, EMA), less bme.vault.settle_spread_ppb, out of the vault";
        case tokenomics::BurnMode::mint_ratio:
            return "buyers' work: bme.payout_ppb of the " + burned + " destroyed for it";
        case tokenomics::BurnMode::destroy:
        case tokenomics::BurnMode::fee_destroy:
            break;
    }
    return "buyers' work: min(USD at max(spot, EMA), bme.payout_ppb of the " + burned + " burned for it)";
}

}  // namespace

std::vector<TaskView> tasks_of(const StateView& state, const Address& provider) {
    std::vector<TaskView> out;
    const ChainState clock = state.chain();
    const auto rules = state.params();
    const auto round = state.round(clock.epoch);
    if (!round) return out;
    const bool started = round->h0_time.value != 0;
    state.each_device(provider, [&](std::uint32_t slot, const Device& d) {
        if (d.active_from > clock.epoch) return true;
        const auto task = [&](const Hash& id, const std::optional<Hash>& order) {
            TaskView t;
            t.task = id;
            t.epoch = clock.epoch;
            t.slot = slot;
            t.device_class = d.device_class;
            t.order = order;
            t.params = class_work(rules.classes[d.device_class]);
            t.h0 = round->h0;
            if (started) {
                t.ctx = proofs::work_ctx(clock.chain_id, t.params, id, clock.epoch, provider, slot, round->h0_beacon);
                t.commit_by = TimeMs{round->h0_time.value + round->rules.window_ms};
            }
            t.committed = state.commit(commit_id(id, provider, slot)).has_value();
            out.push_back(std::move(t));
        };
        task(start_task(clock.epoch), std::nullopt);
        const StateKey prefix = tables::KeyOf(tables::kLeases) | provider | slot;
        state.for_prefix(tables::kLeases, prefix.key, [&](ByteView key, ByteView) {
            const Hash order_id = Hash::from(key.subspan(36));
            const auto o = state.order(order_id);
            if (o && !o->gemm && o->status == OrderStatus::leased && o->lease_from <= clock.epoch &&
                o->units_done < o->units && clock.height + 1 < o->expires)
                task(lease_task(clock.epoch, order_id), order_id);
            return true;
        });
        return true;
    });
    return out;
}

Explanation explain_provider(const StateView& state, const Address& provider, Epoch epoch) {
    Explanation e;
    auto p = state.provider(provider);
    const auto mine = state.provider_epoch(epoch, provider);
    const auto record = state.epoch(epoch);
    const ChainState clock = state.chain();
    const tokenomics::Params rules = state.params();
    const auto tokens = [&](Amount a) {  // sentences are for people
        return format_decimal(a.units, rules.token.decimals) + " " + rules.token.denom;
    };
    if (p) see_grace(state, rules, clock, *p);
    if (!p) {
        e.verdict = "not registered as a provider";
        e.why_not.push_back({"not_registered", "no provider record", "a registration", "assay provider register"});
        return e;
    }
    if (mine) {
        const auto term = [&](const char* name, Amount value, std::string rule) {
            if (value.is_zero()) return;
            e.terms.push_back({name, value, std::move(rule)});
            (void)increase(e.paid, value);
        };
        const std::string weights = record ? "availability pool " + tokens(record->availability) + " x weight " +
                                                 to_digits(mine->passed_weight) + " / " + to_digits(record->paid_weight)
                                           : "";
        term("availability", mine->availability, weights + " plus what the pool carried over, by largest remainder");
        term("settled", mine->settled, settled_rule(rules.bme.mode, tokens(mine->consumed_tokens)));
        term("work_bonus", mine->work_bonus,
             "work pool by consumed credits; with bme.work_bound burned at most work_share_ppb of the tokens burned");
        term("late", mine->late, "reserved at the epoch's end for a verdict that came later");
        term(
            "staking", mine->staking,
            "stakers' pool by min(stake at start, at end)" +
                (mine->delegators.is_zero() ? std::string()
                                            : ", with the commission; its delegators got " + tokens(mine->delegators)));
        e.slashed = mine->slashed;
        e.returned = mine->returned;
        e.locked = mine->locked;
    }
    // Of this epoch alone: a provider's whole history would hold the readers' lock for long.
    const StateKey of_epoch = tables::KeyOf(tables::kProviderCommits) | provider | epoch;
    state.for_prefix(tables::kProviderCommits, of_epoch.key, [&](ByteView key, ByteView) {
        const Hash id = Hash::from(key.subspan(40));
        if (const auto c = state.commit(id)) e.commits.emplace_back(id, *c);
        return true;
    });
    std::size_t open = 0;
    for (const auto& [id, c] : e.commits) open += c.status == CommitStatus::open ? 1 : 0;
    // A record alone says little: whoever has stake has one where stakers are paid.
    const bool judged = mine && mine->passed + mine->failed + mine->absent != 0;
    const std::string counts = judged ? std::to_string(mine->passed) + " passed, " + std::to_string(mine->failed) +
                                            " failed, " + std::to_string(mine->absent) + " absent"
                                      : (e.commits.empty() ? "nothing committed" : "no verdict");
    e.verdict = counts + (open == 0 ? "" : "; " + std::to_string(open) + " committed and not judged yet") +
                (e.slashed.is_zero() ? "" : "; slashed " + tokens(e.slashed)) +
                (e.locked.is_zero() ? "" : "; " + tokens(e.locked) + " of the pay is locked") +
                (e.returned.is_zero() ? "" : "; " + tokens(e.returned) + " came back by appeal");
    for (const auto& [id, c] : e.commits) {
        if (c.status == CommitStatus::failed)
            e.why_not.push_back({"work_failed",
                                 std::to_string(c.bad.size()) + " of " + std::to_string(c.samples) +
                                     " samples wrong in slot " + std::to_string(c.slot),
                                 std::string("every sampled ") +
                                     (proofs::kind_of(c.params) == proofs::WorkKind::gemm ? "sub-tile" : "leaf") +
                                     " equal to its recomputation",
                                 "assay-prover selftest"});
        if (c.status == CommitStatus::absent)
            e.why_not.push_back({"work_absent", "slot " + std::to_string(c.slot) + " was committed and not opened",
                                 "an opening within work.open_blocks",
                                 "assay-prover run (keeps openings over a restart)"});
    }
    // Where it committed nothing at all, that is said below in other words.
    if (const auto round = state.round(epoch); mine && round && epoch < clock.epoch && !round->void_window) {
        std::string slots;
        state.each_device(provider, [&](std::uint32_t slot, const Device& d) {
            if (d.active_from <= epoch && !state.commit(commit_id(start_task(epoch), provider, slot)))
                slots += (slots.empty() ? "" : ",") + std::to_string(slot);
            return true;
        });
        if (!slots.empty())
            e.why_not.push_back({"work_missed", "no commit of slot " + slots, "a commit within work.window_ms of h0",
                                 "assay-prover run --slots " + slots});
    }
    if (p->jailed)
        e.why_not.push_back(
            {"jailed", "jailed until " + format_utc(p->jailed_until), "time and stake >= required", "assay unjail"});
    const Amount need = needed(rules, clock, *p);
    if (backing(rules.stake, *p) < need) {
        const Amount missing = sub_or_zero(need, backing(rules.stake, *p));
        e.why_not.push_back({"stake_below_required", tokens(backing(rules.stake, *p)), tokens(need),
                             "assay stake " + format_decimal(missing.units, rules.token.decimals)});
    }
    if (p->devices == 0)
        e.why_not.push_back({"no_device", "0 devices", "at least one", "assay provider device add --class C --slot 0"});
    bool could = false;
    state.each_device(provider, [&](std::uint32_t, const Device& d) {
        could = could || d.active_from <= epoch;
        return !could;
    });
    if (!mine && could && !p->jailed && backing(rules.stake, *p) >= need && epoch < clock.epoch)
        e.why_not.push_back({"nothing_committed", "no commit in this epoch", "a commit within work.window_ms of h0",
                             "assay-prover run"});
    return e;
}

}  // namespace assay::chain
