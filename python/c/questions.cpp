#include "python/c/questions.hpp"

#include <algorithm>
#include <cmath>
#include <thread>

#include "base/version.hpp"
#include "python/c/cell_bytes.hpp"
#include "tokenomics/params_json.hpp"
#include "tokenomics/presets.hpp"
#include "tokenomics/sim/document.hpp"
#include "tokenomics/sim/run/job.hpp"
#include "tokenomics/sim/run/result.hpp"
#include "tokenomics/sim/scenario.hpp"
#include "tokenomics/sim/text.hpp"
#include "tokenomics/unpublished.hpp"

namespace assay::sim::c {
namespace {

constexpr std::size_t kMostCells = 100'000;

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
    out.options.stop = &watch.stop;
    return out;
}

Question question_of(const Scenario& scenario, const Posed& s) {
    Question out;
    out.scenario = &scenario;
    out.runs = s.options.runs;
    out.mode = s.options.mode;
    return out;
}

Answer answer_of(ResultFiles files, std::uint64_t cells) {
    Answer out;
    out.text = "{" + member("result_hash", files.result_hash) + ",\"cells\":" + std::to_string(cells) + "}";
    out.files = std::move(files.files);
    return out;
}

Result<Answer> run(json::Object& request, Watch& watch) {
    ASSAY_TRY(Posed s, posed_of(request, watch));
    s.options.progress = [&watch](std::uint64_t done, std::uint64_t of) {
        watch.done = done;
        watch.of = of;
    };
    ASSAY_TRY(const Scenario scenario, load_scenario(s.asked.source, s.asked.sets));
    ASSAY_TRY(CellResult cell, simulate(scenario, s.options));
    return answer_of(render({std::move(cell)}, question_of(scenario, s), {.version = version_text()}), 1);
}

// A part of the runs, into a directory that "merge" takes.
Result<Answer> shard(json::Object& request, Watch& watch) {
    ASSAY_TRY(const Posed s, posed_of(request, watch));
    ASSAY_TRY(const std::string which, request.string("shard"));
    ASSAY_TRY(const Scenario scenario, load_scenario(s.asked.source, s.asked.sets));
    Job job;
    job.question = question_of(scenario, s);
    job.render.version = version_text();
    job.threads = s.options.threads;
    job.stop = &watch.stop;
    job.progress = [&watch](std::uint64_t done, std::uint64_t of) {
        watch.done = done;
        watch.of = of;
    };
    ASSAY_TRY(job.shard, parse_shard(which));
    ASSAY_TRY(job.dir, request.string("out"));
    ASSAY_TRY(const JobResult result, run_job(job));
    return Answer{"{" + member("result_hash", result.result_hash) + "}", {}};
}

Result<Answer> merge(json::Object& request, Watch&) {
    ASSAY_TRY(const auto items, request.array("dirs", kMostShards));
    std::vector<std::string> dirs;
    for (const json::Value& item : items) {
        ASSAY_TRY(std::string dir, json::as_string(item, "dirs"));
        dirs.push_back(std::move(dir));
    }
    ASSAY_TRY(const std::string out, request.string("out"));
    ASSAY_TRY(const JobResult result, merge_shards(dirs, out, {.version = version_text()}));
    return Answer{"{" + member("result_hash", result.result_hash) + "}", {}};
}

// "cells": what each sets, as path and value.
using CellSet = std::vector<std::pair<std::string, std::string>>;

Result<std::vector<CellSet>> cells_of(json::Object& request) {
    ASSAY_TRY(const auto items, request.array("cells", kMostCells));
    if (items.empty()) return {Code::usage, "a sweep has one cell at least"};
    std::vector<CellSet> out;
    for (const json::Value& item : items) {
        CellSet set;
        for (const auto& [path, value] : item.members) {
            ASSAY_TRY(std::string text, json::as_string(value, path));
            set.emplace_back(path, std::move(text));
        }
        out.push_back(std::move(set));
    }
    return out;
}

Result<Scenario> scenario_of_cell(const Asked& asked, const CellSet& cell, std::size_t number) {
    std::vector<std::string> sets = asked.sets;
    for (const auto& [path, value] : cell) sets.push_back(path + "=" + value);
    auto s = load_scenario(asked.source, sets);
    if (!s) return {s.error().code, "cell " + std::to_string(number) + ": " + s.error().message};
    return s;
}

std::string study_of(const std::vector<CellSet>& cells) {
    std::string out = "sweep";
    for (const CellSet& cell : cells) {
        out += "\n";
        for (const auto& [path, value] : cell) out += path + "=" + value + ";";
    }
    return out;
}

// Runs the cells that `wanted` names and hands each over.
template <class F>
Status run_cells(const Posed& given, const std::vector<CellSet>& cells, std::size_t first, std::size_t end,
                 Watch& watch, F take) {
    // A cell that cannot be is found before any of them runs.
    for (std::size_t i = first; i < end; ++i) ASSAY_TRY_VOID(scenario_of_cell(given.asked, cells[i], i));
    watch.of = (end - first) * given.options.runs;
    for (std::size_t i = first; i < end; ++i) {
        ASSAY_TRY(const Scenario scenario, scenario_of_cell(given.asked, cells[i], i));
        SimulateOptions options = given.options;
        options.progress = [&](std::uint64_t done, std::uint64_t) { watch.done = (i - first) * options.runs + done; };
        ASSAY_TRY(CellResult cell, simulate(scenario, options));
        cell.set = cells[i];
        ASSAY_TRY_VOID(take(i, std::move(cell)));
    }
    return {};
}

Result<Answer> sweep(json::Object& request, Watch& watch) {
    ASSAY_TRY(const Posed s, posed_of(request, watch));
    ASSAY_TRY(const std::vector<CellSet> cells, cells_of(request));
    std::vector<CellResult> results;
    ASSAY_TRY_VOID(run_cells(s, cells, 0, cells.size(), watch, [&](std::size_t, CellResult cell) -> Status {
        results.push_back(std::move(cell));
        return {};
    }));
    ASSAY_TRY(const Scenario base, load_scenario(s.asked.source, s.asked.sets));
    Question question = question_of(base, s);
    question.study = study_of(cells);
    return answer_of(render(results, question, {.version = version_text()}), cells.size());
}

// Some cells of a sweep, each as bytes that "gather" takes: what one of many machines does.
Result<Answer> cells(json::Object& request, Watch& watch) {
    ASSAY_TRY(const Posed s, posed_of(request, watch));
    ASSAY_TRY(const std::vector<CellSet> all, cells_of(request));
    ASSAY_TRY(const std::uint64_t first, request.u64("first", 0, all.size()));
    ASSAY_TRY(const std::uint64_t end, request.u64("end", first, all.size()));
    Answer out{"{}", {}};
    ASSAY_TRY_VOID(run_cells(s, all, first, end, watch, [&](std::size_t i, const CellResult& cell) -> Status {
        out.files.emplace_back("cell-" + std::to_string(i), pack(cell));
        return {};
    }));
    return out;
}

// The sweep that those cells are parts of. `folder` holds them.
Result<Answer> gather(json::Object& request, Watch& watch) {
    ASSAY_TRY(const Posed s, posed_of(request, watch));
    ASSAY_TRY(const std::vector<CellSet> all, cells_of(request));
    ASSAY_TRY(const std::string folder, request.string("folder"));
    std::vector<CellResult> results;
    for (std::size_t i = 0; i < all.size(); ++i) {
        const std::string path = folder + "/cell-" + std::to_string(i);
        ASSAY_TRY(const std::string bytes, read_text_file(path));
        ASSAY_TRY(CellResult cell, unpack(bytes, path));
        ASSAY_TRY(cell.scenario, scenario_of_cell(s.asked, all[i], i));
        if (cell.set != all[i] || cell.runs != s.options.runs || cell.mode != s.options.mode)
            return {Code::verification_failed, path + " is the answer to another question"};
        results.push_back(std::move(cell));
    }
    ASSAY_TRY(const Scenario base, load_scenario(s.asked.source, s.asked.sets));
    Question question = question_of(base, s);
    question.study = study_of(all);
    return answer_of(render(results, question, {.version = version_text()}), all.size());
}

constexpr struct {
    std::string_view name;
    Result<Answer> (*ask)(json::Object& request, Watch& watch);
} kQuestions[] = {{"presets", presets},   {"figures", figures}, {"params", params}, {"document", document},
                  {"scenario", scenario}, {"run", run},         {"shard", shard},   {"merge", merge},
                  {"sweep", sweep},       {"cells", cells},     {"gather", gather}};

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
        ASSAY_TRY(const json::Value root,
                  json::parse(request, {.max_bytes = 64u << 20, .max_depth = 64, .source = "request"}));
        ASSAY_TRY(json::Object object, json::object(root, ""));
        // Members that nobody reads are found at the end of what reads them; so a slow question is asked last.
        static constexpr std::string_view kMembers[] = {"source", "set", "pattern", "runs",  "threads", "mode", "cells",
                                                        "first",  "end", "folder",  "shard", "out",     "dirs"};
        for (const auto& [name, value] : root.members)
            if (std::find(std::begin(kMembers), std::end(kMembers), name) == std::end(kMembers))
                return {Code::usage, "a request has no member " + json::shown(name)};
        return q.ask(object, watch);
    }
    return {Code::usage, "there is no question " + json::shown(question)};
}

}  // namespace assay::sim::c
