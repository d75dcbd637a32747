// JSON on its way out of the program again.
#pragma once

#include <string>

#include "base/json.hpp"

namespace assay::sim::report {

/// `v` as text on one line; numbers as they were written.
[[nodiscard]] std::string json_of(const json::Value& v);

/// JSON that may stand inside of <script>: no "<", ">" or "&" is left, which only strings can hold.
[[nodiscard]] std::string inside_script(const std::string& json);

/// Text between tags or in a quoted attribute.
[[nodiscard]] std::string html_text(std::string_view text);

}  // namespace assay::sim::report
