#include "wallet/client/proposal_file.hpp"

#include <map>

#include "chain/tx.hpp"
#include "wallet/client/json_write.hpp"

namespace assay::wallet {
namespace {

struct KnownParams {
    std::map<std::string, std::string, std::less<>> units;  // by path
    std::vector<std::string> names;
    std::string deposit_min = "0";
};

KnownParams known_params(const json::Value& params) {
    KnownParams out;
    if (const json::Value* items = params.find("items"))
        for (const json::Value& p : items->items) {
            const std::string path = text_or_empty(p, "path");
            if (path == "governance.deposit_min") out.deposit_min = text_or_empty(p, "value");
            out.units.emplace(path, text_or_empty(p, "unit"));
            out.names.push_back(path);
        }
    return out;
}

std::string at(const json::Value& v) {
    return " (line " + std::to_string(v.at.line) + ", column " + std::to_string(v.at.column) + ")";
}

// "classes.new.weight" of a class that an entry before appended has the unit of any class's weight.
Result<std::string> unit_of(const KnownParams& known, const std::vector<std::string>& appended, const std::string& name,
                            const json::Value& v) {
    if (const auto there = known.units.find(name); there != known.units.end()) return there->second;
    constexpr std::string_view kClasses = "classes.";
    for (const std::string& c : appended) {
        const std::string begin = std::string(kClasses) + c + ".";
        if (!name.starts_with(begin)) continue;
        const std::string field = "." + name.substr(begin.size());
        for (const auto& [path, unit] : known.units)
            if (path.starts_with(kClasses) && path.ends_with(field)) return unit;
    }
    const std::string near = json::nearest(name, known.names);
    return {Code::unknown_param, "changes: " + json::shown(name) + " is no parameter of this chain" +
                                     (near.empty() ? std::string() : ", did you mean \"" + near + "\"?") + at(v)};
}

Result<std::string> canonical(const std::string& name, const std::string& unit, const json::Value& v,
                              const ChainInfo& chain) {
    if (v.kind == json::Kind::number) {
        ASSAY_TRY(const u128 n, json::as_u128(v, name));
        return to_digits(n);
    }
    ASSAY_TRY(std::string text, json::as_string(v, name));
    if (unit == "tokens" && text.find(' ') != std::string::npos) {
        const auto amount = chain.parse_amount(text);
        if (!amount) return {amount.error().code, name + ": " + amount.error().message + at(v)};
        return to_digits(amount->units);
    }
    return text;
}

}  // namespace

Result<chain::Propose> read_proposal(std::string_view text, std::string_view source, const ChainInfo& chain,
                                     const json::Value& params) {
    ASSAY_TRY(const json::Value root, json::parse(text, {.comments = true, .max_depth = 8, .source = source}));
    ASSAY_TRY(json::Object top, json::object(root, ""));
    const KnownParams known = known_params(params);
    chain::Propose out;
    ASSAY_TRY(out.title, top.string("title"));
    if (out.title.size() > chain::kMaxTitle) return {Code::bad_proposal, "title is longer than 128 bytes"};
    if (const json::Value* deposit = top.optional("deposit")) {
        ASSAY_TRY(const std::string digits, canonical("deposit", "tokens", *deposit, chain));
        json::Value amount = *deposit;
        amount.kind = json::Kind::string;
        amount.text = digits;
        ASSAY_TRY(out.deposit.units, json::as_u128(amount, "deposit"));
    } else {
        json::Value least;
        least.kind = json::Kind::string;
        least.text = known.deposit_min;
        ASSAY_TRY(out.deposit.units, json::as_u128(least, "governance.deposit_min"));
    }
    ASSAY_TRY(const json::Value* changes, top.required("changes"));
    ASSAY_TRY_VOID(top.done());
    if (changes->kind != json::Kind::object)
        return {Code::json_type, "changes must be an object of parameters and their new values" + at(*changes)};
    std::vector<std::string> appended;
    for (const auto& [name, value] : changes->members) {
        if (name.starts_with("_") || name.starts_with("//")) continue;
        if (name.starts_with("classes.") && name.ends_with(".name") && value.kind == json::Kind::string &&
            name == "classes." + value.text + ".name")
            appended.push_back(value.text);
        ASSAY_TRY(const std::string unit, unit_of(known, appended, name, value));
        ASSAY_TRY(std::string canonical_text, canonical(name, unit, value, chain));
        out.changes.push_back({name, std::move(canonical_text)});
    }
    if (out.changes.empty() || out.changes.size() > chain::kMaxChanges)
        return {Code::bad_proposal, "changes holds " + std::to_string(out.changes.size()) +
                                        " parameters, allowed are 1 to 32" + at(*changes)};
    return out;
}

}  // namespace assay::wallet
