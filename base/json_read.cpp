#include <algorithm>
#include <charconv>

#include "base/json.hpp"

namespace assay::json {
namespace {

constexpr std::uint64_t kLargestExact = std::uint64_t{1} << 53;  // beyond, JSON numbers of other programs are rounded

std::string_view kind_name(Kind kind) {
    switch (kind) {
        case Kind::null:
            return "null";
        case Kind::boolean:
            return "true or false";
        case Kind::number:
            return "a number";
        case Kind::string:
            return "a string";
        case Kind::array:
            return "a list";
        case Kind::object:
            return "an object";
    }
    return "unknown";
}

// "emission.cap must be a whole number (line 3, column 5)". A value that no text held has no place.
Error wrong(Code code, const Value& v, std::string_view name, std::string_view rule) {
    std::string out = name.empty() ? "the value" : std::string(name);
    out += " ";
    out += rule;
    if (v.at.line != 0) out += " (line " + std::to_string(v.at.line) + ", column " + std::to_string(v.at.column) + ")";
    return {code, std::move(out)};
}

Error wrong_type(const Value& v, std::string_view name, std::string_view expected) {
    return wrong(Code::json_type, v, name,
                 "must be " + std::string(expected) + ", not " + std::string(kind_name(v.kind)));
}

bool all_digits(std::string_view s) {
    return !s.empty() && std::all_of(s.begin(), s.end(), [](char c) { return c >= '0' && c <= '9'; });
}

Error not_whole(const Value& v, std::string_view name) {
    if (v.kind == Kind::number && v.text.size() > 1 && v.text[0] == '-' &&
        all_digits(std::string_view(v.text).substr(1)))
        return wrong(Code::json_number_range, v, name, "must not be negative");
    return wrong(Code::json_type, v, name, "must be a whole number written in digits, not " + shown(v.text));
}

// Digits of a number or of a string, both without sign, point, exponent or leading zero.
Result<u128> whole(const Value& v, std::string_view name, Code bad_text) {
    if (v.kind != Kind::number && v.kind != Kind::string) return wrong_type(v, name, "a whole number");
    if (v.kind == Kind::number && !all_digits(v.text)) return not_whole(v, name);
    if (!all_digits(v.text) || (v.text.size() > 1 && v.text[0] == '0'))
        return wrong(bad_text, v, name, "must be a whole number written in digits, not " + shown(v.text));
    const auto n = parse_digits(v.text);
    if (!n) return wrong(Code::json_number_range, v, name, "is " + shown(v.text) + ", which is too large");
    if (v.kind == Kind::number && *n > kLargestExact)
        return wrong(Code::json_number_range, v, name, "is above 2^53: write it as a string, \"" + v.text + "\"");
    return n;
}

// Optimal string alignment: insertions, deletions, substitutions, and swaps of neighbours.
std::size_t distance(std::string_view a, std::string_view b) {
    std::vector<std::size_t> before(b.size() + 1), last(b.size() + 1), row(b.size() + 1);
    for (std::size_t j = 0; j <= b.size(); ++j) last[j] = j;
    for (std::size_t i = 1; i <= a.size(); ++i) {
        row[0] = i;
        for (std::size_t j = 1; j <= b.size(); ++j) {
            row[j] = std::min({last[j] + 1, row[j - 1] + 1, last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1)});
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                row[j] = std::min(row[j], before[j - 2] + 1);
        }
        std::swap(before, last);
        std::swap(last, row);
    }
    return last[b.size()];
}

std::string folded(std::string_view s) {
    std::string out(s);
    for (char& c : out) {
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
        if (c == '-') c = '_';
    }
    return out;
}

}  // namespace

const Value* Value::find(std::string_view key) const {
    for (const auto& [name, value] : members)
        if (name == key) return &value;
    return nullptr;
}

std::string shown(std::string_view text) {
    constexpr std::size_t kMax = 64;
    std::size_t end = std::min(text.size(), kMax);
    while (end < text.size() && end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80) --end;
    std::string out = "\"";
    for (const char c : text.substr(0, end)) out.push_back(static_cast<unsigned char>(c) < 0x20 || c == 0x7f ? '?' : c);
    return out + (end < text.size() ? "…\"" : "\"");
}

