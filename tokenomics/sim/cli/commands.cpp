#include "tokenomics/sim/cli/commands.hpp"

#include <algorithm>
#include <atomic>
#include <csignal>
#include <thread>

#include "base/utc.hpp"
#include "base/version.hpp"
#include "tokenomics/params_json.hpp"
#include "tokenomics/presets.hpp"
#include "tokenomics/sim/reproduce.hpp"
#include "tokenomics/sim/run/result.hpp"
#include "tokenomics/sim/schedule.hpp"
#include "tokenomics/sim/run/statistics.hpp"
#include "tokenomics/sim/text.hpp"

namespace assay::sim::cli {
namespace {

Result<std::uint64_t> typed_count(const std::string& text, const std::string& flag, std::uint64_t min,
                                  std::uint64_t max) {
    const auto n = parse_digits(text);
    if (!n || *n < min || *n > max)
        return {Code::usage,
                flag + " is \"" + text + "\", allowed are " + std::to_string(min) + " to " + std::to_string(max)};
    return static_cast<std::uint64_t>(*n);
}

Result<std::size_t> thread_count(const std::string& text) {
    if (text.empty()) return std::max<std::size_t>(1, std::thread::hardware_concurrency());
    ASSAY_TRY(std::uint64_t n, typed_count(text, "--threads", 1, 1024));
    return static_cast<std::size_t>(n);
}

std::atomic<bool> g_stop{false};
void on_interrupt(int) {
    g_stop = true;
    std::signal(SIGINT, SIG_DFL);  // a second one ends at once
}

}  // namespace

std::string version_text() {
    return std::string("assay-sim ") + kVersion + " (" + kCommit + ")";
}

int run_version(const Output& out) {
    if (!out.json) return out.done(version_text() + ", built with " + __VERSION__ + "\n");
    return out.done(std::string("{\"version\":") + json_text(kVersion) + ",\"commit\":" + json_text(kCommit) +
                    ",\"compiler\":" + json_text(__VERSION__) +
                    ",\"cuda_architectures\":[],\"model\":" + std::to_string(kModelVersion) + "}\n");
}

int run_schedule(const Output& out, const ScheduleCommand& c) {
    ScheduleQuery query;
    constexpr const char* kEvery[] = {"epoch", "day", "month", "year"};
    query.every = static_cast<Every>(std::find(std::begin(kEvery), std::end(kEvery), c.every) - std::begin(kEvery));
    const auto periods = typed_count(c.periods, "--periods", 1, 1'000'000);
    if (!periods) return out.fail(periods.error());
    query.periods = *periods;
    const auto threads = thread_count(c.threads);
    if (!threads) return out.fail(threads.error());
    query.threads = *threads;
    if (!c.from.empty()) {
        const auto from = parse_utc(c.from.size() == 10 ? c.from + "T00:00:00Z" : c.from);
        if (!from)
            return out.fail({Code::usage, "--from " + c.from + ": " + from.error().message},
                            "write 2027-01-01 or 2027-01-01T00:00:00Z");
        query.from = *from;
    }
    const auto s = load_scenario(c.source, c.sets);
    if (!s) return out.fail(s.error(), hint_for(s.error()));
    const auto rows = schedule_rows(*s, query);
    if (!rows) return out.fail(rows.error());

    const auto& token = s->params.token;
    if (out.json || c.format == "json") {
        std::string text = "{\"preset\":" + json_text(s->name) + ",\"denom\":" + json_text(token.denom) +
                           ",\"decimals\":" + std::to_string(token.decimals) + ",\"rows\":[";
        for (std::size_t i = 0; i < rows->size(); ++i) {
            const ScheduleRow& r = (*rows)[i];
            text += (i == 0 ? "" : ",") + std::string("{\"period\":") + std::to_string(r.period) + ",\"start\":\"" +
                    format_utc(r.start) + "\",\"minted\":\"" + to_digits(r.minted.units) + "\",\"cumulative\":\"" +
                    to_digits(r.cumulative.units) + "\",\"supply\":\"" + to_digits(r.supply.units) + "\"}";
        }
        return out.done(text + "]}\n");
    }
    if (c.format == "csv") {
        std::string text = "period,start,minted,cumulative,supply\n";
        for (const ScheduleRow& r : *rows)
            text += std::to_string(r.period) + "," + format_utc(r.start) + "," + to_digits(r.minted.units) + "," +
                    to_digits(r.cumulative.units) + "," + to_digits(r.supply.units) + "\n";
        return out.done(text);
    }
    Table table("rlrrr");
    table.row({c.every, "from", "minted " + token.denom, "cumulative", "supply"});
    const auto tokens = [&](Amount a) { return grouped(format_decimal(a.units, token.decimals)); };
    for (const ScheduleRow& r : *rows)
        table.row({std::to_string(r.period),
                   query.every == Every::epoch ? format_utc(r.start) : format_utc(r.start).substr(0, 10),
                   tokens(r.minted), tokens(r.cumulative), tokens(r.supply)});
    return out.done(table.text());
}

int run_reproduce(const Output& out, const std::string& preset) {
    const auto figures = reproduce(preset);
    if (!figures) return out.fail(figures.error());
    Table table("llrrrl");
    table.row({"preset", "figure", "published", "computed", "difference", "source"});
    std::string items;
    std::size_t off = 0;
    for (const Published& f : *figures) {
        off += f.matches() ? 0 : 1;
        table.row({f.preset, f.what, f.published, f.computed, f.matches() ? "0" : "OFF " + f.difference(), f.source});
        items += (items.empty() ? "" : ",") + std::string("{\"preset\":") + json_text(f.preset) +
                 ",\"figure\":" + json_text(f.what) + ",\"published\":" + json_text(f.published) +
                 ",\"computed\":" + json_text(f.computed) + ",\"difference\":" + json_text(f.difference()) +
                 ",\"source\":" + json_text(f.source) + ",\"matches\":" + (f.matches() ? "true" : "false") + "}";
    }
    (void)out.done(out.json ? "{\"items\":[" + items + "],\"next_cursor\":null,\"off\":" + std::to_string(off) + "}\n"
                            : table.text());
    return off == 0 ? 0 : exit_code(Code::verification_failed);
}

int run_run(const Output& out, const RunCommand& c) {
    MonteCarloOptions options;
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
    const std::string input = input_hash(*scenario, options.runs);
    constexpr const char* kHintOut = "take another --out";
    if (const Status ok = may_write(c.out, input); !ok) return out.fail(ok.error(), kHintOut);
    const auto model = Model::make(*scenario, {.points = points_for(options.runs, scenario->steps()), .threads = options.threads});
    if (!model) return out.fail(model.error());

    std::signal(SIGINT, on_interrupt);
    std::signal(SIGTERM, on_interrupt);
    options.stop = &g_stop;
    Result<Outcome> outcome{Code::internal, "nothing ran"};
    {
        Progress progress(c.progress == "json");
        options.progress = [&](std::uint64_t done, std::uint64_t of) { progress.show(done, of, model->steps()); };
        outcome = monte_carlo(*model, options);
    }
    if (!outcome)
        return out.fail(outcome.error(), outcome.error().code == Code::interrupted
                                             ? "nothing was written; the same command begins again"
                                             : "");
    const ResultFiles files = render(*model, *outcome, version_text());
    if (const Status ok = write_result(c.out, files, input); !ok) return out.fail(ok.error());

    if (out.json)
        return out.done("{\"out\":" + json_text(c.out) + ",\"runs\":" + std::to_string(options.runs) +
                        ",\"steps\":" + std::to_string(model->steps()) + ",\"seed\":\"" +
                        std::to_string(scenario->seed) + "\",\"result_hash\":\"" + files.result_hash +
                        "\",\"summary\":" + files.summary.substr(0, files.summary.size() - 1) + "}\n");
    Table table("lrrrrrl");
    table.row({"metric", "p5", "median", "p95", "mean", "± error", ""});
    const auto six = [](double x) {
        char text[32];
        std::snprintf(text, sizeof text, "%.6g", x);
        return std::string(text);
    };
    for (std::size_t i = 0; i < kFigureCount; ++i) {
        const auto values = outcome->figure(i);
        std::vector<double> sorted(values.begin(), values.end());
        std::sort(sorted.begin(), sorted.end());
        const Moments m = moments(values);
        table.row({kFigures[i].name, six(quantile(sorted, 0.05)), six(quantile(sorted, 0.5)),
                   six(quantile(sorted, 0.95)), six(m.mean), six(m.standard_error), kFigures[i].unit});
    }
    return out.done(scenario->name + ": " + std::to_string(options.runs) + " runs of " +
                    std::to_string(model->steps()) + " steps, " + shortest(model->day(model->steps())) + " days\n\n" +
                    table.text() + "\nresult hash " + files.result_hash + "\nwritten to " + c.out + "\n");
}

}  // namespace assay::sim::cli
