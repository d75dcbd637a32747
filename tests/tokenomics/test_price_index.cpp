// The index of prices against the sorted list of all that was paid.
#include <algorithm>

#include "tests/tokenomics/model.hpp"
#include "tokenomics/price_index.hpp"

namespace assay::tokenomics {
namespace {

using namespace test;

// Every unit by itself, in order.
struct AllPrices {
    std::vector<u128> paid;
    void add(u128 price, std::uint64_t units) { paid.insert(paid.end(), units, price); }
    u128 median() {
        std::sort(paid.begin(), paid.end());
        return paid[(paid.size() - 1) / 2];
    }
    Big mean() const {
        Big sum = 0;
        for (const u128 p : paid) sum += big(p);
        return sum / paid.size();
    }
};

u128 units_of(const PriceIndex& index) {
    u128 out = 0;
    for (const PricePoint& p : index.points) out += p.units;
    return out;
}

}  // namespace

TEST_CASE("an index without a unit is empty; one unit is its own minimum, median and mean") {
    CHECK(summarize({}).units == 0);
    PriceIndex index;
    CHECK(add_units(index, Credits{7}, 0).ok());
    CHECK(index == PriceIndex{});
    REQUIRE(add_units(index, Credits{7}, 1).ok());
    const PriceSummary s = summarize({&index, 1});
    CHECK((s.units == 1 && s.least.units == 7 && s.median.units == 7 && s.mean.units == 7 && s.exact));
}

TEST_CASE("the median is the lower one, weighted by units, over several epochs") {
    std::vector<PriceIndex> parts(3);
    REQUIRE(add_units(parts[0], Credits{100}, 3).ok());
    REQUIRE(add_units(parts[2], Credits{10}, 1).ok());
    REQUIRE(add_units(parts[2], Credits{200}, 2).ok());
    PriceSummary s = summarize(parts);  // 10 100 100 100 200 200
    CHECK((s.units == 6 && s.least.units == 10 && s.median.units == 100 && s.mean.units == 710 / 6));
    REQUIRE(add_units(parts[1], Credits{200}, 2).ok());  // 10 100 100 100 | 200 200 200 200
    CHECK(summarize(parts).median.units == 100);
    REQUIRE(add_units(parts[1], Credits{200}, 1).ok());
    CHECK(summarize(parts).median.units == 200);
}

TEST_CASE("when no place is left the closest prices join at the lower, and the rest stays exact") {
    PriceIndex index;
    for (std::uint64_t i = 0; i < kPricePoints; ++i) REQUIRE(add_units(index, Credits{100 * i + 100}, 1).ok());
    CHECK_FALSE(index.merged);
    REQUIRE(add_units(index, Credits{301}, 5).ok());  // next to 300
    CHECK(index.merged);
    CHECK(index.points.size() == kPricePoints);
    CHECK(index.points[2] == PricePoint{Credits{300}, 6});
    REQUIRE(add_units(index, Credits{20'000}, 1).ok());  // all others are 100 apart: the lowest pair joins
    CHECK(index.points[0] == PricePoint{Credits{100}, 2});
    CHECK(index.points.back().price.units == 20'000);
    CHECK_FALSE(summarize({&index, 1}).exact);
}

TEST_CASE("what does not fit changes nothing") {
    PriceIndex index;
    REQUIRE(add_units(index, Credits{kMax - 1}, 1).ok());
    const PriceIndex before = index;
    CHECK(add_units(index, Credits{2}, 1).error().code == Code::overflow);
    CHECK(add_units(index, Credits{kMax}, 2).error().code == Code::overflow);
    CHECK(add_units(index, Credits{}, ~std::uint64_t{0}).error().code == Code::overflow);
    CHECK(index == before);
    const std::vector<PriceIndex> parts(3, index);
    CHECK(summarize(parts).units == 3);
}

TEST_CASE("units, minimum and mean are those of all that was paid; the median too, or it is below") {
    const std::uint64_t seed = assay::test::seed();
    INFO("seed " << seed);
    assay::test::Random r(seed);
    for (int walk = 0; walk < 60; ++walk) {
        const std::uint64_t distinct = walk % 3 == 0 ? 40 : 1 + r.below(3000);
        std::vector<PriceIndex> parts(1 + r.below(4));
        AllPrices all;
        for (int i = 0; i < 400; ++i) {
            const u128 price = r.below(distinct);
            const std::uint64_t units = 1 + r.below(3);
            PriceIndex& index = parts[r.below(parts.size())];
            REQUIRE(add_units(index, Credits{price}, units).ok());
            all.add(price, units);
            REQUIRE(index.points.size() <= kPricePoints);
        }
        for (const PriceIndex& index : parts) {
            REQUIRE(units_of(index) == index.units);
            REQUIRE(std::is_sorted(index.points.begin(), index.points.end(),
                                   [](const auto& a, const auto& b) { return a.price <= b.price; }));
        }
        const PriceSummary s = summarize(parts);
        CHECK(s.units == all.paid.size());
        CHECK(big(s.mean.units) == all.mean());
        CHECK(s.median.units <= all.median());
        CHECK(s.least.units == all.paid.front());  // sorted by the median
        if (distinct <= kPricePoints) CHECK(s.exact);
        if (s.exact) CHECK(s.median.units == all.median());
    }
}

}  // namespace assay::tokenomics
