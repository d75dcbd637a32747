// `assay-sim run`: many random futures of one scenario, into a directory.
#include <cmath>
#include <csignal>
#include <cstdio>

#include "tokenomics/sim/cli/commands.hpp"
#include "tokenomics/sim/cli/result_text.hpp"
#include "tokenomics/sim/model/fast_bound.hpp"
#include "tokenomics/sim/run/job.hpp"
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

// "none", "all" or a number of runs.
Result<std::uint64_t> some_runs(const std::string& text, const std::string& flag) {
    if (text == "none") return std::uint64_t{0};
    if (text == "all") return kAll;
    const auto n = typed_count(text, flag, 0, kMaxRuns);
    if (!n) return {Code::usage, n.error().message + ", none or all"};
    return n;
}

Result<Job> job_of(const RunCommand& c) {
    Job job;
    job.dir = c.out;
    job.render.version = version_text();
    Question& q = job.question;
    if (!c.precision.empty()) {
        ASSAY_TRY(job.precision, parse_precision(c.precision));
    }
    const std::string runs = !c.runs.empty() ? c.runs : job.precision ? std::to_string(kMostRuns) : "100";
    ASSAY_TRY(q.runs, typed_count(runs, "--runs", 1, kMaxRuns));
    ASSAY_TRY(job.threads, thread_count(c.threads));
    q.mode = c.mode == "fast" ? Mode::fast : Mode::exact;
    ASSAY_TRY(q.paths, some_runs(c.paths, "--paths"));
    ASSAY_TRY(q.metrics, some_runs(c.metrics, "--metrics"));
    if (!c.shard.empty()) {
        ASSAY_TRY(job.shard, parse_shard(c.shard));
        if (job.precision) return {Code::usage, "--precision decides how many runs there are: it takes no --shard"};
    }
    if (!c.seed.empty()) ASSAY_TRY_VOID(typed_count(c.seed, "--seed", 0, ~std::uint64_t{0}));
    return job;
}

std::string hint_of(const Error& e, const std::string& out) {
    switch (e.code) {
        case Code::interrupted:
            return "the same command goes on from there";
        case Code::already_exists:
            return "take another --out";
        case Code::bad_state_file:
            return "remove " + out + ".partial, and the same command begins again";
        default:
            return "";
    }
}

}  // namespace

std::atomic<bool>* watch_interrupts() {
    std::signal(SIGINT, on_interrupt);
    std::signal(SIGTERM, on_interrupt);
    std::signal(SIGXFSZ, SIG_IGN);  // a file that may not grow is an error of its own
    return &g_stop;
}

std::string result_table(const CellResult& cell) {
    Table table("lrrrrrrl");
    table.row({"metric", "p5", "median", "p95", "mean", "± error", "P(fail)", ""});
    for (std::size_t i = 0; i < kFigureCount; ++i) {
        const FigureSummary& f = cell.summary[i];
        if (f.count == 0) continue;
        table.row({kFigures[i].name, six(f.quantiles.front()), six(f.quantiles[3]), six(f.quantiles.back()),
                   six(f.mean), six(f.standard_error), f.fail ? six(f.fail->p()) : "", kFigures[i].unit});
    }
    return table.text();
}

int print_result(const Output& out, const std::string& dir, const JobResult& r, const std::string& more) {
    if (out.json)
        return out.done("{\"dir\":" + json_text(dir) + ",\"runs\":" + std::to_string(r.runs) +
                        ",\"steps\":" + std::to_string(r.cell.steps) + ",\"seed\":\"" +
                        std::to_string(r.cell.scenario.seed) + "\",\"result_hash\":\"" + r.result_hash + "\"" + more +
                        ",\"summary\":" + r.summary.substr(0, r.summary.size() - 1) + "}\n");
    return out.done(r.cell.scenario.name + ": " + std::to_string(r.runs) + " runs of " + std::to_string(r.cell.steps) +
                    " steps, " + shortest(r.cell.days) + " days\n\n" + result_table(r.cell) + "\nresult hash " +
                    r.result_hash + "\nwritten to " + dir + "\n" +
                    (r.cell.mode == Mode::fast
                         ? "fast mode: the mean of each figure is exact mode's within " + shortest(kFastBound * 100) +
                               " % of it or of its standard deviation, mostly within 1 %\n"
                         : "") +
                    more);
}

int run_run(const Output& out, const RunCommand& c) {
    auto job = job_of(c);
    if (!job) return out.fail(job.error());
    std::vector<std::string> sets = c.sets;
    if (!c.seed.empty()) sets.push_back("seed=" + c.seed);
    auto scenario = load_scenario(c.source, sets);
    if (!scenario) return out.fail(scenario.error(), hint_for(scenario.error()));
    if (c.antithetic) scenario->antithetic = true;
    job->question.scenario = &*scenario;
    job->stop = watch_interrupts();
    Result<JobResult> result{Code::internal, "nothing ran"};
    {
        Progress progress(c.progress == "json");
        job->progress = [&](std::uint64_t done, std::uint64_t of) { progress.show(done, of, scenario->steps()); };
        job->note = [&](const std::string& what) {
            if (!out.json) std::fprintf(stderr, "assay-sim: %s\n", what.c_str());
        };
        result = run_job(*job);
    }
    if (!result) return out.fail(result.error(), hint_of(result.error(), c.out));

    if (!job->shard.whole()) {
        const std::string shard = job->shard.text();
        if (out.json)
            return out.done("{\"dir\":" + json_text(c.out) + ",\"shard\":\"" + shard + "\",\"runs\":" +
                            std::to_string(result->runs) + ",\"result_hash\":\"" + result->result_hash + "\"}\n");
        return out.done(scenario->name + ": shard " + shard + ", " + std::to_string(result->runs) +
                        " runs\nwritten to " + c.out + "; assay-sim merge puts all shards together\n");
    }
    std::string more;
    if (job->precision && out.json)
        more = ",\"precision\":{\"metric\":" + json_text(job->precision->name) +
               ",\"wanted\":" + shortest(job->precision->wanted) +
               ",\"reached\":" + (std::isfinite(result->reached) ? shortest(result->reached) : "null") + "}";
    else if (job->precision)
        more = job->precision->name + " is known to ± " + six(result->reached) +
               (result->reached <= job->precision->wanted ? "\n" : ", which is not what was asked: take more --runs\n");
    return print_result(out, c.out, *result, more);
}

}  // namespace assay::sim::cli
