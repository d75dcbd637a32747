// Validators as numbers: what an epoch pays them, who missed too many blocks, how fast power moves.
//
//   const ValidatorPay pay = pay_validators(params.validators, pool, fees, set, parts);
//   // identity: pool + fees = sum of parts + pay.pool_left + pay.fees_left + pay.fees_burned
//
// Total: no input makes these fail.
#pragma once

#include <span>
#include <vector>

#include "tokenomics/split.hpp"

namespace assay::tokenomics {

/// One validator's epoch.
struct ValidatorWork {
    Address validator;
    u128 power = 0;
    std::uint64_t proposed = 0;  ///< blocks in this epoch
};

struct ValidatorPay {
    Amount fees_burned;  ///< validators.fee_burn_ppb of the fees, floored
    Amount fees_left;    ///< all of them where the pool cannot hold what is left: they wait, and nothing burns
    Amount pool_left;
};
/// The pool and what did not burn of the fees, proposed_ppb of it by blocks proposed (nothing where nobody did), the
/// rest by power. Into `parts`, parallel to `set`; `weights` and `halves` are memory to use.
ValidatorPay pay_validators(const ValidatorParams& rules, Amount pool, Amount fees, std::span<const ValidatorWork> set,
                            std::vector<Amount>& parts, std::vector<u128>& weights, std::vector<Amount>& halves);

/// Expected proposals are counted in millionths of a block.
inline constexpr std::uint64_t kBlock = 1'000'000;

/// Blocks since the validator was last judged: it is judged once min_expected of them were its own to propose.
struct MissedBlocks {
    std::uint64_t expected = 0;  ///< millionths of a block, floored per epoch
    std::uint64_t proposed = 0;
    ASSAY_FIELDS(expected, proposed)
    bool operator==(const MissedBlocks&) const = default;
};
/// One more epoch: floor(blocks x power x 10^6 / total) were expected.
[[nodiscard]] MissedBlocks count_blocks(MissedBlocks before, std::uint64_t blocks, u128 power, u128 total,
                                        std::uint64_t proposed);
/// Is it time to judge, and were more than max_missed_ppb of the expected blocks missed?
[[nodiscard]] bool may_judge(const ValidatorParams& rules, const MissedBlocks& m);
[[nodiscard]] bool missed_too_many(const ValidatorParams& rules, const MissedBlocks& m);
/// Expected and not proposed, in ppb of what was expected; 0 where nothing was.
[[nodiscard]] Ppb missed_share(const MissedBlocks& m);

/// max(1, floor(bond x 10^6 / largest)); 0 without a bond.
[[nodiscard]] std::uint64_t scaled_power(Amount bond, Amount largest);

/// One epoch boundary: powers move from `now` towards `wanted`. Added up over all validators, joins, leaves and changes
/// alike, they move by at most a third of the power that there is: where more is wanted, each moves by its part of that
/// third, floored, and the rest waits for the next boundary [a light client that trusts the set before trusts the next
/// one]. At genesis, where there is no power, they are what is wanted. A set that nobody is wanted in stays as it is:
/// it never becomes empty.
[[nodiscard]] std::vector<std::uint64_t> move_powers(std::span<const std::uint64_t> now,
                                                     std::span<const std::uint64_t> wanted);

}  // namespace assay::tokenomics
