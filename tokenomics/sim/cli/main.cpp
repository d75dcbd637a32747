// assay-sim: the option tree. What each command does is in commands.cpp.
#include <CLI/CLI.hpp>

#include <clocale>
#include <csignal>

#include "base/cli/documents.hpp"
#include "base/version.hpp"
#include "tokenomics/sim/cli/commands.hpp"
#include "tokenomics/sim/cli/study_options.hpp"

namespace assay::sim::cli {
namespace {

assay::cli::About about() {
    assay::cli::About out;
    out.version = kVersion;
    out.exits = assay::cli::common_exits();
    out.see_also = assay::cli::other_programs("assay-sim");
    return out;
}

bool wants_json(int argc, char** argv) {
    for (int i = 1; i < argc; ++i)
        if (std::string_view(argv[i]) == "--json") return true;
    return false;
}

int run(int argc, char** argv) {
    Output out;
    std::string color = "auto", pattern, source, file, from, first, second, reproduced = "all", dir,
                node = "http://127.0.0.1:8710";
    std::vector<std::string> param_sets;
    ScheduleCommand schedule;
    RunCommand run;
    QuoteCommand quote;
    MergeCommand merge;
    VerifyCommand verify;
    BenchCommand bench;
    ReportCommand report;

    CLI::App app("Assay's simulator: token economies on the very code that settles them.", "assay-sim");
    app.require_subcommand(1);
    app.fallthrough();
    app.add_flag("--json", out.json, "exactly one JSON value on stdout");
    app.add_option("--color", color, "auto, always or never")
        ->check(CLI::IsMember({"auto", "always", "never"}))
        ->capture_default_str();
    app.set_version_flag("--version", [] { return version_text(); });

    auto* c_list = app.add_subcommand("list", "presets, scenarios and stress packs to begin with");
    auto* c_params = app.add_subcommand("params", "every field of a scenario: unit, range, default, meaning");
    c_params->add_option("PATTERN", pattern, "part of a name, or with * a whole one");
    c_params->add_option("--preset", source, "a preset or file: its values and their sources too");
    c_params->add_option("--set", param_sets, "path=value; may be repeated")->take_all()->allow_extra_args(false);

    auto* c_new = app.add_subcommand("new", "a scenario file to begin with");
    c_new->add_option("FILE", file, "where to write it; - is stdout")->required();
    c_new->add_option("--from", from, "the preset or file that it extends")->required();

    auto* c_diff = app.add_subcommand("diff", "the fields in which two presets or files differ");
    c_diff->add_option("A", first, "a preset, a genesis file or a scenario file")->required();
    c_diff->add_option("B", second, "another")->required();

    auto* c_schema = app.add_subcommand("schema", "the JSON Schema of scenario files, for editors");
    auto* c_validate = app.add_subcommand("validate", "what is wrong with scenario files, and what should be known");
    std::vector<std::string> files;
    c_validate->add_option("FILE", files, "a scenario file, a genesis file or a name of assay-sim list")->required();
    c_validate->add_option("--set", param_sets, "path=value; may be repeated")->take_all()->allow_extra_args(false);

    ImportCommand import;
    auto* c_import = app.add_subcommand("import", "a chain's state as a scenario file");
    c_import->add_option("--file", import.file, "the state as `assayd export --out` writes it");
    c_import->add_option("--node", import.node, "a node that is asked for it; its holders are not told by RPC")
        ->envname("ASSAY_SIM_NODE");
    c_import->add_option("--height", import.height, "of the last block; anything else is refused");
    c_import
        ->add_option("--holders", import.holders, "how many of the largest holders, 0 to 1000; whoever has grants too")
        ->capture_default_str();
    c_import->add_option("--out", import.out, "where to write it; stdout unless told");

    auto* c_quote = app.add_subcommand("quote", "what one purchase or settlement does")->require_subcommand(1);
    auto* c_burn =
        c_quote->add_subcommand("burn", "tokens for credits; with --price-settle, those credits settled too");
    auto* c_settle = c_quote->add_subcommand("settle", "credits that the fewest tokens were burned for");
    for (CLI::App* command : {c_burn, c_settle}) {
        command->add_option("PRESET", quote.source, "a preset, a genesis file or a scenario file")->required();
        command
            ->add_option("--amount", quote.amount,
                         command == c_burn ? "tokens to burn: 12.5 or \"12.5 AKT\"" : "USD of credits to settle")
            ->required();
        command->add_option("--price", quote.price, "USD of a token at the burn")->required();
        command->add_option("--price-settle", quote.price_settle,
                            command == c_burn ? "USD of a token when all of it is settled; unless told, nothing is"
                                              : "USD of a token when it is settled; that of the burn unless told");
        command->add_option("--set", quote.sets, "path=value; may be repeated")->take_all()->allow_extra_args(false);
    }

    auto* c_schedule = app.add_subcommand("schedule", "the emission schedule alone, by the calendar");
    c_schedule->add_option("PRESET", schedule.source, "a preset, a genesis file or a scenario file")->required();
    c_schedule->add_option("--set", schedule.sets, "path=value; may be repeated")->take_all()->allow_extra_args(false);
    c_schedule->add_option("--from", schedule.from, "date of the first row; genesis unless told");
    c_schedule->add_option("--periods", schedule.periods, "how many rows, 1 to 1000000")->capture_default_str();
    c_schedule->add_option("--every", schedule.every, "epoch, day, month or year")
        ->check(CLI::IsMember({"epoch", "day", "month", "year"}))
        ->capture_default_str();
    c_schedule->add_option("--format", schedule.format, "table, csv or json")
        ->check(CLI::IsMember({"table", "csv", "json"}))
        ->capture_default_str();
    c_schedule->add_option("--threads", schedule.threads, "1 to 1024; as many as there are cores unless told")
        ->envname("ASSAY_SIM_THREADS");

    auto* c_reproduce =
        app.add_subcommand("reproduce", "figures that networks published, beside what this code computes");
    c_reproduce->add_option("PRESET", reproduced, "a preset, or all")->capture_default_str();

    auto* c_run = app.add_subcommand("run", "many random futures of one scenario");
    c_run->add_option("SCENARIO", run.source, "a scenario file, a preset or a genesis file")->required();
    c_run->add_option("--set", run.sets, "path=value; may be repeated")->take_all()->allow_extra_args(false);
    c_run
        ->add_option("--runs", run.runs,
                     "how many, 1 to 2000000; 100 unless told, and with --precision the most: 1000000")
        ->envname("ASSAY_SIM_RUNS");
    c_run->add_option("--seed", run.seed, "of all random numbers; the scenario's unless told")
        ->envname("ASSAY_SIM_SEED");
    c_run
        ->add_option("--threads", run.threads,
                     "1 to 1024; as many as there are cores unless told; changes no byte of the result")
        ->envname("ASSAY_SIM_THREADS");
    c_run
        ->add_option("--mode", run.mode,
                     "exact: whole base units by the chain's library; fast: doubles by the same rules")
        ->check(CLI::IsMember({"exact", "fast"}))
        ->capture_default_str();
    c_run->add_option("--precision,--until", run.precision,
                      "\"metric ± x\": runs until half of the 95 % interval is x; metric.p50 and metric.fail too");
    c_run->add_option("--paths", run.paths, "runs whose paths go to paths.npz: none, all or a number")
        ->capture_default_str();
    c_run->add_option("--metrics", run.metrics, "runs that metrics.csv has one by one: none, all or a number")
        ->capture_default_str();
    c_run->add_option("--shard", run.shard, "I/N: the Ith of N parts alone; `assay-sim merge` puts them together");
    c_run->add_flag("--antithetic", run.antithetic, "every other run takes the mirrored luck of the one before");
    c_run->add_option("--out", run.out, "directory for the result; an unfinished one goes on")->required();
    c_run->add_option("--progress", run.progress, "json: progress lines on stderr")
        ->check(CLI::IsMember({"json", "none"}));

    auto* c_merge = app.add_subcommand("merge", "shards to the bytes of the unsharded run");
    c_merge->add_option("DIR", merge.dirs, "every shard, in any order")->required();
    c_merge->add_option("--out", merge.out, "directory for the result")->required();
    auto* c_verify = app.add_subcommand("verify", "runs a result again and compares every file; 4 where one differs");
    c_verify->add_option("DIR", verify.dir, "a result")->required();
    c_verify->add_option("--threads", verify.threads, "1 to 1024; as many as there are cores unless told")
        ->envname("ASSAY_SIM_THREADS");
    c_verify->add_option("--progress", verify.progress, "json: progress lines on stderr")
        ->check(CLI::IsMember({"json", "none"}));
    auto* c_bench = app.add_subcommand("bench", "path-steps per second on one core");
    c_bench->add_option("--mode", bench.mode, "exact or fast; both unless told")
        ->check(CLI::IsMember({"exact", "fast"}));
    c_bench->add_option("--scenario", bench.source, "what is run, ten years of days")->capture_default_str();
    c_bench->add_option("--set", bench.sets, "path=value; may be repeated")->take_all()->allow_extra_args(false);
    c_bench->add_option("--seconds", bench.seconds, "of each mode, 1 to 600")->capture_default_str();
    const StudyCommands studies(app);

    auto* c_propose = app.add_subcommand("propose", "from a result to the file that `assay gov propose` takes");
    c_propose->add_option("DIR", dir, "a result of `assay-sim run`")->required();
    c_propose->add_option("--node", node, "the chain that it is meant for")
        ->capture_default_str()
        ->envname("ASSAY_NODE");

    std::string holders, exclude = "0";
    auto* c_metrics = app.add_subcommand("metrics", "how concentrated the holders of a token are");
    c_metrics->add_option("--holders", holders, "CSV with a column balance or amount")->required();
    c_metrics->add_option("--exclude", exclude, "leave out so many of the largest")->capture_default_str();

    TrackCommand tracked;
    tracked.node = node;
    auto* c_track = app.add_subcommand("track", "what a chain does after the vote, beside what a result predicted");
    c_track->add_option("DIR", tracked.dir, "a result of `assay-sim run`")->required();
    c_track->add_option("--node", tracked.node, "the chain")->capture_default_str()->envname("ASSAY_NODE");
    c_track->add_option("--from", tracked.from, "the epoch that is day 0; the vote's, else the scenario's start");
    c_track->add_option("--cell", tracked.cell, "of a sweep")->capture_default_str();
    auto* c_report = app.add_subcommand("report", "a result as one page: verdict, charts, all numbers");
    c_report->add_option("DIR", report.dir, "a result of `assay-sim run` or `sweep`")->required();
    c_report->add_option("--out", report.out, "the HTML file; an earlier report is overwritten, nothing else is")
        ->required();
    c_report->add_option("--title", report.title, "what stands at the top; the scenario's name unless told");
    c_report->add_option("--sensitivity", report.sensitivity,
                         "directory of `assay-sim sensitivity --out`: a tornado of what moves the outcome");
    c_report->add_option("--against", report.against,
                         "preset or file that the scenario is compared with; the preset that it is of, unless told");

    auto* c_version = app.add_subcommand("version", "what was built");

    assay::cli::Documents documents(app, about());

    try {
        app.parse(argc, argv);
    } catch (const CLI::Success& e) {
        return app.exit(e);
    } catch (const CLI::ParseError& e) {
        out.json = wants_json(argc, argv);
        return out.fail({Code::usage, e.what()},
                        "assay-sim --help lists the commands, assay-sim COMMAND --help its options");
    }
    if (documents.asked()) {
        if (!out.json) return out.done(documents.text());
        const std::string text = json_text(documents.text());
        if (documents.kind() == "man") return out.done("{\"page\":" + text + "}\n");
        return out.done("{\"shell\":" + json_text(documents.kind()) + ",\"script\":" + text + "}\n");
    }
    if (schedule.format == "json") out.json = true;

    if (c_list->parsed()) return run_list(out);
    if (c_params->parsed()) return run_params(out, pattern, source, param_sets);
    if (c_new->parsed()) return run_new(out, file, from);
    if (c_diff->parsed()) return run_diff(out, first, second);
    if (c_schema->parsed()) return run_schema(out);
    if (c_validate->parsed()) return run_validate(out, files, param_sets);
    if (c_import->parsed()) return run_import(out, import);
    if (c_quote->parsed()) {
        quote.settle = c_settle->parsed();
        return run_quote(out, quote);
    }
    if (c_schedule->parsed()) return run_schedule(out, schedule);
    if (c_reproduce->parsed()) return run_reproduce(out, reproduced);
    if (c_run->parsed()) return run_run(out, run);
    if (c_merge->parsed()) return run_merge(out, merge);
    if (c_verify->parsed()) return run_verify(out, verify);
    if (c_bench->parsed()) return run_bench(out, bench);
    if (const auto code = studies.run(out)) return *code;
    if (c_propose->parsed()) return run_propose(out, dir, node);
    if (c_track->parsed()) return run_track(out, tracked);
    if (c_metrics->parsed()) return run_metrics(out, holders, exclude);
    if (c_report->parsed()) return run_report(out, report);
    if (c_version->parsed()) return run_version(out);
    return out.fail({Code::usage, "no command"});
}

}  // namespace
}  // namespace assay::sim::cli

int main(int argc, char** argv) {
    std::setlocale(LC_ALL, "C");
    std::signal(SIGPIPE, SIG_IGN);
    try {
        return assay::sim::cli::run(argc, argv);
    } catch (const std::exception& e) {
        return assay::sim::cli::Output{}.fail({assay::Code::internal, std::string("unexpected: ") + e.what()});
    }
}
