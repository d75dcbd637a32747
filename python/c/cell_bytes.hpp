// What a cell of a sweep gave, as bytes that go from the machine that ran it to the one that puts the sweep together.
// Not a format to keep: both ends are of one version, and bytes of another are refused.
//
//   ASSAY_TRY(CellResult c, unpack(pack(cell), "cell-0"));     // all but its scenario, which the receiver knows
#pragma once

#include <string>
#include <string_view>

#include "tokenomics/sim/run/simulate.hpp"

namespace assay::sim::c {

[[nodiscard]] std::string pack(const CellResult& cell);
/// `name` is said in errors: verification_failed where the bytes are cut, too many, or of another version.
[[nodiscard]] Result<CellResult> unpack(std::string_view bytes, const std::string& name);

}  // namespace assay::sim::c
