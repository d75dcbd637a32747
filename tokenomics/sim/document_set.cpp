// --set path=value, over a document.
#include <algorithm>
#include <optional>

#include "tokenomics/sim/document.hpp"
#include "tokenomics/sim/scenario_fields.hpp"
#include "tokenomics/unpublished.hpp"

namespace assay::sim {
namespace {

constexpr std::size_t kMaxSet = 64u << 20;

json::Value plain_text(std::string text) {
    json::Value v;
    v.kind = json::Kind::string;
    v.text = std::move(text);
    return v;
}

json::Value& member_of(json::Value& object, const std::string& key) {
    for (auto& [name, value] : object.members)
        if (name == key) return value;
    json::Value made;
    made.kind = json::Kind::object;
    object.members.emplace_back(key, std::move(made));
    return object.members.back().second;
}

template <class T>
bool is_field(const std::string& name) {
    bool found = false;
    T object;
    for_each_behaviour(object, [&](const auto& f, const auto&) { found = found || name == f.name; });
    return found;
}

struct PathPart {
    std::string name;
    std::optional<std::size_t> index;
};

Result<std::vector<PathPart>> split_path(const std::string& path) {
    const Error bad{Code::usage, "--set " + path + ": a path is written as demand.volatility or classes[0].weight"};
    std::vector<PathPart> out;
    std::size_t from = 0;
    while (from <= path.size()) {
        const std::size_t dot = std::min(path.find('.', from), path.size());
        std::string part = path.substr(from, dot - from);
        PathPart p;
        if (const auto open = part.find('['); open != std::string::npos) {
            if (part.back() != ']') return bad;
            const std::string digits = part.substr(open + 1, part.size() - open - 2);
            const auto n = parse_digits(digits);
            if (!n || *n > 1'000'000) return bad;
            p.index = static_cast<std::size_t>(*n);
            part.resize(open);
        }
        if (part.empty()) return bad;
        p.name = part;
        out.push_back(p);
        from = dot + 1;
    }
    return out;
}

// "0.5", "true", "[1, 2]" as JSON; anything else is a text. Long digits stay exact as a text.
Result<json::Value> typed_value(const std::string& path, const std::string& text) {
    if (path.ends_with("_ppb") && text.ends_with("%")) {
        const auto ppb = parse_decimal(text.substr(0, text.size() - 1), 7);
        if (!ppb) return {ppb.error().code, "--set " + path + ": " + ppb.error().message};
        return plain_text(to_digits(*ppb));
    }
    if (const auto digits = parse_digits(text); digits && text.size() > 15) return plain_text(text);
    const bool structured = !text.empty() && (text.front() == '[' || text.front() == '{' || text.front() == '"');
    auto parsed = json::parse(text, {.comments = false, .max_bytes = kMaxSet, .max_depth = 32, .source = "--set"});
    if (structured && !parsed) return parsed.error();
    if (parsed && (structured || parsed->kind == json::Kind::number || parsed->kind == json::Kind::boolean)) {
        parsed->at.line = 0;
        return *std::move(parsed);
    }
    return plain_text(text);
}

}  // namespace

Status apply_set(json::Value& root, const std::string& set) {
    const std::size_t equals = set.find('=');
    if (equals == std::string::npos || equals == 0)
        return {Code::usage, "--set " + set + ": written as path=value, such as demand.volatility=0.5"};
    std::string path = set.substr(0, equals);
    ASSAY_TRY(std::vector<PathPart> parts, split_path(path));
    // "market" is a member of both: its own names decide.
    const bool of_scenario = (is_field<Scenario>(parts[0].name) || parts[0].name == "sweep") &&
                             (parts[0].name != "market" || parts.size() < 2 || is_field<Market>(parts[1].name));
    if (!of_scenario) parts.insert(parts.begin(), PathPart{"params", {}});
    ASSAY_TRY(json::Value value, typed_value(path, set.substr(equals + 1)));
    json::Value* here = &root;
    for (const PathPart& p : parts) {
        if (here->kind != json::Kind::object) return {Code::json_type, "--set " + path + ": there is no such field"};
        here = &member_of(*here, p.name);
        if (p.index) {
            if (here->kind != json::Kind::array || *p.index >= here->items.size())
                return {Code::field_out_of_range,
                        "--set " + path + ": " + p.name + " is " +
                            (here->kind == json::Kind::array ? "a list of " + std::to_string(here->items.size())
                                                             : std::string("no list in this scenario"))};
            here = &here->items[*p.index];
        }
    }
    // What a file writes as a text, such as a decimal fraction, is one here too: no digit of it passes through a
    // double. In `params` every fraction is, also where the file leaves the field out.
    const bool fraction = parts[0].name == "params" && value.text.find('.') != std::string::npos;
    if ((here->kind == json::Kind::string || fraction || tokenomics::is_unpublished(*here)) &&
        value.kind == json::Kind::number)
        value = plain_text(value.text);
    *here = std::move(value);
    return {};
}

}  // namespace assay::sim
