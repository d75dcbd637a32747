#include "base/result.hpp"

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "tests/support/catch.hpp"

using namespace assay;

namespace {

Result<int> half(int n) {
    if (n % 2 != 0) return {Code::field_out_of_range, "odd"};
    return n / 2;
}
Result<int> quarter(int n) {
    ASSAY_TRY(const int h, half(n));
    ASSAY_TRY(int q, half(h));
    return q;
}
Status even(int n) {
    ASSAY_TRY_VOID(half(n));
    return {};
}
Status both_even(int a, int b) {
    ASSAY_TRY_VOID(even(a));
    ASSAY_TRY_VOID(even(b));
    return {};
}
Result<std::unique_ptr<int>> boxed(int n) {
    ASSAY_TRY(auto h, half(n));
    return std::make_unique<int>(h);
}

}  // namespace

TEST_CASE("a result holds a value or an error, and TRY hands the first error up unchanged") {
    CHECK(*quarter(12) == 3);
    CHECK(quarter(12).ok());
    CHECK_FALSE(quarter(6).ok());
    CHECK(quarter(6).error().code == Code::field_out_of_range);
    CHECK(quarter(5).error().message == "odd");
    CHECK(both_even(2, 4).ok());
    CHECK_FALSE(both_even(2, 3).ok());
    CHECK(both_even(1, 4).error().word() == "field_out_of_range");
}

TEST_CASE("a result of something that cannot be copied is moved through TRY") {
    const auto twice = [](int n) -> Result<std::unique_ptr<int>> {
        ASSAY_TRY(std::unique_ptr<int> p, boxed(n));
        *p *= 2;
        return p;
    };
    auto out = twice(8);
    REQUIRE(out.ok());
    CHECK(**out == 8);
    CHECK_FALSE(twice(7).ok());
}

TEST_CASE("results are copied, moved and given each other's place, whichever they hold") {
    using Text = Result<std::string>;
    const std::string longer(100, 'x');
    const Text good = longer, bad = {Code::overflow, longer + "!"};
    for (const Text& from : {good, bad})
        for (const Text& to : {good, bad}) {
            Text copy = to;
            copy = from;
            CHECK(copy.ok() == from.ok());
            CHECK((copy.ok() ? *copy : copy.error().message) == (from.ok() ? *from : from.error().message));
            Text moved = std::move(copy);
            copy = to;
            CHECK(copy.ok() == to.ok());
            copy = std::move(moved);
            CHECK(copy.ok() == from.ok());
            CHECK((copy.ok() ? *copy : copy.error().message) == (from.ok() ? *from : from.error().message));
            const Text& itself = copy;
            copy = itself;
            CHECK(copy.ok() == from.ok());
        }
    std::vector<Text> many(3, good);
    many.insert(many.begin(), bad);
    many.erase(many.begin() + 1);
    CHECK(many.front().error().message == longer + "!");
    CHECK(*many.back() == longer);
    Result<std::unique_ptr<int>> box = boxed(4);
    box = boxed(3);
    CHECK_FALSE(box.ok());
    box = boxed(6);
    CHECK(**box == 3);
    Status s{Code::overflow, longer};
    s = Status{};
    CHECK(s.ok());
    s = Status{Error{Code::internal, longer}};
    CHECK(s.error().message == longer);
}

TEST_CASE("every word of an error is unique, in snake case, and every number is one of JSON-RPC's or of ours") {
    std::vector<std::string> words;
#define ASSAY_CODE_LIST(word, number)             \
    words.push_back(#word);                       \
    CHECK(code_word(Code::word) == #word);        \
    CHECK(code_rpc_number(Code::word) == number); \
    CHECK((number == 0 || (number <= -32001 && number >= -32099) || (number <= -32600 && number >= -32768)));
    ASSAY_CODES(ASSAY_CODE_LIST)
#undef ASSAY_CODE_LIST
    for (const std::string& w : words) {
        INFO(w);
        CHECK(std::all_of(w.begin(), w.end(), [](char c) { return (c >= 'a' && c <= 'z') || c == '_'; }));
    }
    const std::size_t count = words.size();
    std::sort(words.begin(), words.end());
    words.erase(std::unique(words.begin(), words.end()), words.end());
    CHECK(words.size() == count);
    CHECK(count > 100);
    CHECK(code_word(static_cast<Code>(60'000)) == "internal");
    CHECK(code_rpc_number(static_cast<Code>(60'000)) == -32603);
}
