#include "tokenomics/vesting.hpp"

#include "tests/tokenomics/model.hpp"

namespace assay::tokenomics {
namespace {

using namespace test;

constexpr std::uint64_t kYear = 365ull * 86'400'000;

TEST_CASE("a grant of three years with a cliff of one: nothing, a third at once, then in a line, all at the end") {
    const Grant g{Amount{36'000'000}, TimeMs{kYear}, TimeMs{2 * kYear}, TimeMs{4 * kYear}};
    CHECK(vested(g, TimeMs{0}).is_zero());
    CHECK(vested(g, TimeMs{2 * kYear - 1}).is_zero());
    CHECK(vested(g, TimeMs{2 * kYear}).units == 12'000'000);
    CHECK(vested(g, TimeMs{3 * kYear}).units == 24'000'000);
    CHECK(vested(g, TimeMs{4 * kYear - 1}).units == 35'999'999);
    CHECK(vested(g, TimeMs{4 * kYear}).units == 36'000'000);
    CHECK(vested(g, TimeMs{~std::uint64_t{0}}).units == 36'000'000);
}

TEST_CASE("the cliff at the end gives all at once; start, cliff and end in one instant too") {
    const Grant cliff{Amount{7}, TimeMs{0}, TimeMs{100}, TimeMs{100}};
    CHECK(vested(cliff, TimeMs{99}).is_zero());
    CHECK(vested(cliff, TimeMs{100}).units == 7);
    const Grant instant{Amount::max(), TimeMs{5}, TimeMs{5}, TimeMs{5}};
    CHECK(vested(instant, TimeMs{4}).is_zero());
    CHECK(vested(instant, TimeMs{5}) == Amount::max());
    const Grant none_before{Amount{10}, TimeMs{0}, TimeMs{0}, TimeMs{10}};  // no cliff at all
    CHECK(vested(none_before, TimeMs{0}).is_zero());
    CHECK(vested(none_before, TimeMs{1}).units == 1);
}

TEST_CASE("what has vested is the floor of the exact share, never falls, and is the whole in the end") {
    const std::uint64_t seed = assay::test::seed();
    Random r(seed);
    for (int round = 0; round < 3000; ++round) {
        INFO("seed " << seed << ", round " << round);
        Grant g;
        g.amount = Amount{awkward(r)};
        std::uint64_t times[3];
        for (auto& t : times) t = r.u64() >> r.below(64);
        std::sort(std::begin(times), std::end(times));
        if (r.below(4) == 0) times[1] = times[r.below(2) * 2];
        g.start = TimeMs{times[0]}, g.cliff = TimeMs{times[1]}, g.end = TimeMs{times[2]};
        std::vector<std::uint64_t> looks;
        for (const std::uint64_t t : times)
            for (const std::uint64_t at : {t == 0 ? 0 : t - 1, t, t == ~std::uint64_t{0} ? t : t + 1})
                looks.push_back(at);
        for (int i = 0; i < 8; ++i) looks.push_back(r.u64() >> r.below(64));
        std::sort(looks.begin(), looks.end());
        Amount before;
        for (const std::uint64_t now : looks) {
            const Amount free = vested(g, TimeMs{now});
            REQUIRE(free >= before);
            before = free;
            Big expected = 0;
            if (now >= times[2])
                expected = big(g.amount);
            else if (now >= times[1])
                expected = floor_div(big(g.amount) * (now - times[0]), Big{times[2]} - times[0]);
            REQUIRE(big(free) == expected);
        }
        REQUIRE(vested(g, g.end) == g.amount);
    }
}

TEST_CASE("times out of order and empty grants are refused with their numbers") {
    const auto word = [](Grant g) {
        const Status s = check_grant(g);
        return s ? std::string("ok") : std::string(s.error().word());
    };
    CHECK(word({Amount{1}, TimeMs{1}, TimeMs{1}, TimeMs{1}}) == "ok");
    CHECK(word({Amount{1}, TimeMs{0}, TimeMs{0}, kLatestGrant}) == "ok");
    CHECK(word({Amount{0}, TimeMs{1}, TimeMs{1}, TimeMs{1}}) == "amount_zero");
    CHECK(word({Amount{1}, TimeMs{2}, TimeMs{1}, TimeMs{3}}) == "field_out_of_range");
    CHECK(word({Amount{1}, TimeMs{1}, TimeMs{3}, TimeMs{2}}) == "field_out_of_range");
    CHECK(word({Amount{1}, TimeMs{1}, TimeMs{2}, TimeMs{kLatestGrant.value + 1}}) == "field_out_of_range");
    const Status s = check_grant({Amount{1}, TimeMs{77}, TimeMs{66}, TimeMs{99}});
    CHECK(s.error().message.find("77") != std::string::npos);
    CHECK(s.error().message.find("66") != std::string::npos);
    // Whatever is asked of such a grant has an answer.
    CHECK(vested({Amount{9}, TimeMs{50}, TimeMs{0}, TimeMs{10}}, TimeMs{5}).is_zero());
}

TEST_CASE("each grant that runs doubles the least that the next may be: filling places costs their value") {
    VestingParams p;
    CHECK(least_grant(p, 0).units == 1);  // none is set: a base unit
    p.min_grant = Amount{1'000'000};
    CHECK(least_grant(p, 0).units == 1'000'000);
    CHECK(least_grant(p, 15).units == 32'768'000'000);
    CHECK(least_grant(p, 127) == Amount::max());
    CHECK(least_grant(p, 128) == Amount::max());
    CHECK(least_grant(p, ~std::uint64_t{0}) == Amount::max());
    p.min_grant = Amount::max();
    CHECK(least_grant(p, 0) == Amount::max());
    CHECK(least_grant(p, 1) == Amount::max());
    p.min_grant = Amount{1};
    CHECK(least_grant(p, 127).units == u128{1} << 127);
    // Whoever has given n grants of the least has given one unit of it less than the next must be.
    u128 given = 0;
    for (std::uint64_t n = 0; n < 16; ++n) {
        CHECK(least_grant(p, n).units == given + 1);
        given += least_grant(p, n).units;
    }
}

}  // namespace
}  // namespace assay::tokenomics
