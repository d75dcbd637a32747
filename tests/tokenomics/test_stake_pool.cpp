// Stake in shares against a model of rational numbers without a bound.
#include <algorithm>
#include <map>
#include <memory>

#include "tests/tokenomics/model.hpp"
#include "tokenomics/stake_pool.hpp"

namespace assay::tokenomics {
namespace {

using namespace test;
using Rational =
    boost::multiprecision::number<boost::multiprecision::cpp_rational_backend, boost::multiprecision::et_off>;

Rational rational(u128 v) {
    return Rational(big(v));
}
Rational rational(Amount a) {
    return rational(a.units);
}

constexpr std::uint64_t kPercent = Ppb::kOne / 100;

// A pool with its holders, as the chain keeps it, and beside it what each would have in rational numbers.
class PoolWalk {
   public:
    explicit PoolWalk(std::uint64_t seed) : r_(seed), least_(r_.below(3) == 0 ? r_.below(1000) : r_.below(3)) {}

    void step() {
        ++steps_;
        const std::size_t who = r_.below(kHolders);
        std::vector<Amount> before;
        for (const Delegation& d : holders_) before.push_back(worth_of(d));
        const bool slashed = act(who);
        for (std::size_t i = 0; i < kHolders; ++i)  // nobody loses a unit by what another does
            if (i != who && !slashed) REQUIRE(worth_of(holders_[i]) >= before[i]);
    }
    void check() {
        // Not a unit more or less than came in, wherever it lies.
        REQUIRE(big(in_) ==
                big(out_) + big(burned_) + big(pool_.active.tokens) + big(pool_.leaving.tokens) + big(pool_.rewards));
        Big active = 0, leaving = 0, worth_active = 0, worth_leaving = 0;
        Rational model_active = active_dust_;
        for (std::size_t i = 0; i < kHolders; ++i) {
            const Delegation& d = holders_[i];
            if (d.generation == pool_.generation) {
                active += big(d.shares);
                worth_active += big(worth(pool_.active, d.shares));
                compare(worth(pool_.active, d.shares), model_[i].active, "active");
                model_active += model_[i].active;
            }
            for (std::size_t j = 0; j < d.leaving.size(); ++j) {
                if (d.leaving[j].generation == pool_.leaving_generation) leaving += big(d.leaving[j].shares);
                worth_leaving += big(worth(pool_, d.leaving[j]));
            }
        }
        for (const auto& [generation, c] : closed_)
            if (c.leaving_generation == pool_.leaving_generation) leaving += big(c.leaving_shares);
        REQUIRE(active == big(pool_.active.shares));
        REQUIRE(leaving == big(pool_.leaving.shares));
        REQUIRE(worth_active <= big(pool_.active.tokens));
        REQUIRE(worth_leaving <= big(pool_.leaving.tokens));
        REQUIRE(rational(pool_.active.tokens) <= model_active);  // the pool is never above the model
        for (const SharePool* p : {&pool_.active, &pool_.leaving}) {
            REQUIRE(p->tokens.units <= p->shares);
            REQUIRE((p->shares != 0 || p->tokens.is_zero()));
            REQUIRE_FALSE(worn_out(*p));
        }
    }
    /// Everybody leaves: what is left is dust of rewards, less than a unit for each time that one was paid.
    void all_leave() {
        oldest_.reset();
        for (std::size_t i = 0; i < kHolders; ++i) {
            settled(i);
            const Amount all = worth(pool_.active, holders_[i].shares);
            if (!all.is_zero()) {
                REQUIRE(undelegate(pool_, holders_[i], all, TimeMs{time_ + 50}, Height{1}, 1000).ok());
                model_[i].active -= rational(all);
            }
        }
        time_ += 1000;
        for (std::size_t i = 0; i < kHolders; ++i) claim(i);
        REQUIRE(pool_.leaving.shares == 0);
        REQUIRE(pool_.leaving.tokens.is_zero());
        REQUIRE(closed_.empty());
        // Shares that are worth less than a unit stay, and the units of their rounding.
        REQUIRE(big(pool_.active.tokens) <= kHolders);
        REQUIRE(big(pool_.rewards) <= 2 * steps_ + 2 * kHolders);
        for (std::size_t i = 0; i < kHolders; ++i) {  // never above the model, at most a unit below it for each payment
            REQUIRE(rational(Amount{model_[i].paid}) <= model_[i].reward);
            REQUIRE(rational(Amount{model_[i].paid}) + 2 * model_[i].payments + model_[i].lost > model_[i].reward - 1);
        }
    }
    std::size_t generations() const { return pool_.generation + pool_.leaving_generation; }

