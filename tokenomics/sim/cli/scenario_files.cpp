// schema and validate: what editors and build servers ask of scenario files.
#include <regex>

#include "tokenomics/sim/cli/commands.hpp"
#include "tokenomics/sim/scenario.hpp"
#include "tokenomics/sim/schema.hpp"
#include "tokenomics/sim/text.hpp"
#include "tokenomics/warnings.hpp"

namespace assay::sim::cli {
namespace {

// "(line 3, column 5)" where a value is to blame, "FILE:3:5: " where the grammar is; null where no text is.
std::string place_json(const std::string& message) {
    static const std::regex value("[(]line ([0-9]+), column ([0-9]+)[)]"), grammar("^[^:]*:([0-9]+):([0-9]+): ");
    std::smatch m;
    const bool found = std::regex_search(message, m, value) || std::regex_search(message, m, grammar);
    return "\"line\":" + (found ? m[1].str() : "null") + ",\"column\":" + (found ? m[2].str() : "null");
}

std::string error_json(const std::string& file, const Error& e) {
    return "{\"file\":" + json_text(file) + ",\"code\":" + json_text(e.word()) +
           ",\"message\":" + json_text(e.message) + "," + place_json(e.message) + "}";
}

}  // namespace

int run_schema(const Output& out) {
    return out.done(scenario_schema() + "\n");
}

int run_validate(const Output& out, const std::vector<std::string>& files, const std::vector<std::string>& sets) {
    std::vector<Error> all;
    std::string text, items, errors;
    for (const std::string& file : files) {
        const auto found = scenario_errors(file, sets);
        for (const Error& e : found) {
            errors += (errors.empty() ? "" : ",") + error_json(file, e);
            all.push_back(e);
        }
        if (!found.empty()) continue;
        const auto s = load_scenario(file, sets);
        if (!s) return out.fail(s.error(), hint_for(s.error()));
        // Of bonds a scenario knows the sum, so that nothing is said of who holds them.
        const auto warnings = tokenomics::warnings(s->params, {.supply = s->initial.supply, .bonds = {}});
        text += file + ": good, " + std::to_string(s->steps()) + " steps of " +
                shortest(static_cast<double>(s->step_ms) / 86'400'000.0) + " days\n";
        std::string list;
        for (const auto& w : warnings) {
            text += "  warning " + w.code + ": " + w.field + " (" + w.numbers + "): " + w.why + "\n";
            list += (list.empty() ? "" : ",") + std::string("{\"code\":") + json_text(w.code) +
                    ",\"field\":" + json_text(w.field) + ",\"numbers\":" + json_text(w.numbers) +
                    ",\"why\":" + json_text(w.why) + "}";
        }
        items += (items.empty() ? "" : ",") + std::string("{\"file\":") + json_text(file) +
                 ",\"name\":" + json_text(s->name) + ",\"steps\":" + std::to_string(s->steps()) + ",\"warnings\":[" +
                 list + "]}";
    }
    if (all.empty()) return out.done(out.json ? "{\"items\":[" + items + "],\"next_cursor\":null}\n" : text);
    std::string message;
    for (const Error& e : all) message += (message.empty() ? "" : "\n") + e.message;
    const Error first{all.front().code, message};
    return out.json
               ? out.fail_with({all.front().code, all.front().message}, hint_for(first), "errors", "[" + errors + "]")
               : out.fail(first, hint_for(first));
}

}  // namespace assay::sim::cli
