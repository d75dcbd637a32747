// Parameters and proposals.
#include "base/utc.hpp"
#include "node/json.hpp"
#include "node/views/views.hpp"
#include "tokenomics/params_change.hpp"
#include "tokenomics/params_json.hpp"

namespace assay::node {
namespace {

constexpr std::string_view kStatusWords[] = {"voting",    "tallying", "accepted", "rejected",
                                             "no_quorum", "applied",  "skipped"};
constexpr std::string_view kRuleWords[] = {"open", "monetary", "fixed"};

}  // namespace

std::string_view word_of(chain::ProposalStatus s) {
    return kStatusWords[static_cast<std::size_t>(s)];
}

Json params_json(const tokenomics::Params& params, const std::string& pattern) {
    Json items = Json::array();
    for (const auto& row : tokenomics::list_params(params)) {
        if (!pattern.empty() && row.path.find(pattern) == std::string::npos) continue;
        items.push_back(
            {{"path", row.path},
             {"value", row.value},
             {"unit", row.unit},
             {"min", std::to_string(row.min)},
             {"max", std::to_string(row.max)},
             {"vote", std::string(kRuleWords[static_cast<std::size_t>(tokenomics::rule_of(row.path).rule)])},
             {"meaning", row.meaning}});
    }
    return items;
}

Json proposal_json(const Style& s, const chain::StateView& state, std::uint64_t number, const chain::ParamProposal& p) {
    const auto rows = tokenomics::list_params(state.params());
    Json changes = Json::array();
    for (const auto& c : p.changes) {
        Json now;  // null: a parameter of a class that the proposal appends
        for (const auto& row : rows)
            if (row.path == c.name) now = row.value;
        changes.push_back({{"name", c.name}, {"value", c.value}, {"now", std::move(now)}});
    }
    const bool waits = p.status == chain::ProposalStatus::accepted || p.status == chain::ProposalStatus::applied ||
                       p.status == chain::ProposalStatus::skipped;
    return Json{{"id", number},
                {"title", p.title},
                {"status", std::string(word_of(p.status))},
                {"proposer", s.address(p.proposer)},
                {"opened", p.opened.value},
                {"voting_until", format_utc(p.voting_until)},
                {"effective_from", waits ? Json(format_utc(p.effective_from)) : Json()},
                {"applied", p.status == chain::ProposalStatus::applied ? Json(p.applied.value) : Json()},
                {"decided", p.decided.value == 0 ? Json() : Json(p.decided.value)},
                {"deposit", digits(p.deposit)},
                {"total_stake", digits(p.total)},
                {"voted", digits(p.voted)},
                {"yes", digits(p.yes)},
                {"no", digits(p.no)},
                {"abstain", digits(p.abstain)},
                {"votes", p.votes},
                {"changes", std::move(changes)}};
}

}  // namespace assay::node
