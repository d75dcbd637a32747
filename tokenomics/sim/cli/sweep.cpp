// `assay-sim sweep`: one scenario with many values of some fields, into one result directory.
#include <chrono>
#include <cmath>
#include <cstdio>
#include <filesystem>

#include "tokenomics/presets.hpp"
#include "tokenomics/sim/cli/study_options.hpp"
#include "tokenomics/sim/study/sweep_job.hpp"
#include "tokenomics/sim/text.hpp"

namespace assay::sim::cli {
namespace {

Result<study::SweepQuery> sweep_query(const SweepCommand& c, const json::Value& document) {
    std::error_code ec;
    const bool file = !tokenomics::preset_text(c.source) && std::filesystem::is_regular_file(c.source, ec);
    ASSAY_TRY(auto own, study::sweep_of(document, file ? std::filesystem::path(c.source).parent_path().string() : ""));
    study::SweepQuery query = own.value_or(study::SweepQuery{});
    if (!c.params.empty() || !c.table.empty()) {  // what is typed stands in place of what the file says
        query.axes.clear();
        query.table.clear();
        query.design = c.table.empty() ? study::Design::grid : study::Design::table;
    }
    if (!c.design.empty()) query.design = *study::design_named(c.design);
    if (!c.table.empty()) query.table = c.table;
    if (!c.samples.empty()) {
        ASSAY_TRY(query.samples, typed_count(c.samples, "--samples", 1, study::kMaxCells));
    }
    for (const std::string& text : c.params) {
        ASSAY_TRY(study::Axis axis, study::parse_axis("--param", text));
        query.axes.push_back(std::move(axis));
    }
    return query;
}

// Path-steps a second on one core, by a block or more of the first cell.
Result<double> probe(const Scenario& s, Mode mode) {
    ASSAY_TRY(const Model model, Model::make(s, {.points = 1, .threads = 1, .mode = mode}));
    BlockResult block;
    const auto begin = std::chrono::steady_clock::now();
    double seconds = 0;
    std::uint64_t blocks = 0;
    while (seconds < 0.05) {
        ASSAY_TRY_VOID(model.run_block(blocks++, block));
        seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
    }
    return static_cast<double>(blocks * kLanes * model.steps()) / seconds;
}

}  // namespace

int print_sweep(const Output& out, const std::string& dir, const Scenario& base, const std::string& design,
                const study::SweepResult& result) {
    const auto& cells = result.cells;
    if (out.json)
        return out.done("{\"dir\":" + json_text(dir) + ",\"design\":" + json_text(design) +
                        ",\"cells\":" + std::to_string(cells.size()) + ",\"runs\":" + std::to_string(cells[0].runs) +
                        ",\"seed\":\"" + std::to_string(base.seed) + "\",\"result_hash\":\"" + result.result_hash +
                        "\",\"summary\":" + result.summary.substr(0, result.summary.size() - 1) + "}\n");
    Table table("llrrrr");
    table.row({"cell", "sets", "final price", "max drawdown", "P(spiral)", "margin"});
    constexpr std::size_t kShown = 40;
    for (std::size_t i = 0; i < cells.size() && i < kShown; ++i) {
        std::string values;
        for (const std::string& set : study::sets_of(cells[i].set)) values += (values.empty() ? "" : "  ") + set;
        const auto& f = cells[i].summary;
        table.row({std::to_string(i), values, for_people(f[kFinalPrice].quantiles[3]),
                   for_people(f[kMaxDrawdown].quantiles[3]),
                   for_people(f[kSpiral].count == 0 ? std::nan("") : f[kSpiral].mean),
                   for_people(f[kMeanMargin].quantiles[3])});
    }
    return out.done(base.name + ": " + std::to_string(cells.size()) + " cells (" + design + ") of " +
                    std::to_string(cells[0].runs) + " runs; medians\n\n" + table.text() +
                    (cells.size() > kShown ? "… all of them are in " + dir + "/summary.json\n" : "") +
                    "\nresult hash " + result.result_hash + "\nwritten to " + dir + "\n");
}

int run_sweep(const Output& out, const SweepCommand& c) {
    auto options = c.options.read();
    if (!options) return out.fail(options.error());
    const auto sets = c.options.all_sets();
    if (!sets) return out.fail(sets.error());
    const auto base = study::BaseScenario::load(c.source, *sets);
    if (!base) return out.fail(base.error(), hint_for(base.error()));
    auto query = sweep_query(c, base->document());
    if (!query) return out.fail(query.error());
    const auto plan = study::plan_sweep(*base, *std::move(query));
    if (!plan) return out.fail(plan.error());
    study::SweepJob job;
    job.base = &*base;
    job.cells = plan->cells;
    job.dir = c.out;
    job.threads = options->threads;
    job.render.version = version_text();
    Question& question = job.question;
    question.scenario = &base->scenario();
    question.runs = options->runs;
    question.mode = options->mode;
    question.points = study::sweep_points(plan->cells.size(), options->runs, base->scenario().steps());
    question.study = plan->text();
    if (!c.shard.empty()) {
        const auto shard = parse_shard(c.shard);
        if (!shard) return out.fail(shard.error());
        job.shard = *shard;
    }
    constexpr const char* kOther = "take another --out";
    if (const Status ok = may_write(c.out, input_hash(question), job.shard.text()); !ok)
        return out.fail(ok.error(), kOther);

    const auto first = base->with(study::sets_of(plan->cells[0]));
    if (!first) return out.fail(first.error());
    const auto rate = probe(*first, options->mode);
    if (!rate) return out.fail({rate.error().code, study::cell_name(plan->cells[0], 0) + ": " + rate.error().message});
    const double work =
        static_cast<double>(plan->steps) * static_cast<double>(options->runs) / static_cast<double>(job.shard.of);
    std::fprintf(stderr, "%zu cells x %llu runs, %.3g path-steps: about %.0f s on %zu threads\n", plan->cells.size(),
                 static_cast<unsigned long long>(options->runs), work,
                 std::ceil(work / *rate / static_cast<double>(options->threads)), options->threads);

    job.stop = watch_interrupts();
    Result<study::SweepResult> result{Code::internal, "nothing ran"};
    {
        Progress progress(c.options.progress == "json");
        const std::uint64_t steps = plan->steps / plan->cells.size();
        job.progress = [&](std::uint64_t done, std::uint64_t of) { progress.show(done, of, steps); };
        result = study::run_sweep(job);
    }
    if (!result) {
        const Code code = result.error().code;
        return out.fail(result.error(), code == Code::interrupted      ? "the same command goes on from there"
                                        : code == Code::already_exists ? kOther
                                        : code == Code::bad_state_file
                                            ? "remove " + c.out + ".partial, and the same command begins again"
                                            : "");
    }
    if (result->resumed > 0) std::fprintf(stderr, "%zu cells were there from before\n", result->resumed);
    if (!job.shard.whole()) {
        if (out.json)
            return out.done("{\"dir\":" + json_text(c.out) + ",\"shard\":\"" + job.shard.text() + "\",\"cells\":" +
                            std::to_string(plan->cells.size()) + ",\"result_hash\":\"" + result->result_hash + "\"}\n");
        return out.done(base->scenario().name + ": shard " + job.shard.text() + " of a sweep\nwritten to " + c.out +
                        "; assay-sim merge puts all shards together\n");
    }
    return print_sweep(out, c.out, base->scenario(), study::design_name(plan->design), *result);
}

}  // namespace assay::sim::cli
