// e^-x as Filecoin's actors compute it, for `baseline`.
#pragma once

#include "base/wide.hpp"

namespace assay::tokenomics {

/// x and the result in Q.128. Below 4 it is specs-actors' approximation bit by bit, good to 15 digits and more; from
/// there on, which that network reaches after 34 years, squares of it. Total: 0 from 256 on.
[[nodiscard]] Wide exp_neg(const Wide& x);

}  // namespace assay::tokenomics
