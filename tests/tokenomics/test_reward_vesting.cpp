#include <map>

#include "tests/support/catch.hpp"
#include "tests/support/random.hpp"
#include "tokenomics/reward_vesting.hpp"

namespace assay::tokenomics {
namespace {

VestingParams rules_of(std::uint64_t steps) {
    VestingParams p;
    p.reward = Ppb{750'000'000};
    p.reward_step_ms = 86'400'000;
    p.reward_steps = steps;
    return p;
}

// A lock with its lots, as a chain keeps them.
struct Locked {
    VestingParams rules;
    RewardLock lock;
    std::map<std::uint64_t, u128> lots;

    void pay(std::uint64_t step, Amount a) {
        RewardLot lot{step, lots[step]};
        REQUIRE(lock_reward(lock, lot, rules, a).ok());
        lots[step] = lot.shares;
    }
    Amount to(std::uint64_t step) {
        std::vector<RewardLot> told;
        for (const auto& [at, shares] : lots)
            if (has_ended(rules, at, step) || at > lock.step) told.push_back({at, shares});
        const Amount out = unlock(lock, rules, step, told);
        std::erase_if(lots, [&](const auto& lot) { return has_ended(rules, lot.first, step); });
        return out;
    }
};

}  // namespace

TEST_CASE("Filecoin: three quarters of a reward come free over 180 days, a day's part with each day") {
    Locked l{rules_of(180), {}, {}};
    const Amount locked{u128{15} * 1'000'000'000'000'000'000u};  // of a reward of 20 FIL
    l.pay(100, locked);
    CHECK(l.to(100).is_zero());
    const Amount day{83'333'333'333'333'333u};  // 15 FIL / 180
    CHECK(l.to(101) == day);
    CHECK(l.to(103).units == 2 * day.units);
    Amount all{3 * day.units};
    for (std::uint64_t d = 104; d <= 279; ++d) all.units += l.to(d).units;
    CHECK(all.units == 179 * day.units);
    CHECK(l.to(280).units == locked.units - 179 * day.units);
    CHECK(l.lock.pool == SharePool{});
    CHECK(l.lots.empty());
}

TEST_CASE("payments of every step come free as each of them would alone, to the unit") {
    assay::test::Random r;
    INFO("seed " << assay::test::seed());
    for (int round = 0; round < 300; ++round) {
        const std::uint64_t steps = 1 + r.below(round % 3 == 0 ? 400 : 12);
        Locked l{rules_of(steps), {}, {}};
        struct Part {
            std::uint64_t step;
            u128 units;
        };
        std::map<std::uint64_t, u128> paid;
        std::uint64_t now = r.below(1000), seen = 0;
        u128 out = 0;
        // What each lot has given by `step`: floor(lot / steps) with every step, all of it at the end.
        const auto given = [&](std::uint64_t step) {
            u128 sum = 0;
            for (const auto& [at, units] : paid) {
                if (step <= at) continue;
                sum += step - at >= steps ? units : units / steps * (step - at);
            }
            return sum;
        };
        for (int i = 0; i < 40; ++i) {
            switch (r.below(4)) {
                case 0:
                    now += r.below(3 * steps);
                    break;
                case 1:
                    now += r.below(3);
                    break;
                default: {
                    const u128 units = 1 + r.below(r.below(2) == 0 ? 5 : 1'000'000'000);
                    if (r.below(3) != 0) out += l.to(seen = now).units;  // or it lags: work that is open holds it
                    l.pay(now, Amount{units});
                    paid[now] += units;
                    REQUIRE(l.lock.pool.tokens.units + out == given(~0ull));
                }
            }
            if (r.below(3) == 0 && now > 0) {
                const std::uint64_t to = now - r.below(std::min<std::uint64_t>(now, 3));
                if (to < seen) continue;
                out += l.to(to).units;
                seen = std::max(seen, to);
                REQUIRE(out == given(std::max(l.lock.step, seen)));
            }
        }
        out += l.to(now + steps).units;
        REQUIRE(out == given(~0ull));
        REQUIRE(l.lock.per_step == 0);
        REQUIRE(l.lots.empty());
    }
}

TEST_CASE("a slash takes the same part of all lots, and nothing is created or lost") {
    assay::test::Random r;
    INFO("seed " << assay::test::seed());
    for (int round = 0; round < 300; ++round) {
        Locked l{rules_of(1 + r.below(30)), {}, {}};
        u128 in = 0, out = 0, taken = 0;
        std::uint64_t now = 5;
        for (int i = 0; i < 60; ++i) {
            now += r.below(4);
            out += l.to(now).units;
            const u128 units = 1 + r.below(1'000'000);
            if (RewardLot lot{now, l.lots[now]}; lock_reward(l.lock, lot, l.rules, Amount{units}).ok()) {
                l.lots[now] = lot.shares;
                in += units;
            }
            if (r.below(4) == 0) {
                const u128 before = l.lock.pool.tokens.units;
                const Amount cut_off = cut(l.lock.pool, Ppb{r.below(Ppb::kOne / 2)});
                REQUIRE(l.lock.pool.tokens.units + cut_off.units == before);
                taken += cut_off.units;
            }
            REQUIRE(l.lock.pool.tokens.units + out + taken == in);
            REQUIRE(l.lock.pool.tokens.units <= l.lock.pool.shares);
        }
        out += l.to(now + 400).units;
        REQUIRE(out + taken == in);
        REQUIRE(l.lock.pool == SharePool{});
    }
}

TEST_CASE("locked rewards at the edges: nothing of nothing, all of 2^128 - 1, steps that never come") {
    Locked l{rules_of(1), {}, {}};
    CHECK(l.to(~0ull).is_zero());
    RewardLot lot{~0ull, 0};
    CHECK(lock_reward(l.lock, lot, l.rules, Amount{}).error().code == Code::stake_too_small);
    CHECK(lot.shares == 0);
    l.lock = {};
    l.pay(0, Amount::max());
    RewardLot same{0, l.lots[0]};
    CHECK(lock_reward(l.lock, same, l.rules, Amount{1}).error().code == Code::overflow);
    CHECK(same.shares == l.lots[0]);
    CHECK(l.to(1) == Amount::max());
    l.pay(~0ull, Amount{7});
    CHECK(l.to(~0ull).is_zero());  // the step after it never comes
    l = {rules_of(400), {}, {}};
    l.pay(3, Amount::max());
    CHECK(l.to(402).units == Amount::max().units / 400 * 399);
    CHECK(l.to(~0ull).units == Amount::max().units - Amount::max().units / 400 * 399);
}

}  // namespace assay::tokenomics
