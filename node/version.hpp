// What this program is: the build's version, and the rules that it executes.
#pragma once

#include "base/version.hpp"

namespace assay::node {

/// A header of another version is refused.
inline constexpr unsigned kProtocol = 1;

}  // namespace assay::node
