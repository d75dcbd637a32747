// Slashes that are held for appeal: what a verdict took waits for slash.hold_ms, and burns then unless a vote gives it
// back. An appeal is a proposal whose changes are named "appeal:N" with the value "return", N the slash's number.
//
// Invariants: (1) `held_slashes` of the ledger is the sum over the records; (2) a record leaves once, burned or given
// back; (3) it has an entry by its due time, unless that has passed while an appeal was undecided.
#include <algorithm>

#include "chain/appeals.hpp"
#include "chain/exec.hpp"

namespace assay::chain {
namespace {

constexpr std::string_view kAppeal = "appeal:";
constexpr std::size_t kBurnsPerBlock = 500;

// "appeal:17" -> 17, in its one spelling.
std::optional<std::uint64_t> number_in(std::string_view name) {
    if (!name.starts_with(kAppeal)) return std::nullopt;
    const std::string_view digits = name.substr(kAppeal.size());
    if (digits.empty() || digits.size() > 19 || (digits.size() > 1 && digits[0] == '0')) return std::nullopt;
    std::uint64_t out = 0;
    for (const char c : digits) {
        if (c < '0' || c > '9') return std::nullopt;
        out = out * 10 + static_cast<std::uint64_t>(c - '0');
    }
    return out;
}

bool is_undecided(const StateView& s, std::uint64_t proposal) {
    const auto p = proposal == 0 ? std::nullopt : s.proposal(proposal);
    return p && (p->status == ProposalStatus::voting || p->status == ProposalStatus::tallying ||
                 p->status == ProposalStatus::accepted);
}

void burn_held(Exec& x, std::uint64_t number, const HeldSlash& h) {
    ASSAY_CHECK(decrease(x.s.books().held_slashes, h.amount).ok());
    ASSAY_CHECK(increase(x.s.books().burned, h.amount).ok());
    x.s.erase(tables::held_slash(number));
    x.emit("slash.burned", {attr("slash", number), attr("provider", h.provider), attr("amount", h.amount)});
}

// Back into the stake that it came from, wherever in it: what was on its way out has its time before it again, so that
// nothing that a slash could still reach comes free sooner than it would have.
void give_back(Exec& x, std::uint64_t number, const HeldSlash& h) {
    auto p = provider_now(x, h.provider);
    ASSAY_CHECK(p.has_value());
    const auto stake = add(p->stake, h.amount);
    ASSAY_CHECK(stake.ok());
    set_stake(x, *p, *stake);
    ASSAY_CHECK(increase(p->returned, h.amount).ok());
    ASSAY_CHECK(move(x.s.books().held_slashes, x.s.books().staked, h.amount).ok());
    auto mine = provider_epoch_of(x, x.epoch(), h.provider);
    ASSAY_CHECK(increase(mine.returned, h.amount).ok());
    x.s.put_record(tables::provider_epoch(x.epoch(), h.provider), mine);
    x.s.put_record(tables::provider(h.provider), *p);
    x.s.erase(tables::held_slash(number));
    if (x.s.get(tables::held_due(h.due, number))) x.s.erase(tables::held_due(h.due, number));
    x.emit("slash.returned", {attr("slash", number), attr("provider", h.provider), attr("amount", h.amount)});
}

}  // namespace

bool is_appeal(const std::vector<tokenomics::ParamChange>& changes) {
    return std::any_of(changes.begin(), changes.end(), [](const auto& c) { return c.name.starts_with(kAppeal); });
}

Status check_appeal(const StateView& s, const std::vector<tokenomics::ParamChange>& changes) {
    for (std::size_t i = 0; i < changes.size(); ++i) {
        const auto& c = changes[i];
        const auto number = number_in(c.name);
        if (!number || c.value != "return")
            return {Code::bad_proposal,
                    c.name + " = " + c.value + ": an appeal names slashes alone, as appeal:N with the value return"};
        for (std::size_t j = 0; j < i; ++j)
            if (changes[j].name == c.name) return {Code::bad_proposal, c.name + " stands twice"};
        const auto h = s.held_slash(*number);
        if (!h) return {Code::bad_proposal, "slash " + std::to_string(*number) + " is not held"};
        if (h->appeal != 0)
            return {Code::bad_proposal, "proposal " + std::to_string(h->appeal) + " asks for slash " +
                                            std::to_string(*number) + " already: there is one appeal for each"};
    }
    return {};
}

void open_appeal(Exec& x, const std::vector<tokenomics::ParamChange>& changes, std::uint64_t proposal) {
    for (const auto& c : changes) {
        const auto number = number_in(c.name);
        auto h = x.s.held_slash(*number);
        h->appeal = proposal;
        x.s.put_record(tables::held_slash(*number), *h);
    }
}

void grant_appeal(Exec& x, const std::vector<tokenomics::ParamChange>& changes) {
    for (const auto& c : changes) {
        const auto number = number_in(c.name);
        if (const auto h = x.s.held_slash(*number)) give_back(x, *number, *h);
    }
}

void refuse_appeal(Exec& x, const std::vector<tokenomics::ParamChange>& changes) {
    for (const auto& c : changes) {
        const auto number = number_in(c.name);
        const auto h = x.s.held_slash(*number);
        if (h && !x.s.get(tables::held_due(h->due, *number))) burn_held(x, *number, *h);
    }
}

Status hold_slash(Exec& x, const Address& provider, Amount amount) {
    if (amount.is_zero()) return {};
    ASSAY_TRY_VOID(increase(x.s.books().held_slashes, amount));
    HeldSlash h;
    h.provider = provider;
    h.amount = amount;
    h.height = x.height();
    h.due = TimeMs{x.time().value + x.rules().slash.hold_ms};
    const std::uint64_t number = x.s.clock().next_slash++;
    x.s.put_record(tables::held_slash(number), h);
    x.s.put(tables::held_due(h.due, number), {});
    x.emit("slash.held",
           {attr("slash", number), attr("provider", provider), attr("amount", amount), attr("due_ms", h.due.value)});
    return {};
}

void burn_due_slashes(Exec& x) {
    std::vector<std::pair<StateKey, std::uint64_t>> due;
    x.s.for_prefix(tables::kHeldDue, {}, [&](ByteView key, ByteView) {
        if (tables::read_be(key, 0, 8) > x.time().value || due.size() == kBurnsPerBlock) return false;
        due.emplace_back(StateKey{tables::kHeldDue, Bytes(key.begin(), key.end())}, tables::read_be(key, 8, 8));
        return true;
    });
    for (const auto& [key, number] : due) {
        x.s.erase(key);
        const auto h = x.s.held_slash(number);
        if (h && !is_undecided(x.s, h->appeal)) burn_held(x, number, *h);
    }
}

}  // namespace assay::chain
