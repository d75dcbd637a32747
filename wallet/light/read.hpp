// A light block from JSON, as a node's `light_block` answers it: the parts have CometBFT's own JSON form.
//
//   ASSAY_TRY(LightBlock block, read_light_block(answer));
//
// Only the form is checked here: what a hash says and who signed is verify.hpp's.
#pragma once

#include "base/json.hpp"
#include "wallet/light/types.hpp"

namespace assay::wallet::light {

inline constexpr std::size_t kMostValidators = 10'000;

/// Errors: json_*, bad_hex, field_out_of_range, each with the member's name.
[[nodiscard]] Result<LightBlock> read_light_block(const json::Value& value);

/// "2026-11-27T11:09:54.803063756Z" in whole nanoseconds; years 1970 to 9999. Errors: field_out_of_range.
[[nodiscard]] Result<Time> parse_time(std::string_view text);

}  // namespace assay::wallet::light
