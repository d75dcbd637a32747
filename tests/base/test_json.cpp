#include "base/json.hpp"
#include "tests/support/catch.hpp"

using namespace assay;

namespace {

struct Refusal {
    Code code = Code::ok;
    std::string message;
};
Refusal refusal(std::string_view text, const json::Options& options = {}) {
    const auto r = json::parse(text, options);
    if (r.ok()) return {};
    return {r.error().code, r.error().message};
}

std::string repeated(std::string_view piece, std::size_t n) {
    std::string out;
    out.reserve(piece.size() * n);
    for (std::size_t i = 0; i < n; ++i) out += piece;
    return out;
}

// A whole value with `depth` brackets around a number.
std::string nested(std::string_view open, std::string_view close, std::size_t depth) {
    return repeated(open, depth) + "1" + repeated(close, depth);
}

constexpr json::Options kComments{.comments = true};

}  // namespace

TEST_CASE("values keep their kind, their text, and the order of the file") {
    const auto r = json::parse(R"( {"z":[1,-2.50e+3,"\u00e9\n\ud83d\ude00"],"a":{"t":true,"f":false},"":null} )");
    REQUIRE(r.ok());
    CHECK(r->kind == json::Kind::object);
    REQUIRE(r->members.size() == 3);
    CHECK(r->members[0].first == "z");
    CHECK(r->members[1].first == "a");
    const json::Value& z = *r->find("z");
    REQUIRE(z.items.size() == 3);
    CHECK(z.items[0].text == "1");
    CHECK(z.items[1].text == "-2.50e+3");
    CHECK(z.items[2].text == "é\n😀");
    CHECK(r->find("a")->find("t")->boolean);
    CHECK_FALSE(r->find("a")->find("f")->boolean);
    CHECK(r->find("")->is_null());
    CHECK(r->find("nothing") == nullptr);
    CHECK(json::parse("\"alone\"")->text == "alone");
    CHECK(json::parse("[]")->items.empty());
    CHECK(json::parse("[[],{},[]]")->items.size() == 3);
}

TEST_CASE("a number is kept digit by digit, however large or odd") {
    for (const std::string text :
         {"0", "-0", "1", "-1", "0.10", "1E5", "1e-5", "9007199254740993", "18446744073709551616",
          "-9223372036854775809", "340282366920938463463374607431768211456", "1e-400",
          "0.1000000000000000055511151231257827021181583404541015625"}) {
        INFO(text);
        const auto r = json::parse("[" + text + "]");
        REQUIRE(r.ok());
        CHECK(r->items[0].kind == json::Kind::number);
        CHECK(r->items[0].text == text);
    }
    CHECK(refusal("[1, 1e400]").code == Code::json_number_range);
    CHECK(refusal("[1, 1e400]").message == "line 1, column 5: the number is too large");
    CHECK(refusal("-1" + std::string(400, '0')).code == Code::json_number_range);
    for (const char* text : {"01", "+1", "1.", ".5", "1e", "0x1", "1_0", "NaN", "Infinity", "-", "--1", "1 2"}) {
        INFO(text);
        CHECK(refusal(text).code == Code::json_syntax);
    }
}

TEST_CASE("every value knows its line and column, in characters") {
    const std::string text =
        "{\n"
        "  \"a\" : 12,\n"
        "  \"é😀\": [ true,\n"
        "\t null, \"x\\\"y\\\\\", {\"k\":-1.5}]\r\n"
        ", \"z\":\"\"}\n";
    const auto r = json::parse(text);
    REQUIRE(r.ok());
    const auto at = [](const json::Value& v) { return std::to_string(v.at.line) + ":" + std::to_string(v.at.column); };
    CHECK(at(*r) == "1:1");
    CHECK(at(*r->find("a")) == "2:9");
    const json::Value& list = *r->find("é😀");
    CHECK(at(list) == "3:9");
    CHECK(at(list.items[0]) == "3:11");
    CHECK(at(list.items[1]) == "4:3");
    CHECK(at(list.items[2]) == "4:9");
    CHECK(at(list.items[3]) == "4:19");
    CHECK(at(*list.items[3].find("k")) == "4:24");
    CHECK(at(*r->find("z")) == "5:7");
}

