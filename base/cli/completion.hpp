// Completion scripts for shells, made from an option tree.
//
//   std::fputs(completion(read_tree(app), "bash").c_str(), stdout);      // source <(assay completion bash)
#pragma once

#include "base/cli/tree.hpp"

namespace assay::cli {

/// `shell` is bash, zsh or fish. The script completes commands, options, and values of options that have only a few.
[[nodiscard]] std::string completion(const Command& root, const std::string& shell);

}  // namespace assay::cli
