// Our exp, log, sin and cos against long double ones, and bits that must never change.
#include "tokenomics/sim/model/real.hpp"

#include <bit>
#include <cmath>
#include <limits>

#include "tests/support/catch.hpp"
#include "tests/support/random.hpp"

using namespace assay;
using namespace assay::sim;

namespace {

double between(test::Random& random, double low, double high) {
    return low + (high - low) * static_cast<double>(random.u64() >> 11) * 0x1p-53;
}

}  // namespace

TEST_CASE("exp, log, sine and cosine are right to 2^-50") {
    INFO("seed " << test::seed());
    test::Random random;
    double worst_exp = 0, worst_log = 0, worst_turn = 0;
    for (int i = 0; i < 200'000; ++i) {
        const double x = between(random, -40, 40);
        const long double e = std::exp(static_cast<long double>(x));
        worst_exp = std::max(worst_exp, static_cast<double>(std::abs((real::exp(x) - e) / e)));
        const double y = real::exp(x);
        const long double l = std::log(static_cast<long double>(y));
        if (std::abs(l) > 1e-3L) worst_log = std::max(worst_log, static_cast<double>(std::abs((real::log(y) - l) / l)));
        const double t = between(random, 0, 1);
        const long double angle = 2 * std::acos(-1.0L) * static_cast<long double>(t);
        const auto sc = real::sincos_turns(t);
        worst_turn = std::max({worst_turn, static_cast<double>(std::abs(sc.sin - std::sin(angle))),
                               static_cast<double>(std::abs(sc.cos - std::cos(angle)))});
    }
    CHECK(worst_exp < 0x1p-50);
    CHECK(worst_log < 0x1p-50);
    CHECK(worst_turn < 0x1p-50);
}

TEST_CASE("real functions have no other bits on another compiler") {
    CHECK(std::bit_cast<std::uint64_t>(real::exp(1.0)) == 0x4005bf0a8b145769ull);
    CHECK(real::exp(0) == 1.0);
    CHECK(real::log(1) == 0.0);
    CHECK(std::bit_cast<std::uint64_t>(real::log(2.0)) == 0x3fe62e42fefa39efull);
    CHECK(real::sincos_turns(0).cos == 1.0);
    CHECK(real::sincos_turns(0.25).sin == 1.0);
    CHECK(real::sincos_turns(0.5).cos == -1.0);
}

TEST_CASE("behaviour never becomes infinite") {
    CHECK(std::isfinite(real::exp(1e9)));
    CHECK(real::exp(-1e9) == 0);
    CHECK(real::exp(std::numeric_limits<double>::quiet_NaN()) == 0);
    CHECK(real::log(0) == -700);
    CHECK(real::log(-1) == -700);
}

TEST_CASE("doubles become units by cutting off, at any size") {
    CHECK(real::floor_units(-1) == 0);
    CHECK(real::floor_units(0.999) == 0);
    CHECK(real::floor_units(1e15 + 0.5) == u128{1'000'000'000'000'000});
    CHECK(real::floor_units(0x1p63) == u128{1} << 63);
    CHECK(real::floor_units(0x1.8p100) == u128{3} << 99);
    CHECK(real::floor_units(1e300) == u128{1} << 126);
    CHECK(real::floor_units(std::numeric_limits<double>::quiet_NaN()) == 0);
    CHECK(real::of(u128{3} << 99) == 0x1.8p100);
}
