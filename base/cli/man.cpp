#include "base/cli/man.hpp"

#include <map>

namespace assay::cli {
namespace {

/// troff reads a backslash, a hyphen, and a dot or an apostrophe at a line's begin as its own.
std::string plain(const std::string& text) {
    std::string out;
    for (const char c : text) {
        if (c == '\\') {
            out += "\\e";
        } else if (c == '-') {
            out += "\\-";
        } else if (c == '\n') {
            out += ' ';
        } else if (c == '"') {
            out += "\\(dq";
        } else {
            out += c;
        }
    }
    return !out.empty() && (out[0] == '.' || out[0] == '\'') ? "\\&" + out : out;
}
std::string bold(const std::string& text) {
    return "\\fB" + plain(text) + "\\fR";
}
std::string italic(const std::string& text) {
    return "\\fI" + plain(text) + "\\fR";
}

std::string value_of(const Argument& a) {
    std::string choices;
    for (const std::string& c : a.choices) choices += (choices.empty() ? "" : "|") + c;
    return choices.empty() ? a.value : choices;
}

/// "-y, --yes" or "--node URL"
std::string head(const Argument& a) {
    if (a.positional) return italic(a.names.front());
    std::string out;
    for (const std::string& name : a.names) out += (out.empty() ? "" : ", ") + bold(name);
    return a.value.empty() ? out : out + " " + italic(value_of(a));
}

void item(std::string& out, const std::string& tag, const std::string& text) {
    out += ".TP\n" + tag + "\n" + text + "\n";
}

void arguments(std::string& out, const Command& command) {
    for (const Argument& a : command.arguments) {
        if (a.names.empty() || a.names.back() == "--help") continue;
        std::string text = plain(a.meaning);
        if (!a.unless_told.empty()) text += " (default " + plain(a.unless_told) + ")";
        if (!a.environment.empty()) text += "; environment " + bold(a.environment);
        item(out, head(a), text.empty() ? "\\&" : text);
    }
}

/// What must be typed, and [OPTIONS] for what may be.
std::string usage(const Command& command) {
    std::string out = bold(command.path);
    bool options = false;
    for (const Argument& a : command.arguments)
        if (!a.positional && a.names.back() != "--help") {
            if (a.required)
                out += " " + bold(a.names.back()) + " " + italic(value_of(a));
            else
                options = true;
        }
    if (options) out += " [" + italic("OPTIONS") + "]";
    for (const Argument& a : command.arguments)
        if (a.positional)
            out += std::string(" ") + (a.required ? "" : "[") + italic(a.names.front()) + (a.repeats ? "..." : "") +
                   (a.required ? "" : "]");
    return out;
}

void commands(std::string& out, const Command& command) {
    for (const Command& sub : command.commands) {
        if (!sub.commands.empty()) {
            commands(out, sub);
            continue;
        }
        out += ".SS " + sub.path + "\n" + usage(sub) + "\n.PP\n" + plain(sub.meaning) + "\n";
        arguments(out, sub);
    }
}

void variables(const Command& command, std::map<std::string, std::string>& out) {
    for (const Argument& a : command.arguments)
        if (!a.environment.empty()) out.try_emplace(a.environment, a.names.back());
    for (const Command& sub : command.commands) variables(sub, out);
}

void listed(std::string& out, const char* section, const std::vector<std::pair<std::string, std::string>>& rows) {
    if (rows.empty()) return;
    out += std::string(".SH ") + section + "\n";
    for (const auto& [tag, text] : rows) item(out, bold(tag), plain(text));
}

}  // namespace

std::string man_page(const Command& root, const About& about) {
    std::string title;
    for (const char c : root.path) title += static_cast<char>(c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c);
    std::string out = ".TH " + title + " 1 \"\" \"Assay " + about.version + "\" \"Assay\"\n.nh\n.ad l\n.SH NAME\n" +
                      plain(root.path) + " \\- " + plain(root.meaning) + "\n.SH SYNOPSIS\n" + bold(root.path) + " [" +
                      italic("OPTIONS") + "] " + italic("COMMAND") +
                      " ...\n.SH OPTIONS\nThey may stand before or behind the command.\n";
    arguments(out, root);
    out += ".SH COMMANDS\n";
    commands(out, root);
    std::map<std::string, std::string> environment;
    variables(root, environment);
    std::vector<std::pair<std::string, std::string>> rows = about.variables;
    for (const auto& [name, option] : environment)
        rows.emplace_back(name, "stands for " + option + ", which goes before it");
    listed(out, "ENVIRONMENT", rows);
    listed(out, "FILES", about.files);
    listed(out, "EXIT STATUS", about.exits);
    if (!about.see_also.empty()) {
        out += ".SH SEE ALSO\n";
        for (std::size_t i = 0; i < about.see_also.size(); ++i)
            out += bold(about.see_also[i]) + "(1)" + (i + 1 == about.see_also.size() ? "\n" : ",\n");
    }
    return out;
}

}  // namespace assay::cli
