#include <map>

#include "base/flat_table.hpp"
#include "base/types.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/random.hpp"

using namespace assay;

TEST_CASE("a flat table agrees with an ordered map, keeps the order of arrival and never moves a value") {
    FlatTable<Address, std::uint64_t> table;
    std::map<Address, std::uint64_t> model;
    std::vector<std::pair<Address, const std::uint64_t*>> arrived;
    REQUIRE(table.find(Address{}) == nullptr);
    test::Random random;
    for (std::uint64_t step = 0; step < 20'000; ++step) {
        Address a;
        const std::uint64_t n = random.below(3'000);  // many meet an entry that is there
        for (std::size_t i = 0; i < 8; ++i) a.bytes[i] = static_cast<std::uint8_t>(n >> (8 * i));
        REQUIRE((table.find(a) != nullptr) == model.contains(a));
        const auto [value, fresh] = table.try_emplace(a);
        REQUIRE(fresh == !model.contains(a));
        if (fresh) arrived.emplace_back(a, &value);
        value += step;
        model[a] += step;
    }
    REQUIRE(table.size() == model.size());
    std::size_t i = 0;
    table.each([&](const Address& a, std::uint64_t value) {
        REQUIRE(a == arrived[i].first);
        REQUIRE(table.find(a) == arrived[i].second);
        REQUIRE(value == model.at(a));
        ++i;
    });
    REQUIRE(i == model.size());
}
