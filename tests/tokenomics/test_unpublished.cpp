// Numbers that nobody has published: named all at once, and never read past.
#include "tokenomics/unpublished.hpp"

#include "tests/tokenomics/model.hpp"

namespace assay::tokenomics {
namespace {

json::Value parsed(std::string_view text) {
    auto v = json::parse(text, {.comments = true});
    if (!v) FAIL(v.error().message);
    return *v;
}

TEST_CASE("numbers that are not published are found wherever they stand, in the order of the text") {
    const auto v = parsed(R"({"a": {"unpublished": "one"}, "_b": {"unpublished": "a comment"},
        "list": [1, {"x": {"unpublished": "two"}}, {"unpublished": "three"}], "c": {"d": 5}})");
    const auto all = unpublished(v, "top");
    REQUIRE(all.size() == 3);
    CHECK(all[0].path == "top.a");
    CHECK(all[0].known == "one");
    CHECK(all[1].path == "top.list[1].x");
    CHECK(all[2].path == "top.list[2]");
    const Status s = check_published(v);
    REQUIRE_FALSE(s.ok());
    CHECK(s.error().code == Code::number_unpublished);
    CHECK(s.error().message == "3 numbers are not published: a (one); list[1].x (two); list[2] (three)");
    CHECK(unpublished(without_unpublished(v)).empty());
    CHECK(without_unpublished(v).find("c")->find("d")->text == "5");
    CHECK(check_published(*v.find("c")).ok());
    CHECK(check_published(parsed(R"({"a": {"unpublished": "one"}})")).error().message ==
          "a number is not published: a (one)");
}

TEST_CASE("only an object of that one member with a text is such a number") {
    for (const char* text : {R"({"unpublished": 5})", R"({"unpublished": "x", "more": 1})", R"({"Unpublished": "x"})",
                             R"("unpublished")", "{}", "[]", "null"})
        CHECK_FALSE(is_unpublished(parsed(text)));
    CHECK(is_unpublished(parsed(R"({"unpublished": ""})")));
}

TEST_CASE("parameters that are not published are an error of theirs, not of a type") {
    const auto p = params_from_json(
        parsed(R"({"token": {"cap": {"unpublished": "no cap is"}}, "stake": {"unit": {"unpublished": "nor this"}}})"),
        "params");
    REQUIRE_FALSE(p.ok());
    CHECK(p.error().code == Code::number_unpublished);
    CHECK(p.error().message.find("params.token.cap (no cap is)") != std::string::npos);
    CHECK(p.error().message.find("params.stake.unit (nor this)") != std::string::npos);
}

TEST_CASE("the five networks without numbers name what is missing, and each asks for its cap, supply and stake") {
    for (const char* name : {"hyperbolic", "neurolov", "argentum", "neuromesh", "yotta"}) {
        INFO(name);
        REQUIRE(preset_text(name).has_value());
        const auto root = parsed(*preset_text(name));
        std::vector<std::string> paths;
        for (const auto& u : unpublished(root)) {
            paths.push_back(u.path);
            CHECK(u.known.size() > 10);
        }
        for (const char* path :
             {"params.token.cap", "params.emission.total", "params.stake.unit", "accounts[0].amount"})
            CHECK(std::find(paths.begin(), paths.end(), path) != paths.end());
        CHECK(params_from_json(*root.find("params"), "params").error().code == Code::number_unpublished);
    }
}

}  // namespace
}  // namespace assay::tokenomics
