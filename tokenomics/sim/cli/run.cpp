// `assay-sim run`: many random futures of one scenario, into a directory.
#include <atomic>
#include <cmath>
#include <csignal>
#include <cstdio>

#include "tokenomics/sim/cli/commands.hpp"
#include "tokenomics/sim/run/result.hpp"
#include "tokenomics/sim/text.hpp"

namespace assay::sim::cli {
namespace {

std::atomic<bool> g_stop{false};
void on_interrupt(int) {
    g_stop = true;
    std::signal(SIGINT, SIG_DFL);  // a second one ends at once
}

std::string six(double x) {
    if (std::isnan(x)) return "-";
    char text[32];
    std::snprintf(text, sizeof text, "%.6g", x);
    return text;
}

std::string table_of(const CellResult& cell) {
    Table table("lrrrrrl");
    table.row({"metric", "p5", "median", "p95", "mean", "± error", ""});
    for (std::size_t i = 0; i < kFigureCount; ++i) {
        const FigureSummary& f = cell.summary[i];
        if (f.count == 0) continue;
        table.row({kFigures[i].name, six(f.quantiles.front()), six(f.quantiles[3]), six(f.quantiles.back()),
                   six(f.mean), six(f.standard_error), kFigures[i].unit});
    }
    return table.text();
}

}  // namespace

int run_run(const Output& out, const RunCommand& c) {
    SimulateOptions options;
    const auto runs = typed_count(c.runs, "--runs", 1, kMaxRuns);
    if (!runs) return out.fail(runs.error());
    options.runs = *runs;
    const auto threads = thread_count(c.threads);
    if (!threads) return out.fail(threads.error());
    options.threads = *threads;
    std::vector<std::string> sets = c.sets;
    if (!c.seed.empty()) {
        const auto seed = typed_count(c.seed, "--seed", 0, ~std::uint64_t{0});
        if (!seed) return out.fail(seed.error());
        sets.push_back("seed=" + c.seed);
    }
    const auto scenario = load_scenario(c.source, sets);
    if (!scenario) return out.fail(scenario.error(), hint_for(scenario.error()));
    Question question;
    question.scenario = &*scenario;
    question.runs = options.runs;
    const std::string input = input_hash(question);
    constexpr const char* kHintOut = "take another --out";
    if (const Status ok = may_write(c.out, input); !ok) return out.fail(ok.error(), kHintOut);

    std::signal(SIGINT, on_interrupt);
    std::signal(SIGTERM, on_interrupt);
    options.stop = &g_stop;
    Result<CellResult> cell{Code::internal, "nothing ran"};
    {
        Progress progress(c.progress == "json");
        options.progress = [&](std::uint64_t done, std::uint64_t of) { progress.show(done, of, scenario->steps()); };
        cell = simulate(*scenario, options);
    }
    if (!cell)
        return out.fail(cell.error(), cell.error().code == Code::interrupted
                                          ? "nothing was written; the same command begins again"
                                          : "");
    const ResultFiles files = render({*cell}, question, {.version = version_text()});
    if (const Status ok = write_result(c.out, files, input); !ok) return out.fail(ok.error());

    if (out.json)
        return out.done("{\"dir\":" + json_text(c.out) + ",\"runs\":" + std::to_string(options.runs) +
                        ",\"steps\":" + std::to_string(cell->steps) + ",\"seed\":\"" + std::to_string(scenario->seed) +
                        "\",\"result_hash\":\"" + files.result_hash +
                        "\",\"summary\":" + files.summary.substr(0, files.summary.size() - 1) + "}\n");
    return out.done(scenario->name + ": " + std::to_string(options.runs) + " runs of " + std::to_string(cell->steps) +
                    " steps, " + shortest(cell->days) + " days\n\n" + table_of(*cell) + "\nresult hash " +
                    files.result_hash + "\nwritten to " + c.out + "\n");
}

}  // namespace assay::sim::cli
