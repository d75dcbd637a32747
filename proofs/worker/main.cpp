// assay-prover: the provider's worker. The option tree; what it does is in commands.hpp.
#include <CLI/CLI.hpp>

#include "proofs/worker/commands.hpp"
#include "proofs/worker/output.hpp"

using namespace assay;
using namespace assay::proofs::worker;

namespace {

void report(const Common& common, Code code, const std::string& message, const std::string& hint) {
    if (common.json) {
        Json error{{"code", code_word(code)}, {"message", message}};
        if (!hint.empty()) error["hint"] = hint;
        print_json({{"error", error}});
    } else {
        note("assay-prover: " + message + (hint.empty() ? "" : "\n  try: " + hint));
    }
}

/// The parser may fail before it has seen --json.
bool asks_for_json(int argc, char** argv) {
    for (int i = 1; i < argc; ++i)
        if (std::string_view(argv[i]) == "--json") return true;
    return false;
}

void add_device(CLI::App* app, Common& common) {
    app->add_option("--device", common.device, "cpu, cuda:N or auto (the first card that passes its self-test)")
        ->envname("ASSAY_PROVER_DEVICE")
        ->capture_default_str();
    app->add_option("--threads", common.threads, "threads on the CPU, 0 for all")
        ->envname("ASSAY_PROVER_THREADS")
        ->check(CLI::Range(0, 4096))
        ->capture_default_str();
}

}  // namespace

int main(int argc, char** argv) {
    Common common;
    OpenArguments open;
    std::string spec, out = "-", opening, kind = "lanes", fault = "none", color = "auto";
    double seconds = 2;

    CLI::App app("Does the work of an Assay provider: proves, opens, verifies.", "assay-prover");
    app.require_subcommand(1);
    app.fallthrough();
    app.add_flag("--json", common.json, "exactly one JSON value on stdout");
    app.add_option("--color", color, "auto, always or never; this program's output has none yet")
        ->check(CLI::IsMember({"auto", "always", "never"}));
    app.set_version_flag("--version", std::string("assay-prover ") + ASSAY_VERSION);

    auto* devices = app.add_subcommand("devices", "what this machine can prove with, and why a card cannot be used");
    auto* selftest = app.add_subcommand("selftest", "known answers for every kind of work");
    add_device(selftest, common);
    auto* bench = app.add_subcommand("bench", "the rate, and its share of the device's limit");
    add_device(bench, common);
    bench->add_option("--kind", kind, "lanes")->capture_default_str();
    bench->add_option("--seconds", seconds, "about how long")->check(CLI::Range(0.1, 300.0))->capture_default_str();
    auto* example = app.add_subcommand("example", "a small SPEC to try");
    example->add_option("--kind", kind, "lanes")->capture_default_str();
    auto* prove = app.add_subcommand("prove", "does the work of a SPEC, offline");
    add_device(prove, common);
    prove->add_option("SPEC", spec, "JSON, - for stdin")->required();
    prove->add_option("--out", out, "the PROOF file, - for stdout")->capture_default_str();
    prove->add_option("--fault", fault, "misbehave: skip=SHARE, flip=N, replay, zero or copy")->capture_default_str();
    auto* open_app = app.add_subcommand("open", "the opening of a PROOF for a challenge, as the chain takes it");
    add_device(open_app, common);
    open_app->add_option("PROOF", open.proof, "JSON, - for stdin")->required();
    open_app->add_option("--seed", open.seed, "challenge seed, 64 hex digits");
    open_app->add_option("--beacon", open.beacon_hc, "beacon at the challenge height: gives the seed");
    open_app->add_option("--indices", open.indices, "leaves, ascending: 1,2,3")->delimiter(',');
    open_app->add_option("--samples", open.samples, "indices drawn from the seed")
        ->check(CLI::Range(1, 65536))
        ->capture_default_str();
    open_app->add_option("--out", open.out, "the OPENING file, - for stdout")->capture_default_str();
    auto* verify = app.add_subcommand("verify", "checks an OPENING as a validator does; exit 4 where it is wrong");
    verify->add_option("OPENING", opening, "JSON, - for stdin")->required();
    auto* version = app.add_subcommand("version", "version, commit, compiler, CUDA architectures");

    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& e) {
        if (e.get_exit_code() == 0) return app.exit(e);  // --help, --version
        common.json = asks_for_json(argc, argv);
        report(common, Code::usage, e.what(), "assay-prover --help");
        return exit_code(Code::usage);
    }
    try {
        if (*devices) devices_command(common);
        if (*selftest) selftest_command(common);
        if (*bench) bench_command(common, kind, seconds);
        if (*example) example_command(common, kind);
        if (*prove) prove_command(common, spec, out, fault);
        if (*open_app) open_command(common, open);
        if (*verify) verify_command(common, opening);
        if (*version) version_command(common);
    } catch (const Failure& e) {
        report(common, e.code, e.what(), e.hint);
        return exit_code(e.code);
    } catch (const std::bad_alloc&) {
        report(common, Code::internal, "not enough memory", "a smaller work");
        return 1;
    } catch (const std::exception& e) {
        report(common, Code::internal, e.what(), "");
        return 1;
    }
    return 0;
}
