#include <numeric>

#include "tests/tokenomics/model.hpp"
#include "tokenomics/split.hpp"

namespace assay::tokenomics {
namespace {

using namespace test;

// Hamilton's method as one would do it by hand: exact quotas, floors, then one unit at a time to whoever is furthest
// below its quota, the first of equals.
std::vector<Big> by_hand(const Big& pool, const std::vector<u128>& weights) {
    Big total = 0;
    for (const u128 w : weights) total += big(w);
    std::vector<Big> parts(weights.size(), 0);
    if (total == 0) return parts;
    Big left = pool;
    for (std::size_t i = 0; i < weights.size(); ++i) {
        parts[i] = floor_div(pool * big(weights[i]), total);
        left -= parts[i];
    }
    std::vector<bool> served(weights.size(), false);
    while (left > 0) {
        std::size_t best = weights.size();
        Big furthest = -1;
        for (std::size_t i = 0; i < weights.size(); ++i) {
            const Big missing = pool * big(weights[i]) - floor_div(pool * big(weights[i]), total) * total;
            if (!served[i] && missing > furthest) {
                furthest = missing;
                best = i;
            }
        }
        served[best] = true;
        ++parts[best];
        --left;
    }
    return parts;
}

std::vector<u128> random_weights(Random& r) {
    std::vector<u128> w(r.below(3) == 0 ? r.below(48) : r.below(13));  // few and many are split by different code
    switch (r.below(4)) {
        case 0:  // small ones, many of them equal or zero
            for (auto& x : w) x = r.below(4);
            break;
        case 1:  // their sum just fits
            for (auto& x : w) x = between(r, 0, kMax / 64);
            break;
        case 2:  // one giant among dust
            for (auto& x : w) x = r.below(3);
            if (!w.empty()) w[r.below(w.size())] = kMax - 100;
            break;
        default:
            for (auto& x : w) x = awkward(r) >> 6;
    }
    return w;
}

TEST_CASE("a split is what the method gives by hand, and sums to its pool to the unit") {
    const std::uint64_t seed = assay::test::seed();
    Random r(seed);
    for (int round = 0; round < 3000; ++round) {
        const Amount pool{r.below(3) == 0 ? r.below(60) : awkward(r)};
        const auto weights = random_weights(r);
        INFO("seed " << seed << ", round " << round);
        const auto parts = largest_remainder(pool, weights);
        REQUIRE(parts.ok());
        const auto expected = by_hand(big(pool), weights);
        REQUIRE(parts->size() == expected.size());
        Big sum = 0;
        for (std::size_t i = 0; i < expected.size(); ++i) {
            REQUIRE(big((*parts)[i]) == expected[i]);
            sum += big((*parts)[i]);
            if (weights[i] == 0) REQUIRE((*parts)[i].is_zero());
        }
        Big total = 0;
        for (const u128 w : weights) total += big(w);
        REQUIRE(sum == (total == 0 ? Big{0} : big(pool)));
    }
}

TEST_CASE("equal remainders are served in order: the lower address first") {
    const u128 three[] = {1, 1, 1};
    CHECK(*largest_remainder(Amount{2}, three) == std::vector<Amount>{Amount{1}, Amount{1}, Amount{0}});
    const u128 behind_zero[] = {0, 5, 5};
    CHECK(*largest_remainder(Amount{1}, behind_zero) == std::vector<Amount>{Amount{0}, Amount{1}, Amount{0}});
    const u128 larger_later[] = {1, 2};  // remainders 1/3 and 2/3
    CHECK(*largest_remainder(Amount{1}, larger_later) == std::vector<Amount>{Amount{0}, Amount{1}});
}

TEST_CASE("nobody to pay, or nobody with weight: the caller keeps the pool") {
    CHECK(largest_remainder(Amount::max(), {})->empty());
    const u128 none[] = {0, 0};
    CHECK(*largest_remainder(Amount::max(), none) == std::vector<Amount>{Amount{}, Amount{}});
    const u128 one[] = {kMax};
    CHECK(*largest_remainder(Amount::max(), one) == std::vector<Amount>{Amount::max()});
}

TEST_CASE("weights that cannot be added up are an error, not a wrapped sum") {
    const u128 two[] = {kMax, 1};
    const auto parts = largest_remainder(Amount{10}, two);
    REQUIRE_FALSE(parts.ok());
    CHECK(parts.error().code == Code::overflow);
}

TEST_CASE("an epoch's mint splits by ppb without losing a unit") {
    const std::uint64_t seed = assay::test::seed();
    Random r(seed);
    for (int round = 0; round < 2000; ++round) {
        INFO("seed " << seed << ", round " << round);
        std::uint64_t shares[5], left = Ppb::kOne;
        for (int i = 0; i < 4; ++i) left -= shares[i] = r.below(3) == 0 ? 0 : r.below(left + 1);
        shares[4] = left;
        const SplitParams s{Ppb{shares[0]}, Ppb{shares[1]}, Ppb{shares[2]}, Ppb{shares[3]}, Ppb{shares[4]}, {}};
        const Amount mint{awkward(r)};
        const auto e = split_mint(s, mint);
        REQUIRE(e.ok());
        const Amount parts[5] = {e->work, e->availability, e->stakers, e->validators, e->treasury};
        Big sum = 0;
        for (int i = 0; i < 5; ++i) {
            sum += big(parts[i]);
            const Big exact = big(mint) * shares[i];
            REQUIRE(big(parts[i]) * Ppb::kOne > exact - Ppb::kOne);  // within a unit of its share
            REQUIRE(big(parts[i]) * Ppb::kOne < exact + Ppb::kOne);
        }
        REQUIRE(sum == big(mint));
    }
}

}  // namespace
TEST_CASE("a treasury at its ceiling leaves its share to the others, by their shares; one unit below it does not") {
    SplitParams s{{}, Ppb{600'000'000}, Ppb{300'000'000}, {}, Ppb{100'000'000}, Amount{750'000}};
    const auto below = split_mint(s, Amount{1'000}, Amount{749'999});
    CHECK((below->availability.units == 600 && below->stakers.units == 300 && below->treasury.units == 100));
    const auto full = split_mint(s, Amount{1'000}, Amount{750'000});
    CHECK((full->availability.units == 667 && full->stakers.units == 333 && full->treasury.is_zero()));
    s.treasury_ceiling = {};
    CHECK(split_mint(s, Amount{1'000}, Amount{750'000})->treasury.units == 100);
    const SplitParams alone{{}, {}, {}, {}, Ppb{Ppb::kOne}, Amount{1}};  // there is nobody else
    CHECK(split_mint(alone, Amount{1'000}, Amount{1})->treasury.units == 1'000);
}

}  // namespace assay::tokenomics