   private:
    static constexpr std::size_t kHolders = 5;
    struct Model {
        Rational active = 0, reward = 0, lost = 0;
        u128 paid = 0;
        std::size_t payments = 0;
    };

    // True where it was a slash.
    bool act(std::size_t who) {
        switch (r_.below(9)) {
            case 0:
            case 1:
                stake(who);
                break;
            case 2:
            case 3:
                unstake(who);
                break;
            case 4:
                slash();
                return true;
            case 5:
                claim(who);
                break;
            case 6:
                time_ += r_.below(40);
                claim(who);
                break;
            case 7:
                oldest_ =
                    r_.below(3) == 0 ? std::optional(TimeMs{time_ - std::min(time_, r_.below(60))}) : std::nullopt;
                break;
            default:
                end_epoch();
        }
        return false;
    }
    Amount worth_of(const Delegation& d) const {
        return d.generation == pool_.generation ? worth(pool_.active, d.shares) : Amount{};
    }

    // Each step moves a holder by less than two units: his own floors, or what another's left in the pool.
    void compare(Amount is, const Rational& should, const char* what) {
        INFO(what << " after " << steps_ << " steps: " << to_digits(is.units) << " for " << should.str());
        REQUIRE(rational(is) <= should + 2 * steps_);
        REQUIRE(rational(is) + 2 * steps_ >= should);
    }
    // What the chain does before it touches a delegation.
    void settled(std::size_t i) {
        Delegation& d = holders_[i];
        ClosedGeneration* closed = nullptr;
        if (d.shares != 0 && d.generation != pool_.generation) closed = &closed_.at(d.generation);
        std::optional<PerShare> after;
        if (const auto found = after_epoch_.find(d.fresh_epoch.value); found != after_epoch_.end())
            after = found->second;
        const std::uint64_t generation = d.generation;
        const auto reward = settle(pool_, d, Epoch{epoch_}, after, closed);
        REQUIRE(reward.ok());
        out_ += reward->units;
        model_[i].paid += reward->units;
        ++model_[i].payments;
        if (closed != nullptr && closed->shares == 0) {
            REQUIRE(closed->leaving_shares == 0);
            closed_.erase(generation);
        }
    }
    void stake(std::size_t i) {
        settled(i);
        const u128 some = r_.below(4) == 0 ? awkward(r_) >> 40 : r_.below(r_.below(2) == 0 ? 10 : 1'000'000);
        const auto done = delegate(pool_, holders_[i], Amount{some}, Epoch{epoch_});
        REQUIRE(done.ok() == (some != 0));
        if (!done) return;
        in_ += some;
        model_[i].active += rational(some);
    }
    void unstake(std::size_t i) {
        settled(i);
        const Amount all = worth(pool_.active, holders_[i].shares);
        Amount some = all;
        if (r_.below(3) != 0) some.units = between(r_, 0, all.units);
        if (r_.below(10) == 0) some.units = all.units + 1;
        const auto done = undelegate(pool_, holders_[i], some, TimeMs{time_ + r_.below(100)}, Height{1},
                                     holders_[i].leaving.size() + 1);
        REQUIRE(done.ok() == (!some.is_zero() && some <= all));
        if (!done) return;
        model_[i].active -= rational(some);
        if (holders_[i].shares == 0) {
            active_dust_ += model_[i].active;
            model_[i].active = 0;
        }
        if (pool_.active.shares == 0) active_dust_ = 0;
    }
    void slash() {
        const std::uint64_t rates[] = {
            1, kPercent, 10 * kPercent, 20 * kPercent, 20 * kPercent, 99 * kPercent, Ppb::kOne, r_.below(Ppb::kOne)};
        const Ppb rate{rates[r_.below(r_.below(3) == 0 ? 8 : 5)]};
        const u128 before = pool_.active.tokens.units + pool_.leaving.tokens.units;
        const std::uint64_t generation = pool_.generation;
        const PoolSlash s =
            slash_pool(pool_, rate, Amount{least_}, TimeMs{time_ + r_.below(100)}, Height{1}, Epoch{epoch_});
        burned_ += s.from_active.units + s.from_leaving.units;
        REQUIRE(before ==
                pool_.active.tokens.units + pool_.leaving.tokens.units + s.from_active.units + s.from_leaving.units);
        const Rational stays = 1 - Rational(Big{rate.value}, Big{Ppb::kOne});
        for (Model& m : model_) m.active = m.active * stays;
        active_dust_ = active_dust_ * stays;
        if (s.closed) {
            REQUIRE(pool_.generation == generation + 1);
            closed_[generation] = *s.closed;
            for (std::size_t i = 0; i < kHolders; ++i) model_[i].active = 0;
            active_dust_ = 0;
        }
    }
    void claim(std::size_t i) {
        settled(i);
        const auto before = holders_[i].leaving.size();
        out_ += release_leaving(pool_, holders_[i], TimeMs{time_}, oldest_).units;
        for (const Leaving& l : holders_[i].leaving) REQUIRE((l.matures.value > time_ || oldest_));
        REQUIRE(holders_[i].leaving.size() <= before);
    }
    void end_epoch() {
        const u128 reward = r_.below(4) == 0 ? awkward(r_) >> 48 : r_.below(100'000);
        const u128 earning = earning_shares(pool_, Epoch{epoch_});
        if (grant(pool_, Amount{reward}, Epoch{epoch_})) {
            in_ += reward;
            for (std::size_t i = 0; i < kHolders; ++i) {
                const Delegation& d = holders_[i];
                if (d.generation != pool_.generation) continue;
                const u128 mine = d.shares - (d.fresh_epoch == Epoch{epoch_} ? d.fresh : 0);
                model_[i].reward += rational(reward) * rational(mine) / rational(earning);
                model_[i].lost += rational(mine) / Rational(Big{1} << 128);  // the accumulator's own floor
            }
        } else {
            REQUIRE(earning == 0);
        }
        after_epoch_[epoch_++] = pool_.per_share;
    }

    Random r_;
    u128 least_;
    StakePool pool_;
    Delegation holders_[kHolders];
    Model model_[kHolders];
    Rational active_dust_ = 0;
    std::map<std::uint64_t, ClosedGeneration> closed_;
    std::map<std::uint64_t, PerShare> after_epoch_;
    u128 in_ = 0, out_ = 0, burned_ = 0;
    std::uint64_t time_ = 1000, epoch_ = 3;
    std::optional<TimeMs> oldest_;
    std::size_t steps_ = 0;
};

StakePool pool_of(Delegation& d, std::uint64_t units) {
    StakePool pool;
    REQUIRE(settle(pool, d, Epoch{0}, {}, nullptr).ok());
    REQUIRE(delegate(pool, d, Amount{units}, Epoch{0}).ok());
    return pool;
}

}  // namespace

TEST_CASE(
    "no sequence of stake, unstake, slash, release, reward and claim creates or loses a unit of delegated stake") {
    const std::uint64_t seed = assay::test::seed();
    std::size_t generations = 0;
    for (std::uint64_t round = 0; round < 300; ++round) {
        INFO("seed " << seed << ", round " << round);
        PoolWalk walk(seed + round);
        for (int i = 0; i < 150; ++i) {
            walk.step();
            walk.check();
        }
        walk.all_leave();
        generations += walk.generations();
    }
    CHECK(generations > 300);  // the walk is of use only where pools close
}

TEST_CASE("F11: penalties multiply for delegators too: 10 % then 20 % of 1000 leaves 720, active and leaving alike") {
    Delegation d;
    StakePool pool = pool_of(d, 2000);
    REQUIRE(undelegate(pool, d, Amount{1000}, TimeMs{50}, Height{1}, 8).ok());
    for (const std::uint64_t rate : {10 * kPercent, 20 * kPercent}) {
        const PoolSlash s = slash_pool(pool, Ppb{rate}, Amount{1}, TimeMs{99}, Height{1}, Epoch{0});
        CHECK(s.from_active == s.from_leaving);
        CHECK_FALSE(s.closed.has_value());
    }
    CHECK(worth(pool.active, d.shares) == Amount{720});
    CHECK(worth(pool, d.leaving.front()) == Amount{720});
    CHECK(release_leaving(pool, d, TimeMs{50}, {}) == Amount{720});
    CHECK(pool.leaving == SharePool{});
}

TEST_CASE("A9: a pool that a slash takes to zero closes; who stakes after it owes nothing and owns nothing of before") {
    Delegation anna, bob;
    StakePool pool = pool_of(anna, 1000);
    PoolSlash s = slash_pool(pool, Ppb{Ppb::kOne}, Amount{1}, TimeMs{99}, Height{1}, Epoch{0});
    CHECK(s.from_active == Amount{1000});
    REQUIRE(s.closed.has_value());
    CHECK(s.closed->leaving_shares == 0);
    CHECK(pool.generation == 1);
    REQUIRE(settle(pool, bob, Epoch{0}, {}, nullptr).ok());
    REQUIRE(delegate(pool, bob, Amount{70}, Epoch{0}).ok());
    CHECK(worth(pool.active, bob.shares) == Amount{70});
    CHECK(settle(pool, anna, Epoch{0}, {}, &*s.closed)->is_zero());
    CHECK(anna.empty());
    CHECK(s.closed->shares == 0);
}

TEST_CASE("A9: a pool below its minimum closes: what is left goes out to its holders, and can be slashed until then") {
    Delegation anna, bob;
    StakePool pool = pool_of(anna, 600);
    REQUIRE(settle(pool, bob, Epoch{0}, {}, nullptr).ok());
    REQUIRE(delegate(pool, bob, Amount{400}, Epoch{0}).ok());
    PoolSlash s = slash_pool(pool, Ppb{20 * kPercent}, Amount{801}, TimeMs{99}, Height{1}, Epoch{0});
    REQUIRE(s.closed.has_value());
    CHECK(s.closed_tokens == Amount{800});
    CHECK(pool.active == SharePool{});
    CHECK(slash_pool(pool, Ppb{10 * kPercent}, Amount{801}, TimeMs{99}, Height{1}, Epoch{0}).from_leaving ==
          Amount{80});
    CHECK(settle(pool, anna, Epoch{0}, {}, &*s.closed)->is_zero());
    CHECK(settle(pool, bob, Epoch{0}, {}, &*s.closed)->is_zero());
    CHECK(release_leaving(pool, anna, TimeMs{98}, {}).is_zero());
    CHECK(release_leaving(pool, anna, TimeMs{99}, TimeMs{98}).is_zero());  // an older commit is open
    CHECK(release_leaving(pool, anna, TimeMs{99}, {}) == Amount{432});
    CHECK(release_leaving(pool, bob, TimeMs{99}, {}) == Amount{288});
    CHECK(pool.leaving == SharePool{});
}

TEST_CASE("stake that came in an epoch earns from the next one on") {
    Delegation anna, bob;
    StakePool pool = pool_of(anna, 100);
    REQUIRE(settle(pool, bob, Epoch{1}, {}, nullptr).ok());
    REQUIRE(delegate(pool, bob, Amount{900}, Epoch{1}).ok());
    CHECK(earning_stake(pool, Epoch{1}) == Amount{100});
    CHECK(earning_stake(pool, Epoch{2}) == Amount{1000});
    REQUIRE(grant(pool, Amount{50}, Epoch{1}).ok());
    const PerShare after = pool.per_share;
    REQUIRE(grant(pool, Amount{1000}, Epoch{2}).ok());
    CHECK(settle(pool, anna, Epoch{3}, PerShare{}, nullptr).value() == Amount{150});
    CHECK(settle(pool, bob, Epoch{3}, after, nullptr).value() == Amount{900});
    CHECK(pool.rewards.is_zero());
}

TEST_CASE("a pool's reward: the provider's own part and its commission, the delegators' floor") {
    const auto parts = share_reward(Amount{1001}, Amount{300}, Amount{700}, Ppb{5 * kPercent});
    REQUIRE(parts.ok());
    CHECK(parts->delegators == Amount{665});  // floor(floor(700.7) x 0.95)
    CHECK(parts->provider == Amount{336});
    CHECK(share_reward(Amount{7}, Amount{0}, Amount{0}, Ppb{0})->provider == Amount{7});
    CHECK(share_reward(Amount::max(), Amount{0}, Amount{1}, Ppb{0})->delegators == Amount::max());
    StakePool pool;
    pool.commission = Ppb{20 * kPercent};
    pool.commission_before = Ppb{kPercent};
    pool.commission_epoch = Epoch{4};
    CHECK(commission_in(pool, Epoch{4}, Ppb{5 * kPercent}) == Ppb{5 * kPercent});
    CHECK(commission_in(pool, Epoch{5}, Ppb{5 * kPercent}) == Ppb{20 * kPercent});
}

TEST_CASE("what a pool refuses: nothing, more than is there, more than 128 bits hold") {
    SharePool pool;
    CHECK(buy(pool, Amount{}).error().code == Code::stake_too_small);
    REQUIRE(buy(pool, Amount::max()).ok());
    CHECK(buy(pool, Amount{1}).error().code == Code::overflow);
    CHECK(take(pool, 5, Amount{6}).error().code == Code::insufficient_funds);
    CHECK(cut(pool, Ppb{2 * Ppb::kOne}) == Amount::max());
    CHECK(buy(pool, Amount{1}).error().code == Code::stake_too_small);
    CHECK(worn_out(pool));
    CHECK(redeem(pool, 9).value().is_zero());
    CHECK(grant(*std::make_unique<StakePool>(), Amount{1}, Epoch{0}).error().code == Code::overflow);
}

}  // namespace assay::tokenomics
