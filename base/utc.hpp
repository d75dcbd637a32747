// Times for people: RFC 3339 in UTC with Z, to the millisecond. Calendar arithmetic only; no clock is read here.
#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"
#include "base/types.hpp"

namespace assay {

/// "2026-01-31T12:00:00Z", or with ".250" where the milliseconds are not zero.
[[nodiscard]] std::string format_utc(TimeMs time);
/// The same forms back, years 1970 to 9999. Errors: field_out_of_range.
[[nodiscard]] Result<TimeMs> parse_utc(std::string_view text);

/// The same day and time of day, `years` later in the calendar; February 29 becomes 28 where there is none.
[[nodiscard]] TimeMs years_later(TimeMs from, std::uint64_t years);
/// How often that day has come again by `to`: the largest n with years_later(from, n) <= to; 0 where `to` is before.
[[nodiscard]] std::uint64_t whole_years(TimeMs from, TimeMs to);

}  // namespace assay
