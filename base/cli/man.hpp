// A manual page in troff, made from an option tree.
//
//   std::fputs(man_page(read_tree(app), about).c_str(), stdout);          // assay man | man -l -
#pragma once

#include <utility>

#include "base/cli/tree.hpp"

namespace assay::cli {

/// What a page says beside the tree.
struct About {
    std::string version;                                         ///< "0.1.0"
    std::vector<std::pair<std::string, std::string>> exits;      ///< exit code, meaning
    std::vector<std::pair<std::string, std::string>> files;      ///< path, meaning
    std::vector<std::pair<std::string, std::string>> variables;  ///< of the environment, that no option names
    std::vector<std::string> see_also;                           ///< other programs with a page in section 1
};

/// The same text for the same tree and version: no date stands in it.
[[nodiscard]] std::string man_page(const Command& root, const About& about);

}  // namespace assay::cli
