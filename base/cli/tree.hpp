// A program's option tree as plain data. What --help shows is read from the parser once, so that completions and manual
// pages cannot say anything else.
//
//   const Command root = read_tree(app);          // root.path == "assay", root.commands[0].path == "assay key"
#pragma once

#include <string>
#include <vector>

namespace CLI {
class App;
}  // namespace CLI

namespace assay::cli {

struct Argument {
    std::vector<std::string> names;    ///< "-y", "--yes"; of a positional its name alone, "ADDR"
    std::string value;                 ///< "URL", "TEXT"; empty for a flag
    std::vector<std::string> choices;  ///< where only these are taken
    std::string meaning, environment, unless_told;
    bool positional = false, required = false, repeats = false;
};

struct Command {
    std::string path;  ///< with the program's name: "assay key new"
    std::string meaning;
    std::vector<Argument> arguments;
    std::vector<Command> commands;

    [[nodiscard]] std::string name() const { return path.substr(path.rfind(' ') + 1); }
};

[[nodiscard]] Command read_tree(const CLI::App& app);

}  // namespace assay::cli
