// One varied field: a path with the values, or the range, that it takes.
//
//   ASSAY_TRY(Axis a, parse_axis("--param", "demand.drift=-0.5:0.5"));
//   a.at(0.25);                       // "-0.25"
//   ASSAY_TRY(Axis b, parse_axis("--param", "bme.spread_ppb=0,2500000"));
//   b.values;                         // {"0", "2500000"}
#pragma once

#include <string>
#include <vector>

#include "base/json.hpp"
#include "base/result.hpp"

namespace assay::sim::study {

struct Axis {
    std::string path;
    std::vector<std::string> values;  ///< a list; empty where a range stands
    bool ranged = false;
    double low = 0, high = 0;
    std::uint64_t steps = 0;  ///< of a range that is walked evenly, both ends included; 0: not told
    bool logarithmic = false;
    int decimals = -1;  ///< that the field takes behind the point; -1: any, 0: whole numbers only

    /// Value of a range at 0 <= unit <= 1, as the text that a --set takes.
    [[nodiscard]] std::string at(double unit) const;
    [[nodiscard]] double number_at(double unit) const;
    /// The list, or the range's `steps` values.
    [[nodiscard]] std::vector<std::string> list() const;
};

/// "path=a,b,c" or "path=low:high[:steps][:log]". A percent sign makes a number of "_ppb" fields, as in --set.
/// Errors: usage, naming `flag`.
[[nodiscard]] Result<Axis> parse_axis(const std::string& flag, const std::string& text);
/// From a scenario's sweep.params: a list of values, {"from", "to", "steps", "log"} or {"low", "high", "log"}.
/// Errors: json_type, json_unknown_key, field_out_of_range.
[[nodiscard]] Result<Axis> axis_from_json(const std::string& path, const json::Value& value);

/// "95%" of a field in parts of a billion as the digits that files hold; anything else as it is.
[[nodiscard]] std::string plain_value(const std::string& path, const std::string& text);
/// What a JSON value is as the text of a --set.
[[nodiscard]] std::string set_text(const json::Value& value);
/// JSON as it stands, without its comments.
[[nodiscard]] std::string json_of(const json::Value& value);

}  // namespace assay::sim::study
