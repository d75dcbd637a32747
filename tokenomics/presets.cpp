#include "tokenomics/presets.hpp"

namespace assay::tokenomics {

std::optional<std::string_view> preset_text(std::string_view name) {
    for (std::size_t i = 0; i < kPresetCount; ++i)
        if (kPresets[i].name == name) return kPresets[i].text;
    return std::nullopt;
}

std::vector<std::string_view> preset_names() {
    std::vector<std::string_view> out;
    for (std::size_t i = 0; i < kPresetCount; ++i) out.push_back(kPresets[i].name);
    return out;
}

}  // namespace assay::tokenomics
