#include "wallet/cli/provider_screen.hpp"

#include <algorithm>
#include <map>

#include "wallet/cli/explain.hpp"
#include "wallet/cli/render.hpp"

namespace assay::wallet::cli {
namespace {

constexpr std::uint64_t kEpochs = 5;  ///< the running one and four before it

Amount amount_at(const json::Value& object, std::string_view name) {
    const auto units = digits_at(object, name);
    return Amount{units ? *units : 0};
}
std::uint64_t count_at(const json::Value& object, std::string_view name) {
    const auto number = number_at(object, name);
    return number ? *number : 0;
}
bool flag_at(const json::Value& object, std::string_view name) {
    const json::Value* v = object.find(name);
    return v != nullptr && v->boolean;
}
const std::vector<json::Value>& items_of(const json::Value& object, std::string_view name) {
    static const std::vector<json::Value> kNone;
    const json::Value* v = object.find(name);
    return v == nullptr ? kNone : v->items;
}
/// "2027-01-02T03:04:05Z" as "2027-01-02 03:04:05Z"
std::string date_of(const json::Value& object, std::string_view name) {
    std::string text = text_or_empty(object, name);
    std::replace(text.begin(), text.end(), 'T', ' ');
    return text;
}

void line(std::string& out, const std::string& label, const std::string& text) {
    out += label + std::string(label.size() < 12 ? 12 - label.size() : 1, ' ') + text + "\n";
}

/// Whether an instant is before the time of the last block. Both are RFC 3339 in UTC; fractions of a second aside.
bool over(const json::Value& p, std::string_view name) {
    const std::string at = text_or_empty(p, name).substr(0, 19), now = text_or_empty(p, "time").substr(0, 19);
    return !at.empty() && !now.empty() && at < now;
}

std::string access_text(const json::Value& p) {
    if (flag_at(p, "access")) {
        const std::string grace = date_of(p, "grace_until");
        return "yes" + (grace.empty() ? "" : ", by grace until " + grace + ": what its devices need has risen");
    }
    std::string why;
    if (flag_at(p, "jailed"))
        why += (over(p, "jailed_until") ? ", jailed, and may come back since " : ", jailed until ") +
               date_of(p, "jailed_until");
    if (items_of(p, "devices").empty()) why += ", it has no device";
    if (amount_at(p, "backing") < amount_at(p, "needed")) why += ", its stake is too small";
    return "no" + (why.empty() ? "" : ":" + why.substr(1));
}

std::string stake_text(const json::Value& p, const ChainInfo& chain) {
    const Amount stake = amount_at(p, "stake"), needed = amount_at(p, "needed"), backing = amount_at(p, "backing");
    const Amount delegated = amount_at(p, "delegated");
    const Amount over{backing > needed ? std::min(backing.units - needed.units, stake.units) : 0};
    return chain.show(stake) + (delegated.is_zero() ? "" : ", and " + chain.show(delegated) + " of others") +
           "; needed " + chain.show(needed) + ", free to leave " + chain.show(over);
}

/// What came of each of its last commits, newest first.
std::string verdicts(const json::Value& device) {
    std::string out;
    for (const json::Value& v : items_of(device, "last_verdicts")) {
        const std::string word = v.text == "passed" ? "pass" : v.text == "failed" ? "FAIL" : v.text;
        out += (out.empty() ? "" : " ") + word;
    }
    return out.empty() ? "-" : out;
}

/// Of the last hundred tasks that it was given: "98.7 %"
std::string uptime_text(const json::Value& device) {
    if (count_at(device, "assigned") == 0) return "-";
    return format_decimal(count_at(device, "recent_uptime_ppb") / 1'000'000, 1) + " %";
}

/// Slots that missed one of these, with a letter for each, 80 in a line.
std::string missed_part(const json::Value& p) {
    std::string out;
    for (const json::Value& d : items_of(p, "devices")) {
        const std::string recent = text_or_empty(d, "recent");
        if (recent.find('m') == std::string::npos) continue;
        std::string label = "slot " + std::to_string(count_at(d, "slot"));
        for (std::size_t at = 0; at < recent.size(); at += 80) {
            line(out, label, recent.substr(at, 80));
            label.clear();
        }
    }
    return out.empty() ? out : "\ntasks of the last 100, newest first: c committed, m missed\n" + out;
}

/// Of the running epoch: what is not committed yet, a lease's too.
std::string next_task(const json::Value& p, std::uint64_t slot) {
    if (!flag_at(p, "access")) return "no access";
    bool committed = false;
    for (const json::Value& t : items_of(p, "tasks")) {
        if (count_at(t, "slot") != slot) continue;
        committed = true;
        if (flag_at(t, "committed")) continue;
        const std::string by = text_or_empty(t, "commit_by");
        if (by.size() < 19) return "at block " + std::to_string(count_at(t, "h0"));
        return "commit by " + by.substr(11, 8) + "Z";
    }
    return committed ? "committed" : "next epoch";
}

std::string devices_part(const json::Value& p, const ChainInfo& chain) {
    std::vector<json::Value> rows;
    for (const json::Value& d : items_of(p, "devices"))
        rows.push_back(make::object(
            {{"slot", make::number(count_at(d, "slot"))},
             {"class", make::text(text_or_empty(d, "class"))},
             {"state",
              make::text(flag_at(d, "active") ? "active" : "from epoch " + std::to_string(count_at(d, "active_from")))},
             {"tasks", make::number(count_at(d, "tasks"))},
             {"uptime", make::text(uptime_text(d))},
             {"failed", make::number(count_at(d, "failed_recent"))},
             {"absent", make::number(count_at(d, "absent_recent"))},
             {"last verdicts", make::text(verdicts(d))},
             {"next task", make::text(next_task(p, count_at(d, "slot")))}}));
    if (rows.empty()) return "\ndevices     none\n";
    return "\ndevices: uptime, failed and absent of its last tasks, verdicts of the last epochs\n" +
           render_table(make::array(std::move(rows)), chain) + missed_part(p);
}

std::string earnings_part(const json::Value& p, const ChainInfo& chain) {
    std::vector<json::Value> rows;
    for (const json::Value& e : items_of(p, "earnings"))
        rows.push_back(make::object(
            {{"epoch", make::text(std::to_string(count_at(e, "epoch")) + (flag_at(e, "running") ? " (runs)" : ""))},
             {"paid", make::text(chain.show(amount_at(e, "paid")))},
             {"slashed", make::text(chain.show(amount_at(e, "slashed")))},
             {"what happened", make::text(text_or_empty(e, "verdict"))}}));
    return rows.empty() ? std::string() : "\nearnings by epoch\n" + render_table(make::array(std::move(rows)), chain);
}

/// What stands in the way; else what there is to wait for.
std::string next_part(const json::Value& p) {
    const json::Value* why = p.find("why_not");
    if (why != nullptr && !why->items.empty()) return "\nwhat to do next\n" + reasons(*why);
    if (!flag_at(p, "access")) return {};
    for (const json::Value& t : items_of(p, "tasks"))
        if (!flag_at(t, "committed") && !text_or_empty(t, "commit_by").empty())
            return "\nwhat to do next\n- a task waits for its commit: a running prover makes it\n    assay-prover "
                   "run\n";
    return "\nnothing to do: a running prover takes the next task by itself\n";
}

}  // namespace

void add_provider_facts(Session& session, const std::string& address, json::Value& answer) {
    std::map<std::uint64_t, std::vector<json::Value>> last;  // by slot, newest first
    std::vector<json::Value> earnings;
    const json::Value now = session.call("explain", Params().text("address", address));
    const std::uint64_t epoch = count_at(now, "epoch");
    for (std::uint64_t back = 0; back < kEpochs && back <= epoch; ++back) {
        json::Value told = now;
        if (back > 0) {
            auto older = session.rpc().call("explain", Params().text("address", address).number("epoch", epoch - back));
            if (!older) break;  // the node keeps less: what it has is told
            told = std::move(older).value();
        }
        const auto& commits = items_of(told, "commits");
        for (auto c = commits.rbegin(); c != commits.rend(); ++c)
            last[count_at(*c, "slot")].push_back(make::text(text_or_empty(*c, "status")));
        earnings.push_back(make::object({{"epoch", make::number(epoch - back)},
                                         {"running", make::flag(back == 0)},
                                         {"paid", make::amount(amount_at(told, "paid").units)},
                                         {"slashed", make::amount(amount_at(told, "slashed").units)},
                                         {"verdict", make::text(text_or_empty(told, "verdict"))}}));
    }
    for (auto& [name, value] : answer.members)
        if (name == "devices")
            for (json::Value& device : value.items)
                set(device, "last_verdicts", make::array(last[count_at(device, "slot")]));
    const json::Value tasks = session.call("tasks", Params().text("provider", address));
    set(answer, "epoch", make::number(epoch));
    set(answer, "time", make::text(text_or_empty(tasks, "time")));
    set(answer, "tasks", make::array(items_of(tasks, "items")));
    set(answer, "earnings", make::array(std::move(earnings)));
    set(answer, "why_not", make::array(items_of(now, "why_not")));
}

std::string provider_screen(const json::Value& p, const ChainInfo& chain) {
    std::string out;
    line(out, "provider", text_or_empty(p, "address"));
    if (const std::string at = text_or_empty(p, "endpoint"); !at.empty()) line(out, "endpoint", at);
    line(out, "access", access_text(p));
    line(out, "stake", stake_text(p, chain));
    std::string label = "unbonding";
    for (const json::Value& u : items_of(p, "unbonding")) {
        line(out, label, chain.show(amount_at(u, "amount")) + " comes free on " + date_of(u, "matures"));
        label.clear();
    }
    if (const Amount a = amount_at(p, "locked_rewards"); !a.is_zero())
        line(out, "locked", chain.show(a) + " of its rewards; 'assay unlocks' says when they come free");
    if (const Amount a = amount_at(p, "exposure"); !a.is_zero())
        line(out, "at risk",
             chain.show(a) + " answer for " + std::to_string(count_at(p, "open_commits")) +
                 " open commits and for deliveries");
    const Amount slashed = amount_at(p, "slashed"), returned = amount_at(p, "returned");
    line(out, "record",
         std::to_string(count_at(p, "passed")) + " passed, " + std::to_string(count_at(p, "failed")) + " failed, " +
             std::to_string(count_at(p, "absent")) + " absent; earned " + chain.show(amount_at(p, "earned")) +
             (slashed.is_zero() ? "" : ", slashed " + chain.show(slashed)) +
             (returned.is_zero() ? "" : ", given back " + chain.show(returned)));
    if (const json::Value* work = p.find("work_key"); work != nullptr && !text_or_empty(*work, "key").empty())
        line(out, "work key",
             text_or_empty(*work, "key") + ", fees up to " + chain.show(amount_at(*work, "fee_budget")));
    return out + devices_part(p, chain) + earnings_part(p, chain) + next_part(p);
}

}  // namespace assay::wallet::cli
