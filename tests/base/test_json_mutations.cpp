// Damaged texts, and nlohmann's own tree as the second opinion: the door accepts nothing that it refuses, refuses
// nothing that it accepts but for the rules of docs/json.md, and reads the same values at the right places.
#include <nlohmann/json.hpp>

#include "base/json.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/random.hpp"

using namespace assay;
using Other = nlohmann::json;

namespace {

const std::vector<std::string> kTexts = {
    R"({"jsonrpc":"2.0","id":7,"method":"account","params":{"address":"assay1qqq","deep":[[[1]],{"a":null}]}})",
    R"([0,-1,2.5,-3e+7,1E-2,"é\u00e9\ud83d\ude00",true,false,null,[],{},""])",
    "{\n  // cap\n  \"cap\": \"21000000\", /* two\n lines */\n  \"list\": [1,\r\n\t2, {\"k\" : \"v\\\\\\\"\"}]\n}\n",
    "\xef\xbb\xbf{\"bom\": [\"\xf0\x9f\x98\x80\", 18446744073709551616, 1e308]}",
    R"({"a":{"b":{"c":{"d":[{"e":1},{"e":2}]}}},"f":"\b\f\n\r\t\/"})",
};
const std::vector<std::string> kPieces = {
    "{",  "}",     "[",      "]",        ",",    ":",    "\"",           "\\",      "\\u0061", "//",
    "/*", "*/",    "\n",     "\r",       " ",    "null", "true",         "1",       "-",       "e5",
    ".0", "1e999", "\"a\":", "\"a\":1,", "\xc3", "\xa9", "\xed\xa0\x80", "\\ud800", "[[[[[[",  "\x7f"};

std::string damaged(test::Random& random) {
    std::string text = kTexts[random.below(kTexts.size())];
    for (std::size_t n = random.below(5); n > 0; --n) {
        const std::size_t at = random.below(text.size() + 1);
        switch (random.below(8)) {
            case 0:
                if (at < text.size()) text[at] = static_cast<char>(random.u64());
                break;
            case 1:
                text.insert(at, kPieces[random.below(kPieces.size())]);
                break;
            case 2:
                text.erase(at, random.below(4));
                break;
            case 3:
                text.resize(at);
                break;
            case 4:  // a part of another text
            {
                const std::string& from = kTexts[random.below(kTexts.size())];
                text.insert(at, from.substr(random.below(from.size()), random.below(30)));
                break;
            }
            case 5:  // one more member, or the same again
                if (const std::size_t open = text.find('{', at); open != std::string::npos)
                    text.insert(open + 1, "\"" + std::string(1, static_cast<char>('a' + random.below(3))) + "\":0,");
                break;
            case 6:  // deeper
                text = (random.below(2) == 0 ? "[" : "{\"a\":[") + text + "]";
                if (text[0] == '{') text += "}";
                break;
            default:  // a part of itself
                text.insert(at, text.substr(random.below(text.size() + 1), random.below(20)));
        }
    }
    return text;
}

// The byte that line and column name, counted independently of the parser.
std::size_t offset_of(const std::string& text, json::Position at) {
    std::size_t i = text.rfind("\xef\xbb\xbf", 0) == 0 ? 3 : 0;
    for (std::uint32_t line = 1; line < at.line; ++line) i = text.find('\n', i) + 1;
    for (std::uint32_t column = 1; column < at.column; ++column) do
            ++i;
        while (i < text.size() && (static_cast<unsigned char>(text[i]) & 0xc0) == 0x80);
    return i;
}

bool same(const std::string& text, const json::Value& ours, const Other& theirs) {
    const std::size_t at = offset_of(text, ours.at);
    if (at >= text.size()) return false;
    switch (ours.kind) {
        case json::Kind::null:
            return theirs.is_null() && text.compare(at, 4, "null") == 0;
        case json::Kind::boolean:
            return theirs == Other(ours.boolean) && text.compare(at, 1, ours.boolean ? "t" : "f") == 0;
        case json::Kind::number:
            return theirs.is_number() && text.compare(at, ours.text.size(), ours.text) == 0 &&
                   Other::parse(ours.text) == theirs;
        case json::Kind::string:
            return theirs.is_string() && text[at] == '"' && theirs.get_ref<const std::string&>() == ours.text;
        case json::Kind::array: {
            if (!theirs.is_array() || text[at] != '[' || theirs.size() != ours.items.size()) return false;
            for (std::size_t i = 0; i < ours.items.size(); ++i)
                if (!same(text, ours.items[i], theirs[i])) return false;
            return true;
        }
        case json::Kind::object: {
            if (!theirs.is_object() || text[at] != '{' || theirs.size() != ours.members.size()) return false;
            for (const auto& [key, v] : ours.members)
                if (!theirs.contains(key) || !same(text, v, theirs.at(key))) return false;
            return true;
        }
    }
    return false;
}

}  // namespace

TEST_CASE("damaged JSON is refused with a word and a place, or read as the other library reads it") {
    test::Random random;
    INFO("seed " << test::seed());
    std::map<std::string, int> outcomes;
    for (int i = 0; i < test::rounds(120'000); ++i) {
        const std::string text = damaged(random);
        const bool comments = random.below(2) == 1;
        const auto ours = json::parse(text, {.comments = comments, .max_depth = 7});
        INFO(text);
        const Other theirs = Other::parse(text, nullptr, false, comments);
        ++outcomes[ours.ok() ? "accepted" : std::string(ours.error().word())];
        if (ours.ok()) {
            REQUIRE_FALSE(theirs.is_discarded());
            REQUIRE(same(text, *ours, theirs));
            continue;
        }
        REQUIRE(ours.error().message.rfind("line ", 0) == 0);
        REQUIRE(ours.error().message.size() < 300);
        if (theirs.is_discarded()) continue;
        // What only the door refuses: equal keys, depth, and bytes that the other library does not look at.
        const Code code = ours.error().code;
        const bool bytes = ours.error().message.find("UTF-8") != std::string::npos ||
                           ours.error().message.find("NUL") != std::string::npos;
        REQUIRE(
            (code == Code::json_duplicate_key || code == Code::json_too_deep || (code == Code::json_syntax && bytes)));
    }
    for (const char* word : {"accepted", "json_syntax", "json_duplicate_key", "json_too_deep", "json_number_range"}) {
        INFO(word);
        CHECK(outcomes[word] > test::rounds(20));
    }
}
