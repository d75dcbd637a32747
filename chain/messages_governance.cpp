// Propose and Vote.
#include "chain/appeals.hpp"
#include "chain/exec.hpp"
#include "tokenomics/params_change.hpp"

namespace assay::chain {

Status run(Exec& x, const Propose& m) {
    const auto& rules = x.rules();
    // Paid before it is checked: the checks are those of a whole genesis.
    x.s.gas.used += kGasPropose + kGasProposePerClass * rules.classes.size();
    if (x.s.gas.exhausted())
        return {Code::out_of_gas, "a proposal takes " +
                                      std::to_string(kGasPropose + kGasProposePerClass * rules.classes.size()) +
                                      " gas besides its bytes, reads and writes"};
    Governance g = x.s.governance();
    if (g.open.size() >= rules.governance.max_open)
        return {Code::too_many_proposals, std::to_string(g.open.size()) +
                                              " proposals are open, governance.max_open is " +
                                              std::to_string(rules.governance.max_open)};
    if (m.deposit < rules.governance.deposit_min)
        return {Code::deposit_too_small, "deposit is " + to_digits(m.deposit.units) + ", governance.deposit_min is " +
                                             to_digits(rules.governance.deposit_min.units)};
    const TimeMs until{x.time().value + rules.governance.voting_ms};
    const bool appeal = is_appeal(m.changes);
    if (appeal) {
        ASSAY_TRY_VOID(check_appeal(x.s, m.changes));
    } else {
        ASSAY_TRY(tokenomics::Params next, tokenomics::apply_changes(rules, m.changes));
        // By the windows of the earliest time at which it could take effect.
        const TimeMs soonest{until.value + rules.governance.timelock_ms};
        ASSAY_TRY_VOID(tokenomics::check_steps(rules, next, g.windows, soonest));
        ASSAY_TRY_VOID(check_params_fit(x, next));
    }

    ASSAY_TRY_VOID(x.s.charge(x.sender, m.deposit));
    ASSAY_TRY_VOID(increase(x.s.books().escrow, m.deposit));
    ParamProposal p;
    p.proposer = x.sender;
    p.title = m.title;
    p.changes = m.changes;
    p.deposit = m.deposit;
    p.opened = x.height();
    p.voting_until = until;
    const std::uint64_t number = g.next++;
    if (appeal) open_appeal(x, m.changes, number);
    g.open.push_back(number);
    x.s.put_record(tables::proposal(number), p);
    x.s.put_record(tables::governance(), g);
    x.emit("gov.proposed", {attr("proposal", number), attr("proposer", x.sender), attr("title", m.title),
                            attr("deposit", m.deposit), attr("voting_until_ms", until.value)});
    return {};
}

Status run(Exec& x, const Vote& m) {
    const auto p = x.s.proposal(m.proposal);
    if (!p) return {Code::unknown_proposal, "proposal " + std::to_string(m.proposal) + " is not on this chain"};
    if (p->status != ProposalStatus::voting || x.time() > p->voting_until)
        return {Code::voting_closed, "proposal " + std::to_string(m.proposal) + " took votes until " +
                                         std::to_string(p->voting_until.value) + " ms, the block's time is " +
                                         std::to_string(x.time().value)};
    if (voting_stake(x.s, x.sender, x.epoch()).is_zero())
        return {Code::stake_too_small, "the sender had no stake and no bond when the epoch began"};
    x.s.put_record(tables::vote(m.proposal, x.sender), Ballot{m.choice});
    x.emit("gov.voted",
           {attr("proposal", m.proposal), attr("voter", x.sender), attr("choice", std::string(choice_word(m.choice)))});
    return {};
}

}  // namespace assay::chain
