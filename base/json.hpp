// The JSON front door: everything that comes from outside as JSON passes here.
//
//   ASSAY_TRY(json::Value root, json::parse(text, {.comments = true, .source = "devnet.json"}));
//   ASSAY_TRY(json::Object top, json::object(root, "genesis"));
//   ASSAY_TRY(std::uint64_t blocks, top.u64("epoch_blocks", 1, 1'000'000));
//   ASSAY_TRY_VOID(top.done());                    // an unknown key is an error that names the nearest known one
//
// Bounded in size and depth, duplicate keys refused, numbers that do not fit refused, UTF-8 checked; every error says
// line and column. Grammar by nlohmann/json behind json.cpp; no exception leaves.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/amount.hpp"
#include "base/result.hpp"

namespace assay::json {

/// Counted from 1; a column is one character of the text, however many bytes. Line 0: built by the program, not read.
struct Position {
    std::uint32_t line = 1;
    std::uint32_t column = 1;
};

enum class Kind : std::uint8_t { null, boolean, number, string, array, object };

struct Member;

/// A parsed value with the place it came from. Numbers keep their text: "integer" is a property of the reader.
struct Value {
    Kind kind = Kind::null;
    bool boolean = false;
    std::string text;             ///< string contents, or the literal of a number
    std::vector<Value> items;     ///< array
    std::vector<Member> members;  ///< object, in the order of the file, keys unique
    Position at = {0, 0};

    [[nodiscard]] const Value* find(std::string_view key) const;  ///< member or nullptr
    [[nodiscard]] bool is_null() const { return kind == Kind::null; }
};

/// A pair's names; no pair, which clang wants to be complete inside of Value.
struct Member {
    Member(std::string key, Value value) : first(std::move(key)), second(std::move(value)) {}
    std::string first;
    Value second;
};

struct Options {
    bool comments = false;             ///< // and /* */ allowed (genesis, scenario, proposal)
    std::size_t max_bytes = 1u << 20;  ///< longer input is refused: json_too_large
    std::size_t max_depth = 64;        ///< deeper nesting is refused: json_too_deep
    std::string_view source = {};      ///< file name for messages; may be empty
};

[[nodiscard]] Result<Value> parse(std::string_view text, const Options& options = {});

// ---------------------------------------------------------------- checked access
// `name` is the path for messages: "emission.cap". Errors: json_type, json_number_range, bad_amount.

[[nodiscard]] Result<std::uint64_t> as_u64(const Value& v, std::string_view name, std::uint64_t min = 0,
                                           std::uint64_t max = ~std::uint64_t{0});
/// Integers up to 2^53 as a JSON number, or a decimal string of any size that fits (PROTOCOL §1).
[[nodiscard]] Result<u128> as_u128(const Value& v, std::string_view name);
[[nodiscard]] Result<double> as_double(const Value& v, std::string_view name);  ///< for behaviour in scenarios only
[[nodiscard]] Result<std::string> as_string(const Value& v, std::string_view name);
[[nodiscard]] Result<bool> as_bool(const Value& v, std::string_view name);

/// An object being read: remembers which keys were asked for, so that done() can refuse the rest.
class Object {
   public:
    Object(const Value& value, std::string path) : value_(&value), path_(std::move(path)) {}

    [[nodiscard]] const Value* optional(std::string_view key);
    [[nodiscard]] Result<const Value*> required(std::string_view key);  ///< json_missing_key
    [[nodiscard]] Result<std::uint64_t> u64(std::string_view key, std::uint64_t min = 0,
                                            std::uint64_t max = ~std::uint64_t{0});
    [[nodiscard]] Result<u128> units(std::string_view key);
    [[nodiscard]] Result<std::string> string(std::string_view key);
    [[nodiscard]] Result<bool> boolean(std::string_view key);
    [[nodiscard]] Result<Object> object(std::string_view key);
    [[nodiscard]] Result<std::vector<Value>> array(std::string_view key, std::size_t max_items);
    /// Every member was asked for, or starts with "_" or "//" (comment fields), else json_unknown_key.
    [[nodiscard]] Status done() const;

    [[nodiscard]] std::string path(std::string_view key) const;
    [[nodiscard]] const Value& value() const { return *value_; }

   private:
    const Value* value_;
    std::string path_;
    std::set<std::string, std::less<>> known_;
};

[[nodiscard]] Result<Object> object(const Value& v, std::string path);

/// Text for a message: in quotes, cut to 64 bytes, control characters as '?'.
[[nodiscard]] std::string shown(std::string_view text);

/// The name in `known` that a mistyped `name` most likely meant, or "" when none is near.
[[nodiscard]] std::string nearest(std::string_view name, const std::vector<std::string>& known);

}  // namespace assay::json
