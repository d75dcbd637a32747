#include <numeric>

#include "tests/tokenomics/model.hpp"
#include "tokenomics/validators.hpp"

namespace assay::tokenomics {
namespace {

using namespace test;
using Powers = std::vector<std::uint64_t>;

std::vector<ValidatorWork> set_of(const std::vector<std::pair<u128, std::uint64_t>>& all) {
    std::vector<ValidatorWork> out;
    for (const auto& [power, proposed] : all) {
        Address a;
        a.bytes[0] = static_cast<std::uint8_t>(out.size());
        out.push_back({a, power, proposed});
    }
    return out;
}

struct Paid {
    ValidatorPay pay;
    std::vector<std::uint64_t> parts;
};
Paid paid(const ValidatorParams& p, u128 pool, u128 fees, const std::vector<ValidatorWork>& set) {
    std::vector<Amount> parts, halves;
    std::vector<u128> weights;
    Paid out{pay_validators(p, Amount{pool}, Amount{fees}, set, parts, weights, halves), {}};
    for (const Amount a : parts) out.parts.push_back(static_cast<std::uint64_t>(a.units));
    return out;
}

std::uint64_t moved(const Powers& a, const Powers& b) {
    std::uint64_t sum = 0;
    for (std::size_t i = 0; i < a.size(); ++i) sum += a[i] > b[i] ? a[i] - b[i] : b[i] - a[i];
    return sum;
}

}  // namespace

TEST_CASE("half of validators' pay goes by blocks proposed, half by power, in numbers to follow by hand") {
    ValidatorParams p;
    // 200 are there: 100 by blocks (3 : 1 : 0), 100 by power (1 : 1 : 2).
    const auto set = set_of({{1, 3}, {1, 1}, {2, 0}});
    const Paid a = paid(p, 150, 50, set);
    CHECK(a.parts == std::vector<std::uint64_t>{75 + 25, 25 + 25, 50});
    CHECK(a.pay.pool_left.is_zero());
    CHECK(a.pay.fees_left.is_zero());
    CHECK(a.pay.fees_burned.is_zero());
    p.proposed = Ppb{0};
    CHECK(paid(p, 150, 50, set).parts == std::vector<std::uint64_t>{50, 50, 100});
    p.proposed = Ppb{Ppb::kOne};
    CHECK(paid(p, 150, 50, set).parts == std::vector<std::uint64_t>{150, 50, 0});
}

TEST_CASE("one validator gets all of it, whatever the shares; where nobody proposed all goes by power") {
    for (const std::uint64_t share : {0ull, 1ull, 333'333'333ull, 500'000'000ull, 1'000'000'000ull}) {
        ValidatorParams p;
        p.proposed = Ppb{share};
        CHECK(paid(p, 1001, 6, set_of({{1'000'000, 20}})).parts == std::vector<std::uint64_t>{1007});
        CHECK(paid(p, 1001, 6, set_of({{1'000'000, 0}})).parts == std::vector<std::uint64_t>{1007});
        CHECK(paid(p, 1001, 6, {}).pay.pool_left.units == 1007);
    }
}

TEST_CASE("NEAR: 70 % of the fees burn, and none that must wait does") {
    ValidatorParams p;
    p.fee_burn = Ppb{700'000'000};
    const Paid a = paid(p, 0, 1001, set_of({{1, 1}}));
    CHECK(a.pay.fees_burned.units == 700);  // floored: validators get the rest
    CHECK(a.parts == std::vector<std::uint64_t>{301});
    const Paid full = paid(p, kMax, 1001, {});
    CHECK(full.pay.fees_left.units == 1001);
    CHECK(full.pay.fees_burned.is_zero());
    CHECK(full.pay.pool_left.units == kMax);
}

TEST_CASE("who missed more than 95 % of at least so many expected blocks has missed too many") {
    ValidatorParams p;
    p.min_expected = 20;
    MissedBlocks m = count_blocks({}, 100, 1, 10, 0);
    CHECK(m == MissedBlocks{10 * kBlock, 0});
    CHECK_FALSE(may_judge(p, m));
    CHECK_FALSE(missed_too_many(p, m));
    m = count_blocks(m, 100, 1, 10, 0);
    CHECK(may_judge(p, m));
    CHECK(missed_too_many(p, m));
    CHECK(missed_share(m).value == Ppb::kOne);
    m.proposed = 1;  // 95 % are missed, not more
    CHECK(missed_share(m).value == 950'000'000);
    CHECK_FALSE(missed_too_many(p, m));
    m.proposed = 25;  // others' turns as well
    CHECK(missed_share(m).value == 0);
    CHECK_FALSE(missed_too_many(p, m));
    p.max_missed = Ppb{Ppb::kOne};
    m.proposed = 0;
    CHECK_FALSE(missed_too_many(p, m));  // nobody misses more than all
    CHECK(count_blocks({}, 7, 1, 3, 2) == MissedBlocks{2'333'333, 2});
    CHECK(count_blocks({}, 7, 1, 0, 0) == MissedBlocks{});  // total: nobody has power
    const std::uint64_t most = ~std::uint64_t{0};
    CHECK(count_blocks({most, most}, most, kMax, kMax, most) == MissedBlocks{most, most});
}

TEST_CASE("powers are the bond in millionths of the largest, at least one") {
    CHECK(scaled_power(Amount{5}, Amount{10}) == 500'000);
    CHECK(scaled_power(Amount{10}, Amount{10}) == 1'000'000);
    CHECK(scaled_power(Amount{1}, Amount{kMax}) == 1);
    CHECK(scaled_power(Amount{kMax}, Amount{kMax}) == 1'000'000);
    CHECK(scaled_power(Amount{}, Amount{10}) == 0);
    CHECK(scaled_power(Amount{}, Amount{}) == 0);
    CHECK(scaled_power(Amount{20}, Amount{10}) == 1'000'000);
}

TEST_CASE("one who joins with as much as all others takes four boundaries") {
    const Powers wanted{1'000'000, 1'000'000};
    Powers p{1'000'000, 0};
    p = move_powers(p, wanted);
    CHECK(p == Powers{1'000'000, 333'333});
    p = move_powers(p, wanted);
    CHECK(p == Powers{1'000'000, 777'777});
    p = move_powers(p, wanted);
    CHECK(p == wanted);
    CHECK(move_powers(p, wanted) == wanted);
}

TEST_CASE("genesis has no bound, and a set in which nobody is wanted stays") {
    CHECK(move_powers(Powers{0, 0}, Powers{1'000'000, 3}) == Powers{1'000'000, 3});
    CHECK(move_powers(Powers{7, 0}, Powers{0, 0}) == Powers{7, 0});
    CHECK(move_powers(Powers{}, Powers{}).empty());
}

TEST_CASE("no boundary moves more than a third of the power, none empties the set, and all come to what is wanted") {
    const std::uint64_t seed = assay::test::seed();
    Random r(seed);
    for (int round = 0; round < 2000; ++round) {
        INFO("seed " << seed << ", round " << round);
        const std::size_t n = 1 + r.below(r.below(4) == 0 ? 300 : 6);
        const auto some = [&] {
            const auto kind = r.below(4);
            return kind == 0 ? 0 : kind == 1 ? 1 + r.below(3) : 1 + r.below(1'000'000);
        };
        // As scaled_power makes them: the largest is a million.
        const auto a_set = [&] {
            Powers p(n);
            for (auto& x : p) x = some();
            p[r.below(n)] = 1'000'000;
            return p;
        };
        Powers p = a_set();
        const Powers wanted = a_set();
        int boundaries = 0;
        while (p != wanted) {
            REQUIRE(++boundaries < 40);  // 300 million from one million: 4/3 each time
            const Powers next = move_powers(p, wanted);
            const std::uint64_t total = std::accumulate(p.begin(), p.end(), std::uint64_t{0});
            REQUIRE(3 * moved(p, next) <= total);
            REQUIRE(std::accumulate(next.begin(), next.end(), std::uint64_t{0}) > 0);
            REQUIRE(moved(next, wanted) < moved(p, wanted));
            for (std::size_t i = 0; i < n; ++i) {  // towards what is wanted, never past it
                REQUIRE(next[i] >= std::min(p[i], wanted[i]));
                REQUIRE(next[i] <= std::max(p[i], wanted[i]));
            }
            p = next;
        }
    }
}

TEST_CASE("of a third that many share each gets its part") {
    const std::uint64_t seed = assay::test::seed();
    Random r(seed);
    for (int round = 0; round < 2000; ++round) {
        INFO("seed " << seed << ", round " << round);
        Powers now(1 + r.below(8)), wanted(now.size());
        for (auto& x : now) x = r.below(3) == 0 ? 0 : r.u64();
        for (auto& x : wanted) x = r.below(3) == 0 ? 0 : r.u64();
        Big total = 0, all = 0, any = 0;
        for (std::size_t i = 0; i < now.size(); ++i) {
            total += now[i], any += wanted[i];
            all += boost::multiprecision::abs(Big{Big{now[i]} - wanted[i]});
        }
        const Powers next = move_powers(now, wanted);
        for (std::size_t i = 0; i < now.size(); ++i) {
            Big expected = wanted[i];
            if (any == 0) {
                expected = now[i];
            } else if (total != 0 && all > total / 3) {
                const Big d = Big{wanted[i]} - now[i];
                const Big by = boost::multiprecision::abs(d) * (total / 3) / all;
                expected = d > 0 ? Big{now[i] + by} : Big{now[i] - by};
            }
            REQUIRE(Big{next[i]} == expected);
        }
    }
}

}  // namespace assay::tokenomics
