#include "base/utc.hpp"

#include <cstdio>

#include "tests/support/catch.hpp"
#include "tests/support/random.hpp"

using namespace assay;

namespace {
constexpr std::uint64_t kEndOf9999 = 253402300799999;  // 9999-12-31T23:59:59.999Z
}

TEST_CASE("known instants") {
    const std::pair<std::uint64_t, const char*> known[] = {
        {0, "1970-01-01T00:00:00Z"},
        {1, "1970-01-01T00:00:00.001Z"},
        {951782400000, "2000-02-29T00:00:00Z"},
        {1709164800000, "2024-02-29T00:00:00Z"},
        {1767225600000, "2026-01-01T00:00:00Z"},
        {4107542400000, "2100-03-01T00:00:00Z"},
        {kEndOf9999, "9999-12-31T23:59:59.999Z"},
    };
    for (const auto& [ms, text] : known) {
        INFO(text);
        CHECK(format_utc(TimeMs{ms}) == text);
        const auto back = parse_utc(text);
        REQUIRE(back.ok());
        CHECK(back->value == ms);
    }
    CHECK(parse_utc("2026-01-31T12:00:00.250Z")->value % 1000 == 250);
    CHECK(parse_utc("2026-01-31T12:00:00.000Z")->value == parse_utc("2026-01-31T12:00:00Z")->value);
}

TEST_CASE("every time until the year 9999 formats to a text that parses back") {
    test::Random random;
    INFO("seed " << test::seed());
    for (int i = 0; i < 50'000; ++i) {
        TimeMs t{random.below(kEndOf9999 + 1)};
        if (i % 2 == 0) t.value -= t.value % 1000;
        const std::string text = format_utc(t);
        const auto back = parse_utc(text);
        INFO(text);
        REQUIRE(back.ok());
        REQUIRE(back->value == t.value);
    }
}

TEST_CASE("days follow each other through every month and leap year") {
    // 1970 to 2400: one day further is one text further, with the calendar counted by hand
    const unsigned lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    std::uint64_t day = 0;
    for (unsigned year = 1970; year <= 2400; ++year)
        for (unsigned month = 1; month <= 12; ++month) {
            const bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
            const unsigned length = lengths[month - 1] + (month == 2 && leap ? 1 : 0);
            for (unsigned d = 1; d <= length; ++d, ++day) {
                char text[32];
                std::snprintf(text, sizeof text, "%04u-%02u-%02uT00:00:00Z", year, month, d);
                REQUIRE(format_utc(TimeMs{day * 86'400'000}) == text);
            }
            char beyond[32];
            std::snprintf(beyond, sizeof beyond, "%04u-%02u-%02uT00:00:00Z", year, month, length + 1);
            REQUIRE_FALSE(parse_utc(beyond).ok());
        }
}

TEST_CASE("what is no time in this form is refused") {
    for (const char* text : {"",
                             "2026",
                             "2026-01-31",
                             "2026-01-31T12:00:00",
                             "2026-01-31T12:00:00+00:00",
                             "2026-01-31 12:00:00Z",
                             "2026-01-31t12:00:00z",
                             "2026-1-31T12:00:00Z",
                             "2026-00-10T12:00:00Z",
                             "2026-13-10T12:00:00Z",
                             "2026-01-00T12:00:00Z",
                             "2026-01-32T12:00:00Z",
                             "2026-02-29T12:00:00Z",
                             "2100-02-29T12:00:00Z",
                             "2026-04-31T12:00:00Z",
                             "2026-01-31T24:00:00Z",
                             "2026-01-31T12:60:00Z",
                             "2026-01-31T12:00:60Z",
                             "1969-12-31T23:59:59Z",
                             "0000-01-01T00:00:00Z",
                             "+026-01-31T12:00:00Z",
                             "2026-01-31T12:00:00.2Z",
                             "2026-01-31T12:00:00.25Z",
                             "2026-01-31T12:00:00.2500Z",
                             "2026-01-31T12:00:00,250Z",
                             "2026-01-31T12:00:00ZZ",
                             "10000-01-01T00:00:00Z",
                             " 2026-01-31T12:00:00Z"}) {
        INFO(text);
        const auto r = parse_utc(text);
        REQUIRE_FALSE(r.ok());
        CHECK(r.error().code == Code::field_out_of_range);
    }
}

TEST_CASE("anniversaries keep the day and the time of day; February 29 falls on 28 where there is none") {
    const auto later = [](const char* from, std::uint64_t years) {
        return format_utc(years_later(parse_utc(from).value(), years));
    };
    CHECK(later("2019-08-01T00:00:00Z", 0) == "2019-08-01T00:00:00Z");
    CHECK(later("2019-08-01T06:30:00.250Z", 5) == "2024-08-01T06:30:00.250Z");
    CHECK(later("2024-02-29T12:00:00Z", 1) == "2025-02-28T12:00:00Z");
    CHECK(later("2024-02-29T12:00:00Z", 4) == "2028-02-29T12:00:00Z");
    CHECK(later("2024-02-29T12:00:00Z", 76) == "2100-02-28T12:00:00Z");  // 2100 is no leap year
    test::Random random;
    for (int i = 0; i < 20'000; ++i) {
        const TimeMs from{random.below(kEndOf9999)}, to{random.below(kEndOf9999)};
        const std::uint64_t years = whole_years(from, to);
        INFO("seed " << test::seed() << ": " << format_utc(from) << " to " << format_utc(to));
        REQUIRE((to <= from ? years == 0 : years_later(from, years) <= to && years_later(from, years + 1) > to));
    }
}
