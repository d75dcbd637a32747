#include "tokenomics/sim/library.hpp"

namespace assay::sim {

std::optional<std::string_view> library_text(std::string_view name) {
    for (std::size_t i = 0; i < kLibraryCount; ++i)
        if (kLibrary[i].name == name) return kLibrary[i].text;
    return std::nullopt;
}

std::vector<std::string_view> library_names() {
    std::vector<std::string_view> out;
    for (std::size_t i = 0; i < kLibraryCount; ++i) out.push_back(kLibrary[i].name);
    return out;
}

}  // namespace assay::sim
