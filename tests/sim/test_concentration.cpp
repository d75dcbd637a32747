// Concentration of what is held: published unit vectors, rows of equal parties, ties, and a slow second way.
#include <algorithm>
#include <cmath>

#include "tests/support/catch.hpp"
#include "tests/support/random.hpp"
#include "tokenomics/sim/model/concentration.hpp"

using namespace assay;
using namespace assay::sim;

namespace {

Concentration of_values(const std::vector<double>& values) {
    std::vector<Holders> rows;
    for (const double v : values) rows.push_back({v, 1});
    return concentration(rows);
}

bool close(double a, double b) {
    return std::abs(a - b) <= 1e-11 * std::max(1.0, std::abs(b));
}

}  // namespace

TEST_CASE("concentration: the vectors of Edinburgh's tokenomics-decentralization") {
    const Concentration a = of_values({1, 3, 2});
    CHECK(close(a.gini, 2.0 / 9));
    CHECK(std::round(a.hhi) == 3889);
    CHECK(std::round(a.entropy * 1000) == 1459);
    CHECK(close(a.theil, 0.08720802396075798));  // numpy: mean(x/mean * log(x/mean))
    CHECK(a.largest == 0.5);
    CHECK(a.nakamoto == std::array<double, 3>{1, 2, 2});  // half is not more than half
    const Concentration b = of_values({3, 1, 1, 2, 1, 1});
    CHECK(close(b.gini, 0.24074074074074073));
    CHECK(std::round(b.hhi) == 2099);
    CHECK(std::round(b.entropy * 1000) == 2419);
    CHECK(b.nakamoto == std::array<double, 3>{2, 2, 4});  // 3 is a third of 9, 3+2+1 two thirds: no more
}

TEST_CASE("concentration: equal, alone, nobody, and holders of nothing") {
    const Concentration equal = of_values({0.1, 0.1, 0.1, 0.1, 0.1, 0.1});
    CHECK(equal.gini == 0);
    CHECK(close(equal.entropy, std::log2(6)));
    CHECK(equal.theil < 1e-15);
    CHECK(equal.nakamoto == std::array<double, 3>{3, 4, 5});
    const Concentration alone = of_values({5, 0, 0});
    CHECK(alone.parties == 1);
    CHECK(alone.gini == 0);
    CHECK(alone.hhi == 10'000);
    CHECK(alone.nakamoto == std::array<double, 3>{1, 1, 1});
    const Concentration nobody = of_values({0, 0});
    CHECK(std::isnan(nobody.gini));
    CHECK(std::isnan(nobody.nakamoto[0]));
    CHECK(std::isnan(nobody.largest));
}

TEST_CASE("concentration: a row of n equal parties is n rows, whatever the order") {
    INFO("seed " << test::seed());
    test::Random random;
    for (int i = 0; i < 200; ++i) {
        std::vector<Holders> rows;
        std::vector<double> single;
        for (std::uint64_t k = 0, n = 1 + random.below(6); k < n; ++k) {
            const Holders h{static_cast<double>(1 + random.below(50)), static_cast<double>(1 + random.below(9))};
            rows.push_back(h);
            for (double m = 0; m < h.count; ++m) single.push_back(h.each);
        }
        const Concentration a = concentration(rows), b = of_values(single);
        CHECK(close(a.gini, b.gini));
        CHECK(close(a.hhi, b.hhi));
        CHECK(close(a.theil, b.theil));
        CHECK(close(a.entropy, b.entropy));
        CHECK(a.largest == b.largest);
        CHECK(a.nakamoto == b.nakamoto);
        // The definitions themselves.
        double differences = 0, sum = 0, squares = 0;
        for (const double x : single) {
            sum += x;
            squares += x * x;
            for (const double y : single) differences += std::abs(x - y);
        }
        const auto n = static_cast<double>(single.size());
        CHECK(close(a.gini, differences / (2 * n * sum)));
        CHECK(close(jain(rows), sum * sum / (n * squares)));
        std::sort(single.rbegin(), single.rend());
        double part = 0, held = 0;
        while (!(3 * held > sum)) held += single[static_cast<std::size_t>(part++)];
        CHECK(a.nakamoto[0] == part);
        CHECK(close(top_share(rows, part), held / sum));
    }
}
