// `assay-sim sensitivity`: which fields move a figure, and how much.
#include "tokenomics/sim/study/sensitivity.hpp"
#include "tokenomics/sim/cli/study_options.hpp"
#include "tokenomics/sim/study/assertion.hpp"
#include "tokenomics/sim/text.hpp"

namespace assay::sim::cli {

int run_sensitivity(const Output& out, const SensitivityCommand& c) {
    study::SensitivityQuery query;
    query.method = c.method == "morris" ? study::Method::morris : study::Method::sobol;
    const auto n = typed_count(c.n, "--n", 2, 1'000'000);
    if (!n) return out.fail(n.error());
    query.n = static_cast<std::uint32_t>(*n);
    const auto levels = typed_count(c.levels, "--levels", 2, 1000);
    if (!levels) return out.fail(levels.error());
    if (*levels % 2 != 0)
        return out.fail({Code::usage, "--levels is " + c.levels + ", Morris's grid has an even number"});
    query.levels = static_cast<std::uint32_t>(*levels);
    for (const std::string& text : c.params) {
        auto axis = study::parse_axis("--param", text);
        if (!axis) return out.fail(axis.error());
        for (const study::Axis& had : query.axes)
            if (had.path == axis->path) return out.fail({Code::usage, "--param " + axis->path + " is given twice"});
        query.axes.push_back(*std::move(axis));
    }
    for (const std::string& name : c.metrics) {
        const auto figure = study::metric_named(name);
        if (!figure) return out.fail({figure.error().code, "--metric: " + figure.error().message});
        query.figures.push_back(*figure);
    }
    auto options = c.options.read();
    if (!options) return out.fail(options.error());
    const auto sets = c.options.all_sets();
    if (!sets) return out.fail(sets.error());
    const auto base = study::BaseScenario::load(c.source, *sets);
    if (!base) return out.fail(base.error(), hint_for(base.error()));
    const Scenario& s = base->scenario();
    query.seed = s.seed;
    std::fprintf(stderr, "%llu points x %llu runs x %llu steps\n",
                 static_cast<unsigned long long>(study::design_points(query)),
                 static_cast<unsigned long long>(options->runs), static_cast<unsigned long long>(s.steps()));
    options->stop = watch_interrupts();
    Result<study::Sensitivity> found{Code::internal, "nothing ran"};
    {
        Progress progress(c.options.progress == "json");
        options->progress = [&](std::uint64_t done, std::uint64_t of) { progress.show(done, of, s.steps()); };
        found = study::analyse(*base, query, *options);
    }
    if (!found) return out.fail(found.error());
    const auto files = study::sensitivity_files(*found);
    if (!c.out.empty())
        if (const Status ok = write_study(c.out, files); !ok) return out.fail(ok.error(), "take another --out");

    Table table("lllrrr");
    table.row({"metric", "field", "index", "value", "95 % from", "to"});
    std::string items, noise;
    for (const auto& r : found->rows) {
        const char* metric = kFigures[r.figure].name;
        items += (items.empty() ? "" : ",") + std::string("{\"metric\":") + json_text(metric) +
                 ",\"param\":" + (r.param.empty() ? "null" : json_text(r.param)) + ",\"index\":\"" + r.index +
                 "\",\"value\":" + number_json(r.estimate.value) + ",\"low\":" + number_json(r.estimate.low) +
                 ",\"high\":" + number_json(r.estimate.high) + "}";
        if (!r.param.empty())
            table.row({metric, r.param, r.index, for_people(r.estimate.value), for_people(r.estimate.low),
                       for_people(r.estimate.high)});
    }
    for (std::size_t k = 0; k < query.figures.size(); ++k)
        noise += std::string(kFigures[query.figures[k]].name) + ": " +
                 (options->runs < 2 ? "one run a point, so the Monte-Carlo noise is not known\n"
                                    : for_people(100 * found->noise[k].share()) +
                                          " % of the variance between points is Monte-Carlo noise of " +
                                          std::to_string(options->runs) + " runs a point\n");
    if (out.json)
        return out.done(std::string("{\"method\":\"") + c.method + "\",\"scenario\":" + json_text(s.name) +
                        ",\"n\":" + c.n + ",\"points\":" + std::to_string(found->x.size()) +
                        ",\"runs\":" + std::to_string(options->runs) + ",\"seed\":\"" + std::to_string(s.seed) +
                        "\",\"dir\":" + (c.out.empty() ? "null" : json_text(c.out)) + ",\"indices\":[" + items +
                        "]}\n");
    return out.done(s.name + ": " + c.method + ", " + std::to_string(found->x.size()) + " points of " +
                    std::to_string(options->runs) + " runs\n\n" + table.text() + "\n" + noise +
                    (c.out.empty() ? "" : "written to " + c.out + "\n"));
}

}  // namespace assay::sim::cli
