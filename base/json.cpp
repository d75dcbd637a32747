// Grammar and escapes are nlohmann's, through its event interface, which keeps its own stack: nesting never becomes
// recursion. Three things it does not have are here: places, bounds, and the refusal of equal keys. Places come from a
// cursor that walks the same text one token behind the parser; the text has the right form up to there, so that
// stepping over a token takes no second grammar.
#include "base/json.hpp"

#include <algorithm>
#include <exception>
#include <limits>
#include <nlohmann/json.hpp>
#include <numeric>
#include <optional>

namespace assay::json {
namespace {

constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";
constexpr std::size_t npos = std::string_view::npos;

bool continues(char c) {
    return (static_cast<unsigned char>(c) & 0xc0) == 0x80;
}

// Offset of the first byte that is not part of well-formed UTF-8 (Unicode, table 3-7), or npos.
std::size_t find_bad_utf8(std::string_view s) {
    for (std::size_t i = 0; i < s.size();) {
        const auto a = static_cast<unsigned char>(s[i]);
        if (a < 0x80) {
            ++i;
            continue;
        }
        const std::size_t more = a >= 0xc2 && a <= 0xdf   ? 1
                                 : a >= 0xe0 && a <= 0xef ? 2
                                 : a >= 0xf0 && a <= 0xf4 ? 3
                                                          : 0;
        if (more == 0 || s.size() - i <= more) return i;
        const auto b = static_cast<unsigned char>(s[i + 1]);
        const unsigned char low = a == 0xe0 ? 0xa0 : a == 0xf0 ? 0x90 : 0x80;   // no second way to write a smaller one
        const unsigned char high = a == 0xed ? 0x9f : a == 0xf4 ? 0x8f : 0xbf;  // no surrogates, nothing above U+10FFFF
        if (b < low || b > high) return i;
        for (std::size_t k = 2; k <= more; ++k)
            if (!continues(s[i + k])) return i;
        i += more + 1;
    }
    return npos;
}

class Cursor {
   public:
    explicit Cursor(std::string_view text) : text_(text) {
        if (text_.starts_with(kByteOrderMark)) at_ = kByteOrderMark.size();
    }

    [[nodiscard]] Position place() const { return place_; }

    void to(std::size_t offset) {
        for (; at_ < std::min(offset, text_.size()); ++at_) {
            if (text_[at_] == '\n') {
                ++place_.line;
                place_.column = 1;
            } else if (!continues(text_[at_])) {
                ++place_.column;
            }
        }
    }
    /// Over spaces, separators and comments, to the first character of a token.
    Position to_token() {
        while (true) {
            const std::size_t next = std::min(text_.find_first_not_of(" \t\r\n,:", at_), text_.size());
            to(next);
            if (next == text_.size() || text_[next] != '/') return place_;
            if (text_.substr(next, 2) == "/*")
                to(after(text_.find("*/", next + 2), 2));
            else
                to(after(text_.find_first_of("\r\n", next), 0));
        }
    }
    /// Over the token that begins here. The parser has read it, so it is well formed.
    std::string_view take() {
        const std::size_t begin = at_;
        std::size_t end = begin + 1;
        const char c = text_[begin];
        if (c == '"') {
            while (text_[end] != '"') end += text_[end] == '\\' ? 2 : 1;
            ++end;
        } else if (c == 't' || c == 'n') {
            end = begin + 4;
        } else if (c == 'f') {
            end = begin + 5;
        } else if (c == '-' || (c >= '0' && c <= '9')) {
            end = std::min(text_.find_first_not_of("0123456789+-.eE", begin), text_.size());
        }
        to(end);
        return text_.substr(begin, end - begin);
    }

   private:
    [[nodiscard]] std::size_t after(std::size_t found, std::size_t length) const {
        return found == npos ? text_.size() : found + length;
    }

    std::string_view text_;
    std::size_t at_ = 0;
    Position place_;
};

std::string located(std::string_view source, Position at, std::string_view what) {
    const std::string line = std::to_string(at.line), column = std::to_string(at.column);
    if (source.empty()) return "line " + line + ", column " + column + ": " + std::string(what);
    return std::string(source) + ":" + line + ":" + column + ": " + std::string(what);
}

/// Builds the value from nlohmann's events. The first error stays and stops the parser.
class Builder {
   public:
    Builder(std::string_view text, const Options& options) : text_(text), options_(options), cursor_(text) {}

    bool null() { return leaf(Kind::null, {}); }
    bool boolean(bool v) { return leaf(Kind::boolean, {}, v); }
    bool number_integer(std::int64_t) { return leaf(Kind::number, {}); }
    bool number_unsigned(std::uint64_t) { return leaf(Kind::number, {}); }
    bool number_float(double, const std::string&) { return leaf(Kind::number, {}); }
    bool string(std::string& s) { return leaf(Kind::string, std::move(s)); }
    bool binary(std::vector<std::uint8_t>&) { return false; }  // has no form in JSON text

    bool start_object(std::size_t) { return open(Kind::object); }
    bool start_array(std::size_t) { return open(Kind::array); }
    bool end_object() { return keys_differ() && close(); }
    bool end_array() { return close(); }

    bool key(std::string& k) {
        Frame& frame = frames_.back();
        frame.key_places.push_back(cursor_.to_token());
        cursor_.take();
        frame.value.members.emplace_back(std::move(k), Value{});
        return true;
    }

