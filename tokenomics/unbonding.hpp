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
/// Entries whose time has come. An entry waits while a commit older than its maturity is open (`oldest_open_commit`:
/// when the oldest began): it was slashable for that commit and stays so until the verdict. Total.
[[nodiscard]] Matured matured(const std::vector<Unbonding>& entries, TimeMs now,
                              const std::optional<TimeMs>& oldest_open_commit);

}  // namespace assay::tokenomics
