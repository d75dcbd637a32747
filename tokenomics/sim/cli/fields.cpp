// list, params, new, diff: what there is to set, where it is set, and to what.
#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <map>

#include "tokenomics/params_json.hpp"
#include "tokenomics/presets.hpp"
#include "tokenomics/sim/cli/commands.hpp"
#include "tokenomics/sim/document.hpp"
#include "tokenomics/sim/scenario.hpp"
#include "tokenomics/sim/text.hpp"
#include "tokenomics/unpublished.hpp"

namespace assay::sim::cli {
namespace {

bool wanted(const std::string& path, const std::string& pattern) {
    // A star stands for anything; without one the pattern may stand anywhere.
    if (pattern.find('*') == std::string::npos) return path.find(pattern) != std::string::npos;
    std::size_t at = 0, from = 0;
    bool anchored = true;
    while (true) {
        const std::size_t star = pattern.find('*', from);
        const std::string piece = pattern.substr(from, star - from);
        if (star == std::string::npos)
            return piece.size() <= path.size() - at &&
                   path.compare(path.size() - piece.size(), piece.size(), piece) == 0;
        const std::size_t found = path.find(piece, at);
        if (found == std::string::npos || (anchored && found != 0)) return false;
        at = found + piece.size();
        from = star + 1;
        anchored = false;
    }
}

// One field of a scenario, whatever it describes.
struct Row {
    std::string path, value, unit, meaning, min, max;
    std::vector<std::string> words;
};

std::vector<Row> params_of(const tokenomics::Params& params) {
    std::vector<Row> out;
    for (const auto& r : tokenomics::list_params(params, tokenomics::EntryNames::number)) {
        const bool any = r.min == 0 && r.max == 0;
        out.push_back({"params." + r.path,
                       r.value,
                       r.unit,
                       r.meaning,
                       any ? "" : std::to_string(r.min),
                       any ? "" : std::to_string(r.max),
                       {}});
    }
    return out;
}

void join(std::vector<Row>& out, const std::vector<BehaviourRow>& rows) {
    for (const auto& r : rows) out.push_back({r.path, r.value, r.unit, r.meaning, r.min, r.max, r.words});
}

std::vector<Row> rows_of(const Scenario& s) {
    std::vector<Row> out = params_of(s.params);
    join(out, list_behaviour(s));
    return out;
}

// Every field with its default; of each list one entry.
std::vector<Row> defaults() {
    tokenomics::Params params;
    params.classes.resize(1);
    params.emission.steps.resize(1);
    std::vector<Row> out = params_of(params);
    join(out, list_behaviour_fields());
    return out;
}

std::string range_of(const Row& r) {
    if (!r.min.empty()) return r.min + " to " + r.max;
    std::string out;
    for (const auto& w : r.words) out += (out.empty() ? "" : ", ") + w;
    return out;
}

std::string words_json(const Row& r) {
    std::string out;
    for (const auto& w : r.words) out += (out.empty() ? "" : ",") + json_text(w);
    return out;
}

// "params.classes[3].cost" as "params.classes[0].cost": the field, whichever entry.
std::string any_entry(std::string path) {
    for (std::size_t open = 0; (open = path.find('[', open)) != std::string::npos; ++open)
        path.replace(open, path.find(']', open) - open + 1, "[0]");
    return path;
}

// What a file says of each of its numbers in the member beside it that begins with "_".
void collect_sources(const json::Value& v, const std::string& path, std::map<std::string, std::string>& out) {
    for (std::size_t i = 0; i < v.items.size(); ++i)
        collect_sources(v.items[i], path + "[" + std::to_string(i) + "]", out);
    for (const auto& [name, value] : v.members) {
        if (!name.empty() && name.front() == '_') {
            if (value.kind == json::Kind::string) out[(path.empty() ? "" : path + ".") + name.substr(1)] = value.text;
        } else {
            collect_sources(value, path.empty() ? name : path + "." + name, out);
        }
    }
}

bool is_path(const std::string& source) {
    return !tokenomics::preset_text(source).has_value();
}

}  // namespace

std::string grouped(std::string digits) {
    std::size_t point = std::min(digits.find('.'), digits.size());
    while (point > 3 && digits[point - 4] != '-') {
        point -= 3;
        digits.insert(point, ",");
    }
    return digits;
}

std::string hint_for(const Error& error) {
    if (error.code == Code::number_unpublished)
        return "give each of them: --set path=value, or write it into a file of your own (assay-sim new)";
    return "assay-sim list shows the presets, assay-sim params the names of all fields";
}

int run_params(const Output& out, const std::string& pattern, const std::string& source,
               const std::vector<std::string>& sets) {
    std::map<std::string, std::string> initial, sources;
    std::vector<Row> rows = defaults();
    for (const Row& r : rows) initial[r.path] = r.value;
    std::string name;
    if (!source.empty()) {
        const auto s = load_scenario(source, sets);
        if (!s) return out.fail(s.error(), hint_for(s.error()));
        const auto document = read_document(source);
        if (!document) return out.fail(document.error());
        rows = rows_of(*s);
        name = s->name;
        collect_sources(*document, "", sources);
    } else if (!sets.empty()) {
        return out.fail({Code::usage, "--set needs --preset: there is nothing to set it in"});
    }
    const bool valued = !source.empty();
    Table table(valued ? "llllll" : "lllll");
    if (valued)
        table.row({"field", "value in " + name, "default", "unit", "range", "meaning"});
    else
        table.row({"field", "default", "unit", "range", "meaning"});
    std::string items, notes;
    std::size_t count = 0;
    for (const Row& r : rows) {
        if (!wanted(r.path, pattern)) continue;
        ++count;
        const auto found = initial.find(any_entry(r.path));
        const std::string standard = found == initial.end() ? "" : found->second;
        const std::string range = range_of(r);
        if (valued)
            table.row({r.path, r.value, standard, r.unit, range, r.meaning});
        else
            table.row({r.path, standard, r.unit, range, r.meaning});
        const auto said = sources.find(r.path);
        if (said != sources.end()) notes += r.path + ": " + said->second + "\n";
        items += (items.empty() ? "" : ",") + std::string("{\"path\":") + json_text(r.path) +
                 (valued ? ",\"value\":" + json_text(r.value) : "") + ",\"default\":" + json_text(standard) +
                 ",\"unit\":" + json_text(r.unit) +
                 (r.min.empty() ? "" : ",\"min\":" + json_text(r.min) + ",\"max\":" + json_text(r.max)) +
                 (r.words.empty() ? "" : ",\"words\":[" + words_json(r) + "]") +
                 ",\"meaning\":" + json_text(r.meaning) +
                 (valued ? ",\"source\":" + (said == sources.end() ? "null" : json_text(said->second)) : "") + "}";
    }
    if (count == 0) return out.fail({Code::not_found, "no field's name matches \"" + pattern + "\""});
    if (!notes.empty()) notes = "\n" + notes;
    return out.done(out.json ? "{\"items\":[" + items + "],\"next_cursor\":null}\n" : table.text() + notes);
}

int run_new(const Output& out, const std::string& file, const std::string& from) {
    const auto document = read_document(from);
    if (!document) return out.fail(document.error(), hint_for(document.error()));
    const auto missing = tokenomics::unpublished(*document);
    std::string text =
        "// A scenario: what stands here replaces what " + from +
        " says, all else is as there. assay-sim params lists the\n// fields, assay-sim diff shows what this file "
        "changes.\n{\n  \"extends\": " +
        json_text(is_path(from) ? std::filesystem::absolute(from).string() : from) + ",\n";
    if (!missing.empty()) {
        text += "  // Not published, so to be given here:\n";
        for (const auto& m : missing) text += "  //   " + m.path + ": " + m.known + "\n";
    }
    text += "  \"params\": {\n  },\n";
    // What --set takes by name and a reader wants to see first.
    Scenario s;
    if (missing.empty()) {
        const auto loaded = load_scenario(from);
        if (!loaded) return out.fail(loaded.error(), hint_for(loaded.error()));
        s = *loaded;
        text += "  \"demand\": { \"usd_per_day\": " + shortest(s.demand.usd_per_day) +
                ", \"drift\": " + shortest(s.demand.drift) + ", \"volatility\": " + shortest(s.demand.volatility) +
                " },\n  \"market\": { \"depth_usd\": " + shortest(s.market.depth_usd) + " },\n";
    }
    text += "  \"horizon_days\": " + shortest(s.horizon_days) + ",\n  \"seed\": " + std::to_string(s.seed) + "\n}\n";
    if (file == "-") return out.done(out.json ? "{\"text\":" + json_text(text) + "}\n" : text);
    // "x": a file that is there stays as it is, whoever made it and when.
    std::FILE* f = std::fopen(file.c_str(), "wbx");
    if (f == nullptr) {
        if (errno == EEXIST) return out.fail({Code::already_exists, file + " is there already"}, "take another name");
        return out.fail({Code::io_error, file + ": " + std::strerror(errno)});
    }
    const bool whole = std::fwrite(text.data(), 1, text.size(), f) == text.size();
    if (std::fclose(f) != 0 || !whole) return out.fail({Code::io_error, file + " cannot be written"});
    return out.done(out.json ? "{\"file\":" + json_text(file) + ",\"extends\":" + json_text(from) +
                                   ",\"needs\":" + std::to_string(missing.size()) + "}\n"
                             : "wrote " + file + "\n");
}

int run_diff(const Output& out, const std::string& a, const std::string& b) {
    const auto one = load_scenario(a), other = load_scenario(b);
    for (const auto* s : {&one, &other})
        if (!*s) return out.fail(s->error(), hint_for(s->error()));
    // Fields in the order of the first; those that only one of them has stand with nothing on the other side.
    const std::vector<Row> left = rows_of(*one), right = rows_of(*other);
    std::map<std::string, const Row*> of_left, of_right;
    for (const Row& r : left) of_left[r.path] = &r;
    for (const Row& r : right) of_right[r.path] = &r;
    Table table("lll");
    table.row({"field", a, b});
    std::string items;
    std::size_t count = 0;
    const auto changed = [&](const std::string& path, const std::string* x, const std::string* y) {
        ++count;
        table.row({path, x == nullptr ? "-" : *x, y == nullptr ? "-" : *y});
        items += (items.empty() ? "" : ",") + std::string("{\"path\":") + json_text(path) +
                 ",\"a\":" + (x == nullptr ? "null" : json_text(*x)) +
                 ",\"b\":" + (y == nullptr ? "null" : json_text(*y)) + "}";
    };
    for (const Row& r : left) {
        const auto found = of_right.find(r.path);
        if (found == of_right.end())
            changed(r.path, &r.value, nullptr);
        else if (found->second->value != r.value)
            changed(r.path, &r.value, &found->second->value);
    }
    for (const Row& r : right)
        if (of_left.find(r.path) == of_left.end()) changed(r.path, nullptr, &r.value);
    if (out.json) return out.done("{\"items\":[" + items + "],\"next_cursor\":null}\n");
    return out.done(count == 0 ? "no field differs\n" : table.text());
}

}  // namespace assay::sim::cli
