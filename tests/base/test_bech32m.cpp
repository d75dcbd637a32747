#include "base/bech32m.hpp"

#include <algorithm>

#include "base/hex.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/random.hpp"

using namespace assay;

namespace {

constexpr std::string_view kAlphabet = "qpzry9x8gf2tvdw0s3jn54khce6mua7l";

std::string upper(std::string s) {
    for (char& c : s)
        if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
    return s;
}

// Another character of the alphabet.
char other(test::Random& random, char c) {
    char out = c;
    while (out == c) out = kAlphabet[random.below(32)];
    return out;
}

std::string message_of(const std::string& text) {
    const auto r = decode_address("assay", text);
    return r.ok() ? "" : r.error().message;
}

}  // namespace

TEST_CASE("the valid strings of BIP-350 are read, and written again the same") {
    for (const std::string text :
         {"A1LQFN3A", "a1lqfn3a",
          "an83characterlonghumanreadablepartthatcontainsthetheexcludedcharactersbioandnumber11sg7hg6",
          "abcdef1l7aum6echk45nj3s0wdvt2fg8x9yrzpqzd3ryx",
          "split1checkupstagehandshakeupstreamerranterredcaperredlc445v", "?1v759aa"}) {
        INFO(text);
        const auto parts = bech32m_decode(text);
        REQUIRE(parts.ok());
        const std::string again = bech32m_encode(parts->prefix, parts->data);
        CHECK((again == text || upper(again) == text));
    }
    CHECK(to_hex(bech32m_decode("abcdef1l7aum6echk45nj3s0wdvt2fg8x9yrzpqzd3ryx")->data) ==
          "ffbbcdeb38bdab49ca307b9ac5a928398a418820");
}

TEST_CASE("the valid string of BIP-350 whose groups fill no whole bytes has a right checksum and is no byte string") {
    const auto r =
        bech32m_decode("11llllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllludsr8");
    REQUIRE_FALSE(r.ok());
    CHECK(r.error().code == Code::bad_address);
    CHECK(r.error().message == "the last bits of the address must be zero");
}

TEST_CASE("the invalid strings of BIP-350 are refused, and so is the older checksum of BIP-173") {
    for (const std::string text :
         {"\x20"
          "1xj0phk",
          "\x7f"
          "1g6xzxy",
          "\x80"
          "1vctc34",
          "an84characterslonghumanreadablepartthatcontainsthetheexcludedcharactersbioandnumber11d6pts4", "qyrz8wqd2c9m",
          "1qyrz8wqd2c9m", "y1b0jsk6g", "lt1igcx5c0", "in1muywd", "mm1crxm3i", "au1s5cgom", "M1VUXWEZ", "16plkw9",
          "1p2gdwpf", "a12uel5l", "A12UEL5L", "abcdef1qpzry9x8gf2tvdw0s3jn54khce6mua7lmqqqxw", "", "1"}) {
        INFO(text);
        const auto r = bech32m_decode(text);
        REQUIRE_FALSE(r.ok());
        CHECK((r.error().code == Code::bad_address || r.error().code == Code::bad_checksum));
        CHECK_FALSE(decode_address("assay", text).ok());
    }
}

TEST_CASE("any address under any prefix is read back, in lower and in upper case, never mixed") {
    test::Random random;
    INFO("seed " << test::seed());
    for (int i = 0; i < 2'000; ++i) {
        std::string prefix;
        for (std::size_t n = 1 + random.below(20); n > 0; --n)
            prefix.push_back("abcdefghijklmnopqrstuvwxyz0123456789"[random.below(36)]);
        const auto address = random.fixed<Address>();
        const std::string text = encode_address(prefix, address);
        INFO(text);
        REQUIRE(text.size() == prefix.size() + 1 + 52 + 6);
        REQUIRE(decode_address(prefix, text).ok());
        REQUIRE(*decode_address(prefix, text) == address);
        REQUIRE(decode_address(prefix, upper(text)).ok());
        std::string mixed = upper(text);
        const std::size_t at = mixed.find_first_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ");
        REQUIRE(at != std::string::npos);
        mixed[at] = text[at];
        if (std::count_if(mixed.begin(), mixed.end(), [](char c) { return c >= 'A' && c <= 'Z'; }) > 0)
            REQUIRE(decode_address(prefix, mixed).error().code == Code::bad_address);
    }
}

