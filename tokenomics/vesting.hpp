// Tokens that come free with time: nothing before the cliff, then in a straight line from the start to the end.
//
//   Grant team{tokens(12), start, start + year, start + 3 * year};
//   vested(team, start + year);                       // 4 tokens: a third of the line lies before the cliff
#pragma once

#include "tokenomics/params.hpp"

namespace assay::tokenomics {

struct Grant {
    Amount amount;  ///< base units, above 0
    TimeMs start;   ///< where the line begins
    TimeMs cliff;   ///< nothing is free before it
    TimeMs end;     ///< from here on all of it is
    ASSAY_FIELDS(amount, start, cliff, end)
    bool operator==(const Grant&) const = default;
};

/// Times of grants are at most this, the end of year 9999: the last that RFC 3339 can write.
inline constexpr TimeMs kLatestGrant{253'402'300'799'999};

/// amount > 0 and start <= cliff <= end <= kLatestGrant. Errors: amount_zero, field_out_of_range with the numbers.
[[nodiscard]] Status check_grant(const Grant& g);

/// 0 before the cliff, floor(amount·(now − start) / (end − start)) from it on, `amount` from the end on. Never falls as
/// `now` grows. Total: where times are out of order, the end decides.
[[nodiscard]] Amount vested(const Grant& g, TimeMs now);

/// The smallest grant that somebody who has `running` grants can be given: max(1, min_grant)·2^running, 2^128 − 1 where
/// that does not fit. To keep a grant out of the places that somebody has, a stranger must have given about as much.
[[nodiscard]] Amount least_grant(const VestingParams& p, std::uint64_t running);

}  // namespace assay::tokenomics
