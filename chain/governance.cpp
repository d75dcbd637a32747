// Votes as time passes: the tally after a voting, and the boundary at which parameters change. PROTOCOL §13.
//
// Invariants: (1) parameters change in latch_params alone, after an epoch's money is settled and before the next one's
// round opens; (2) a tally counts a bounded number of votes in a block: a vote that is counted leaves the state, so
// that what is left is what comes next; (3) a deposit is in escrow exactly while its proposal is voting or tallying.
#include <algorithm>

#include "chain/appeals.hpp"
#include "chain/exec.hpp"
#include "tokenomics/params_change.hpp"
#include "tokenomics/params_json.hpp"

namespace assay::chain {
namespace {

constexpr std::size_t kVotesPerBlock = 1'000;

void close_proposal(Governance& g, std::uint64_t number) {
    std::erase(g.open, number);
}

u128 part_of(Amount whole, Ppb share) {  // rounded up: a quorum is reached, not nearly reached
    const auto out = mul_div_ceil(whole.units, share.value, Ppb::kOne);
    return out ? *out : ~u128{0};
}

void decide_proposal(Exec& x, Governance& g, std::uint64_t number, ParamProposal& p) {
    const auto& rules = x.rules().governance;
    const bool quorum = !p.total.is_zero() && p.voted.units >= part_of(p.total, rules.quorum);
    const auto sum = add(p.yes, p.no);
    const Amount against = sum ? *sum : Amount::max();
    const bool yes = !p.yes.is_zero() && p.yes.units >= part_of(against, rules.threshold);
    p.status = !quorum ? ProposalStatus::no_quorum : yes ? ProposalStatus::accepted : ProposalStatus::rejected;
    p.decided = x.height();
    // Whoever brought a quorum together asked what was worth asking.
    if (quorum) {
        ASSAY_CHECK(decrease(x.s.books().escrow, p.deposit).ok());
        ASSAY_CHECK(x.s.pay(p.proposer, p.deposit).ok());
    } else {
        ASSAY_CHECK(move(x.s.books().escrow, x.s.books().treasury, p.deposit).ok());
    }
    const Amount returned = quorum ? p.deposit : Amount{};
    p.deposit = {};
    if (p.status == ProposalStatus::accepted)
        p.effective_from = TimeMs{x.time().value + rules.timelock_ms};
    else
        close_proposal(g, number);
    if (p.status != ProposalStatus::accepted && is_appeal(p.changes)) refuse_appeal(x, p.changes);
    x.emit("gov.decided", {attr("proposal", number),
                           attr("result", std::string(!quorum ? "no_quorum"
                                                      : yes   ? "accepted"
                                                              : "rejected")),
                           attr("yes", p.yes), attr("no", p.no), attr("voted", p.voted), attr("total", p.total),
                           attr("proposer", p.proposer), attr("returned", returned),
                           attr("effective_from_ms", p.effective_from.value)});
}

std::string value_of(const std::vector<tokenomics::ParamRow>& rows, const std::string& name) {
    const auto row = std::find_if(rows.begin(), rows.end(), [&](const auto& r) { return r.path == name; });
    return row != rows.end() ? row->value : std::string();
}

}  // namespace

Status check_params_fit(Exec& x, const tokenomics::Params& next) {
    const Amount scheduled = x.s.books().scheduled;
    if (next.emission.total < scheduled)
        return {Code::bad_proposal, "emission.total of " + to_digits(next.emission.total.units) +
                                        " is below what the schedule has minted already, " +
                                        to_digits(scheduled.units)};
    const std::uint32_t products = x.s.clock().gemm_orders;
    if (products > 0 && next.block.max_tx_bytes < tokenomics::kDisputeBytes)
        return {Code::bad_proposal, std::to_string(products) + " orders of products may be disputed, which takes " +
                                        std::to_string(tokenomics::kDisputeBytes) +
                                        " bytes, more than block.max_tx_bytes of " +
                                        std::to_string(next.block.max_tx_bytes)};
    for (std::uint64_t e = x.s.clock().oldest_round.value; e <= x.epoch().value; ++e) {
        const auto r = x.s.round(Epoch{e});
        if (!r) continue;
        if (r->rules.opening_units > next.block.max_verify_units || r->rules.opening_bytes > next.block.max_tx_bytes)
            return {Code::bad_proposal,
                    "an opening of epoch " + std::to_string(e) + " may take " + std::to_string(r->rules.opening_units) +
                        " verify units and " + std::to_string(r->rules.opening_bytes) +
                        " bytes, more than block.max_verify_units of " + std::to_string(next.block.max_verify_units) +
                        " or block.max_tx_bytes of " + std::to_string(next.block.max_tx_bytes)};
    }
    return {};
}

void end_voting(Exec& x) {
    for (const std::uint64_t number : x.s.governance().open) {
        auto p = x.s.proposal(number);
        if (!p || p->status != ProposalStatus::voting || x.time() <= p->voting_until) continue;
        p->status = ProposalStatus::tallying;
        const auto all = add(x.s.books().staked, x.s.books().bonds);
        p->total = all ? *all : Amount::max();
        x.s.put_record(tables::proposal(number), *p);
    }
}

void run_tally(Exec& x) {
    Governance g = x.s.governance();
    if (g.open.empty()) return;
    const std::vector<std::uint64_t> open = g.open;
    std::size_t left = kVotesPerBlock;
    for (const std::uint64_t number : open) {
        auto p = x.s.proposal(number);
        if (!p || p->status != ProposalStatus::tallying) continue;
        const u128 cap = std::max<u128>(part_of(p->total, x.rules().governance.vote_cap), 1);
        std::vector<std::pair<Address, Ballot>> batch;
        Bytes prefix;
        tables::append_be(prefix, number, 8);
        x.s.for_prefix(tables::kVotes, prefix, [&](ByteView key, ByteView value) {
            if (batch.size() == left) return false;
            const auto ballot = borsh::decode<Ballot>(value);
            ASSAY_CHECK(ballot.ok());
            batch.emplace_back(Address::from(key.subspan(8)), *ballot);
            return true;
        });
        for (const auto& [voter, ballot] : batch) {
            const Amount weight = voting_stake(x.s, voter, x.epoch());
            const Amount counted = min_of(weight, Amount{cap});
            (void)increase(p->voted, weight);
            (void)increase(ballot.choice == Choice::yes  ? p->yes
                           : ballot.choice == Choice::no ? p->no
                                                         : p->abstain,
                           counted);
            ++p->votes;
            x.s.erase(tables::vote(number, voter));
        }
        left -= batch.size();
        if (left > 0) {  // all votes of this one are counted
            decide_proposal(x, g, number, *p);
            x.s.put_record(tables::governance(), g);
        }
        x.s.put_record(tables::proposal(number), *p);
        if (left == 0) return;
    }
}

bool latch_params(Exec& x) {
    Governance g = x.s.governance();
    std::vector<std::pair<std::uint64_t, ParamProposal>> due;
    for (const std::uint64_t number : g.open) {
        auto p = x.s.proposal(number);
        if (p && p->status == ProposalStatus::accepted && x.time() >= p->effective_from && !is_appeal(p->changes))
            due.emplace_back(number, *std::move(p));
    }
    if (due.empty()) return false;
    std::stable_sort(due.begin(), due.end(),
                     [](const auto& a, const auto& b) { return a.second.decided < b.second.decided; });
    const Epoch first = x.epoch() + 1;
    bool changed = false;
    for (auto& [number, p] : due) {
        close_proposal(g, number);
        const tokenomics::Params before = x.rules();
        auto next = tokenomics::apply_changes(before, p.changes);
        Status ok = next ? Status() : Status(next.error());
        std::vector<tokenomics::StepWindow> windows;
        if (ok) {
            auto checked = tokenomics::check_steps(before, *next, g.windows, x.time());
            ok = checked ? check_params_fit(x, *next) : Status(checked.error());
            if (checked) windows = *std::move(checked);
        }
        if (ok) {
            const auto rows = tokenomics::list_params(before);
            for (const auto& c : p.changes)
                x.emit("params.changed",
                       {attr("proposal", number), attr("name", c.name), attr("before", value_of(rows, c.name)),
                        attr("after", c.value), attr("from_epoch", first.value)});
            x.s.set_rules(*std::move(next));
            g.windows = std::move(windows);
            p.status = ProposalStatus::applied;
            p.applied = first;
            changed = true;
        } else {
            p.status = ProposalStatus::skipped;
            x.emit("gov.decided", {attr("proposal", number), attr("result", std::string("skipped")),
                                   attr("reason", std::string(ok.error().word()) + ": " + ok.error().message)});
        }
        x.s.put_record(tables::proposal(number), p);
    }
    x.s.put_record(tables::governance(), g);
    if (changed) x.s.put_record(tables::params_from(first), x.rules());
    return changed;
}

void return_appealed(Exec& x) {
    Governance g = x.s.governance();
    const std::vector<std::uint64_t> open = g.open;
    for (const std::uint64_t number : open) {
        auto p = x.s.proposal(number);
        if (!p || p->status != ProposalStatus::accepted || x.time() < p->effective_from || !is_appeal(p->changes))
            continue;
        grant_appeal(x, p->changes);
        close_proposal(g, number);
        p->status = ProposalStatus::applied;
        p->applied = x.epoch();
        x.s.put_record(tables::proposal(number), *p);
        x.s.put_record(tables::governance(), g);
    }
}

}  // namespace assay::chain
