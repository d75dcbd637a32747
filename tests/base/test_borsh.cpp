#include "base/borsh.hpp"

#include <algorithm>
#include <cstdlib>
#include <new>

#include "base/describe.hpp"
#include "base/hex.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/random.hpp"

using namespace assay;

// The largest single allocation while somebody looks: a length in the input must never become one.
namespace {
bool watching = false;
std::size_t largest = 0;
}  // namespace

[[gnu::noinline]] void* operator new(std::size_t n) {
    if (watching) largest = std::max(largest, n);
    void* p = std::malloc(n == 0 ? 1 : n);
    if (p == nullptr) std::abort();
    return p;
}
[[gnu::noinline]] void* operator new(std::size_t n, const std::nothrow_t&) noexcept {
    return operator new(n);
}
[[gnu::noinline]] void operator delete(void* p) noexcept {
    std::free(p);
}
[[gnu::noinline]] void operator delete(void* p, std::size_t) noexcept {
    std::free(p);
}

namespace {

enum class Colour : std::uint8_t { red, green, blue };
constexpr std::uint8_t enum_count(Colour) {
    return 3;
}

struct Ping {
    static constexpr std::uint8_t kTag = 7;
    std::uint32_t n = 0;
    ASSAY_FIELDS(n)
    bool operator==(const Ping&) const = default;
};
struct Pong {
    static constexpr std::uint8_t kTag = 2;
    std::string text;
    ASSAY_FIELDS(text)
    bool operator==(const Pong&) const = default;
};

struct Item {
    std::uint16_t a = 0;
    Bytes b;
    ASSAY_FIELDS(a, b)
    bool operator==(const Item&) const = default;
};

struct Rates {
    std::uint64_t blocks = 20;
    Ppb share{1};
    static constexpr auto describe() {
        return std::tuple{assay::field("blocks", &Rates::blocks, "blocks", 1, 100, "length"),
                          assay::field("share", &Rates::share, "ppb", 0, 0, "part")};
    }
    ASSAY_DESCRIBED
    bool operator==(const Rates&) const = default;
};

// One of everything.
struct All {
    std::uint8_t u8 = 0;
    std::uint16_t u16 = 0;
    std::uint32_t u32 = 0;
    std::uint64_t u64 = 0;
    u128 wide = 0;
    bool flag = false;
    Amount amount;
    Height height;
    Price price;
    TimeMs time;
    Hash hash;
    Colour colour = Colour::red;
    std::string text;
    Bytes raw;
    std::vector<Item> items;
    std::array<std::uint16_t, 3> three{};
    std::optional<std::uint32_t> maybe;
    std::map<std::string, std::uint64_t> map;
    std::variant<Ping, Pong> message;
    Rates rates;
    ASSAY_FIELDS(u8, u16, u32, u64, wide, flag, amount, height, price, time, hash, colour, text, raw, items, three,
                 maybe, map, message, rates)
    bool operator==(const All&) const = default;
};

std::string any_text(test::Random& random) {
    const Bytes raw = random.bytes(random.below(9));
    return {raw.begin(), raw.end()};
}

All any(test::Random& random) {
    All v;
    v.u8 = static_cast<std::uint8_t>(random.u64());
    v.u16 = static_cast<std::uint16_t>(random.u64());
    v.u32 = static_cast<std::uint32_t>(random.u64());
    v.u64 = random.u64();
    v.wide = (u128{random.u64()} << 64) | random.u64();
    v.flag = random.below(2) == 1;
    v.amount.units = v.wide >> random.below(128);
    v.height.value = random.u64();
    v.price.value = random.u64();
    v.time.value = random.u64();
    v.hash = random.fixed<Hash>();
    v.colour = static_cast<Colour>(random.below(3));
    v.text = any_text(random);
    v.raw = random.bytes(random.below(20));
    for (std::size_t n = random.below(4); n > 0; --n)
        v.items.push_back({static_cast<std::uint16_t>(random.u64()), random.bytes(random.below(5))});
    for (auto& x : v.three) x = static_cast<std::uint16_t>(random.u64());
    if (random.below(2) == 1) v.maybe = static_cast<std::uint32_t>(random.u64());
    for (std::size_t n = random.below(4); n > 0; --n) v.map[any_text(random)] = random.u64();
    if (random.below(2) == 1)
        v.message = Ping{static_cast<std::uint32_t>(random.u64())};
    else
        v.message = Pong{any_text(random)};
    v.rates = {random.u64(), Ppb{random.u64()}};
    return v;
}

template <class T>
std::string hex_of(const T& v) {
    return to_hex(borsh::encode(v));
}

template <class T>
Code refusal(std::string_view hex) {
    const auto r = borsh::decode<T>(*from_hex(hex));
    return r.ok() ? Code::ok : r.error().code;
}

}  // namespace

