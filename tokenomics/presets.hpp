// The files of genesis/, inside the programs: `assayd init --network devnet` needs no file beside the binary.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>
#include <vector>

namespace assay::tokenomics {

struct PresetText {
    std::string_view name;
    std::string_view text;
};
extern const PresetText kPresets[];  // generated at build time
extern const std::size_t kPresetCount;

[[nodiscard]] std::optional<std::string_view> preset_text(std::string_view name);
[[nodiscard]] std::vector<std::string_view> preset_names();

}  // namespace assay::tokenomics
