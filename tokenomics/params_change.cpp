#include "tokenomics/params_change.hpp"

#include <algorithm>
#include <map>

#include "tokenomics/params_json.hpp"

namespace assay::tokenomics {
namespace {

struct RuleRow {
    std::string_view name;  // of a parameter or of a group; the longest that fits counts. * stands for a class's name
    RuledParam rule;
};
constexpr ParamRule kMoney = ParamRule::monetary, kFixed = ParamRule::fixed;
constexpr const char* kMinting = "it says how much is minted";
constexpr const char* kOnce = "it is read once, at the start";
constexpr const char* kTask = "leases were priced for this task: another task is another class";
constexpr const char* kVotes = "a limit on votes that one vote could lift would be none";
constexpr const char* kLocked = "rewards were locked by it";
constexpr RuleRow kRules[] = {
    {"token", {kFixed, "it says what a unit is and how many there can be"}},
    {"block.time_ms", {kMoney, "with epoch.blocks it says how much time an epoch's mint is for"}},
    {"epoch.blocks", {kMoney, "it says how much time an epoch's mint is for"}},
    {"emission", {kMoney, kMinting}},
    {"emission.kind", {kFixed, "the kind of schedule is what holders were promised"}},
    {"emission.steps", {kFixed, "a list has no size to measure a step by"}},
    {"emission.halving.by", {kFixed, "a word has no size to measure a step by"}},
    {"emission.halving.start_ms", {kFixed, "a date has no size to measure a step by"}},
    {"emission.baseline.power", {kFixed, kOnce}},
    {"emission.signed_step.initial_ppb", {kFixed, kOnce}},
    {"emission.bonded_ratio.initial_ppb", {kFixed, kOnce}},
    {"emission.policy.initial", {kFixed, kOnce}},
    {"split", {kMoney, "it says who gets what is minted"}},
    {"bme", {kMoney, "it says what a burn buys and what it pays"}},
    {"bme.mode", {kFixed, "credits were bought under it"}},
    {"bme.round_blocks", {kFixed, "a price round that is open would end at another height than buyers counted on"}},
    {"price.initial", {kFixed, kOnce}},
    {"stake.unit", {kMoney, "it says what access costs"}},
    {"stake.unit_usd", {kMoney, "it says what access costs"}},
    {"stake.unit_in", {kFixed, "a requirement would jump from tokens to dollars or back"}},
    {"stake.floor_ppb", {kMoney, "it says what access costs"}},
    {"stake.locked", {kFixed, "what stands behind open work would change under it"}},
    {"vesting.reward_ppb", {kMoney, "it says when providers have what they are paid"}},
    {"vesting.reward_step_ms", {kFixed, kLocked}},
    {"vesting.reward_steps", {kFixed, kLocked}},
    {"classes.*.multiplier_ppb", {kMoney, "it says what access costs"}},
    {"classes.*.name", {kFixed, "devices are registered under it"}},
    {"classes.*.work", {kFixed, kTask}},
    {"classes.*.lanes", {kFixed, kTask}},
    {"classes.*.steps", {kFixed, kTask}},
    {"classes.*.leaf_every", {kFixed, kTask}},
    {"classes.*.m", {kFixed, kTask}},
    {"classes.*.n", {kFixed, kTask}},
    {"classes.*.k", {kFixed, kTask}},
    {"classes.*.items", {kFixed, kTask}},
    {"classes.*.windows", {kFixed, kTask}},
    {"classes.*.stay", {kFixed, kTask}},
    {"validators.fee_burn_ppb", {kMoney, "it says how much is destroyed"}},
    {"validators.proposed_ppb", {kMoney, "it says who gets validators' pay"}},
    {"validators.max_beacon_gap", {kFixed, "a smaller one would shut out who revealed longer ago"}},
    {"governance.voting_ms", {kMoney, kVotes}},
    {"governance.timelock_ms", {kMoney, kVotes}},
    {"governance.quorum_ppb", {kMoney, kVotes}},
    {"governance.threshold_ppb", {kMoney, kVotes}},
    {"governance.vote_cap_ppb", {kMoney, kVotes}},
    {"governance.monetary_step_ppb", {kFixed, kVotes}},
    {"governance.window_ms", {kFixed, kVotes}},
};

constexpr std::string_view kClassesDot = "classes.";

bool below(std::string_view name, std::string_view group) {
    return name.starts_with(group) &&
           (name.size() == group.size() || name[group.size()] == '.' || name[group.size()] == '[');
}

struct Moved {
    std::string name;
    const ParamRow* before = nullptr;  // none: a new class's
    const ParamRow* after = nullptr;
};
std::vector<Moved> moved(const std::vector<ParamRow>& before, const std::vector<ParamRow>& after) {
    std::map<std::string_view, Moved> all;
    for (const ParamRow& row : before) all[row.path].before = &row;
    for (const ParamRow& row : after) all[row.path].after = &row;
    std::vector<Moved> out;
    for (auto& [name, m] : all) {
        if (m.before != nullptr && m.after != nullptr && m.before->value == m.after->value) continue;
        m.name = name;
        out.push_back(std::move(m));
    }
    return out;
}

Error is_fixed(std::string_view name, const char* why) {
    return {Code::param_fixed, std::string(name) + " is changed by no vote: " + why};
}

u128 step_of(u128 base, Ppb step) {
    const auto out = mul_div(base, step.value, Ppb::kOne);
    return out ? *out : 0;
}
u128 apart(u128 a, u128 b) {
    return a > b ? a - b : b - a;
}

}  // namespace

RuledParam rule_of(std::string_view name) {
    std::string plain(name);
    if (name.starts_with(kClassesDot)) {
        const std::size_t last = name.rfind('.');
        if (last >= kClassesDot.size()) plain = "classes.*" + std::string(name.substr(last));
    }
    const RuleRow* best = nullptr;
    for (const RuleRow& row : kRules)
        if (below(plain, row.name) && (best == nullptr || row.name.size() > best->name.size())) best = &row;
    return best != nullptr ? best->rule : RuledParam{};
}

Result<Params> apply_changes(const Params& before, std::span<const ParamChange> changes) {
    const auto rows = list_params(before);
    Params after = before;
    std::map<std::string_view, bool> seen;
    for (const ParamChange& c : changes) {
        if (!seen.emplace(c.name, true).second)
            return {Code::bad_proposal, "changes: " + json::shown(c.name) + " stands twice"};
        const RuledParam r = rule_of(c.name);
        const bool there =
            std::any_of(rows.begin(), rows.end(), [&](const ParamRow& row) { return row.path == c.name; });
        const bool group = std::any_of(std::begin(kRules), std::end(kRules),
                                       [&](const RuleRow& row) { return row.name == c.name; });  // or a list
        if (r.rule == kFixed && (there || group)) return is_fixed(c.name, r.why);
        json::Value v;
        v.kind = json::Kind::string;
        v.text = c.value;
        auto text = set_param(after, c.name, v);
        if (!text) {
            Code code = text.error().code;
            if (code == Code::json_number_range) code = Code::field_out_of_range;
            if (code != Code::unknown_param && code != Code::field_out_of_range) code = Code::bad_proposal;
            return {code, text.error().message};
        }
        if (*text != c.value)
            return {Code::bad_proposal,
                    c.name + " is written " + json::shown(c.value) + ", its canonical text is " + json::shown(*text)};
    }
    const auto rows_after = list_params(after);
    for (const Moved& m : moved(rows, rows_after)) {
        const RuledParam r = rule_of(m.name);
        // What a new class brings with it moves nothing that is there.
        const bool appended = m.before == nullptr && m.name.starts_with(kClassesDot);
        if (!appended && (r.rule == kFixed || m.after == nullptr || m.before == nullptr))
            return is_fixed(m.name, r.why);
    }
    if (const Status ok = validate(after); !ok) {
        const Code code = ok.error().code == Code::bad_genesis ? Code::bad_proposal : ok.error().code;
        return {code, ok.error().message};
    }
    return after;
}

Result<std::vector<StepWindow>> check_steps(const Params& before, const Params& after,
                                            std::span<const StepWindow> windows, TimeMs now) {
    std::map<std::string, StepWindow> open;
    for (const StepWindow& w : windows)
        if (now.value < w.start.value || now.value - w.start.value < before.governance.window_ms) open[w.name] = w;
    const auto rows = list_params(before), rows_after = list_params(after);
    for (const Moved& m : moved(rows, rows_after)) {
        if (m.before == nullptr || m.after == nullptr || rule_of(m.name).rule != kMoney) continue;
        if (!m.before->number || !m.after->number) return is_fixed(m.name, "a word has no size to measure a step by");
        const StepWindow& w = open.try_emplace(m.name, StepWindow{m.name, now, *m.before->number}).first->second;
        const u128 most = step_of(w.base, before.governance.monetary_step);
        if (apart(w.base, *m.after->number) > most)
            return {Code::param_step_too_large,
                    m.name + " would go to " + m.after->value + ", " + to_digits(apart(w.base, *m.after->number)) +
                        " away from " + to_digits(w.base) + " at its window's start: governance.monetary_step_ppb of " +
                        std::to_string(before.governance.monetary_step.value) + " allows " + to_digits(most) +
                        " within governance.window_ms of " + std::to_string(before.governance.window_ms)};
    }
    std::vector<StepWindow> out;
    for (auto& [name, w] : open) out.push_back(std::move(w));
    return out;
}

namespace {

using Moves = std::map<std::string, u128>;  // monetary parameters and where they are to go

u128 number_at(const std::vector<ParamRow>& rows, const std::string& name) {
    for (const ParamRow& row : rows)
        if (row.path == name && row.number) return *row.number;
    return 0;
}

// Shares keep their sum: all go the same fraction of their way, and what rounding leaves over is taken from the
// longest.
void in_proportion(const std::vector<ParamRow>& rows, const Moves& targets, Moves& next) {
    constexpr std::string_view kSplit = "split";
    u128 part = 1, whole = 1;  // the least fraction that a share may go
    for (const auto& [name, to] : next) {
        if (!below(name, kSplit)) continue;
        const u128 from = number_at(rows, name), all = apart(from, targets.at(name)), now = apart(from, to);
        if (all != 0 && now * whole < part * all) part = now, whole = all;  // below 2^60 all of them
    }
    u128 up = 0, down = 0;
    for (auto& [name, to] : next) {
        if (!below(name, kSplit)) continue;
        const u128 from = number_at(rows, name), target = targets.at(name);
        const u128 by = apart(from, target) * part / whole;
        to = target > from ? from + by : from - by;
        (target > from ? up : down) += by;
    }
    while (up != down) {
        std::string longest;
        u128 most = 0;
        for (const auto& [name, to] : next) {
            const u128 from = number_at(rows, name);
            if (!below(name, kSplit) || (to > from) != (up > down) || apart(from, to) <= most) continue;
            most = apart(from, to);
            longest = name;
        }
        if (longest.empty()) return;  // validate() says what is wrong with the sum
        if (up > down)
            --next[longest], --up;
        else
            ++next[longest], --down;
    }
}

}  // namespace

Result<std::vector<std::vector<ParamChange>>> split_changes(const Params& before,
                                                            std::span<const ParamChange> changes) {
    constexpr std::size_t kMostSteps = 200;
    ASSAY_TRY(Params end, apply_changes(before, changes));
    const auto end_rows = list_params(end);
    std::vector<std::vector<ParamChange>> out;
    Params now = before;
    while (borsh::encode(now) != borsh::encode(end)) {
        const auto rows = list_params(now);
        Moves targets, next;
        std::vector<ParamChange> step;
        for (const ParamChange& c : changes) {
            const auto row =
                std::find_if(rows.begin(), rows.end(), [&](const ParamRow& r) { return r.path == c.name; });
            if (row != rows.end() && row->value == c.value) continue;
            if (row == rows.end() || rule_of(c.name).rule != kMoney || !row->number) {
                step.push_back(c);
                continue;
            }
            const u128 from = *row->number, to = number_at(end_rows, c.name);
            const u128 most = step_of(from, now.governance.monetary_step);
            if (most == 0 || out.size() >= kMostSteps)
                return {Code::param_step_too_large, c.name + " cannot get from " + row->value + " to " + c.value +
                                                        " in steps of " + to_digits(most) + ", within " +
                                                        std::to_string(kMostSteps) + " windows"};
            targets[c.name] = to;
            next[c.name] = apart(from, to) <= most ? to : to > from ? from + most : from - most;
        }
        in_proportion(rows, targets, next);
        Params scratch = now;
        for (const auto& [name, to] : next) (void)set_number(scratch, name, to);
        const auto scratch_rows = list_params(scratch);
        for (const auto& [name, to] : next)
            for (const ParamRow& row : scratch_rows)
                if (row.path == name) step.push_back({name, row.value});
        ASSAY_TRY(Params reached, apply_changes(now, step));
        if (borsh::encode(reached) == borsh::encode(now))
            return {Code::param_step_too_large, "no step that governance.monetary_step_ppb allows leads there"};
        out.push_back(std::move(step));
        now = std::move(reached);
    }
    return out;
}

}  // namespace assay::tokenomics
