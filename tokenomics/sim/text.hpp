// Numbers and JSON as the files of a result hold them.
#pragma once

#include <string>
#include <string_view>

namespace assay::sim {

/// The shortest text that reads back to the same double: "0.1", "1e+20"; "" for what is no number (missing).
[[nodiscard]] std::string shortest(double x);
/// JSON string with its quotes; control characters escaped.
[[nodiscard]] std::string json_text(std::string_view s);

}  // namespace assay::sim
