#include "base/base64.hpp"
#include "tests/support/catch.hpp"

using namespace assay;

TEST_CASE("base64 gives RFC 4648's vectors, both ways") {
    const std::pair<std::string, std::string> vectors[] = {{"", ""},
                                                           {"f", "Zg=="},
                                                           {"fo", "Zm8="},
                                                           {"foo", "Zm9v"},
                                                           {"foob", "Zm9vYg=="},
                                                           {"fooba", "Zm9vYmE="},
                                                           {"foobar", "Zm9vYmFy"}};
    for (const auto& [plain, coded] : vectors) {
        CHECK(to_base64(as_bytes(plain)) == coded);
        const auto back = from_base64(coded);
        REQUIRE(back.ok());
        CHECK(as_text(*back) == plain);
    }
}

TEST_CASE("base64 has one valid form") {
    for (const char* bad : {"Zg", "Zg=", "Zh==", "Zm9=", "Zm9v=", "Z===", "====", "Zg==Zg==", "Zm 9", "Zm-v"})
        CHECK_FALSE(from_base64(bad).ok());
}
