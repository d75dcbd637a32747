#include "wallet/cli/explain.hpp"

#include <algorithm>

#include "wallet/cli/render.hpp"
#include "wallet/client/json_write.hpp"

namespace assay::wallet::cli {
namespace {

std::string account_part(const json::Value& account, const ChainInfo& chain) {
    const auto number = [&](const char* name) {
        const json::Value* v = account.find(name);
        return v == nullptr ? std::string("?") : v->text;
    };
    const auto flag = [&](const char* name) {
        const json::Value* v = account.find(name);
        return v != nullptr && v->boolean;
    };
    std::string out = "\nbalance, heights " + number("from_height") + " to " + number("to_height") +
                      (flag("cut")       ? " (the rest with --from-height)"
                       : flag("running") ? " (so far)"
                                         : "") +
                      "\n";
    for (const char* bucket : {"liquid", "credits"})
        if (const json::Value* b = account.find(bucket))
            out += std::string(bucket) + "  " + balance_text(bucket, text_or_empty(*b, "before"), chain) + " -> " +
                   balance_text(bucket, text_or_empty(*b, "after"), chain) + "  (" +
                   signed_text(bucket, text_or_empty(*b, "change"), chain) + ")\n";
    if (const json::Value* terms = account.find("terms"); terms != nullptr && !terms->items.empty()) {
        std::vector<json::Value> rows;
        for (const json::Value& t : terms->items) {
            const json::Value* count = t.find("count");
            rows.push_back(make::object(
                {{"name", make::text(text_or_empty(t, "name"))},
                 {"change", make::text(signed_text(text_or_empty(t, "bucket"), text_or_empty(t, "value"), chain))},
                 {"count", count == nullptr ? make::null() : *count},
                 {"rule", make::text(text_or_empty(t, "rule"))}}));
        }
        out += render_table(make::array(std::move(rows)), chain);
        out += flag("adds_up") ? "the terms add up to the change\n" : "the terms do NOT add up to the change\n";
    }
    if (const json::Value* accrued = account.find("accrued"); accrued != nullptr && !accrued->items.empty())
        out +=
            "\naccrued with providers, payable with assay claim\n" +
            render_table(renamed(*accrued, {{"mine", "rewards"}, {"granted", "paid"}}), chain, {"provider", "rewards"});
    return out;
}

/// One reason as a sentence. Words that this program does not know yet are shown as they come.
std::string sentence(const json::Value& reason) {
    const std::string code = text_or_empty(reason, "code"), have = text_or_empty(reason, "have"),
                      need = text_or_empty(reason, "need");
    if (code == "not_registered") return "it is not registered as a provider";
    if (code == "stake_below_required") return "its stake counts " + have + ", and its devices need " + need;
    if (code == "no_device") return "it has no device";
    if (code == "nothing_committed")
        return "it committed no work in this epoch, though it could have: is its prover running?";
    if (code == "jailed") return "it is " + have + "; then, with enough stake, it may come back";
    if (code == "work_failed") return "its work was wrong: " + have + "; what is right is " + need;
    if (code == "work_absent") return "it never showed its work: " + have + "; it takes " + need;
    if (code == "work_missed") return "it left a task undone: " + have + "; it takes " + need;
    return code + ": " + have + ", needed: " + need;
}

bool is_no_provider(const json::Value& answer) {
    const json::Value* why = answer.find("why_not");
    return why != nullptr && why->items.size() == 1 && text_or_empty(why->items[0], "code") == "not_registered";
}

/// Its pay: the terms with their rules, and whether they add up.
std::string pay_part(const json::Value& answer, const ChainInfo& chain) {
    std::string out;
    for (const char* name : {"paid", "locked", "slashed", "returned"})
        if (const auto units = digits_at(answer, name); units && (*units != 0 || std::string_view(name) == "paid")) {
            const std::string label = name == std::string_view("locked")     ? "of it locked"
                                      : name == std::string_view("returned") ? "given back"
                                                                             : name;
            out +=
                label + std::string(label.size() < 14 ? 14 - label.size() : 1, ' ') + chain.show(Amount{*units}) + "\n";
        }
    const json::Value* terms = answer.find("terms");
    if (terms == nullptr || terms->items.empty()) return out;
    u128 sum = 0;
    std::vector<json::Value> rows;
    for (const json::Value& t : terms->items) {
        const auto units = digits_at(t, "value");
        if (units) sum += *units;
        rows.push_back(make::object({{"term", make::text(text_or_empty(t, "name"))},
                                     {"amount", make::amount(units ? *units : 0)},
                                     {"why", make::text(text_or_empty(t, "rule"))}}));
    }
    const auto paid = digits_at(answer, "paid");
    return out + "\nwhat it was paid for\n" + render_table(make::array(std::move(rows)), chain) +
           (paid && *paid == sum ? "the terms add up to what was paid\n"
                                 : "the terms do NOT add up to what was paid\n");
}

}  // namespace

// "-0.25 ASY" or "+$3.10": how much a bucket changed.
std::string signed_text(std::string_view bucket, const std::string& delta, const ChainInfo& chain) {
    const bool out = delta.starts_with('-');
    const auto units = parse_digits(out ? std::string_view(delta).substr(1) : std::string_view(delta));
    if (!units) return delta;
    return (out           ? "-"
            : *units == 0 ? ""
                          : "+") +
           (bucket == "credits" ? show_usd(Credits{*units}) : chain.show(Amount{*units}));
}
std::string balance_text(std::string_view bucket, const std::string& units, const ChainInfo& chain) {
    const std::string text = signed_text(bucket, units, chain);
    return text.starts_with('+') ? text.substr(1) : text;
}

std::string reasons(const json::Value& why_not) {
    std::string out;
    for (const json::Value& reason : why_not.items) {
        out += "- " + sentence(reason) + "\n";
        if (const std::string fix = text_or_empty(reason, "fix"); !fix.empty()) out += "    " + fix + "\n";
    }
    return out;
}

std::string explanation(const json::Value& answer, const ChainInfo& chain) {
    const json::Value* epoch = answer.find("epoch");
    std::string out = "epoch " + (epoch != nullptr ? epoch->text : "?") + ": ";
    if (is_no_provider(answer)) {
        out += "no provider, so there is no pay for work\n";
    } else {
        out += text_or_empty(answer, "verdict") + "\n" + pay_part(answer, chain);
        const auto table = [&](const char* name, const std::vector<std::string>& columns) {
            if (const json::Value* v = answer.find(name); v != nullptr && !v->items.empty())
                out += std::string("\n") + name + "\n" + render_table(*v, chain, columns);
        };
        table("commits", {});
        table("devices", {"slot", "class", "active", "tasks", "failed_recent", "absent_recent"});
        if (const json::Value* why = answer.find("why_not"); why != nullptr && !why->items.empty())
            out += "\nwhat stands in the way of pay, and what to do\n" + reasons(*why);
    }
    if (const json::Value* account = answer.find("account"); account != nullptr) {
        if (account->kind == json::Kind::object) out += account_part(*account, chain);
        if (const json::Value* pruned = answer.find("pruned")) out += "\n" + pruned->text + "\n";
    }
    return out;
}

std::string tx_explanation(const json::Value& answer, const ChainInfo& chain) {
    std::string out = "transaction " + text_or_empty(answer, "txid") + ": " + text_or_empty(answer, "verdict") + "\n";
    const json::Value* terms = answer.find("terms");
    std::vector<json::Value> rows;
    for (const json::Value& t : terms == nullptr ? std::vector<json::Value>() : terms->items)
        rows.push_back(make::object(
            {{"address", make::text(text_or_empty(t, "address"))},
             {"name", make::text(text_or_empty(t, "name"))},
             {"change", make::text(signed_text(text_or_empty(t, "bucket"), text_or_empty(t, "value"), chain))},
             {"rule", make::text(text_or_empty(t, "rule"))}}));
    return rows.empty() ? out + "it moved nothing\n" : out + render_table(make::array(std::move(rows)), chain);
}

}  // namespace assay::wallet::cli
