// What networks published, beside what this code computes for their presets: `assay-sim reproduce`.
#pragma once

#include <string>
#include <vector>

#include "base/result.hpp"

namespace assay::sim {

/// Both numbers as decimal text with the digits that were published; they match where the texts are equal.
struct Published {
    std::string preset, what, published, source;
    std::string computed;
    [[nodiscard]] bool matches() const { return computed == published; }
    /// Computed less published, exact, with its sign: "0", "-0.000001"; "" where one of them is no number.
    [[nodiscard]] std::string difference() const;
};

/// All figures of one preset, or of every preset for "all". Errors: not_found; what a preset's computation says.
[[nodiscard]] Result<std::vector<Published>> reproduce(const std::string& preset);

}  // namespace assay::sim