TEST_CASE("one mistyped character: the message names its place, wherever it is") {
    test::Random random;
    INFO("seed " << test::seed());
    for (int i = 0; i < 40; ++i) {
        const std::string right = encode_address("assay", random.fixed<Address>());
        for (std::size_t at = 6; at < right.size(); ++at) {
            std::string wrong = right;
            wrong[at] = other(random, right[at]);
            INFO(right << " -> " << wrong);
            const auto r = decode_address("assay", wrong);
            REQUIRE_FALSE(r.ok());
            REQUIRE(r.error().code == Code::bad_checksum);
            REQUIRE(r.error().message.ends_with("look at character " + std::to_string(at + 1)));
            for (const char c : {'1', 'b', 'i', 'o'}) {  // never in the data
                wrong[at] = c;
                const auto odd = decode_address("assay", wrong);
                REQUIRE(odd.error().code == Code::bad_address);
                REQUIRE(odd.error().message.find("character " + std::to_string(at + 1) + " ") != std::string::npos);
            }
        }
    }
}

TEST_CASE("two to four mistyped characters are always found, and no wrong place is named for two and three") {
    test::Random random;
    INFO("seed " << test::seed());
    for (int i = 0; i < 4'000; ++i) {
        const std::string right = encode_address("assay", random.fixed<Address>());
        std::string wrong = right;
        const std::size_t errors = 2 + random.below(3);
        std::size_t made = 0;
        while (made < errors) {
            const std::size_t at = 6 + random.below(right.size() - 6);
            if (wrong[at] != right[at]) continue;
            wrong[at] = other(random, right[at]);
            ++made;
        }
        INFO(right << " -> " << wrong);
        const auto r = decode_address("assay", wrong);
        REQUIRE_FALSE(r.ok());
        REQUIRE(r.error().code == Code::bad_checksum);
        if (errors <= 3) REQUIRE(r.error().message.find("look at") == std::string::npos);
    }
}

TEST_CASE("an address of another network says which was expected") {
    const std::string other_net = encode_address("akash", Address{});
    const auto r = decode_address("assay", other_net);
    REQUIRE_FALSE(r.ok());
    CHECK(r.error().code == Code::bad_prefix);
    CHECK(r.error().message.find("\"akash1\"") != std::string::npos);
    CHECK(r.error().message.find("\"assay1\"") != std::string::npos);
    CHECK(decode_address("assay", "hello").error().code == Code::bad_prefix);
    CHECK(decode_address("assay", "assa").error().code == Code::bad_prefix);
    CHECK(decode_address("assay2", encode_address("assay", Address{})).error().code == Code::bad_prefix);
}

TEST_CASE("an address holds exactly 32 bytes with zero bits behind them") {
    for (std::size_t n = 0; n <= 40; ++n) {
        const Bytes data(n, 0xa5);
        const auto r = decode_address("assay", bech32m_encode("assay", data));
        INFO(n);
        CHECK(r.ok() == (n == 32));
        if (n != 32) CHECK(r.error().code == Code::bad_address);
    }
    // 32 bytes are 52 groups with four bits to spare; here are some of them set under a right checksum.
    for (const std::string spare : {"assay1qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqpdrrmv0",
                                    "assay1qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqgwpnz0q"})
        CHECK(message_of(spare) == "the last bits of the address must be zero");
    // 54 groups: the last belongs to no byte
    CHECK(message_of("assay1qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqtwwzgj") ==
          "the address has a character too many");
    const std::string text = encode_address("assay", Address{});
    CHECK(text == "assay1qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqs4hw3a");
    CHECK(message_of("") == "the address is empty");
    CHECK(message_of("assay1").find("checksum") != std::string::npos);
    CHECK(message_of(std::string(10'000, 'q')).find("90") != std::string::npos);
    CHECK(message_of(text + "\n").find("not printable") != std::string::npos);
    CHECK(message_of(" " + text).find("not printable") != std::string::npos);
}
