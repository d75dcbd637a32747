#include "base/utc.hpp"

namespace assay {
namespace {

// Days since 1970-01-01 of a proleptic Gregorian date, and back, by 400-year eras that begin on 1 March.
std::int64_t days_from_civil(std::int64_t y, unsigned m, unsigned d) {
    y -= m <= 2;
    const std::int64_t era = y / 400;
    const auto yoe = static_cast<unsigned>(y - era * 400);
    const unsigned doy = (153 * (m + (m > 2 ? -3u : 9u)) + 2) / 5 + d - 1;
    const unsigned doe = yoe * 365 + yoe / 4 - yoe / 100 + doy;
    return era * 146097 + static_cast<std::int64_t>(doe) - 719468;
}

struct Civil {
    std::int64_t year;
    unsigned month, day;
};
Civil civil_from_days(std::int64_t z) {
    z += 719468;
    const std::int64_t era = z / 146097;
    const auto doe = static_cast<unsigned>(z - era * 146097);
    const unsigned yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
    const unsigned doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    const unsigned mp = (5 * doy + 2) / 153;
    const unsigned month = mp < 10 ? mp + 3 : mp - 9;
    return {static_cast<std::int64_t>(yoe) + era * 400 + (month <= 2), month, doy - (153 * mp + 2) / 5 + 1};
}

constexpr std::uint64_t kDayMs = 86'400'000;

Civil civil_of(TimeMs time) {
    return civil_from_days(static_cast<std::int64_t>(time.value / kDayMs));
}
bool is_leap(std::int64_t y) {
    return (y % 4 == 0 && y % 100 != 0) || y % 400 == 0;
}

std::string padded(std::uint64_t v, std::size_t width) {
    std::string s = std::to_string(v);
    return s.size() < width ? std::string(width - s.size(), '0') + s : s;
}

}  // namespace

std::string format_utc(TimeMs time) {
    const std::uint64_t seconds = time.value / 1000, ms = time.value % 1000;
    const Civil c = civil_from_days(static_cast<std::int64_t>(seconds / 86400));
    const std::uint64_t day = seconds % 86400;
    std::string out = padded(static_cast<std::uint64_t>(c.year), 4) + "-" + padded(c.month, 2) + "-" +
                      padded(c.day, 2) + "T" + padded(day / 3600, 2) + ":" + padded(day / 60 % 60, 2) + ":" +
                      padded(day % 60, 2);
    if (ms != 0) out += "." + padded(ms, 3);
    return out + "Z";
}

Result<TimeMs> parse_utc(std::string_view t) {
    const Error bad{Code::field_out_of_range, "a time is written as 2026-01-31T12:00:00Z"};
    const auto digits = [&](std::size_t at, std::size_t n, std::uint64_t& out) {
        out = 0;
        for (std::size_t i = at; i < at + n; ++i) {
            if (i >= t.size() || t[i] < '0' || t[i] > '9') return false;
            out = out * 10 + static_cast<std::uint64_t>(t[i] - '0');
        }
        return true;
    };
    std::uint64_t y, mo, d, h, mi, s, ms = 0;
    if (t.size() != 20 && t.size() != 24) return bad;
    if (!digits(0, 4, y) || t[4] != '-' || !digits(5, 2, mo) || t[7] != '-' || !digits(8, 2, d) || t[10] != 'T' ||
        !digits(11, 2, h) || t[13] != ':' || !digits(14, 2, mi) || t[16] != ':' || !digits(17, 2, s) || t.back() != 'Z')
        return bad;
    if (t.size() == 24 && (t[19] != '.' || !digits(20, 3, ms))) return bad;
    const unsigned in_month[] = {
        31, is_leap(static_cast<std::int64_t>(y)) ? 29u : 28u, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    if (y < 1970 || mo < 1 || mo > 12 || d < 1 || d > in_month[mo - 1] || h > 23 || mi > 59 || s > 59) return bad;
    const auto days = static_cast<std::uint64_t>(
        days_from_civil(static_cast<std::int64_t>(y), static_cast<unsigned>(mo), static_cast<unsigned>(d)));
    return TimeMs{((days * 24 + h) * 60 + mi) * 60'000 + s * 1000 + ms};
}

TimeMs years_later(TimeMs from, std::uint64_t years) {
    const Civil c = civil_of(from);
    const std::int64_t year = c.year + static_cast<std::int64_t>(years);
    const unsigned day = c.month == 2 && c.day == 29 && !is_leap(year) ? 28 : c.day;
    return TimeMs{static_cast<std::uint64_t>(days_from_civil(year, c.month, day)) * kDayMs + from.value % kDayMs};
}

std::uint64_t whole_years(TimeMs from, TimeMs to) {
    if (to <= from) return 0;
    const auto years = static_cast<std::uint64_t>(civil_of(to).year - civil_of(from).year);
    return years > 0 && years_later(from, years) > to ? years - 1 : years;
}

}  // namespace assay
