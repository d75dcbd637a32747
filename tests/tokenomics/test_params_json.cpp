#include "tests/tokenomics/walk.hpp"

namespace assay::tokenomics {
namespace {

using namespace test;

Result<Params> read(const std::string& text) {
    const auto v = json::parse(text);
    INFO(text << (v ? "" : v.error().message));
    REQUIRE(v.ok());
    return params_from_json(*v, "params");
}

void check_refused(const std::string& text, Code code, const std::vector<std::string>& words) {
    const auto p = read(text);
    INFO(text);
    REQUIRE_FALSE(p.ok());
    INFO(p.error().message);
    CHECK(p.error().code == code);
    for (const auto& w : words) {
        INFO("looking for " << w);
        CHECK(p.error().message.find(w) != std::string::npos);
    }
}

TEST_CASE("parameters written as JSON read back to the same bytes, at every value of every field") {
    const std::uint64_t seed = assay::test::seed();
    Random r(seed);
    for (int round = 0; round < assay::test::rounds(300); ++round) {
        INFO("seed " << seed << ", round " << round);
        Params p = devnet();
        p.emission.steps.resize(r.below(4));
        each_leaf(p, [&](const std::string&, const auto& f, auto& member) { randomize(r, f, member); });
        const auto back = read(params_to_json(p));
        INFO((back ? "" : back.error().message));
        REQUIRE(back.ok());
        REQUIRE(borsh::encode(*back) == borsh::encode(p));
        REQUIRE(params_to_json(*back) == params_to_json(p));
    }
}

TEST_CASE("a field that is missing keeps its default") {
    const Params defaults;
    const auto p = read("{\"epoch\":{\"blocks\":77}}");
    REQUIRE(p.ok());
    CHECK(p->epoch.blocks == 77);
    CHECK(p->work.samples == defaults.work.samples);
    CHECK(borsh::encode(*read("{}")) == borsh::encode(defaults));
}

TEST_CASE("an unknown key is refused with the name that was meant") {
    check_refused(R"({"emision":{}})", Code::json_unknown_key, {"emision", "emission"});
    check_refused(R"({"token":{"decimal":6}})", Code::json_unknown_key, {"params.token", "decimals"});
    check_refused(R"({"classes":[{"name":"a"},{"wieght":1}]})", Code::json_unknown_key, {"classes[1]", "weight"});
    CHECK(read(R"({"_emission":"a comment","token":{"_cap":"another"}})").ok());
}

TEST_CASE("every field out of the range of its description is refused with its path and both ends of the range") {
    int checked = 0;
    const Params base = devnet();
    each_leaf(base, [&](const std::string& path, const auto& f, const auto&) {
        for (const u128 value : outside(f)) {
            Params p = base;
            if (!set_leaf(p, path, value)) continue;
            INFO(path << " = " << to_digits(value));
            const auto got = read(params_to_json(p));
            REQUIRE_FALSE(got.ok());
            INFO(got.error().message);
            CHECK((got.error().code == Code::field_out_of_range || got.error().code == Code::json_number_range));
            CHECK(got.error().message.find("params." + path) != std::string::npos);
            CHECK(got.error().message.find(std::to_string(f.min) + " to " + std::to_string(f.max)) !=
                  std::string::npos);
            ++checked;
        }
    });
    CHECK(checked > 80);
}

TEST_CASE("a field of the wrong type is refused with its path") {
    check_refused(R"({"epoch":{"blocks":"many"}})", Code::json_type, {"params.epoch.blocks"});
    check_refused(R"({"epoch":7})", Code::json_type, {"params.epoch"});
    check_refused(R"({"classes":{}})", Code::json_type, {"params.classes"});
    check_refused(R"({"token":{"denom":5}})", Code::json_type, {"params.token.denom"});
    check_refused(R"({"token":{"decimals":300}})", Code::json_number_range, {"params.token.decimals", "0 to 24"});
    check_refused(R"({"emission":{"kind":"halfing"}})", Code::field_out_of_range,
                  {"params.emission.kind", "halfing", "none, step_table, geometric, halving"});
    check_refused(R"({"emission":{"kind":2}})", Code::json_type, {"params.emission.kind"});
    check_refused(R"({"epoch":{"blocks":-20}})", Code::json_number_range, {"params.epoch.blocks"});
    check_refused(R"({"classes":[]})", Code::field_out_of_range, {"params.classes", "1 to 256"});
    check_refused("[]", Code::json_type, {"params"});
}

TEST_CASE("amounts are tokens with their name, or base units; nothing is rounded") {
    const auto cap = [](const std::string& literal) {
        return read("{\"token\":{\"decimals\":6,\"cap\":" + literal + "}}");
    };
    CHECK(cap("\"12.5 ASY\"")->token.cap.units == 12'500'000);
    CHECK(cap("\"0.000001 ASY\"")->token.cap.units == 1);
    CHECK(cap("\"12500000\"")->token.cap.units == 12'500'000);
    CHECK(cap("12500000")->token.cap.units == 12'500'000);
    CHECK(cap("\"340282366920938463463374607431768211455\"")->token.cap.units == kMax);
    for (const char* wrong : {"\"0.0000001 ASY\"", "\"1.5\"", "\"12.5 AKT\"", "\"-1 ASY\"", "\"1e3 ASY\"", "\"01 ASY\"",
                              "\" 1 ASY\"", "\"1. ASY\"", "\".5 ASY\"", "\"\"", "\"1 ASY \"", "\"1  ASY\"",
                              "\"340282366920938463463374607431768211456\""}) {
        INFO(wrong);
        const auto p = cap(wrong);
        REQUIRE_FALSE(p.ok());
        INFO(p.error().message);
        CHECK(p.error().message.find("params.token.cap") != std::string::npos);
    }
    const auto fine = cap("\"0.0000001 ASY\"");
    CHECK(fine.error().code == Code::bad_amount);
    CHECK(fine.error().message.find("7 decimals") != std::string::npos);
    CHECK(fine.error().message.find("6") != std::string::npos);
    CHECK(cap("9007199254740992").ok());
    CHECK_FALSE(cap("9007199254740993").ok());  // beyond 2^53 other programs round
    CHECK_FALSE(cap("1.5").ok());
}

TEST_CASE("amounts stand in the token's own name and decimals wherever the token stands in the file") {
    const auto p =
        read(R"({"stake":{"unit":"1.000000000000000000000001 NEAR"},"token":{"decimals":24,"denom":"NEAR"}})");
    REQUIRE(p.ok());
    CHECK(big(p->stake.unit) == boost::multiprecision::pow(Big{10}, 24) + 1);
    CHECK(read(R"({"token":{"decimals":0},"stake":{"unit":"3 ASY"}})")->stake.unit.units == 3);
    CHECK_FALSE(read(R"({"token":{"decimals":0},"stake":{"unit":"3.0 ASY"}})").ok());
}

TEST_CASE("a fraction is floored to 128 bits exactly, and every one of the 2^128 reads back") {
    const std::uint64_t seed = assay::test::seed();
    Random r(seed);
    for (int round = 0; round < 3000; ++round) {
        INFO("seed " << seed << ", round " << round);
        const std::size_t digits = 1 + r.below(39);
        std::string text = "0.";
        for (std::size_t i = 0; i < digits; ++i) text.push_back(static_cast<char>('0' + r.below(10)));
        INFO(text);
        const auto q = fraction_q128(text);
        REQUIRE(q.ok());
        const Big numerator(text.substr(2).find_first_not_of('0') == std::string::npos
                                ? std::string("0")
                                : text.substr(2 + text.substr(2).find_first_not_of('0')));
        REQUIRE(big(*q) == (numerator << 128) / boost::multiprecision::pow(Big{10}, static_cast<unsigned>(digits)));
        REQUIRE(*fraction_q128(format_q128(*q)) == *q);
        REQUIRE(format_q128(*q).size() <= text.size());
        const u128 any = awkward(r);
        REQUIRE(*fraction_q128(format_q128(any)) == any);
    }
    CHECK(format_q128(u128{1} << 127) == "0.5");
    CHECK(format_q128(*fraction_q128("0.0000138869523959793")) == "0.0000138869523959793");
    CHECK(format_q128(0) == "0");
    CHECK(*fraction_q128(format_q128(kMax)) == kMax);
    CHECK(*fraction_q128(format_q128(1)) == 1);
    for (const char* wrong : {"", "1", "0.", ".5", "1.5", "-0.5", "0.5 ", "0.5e1", "00.5", "0,5",
                              "0.1234567890123456789012345678901234567890"}) {
        INFO(wrong);
        CHECK_FALSE(fraction_q128(wrong).ok());
    }
}

TEST_CASE("the list of parameters names every field once, with its range, as files name them") {
    const Params p = devnet();
    const auto rows = list_params(p);
    std::size_t leaves = 0;
    each_leaf(p, [&](const std::string& path, const auto& f, const auto&) {
        REQUIRE(leaves < rows.size());
        std::string named = path;  // classes go by their names
        for (std::size_t i = 0; i < p.classes.size(); ++i)
            if (const std::string at = "classes[" + std::to_string(i) + "]."; named.starts_with(at))
                named = "classes." + p.classes[i].name + "." + named.substr(at.size());
        CHECK(rows[leaves].path == named);
        CHECK(rows[leaves].min == f.min);
        CHECK(rows[leaves].max == f.max);
        ++leaves;
    });
    CHECK(rows.size() == leaves);
}

}  // namespace
}  // namespace assay::tokenomics
