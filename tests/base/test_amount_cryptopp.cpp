#include <cryptopp/integer.h>

#include "base/amount.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/random.hpp"

using namespace assay;
using CryptoPP::Integer;

namespace {

constexpr u128 kMax = ~u128{0};

Integer big(u128 v) {
    std::uint8_t bytes[16];
    for (int i = 0; i < 16; ++i) bytes[i] = static_cast<std::uint8_t>(v >> (8 * (15 - i)));
    return {bytes, sizeof bytes};
}

u128 any_u128(test::Random& random) {
    u128 v = ((u128{random.u64()} << 64) | random.u64()) >> random.below(129 - 1);
    if (random.below(4) == 0) v = kMax - v;
    if (random.below(8) == 0) v = (u128{1} << random.below(128)) - random.below(3);
    // Words of ones and zeros: a digit of a quotient that is estimated by its upper word is wrong there most often.
    const auto word = [&]() -> u128 {
        return random.below(3) == 0 ? 0 : random.below(2) == 0 ? ~std::uint64_t{0} : std::uint64_t{1} << 63;
    };
    if (random.below(6) == 0) v = word() << 64 | word();
    return v;
}

}  // namespace

TEST_CASE("mul_div and mul_div_ceil agree with big integers of another library") {
    test::Random random;
    INFO("seed " << test::seed());
    const Integer limit = big(kMax);
    int exact = 0, refused = 0;
    for (int i = 0; i < test::rounds(100'000); ++i) {
        const u128 a = any_u128(random), b = any_u128(random);
        u128 c = any_u128(random);
        // A third of the divisors near a x b / 2^128, where the quotient just fits or just does not.
        if (i % 3 == 0) {
            const Integer near = (big(a) * big(b)) >> 128;
            c = 0;
            for (int byte = 15; byte >= 0; --byte) c = c << 8 | near.GetByte(static_cast<std::size_t>(byte));
            c += random.below(3);
        }
        const auto floor = mul_div(a, b, c), ceil = mul_div_ceil(a, b, c);
        INFO(to_digits(a) << " x " << to_digits(b) << " / " << to_digits(c));
        if (c == 0) {
            REQUIRE((!floor.ok() && !ceil.ok()));
            continue;
        }
        Integer remainder, quotient;
        Integer::Divide(remainder, quotient, big(a) * big(b), big(c));
        REQUIRE(floor.ok() == (quotient <= limit));
        if (floor.ok()) REQUIRE((big(*floor) == quotient));
        if (remainder.NotZero()) ++quotient;
        REQUIRE(ceil.ok() == (quotient <= limit));
        if (ceil.ok()) REQUIRE((big(*ceil) == quotient));
        (ceil.ok() ? exact : refused)++;
    }
    CHECK(exact > test::rounds(10'000));
    CHECK(refused > test::rounds(10'000));
}

TEST_CASE("sums and differences agree with big integers of another library") {
    test::Random random;
    INFO("seed " << test::seed());
    for (int i = 0; i < test::rounds(50'000); ++i) {
        const u128 a = any_u128(random), b = any_u128(random);
        const auto sum = add(Amount{a}, Amount{b}), difference = sub(Amount{a}, Amount{b});
        REQUIRE(sum.ok() == (big(a) + big(b) <= big(kMax)));
        if (sum.ok()) REQUIRE((big(sum->units) == big(a) + big(b)));
        REQUIRE(difference.ok() == (big(a) >= big(b)));
        if (difference.ok()) REQUIRE((big(difference->units) == big(a) - big(b)));
    }
}
