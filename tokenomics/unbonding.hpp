// Stake on its way out: it waits, earns nothing and can still be slashed.
#pragma once

#include <optional>
#include <vector>

#include "tokenomics/params.hpp"

namespace assay::tokenomics {

struct Unbonding {
    Amount amount;
    TimeMs matures;
    Height created;
    ASSAY_FIELDS(amount, matures, created)
};

/// Appends an entry. Errors: too_many_unbondings (stake.max_unbondings).
[[nodiscard]] Result<std::vector<Unbonding>> add_unbonding(const StakeParams& stake, std::vector<Unbonding> entries,
                                                           Unbonding entry);

struct Matured {
    Amount released;
    std::vector<Unbonding> remaining;
};
/// Entries whose time has come. While any commit of the provider is open (`oldest_open_commit`), an entry created at or
/// after that commit's height waits too: stake that covered the commit must not leave before its verdict.
[[nodiscard]] Matured matured(const std::vector<Unbonding>& entries, TimeMs now,
                              const std::optional<Height>& oldest_open_commit);

}  // namespace assay::tokenomics
