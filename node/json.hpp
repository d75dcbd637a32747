// JSON that leaves the node. What comes in passes base/json.hpp; this is for output only, in the order it was written.
//
//   Json out{{"height", 7}};
//   std::string line = to_text(out);        // one line; bytes that are not UTF-8 become U+FFFD
#pragma once

#include <nlohmann/json.hpp>
#include <string>

namespace assay::node {

using Json = nlohmann::ordered_json;

[[nodiscard]] inline std::string to_text(const Json& j, int indent = -1) {
    return j.dump(indent, ' ', false, Json::error_handler_t::replace);
}

}  // namespace assay::node
