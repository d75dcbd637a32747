// assay: the wallet. The option tree is put together here; what each command does is in its own file.
#include <CLI/CLI.hpp>

#include <clocale>
#include <cstdio>

#include "base/cli/documents.hpp"
#include "base/version.hpp"
#include "wallet/cli/commands.hpp"
#include "wallet/cli/session.hpp"
#include "wallet/cli/terminal.hpp"

namespace assay::wallet::cli {
namespace {

/// Before the parser has run, and where it failed: the form of the answer still has to be known.
bool wants_json(int argc, char** argv) {
    for (int i = 1; i < argc; ++i)
        if (std::string_view(argv[i]) == "--json") return true;
    return false;
}

std::string compiler() {
#if defined(__clang__)
    return std::string("clang ") + __clang_version__;
#else
    return std::string("gcc ") + __VERSION__;
#endif
}

void add_globals(CLI::App& app, Session& s) {
    app.add_flag("--json", s.json, "exactly one JSON value on stdout, and no prompt");
    app.add_option("--node", s.node, "the node [the context's, http://127.0.0.1:8710 of 'local']")
        ->envname("ASSAY_NODE")
        ->type_name("URL");
    app.add_option("--context", s.context_name, "the chain for this run [the one in use]")
        ->envname("ASSAY_CONTEXT")
        ->type_name("NAME");
    app.add_option("--home", s.home, "where keys and log are [~/.assay/wallet]")
        ->envname("ASSAY_HOME")
        ->type_name("DIR");
    app.add_option("--password-file", s.password_file, "password: the first line of a file, - is stdin")
        ->envname("ASSAY_PASSWORD_FILE")
        ->type_name("FILE");
    app.add_option("--color", s.color, "colour on a terminal")
        ->envname("ASSAY_COLOR")
        ->check(CLI::IsMember({"auto", "always", "never"}))
        ->capture_default_str();
    app.set_version_flag("--version", std::string("assay ") + kVersion);
}

assay::cli::About about() {
    assay::cli::About out;
    out.version = kVersion;
    out.exits = assay::cli::common_exits();
    out.exits.emplace(out.exits.end() - 1, "5", "sent, outcome unknown: 'assay tx wait TXID' finds out");
    out.files = {{"~/.assay/wallet/keys/", "a file for each key, encrypted under its password"},
                 {"~/.assay/wallet/log.jsonl", "what this wallet sent and what became of it; no secrets"},
                 {"~/.assay/wallet/trust/", "the operator's key of each chain, as this wallet saw it first"}};
    out.variables = {{"NO_COLOR", "no colour where --color is auto"}};
    out.see_also = assay::cli::other_programs("assay");
    return out;
}

/// CLI11 says only that a subcommand is missing; a mistyped one deserves its name back, and the nearest there is.
std::string mistyped(const CLI::App* app, int argc, char** argv) {
    for (int i = 1; i < argc; ++i) {
        const std::string word = argv[i];
        if (word.empty() || word[0] == '-') {
            const auto* option = word.find('=') == std::string::npos ? app->get_option_no_throw(word) : nullptr;
            if (option != nullptr && option->get_expected_min() > 0) ++i;  // its value is no command
            continue;
        }
        std::vector<std::string> names;
        const CLI::App* next = nullptr;
        for (const CLI::App* sub : app->get_subcommands(nullptr)) {
            names.push_back(sub->get_name());
            if (sub->get_name() == word) next = sub;
        }
        if (names.empty()) return {};  // an argument of the command
        if (next == nullptr) {
            const std::string near = json::nearest(word, names);
            return "'" + word + "' is no command of '" + app->get_name() + "'" +
                   (near.empty() ? "" : "; did you mean '" + near + "'?");
        }
        app = next;
    }
    return {};
}

int run(int argc, char** argv) {
    Session session;
    session.json = wants_json(argc, argv);
    end_on_interrupt(session.json
                         ? "{\"error\":{\"code\":\"interrupted\",\"message\":\"interrupted by a signal\",\"hint\":"
                           "\"'assay log' shows what was sent\"}}\n"
                         : "");
    CLI::App app("Assay's wallet: keys, tokens, stake, orders, and what the chain says about them.", "assay");
    app.require_subcommand(1);
    app.fallthrough();
    add_globals(app, session);
    add_context_commands(app, session);
    add_key_commands(app, session);
    add_backup_commands(app, session);
    add_message_commands(app, session);
    add_token_commands(app, session);
    add_provider_commands(app, session);
    add_market_commands(app, session);
    add_lease_commands(app, session);
    add_validator_commands(app, session);
    add_gov_commands(app, session);
    add_query_commands(app, session);
    add_tx_commands(app, session);
    app.add_subcommand("version", "version, commit, compiler")->callback([&session] {
        session.result(make::object({{"version", make::text(kVersion)},
                                     {"commit", make::text(kCommit)},
                                     {"compiler", make::text(compiler())}}),
                       std::string("assay ") + kVersion + " (" + kCommit + "), " + compiler());
    });
    assay::cli::Documents documents(app, about());
    try {
        app.parse(argc, argv);
        if (documents.asked()) {
            const char* form = documents.kind() == "man" ? "page" : "script";
            std::vector<json::Member> out{{form, make::text(documents.text())}};
            if (documents.kind() != "man") out.emplace(out.begin(), "shell", make::text(documents.kind()));
            session.result(make::object(std::move(out)), documents.text());
        }
        return kDone;
    } catch (const CLI::ParseError& e) {
        if (e.get_exit_code() == static_cast<int>(CLI::ExitCodes::Success)) return app.exit(e);  // --help, --version
        const std::string wrong = mistyped(&app, argc, argv);
        return session.print(
            {"usage", wrong.empty() ? e.what() : wrong, "--help shows what this command takes", kUsage, {}});
    } catch (const Failure& f) {
        return session.print(f);
    } catch (const std::exception& e) {
        return session.print({"internal", e.what(), "", kFailed, {}});
    }
}

}  // namespace
}  // namespace assay::wallet::cli

int main(int argc, char** argv) {
    std::setlocale(LC_ALL, "C");
    assay::wallet::harden_process();
    return assay::wallet::cli::run(argc, argv);
}
