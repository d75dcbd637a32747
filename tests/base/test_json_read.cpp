#include "base/json.hpp"
#include "tests/support/catch.hpp"

using namespace assay;

namespace {

json::Value value(std::string_view text) {
    auto r = json::parse(text);
    REQUIRE(r.ok());
    return *r;
}

template <class T>
Code code_of(const Result<T>& r) {
    return r.ok() ? Code::ok : r.error().code;
}

}  // namespace

TEST_CASE("a whole number is digits, in its range, and beyond 2^53 in a string") {
    CHECK(*json::as_u64(value("0"), "n") == 0);
    CHECK(*json::as_u64(value("9007199254740992"), "n") == 9007199254740992);
    CHECK(*json::as_u64(value("\"18446744073709551615\""), "n") == ~std::uint64_t{0});
    CHECK(*json::as_u64(value("\"7\""), "n") == 7);
    const struct {
        const char* text;
        Code code;
    } wrong[] = {
        {"9007199254740993", Code::json_number_range},
        {"18446744073709551616", Code::json_number_range},
        {"\"18446744073709551616\"", Code::json_number_range},
        {"\"340282366920938463463374607431768211456\"", Code::json_number_range},
        {"-1", Code::json_number_range},
        {"-0", Code::json_number_range},
        {"-99999999999999999999", Code::json_number_range},
        {"1.0", Code::json_type},
        {"1e3", Code::json_type},
        {"-1.5", Code::json_type},
        {"\"\"", Code::json_type},
        {"\"-1\"", Code::json_type},
        {"\"+1\"", Code::json_type},
        {"\"01\"", Code::json_type},
        {"\" 1\"", Code::json_type},
        {"\"1.5\"", Code::json_type},
        {"\"0x10\"", Code::json_type},
        {"\"1\\u0000\"", Code::json_type},
        {"null", Code::json_type},
        {"true", Code::json_type},
        {"[1]", Code::json_type},
        {"{}", Code::json_type},
    };
    for (const auto& w : wrong) {
        INFO(w.text);
        CHECK(code_of(json::as_u64(value(w.text), "n")) == w.code);
    }
}

TEST_CASE("the range of a whole number is part of the reading, with both ends inside") {
    CHECK(json::as_u64(value("1"), "n", 1, 10).ok());
    CHECK(json::as_u64(value("10"), "n", 1, 10).ok());
    CHECK(code_of(json::as_u64(value("0"), "n", 1, 10)) == Code::json_number_range);
    const auto r = json::as_u64(value("\n  11"), "epoch.blocks", 1, 10);
    CHECK(r.error().message == "epoch.blocks is 11, allowed are 1 to 10 (line 2, column 3)");
}

TEST_CASE("amounts are 128 bits wide, and a text that is none is a bad amount") {
    CHECK((*json::as_u128(value("\"340282366920938463463374607431768211455\""), "a") == ~u128{0}));
    CHECK((*json::as_u128(value("5"), "a") == 5));
    CHECK(code_of(json::as_u128(value("\"340282366920938463463374607431768211456\""), "a")) == Code::json_number_range);
    CHECK(code_of(json::as_u128(value("\"12.5\""), "a")) == Code::bad_amount);
    CHECK(code_of(json::as_u128(value("\"-5\""), "a")) == Code::bad_amount);
    CHECK(code_of(json::as_u128(value("\"05\""), "a")) == Code::bad_amount);
    CHECK(code_of(json::as_u128(value("\"\""), "a")) == Code::bad_amount);
    CHECK(code_of(json::as_u128(value("9007199254740993"), "a")) == Code::json_number_range);
    CHECK(code_of(json::as_u128(value("12.5"), "a")) == Code::json_type);
    CHECK(code_of(json::as_u128(value("null"), "a")) == Code::json_type);
}

TEST_CASE("a double is read as it is written, and what does not fit is refused") {
    CHECK(*json::as_double(value("0.5"), "d") == 0.5);
    CHECK(*json::as_double(value("-2e3"), "d") == -2000);
    CHECK(*json::as_double(value("9007199254740993"), "d") == 9007199254740992.0);
    CHECK(code_of(json::as_double(value("1e-400"), "d")) == Code::json_number_range);
    CHECK(code_of(json::as_double(value("\"0.5\""), "d")) == Code::json_type);
}

