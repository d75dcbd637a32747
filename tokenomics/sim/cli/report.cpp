// report: a result as one page for people.
#include "base/json.hpp"
#include "tokenomics/presets.hpp"
#include "tokenomics/sim/cli/commands.hpp"
#include "tokenomics/sim/report/page.hpp"
#include "tokenomics/sim/scenario.hpp"
#include "tokenomics/sim/text.hpp"

namespace assay::sim::cli {
namespace {

// What the scenario is compared with: what was asked for, else what it extends, else the preset of its name.
std::string base_of(const json::Value& scenario, const std::string& asked) {
    if (!asked.empty()) return asked;
    for (const char* member : {"extends", "name"})
        if (const json::Value* v = scenario.find(member); v != nullptr && tokenomics::preset_text(v->text))
            return v->text;
    return "";
}

Status compare_with_base(report::ReportData& data, const std::string& asked) {
    ASSAY_TRY(const json::Value now, json::parse(data.scenario, {.max_bytes = 64u << 20, .max_depth = 32}));
    data.against = base_of(now, asked);
    if (data.against.empty()) return {};
    const auto before = load_scenario(data.against);
    if (!before) {
        if (!asked.empty()) return before.error();
        data.against.clear();  // a preset whose numbers are not published has nothing to compare with
        return {};
    }
    ASSAY_TRY(const json::Value was, json::parse(scenario_json(*before), {.max_bytes = 64u << 20, .max_depth = 32}));
    data.changed = report::changed_parameters(was, now);
    return {};
}

}  // namespace

int run_report(const Output& out, const ReportCommand& c) {
    auto data = report::read_report_data(c.dir);
    if (!data) return out.fail(data.error(), "DIR is what `assay-sim run --out DIR` made");
    if (!c.sensitivity.empty())
        if (const Status ok = report::read_sensitivity(c.sensitivity, *data); !ok)
            return out.fail(ok.error(), "--sensitivity is what `assay-sim sensitivity --out DIR` made");
    if (const Status ok = compare_with_base(*data, c.against); !ok) return out.fail(ok.error(), hint_for(ok.error()));
    const std::string html = report::report_page(*data, c.title);
    if (const Status ok = report::write_report(c.out, html); !ok) return out.fail(ok.error(), "take another --out");
    const report::Verdict v = report::verdict_of(*data, data->cells[0]);
    if (!out.json)
        return out.done(v.sentence + "\n" + (v.sure.empty() ? "" : v.sure + "\n") + "written to " + c.out + "\n");
    std::string conditions;
    for (std::size_t i = 1; i <= 4; ++i)
        conditions += (i == 1 ? "" : ",") + json_text(report::word_of(v.conditions[i]));
    return out.done("{\"out\":" + json_text(c.out) + ",\"bytes\":" + std::to_string(html.size()) +
                    ",\"verdict\":" + json_text(report::word_of(v.health)) + ",\"sentence\":" + json_text(v.sentence) +
                    ",\"conditions\":[" + conditions + "],\"result_hash\":" + json_text(data->result_hash) + "}\n");
}

}  // namespace assay::sim::cli
