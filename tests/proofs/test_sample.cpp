#include <algorithm>

#include "base/sha256.hpp"
#include "proofs/sample.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/random.hpp"

using namespace assay;
using namespace assay::proofs;

TEST_CASE("a sample is distinct, ascending, in range and of the asked size") {
    test::Random random;
    INFO("seed " << test::seed());
    for (int round = 0; round < 500; ++round) {
        const std::uint64_t n = 1 + random.below(round % 2 == 0 ? 200 : ~std::uint64_t{0} - 1);
        const std::uint64_t k = random.below(100);
        const auto sample = sample_indices(random.fixed<Hash>(), n, k);
        REQUIRE(sample.size() == std::min(n, k));
        for (std::size_t i = 0; i < sample.size(); ++i) {
            REQUIRE(sample[i] < n);
            REQUIRE((i == 0 || sample[i - 1] < sample[i]));
        }
    }
}

TEST_CASE("where there are no more leaves than samples, all are taken") {
    const Hash seed = sha256({});
    CHECK(sample_indices(seed, 0, 64).empty());
    CHECK(sample_indices(seed, 1, 64) == std::vector<std::uint64_t>{0});
    CHECK(sample_indices(seed, 4, 4) == std::vector<std::uint64_t>{0, 1, 2, 3});
    CHECK(sample_indices(seed, 5, 0).empty());
}

TEST_CASE("every index is sampled equally often") {
    test::Random random;
    INFO("seed " << test::seed());
    constexpr std::uint64_t kRange = 97, kTake = 16, kRounds = 20'000;
    std::vector<double> seen(kRange);
    for (std::uint64_t i = 0; i < kRounds; ++i)
        for (const auto x : sample_indices(random.fixed<Hash>(), kRange, kTake)) ++seen[x];
    const double expected = double(kRounds) * kTake / kRange;
    double chi = 0;
    for (const double count : seen) chi += (count - expected) * (count - expected) / expected;
    // Without replacement the spread is (1 - k/n) of the multinomial one; 97 cells: mean 96, sigma 14.
    chi /= 1 - double(kTake) / kRange;
    CHECK(chi > 96 - 5 * 14);
    CHECK(chi < 96 + 5 * 14);
}

TEST_CASE("a range just above half of 2^64 shows no preference for its lower part") {
    // Without rejection the indices below 2^64 - n would be twice as likely as the others.
    test::Random random;
    INFO("seed " << test::seed());
    const std::uint64_t n = (std::uint64_t{1} << 63) + (std::uint64_t{1} << 62);  // 3/4 of 2^64
    int low = 0, all = 0;
    for (int i = 0; i < 4000; ++i)
        for (const auto x : sample_indices(random.fixed<Hash>(), n, 4)) low += x < n / 3, ++all;
    const double share = double(low) / all;
    CHECK(share > 1.0 / 3 - 0.02);
    CHECK(share < 1.0 / 3 + 0.02);
}