TEST_CASE("places stay right behind comments of both forms") {
    const std::string text =
        "// first, { \"not\": \"read\" }\n"
        "/* a\n * b , : \" */ { /**/ \"a\" /* , */ : // one\r\n"
        " 1 /***/ , \"b\":/*/ */[/**/2,//x\n3]}// end";
    const auto r = json::parse(text, kComments);
    REQUIRE(r.ok());
    CHECK(r->at.line == 3);
    CHECK(r->at.column == 15);
    CHECK(r->find("a")->at.line == 4);
    CHECK(r->find("a")->at.column == 2);
    CHECK(r->find("b")->at.column == 22);
    CHECK(r->find("b")->items[0].at.column == 27);
    CHECK(r->find("b")->items[1].at.line == 5);
    CHECK(r->find("b")->items[1].at.column == 1);
}

TEST_CASE("comments are read where they are allowed and refused by name where they are not") {
    CHECK(json::parse("/* a */ [1, // b\n 2]", kComments)->items.size() == 2);
    CHECK(refusal("[1, // b\n 2]").message == "line 1, column 5: comments are not allowed here");
    CHECK(refusal("/**/1").message == "line 1, column 1: comments are not allowed here");
    CHECK(refusal("[1] /* open", kComments).code == Code::json_syntax);
    CHECK(refusal("[1] / 2", kComments).code == Code::json_syntax);
    CHECK(refusal("// nothing else", kComments).code == Code::json_syntax);
    CHECK(json::parse("[\"/* no comment */\"]", kComments)->items[0].text == "/* no comment */");
}

TEST_CASE("errors say where: the place of what is wrong, and the file when there is one") {
    const struct {
        const char* text;
        const char* place;
    } wrong[] = {
        {"", "line 1, column 1: "},
        {"  ", "line 1, column 3: "},
        {"{\"a\":1,\n \"b\" 2}", "line 2, column 6: "},
        {"[1,\n2,\n]", "line 3, column 1: "},
        {"[1 2]", "line 1, column 4: "},
        {"[1 \"two\"]", "line 1, column 4: "},
        {"[1 true]", "line 1, column 4: "},
        {"[1 null]", "line 1, column 4: "},
        {"[1 false]", "line 1, column 4: "},
        {"[1 {]", "line 1, column 4: "},
        {"{\"a\":1}}", "line 1, column 8: "},
        {"{\"a\":1} x", "line 1, column 9: "},
        {"{a:1}", "line 1, column 2: "},
        {"{1:1}", "line 1, column 2: "},
        {"{\"a\":1,}", "line 1, column 8: "},
        {"\n\n  [\"é\", tru]", "line 3, column 12: "},
        {"[\"a\nb\"]", "line 1, column 4: "},
        {"[\"\\x\"]", "line 1, column 4: "},
        {"[1,\n \"ab\xff\"]", "line 2, column 5: "},
        {"[\"é\",\n \"\xed\xa0\x80\"]", "line 2, column 3: "},
    };
    for (const auto& w : wrong) {
        const Refusal r = refusal(w.text);
        INFO(w.text << " -> " << r.message);
        CHECK(r.code == Code::json_syntax);
        CHECK(r.message.rfind(w.place, 0) == 0);
        CHECK(refusal(w.text, {.source = "a.json"}).message.rfind("a.json:", 0) == 0);
    }
    CHECK(refusal("[1,\n x]", {.source = "dir/a.json"}).message == "dir/a.json:2:2: invalid literal");
}

