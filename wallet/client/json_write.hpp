// JSON that leaves the wallet, built of the same values that come in, in the order it was written.
//
//   json::Value out = make::object({{"txid", make::text(hex)}, {"height", make::number(7)}});
//   std::string line = to_json(out);         // one line; to_json(out, 2) indents
#pragma once

#include <initializer_list>

#include "base/json.hpp"

namespace assay::wallet {

namespace make {
[[nodiscard]] json::Value null();
[[nodiscard]] json::Value text(std::string_view value);
[[nodiscard]] json::Value number(std::uint64_t value);
[[nodiscard]] json::Value flag(bool value);
[[nodiscard]] json::Value amount(u128 base_units);  ///< a string of digits
[[nodiscard]] json::Value array(std::vector<json::Value> items = {});
[[nodiscard]] json::Value object(std::vector<json::Member> members = {});
}  // namespace make

/// Sets or replaces a member of an object.
void set(json::Value& object, std::string_view key, json::Value value);
/// `indent` 0: one line.
[[nodiscard]] std::string to_json(const json::Value& value, unsigned indent = 0);

// What a node's answers hold, or an error that says what is missing: internal.
[[nodiscard]] Result<std::string> text_at(const json::Value& object, std::string_view key);
[[nodiscard]] Result<u128> digits_at(const json::Value& object, std::string_view key);  ///< number or string of digits
[[nodiscard]] Result<std::uint64_t> number_at(const json::Value& object, std::string_view key);
/// The text, or "" where it is missing or no text.
[[nodiscard]] std::string text_or_empty(const json::Value& object, std::string_view key);

}  // namespace assay::wallet
