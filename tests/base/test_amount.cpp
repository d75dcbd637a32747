#include "base/amount.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/random.hpp"

using namespace assay;

namespace {

constexpr u128 kMax = ~u128{0};

// Every size of number equally often, with the edges among them.
u128 any_u128(test::Random& random) {
    u128 v = (u128{random.u64()} << 64) | random.u64();
    v >>= random.below(128);
    switch (random.below(6)) {
        case 0:
            return v & (v - 1);
        case 1:
            return kMax - v;
        case 2:
            return (u128{1} << random.below(128)) - random.below(2);
        default:
            return v;
    }
}

}  // namespace

TEST_CASE("sums and differences are exact or refused, never wrapped") {
    CHECK(add(Amount{kMax - 1}, Amount{1})->units == kMax);
    CHECK(add(Amount{kMax}, Amount{1}).error().code == Code::overflow);
    CHECK(add(Amount{kMax}, Amount{kMax}).error().code == Code::overflow);
    CHECK(sub(Amount{5}, Amount{5})->is_zero());
    CHECK(sub(Amount{5}, Amount{6}).error().code == Code::overflow);
    CHECK(sub(Amount{0}, Amount{kMax}).error().code == Code::overflow);
    CHECK(sub_or_zero(Amount{5}, Amount{7}).is_zero());
    CHECK(sub_or_zero(Amount{7}, Amount{5}).units == 2);
    CHECK(min_of(Amount{7}, Amount{5}).units == 5);
    CHECK(Amount::max().units == kMax);
}

TEST_CASE("mul_div keeps 256 bits between, rounds down, and refuses what does not fit") {
    CHECK(*mul_div(kMax, kMax, kMax) == kMax);
    CHECK(*mul_div(kMax, 1, 1) == kMax);
    CHECK(*mul_div(kMax, 2, 4) == kMax / 2);
    CHECK(*mul_div(kMax, kMax - 1, kMax) == kMax - 1);
    CHECK(*mul_div(7, 3, 2) == 10);
    CHECK(*mul_div(0, kMax, 1) == 0);
    CHECK(*mul_div(u128{1} << 127, 2, u128{1} << 127) == 2);
    CHECK(mul_div(1, 1, 0).error().code == Code::overflow);
    CHECK(mul_div(0, 0, 0).error().code == Code::overflow);
    CHECK(mul_div(kMax, 2, 1).error().code == Code::overflow);
    CHECK(mul_div(kMax, kMax, kMax - 1).error().code == Code::overflow);
    CHECK(mul_div(u128{1} << 64, u128{1} << 64, 1).error().code == Code::overflow);
}

TEST_CASE("mul_div_ceil rounds up for whoever pays, also at the very edge") {
    CHECK(*mul_div_ceil(7, 3, 2) == 11);
    CHECK(*mul_div_ceil(8, 3, 2) == 12);
    CHECK(*mul_div_ceil(0, 3, 2) == 0);
    CHECK(*mul_div_ceil(kMax, kMax, kMax) == kMax);
    CHECK(mul_div_ceil(1, 1, 0).error().code == Code::overflow);
    // (2^64 + 3) x (2^128 - 2^64 + 2) = (2^64 + 2) x 2^128 - (2^64 - 6): the floor is the largest number there is.
    const u128 two64 = u128{1} << 64;
    CHECK(*mul_div(two64 + 3, kMax - two64 + 3, two64 + 2) == kMax);
    CHECK(mul_div_ceil(two64 + 3, kMax - two64 + 3, two64 + 2).error().code == Code::overflow);
}

TEST_CASE("a share is a floor of parts per billion") {
    CHECK(share_of(Amount{1'000'000'000}, Ppb{25'000'000})->units == 25'000'000);
    CHECK(share_of(Amount{1}, Ppb{999'999'999})->units == 0);
    CHECK(share_of(Amount{kMax}, Ppb{Ppb::kOne})->units == kMax);
    CHECK(share_of(Amount{10}, Ppb{2 * Ppb::kOne})->units == 20);
    CHECK(share_of(Amount{kMax}, Ppb{Ppb::kOne + 1}).error().code == Code::overflow);
}

TEST_CASE("digits go out and come back, and nothing else is taken for them") {
    CHECK(to_digits(0) == "0");
    CHECK(to_digits(kMax) == "340282366920938463463374607431768211455");
    CHECK(*parse_digits("340282366920938463463374607431768211455") == kMax);
    test::Random random;
    INFO("seed " << test::seed());
    for (int i = 0; i < 20'000; ++i) {
        const u128 v = any_u128(random);
        const auto back = parse_digits(to_digits(v));
        REQUIRE(back.ok());
        REQUIRE(*back == v);
    }
    for (const char* text : {"", "-1", "+1", "01", "00", " 1", "1 ", "1.0", "1e3", "0x10", "1_000", "1,000", "\xd9\xa1",
                             "abc", "340282366920938463463374607431768211456",
                             "999999999999999999999999999999999999999", "3402823669209384634633746074317682114550"}) {
        INFO(text);
        REQUIRE_FALSE(parse_digits(text).ok());
        CHECK(parse_digits(text).error().code == Code::bad_amount);
    }
    CHECK_FALSE(parse_digits(std::string_view("1\0", 2)).ok());
}

TEST_CASE("decimals are exact: more than the token has is an error, never a rounding") {
    CHECK(*parse_decimal("12.5", 6) == 12'500'000);
    CHECK(*parse_decimal("0.000001", 6) == 1);
    CHECK(*parse_decimal("0", 6) == 0);
    CHECK(*parse_decimal("12", 0) == 12);
    CHECK(*parse_decimal("12.50", 6) == 12'500'000);
    CHECK(*parse_decimal("340282366920938463463.374607431768211455", 18) == kMax);
    CHECK(format_decimal(12'500'000, 6) == "12.5");
    CHECK(format_decimal(1, 6) == "0.000001");
    CHECK(format_decimal(0, 6) == "0");
    CHECK(format_decimal(12, 0) == "12");
    CHECK(format_decimal(1'000'000, 6) == "1");
    CHECK(format_decimal(kMax, 24) == "340282366920938.463463374607431768211455");
    for (const char* text :
         {"", ".", ".5", "5.", "1.2.3", "-1", "+1", "1e3", "0x10", "01.5", "00", " 1", "1 ", "1,5", "0.0000001", "12.x",
          "x", "340282366920938463463374607431768.3", "340282366920938463463374607431769"}) {
        INFO(text);
        const auto r = parse_decimal(text, 6);
        REQUIRE_FALSE(r.ok());
        CHECK(r.error().code == Code::bad_amount);
    }
    CHECK(parse_decimal("1.5", 0).error().message.find("0") != std::string::npos);
}

TEST_CASE("every amount formats to a text that parses back, for every number of decimals") {
    test::Random random;
    INFO("seed " << test::seed());
    for (unsigned decimals = 0; decimals <= 24; ++decimals)
        for (int i = 0; i < 1'000; ++i) {
            const u128 v = any_u128(random);
            const auto back = parse_decimal(format_decimal(v, decimals), decimals);
            REQUIRE(back.ok());
            REQUIRE(*back == v);
        }
}
