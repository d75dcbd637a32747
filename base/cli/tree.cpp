#include "base/cli/tree.hpp"

#include <CLI/CLI.hpp>

namespace assay::cli {
namespace {

/// The parser writes what a check allows behind the type: "TEXT:{auto,always,never}".
void read_type(const std::string& type, Argument& out) {
    const std::size_t colon = type.find(':');
    out.value = type.substr(0, colon);
    const std::size_t open = type.find('{'), close = type.rfind('}');
    if (open == std::string::npos || close == std::string::npos || close < open) return;
    std::string word;
    for (const char c : type.substr(open + 1, close - open - 1) + ",") {
        if (c != ',') {
            word += c;
        } else if (!word.empty()) {
            out.choices.push_back(word);
            word.clear();
        }
    }
}

Argument read_argument(const CLI::Option& option) {
    Argument out;
    out.positional = option.get_positional();
    if (out.positional) {
        out.names.push_back(option.get_name(true));
    } else {
        for (const std::string& name : option.get_snames()) out.names.push_back("-" + name);
        for (const std::string& name : option.get_lnames()) out.names.push_back("--" + name);
    }
    out.meaning = option.get_description();
    out.environment = option.get_envname();
    out.required = option.get_required();
    if (option.get_items_expected_max() > 0) {
        read_type(option.get_type_name(), out);
        out.unless_told = option.get_default_str();
        out.repeats = option.get_expected_max() > 1;
    }
    return out;
}

Command read(const CLI::App& app, const std::string& path) {
    Command out;
    out.path = path;
    out.meaning = app.get_description();
    for (const CLI::Option* option : app.get_options()) out.arguments.push_back(read_argument(*option));
    for (const CLI::App* sub : app.get_subcommands(nullptr))
        out.commands.push_back(read(*sub, path + " " + sub->get_name()));
    return out;
}

}  // namespace

Command read_tree(const CLI::App& app) {
    return read(app, app.get_name());
}

}  // namespace assay::cli