TEST_CASE("strings and flags are themselves and nothing that could be turned into them") {
    CHECK(*json::as_string(value("\"x\""), "s") == "x");
    CHECK(code_of(json::as_string(value("1"), "s")) == Code::json_type);
    CHECK(*json::as_bool(value("true"), "b"));
    for (const char* text : {"1", "0", "\"true\"", "null"})
        CHECK(code_of(json::as_bool(value(text), "b")) == Code::json_type);
    CHECK(json::as_bool(value("[\n1]").items[0], "flags.on").error().message ==
          "flags.on must be true or false, not a number (line 2, column 1)");
    // built by the program: there is no place to name
    CHECK(json::as_bool(json::Value{}, "on").error().message == "on must be true or false, not null");
}

TEST_CASE("an object names the path of what is missing, wrong, or unknown") {
    const json::Value root =
        value("{\"epoch\":{\"blocks\":20,\"name\":\"x\",\"deep\":{\"on\":1}},\"list\":[1,2,3],\n \"extra\":1}");
    auto top = json::object(root, "");
    REQUIRE(top.ok());
    auto epoch = top->object("epoch");
    REQUIRE(epoch.ok());
    CHECK(*epoch->u64("blocks", 1, 100) == 20);
    CHECK(*epoch->string("name") == "x");
    CHECK(epoch->string("blocks").error().message == "epoch.blocks must be a string, not a number (line 1, column 20)");
    CHECK(epoch->u64("length").error().code == Code::json_missing_key);
    CHECK(epoch->u64("length").error().message == "epoch.length is missing from the object (line 1, column 10)");
    auto deep = epoch->object("deep");
    REQUIRE(deep.ok());
    CHECK(deep->boolean("on").error().message.rfind("epoch.deep.on must be", 0) == 0);
    CHECK(epoch->done().ok());
    CHECK(top->array("list", 3)->size() == 3);
    CHECK(code_of(top->array("list", 2)) == Code::json_too_large);
    CHECK(code_of(top->array("epoch", 2)) == Code::json_type);
    CHECK(code_of(top->object("list")) == Code::json_type);
    CHECK(code_of(top->units("list")) == Code::json_type);
    const auto done = top->done();
    CHECK(done.error().code == Code::json_unknown_key);
    CHECK(done.error().message == "extra is not a known key (line 2, column 10)");
    (void)top->optional("extra");
    CHECK(top->done().ok());
    CHECK(code_of(json::object(value("[]"), "genesis")) == Code::json_type);
    CHECK(json::object(value("[]"), "").error().message.rfind("the value must be an object, not a list", 0) == 0);
}

TEST_CASE("a mistyped key is told its nearest name, and comment keys are let through") {
    const json::Value root = value("{\"epoch_bloks\":1,\"_why\":\"…\",\"//\":\"…\",\"// why\":1}");
    auto top = json::object(root, "params");
    REQUIRE(top.ok());
    (void)top->optional("epoch_blocks");
    (void)top->optional("cap");
    CHECK(top->done().error().message ==
          "params.epoch_bloks is not a known key; did you mean \"epoch_blocks\"? (line 1, column 16)");
    (void)top->optional("epoch_bloks");
    CHECK(top->done().ok());
    const json::Value odd = value("{\"a\\n" + std::string(300, 'b') + "\":1}");
    CHECK(json::object(odd, "")->done().error().message.size() < 150);
}

TEST_CASE("null is a value: an optional key that is null was given") {
    const json::Value root = value("{\"a\":null}");
    auto top = json::object(root, "");
    REQUIRE(top.ok());
    REQUIRE(top->optional("a") != nullptr);
    CHECK(top->optional("a")->is_null());
    CHECK(top->optional("b") == nullptr);
    CHECK(code_of(top->u64("a")) == Code::json_type);
}

TEST_CASE("the nearest name is near, or there is none") {
    const std::vector<std::string> names = {"balance", "burn", "bid", "import", "list", "status", "stake", "unstake"};
    CHECK(json::nearest("balanec", names) == "balance");
    CHECK(json::nearest("imprt", names) == "import");
    CHECK(json::nearest("stats", names) == "status");
    CHECK(json::nearest("STATUS", names) == "status");
    CHECK(json::nearest("stkae", names) == "stake");
    CHECK(json::nearest("unstak", names) == "unstake");
    CHECK(json::nearest("min-bond", {"min_bond", "max_bond"}) == "min_bond");
    CHECK(json::nearest("zebra", names).empty());
    CHECK(json::nearest("", names).empty());
    CHECK(json::nearest("x", {"y", "z"}).empty());
    CHECK(json::nearest("status", {}).empty());
    CHECK(json::nearest(std::string(1'000'000, 's'), names).empty());
    CHECK(json::nearest("abandn", {"abandon", "ability"}) == "abandon");
}
