// Rewards that come free in equal steps, for a provider that is paid all the time: what is locked within one step of
// the clock is one lot, and a lot comes free over the `reward_steps` steps after its own. Lots hold shares of a pool,
// so a slash takes from all of them at once and a payment touches one.
//
//   RewardLock lock;
//   RewardLot lot{step_of(rules, now)};
//   ASSAY_TRY_VOID(lock_reward(lock, lot, rules, Amount{900}));   // 180 steps: 5 come free with each
//   unlock(lock, rules, lot.step + 2, {});                        // 10
//
// Invariant: lock.pool.shares = sum over lots of what has not come free of them; lock.per_step = sum of
// floor(shares / reward_steps) over lots that have not ended. What floors leave of a lot comes with its last step.
#pragma once

#include <span>

#include "tokenomics/params.hpp"
#include "tokenomics/share_pool.hpp"

namespace assay::tokenomics {

struct RewardLock {
    SharePool pool;
    u128 per_step = 0;       ///< shares
    std::uint64_t step = 0;  ///< what was due with it and before has come free
    ASSAY_FIELDS(pool, per_step, step)
    bool operator==(const RewardLock&) const = default;
};

/// Shares that were locked within a step.
struct RewardLot {
    std::uint64_t step = 0;
    u128 shares = 0;
    bool operator==(const RewardLot&) const = default;
};

/// The step of the clock that `time` is in: floor(time / reward_step_ms).
[[nodiscard]] std::uint64_t step_of(const VestingParams& rules, TimeMs time);
/// The lot of that step has given all of it at `step`.
[[nodiscard]] bool has_ended(const VestingParams& rules, std::uint64_t lot_step, std::uint64_t step);
/// Shares of the lot that have come free with `step` and before. Total.
[[nodiscard]] u128 given(const VestingParams& rules, const RewardLot& lot, std::uint64_t step);

/// Adds to the lot of the step that runs; it is at or above lock.step. Errors: stake_too_small where the amount buys no
/// share, overflow; nothing has changed then.
[[nodiscard]] Status lock_reward(RewardLock& lock, RewardLot& lot, const VestingParams& rules, Amount amount);

/// What has come free since lock.step, once `step` is reached. `lots`: those that have ended by then, which their owner
/// forgets, and those of steps above lock.step; each once. Nothing where `step` is not above lock.step. Total.
[[nodiscard]] Amount unlock(RewardLock& lock, const VestingParams& rules, std::uint64_t step,
                            std::span<const RewardLot> lots);

}  // namespace assay::tokenomics
