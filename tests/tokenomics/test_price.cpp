#include <algorithm>

#include "tests/tokenomics/model.hpp"
#include "tokenomics/price.hpp"

namespace assay::tokenomics {
namespace {

using namespace test;

constexpr std::uint64_t kUsd = Price::kOneUsd;

// The lower weighted median by its definition: the least reported price at or below which half of the power stands.
std::uint64_t median_by_definition(const std::vector<PriceReport>& reports) {
    Big all = 0;
    for (const auto& r : reports) all += big(r.power);
    std::uint64_t best = ~std::uint64_t{0};
    for (const auto& candidate : reports) {
        Big below = 0;
        for (const auto& r : reports)
            if (r.price <= candidate.price) below += big(r.power);
        if (2 * below >= all) best = std::min(best, candidate.price.value);
    }
    return best;
}

std::vector<PriceReport> random_reports(Random& r) {
    std::vector<PriceReport> out(r.below(9));
    const std::uint64_t around = r.u64() >> r.below(64);
    for (auto& x : out)
        x = {Price{r.below(2) == 0 ? around + r.below(5) : r.u64() >> r.below(64)},
             r.below(4) == 0 ? 0 : r.u64() >> r.below(64)};
    return out;
}

TEST_CASE("the median is the lower weighted one, whatever the order of the reports") {
    const std::uint64_t seed = assay::test::seed();
    Random r(seed);
    PriceParams p;
    int quorums = 0;
    for (int round = 0; round < 3000; ++round) {
        INFO("seed " << seed << ", round " << round);
        auto reports = random_reports(r);
        u128 power = 0;
        for (const auto& x : reports) power += x.power;
        PriceState s = initial_price(p);
        p.max_move = Ppb{Ppb::kOne};
        p.ema_rounds = 1;
        s.spot = Price{reports.empty() ? 1 : median_by_definition(reports)};  // where the move cap does not reach
        const auto a = close_round(p, s, reports, power, Height{5});
        std::reverse(reports.begin(), reports.end());
        const auto b = close_round(p, s, reports, power, Height{5});
        REQUIRE(a.quorum == (power > 0));
        if (!a.quorum) continue;
        ++quorums;
        REQUIRE(a.state.spot.value == median_by_definition(reports));
        REQUIRE(b.state.spot == a.state.spot);
        REQUIRE(ema(a.state) == a.state.spot);  // an average over one round is that round
    }
    CHECK(quorums > 1000);
}

TEST_CASE("half of the power below is enough: of two equal reporters the lower price counts") {
    PriceParams p;
    const auto s = initial_price(p);
    CHECK(close_round(p, s, {{Price{kUsd + 10}, 1}, {Price{kUsd - 10}, 1}}, 2, Height{1}).state.spot.value ==
          kUsd - 10);
    CHECK(close_round(p, s, {{Price{kUsd + 10}, 2}, {Price{kUsd - 10}, 1}}, 3, Height{1}).state.spot.value ==
          kUsd + 10);
}

TEST_CASE("quorum is two thirds of the power, not a unit less") {
    const std::uint64_t seed = assay::test::seed();
    Random r(seed);
    const PriceParams p;
    for (int round = 0; round < 2000; ++round) {
        INFO("seed " << seed << ", round " << round);
        const u128 total = r.below(2) == 0 ? r.below(20) : awkward(r);
        const u128 reporting =
            r.below(2) == 0 && total > 0 ? small(ceil_div(2 * big(total), 3)) - r.below(2) : between(r, 0, total);
        const auto out = close_round(p, initial_price(p), {{Price{kUsd}, reporting}}, total, Height{1});
        REQUIRE(out.quorum == (total > 0 && 3 * big(reporting) >= 2 * big(total)));
    }
    CHECK_FALSE(close_round(p, initial_price(p), {}, 0, Height{1}).quorum);
    CHECK_FALSE(close_round(p, initial_price(p), {}, 5, Height{1}).quorum);
    CHECK_FALSE(close_round(p, initial_price(p), {{Price{kUsd}, 0}}, 0, Height{1}).quorum);
    // powers whose sum passes any number are a quorum, not a wrapped sum
    CHECK(close_round(p, initial_price(p), {{Price{kUsd}, kMax}, {Price{kUsd}, 2}}, kMax, Height{1}).quorum);
}

TEST_CASE("without a quorum neither price nor average moves, and nobody is marked") {
    const PriceParams p;
    const auto before = initial_price(p);
    const auto out = close_round(p, before, {{Price{kUsd * 5}, 66}}, 100, Height{7});
    CHECK_FALSE(out.quorum);
    CHECK(out.state.spot == before.spot);
    CHECK(out.state.ema_q32 == before.ema_q32);
    CHECK(out.state.rounds == 1);
    CHECK(out.marked == std::vector<bool>{false});
}

TEST_CASE("a report is marked when it is further than 1.5 % from the median, and still counts") {
    const PriceParams p;
    const std::uint64_t band = kUsd * 15 / 1000;
    const auto out = close_round(p, initial_price(p),
                                 {{Price{kUsd}, 5},
                                  {Price{kUsd + band}, 1},
                                  {Price{kUsd + band + 1}, 1},
                                  {Price{kUsd - band}, 1},
                                  {Price{kUsd - band - 1}, 1}},
                                 9, Height{1});
    CHECK(out.quorum);
    CHECK(out.marked == std::vector<bool>{false, false, true, false, true});
}

TEST_CASE("a round moves the price by 10 % at most, and the average stays between old average and new price") {
    const std::uint64_t seed = assay::test::seed();
    Random r(seed);
    for (int round = 0; round < 300; ++round) {
        PriceParams p;
        p.ema_rounds = 1 + r.below(50);
        PriceState s = initial_price(p);
        s.spot = Price{r.u64() >> r.below(64)};
        for (int step = 0; step < 30; ++step) {
            INFO("seed " << seed << ", round " << round << ", step " << step);
            const std::uint64_t said = r.u64() >> r.below(64);
            const auto out = close_round(p, s, {{Price{said}, 1}}, 1, Height{1});
            const Big was = s.spot.value, is = out.state.spot.value, goal = said;
            const Big most = std::max<Big>(was / 10, 1);
            REQUIRE(abs(is - was) <= most);
            // as near to the report as that allows
            REQUIRE((is == goal || abs(is - was) == most || is == ~std::uint64_t{0}));
            REQUIRE((goal >= was ? (is >= was && is <= goal) : (is <= was && is >= goal)));
            const Big target = is << 32, old_average = big(s.ema_q32), average = big(out.state.ema_q32);
            REQUIRE(average >= std::min(target, old_average));
            REQUIRE(average <= std::max(target, old_average));
            // 2 / (N + 1) of the way, floored
            REQUIRE(abs(average - old_average) == abs(target - old_average) * 2 / (p.ema_rounds + 1));
            s = out.state;
        }
    }
}

TEST_CASE("a price of a few units can rise again") {
    const PriceParams p;
    for (const std::uint64_t start : {0, 1, 9}) {
        PriceState s = initial_price(p);
        s.spot = Price{start};
        for (int i = 0; i < 300; ++i) s = close_round(p, s, {{Price{kUsd}, 1}}, 1, Height{1}).state;
        CHECK(s.spot.value == kUsd);
    }
    PriceParams still;
    still.max_move = Ppb{0};
    CHECK(close_round(still, initial_price(still), {{Price{kUsd * 2}, 1}}, 1, Height{1}).state.spot.value == kUsd);
}

TEST_CASE("F10: the price is stale after so many blocks without a quorum, and fresh with the next quorum") {
    PriceParams p;
    p.stale_blocks = 60;
    auto s = close_round(p, initial_price(p), {{Price{kUsd}, 1}}, 1, Height{100}).state;
    CHECK_FALSE(s.stale);
    CHECK(s.last_quorum == Height{100});
    s = close_round(p, s, {}, 1, Height{159}).state;
    CHECK_FALSE(s.stale);
    s = close_round(p, s, {}, 1, Height{160}).state;
    CHECK(s.stale);
    CHECK(s.last_quorum == Height{100});
    s = close_round(p, s, {{Price{kUsd}, 1}}, 1, Height{165}).state;
    CHECK_FALSE(s.stale);
    CHECK_FALSE(close_round(p, s, {}, 1, Height{3}).state.stale);  // a height from before: no wrapped difference
}

TEST_CASE("below ten thousand units, spot or average, the price is stale whatever the quorum") {
    PriceParams p;
    p.initial = Price{Price::kStale};
    PriceState s = initial_price(p);
    CHECK_FALSE(close_round(p, s, {{Price{Price::kStale}, 1}}, 1, Height{1}).state.stale);
    CHECK(close_round(p, s, {{Price{Price::kStale - 1}, 1}}, 1, Height{1}).state.stale);
    s.ema_q32 = u128{Price::kStale / 2} << 32;  // a burn would execute at the average
    CHECK(close_round(p, s, {{Price{Price::kStale}, 1}}, 1, Height{1}).state.stale);
}

TEST_CASE("a round is total: the largest prices, powers and heights, and parameters outside their range") {
    PriceParams p;
    PriceState s = initial_price(p);
    s.spot = Price{~std::uint64_t{0}};
    s.ema_q32 = u128{~std::uint64_t{0}} << 32;
    const auto up = close_round(p, s, {{Price{~std::uint64_t{0}}, kMax}, {Price{~std::uint64_t{0}}, kMax}}, kMax,
                                Height{~std::uint64_t{0}});
    CHECK(up.state.spot.value == ~std::uint64_t{0});
    CHECK(up.state.ema_q32 == s.ema_q32);
    p.ema_rounds = 0;
    p.max_move = p.deviation = Ppb{~std::uint64_t{0}};
    const auto down = close_round(p, s, {{Price{0}, 1}}, 1, Height{1});
    CHECK(down.state.spot.value == 0);
    CHECK(down.state.ema_q32 == 0);
    CHECK(down.state.stale);
}

}  // namespace
}  // namespace assay::tokenomics
