#include "base/cli/completion.hpp"

#include <algorithm>
#include <utility>

namespace assay::cli {
namespace {

struct Word {
    std::string text, meaning;
};
/// A place in the tree and what can be typed there: commands, its options, those of the program; values of positionals.
struct Place {
    std::string path;
    std::vector<Word> words;
    std::vector<std::pair<std::string, std::vector<std::string>>> values;  ///< "--color" -> auto, always, never
};

void add_arguments(const Command& command, Place& place) {
    for (const Argument& a : command.arguments) {
        if (a.positional) {
            for (const std::string& choice : a.choices) place.words.push_back({choice, a.meaning});
            continue;
        }
        for (const std::string& name : a.names) {
            const bool known = std::any_of(place.words.begin(), place.words.end(),
                                           [&](const Word& w) { return w.text == name; });  // --help, of each command
            if (name.rfind("--", 0) == 0 && !known) place.words.push_back({name, a.meaning});
            if (!a.choices.empty()) place.values.emplace_back(name, a.choices);
        }
    }
}

void collect(const Command& command, const Command& root, std::vector<Place>& out) {
    Place place;
    place.path = command.path;
    for (const Command& sub : command.commands) place.words.push_back({sub.name(), sub.meaning});
    add_arguments(command, place);
    if (&command != &root) add_arguments(root, place);
    out.push_back(std::move(place));
    for (const Command& sub : command.commands) collect(sub, root, out);
}

std::string join(const std::vector<std::string>& words) {
    std::string out;
    for (const auto& w : words) out += (out.empty() ? "" : " ") + w;
    return out;
}
std::string texts(const Place& place) {
    std::string out;
    for (const Word& w : place.words) out += (out.empty() ? "" : " ") + w.text;
    return out;
}

/// 'it'\''s': what a shell reads as this text and nothing else.
std::string quoted(const std::string& text, const char* quote = "'\\''") {
    std::string out = "'";
    for (const char c : text) out += c == '\'' ? std::string(quote) : std::string(1, c);
    return out + "'";
}

/// A function's name: assay-prover -> _assay_prover.
std::string function_of(const std::string& program) {
    std::string out = "_";
    for (const char c : program) out += c == '-' ? '_' : c;
    return out;
}

/// The loop that finds the place: every word that leads from one place to another is followed.
std::string walk(const std::vector<Place>& places, const std::string& words, const std::string& from,
                 const std::string& to) {
    std::string out = "    for ((i = " + from + "; i < " + to + "; i++)); do\n        word=${" + words +
                      "[i]}\n        case \"$at $word\" in\n            ";
    for (std::size_t i = 1; i < places.size(); ++i) out += (i == 1 ? "" : " | ") + quoted(places[i].path);
    return out + ") at=\"$at $word\" ;;\n        esac\n    done\n";
}

/// Cases for the word before: `set` makes the shell's assignment of these words.
template <class Set>
std::string value_cases(const std::vector<Place>& places, const std::string& before, const Set& set) {
    std::string out = "    case \"$at " + before + "\" in\n";
    for (const Place& p : places)
        for (const auto& [option, values] : p.values)
            out += "        " + quoted(p.path + " " + option) + ") " + set(values) + " ;;\n";
    return out + "    esac\n";
}

std::string bash(const std::string& program, const std::vector<Place>& places) {
    const std::string name = function_of(program);
    std::string out = name + "() {\n    local at=" + program +
                      " word i words=\n    local here=\"${COMP_WORDS[COMP_CWORD]}\"\n" +
                      walk(places, "COMP_WORDS", "1", "COMP_CWORD") + "    case \"$at\" in\n";
    for (const Place& p : places) out += "        " + quoted(p.path) + ") words=" + quoted(texts(p)) + " ;;\n";
    out += "    esac\n" + value_cases(places, "${COMP_WORDS[COMP_CWORD-1]}",
                                      [](const auto& values) { return "words=" + quoted(join(values)); });
    return out +
           "    COMPREPLY=($(compgen -W \"$words\" -- \"$here\"))\n"
           "    [[ ${#COMPREPLY[@]} -eq 0 ]] && COMPREPLY=($(compgen -f -- \"$here\"))\n    return 0\n}\n"
           "complete -o filenames -F " +
           name + " " + program + "\n";
}

std::string zsh(const std::string& program, const std::vector<Place>& places) {
    const std::string name = function_of(program);
    const auto described = [](const Word& w) {  // "word:meaning", a colon in the word would end it
        std::string text;
        for (const char c : w.text) text += c == ':' ? std::string("\\:") : std::string(1, c);
        return quoted(text + ":" + w.meaning);
    };
    std::string out = "#compdef " + program + "\n" + name + "() {\n    local at=" + program +
                      " word i\n    local -a described\n" + walk(places, "words", "2", "CURRENT") +
                      "    case \"$at\" in\n";
    for (const Place& p : places) {
        std::string words;
        for (const Word& w : p.words) words += " " + described(w);
        out += "        " + quoted(p.path) + ") described=(" + words + " ) ;;\n";
    }
    out += "    esac\n" + value_cases(places, "${words[CURRENT-1]}", [](const auto& values) {
               std::string words;
               for (const std::string& v : values) words += " " + quoted(v);
               return "described=(" + words + " )";
           });
    // Read from a file by zsh's own loader, the script runs as the function; sourced, it only defines it.
    return out + "    _describe -t commands " + program + " described || _files\n}\nif [[ ${funcstack[1]} == " + name +
           " ]]; then\n    " + name + " \"$@\"\nelse\n    compdef " + name + " " + program + "\nfi\n";
}

std::string fish(const std::string& program, const std::vector<Place>& places) {
    const std::string name = "_" + function_of(program) + "_at";
    std::string paths;
    for (std::size_t i = 1; i < places.size(); ++i) paths += " " + quoted(places[i].path, "\\'");
    std::string out = "function " + name + "\n    set -l at " + program +
                      "\n    for word in (commandline -opc)[2..-1]\n" + "        contains -- \"$at $word\"" + paths +
                      "; and set at \"$at $word\"\n    end\n    test \"$at\" = \"$argv[1]\"\nend\n";
    for (const Place& p : places)
        for (const Word& w : p.words) {
            std::string values;
            for (const auto& [option, choices] : p.values)
                if (option == w.text) values = " -x -a " + quoted(join(choices), "\\'");
            out += "complete -c " + program + " -n \"" + name + " '" + p.path + "'\" " +
                   (w.text.rfind("--", 0) == 0 ? "-l " + w.text.substr(2) + values : "-f -a " + quoted(w.text, "\\'")) +
                   " -d " + quoted(w.meaning, "\\'") + "\n";
        }
    return out;
}

}  // namespace

std::string completion(const Command& root, const std::string& shell) {
    std::vector<Place> places;
    collect(root, root, places);
    if (shell == "fish") return fish(root.path, places);
    return shell == "zsh" ? zsh(root.path, places) : bash(root.path, places);
}

}  // namespace assay::cli
