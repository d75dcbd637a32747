// Ways of doing work wrongly, for devnets and tests: what a verifier must catch. Deterministic from ctx.
//
//   ASSAY_TRY(Fault fault, parse_fault("skip=0.1"));
//   ASSAY_TRY(WorkResult cheated, prove(params, ctx, backend, fault));
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/amount.hpp"
#include "base/result.hpp"

namespace assay::proofs {

enum class FaultKind : std::uint8_t {
    none,
    skip,    ///< a share of the leaves is made up, and the work goes on from there
    flip,    ///< single bits of that many leaves are flipped after honest work, as a broken card does
    replay,  ///< the honest work of another ctx
    zero,    ///< every leaf is zero
    copy,    ///< the first lane's leaves stand for all lanes, those of a product's first 256 rows for all rows
};

struct Fault {
    FaultKind kind = FaultKind::none;
    Ppb share;                ///< of skip
    std::uint64_t count = 0;  ///< of flip
};

/// "none", "skip=0.1" (0 to 1, nine decimals at most), "flip=3", "replay", "zero", "copy". Errors: invalid_params.
[[nodiscard]] Result<Fault> parse_fault(std::string_view text);

}  // namespace assay::proofs