    bool parse_error(std::size_t position, const std::string& last_token, const nlohmann::detail::exception& e) {
        if (e.id == 406) {  // the literal is larger than any double, so no reader here could take it
            return fail(Code::json_number_range, cursor_.to_token(), "the number is too large");
        }
        // "[json.exception…] parse error at …: syntax error while parsing value - WHY; last read: '…'; expected …"
        std::string why = e.what();
        const std::size_t dash = why.find(" - ");
        if (dash != npos) why.erase(0, dash + 3);
        if (const std::size_t quoted = why.find("; last read: "); quoted != npos) why.erase(quoted);  // could be long
        // nlohmann stands behind the last character that it read. An unexpected token is shown where it begins.
        std::size_t length = 1;
        if (why.starts_with("unexpected string") || why.starts_with("unexpected number"))
            length = last_token.size();
        else if (why.starts_with("unexpected true") || why.starts_with("unexpected null"))
            length = 4;
        else if (why.starts_with("unexpected false"))
            length = 5;
        const std::size_t offset = position > length ? position - length : 0;
        if (why == "invalid literal" && !options_.comments && offset < text_.size() && text_[offset] == '/')
            why = "comments are not allowed here";
        return fail(Code::json_syntax, place_of(offset), why);
    }

    bool fail(Code code, Position at, std::string_view what) {
        if (!error_) error_ = Error{code, located(options_.source, at, what)};
        return false;
    }
    [[nodiscard]] Position place_of(std::size_t offset) const {
        Cursor c(text_);
        c.to(offset);
        return c.place();
    }

    [[nodiscard]] Result<Value> result(bool parsed) && {
        if (error_) return *std::move(error_);
        if (!parsed) return {Code::json_syntax, located(options_.source, cursor_.place(), "this is not JSON")};
        return std::move(root_);
    }

   private:
    struct Frame {
        Value value;
        std::vector<Position> key_places;
    };

    bool leaf(Kind kind, std::string text, bool boolean = false) {
        Value v;
        v.kind = kind;
        v.boolean = boolean;
        v.at = cursor_.to_token();
        const std::string_view literal = cursor_.take();
        v.text = kind == Kind::number ? std::string(literal) : std::move(text);
        place(std::move(v));
        return true;
    }

    bool open(Kind kind) {
        Frame frame;
        frame.value.kind = kind;
        frame.value.at = cursor_.to_token();
        if (frames_.size() >= options_.max_depth)
            return fail(Code::json_too_deep, frame.value.at,
                        "nested deeper than " + std::to_string(options_.max_depth) + " levels");
        cursor_.take();
        frames_.push_back(std::move(frame));
        return true;
    }

    bool close() {
        cursor_.to_token();
        cursor_.take();
        Value done = std::move(frames_.back().value);
        frames_.pop_back();
        place(std::move(done));
        return true;
    }

    void place(Value v) {
        if (frames_.empty())
            root_ = std::move(v);
        else if (frames_.back().value.kind == Kind::array)
            frames_.back().value.items.push_back(std::move(v));
        else
            frames_.back().value.members.back().second = std::move(v);
    }

    // Once per object and by sorting: a look at every earlier key for each key would let a small text take minutes.
    bool keys_differ() {
        const Frame& frame = frames_.back();
        const auto& members = frame.value.members;
        std::vector<std::uint32_t> order(members.size());
        std::iota(order.begin(), order.end(), 0u);
        std::sort(order.begin(), order.end(), [&](std::uint32_t a, std::uint32_t b) {
            const int c = members[a].first.compare(members[b].first);
            return c != 0 ? c < 0 : a < b;
        });
        std::optional<std::uint32_t> again;
        for (std::size_t i = 1; i < order.size(); ++i)
            if (members[order[i - 1]].first == members[order[i]].first && (!again || order[i] < *again))
                again = order[i];
        if (!again) return true;
        return fail(Code::json_duplicate_key, frame.key_places[*again],
                    "the key " + shown(members[*again].first) + " stands twice in one object");
    }

    std::string_view text_;
    const Options& options_;
    Cursor cursor_;
    std::vector<Frame> frames_;
    Value root_;
    std::optional<Error> error_;
};

}  // namespace

Result<Value> parse(std::string_view text, const Options& options) {
    const std::size_t limit = std::min<std::size_t>(options.max_bytes, std::numeric_limits<std::uint32_t>::max() - 1);
    if (text.size() > limit) {
        const std::string from = options.source.empty() ? "the text" : std::string(options.source);
        return {Code::json_too_large, from + " has " + std::to_string(text.size()) + " bytes, at most " +
                                          std::to_string(limit) + " are read"};
    }
    Builder builder(text, options);
    // nlohmann takes a NUL byte for the end of the text and would not look at what comes behind it.
    const std::size_t nul = text.find('\0'), wrong = find_bad_utf8(text);
    if (nul < wrong)
        builder.fail(Code::json_syntax, builder.place_of(nul), "a NUL byte");
    else if (wrong != npos)
        builder.fail(Code::json_syntax, builder.place_of(wrong), "the bytes are not UTF-8");
    else
        try {
            const bool parsed = nlohmann::json::sax_parse(text.begin(), text.end(), &builder,
                                                          nlohmann::json::input_format_t::json, true, options.comments);
            return std::move(builder).result(parsed);
        } catch (const std::exception&) {  // memory; the parser itself reports through parse_error()
            return {Code::internal, "there is not enough memory to read JSON"};
        }
    return std::move(builder).result(false);
}

}  // namespace assay::json
