// Numbers that a network has not published. In a genesis or scenario such a number is an object in its place:
//
//   "cap": { "unpublished": "the supply; looked for in the litepaper of 2025" }
//
// Nothing reads past one: whoever needs the file gets an error that names them all at once.
#pragma once

#include <string>
#include <vector>

#include "base/json.hpp"

namespace assay::tokenomics {

struct Unpublished {
    std::string path;   ///< "params.token.cap"
    std::string known;  ///< what it is, and where it was looked for
};

/// Is this value one of them?
[[nodiscard]] bool is_unpublished(const json::Value& v);
/// All of them below `v`, in the order of the text. Members that explain others (with an underscore) are not looked at.
[[nodiscard]] std::vector<Unpublished> unpublished(const json::Value& v, const std::string& path = {});
/// Errors: number_unpublished, naming all of them with what is known.
[[nodiscard]] Status check_published(const json::Value& v, const std::string& path = {});
/// The same without them: what is left has its defaults.
[[nodiscard]] json::Value without_unpublished(const json::Value& v);

}  // namespace assay::tokenomics
