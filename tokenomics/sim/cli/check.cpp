// `assay-sim check`: sentences about many runs, held against them.
#include "tokenomics/sim/cli/study_options.hpp"
#include "tokenomics/sim/study/assertion.hpp"
#include "tokenomics/sim/study/base_scenario.hpp"
#include "tokenomics/sim/text.hpp"

namespace assay::sim::cli {

int run_check(const Output& out, const CheckCommand& c) {
    std::vector<study::Assertion> asserts;
    for (const std::string& text : c.asserts) {
        auto a = study::parse_assertion(text);
        if (!a)
            return out.fail(a.error(),
                            "such as \"max_drawdown.p50 < 0.8\", \"burn_to_mint.mean > 1\", \"P(spiral) < 5%\"");
        asserts.push_back(*std::move(a));
    }
    auto options = c.options.read();
    if (!options) return out.fail(options.error());
    const auto sets = c.options.all_sets();
    if (!sets) return out.fail(sets.error());
    const auto base = study::BaseScenario::load(c.source, *sets);
    if (!base) return out.fail(base.error(), hint_for(base.error()));
    const Scenario& s = base->scenario();
    std::vector<std::size_t> figures;
    for (study::Assertion& a : asserts) {
        if (const Status ok = study::settle_threshold(a, s.report); !ok) return out.fail(ok.error());
        figures.push_back(a.figure);
    }
    options->stop = watch_interrupts();
    Result<study::PointRuns> runs{Code::internal, "nothing ran"};
    {
        Progress progress(c.options.progress == "json");
        options->progress = [&](std::uint64_t done, std::uint64_t of) { progress.show(done, of, s.steps()); };
        runs = study::evaluate(
            1, [&](std::size_t) { return Result<Scenario>(s); }, figures, *options);
    }
    if (!runs) return out.fail(runs.error());

    constexpr const char* kWords[] = {"holds", "fails", "undecided"};
    Table table("llrrrr");
    table.row({"assertion", "verdict", "value", "95 % from", "to", "runs with it"});
    std::string items, notes;
    bool all = true;
    for (std::size_t i = 0; i < asserts.size(); ++i) {
        const study::Judgement j = study::judge(asserts[i], runs->of(i, 0));
        const char* word = kWords[static_cast<std::size_t>(j.verdict)];
        all = all && j.verdict == study::Verdict::holds;
        table.row({asserts[i].text, word, for_people(j.estimate.value), for_people(j.estimate.low),
                   for_people(j.estimate.high), std::to_string(j.counted)});
        if (j.verdict == study::Verdict::undecided)
            notes += asserts[i].text + " is undecided, which counts as not holding" +
                     (j.runs_needed > 0 ? ": about " + std::to_string(j.runs_needed) + " runs would decide\n"
                                        : ": no number of runs is known that would decide\n");
        items += (items.empty() ? "" : ",") + std::string("{\"assert\":") + json_text(asserts[i].text) +
                 ",\"metric\":" + json_text(kFigures[asserts[i].figure].name) + ",\"verdict\":\"" + word +
                 "\",\"value\":" + number_json(j.estimate.value) + ",\"low\":" + number_json(j.estimate.low) +
                 ",\"high\":" + number_json(j.estimate.high) + ",\"runs_with_it\":" + std::to_string(j.counted) +
                 ",\"runs_needed\":" + (j.runs_needed > 0 ? std::to_string(j.runs_needed) : "null") + "}";
    }
    (void)out.done(out.json
                       ? "{\"holds\":" + std::string(all ? "true" : "false") + ",\"scenario\":" + json_text(s.name) +
                             ",\"runs\":" + std::to_string(options->runs) + ",\"mode\":\"" + mode_name(options->mode) +
                             "\",\"seed\":\"" + std::to_string(s.seed) + "\",\"asserts\":[" + items + "]}\n"
                       : s.name + ": " + std::to_string(options->runs) + " runs of " + std::to_string(s.steps()) +
                             " steps\n\n" + table.text() + (notes.empty() ? "" : "\n" + notes));
    return all ? 0 : exit_code(Code::verification_failed);
}

}  // namespace assay::sim::cli
