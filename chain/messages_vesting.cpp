// CreateVesting. What becomes of grants is in locked.cpp.
#include "chain/exec.hpp"

namespace assay::chain {

Status run(Exec& x, const CreateVesting& m) {
    const tokenomics::Grant grant{m.amount, m.start, m.cliff, m.end};
    ASSAY_TRY_VOID(tokenomics::check_grant(grant));
    if (m.end <= x.time())
        return {Code::field_out_of_range, "end is " + std::to_string(m.end.value) + " ms, the block's time is " +
                                              std::to_string(x.time().value) + ": nothing would be locked"};
    const auto& rules = x.rules().vesting;
    const std::uint64_t running = x.s.account(m.to).grants;
    if (running >= rules.max_grants)
        return {Code::too_many_grants, "the holder has " + std::to_string(running) +
                                           " grants that run, vesting.max_grants is " +
                                           std::to_string(rules.max_grants)};
    const Amount least = tokenomics::least_grant(rules, running);
    if (m.amount < least)
        return {Code::grant_too_small, "amount is " + to_digits(m.amount.units) + ", the least beside " +
                                           std::to_string(running) + " grants that run is " + to_digits(least.units)};
    ASSAY_TRY_VOID(x.s.charge(x.sender, m.amount));
    const Hash id = grant_id(x.sender, x.nonce, x.message);
    ASSAY_TRY_VOID(add_grant(x.s, m.to, id, grant));
    x.emit("vesting.created",
           {attr("id", id), attr("from", x.sender), attr("holder", m.to), attr("amount", m.amount),
            attr("start_ms", m.start.value), attr("cliff_ms", m.cliff.value), attr("end_ms", m.end.value)});
    return {};
}

}  // namespace assay::chain