Result<std::uint64_t> as_u64(const Value& v, std::string_view name, std::uint64_t min, std::uint64_t max) {
    ASSAY_TRY(const u128 n, whole(v, name, Code::json_type));
    if (n < min || n > max)
        return wrong(Code::json_number_range, v, name,
                     "is " + v.text + ", allowed are " + std::to_string(min) + " to " + std::to_string(max));
    return static_cast<std::uint64_t>(n);
}

Result<u128> as_u128(const Value& v, std::string_view name) {
    return whole(v, name, Code::bad_amount);
}

Result<double> as_double(const Value& v, std::string_view name) {
    if (v.kind != Kind::number) return wrong_type(v, name, "a number");
    double out = 0;
    const char* end = v.text.data() + v.text.size();
    const auto read = std::from_chars(v.text.data(), end, out);  // unlike strtod, the same in every locale
    if (read.ec != std::errc{} || read.ptr != end)
        return wrong(Code::json_number_range, v, name, "does not fit a double: " + shown(v.text));
    return out;
}

Result<std::string> as_string(const Value& v, std::string_view name) {
    if (v.kind != Kind::string) return wrong_type(v, name, "a string");
    return v.text;
}

Result<bool> as_bool(const Value& v, std::string_view name) {
    if (v.kind != Kind::boolean) return wrong_type(v, name, "true or false");
    return v.boolean;
}

Result<Object> object(const Value& v, std::string path) {
    if (v.kind != Kind::object) return wrong_type(v, path, "an object");
    return Object(v, std::move(path));
}

std::string Object::path(std::string_view key) const {
    return path_.empty() ? std::string(key) : path_ + "." + std::string(key);
}

const Value* Object::optional(std::string_view key) {
    known_.emplace(key);
    return value_->find(key);
}

Result<const Value*> Object::required(std::string_view key) {
    const Value* found = optional(key);
    if (found == nullptr) return wrong(Code::json_missing_key, *value_, path(key), "is missing from the object");
    return found;
}

Result<std::uint64_t> Object::u64(std::string_view key, std::uint64_t min, std::uint64_t max) {
    ASSAY_TRY(const Value* v, required(key));
    return as_u64(*v, path(key), min, max);
}

Result<u128> Object::units(std::string_view key) {
    ASSAY_TRY(const Value* v, required(key));
    return as_u128(*v, path(key));
}

Result<std::string> Object::string(std::string_view key) {
    ASSAY_TRY(const Value* v, required(key));
    return as_string(*v, path(key));
}

Result<bool> Object::boolean(std::string_view key) {
    ASSAY_TRY(const Value* v, required(key));
    return as_bool(*v, path(key));
}

Result<Object> Object::object(std::string_view key) {
    ASSAY_TRY(const Value* v, required(key));
    return json::object(*v, path(key));
}

Result<std::vector<Value>> Object::array(std::string_view key, std::size_t max_items) {
    ASSAY_TRY(const Value* v, required(key));
    if (v->kind != Kind::array) return wrong_type(*v, path(key), "a list");
    if (v->items.size() > max_items)
        return wrong(
            Code::json_too_large, *v, path(key),
            "has " + std::to_string(v->items.size()) + " items, at most " + std::to_string(max_items) + " are allowed");
    return v->items;
}

Status Object::done() const {
    for (const auto& [key, value] : value_->members) {
        if (key.starts_with("_") || key.starts_with("//") || known_.contains(key)) continue;
        std::string rule = "is not a known key";
        const std::string near = nearest(key, {known_.begin(), known_.end()});
        if (!near.empty()) rule += "; did you mean \"" + near + "\"?";
        const std::string quoted = shown(key);
        return wrong(Code::json_unknown_key, value, path(std::string_view(quoted).substr(1, quoted.size() - 2)), rule);
    }
    return {};
}

std::string nearest(std::string_view name, const std::vector<std::string>& known) {
    constexpr std::size_t kLongest = 64;  // nobody mistypes a longer one, and the time grows with the square
    if (name.empty() || name.size() > kLongest) return "";
    const std::string wanted = folded(name);
    std::string best;
    std::size_t best_distance = kLongest;
    for (const std::string& candidate : known) {
        if (candidate.size() > kLongest) continue;
        const std::size_t shorter = std::min(candidate.size(), name.size());
        const std::size_t d = distance(wanted, folded(candidate));
        if (d < shorter && d <= std::max<std::size_t>(1, shorter / 3) && d < best_distance) {
            best = candidate;
            best_distance = d;
        }
    }
    return best;
}

}  // namespace assay::json
