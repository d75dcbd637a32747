#include "base/cli/documents.hpp"

#include <CLI/CLI.hpp>

#include "base/cli/completion.hpp"

namespace assay::cli {

Documents::Documents(CLI::App& app, About about) : about_(std::move(about)) {
    CLI::App* shells = app.add_subcommand("completion", "a completion script for your shell");
    shells->add_option("SHELL", kind_, "bash, zsh or fish")->required()->check(CLI::IsMember({"bash", "zsh", "fish"}));
    shells->callback([this, &app] { text_ = completion(read_tree(app), kind_); });
    app.add_subcommand("man", "this program's manual page: 'man | man -l -' shows it")->callback([this, &app] {
        kind_ = "man";
        text_ = man_page(read_tree(app), about_);
    });
}

std::vector<std::pair<std::string, std::string>> common_exits() {
    return {{"0", "done"},
            {"1", "refused or failed; the reason was printed"},
            {"2", "wrong usage, or a confirmation is missing"},
            {"3", "the node cannot be reached, or is not ready"},
            {"4", "a check of an answer failed: proof, signature, checksum, assertion, reproduction"},
            {"130", "interrupted"}};
}

std::vector<std::string> other_programs(const std::string& program) {
    std::vector<std::string> out;
    for (const char* name : {"assay", "assayd", "assay-prover", "assay-sim"})
        if (name != program) out.emplace_back(name);
    return out;
}

}  // namespace assay::cli
