#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <regex>
#include <set>

#include "base/json.hpp"
#include "tests/support/catch.hpp"

using namespace assay;

namespace {

std::string read(const std::filesystem::path& path) {
    std::ifstream in(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

// Two files repeat a key. RFC 8259 leaves that to the reader; here it is an error (docs/json.md).
const std::set<std::string> kRepeatedKeys = {"y_object_duplicated_key", "y_object_duplicated_key_and_value"};

const std::map<std::string, std::string> kDecided = {
    {"i_number_double_huge_neg_exp", "accepted"},
    {"i_number_huge_exp", "json_number_range"},
    {"i_number_neg_int_huge_exp", "json_number_range"},
    {"i_number_pos_double_huge_exp", "json_number_range"},
    {"i_number_real_neg_overflow", "json_number_range"},
    {"i_number_real_pos_overflow", "json_number_range"},
    {"i_number_real_underflow", "accepted"},
    {"i_number_too_big_neg_int", "accepted"},
    {"i_number_too_big_pos_int", "accepted"},
    {"i_number_very_big_negative_int", "accepted"},
    {"i_object_key_lone_2nd_surrogate", "json_syntax"},
    {"i_string_1st_surrogate_but_2nd_missing", "json_syntax"},
    {"i_string_1st_valid_surrogate_2nd_invalid", "json_syntax"},
    {"i_string_UTF-16LE_with_BOM", "json_syntax"},
    {"i_string_UTF-8_invalid_sequence", "json_syntax"},
    {"i_string_UTF8_surrogate_U+D800", "json_syntax"},
    {"i_string_incomplete_surrogate_and_escape_valid", "json_syntax"},
    {"i_string_incomplete_surrogate_pair", "json_syntax"},
    {"i_string_incomplete_surrogates_escape_valid", "json_syntax"},
    {"i_string_invalid_lonely_surrogate", "json_syntax"},
    {"i_string_invalid_surrogate", "json_syntax"},
    {"i_string_invalid_utf-8", "json_syntax"},
    {"i_string_inverted_surrogates_U+1D11E", "json_syntax"},
    {"i_string_iso_latin_1", "json_syntax"},
    {"i_string_lone_second_surrogate", "json_syntax"},
    {"i_string_lone_utf8_continuation_byte", "json_syntax"},
    {"i_string_not_in_unicode_range", "json_syntax"},
    {"i_string_overlong_sequence_2_bytes", "json_syntax"},
    {"i_string_overlong_sequence_6_bytes", "json_syntax"},
    {"i_string_overlong_sequence_6_bytes_null", "json_syntax"},
    {"i_string_truncated-utf-8", "json_syntax"},
    {"i_string_utf16BE_no_BOM", "json_syntax"},
    {"i_string_utf16LE_no_BOM", "json_syntax"},
    {"i_structure_500_nested_arrays", "json_too_deep"},
    {"i_structure_UTF-8_BOM_empty_object", "accepted"},
};

}  // namespace

TEST_CASE("JSONTestSuite: y_ is accepted, n_ is refused, i_ is as decided") {
    const std::filesystem::path folder = std::filesystem::path(ASSAY_SHARED_DIR) / "vectors/json/test_parsing";
    if (!std::filesystem::exists(folder)) {
        WARN("skipped: there is no " << folder);
        return;
    }
    std::map<char, int> seen;
    for (const auto& entry : std::filesystem::directory_iterator(folder)) {
        const std::string name = entry.path().stem().string();
        const auto r = json::parse(read(entry.path()));
        const std::string outcome = r.ok() ? "accepted" : std::string(r.error().word());
        INFO(name << ": " << (r.ok() ? outcome : r.error().message));
        ++seen[name[0]];
        if (kRepeatedKeys.contains(name)) {
            CHECK(outcome == "json_duplicate_key");
        } else if (name[0] == 'y') {
            CHECK(r.ok());
        } else if (name[0] == 'n') {
            CHECK_FALSE(r.ok());
        } else {
            REQUIRE(kDecided.contains(name));
            CHECK(outcome == kDecided.at(name));
        }
    }
    CHECK(seen['y'] == 95);
    CHECK(seen['n'] == 188);
    CHECK(static_cast<std::size_t>(seen['i']) == kDecided.size());
}

TEST_CASE("docs/json.md decides every open file as the program does") {
    const std::string page = read(std::filesystem::path(ASSAY_SOURCE_DIR) / "docs/json.md");
    const std::regex row("\\| `(i_[^`]+)` \\| `?([a-z_]+)`? \\|");
    std::map<std::string, std::string> written;
    for (std::sregex_iterator i(page.begin(), page.end(), row), end; i != end; ++i) written[(*i)[1]] = (*i)[2];
    CHECK((written == kDecided));
    CHECK(written.size() == kDecided.size());
    for (const auto& name : kRepeatedKeys) CHECK(page.find("`" + name + ".json`") != std::string::npos);
}
