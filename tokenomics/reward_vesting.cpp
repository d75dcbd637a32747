#include "tokenomics/reward_vesting.hpp"

#include <algorithm>

namespace assay::tokenomics {

std::uint64_t step_of(const VestingParams& rules, TimeMs time) {
    return time.value / std::max<std::uint64_t>(rules.reward_step_ms, 1);
}

bool has_ended(const VestingParams& rules, std::uint64_t lot_step, std::uint64_t step) {
    return step >= lot_step && step - lot_step >= rules.reward_steps;
}

u128 given(const VestingParams& rules, const RewardLot& lot, std::uint64_t step) {
    if (has_ended(rules, lot.step, step)) return lot.shares;
    return lot.shares / std::max<std::uint64_t>(rules.reward_steps, 1) * (step - std::min(lot.step, step));
}

Status lock_reward(RewardLock& lock, RewardLot& lot, const VestingParams& rules, Amount amount) {
    if (lock.pool.shares == 0) lock.step = lot.step;
    ASSAY_TRY(const u128 bought, buy(lock.pool, amount));
    const u128 steps = std::max<std::uint64_t>(rules.reward_steps, 1), before = lot.shares / steps;
    lot.shares += bought;  // a part of the pool's, whose sum fits
    lock.per_step += lot.shares / steps - before;
    return {};
}

Amount unlock(RewardLock& lock, const VestingParams& rules, std::uint64_t step, std::span<const RewardLot> lots) {
    if (step <= lock.step) return {};
    const u128 steps = std::max<std::uint64_t>(rules.reward_steps, 1);
    // In wrapping arithmetic: what comes out is a part of the pool's shares, and right modulo 2^128.
    u128 due = 0;
    for (const RewardLot& lot : lots) {
        const u128 part = lot.shares / steps;
        if (has_ended(rules, lot.step, step)) {
            due += lot.shares - given(rules, lot, lock.step);
            lock.per_step -= part;
        } else if (lot.step > lock.step) {
            due -= part * (std::min(lot.step, step) - lock.step);
        }
    }
    due += lock.per_step * (step - lock.step);
    lock.step = step;
    const auto out = redeem(lock.pool, std::min(due, lock.pool.shares));
    return out ? *out : Amount{};
}

}  // namespace assay::tokenomics
