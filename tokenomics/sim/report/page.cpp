#include "tokenomics/sim/report/page.hpp"

#include <cmath>
#include <cstdio>

#include "base/base64.hpp"
#include "base/sha256.hpp"
#include "tokenomics/sim/report/json_out.hpp"
#include "tokenomics/sim/text.hpp"

namespace assay::sim::report {
namespace {

constexpr std::size_t kExactCells = 40;  // more cells than that are shown with six digits

// A number, or null where it is missing.
class Numbers {
   public:
    explicit Numbers(bool exact) : exact_(exact) {}
    [[nodiscard]] std::string operator()(double x) const {
        if (!std::isfinite(x)) return "null";
        if (exact_) return shortest(x);
        char text[32];
        std::snprintf(text, sizeof text, "%.6g", x);
        return text;
    }

   private:
    bool exact_;
};

template <class Range, class Function>
std::string list(const Range& range, const Function& one) {
    std::string out = "[";
    for (const auto& item : range) {
        if (out.size() > 1) out += ",";
        out += one(item);
    }
    return out + "]";
}

std::string names_json(const std::vector<MetricName>& names) {
    return list(names, [](const MetricName& n) {
        return "{\"name\":" + json_text(n.name) + ",\"unit\":" + json_text(n.unit) +
               ",\"meaning\":" + json_text(n.meaning) + ",\"condition\":" + std::to_string(n.condition) +
               ",\"share\":" + (is_share(n.name) ? "true" : "false") + "}";
    });
}

// "25 %" never breaks before the sign.
std::string unbroken(std::string text) {
    for (std::size_t at = 0; (at = text.find(" %", at)) != std::string::npos; ++at) text.replace(at, 1, "\u00a0");
    return text;
}

std::string texts_json(const Failing& f) {
    return "[" + json_text(unbroken(percent_text(f.p))) + "," + json_text(unbroken(percent_text(f.low))) + "," +
           json_text(unbroken(percent_text(f.high))) + "]";
}

std::string metric_json(const MetricName& name, const MetricSummary& m, const Numbers& number) {
    std::string out = "{\"mean\":" + number(m.mean) + ",\"se\":" + number(m.standard_error) +
                      ",\"sd\":" + number(m.sd) + ",\"min\":" + number(m.min) + ",\"max\":" + number(m.max) +
                      ",\"missing\":" + std::to_string(m.missing) + ",\"q\":" + list(m.quantiles, number) +
                      ",\"qerr\":" + number(m.quantile_error) + ",\"fail\":";
    if (m.fail) {
        const Failing& f = *m.fail;
        out += std::string("{\"above\":") + (f.above ? "true" : "false") + ",\"threshold\":" + number(f.threshold) +
               ",\"p\":" + number(f.p) + ",\"low\":" + number(f.low) + ",\"high\":" + number(f.high) +
               ",\"text\":" + texts_json(f) + ",\"verdict\":" + json_text(word_of(health_of(f))) +
               ",\"words\":" + json_text(unbroken(failure_words(name, f))) + "}";
    } else {
        out += "null";
    }
    out += ",\"hist\":";
    if (m.histogram && m.histogram->values > 0) {
        const Histogram& h = *m.histogram;
        out += "{\"low\":" + number(h.low) + ",\"high\":" + number(h.high) +
               ",\"log\":" + (h.logarithmic ? "true" : "false") + ",\"outside\":" + std::to_string(h.outside) +
               ",\"bins\":" + list(h.bins, [](std::uint64_t n) { return std::to_string(n); }) + "}";
    } else {
        out += "null";
    }
    return out + "}";
}

std::string cell_json(const ReportData& data, const ReportCell& cell, const Numbers& number) {
    const Verdict v = verdict_of(data, cell);
    std::string out = "{\"cell\":" + std::to_string(cell.number) + ",\"set\":{";
    for (std::size_t i = 0; i < cell.set.size(); ++i)
        out += (i == 0 ? "" : ",") + json_text(cell.set[i].first) + ":" + json_text(cell.set[i].second);
    out += "},\"verdict\":{\"word\":" + json_text(word_of(v.health)) +
           ",\"sentence\":" + json_text(unbroken(v.sentence)) + ",\"sure\":" + json_text(unbroken(v.sure)) +
           ",\"conditions\":[";
    for (std::size_t c = 1; c <= 4; ++c) {
        const Failing any = share_of(cell.condition_failed[c], cell.runs_seen);
        out += (c == 1 ? "" : ",") + std::string("{\"word\":") + json_text(word_of(v.conditions[c])) + ",\"any\":";
        out += cell.runs_seen == 0 ? "null}" : texts_json(any) + "}";
    }
    out += "]},\"runs_seen\":" + std::to_string(cell.runs_seen) + ",\"price_fell\":" + std::to_string(cell.price_fell) +
           ",\"metrics\":[";
    for (std::size_t i = 0; i < cell.metrics.size(); ++i)
        out += (i == 0 ? "" : ",") + metric_json(data.metrics[i], cell.metrics[i], number);
    out += "],\"steps\":" + list(cell.points, [](const auto& p) { return std::to_string(p.first); }) +
           ",\"days\":" + list(cell.points, [&](const auto& p) { return number(p.second); }) + ",\"paths\":";
    return out + list(cell.paths, [&](const std::vector<double>& path) { return list(path, number); }) + "}";
}

std::string data_json(const ReportData& data, const std::string& title) {
    const Numbers number(data.cells.size() <= kExactCells);
    std::string out = "{\"title\":" + json_text(title) + ",\"name\":" + json_text(data.name) +
                      ",\"runs\":" + std::to_string(data.runs) + ",\"steps\":" + std::to_string(data.steps) +
                      ",\"horizon\":" + number(data.days) + ",\"mode\":" + json_text(data.mode) +
                      ",\"fast_bound\":" + (data.fast_bound.empty() ? "null" : data.fast_bound) +
                      ",\"seed\":" + json_text(data.seed) + ",\"shard\":" + json_text(data.shard) +
                      ",\"antithetic\":" + (data.antithetic ? "true" : "false") +
                      ",\"version\":" + json_text(data.version) + ",\"model\":" + std::to_string(data.model) +
                      ",\"result_hash\":" + json_text(data.result_hash) +
                      ",\"input_hash\":" + json_text(data.input_hash) + ",\"denom\":" + json_text(data.denom) +
                      ",\"thinned\":" + std::to_string(data.thinned) +
                      ",\"cells_with_paths\":" + std::to_string(data.cells_with_paths) +
                      ",\"quantiles\":" + list(kQuantiles, shortest) + ",\"metrics\":" + names_json(data.metrics) +
                      ",\"series\":" + names_json(data.series) +
                      ",\"swept\":" + list(data.swept, [](const std::string& s) { return json_text(s); }) +
                      ",\"shocks\":" + (data.shocks.kind == json::Kind::array ? json_of(data.shocks) : "[]") +
                      ",\"price_before\":" + json_of(data.initial_price) + ",\"against\":" + json_text(data.against) +
                      ",\"changed\":";
    out += list(data.changed, [](const ChangedParameter& c) {
        return "[" + json_text(c.path) + "," + json_text(c.before) + "," + json_text(c.now) + "]";
    });
    out += ",\"sensitivity\":";
    out += list(data.sensitivity, [&](const SensitivityRow& r) {
        return "{\"method\":" + json_text(r.method) + ",\"param\":" + json_text(r.param) +
               ",\"metric\":" + json_text(r.metric) + ",\"index\":" + json_text(r.index) +
               ",\"value\":" + number(r.value) + ",\"low\":" + number(r.low) + ",\"high\":" + number(r.high) + "}";
    });
    out += ",\"cells\":" + list(data.cells, [&](const ReportCell& c) { return cell_json(data, c, number); });
    return out + ",\"scenario\":" + data.scenario + "}";
}

// Puts what each {{NAME}} of the template stands for into its place, once, so that nothing inside of it is replaced.
std::string filled(std::string_view text, const std::vector<std::pair<std::string_view, std::string>>& values) {
    std::string out;
    while (true) {
        const std::size_t open = text.find("{{");
        out += text.substr(0, open);
        if (open == std::string_view::npos) return out;
        const std::size_t close = text.find("}}", open);
        const std::string_view name = text.substr(open + 2, close - open - 2);
        for (const auto& [key, value] : values)
            if (key == name) out += value;
        text.remove_prefix(close + 2);
    }
}

}  // namespace

std::string report_page(const ReportData& data, const std::string& title) {
    const std::string shown = title.empty() ? data.name : title;
    const Verdict v = verdict_of(data, data.cells[0]);
    const std::string script(report_script());
    // The page may run this script and no other, and may ask nothing of any network.
    const std::string script_hash = "sha256-" + to_base64(sha256(as_bytes(script)).view());
    return filled(report_template(), {{"TITLE", html_text(shown)},
                                      {"SCRIPT_HASH", script_hash},
                                      {"VERSION", html_text(data.version)},
                                      {"STYLE", std::string(report_style())},
                                      {"VERDICT_WORD", html_text(word_of(v.health))},
                                      {"VERDICT", html_text(unbroken(v.sentence))},
                                      {"SURE", html_text(unbroken(v.sure))},
                                      {"DATA", inside_script(data_json(data, shown))},
                                      {"SCRIPT", script}});
}

}  // namespace assay::sim::report
