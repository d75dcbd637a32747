// Paying an epoch in batches: the parts sum to the pool however it is cut, and nobody's part depends on the cut by more
// than a unit or two.
#include "tests/tokenomics/model.hpp"
#include "tokenomics/payout.hpp"

namespace assay::tokenomics {
namespace {

using namespace test;

std::vector<ProviderWork> random_providers(Random& r, std::uint64_t n) {
    std::vector<ProviderWork> out;
    for (std::uint64_t i = 0; i < n; ++i) {
        ProviderWork w;
        w.provider.bytes[0] = static_cast<std::uint8_t>(i >> 8);
        w.provider.bytes[1] = static_cast<std::uint8_t>(i);
        w.passed_weight = r.below(4) == 0 ? 0 : r.below(1 << 20);
        w.pending_weight = r.below(4) != 0 ? 0 : r.below(1 << 20);
        w.consumed = Credits{r.below(1 << 20)};
        w.tokens_carried = Amount{r.below(1 << 20)};
        w.already_paid = Amount{r.below(1 << 20)};
        w.stake_at_start = Amount{r.below(1 << 20)};
        w.stake_at_end = Amount{r.below(1 << 20)};
        w.delegated = Amount{r.below(1 << 20)};
        out.push_back(w);
    }
    return out;
}

Payout payout(const WorkRule& rule, const std::vector<ProviderWork>& all, Amount pool) {
    Payout p;
    p.work = p.availability = p.stakers = pool;
    p.all = add_up(rule, all);
    p.rule = rule;
    return p;
}

std::vector<ProviderPay> pay_in(Payout p, const std::vector<ProviderWork>& all, const std::vector<std::size_t>& cuts) {
    PayScratch scratch;
    std::vector<ProviderPay> out, parts;
    std::size_t from = 0;
    for (const std::size_t to : cuts) {
        pay_batch(p, std::span(all).subspan(from, to - from), scratch, parts);
        out.insert(out.end(), parts.begin(), parts.end());
        from = to;
    }
    return out;
}

TEST_CASE("an epoch that is paid in batches pays every unit of its pools, whatever the batches are") {
    const std::uint64_t seed = assay::test::seed();
    Random r(seed);
    for (int round = 0; round < 1000; ++round) {
        INFO("seed " << seed << ", round " << round);
        const WorkRule rule{r.below(2) == 0 ? WorkBound::none : WorkBound::burned, Ppb{r.below(Ppb::kOne + 1)}};
        const auto all = random_providers(r, 1 + r.below(60));
        const Amount pool{r.below(3) == 0 ? r.below(50) : between(r, 0, u128{1} << r.below(100))};
        std::vector<std::size_t> cuts;
        for (std::size_t at = 0; at < all.size();)
            cuts.push_back(at = std::min<std::size_t>(all.size(), at + r.below(9)));  // empty batches too
        const Payout p = payout(rule, all, pool);
        const auto once = pay_in(p, all, {all.size()}), cut = pay_in(p, all, cuts);
        REQUIRE(cut.size() == all.size());
        Big work = 0, tasks = 0, staking = 0;
        for (std::size_t i = 0; i < all.size(); ++i) {
            work += big(cut[i].work), tasks += big(cut[i].availability) + big(cut[i].reserved);
            staking += big(staking_part(p, stake_weight(all[i])));
            if (rule.bound == WorkBound::burned) REQUIRE(cut[i].work.units <= work_weight(rule, all[i]));
            // A batch's pool is within a unit of its exact share, and the split within it another.
            for (const auto& [a, b] :
                 {std::pair{cut[i].availability, once[i].availability}, std::pair{cut[i].reserved, once[i].reserved}})
                REQUIRE(std::max(a, b).units - std::min(a, b).units <= 2);
            const auto exact = [](Amount whole, u128 w, u128 of) {
                return of == 0 ? Big{0} : Big{big(whole) * big(w) / big(of)};
            };
            const Big mine = exact(pool, all[i].passed_weight, p.all.tasks);
            REQUIRE((big(cut[i].availability) >= mine - 1 && big(cut[i].availability) <= mine + 2));
        }
        if (p.all.tasks != 0) REQUIRE(tasks == big(pool));
        if (p.all.work != 0 && rule.bound == WorkBound::none) REQUIRE(work == big(pool));
        REQUIRE(staking <= big(pool));
        if (p.all.stake != 0) REQUIRE(staking + static_cast<int>(all.size()) > big(pool));
    }
}

TEST_CASE("stakers get the floor of their share, each for himself, and the rest stays in the pool") {
    Payout p;
    p.stakers = Amount{100};
    p.all.stake = 3;
    CHECK(staking_part(p, Amount{1}).units == 33);
    CHECK(staking_part(p, Amount{2}).units == 66);
    CHECK(staking_part(p, Amount{3}).units == 100);
    CHECK(staking_part(p, Amount{4}).is_zero());  // more than all: sums that are wrong pay nobody
    p.all.stake = 0;
    CHECK(staking_part(p, Amount{0}).is_zero());
    p = {};
    p.stakers = Amount::max();
    p.all.stake = kMax;
    CHECK(staking_part(p, Amount::max()) == Amount::max());
}

TEST_CASE("a reserve is paid out to the last unit as its verdicts come, in any order") {
    const std::uint64_t seed = assay::test::seed();
    Random r(seed);
    for (int round = 0; round < 1000; ++round) {
        INFO("seed " << seed << ", round " << round);
        std::vector<u128> weights;
        u128 left = 0;
        for (std::uint64_t n = 1 + r.below(8), i = 0; i < n; ++i) {
            weights.push_back(1 + r.below(1000));
            left += weights.back();
        }
        const u128 all = left;
        const Amount whole{between(r, 0, u128{1} << r.below(100))};
        Amount reserved = whole;
        for (const u128 w : weights) {
            const Amount part = reserve_part(reserved, left, w);
            const Big exact = big(whole) * big(w) / big(all);
            REQUIRE((big(part) >= exact - 8 && big(part) <= exact + 8));
            reserved = sub_or_zero(reserved, part);
            left -= w;
        }
        REQUIRE(reserved.is_zero());
    }
}

TEST_CASE("F14: weights that are not those that were added up stop no payout and take nothing from the rest") {
    const std::uint64_t seed = assay::test::seed();
    Random r(seed);
    for (int round = 0; round < 1000; ++round) {
        INFO("seed " << seed << ", round " << round);
        auto all = random_providers(r, 1 + r.below(10));
        Payout p = payout({WorkBound::none, Ppb{}}, all, Amount{awkward(r)});
        p.all = {awkward(r), awkward(r), awkward(r)};
        for (auto& w : all) w.passed_weight = awkward(r), w.consumed = Credits{awkward(r)};
        PayScratch scratch;
        std::vector<ProviderPay> parts;
        Big work = 0, tasks = 0;
        for (const auto& w : all) {
            pay_batch(p, {&w, 1}, scratch, parts);
            work += big(parts[0].work), tasks += big(parts[0].availability) + big(parts[0].reserved);
        }
        REQUIRE((work <= big(p.work) && tasks <= big(p.availability)));
    }
}

}  // namespace
}  // namespace assay::tokenomics
