// assay-prover: the provider's worker. The option tree is in options_*.cpp, what it does in commands*.hpp.
#include <clocale>

#include "base/cli/documents.hpp"
#include "base/version.hpp"
#include "proofs/worker/options.hpp"
#include "proofs/worker/output.hpp"
#include "proofs/worker/terminal.hpp"

using namespace assay;
using namespace assay::proofs::worker;

namespace {

void report(const Common& common, Code code, const std::string& message, const std::string& hint) {
    if (common.json) {
        print_json({{"error", {{"code", code_word(code)}, {"message", message}, {"hint", hint}}}});
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

cli::About about() {
    cli::About out;
    out.version = kVersion;
    out.exits = cli::common_exits();
    out.files = {{"~/.assay/prover/keys/", "a file for each key, encrypted under its password"},
                 {"~/.assay/prover/state/", "open commits, totals, and the lock of the run"}};
    out.see_also = cli::other_programs("assay-prover");
    return out;
}

}  // namespace

int main(int argc, char** argv) {
    std::setlocale(LC_ALL, "C");
    Common common;
    common.json = asks_for_json(argc, argv);
    end_on_signal(common.json);
    int exit = 0;
    std::string color = "auto";

    CLI::App app("Does the work of an Assay provider: proves, commits, opens, verifies.", "assay-prover");
    app.require_subcommand(1);
    app.fallthrough();
    app.add_flag("--json", common.json, "JSON on stdout: one value, or one line per event of a run");
    app.add_option("--color", color, "auto, always or never; this program's output has none yet")
        ->check(CLI::IsMember({"auto", "always", "never"}));
    app.set_version_flag("--version", std::string("assay-prover ") + kVersion);
    add_offline_commands(app, common);
    add_online_commands(app, common, exit);

    cli::Documents documents(app, about());

    try {
        app.parse(argc, argv);  // runs the command
        if (documents.asked() && common.json) {
            Json out = Json::object();
            if (documents.kind() != "man") out["shell"] = documents.kind();
            out[documents.kind() == "man" ? "page" : "script"] = documents.text();
            print_json(out);
        } else if (documents.asked()) {
            print_line(documents.text().substr(0, documents.text().size() - 1));  // it ends its last line itself
        }
        return exit;
    } catch (const CLI::ParseError& e) {
        if (e.get_exit_code() == 0) return app.exit(e);  // --help, --version
        report(common, Code::usage, e.what(), "assay-prover --help");
        return exit_code(Code::usage);
    } catch (const Failure& e) {
        report(common, e.code, e.what(), e.hint);
        return exit_code(e);
    } catch (const std::bad_alloc&) {
        report(common, Code::internal, "not enough memory", "a smaller work");
        return 1;
    } catch (const std::exception& e) {
        report(common, Code::internal, e.what(), "");
        return 1;
    }
}
