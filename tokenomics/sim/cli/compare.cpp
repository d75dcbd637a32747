// `assay-sim compare`: two scenarios, run for run on the same luck.
#include "tokenomics/sim/cli/import.hpp"
#include "tokenomics/sim/cli/study_options.hpp"
#include "tokenomics/sim/study/paired.hpp"
#include "tokenomics/sim/text.hpp"

namespace assay::sim::cli {
namespace {

std::string estimate_json(const study::Estimate& e) {
    return "{\"value\":" + number_json(e.value) + ",\"low\":" + number_json(e.low) +
           ",\"high\":" + number_json(e.high) + "}";
}

std::string pair_json(const study::PairedFigure& f) {
    const char* better = f.smaller_is_better ? (*f.smaller_is_better ? "\"smaller\"" : "\"larger\"") : "null";
    return json_text(kFigures[f.figure].name) + ":{\"unit\":" + json_text(kFigures[f.figure].unit) +
           ",\"pairs\":" + std::to_string(f.pairs) + ",\"missing_a\":" + std::to_string(f.missing_a) +
           ",\"missing_b\":" + std::to_string(f.missing_b) + ",\"mean_a\":" + number_json(f.mean_a) +
           ",\"mean_b\":" + number_json(f.mean_b) + ",\"median_a\":" + number_json(f.median_a) +
           ",\"median_b\":" + number_json(f.median_b) + ",\"mean_difference\":" + estimate_json(f.mean) +
           ",\"median_difference\":" + estimate_json(f.median) + ",\"better\":" + better +
           ",\"p_a_better\":" + estimate_json(f.better) + ",\"variance_ratio\":" + number_json(f.variance_ratio) + "}";
}

std::string pair_csv(const study::PairedFigure& f) {
    const char* better = f.smaller_is_better ? (*f.smaller_is_better ? "smaller" : "larger") : "";
    std::string out = std::string(kFigures[f.figure].name) + "," + std::to_string(f.pairs);
    for (const double x : {f.mean_a, f.mean_b, f.mean.value, f.mean.low, f.mean.high, f.median_a, f.median_b,
                           f.median.value, f.median.low, f.median.high})
        out += "," + shortest(x);
    out += std::string(",") + better;
    for (const double x : {f.better.value, f.better.low, f.better.high, f.variance_ratio}) out += "," + shortest(x);
    return out + "\n";
}

}  // namespace

int run_compare(const Output& out, const CompareCommand& c) {
    auto options = c.options.read();
    if (!options) return out.fail(options.error());
    auto sets = c.options.all_sets();
    if (!sets) return out.fail(sets.error());
    LivingChain chain(c.node);
    const auto first = chain.scenario(c.a, *sets);
    if (!first) return out.fail(first.error(), hint_for(first.error()));
    // The luck is A's: B's own seed would make the pairs independent.
    if (c.options.seed.empty()) sets->push_back("seed=" + std::to_string(first->seed));
    const auto second = chain.scenario(c.b, *sets);
    if (!second) return out.fail(second.error(), hint_for(second.error()));
    const Scenario &a = *first, &b = *second;
    if (const Status ok = study::comparable(a, b); !ok)
        return out.fail(ok.error(), "--set step=… or --set horizon_days=… changes both");

    std::vector<std::size_t> figures;
    for (std::size_t i = 0; i < kFigureCount; ++i) figures.push_back(i);
    options->stop = watch_interrupts();
    Result<study::PointRuns> runs{Code::internal, "nothing ran"};
    {
        Progress progress(c.options.progress == "json");
        options->progress = [&](std::uint64_t done, std::uint64_t of) { progress.show(done, of, a.steps()); };
        runs = study::evaluate(
            2, [&](std::size_t i) { return Result<Scenario>(i == 0 ? a : b); }, figures, *options);
    }
    if (!runs) return out.fail(runs.error());
    const auto pairs = study::compare_pairs(*runs, a.report, a.seed);

    std::string items, csv =
                           "metric,pairs,mean_a,mean_b,mean_difference,mean_low,mean_high,median_a,median_b,"
                           "median_difference,median_low,median_high,better,p_a_better,p_low,p_high,variance_ratio\n";
    Table table("lrrrrrllr");
    table.row({"metric", "median A", "median B", "A - B, mean", "95 % from", "to", "", "P(A better)", "pairing x"});
    for (const auto& f : pairs) {
        items += (items.empty() ? "" : ",") + pair_json(f);
        csv += pair_csv(f);
        if (f.pairs == 0) continue;
        const bool apart = f.mean.low > 0 || f.mean.high < 0;
        const std::string p = for_people(100 * f.better.value).substr(0, 5) + " %" +
                              (f.smaller_is_better ? (*f.smaller_is_better ? " (smaller)" : " (larger)") : " larger");
        table.row({kFigures[f.figure].name, for_people(f.median_a), for_people(f.median_b), for_people(f.mean.value),
                   for_people(f.mean.low), for_people(f.mean.high), apart ? "*" : "", p,
                   for_people(f.variance_ratio).substr(0, 5)});
    }
    const std::string json = "{\"a\":" + json_text(a.name) + ",\"b\":" + json_text(b.name) +
                             ",\"runs\":" + std::to_string(options->runs) + ",\"mode\":\"" + mode_name(options->mode) +
                             "\",\"seed\":\"" + std::to_string(a.seed) + "\",\"metrics\":{" + items + "}}\n";
    if (!c.out.empty())
        if (const Status ok = write_study(c.out, {{"comparison.csv", csv}, {"comparison.json", json}}); !ok)
            return out.fail(ok.error(), "take another --out");
    if (out.json) return out.done(json);
    return out.done(
        "A is " + a.name + ", B is " + b.name + ": " + std::to_string(options->runs) + " pairs of runs, " +
        std::to_string(a.steps()) + " steps\n\n" + table.text() +
        "\n* the 95 % interval of the mean difference leaves out 0; \"pairing x\": so many times as many runs of "
        "different luck\nwould be needed for the same interval; P counts ties half" +
        (c.out.empty() ? "\n" : "\nwritten to " + c.out + "\n"));
}

}  // namespace assay::sim::cli
