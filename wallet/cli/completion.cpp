// Shell completion, generated from the option tree: what --help knows, the shell knows.
#include <CLI/CLI.hpp>

#include "wallet/cli/commands.hpp"
#include "wallet/cli/session.hpp"

namespace assay::wallet::cli {
namespace {

struct Node {
    std::string path;                ///< "assay key new"
    std::vector<std::string> words;  ///< subcommands and options
    std::vector<std::pair<std::string, std::string>> described;
};

void collect(const CLI::App* app, const std::string& path, const CLI::App* root, std::vector<Node>& out) {
    Node node;
    node.path = path;
    const auto options_of = [&](const CLI::App* a) {
        for (const CLI::Option* option : a->get_options()) {
            for (const std::string& name : option->get_lnames()) {
                node.words.push_back("--" + name);
                node.described.emplace_back("--" + name, option->get_description());
            }
        }
    };
    for (const CLI::App* sub : app->get_subcommands(nullptr)) {
        node.words.push_back(sub->get_name());
        node.described.emplace_back(sub->get_name(), sub->get_description());
    }
    options_of(app);
    if (app != root) options_of(root);
    out.push_back(node);
    for (const CLI::App* sub : app->get_subcommands(nullptr)) collect(sub, path + " " + sub->get_name(), root, out);
}

std::string join(const std::vector<std::string>& words) {
    std::string out;
    for (const auto& w : words) out += (out.empty() ? "" : " ") + w;
    return out;
}

std::string bash(const std::vector<Node>& nodes) {
    std::string out =
        "_assay() {\n    local path=assay word i\n    for ((i = 1; i < COMP_CWORD; i++)); do\n"
        "        word=${COMP_WORDS[i]}\n        case \"$path $word\" in\n            ";
    for (std::size_t i = 1; i < nodes.size(); ++i) out += (i == 1 ? "" : " | ") + ("'" + nodes[i].path + "'");
    out += ") path=\"$path $word\" ;;\n        esac\n    done\n    local words=\n    case \"$path\" in\n";
    for (const Node& n : nodes) out += "        '" + n.path + "') words='" + join(n.words) + "' ;;\n";
    return out +
           "    esac\n    COMPREPLY=($(compgen -W \"$words\" -- \"${COMP_WORDS[COMP_CWORD]}\"))\n"
           "    [[ ${#COMPREPLY[@]} -eq 0 ]] && COMPREPLY=($(compgen -f -- \"${COMP_WORDS[COMP_CWORD]}\"))\n}\n"
           "complete -F _assay assay\n";
}

std::string fish(const std::vector<Node>& nodes) {
    std::string out =
        "function __assay_at\n    set -l path assay\n    for word in (commandline -opc)[2..-1]\n"
        "        string match -q -- '-*' $word; or set path \"$path $word\"\n    end\n    test \"$path\" = "
        "\"$argv[1]\"\nend\n";
    for (const Node& n : nodes)
        for (const auto& [word, description] : n.described) {
            std::string quoted;
            for (const char c : description) quoted += c == '\'' ? std::string("\\'") : std::string(1, c);
            out += "complete -c assay -f -n \"__assay_at '" + n.path + "'\" " +
                   (word.substr(0, 2) == "--" ? "-l " + word.substr(2) : "-a " + word) + " -d '" + quoted + "'\n";
        }
    return out;
}

}  // namespace

void add_completion_command(CLI::App& app, Session& session) {
    auto shell = std::make_shared<std::string>();
    CLI::App* command = app.add_subcommand("completion", "a completion script for your shell");
    command->add_option("SHELL", *shell, "bash, zsh or fish")
        ->required()
        ->check(CLI::IsMember({"bash", "zsh", "fish"}));
    command->callback([shell, &app, &session] {
        std::vector<Node> nodes;
        collect(&app, "assay", &app, nodes);
        std::string script = *shell == "fish" ? fish(nodes) : bash(nodes);
        if (*shell == "zsh") script = "#compdef assay\nautoload -U +X bashcompinit && bashcompinit\n" + script;
        session.result(make::object({{"shell", make::text(*shell)}, {"script", make::text(script)}}), script);
    });
}

}  // namespace assay::wallet::cli
