#include "base/hex.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/random.hpp"

using namespace assay;

TEST_CASE("bytes of every length go to hex and back") {
    test::Random random;
    INFO("seed " << test::seed());
    for (std::size_t n = 0; n < 300; ++n) {
        const Bytes raw = random.bytes(n);
        const std::string text = to_hex(raw);
        REQUIRE(text.size() == 2 * n);
        const auto back = from_hex(text);
        REQUIRE(back.ok());
        REQUIRE(*back == raw);
    }
    CHECK(to_hex(Bytes{0x00, 0x0f, 0xf0, 0xab}) == "000ff0ab");
}

TEST_CASE("hex has one form: lower case, an even count, no prefix, and the error says where") {
    for (const char* text : {"0", "abc", "AB", "aB", "0x00", "g0", " 00", "0 ", "00\n"}) {
        INFO(text);
        const auto r = from_hex(text);
        REQUIRE_FALSE(r.ok());
        CHECK(r.error().code == Code::bad_hex);
    }
    // each byte value that is no digit, at each place
    for (int c = 0; c < 256; ++c) {
        const bool digit = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
        for (std::size_t at = 0; at < 4; ++at) {
            std::string text = "0123";
            text[at] = static_cast<char>(c);
            const auto r = from_hex(text);
            REQUIRE(r.ok() == digit);
            if (!digit) REQUIRE(r.error().message.find("position " + std::to_string(at)) != std::string::npos);
        }
    }
}

TEST_CASE("a hash in hex has exactly 64 digits") {
    const std::string digits(64, 'a');
    CHECK(fixed_from_hex<Hash>(digits).ok());
    CHECK(fixed_from_hex<Hash>(digits.substr(2)).error().code == Code::bad_hex);
    CHECK(fixed_from_hex<Hash>(digits + "aa").error().message.find("64") != std::string::npos);
    CHECK(fixed_from_hex<Hash>("").error().code == Code::bad_hex);
}