TEST_CASE("encodings are what the specification of Borsh writes") {
    CHECK(hex_of(std::uint32_t{0x01020304}) == "04030201");
    CHECK(hex_of(u128{1} << 64) == "00000000000000000100000000000000");
    CHECK(hex_of(std::string("abc")) == "03000000616263");
    CHECK(hex_of(Bytes{1, 2}) == "020000000102");
    CHECK(hex_of(std::vector<std::uint16_t>{1, 2}) == "0200000001000200");
    CHECK(hex_of(std::array<std::uint16_t, 2>{1, 2}) == "01000200");
    CHECK(hex_of(std::optional<std::uint8_t>{}) == "00");
    CHECK(hex_of(std::optional<std::uint8_t>{5}) == "0105");
    CHECK(hex_of(std::map<std::uint8_t, std::uint8_t>{{2, 3}, {1, 4}}) == "0200000001040203");
    CHECK(hex_of(Colour::blue) == "02");
    // a kind is its number, not its place in the list
    CHECK(hex_of(std::variant<Ping, Pong>{Ping{1}}) == "0701000000");
    CHECK(hex_of(std::variant<Pong, Ping>{Ping{1}}) == "0701000000");
    CHECK(hex_of(Item{1, {9}}) == "01000100000009");
    CHECK(hex_of(Rates{3, Ppb{4}}) == "03000000000000000400000000000000");
}

TEST_CASE("any value comes back from its bytes, and its bytes from it") {
    test::Random random;
    INFO("seed " << test::seed());
    for (int i = 0; i < 3'000; ++i) {
        const All v = any(random);
        const Bytes raw = borsh::encode(v);
        const auto back = borsh::decode<All>(raw);
        REQUIRE(back.ok());
        REQUIRE((*back == v));
        REQUIRE(borsh::encode(*back) == raw);
    }
}

TEST_CASE("bytes cut at any length are truncated, and bytes behind the value are left over") {
    test::Random random;
    INFO("seed " << test::seed());
    for (int i = 0; i < 100; ++i) {
        Bytes raw = borsh::encode(any(random));
        for (std::size_t n = 0; n < raw.size(); ++n) {
            const auto r = borsh::decode<All>(ByteView(raw).first(n));
            REQUIRE_FALSE(r.ok());
            REQUIRE(r.error().code == Code::encoding_truncated);
        }
        const std::size_t whole = raw.size();
        raw.push_back(0);
        const auto r = borsh::decode<All>(raw);
        REQUIRE_FALSE(r.ok());
        REQUIRE(r.error().code == Code::encoding_trailing);
        REQUIRE(r.error().message.find("1 bytes are left over at offset " + std::to_string(whole)) !=
                std::string::npos);
    }
}

TEST_CASE("a second way to write a value is refused") {
    CHECK(refusal<bool>("00") == Code::ok);
    CHECK(refusal<bool>("01") == Code::ok);
    CHECK(refusal<bool>("02") == Code::encoding_not_canonical);
    CHECK(refusal<bool>("ff") == Code::encoding_not_canonical);
    CHECK(refusal<std::optional<std::uint8_t>>("0205") == Code::encoding_not_canonical);
    CHECK(refusal<Colour>("02") == Code::ok);
    CHECK(refusal<Colour>("03") == Code::encoding_not_canonical);
    CHECK(refusal<Colour>("ff") == Code::encoding_not_canonical);
    using Map = std::map<std::uint8_t, std::uint8_t>;
    CHECK(refusal<Map>("0200000001040203") == Code::ok);
    CHECK(refusal<Map>("0200000002030104") == Code::encoding_not_canonical);  // out of order
    CHECK(refusal<Map>("0200000001040104") == Code::encoding_not_canonical);  // twice
    using Kinds = std::variant<Ping, Pong>;
    CHECK(refusal<Kinds>("0701000000") == Code::ok);
    CHECK(refusal<Kinds>("0001000000") == Code::encoding_not_canonical);
    CHECK(refusal<Kinds>("0101000000") == Code::encoding_not_canonical);
    CHECK(borsh::decode<Kinds>(Bytes{9}).error().message.find("number 9") != std::string::npos);
}