TEST_CASE("an error never repeats a long input") {
    const std::string text = "[\"" + std::string(500'000, 'a');
    CHECK(refusal(text).message.size() < 200);
    const std::string key(100'000, 'k');
    CHECK(refusal("{\"" + key + "\":1,\"" + key + "\":2}").message.size() < 300);
    CHECK(refusal(std::string(600'000, '1')).message.size() < 200);
    CHECK(json::shown(std::string(100, 'x')).size() < 80);
    CHECK(json::shown("a\nb\x7f") == "\"a?b?\"");
    CHECK(json::shown(std::string(63, 'x') + "é") == "\"" + std::string(63, 'x') + "…\"");  // never half a character
}

TEST_CASE("a key that stands twice is refused at its second place, however it is written") {
    CHECK(refusal("{\"a\":1,\"a\":1}").code == Code::json_duplicate_key);
    CHECK(refusal("{\"a\":1,\n  \"b\":2, \"\\u0061\":3}").message ==
          "line 2, column 10: the key \"a\" stands twice in one object");
    CHECK(refusal("[{\"x\":{\"a\":1,\"a\":2}}]").code == Code::json_duplicate_key);
    CHECK(refusal("{\"\":1,\"\":2}").code == Code::json_duplicate_key);
    CHECK(json::parse("{\"a\":{\"a\":1},\"b\":{\"a\":1}}").ok());
    CHECK(json::parse("{\"a\":1,\"A\":2,\"a \":3}").ok());
    // the first repetition in the order of the file is the one that is named
    CHECK(refusal("{\"z\":1,\"b\":1,\"z\":1,\"b\":1}").message.find("\"z\"") != std::string::npos);
}

TEST_CASE("many keys in one object cost no more than sorting them") {
    // Every key against every other would be 10^10 comparisons here.
    std::string text = "{";
    for (int i = 0; i < 100'000; ++i) text += (i == 0 ? "\"" : ",\"") + std::to_string(i) + "\":0";
    CHECK(json::parse(text + "}", {.max_bytes = 4u << 20}).ok());
    CHECK(refusal(text + ",\"0\":0}", {.max_bytes = 4u << 20}).code == Code::json_duplicate_key);
}

TEST_CASE("depth is bounded while the text is read: a million brackets do not reach the stack") {
    const json::Options large{.max_bytes = 64u << 20};
    for (const bool comments : {false, true}) {
        json::Options o = large;
        o.comments = comments;
        for (const auto& [open, close] :
             {std::pair{"[", "]"}, std::pair{"{\"a\":", "}"}, std::pair{"[{\"a\":", "}]"}}) {
            INFO(open);
            CHECK(refusal(nested(open, close, 1'000'000), o).code == Code::json_too_deep);
            CHECK(refusal(repeated(open, 1'000'000), o).code == Code::json_too_deep);
        }
    }
    CHECK(json::parse(nested("[", "]", 64)).ok());
    CHECK(refusal(nested("[", "]", 65)).message == "line 1, column 65: nested deeper than 64 levels");
    CHECK(json::parse(nested("{\"a\":", "}", 64)).ok());
    CHECK(refusal(nested("{\"a\":", "}", 65)).code == Code::json_too_deep);
    CHECK(json::parse(nested("[", "]", 1000), {.max_depth = 1000}).ok());
    CHECK(refusal(nested("[", "]", 1001), {.max_depth = 1000}).code == Code::json_too_deep);
    CHECK(json::parse("1", {.max_depth = 0}).ok());
    CHECK(refusal("[]", {.max_depth = 0}).code == Code::json_too_deep);
    // depth is nesting, not the number of brackets
    CHECK(json::parse("[" + repeated("[],", 10'000) + "[]]").ok());
}

TEST_CASE("size is bounded before anything is read") {
    CHECK(json::parse("[1]", {.max_bytes = 3}).ok());
    CHECK(refusal("[1]", {.max_bytes = 2}).code == Code::json_too_large);
    CHECK(refusal(std::string((1u << 20) + 1, ' ')).code == Code::json_too_large);
    CHECK(refusal("[1]", {.max_bytes = 2, .source = "big.json"}).message == "big.json has 3 bytes, at most 2 are read");
}

TEST_CASE("a NUL byte is refused anywhere, and so is everything behind the value") {
    for (const std::string& text : {std::string("\0", 1), std::string("1\0", 2), std::string("[1]\0[2]", 7),
                                    std::string("[\"a\0b\"]", 7), std::string("[1\0]", 4)}) {
        CHECK(refusal(text).code == Code::json_syntax);
        CHECK(refusal(text, kComments).message.find("a NUL byte") != std::string::npos);
    }
    CHECK(json::parse("\"\\u0000\"")->text == std::string(1, '\0'));  // as an escape it is a character
    for (const char* text : {"1 1", "[] []", "{}{}", "null,", "[1]]", "true false", "\"a\"\"b\""}) {
        INFO(text);
        CHECK(refusal(text).code == Code::json_syntax);
    }
}

TEST_CASE("a byte order mark at the beginning is skipped, and nowhere else") {
    const auto r = json::parse("\xef\xbb\xbf{\"a\":1}");
    REQUIRE(r.ok());
    CHECK(r->at.column == 1);
    CHECK(r->find("a")->at.column == 6);
    CHECK(refusal("\xef\xbb\xbf").code == Code::json_syntax);
    CHECK(refusal("\xef\xbb\xbf[x]").message.rfind("line 1, column 2: ", 0) == 0);
    CHECK(refusal("\xef\xbb\xbf\xef\xbb\xbf[]").code == Code::json_syntax);
    CHECK(refusal("[]\xef\xbb\xbf").code == Code::json_syntax);
}

TEST_CASE("every well-formed character is read and every ill-formed one refused") {
    // By the definition of UTF-8: encode each code point by hand.
    const auto encoded = [](std::uint32_t c) {
        std::string s;
        const auto put = [&](std::uint32_t b) { s.push_back(static_cast<char>(b)); };
        if (c < 0x80) {
            put(c);
        } else if (c < 0x800) {
            put(0xc0 | c >> 6), put(0x80 | (c & 63));
        } else if (c < 0x10000) {
            put(0xe0 | c >> 12), put(0x80 | (c >> 6 & 63)), put(0x80 | (c & 63));
        } else {
            put(0xf0 | c >> 18), put(0x80 | (c >> 12 & 63)), put(0x80 | (c >> 6 & 63)), put(0x80 | (c & 63));
        }
        return s;
    };
    for (std::uint32_t c = 0x80; c < 0x120000; c += c < 0x3000 || (c > 0xd700 && c < 0xe100) ? 1 : 61) {
        const std::string s = encoded(c);
        const bool valid = c <= 0x10ffff && !(c >= 0xd800 && c <= 0xdfff);
        const auto r = json::parse("\"" + s + "\"");
        REQUIRE(r.ok() == valid);
        if (valid) REQUIRE(r->text == s);
        if (valid) REQUIRE_FALSE(json::parse("\"" + s.substr(0, s.size() - 1) + "\"").ok());  // a part is missing
    }
    for (const char* s : {"\x80", "\xbf", "\xc0\x80", "\xc1\xbf", "\xe0\x80\x80", "\xe0\x9f\xbf", "\xf0\x80\x80\x80",
                          "\xf0\x8f\xbf\xbf", "\xf5\x80\x80\x80", "\xfe", "\xff", "\xc3\x28", "\xe2\x82\x28"}) {
        CHECK(refusal("\"" + std::string(s) + "\"").message == "line 1, column 2: the bytes are not UTF-8");
        CHECK(refusal("// " + std::string(s) + "\n1", kComments).code == Code::json_syntax);  // in comments too
    }
}
