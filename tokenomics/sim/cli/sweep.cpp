// `assay-sim sweep`: one scenario with many values of some fields, into one result directory.
#include <chrono>
#include <cmath>
#include <cstdio>
#include <filesystem>

#include "tokenomics/presets.hpp"
#include "tokenomics/sim/cli/study_options.hpp"
#include "tokenomics/sim/study/sweep.hpp"
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
    Question question;
    question.scenario = &base->scenario();
    question.runs = options->runs;
    question.mode = options->mode;
    question.study = plan->text();
    const std::string input = input_hash(question);
    if (const Status ok = may_write(c.out, input); !ok) return out.fail(ok.error(), "take another --out");

    const auto first = base->with(study::sets_of(plan->cells[0]));
    if (!first) return out.fail(first.error());
    const auto rate = probe(*first, options->mode);
    if (!rate) return out.fail({rate.error().code, study::cell_name(plan->cells[0], 0) + ": " + rate.error().message});
    const double work = static_cast<double>(plan->steps) * static_cast<double>(options->runs);
    std::fprintf(stderr, "%zu cells x %llu runs, %.3g path-steps: about %.0f s on %zu threads\n", plan->cells.size(),
                 static_cast<unsigned long long>(options->runs), work,
                 std::ceil(work / *rate / static_cast<double>(options->threads)), options->threads);

    std::atomic<bool>& stop = stop_on_interrupt();
    std::vector<CellResult> cells;
    {
        Progress progress(c.options.progress == "json");
        const std::uint64_t all = plan->cells.size() * options->runs;
        for (std::size_t i = 0; i < plan->cells.size(); ++i) {
            const auto s = base->with(study::sets_of(plan->cells[i]));
            if (!s) return out.fail(s.error());
            SimulateOptions one;
            one.runs = options->runs;
            one.threads = options->threads;
            one.mode = options->mode;
            one.stop = &stop;
            one.progress = [&](std::uint64_t done, std::uint64_t) {
                progress.show(i * options->runs + done, all, s->steps());
            };
            auto cell = simulate(*s, one);
            if (!cell) {
                const bool interrupted = cell.error().code == Code::interrupted;
                return out.fail(
                    interrupted
                        ? Error{Code::interrupted, "interrupted after " + std::to_string(i) + " of " +
                                                       std::to_string(plan->cells.size()) + " cells"}
                        : Error{cell.error().code, study::cell_name(plan->cells[i], i) + ": " + cell.error().message},
                    interrupted ? "nothing was written; the same command begins again" : "");
            }
            cell->set = plan->cells[i];
            cells.push_back(*std::move(cell));
            progress.show((i + 1) * options->runs, all, s->steps());
        }
    }
    const ResultFiles files = render(cells, question, {.version = version_text()});
    if (const Status ok = write_result(c.out, files, input); !ok) return out.fail(ok.error());
    if (out.json)
        return out.done("{\"dir\":" + json_text(c.out) + ",\"design\":\"" + study::design_name(plan->design) +
                        "\",\"cells\":" + std::to_string(cells.size()) + ",\"runs\":" + std::to_string(options->runs) +
                        ",\"seed\":\"" + std::to_string(base->scenario().seed) + "\",\"result_hash\":\"" +
                        files.result_hash + "\",\"summary\":" + files.summary.substr(0, files.summary.size() - 1) +
                        "}\n");
    Table table("llrrrr");
    table.row({"cell", "sets", "final price", "max drawdown", "P(spiral)", "margin"});
    constexpr std::size_t kShown = 40;
    for (std::size_t i = 0; i < cells.size() && i < kShown; ++i) {
        std::string values;
        for (const std::string& set : study::sets_of(plan->cells[i])) values += (values.empty() ? "" : "  ") + set;
        const auto& f = cells[i].summary;
        table.row({std::to_string(i), values, for_people(f[kFinalPrice].quantiles[3]),
                   for_people(f[kMaxDrawdown].quantiles[3]),
                   for_people(f[kSpiral].count == 0 ? std::nan("") : f[kSpiral].mean),
                   for_people(f[kMeanMargin].quantiles[3])});
    }
    return out.done(base->scenario().name + ": " + std::to_string(cells.size()) + " cells (" +
                    study::design_name(plan->design) + ") of " + std::to_string(options->runs) + " runs; medians\n\n" +
                    table.text() + (cells.size() > kShown ? "… all of them are in " + c.out + "/summary.json\n" : "") +
                    "\nresult hash " + files.result_hash + "\nwritten to " + c.out + "\n");
}

}  // namespace assay::sim::cli