TEST_CASE("a length that the bytes cannot hold is refused, and never allocated") {
    const Bytes lie{0xff, 0xff, 0xff, 0xff, 1, 2, 3};
    largest = 0;
    watching = true;
    const bool refused = !borsh::decode<Bytes>(lie).ok() && !borsh::decode<std::string>(lie).ok() &&
                         !borsh::decode<std::vector<std::uint64_t>>(lie).ok() &&
                         !borsh::decode<std::vector<All>>(lie).ok() &&
                         !borsh::decode<std::map<std::uint64_t, All>>(lie).ok() &&
                         !borsh::decode<std::vector<std::vector<Bytes>>>(lie).ok();
    watching = false;
    CHECK(refused);
    CHECK(largest < 256);  // the sentence of the error
    // As many elements claimed as there are bytes, which none of them has room for: memory follows what was read.
    Bytes more(100'000, 0xff);
    const std::uint32_t n = 99'000;
    for (std::size_t i = 0; i < 4; ++i) more[i] = static_cast<std::uint8_t>(n >> (8 * i));
    largest = 0;
    watching = true;
    const bool also = !borsh::decode<std::vector<Item>>(more).ok();
    watching = false;
    CHECK(also);
    CHECK(largest < 4096);
}

TEST_CASE("damaged bytes are refused, or are the one encoding of another value") {
    test::Random random;
    INFO("seed " << test::seed());
    int taken = 0, refused = 0;
    for (int i = 0; i < 60'000; ++i) {
        Bytes raw = borsh::encode(any(random));
        for (std::size_t k = 1 + random.below(3); k > 0; --k) {
            const std::size_t at = random.below(raw.size());
            const auto place = raw.begin() + static_cast<std::ptrdiff_t>(at);
            switch (random.below(5)) {
                case 0:
                    raw[at] = static_cast<std::uint8_t>(random.u64());
                    break;
                case 1:
                    raw[at] ^= static_cast<std::uint8_t>(1u << random.below(8));
                    break;
                case 2:
                    raw.insert(place, static_cast<std::uint8_t>(random.u64()));
                    break;
                case 3:
                    if (raw.size() > 1) raw.erase(place);
                    break;
                default:
                    std::swap(raw[at], raw[random.below(raw.size())]);
            }
        }
        const auto r = borsh::decode<All>(raw);
        if (r.ok()) {
            REQUIRE(borsh::encode(*r) == raw);
            ++taken;
        } else {
            REQUIRE((r.error().code == Code::encoding_truncated || r.error().code == Code::encoding_trailing ||
                     r.error().code == Code::encoding_not_canonical));
            ++refused;
        }
    }
    CHECK(taken > 1'000);
    CHECK(refused > 1'000);
}

TEST_CASE("bytes without any sense are refused or canonical too") {
    test::Random random;
    INFO("seed " << test::seed());
    for (int i = 0; i < 30'000; ++i) {
        Bytes raw = random.bytes(random.below(40));
        for (auto& b : raw)
            if (random.below(2) == 0) b = static_cast<std::uint8_t>(random.below(4));
        using Odd = std::variant<Ping, Pong>;
        if (const auto r = borsh::decode<std::vector<Odd>>(raw); r.ok()) REQUIRE(borsh::encode(*r) == raw);
        using Nested = std::map<std::uint8_t, std::vector<std::optional<Colour>>>;
        if (const auto r = borsh::decode<Nested>(raw); r.ok()) REQUIRE(borsh::encode(*r) == raw);
    }
}
