// Parameters as JSON, for genesis, scenarios and proposals: one reader over describe(), so names and ranges are the
// same everywhere.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/json.hpp"
#include "tokenomics/params.hpp"

namespace assay::tokenomics {

/// Missing fields keep their defaults; unknown ones are refused with the nearest name. `path` prefixes messages.
/// Amounts: "12.5 ASY", base-unit digits as a string, or an integer up to 2^53 of base units. Q0.128: a decimal
/// fraction. Errors: json_*, bad_amount, field_out_of_range naming the field and its range, number_unpublished.
[[nodiscard]] Result<Params> params_from_json(const json::Value& v, const std::string& path);
/// Canonical: every field, reads back identically.
[[nodiscard]] std::string params_to_json(const Params& p);
[[nodiscard]] Result<Amount> amount_from_json(const json::Value& v, const std::string& path, const TokenParams& token);

/// The word that stands for a kind in files: "step_table".
[[nodiscard]] std::string_view word_of(EmissionKind kind);
[[nodiscard]] std::string_view word_of(BurnMode mode);

/// One parameter. `path` names classes by their names: "classes.rtx-4090.multiplier_ppb". `value` is its canonical
/// text: digits of base units or of an integer, a word, a decimal fraction. `number`: none for texts and words.
struct ParamRow {
    std::string path, value, unit;
    std::uint64_t min = 0, max = 0;
    std::string meaning;
    std::optional<u128> number;
};
/// Entries of lists by number, "classes[0].weight", as a path into a file; classes by their own name,
/// "classes.cpu-1.weight", as votes call them.
enum class EntryNames : std::uint8_t { own, number };
[[nodiscard]] std::vector<ParamRow> list_params(const Params& p, EntryNames names = EntryNames::own);
/// Sets one parameter by the path of its row, as genesis would be read, and returns its canonical text.
/// "classes.X.name" with the value "X" appends a class. Errors: unknown_param with the nearest name, and those of
/// params_from_json.
[[nodiscard]] Result<std::string> set_param(Params& p, const std::string& path, const json::Value& v);
/// Sets a parameter that has a number; false where `path` names none.
[[nodiscard]] bool set_number(Params& p, std::string_view path, u128 number);

/// floor(fraction x 2^128) of "0.0000138869523959793"; below 1, at most 39 digits. Errors: bad_amount.
[[nodiscard]] Result<u128> fraction_q128(std::string_view text);
/// A decimal that reads back to the same bits, every one of the 2^128; as short as such can be when rounded up.
[[nodiscard]] std::string format_q128(u128 q);

}  // namespace assay::tokenomics
