#include "python/c/questions.hpp"

#include <algorithm>
#include <cmath>
#include <thread>

#include "base/version.hpp"
#include "tokenomics/params_json.hpp"
#include "tokenomics/presets.hpp"
#include "tokenomics/sim/document.hpp"
#include "tokenomics/sim/run/monte_carlo.hpp"
#include "tokenomics/sim/run/result.hpp"
#include "tokenomics/sim/scenario.hpp"
#include "tokenomics/sim/text.hpp"
#include "tokenomics/unpublished.hpp"

namespace assay::sim::c {
namespace {

// What every request about a scenario has.
struct Asked {
    std::string source;
    std::vector<std::string> sets;
};

Result<Asked> asked_of(json::Object& request) {
    Asked out;
    ASSAY_TRY(out.source, request.string("source"));
    if (const json::Value* sets = request.optional("set")) {
        for (const json::Value& item : sets->items) {
            ASSAY_TRY(std::string set, json::as_string(item, "set"));
            out.sets.push_back(std::move(set));
        }
    }
    return out;
}

Result<std::uint64_t> count_of(json::Object& request, std::string_view name, std::uint64_t fallback, std::uint64_t max) {
    const json::Value* v = request.optional(name);
    if (v == nullptr || v->is_null()) return fallback;
    return json::as_u64(*v, name, 1, max);
}

std::string member(std::string_view name, std::string_view text) {
    return json_text(name) + ":" + json_text(text);
}

Result<Answer> presets(json::Object&, Watch&) {
    Answer out{"{\"items\":[", {}};
    bool first = true;
    for (const auto name : tokenomics::preset_names()) {
        ASSAY_TRY(const json::Value document, read_document(std::string(name)));
        out.text += (first ? "{" : ",{") + member("name", name) + ",\"needs\":[";
        first = false;
        bool first_need = true;
        for (const auto& need : tokenomics::unpublished(document)) {
            out.text += (first_need ? "" : ",") + json_text(need.path);
            first_need = false;
        }
        out.text += "]}";
    }
    out.text += "]}";
    return out;
}

Result<Answer> figures(json::Object&, Watch&) {
    Answer out{"{\"series\":[", {}};
    const auto named = [](const auto& info) {
        return member("name", info.name) + "," + member("unit", info.unit) + "," + member("meaning", info.meaning);
    };
    for (std::size_t i = 0; i < kSeriesCount; ++i) out.text += (i == 0 ? "{" : ",{") + named(kSeries[i]) + "}";
    out.text += "],\"figures\":[";
    for (std::size_t i = 0; i < kFigureCount; ++i) {
        const FigureInfo& f = kFigures[i];
        out.text += (i == 0 ? "{" : ",{") + named(f) + ",\"condition\":" + std::to_string(f.condition) + ",\"fails\":" +
                    (f.fails == Fails::never   ? "null"
                     : f.fails == Fails::above ? "\"above\""
                                               : "\"below\"") +
                    ",\"threshold\":" + (f.fails == Fails::never ? "null" : shortest(f.threshold)) + "}";
    }
    out.text += "]}";
    return out;
}

Result<Answer> params(json::Object& request, Watch&) {
    ASSAY_TRY(const Asked asked, asked_of(request));
    std::string pattern;
    if (request.optional("pattern") != nullptr) {
        ASSAY_TRY(pattern, request.string("pattern"));
    }
    ASSAY_TRY(const Scenario s, load_scenario(asked.source, asked.sets));
    Answer out{"{\"items\":[", {}};
    bool first = true;
    const auto row = [&](const std::string& path, const std::string& value, const std::string& unit,
                         const std::string& meaning) {
        if (path.find(pattern) == std::string::npos) return;
        out.text += (first ? "{" : ",{") + member("path", path) + "," + member("value", value) + "," +
                    member("unit", unit) + "," + member("meaning", meaning) + "}";
        first = false;
    };
    for (const auto& r : tokenomics::list_params(s.params, tokenomics::EntryNames::number))
        row("params." + r.path, r.value, r.unit, r.meaning);
    for (const auto& r : list_behaviour(s)) row(r.path, r.value, r.unit, r.meaning);
    out.text += "]}";
    return out;
}

Result<Answer> scenario(json::Object& request, Watch&) {
    ASSAY_TRY(const Asked asked, asked_of(request));
    ASSAY_TRY(const Scenario s, load_scenario(asked.source, asked.sets));
    return Answer{scenario_json(s), {}};
}

Result<Mode> mode_of(json::Object& request) {
    const json::Value* v = request.optional("mode");
    if (v == nullptr || v->text == "exact") return Mode::exact;
    if (v->text == "fast") return Mode::fast;
    return {Code::usage, "mode is " + json::shown(v->text) + ", allowed are exact and fast"};
}

Result<Answer> run(json::Object& request, Watch& watch) {
    ASSAY_TRY(const Asked asked, asked_of(request));
    MonteCarloOptions options;
    ASSAY_TRY(options.runs, count_of(request, "runs", 100, kMaxRuns));
    ASSAY_TRY(const std::uint64_t threads,
              count_of(request, "threads", std::max(1u, std::thread::hardware_concurrency()), 1024));
    ASSAY_TRY(const Mode mode, mode_of(request));
    options.threads = threads;
    options.stop = &watch.stop;
    options.progress = [&watch](std::uint64_t done, std::uint64_t of) {
        watch.done = done;
        watch.of = of;
    };
    ASSAY_TRY(const Scenario s, load_scenario(asked.source, asked.sets));
    ASSAY_TRY(const Model model, Model::make(s, {.points = points_for(options.runs, s.steps()),
                                                 .threads = options.threads,
                                                 .mode = mode}));
    ASSAY_TRY(const Outcome outcome, monte_carlo(model, options));
    ResultFiles files = render(model, outcome, version_text());
    Answer out;
    out.files = std::move(files.files);
    out.text = "{" + member("result_hash", files.result_hash) + ",\"runs\":" + std::to_string(options.runs) +
               ",\"steps\":" + std::to_string(model.steps()) + "," + member("seed", std::to_string(s.seed)) + "}";
    return out;
}

constexpr struct {
    std::string_view name;
    Result<Answer> (*ask)(json::Object& request, Watch& watch);
} kQuestions[] = {{"presets", presets}, {"figures", figures}, {"params", params}, {"scenario", scenario}, {"run", run}};

}  // namespace

std::string version_text() {
    return std::string("assay-sim ") + kVersion + " (" + kCommit + ")";
}

std::string hint_for(const Error& error) {
    switch (error.code) {
        case Code::number_unpublished:
            return "give each of them: set={path: value}";
        case Code::interrupted:
            return "nothing was kept; the same call begins again";
        case Code::already_exists:
            return "take another directory";
        case Code::not_found:
        case Code::json_unknown_key:
            return "assay_sim.presets() are the presets, assay_sim.params() the names of all fields";
        default:
            return {};
    }
}

Result<Answer> ask(std::string_view question, std::string_view request, Watch& watch) {
    for (const auto& q : kQuestions) {
        if (q.name != question) continue;
        ASSAY_TRY(const json::Value root, json::parse(request, {.max_bytes = 64u << 20, .source = "request"}));
        ASSAY_TRY(json::Object object, json::object(root, ""));
        // Members that nobody reads are found at the end of what reads them; so a slow question is asked last.
        static constexpr std::string_view kMembers[] = {"source", "set", "pattern", "runs", "threads", "mode"};
        for (const auto& [name, value] : root.members)
            if (std::find(std::begin(kMembers), std::end(kMembers), name) == std::end(kMembers))
                return {Code::usage, "a request has no member " + json::shown(name)};
        return q.ask(object, watch);
    }
    return {Code::usage, "there is no question " + json::shown(question)};
}

}  // namespace assay::sim::c
