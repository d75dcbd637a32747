// The commands `completion SHELL` and `man`, which every program has.
//
//   Documents documents(app, about);        // once the tree is whole: what is added later is missing in them
//   app.parse(argc, argv);
//   if (documents.asked()) return out.done(documents.text(), …);
#pragma once

#include "base/cli/man.hpp"

namespace assay::cli {

class Documents {
   public:
    /// The commands refer to this object: it must outlive the parse.
    Documents(CLI::App& app, About about);
    Documents(const Documents&) = delete;
    Documents& operator=(const Documents&) = delete;

    [[nodiscard]] bool asked() const { return !text_.empty(); }
    [[nodiscard]] const std::string& kind() const { return kind_; }  ///< bash, zsh, fish or man
    [[nodiscard]] const std::string& text() const { return text_; }

   private:
    About about_;
    std::string kind_, text_;
};

/// The exit codes that all programs have, in the words of their contract.
[[nodiscard]] std::vector<std::pair<std::string, std::string>> common_exits();
/// The four programs but this one.
[[nodiscard]] std::vector<std::string> other_programs(const std::string& program);

}  // namespace assay::cli
