// The scenarios of genesis/scenarios, inside the program: networks as they are, a reference economy, and stress packs
// that lie over any of them.
//
//   load_scenario("akash-2026,stress-bear")
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>
#include <vector>

namespace assay::sim {

struct LibraryText {
    std::string_view name;
    std::string_view text;
};
extern const LibraryText kLibrary[];  // generated at build time
extern const std::size_t kLibraryCount;

[[nodiscard]] std::optional<std::string_view> library_text(std::string_view name);
[[nodiscard]] std::vector<std::string_view> library_names();

}  // namespace assay::sim
