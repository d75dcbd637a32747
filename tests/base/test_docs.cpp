#include <fstream>
#include <iterator>
#include <map>
#include <regex>

#include "base/codes.hpp"
#include "tests/support/catch.hpp"

using namespace assay;

TEST_CASE("docs/errors.md lists every word of an error once, with its number, exit code and meaning, and no other") {
    std::ifstream in(std::string(ASSAY_SOURCE_DIR) + "/docs/errors.md");
    const std::string page{std::istreambuf_iterator<char>(in), {}};
    REQUIRE_FALSE(page.empty());
    const std::regex row("\\| `([a-z_]+)` \\| (-?[0-9]+) \\| ([0-9]+|1, typed 2) \\| ([^|\n]+) \\|\n");
    std::map<std::string, int> numbers, exits;
    for (std::sregex_iterator i(page.begin(), page.end(), row), end; i != end; ++i) {
        const std::string word = (*i)[1];
        INFO(word);
        CHECK(numbers.emplace(word, std::stoi((*i)[2])).second);
        exits.emplace(word, std::stoi((*i)[3]));  // of "1, typed 2" the first: the wallet's tests look at the other
        CHECK((*i)[4].length() > 10);
    }
    std::size_t count = 0;
#define ASSAY_CODE_ROW(word, number)                     \
    {                                                    \
        INFO(#word);                                     \
        ++count;                                         \
        REQUIRE(numbers.count(#word) == 1);              \
        CHECK(numbers.at(#word) == number);              \
        CHECK(exits.at(#word) == exit_code(Code::word)); \
    }
    ASSAY_CODES(ASSAY_CODE_ROW)
#undef ASSAY_CODE_ROW
    CHECK(numbers.size() == count);
}
