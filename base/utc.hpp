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

}  // namespace assay
