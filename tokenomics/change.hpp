// One change of a parameter, as it stands in a proposal on the wire (params_change.hpp has the rules).
#pragma once

#include <string>

#include "base/borsh.hpp"

namespace assay::tokenomics {

// Of one proposal.
inline constexpr std::size_t kMaxChanges = 32;
inline constexpr std::size_t kMaxChangeName = 96;   ///< bytes
inline constexpr std::size_t kMaxChangeValue = 64;  ///< bytes
inline constexpr std::size_t kMaxTitle = 128;       ///< bytes

struct ParamChange {
    std::string name;   ///< "bme.payout_ppb", "classes.rtx-4090.multiplier_ppb"; "classes.X.name" appends class X
    std::string value;  ///< canonical text
    ASSAY_FIELDS(name, value)
    bool operator==(const ParamChange&) const = default;
};

/// The value that a monetary parameter had when its window began. Steps are measured from it while the window lasts.
struct StepWindow {
    std::string name;
    TimeMs start;
    u128 base = 0;
    ASSAY_FIELDS(name, start, base)
};

}  // namespace assay::tokenomics
