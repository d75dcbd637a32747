// The JSON Schema (2020-12) of scenario files, from the very tables that the reader reads by: an editor that knows it
// completes names and marks what is wrong while one types.
//
//   { "$schema": "./scenario.schema.json", "extends": "akash", ... }
#pragma once

#include <string>

namespace assay::sim {

/// One object, as `assay-sim schema` prints it.
[[nodiscard]] std::string scenario_schema();

}  // namespace assay::sim
