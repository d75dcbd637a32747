#include "python/c/questions.hpp"

#include <algorithm>
#include <cmath>
#include <thread>

#include "base/version.hpp"
#include "tokenomics/params_json.hpp"
#include "tokenomics/presets.hpp"
#include "tokenomics/sim/document.hpp"
#include "tokenomics/sim/report/page.hpp"
#include "tokenomics/sim/run/job.hpp"
#include "tokenomics/sim/run/result.hpp"
#include "tokenomics/sim/scenario.hpp"
#include "tokenomics/sim/study/sweep_job.hpp"
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

Result<std::uint64_t> count_of(json::Object& request, std::string_view name, std::uint64_t fallback,
                               std::uint64_t max) {
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

// A document as text. Numbers keep the digits that they were written with.
void write(std::string& out, const json::Value& v) {
    switch (v.kind) {
        case json::Kind::null:
            out += "null";
            return;
        case json::Kind::boolean:
            out += v.boolean ? "true" : "false";
            return;
        case json::Kind::number:
            out += v.text;
            return;
        case json::Kind::string:
            out += json_text(v.text);
            return;
        case json::Kind::array:
            out += '[';
            for (std::size_t i = 0; i < v.items.size(); ++i) {
                if (i != 0) out += ',';
                write(out, v.items[i]);
            }
            out += ']';
            return;
        case json::Kind::object:
            out += '{';
            for (std::size_t i = 0; i < v.members.size(); ++i) {
                if (i != 0) out += ',';
                out += json_text(v.members[i].first) + ":";
                write(out, v.members[i].second);
            }
            out += '}';
            return;
    }
}

Result<Answer> document(json::Object& request, Watch&) {
    ASSAY_TRY(const Asked asked, asked_of(request));
    ASSAY_TRY(const json::Value root,
              load_document(asked.source, asked.sets, [](const json::Value&) { return Status{}; }));
    Answer out;
    write(out.text, root);
    return out;
}

Result<Mode> mode_of(json::Object& request) {
    const json::Value* v = request.optional("mode");
    if (v == nullptr || v->text == "exact") return Mode::exact;
    if (v->text == "fast") return Mode::fast;
    return {Code::usage, "mode is " + json::shown(v->text) + ", allowed are exact and fast"};
}

// Everything that the bytes of an answer depend on, and how to come by it.
struct Posed {
    Asked asked;
    SimulateOptions options;
};

Result<Posed> posed_of(json::Object& request, Watch& watch) {
    Posed out;
    ASSAY_TRY(out.asked, asked_of(request));
    ASSAY_TRY(out.options.runs, count_of(request, "runs", 100, kMaxRuns));
    ASSAY_TRY(out.options.threads,
              count_of(request, "threads", std::max(1u, std::thread::hardware_concurrency()), 1024));
    ASSAY_TRY(out.options.mode, mode_of(request));
    ASSAY_TRY(out.options.paths, count_of(request, "paths", 0, kMaxRuns));
    out.options.stop = &watch.stop;
    out.options.progress = watch.progress();
    return out;
}

Question question_of(const Scenario& scenario, const Posed& s) {
    Question out;
    out.scenario = &scenario;
    out.runs = s.options.runs;
    out.mode = s.options.mode;
    out.paths = s.options.paths;
    return out;
}

Result<Answer> run(json::Object& request, Watch& watch) {
    ASSAY_TRY(const Posed posed, posed_of(request, watch));
    ASSAY_TRY(const Scenario scenario, load_scenario(posed.asked.source, posed.asked.sets));
    ASSAY_TRY(CellResult cell, simulate(scenario, posed.options));
    ResultFiles files = render({std::move(cell)}, question_of(scenario, posed), {.version = version_text()});
    return Answer{"{" + member("result_hash", files.result_hash) + "}", std::move(files.files)};
}

std::string hash_text(const std::string& hash) {
    return "{" + member("result_hash", hash) + "}";
}

// Into a directory: whole, or a shard of it.
struct Place {
    std::string dir;
    Shard shard;
};

Result<Place> place_of(json::Object& request) {
    Place out;
    ASSAY_TRY(out.dir, request.string("out"));
    if (const json::Value* v = request.optional("shard")) {
        ASSAY_TRY(const std::string text, json::as_string(*v, "shard"));
        ASSAY_TRY(out.shard, parse_shard(text));
    }
    return out;
}

Result<Answer> job(json::Object& request, Watch& watch) {
    ASSAY_TRY(const Posed posed, posed_of(request, watch));
    ASSAY_TRY(const Scenario scenario, load_scenario(posed.asked.source, posed.asked.sets));
    ASSAY_TRY(const Place place, place_of(request));
    Job job;
    job.question = question_of(scenario, posed);
    job.render.version = version_text();
    job.dir = place.dir;
    job.shard = place.shard;
    job.threads = posed.options.threads;
    job.stop = &watch.stop;
    job.progress = watch.progress();
    ASSAY_TRY(const JobResult result, run_job(job));
    return Answer{hash_text(result.result_hash), {}};
}

Result<Answer> sweep(json::Object& request, Watch& watch) {
    ASSAY_TRY(const Posed posed, posed_of(request, watch));
    ASSAY_TRY(const study::BaseScenario base, study::BaseScenario::load(posed.asked.source, posed.asked.sets));
    ASSAY_TRY(auto query, study::sweep_of(request.value(), ""));
    if (!query) {
        ASSAY_TRY(query, study::sweep_of(base.document(), ""));
    }
    if (!query) return {Code::usage, "neither the call nor the scenario says what is swept"};
    ASSAY_TRY(const study::SweepPlan plan, study::plan_sweep(base, *std::move(query)));
    ASSAY_TRY(const Place place, place_of(request));
    study::SweepJob job;
    job.base = &base;
    job.cells = plan.cells;
    job.question = question_of(base.scenario(), posed);
    job.question.points = study::sweep_points(plan.cells.size(), posed.options.runs, base.scenario().steps());
    job.question.study = plan.text();
    job.render.version = version_text();
    job.dir = place.dir;
    job.shard = place.shard;
    job.threads = posed.options.threads;
    job.stop = &watch.stop;
    job.progress = watch.progress();
    ASSAY_TRY(const study::SweepResult result, study::run_sweep(job));
    return Answer{hash_text(result.result_hash), {}};
}

Result<Answer> merge(json::Object& request, Watch&) {
    ASSAY_TRY(const auto items, request.array("dirs", kMostShards));
    std::vector<std::string> dirs;
    for (const json::Value& item : items) {
        ASSAY_TRY(std::string dir, json::as_string(item, "dirs"));
        dirs.push_back(std::move(dir));
    }
    if (dirs.empty()) return {Code::usage, "no shards were named"};
    ASSAY_TRY(const std::string out, request.string("out"));
    const RenderOptions render{.version = version_text()};
    if (study::is_sweep_shard(dirs[0])) {
        ASSAY_TRY(const study::SweepResult result, study::merge_sweep(dirs, out, render));
        return Answer{hash_text(result.result_hash), {}};
    }
    ASSAY_TRY(const JobResult result, merge_shards(dirs, out, render));
    return Answer{hash_text(result.result_hash), {}};
}

Result<Answer> report_on(json::Object& request, Watch&) {
    ASSAY_TRY(const std::string dir, request.string("dir"));
    ASSAY_TRY(const std::string out, request.string("out"));
    ASSAY_TRY(const std::string title, request.string("title"));
    ASSAY_TRY(report::ReportData data, report::read_report_data(dir));
    ASSAY_TRY(const json::Value now, json::parse(data.scenario, {.max_bytes = 64u << 20, .max_depth = 32}));
    const json::Value* name = now.find("name");
    if (name != nullptr && tokenomics::preset_text(name->text)) {
        if (const auto preset = load_scenario(name->text)) {  // else its numbers are not published
            ASSAY_TRY(const json::Value was,
                      json::parse(scenario_json(*preset), {.max_bytes = 64u << 20, .max_depth = 32}));
            data.against = name->text;
            data.changed = report::changed_parameters(was, now);
        }
    }
    ASSAY_TRY_VOID(report::write_report(out, report::report_page(data, title)));
    const report::Verdict v = report::verdict_of(data, data.cells[0]);
    return Answer{"{" + member("verdict", report::word_of(v.health)) + "," + member("sentence", v.sentence) + "}", {}};
}

constexpr struct {
    std::string_view name;
    Result<Answer> (*ask)(json::Object& request, Watch& watch);
} kQuestions[] = {{"presets", presets},   {"figures", figures}, {"params", params}, {"document", document},
                  {"scenario", scenario}, {"run", run},         {"job", job},       {"sweep", sweep},
                  {"merge", merge},       {"report", report_on}};

}  // namespace

std::string version_text() {
    return std::string("assay-sim ") + kVersion + " (" + kCommit + ")";
}

std::string hint_for(const Error& error) {
    switch (error.code) {
        case Code::number_unpublished:
            return "give each of them: set={path: value}";
        case Code::interrupted:
            return {};
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
        ASSAY_TRY(const json::Value root,
                  json::parse(request, {.max_bytes = 64u << 20, .max_depth = 64, .source = "request"}));
        ASSAY_TRY(json::Object object, json::object(root, ""));
        // Members that nobody reads are found at the end of what reads them; so a slow question is asked last.
        static constexpr std::string_view kMembers[] = {"source", "set",   "pattern", "runs",  "threads",
                                                        "mode",   "paths", "sweep",   "shard", "out",
                                                        "dirs",   "dir",   "title"};
        for (const auto& [name, value] : root.members)
            if (std::find(std::begin(kMembers), std::end(kMembers), name) == std::end(kMembers))
                return {Code::usage, "a request has no member " + json::shown(name)};
        return q.ask(object, watch);
    }
    return {Code::usage, "there is no question " + json::shown(question)};
}

}  // namespace assay::sim::c
