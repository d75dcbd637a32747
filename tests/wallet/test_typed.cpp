// What people type: amounts, prices, addresses of nodes; and how it is shown again.
#include "tests/support/catch.hpp"
#include "tests/support/random.hpp"
#include "wallet/cli/render.hpp"
#include "wallet/client/chain_info.hpp"
#include "wallet/client/json_write.hpp"
#include "wallet/client/matrices.hpp"

using namespace assay;
using namespace assay::wallet;

TEST_CASE("amounts are whole tokens with at most the token's decimals, never rounded") {
    ChainInfo chain;
    CHECK(chain.parse_amount("12.5")->units == 12'500'000);
    CHECK(chain.parse_amount("12.5 ASY")->units == 12'500'000);
    CHECK(chain.parse_amount("12.5ASY")->units == 12'500'000);
    CHECK(chain.parse_amount(" 0.000001 ")->units == 1);
    for (const char* bad : {"", "ASY", "12.5 AKT", "0.0000001", "-1", "+1", "1e3", "0x10", "1,5", "1 2", "1.2.3",
                            "1ASY ASY", "999999999999999999999999999999999999999999", "١"}) {
        INFO(bad);
        const auto amount = chain.parse_amount(bad);
        REQUIRE_FALSE(amount.ok());
        CHECK(amount.error().code == Code::bad_amount);
    }
    test::Random random;
    INFO("seed " << test::seed());
    for (int i = 0; i < 1000; ++i) {
        chain.decimals = static_cast<unsigned>(random.below(19));
        const Amount amount{random.u64()};
        CHECK(chain.parse_amount(chain.show(amount))->units == amount.units);
    }
}

TEST_CASE("what can be no amount of any token is refused before a node is asked") {
    CHECK(check_amount_form("12.5 ASY").ok());
    CHECK(check_amount_form("0.000000000000000001").ok());
    CHECK_FALSE(check_amount_form("abc").ok());
    CHECK_FALSE(check_amount_form("-1").ok());
}

TEST_CASE("credits and prices are USD with six and eight decimals") {
    CHECK(parse_usd("$1.25")->units == 1'250'000);
    CHECK(parse_usd("1.25 USD")->units == 1'250'000);
    CHECK_FALSE(parse_usd("0.0000001").ok());
    CHECK_FALSE(parse_usd("1 EUR").ok());
    CHECK(parse_price("0.12345678")->value == 12'345'678);
    CHECK_FALSE(parse_price("0.123456789").ok());
    CHECK_FALSE(parse_price("999999999999999").ok());
    CHECK(show_usd(Credits{1'250'000}) == "$1.25");
}

TEST_CASE("addresses of nodes: plain HTTP, the default port, brackets for IPv6") {
    CHECK(parse_url("http://127.0.0.1:8710")->text() == "http://127.0.0.1:8710");
    CHECK(parse_url("http://node.example")->port == "8710");
    CHECK(parse_url("http://[::1]:9/x")->text() == "http://[::1]:9/x");
    for (const char* bad : {"", "127.0.0.1:8710", "https://a", "http://", "http://a:0", "http://a:65536",
                            "http://a:", "http://a:8x", "http://[::1", "http://[::1]x", "http://u@a", "http://a b"}) {
        INFO(bad);
        const auto url = parse_url(bad);
        REQUIRE_FALSE(url.ok());
        CHECK(url.error().code == Code::usage);
    }
}

TEST_CASE("answers for people: tokens, dollars and tables; JSON written as it was read") {
    const std::string text =
        R"({"liquid":"12500000","credits":"1250000","price":"114000000","nonce":3,"none":null,"ok":true,"list":[{"a":1,"b":"x"}],"s":"a\"\\\n\u0001é"})";
    const auto value = json::parse(text);
    REQUIRE(value.ok());
    const std::string out = cli::render(*value, ChainInfo{});
    CHECK(out.find("12.5 ASY") != std::string::npos);
    CHECK(out.find("$1.25") != std::string::npos);
    CHECK(out.find("$1.14") != std::string::npos);
    const auto again = json::parse(to_json(*value));
    REQUIRE(again.ok());
    CHECK(to_json(*again) == to_json(*value));
    CHECK(to_json(*value, 2).find("\n  \"nonce\": 3") != std::string::npos);
}

TEST_CASE("sizes of a product and places of its tiles are numbers between commas, and files have those sizes") {
    const auto size = parse_gemm_size("64,96,2500");
    REQUIRE(size.ok());
    CHECK((size->m == 64 && size->n == 96 && size->k == 2500));
    for (const char* bad : {"", "64", "64,96", "64,96,", ",96,1", "64,96,1,1", "64, 96,1", "-64,96,1", "64,96,1x"}) {
        INFO(bad);
        const auto refused = parse_gemm_size(bad);
        REQUIRE_FALSE(refused.ok());
        CHECK(refused.error().code == Code::usage);
    }
    CHECK(parse_gemm_size("33,96,1").error().code == Code::field_out_of_range);
    CHECK(parse_gemm_size("32,96,65537").error().code == Code::field_out_of_range);
    CHECK(*parse_tile("3,12") == std::pair(3u, 12u));
    for (const char* bad : {"", "3", "3,", "3,4,5", "4294967296,0", "a,b"}) CHECK_FALSE(parse_tile(bad).ok());

    test::Random random;
    const GemmSize small{32, 64, 1030};
    const Bytes a = random.bytes(32 * 1030), b = random.bytes(64 * 1030), c = random.bytes(32 * 64 * 4);
    CHECK(*matrix_root("a", a, 32, 1030) == proofs::panel_tree(a, 32, 1030).root());
    CHECK(matrix_root("a", a, 64, 1030).error().code == Code::usage);
    CHECK(product_root(a, small).error().code == Code::usage);
    for (const std::uint32_t slice : {0u, 1u}) {
        const auto d = dispute_slice({Hash{}, 0, 1, slice, {}, {}, {}}, small, a, b, c);
        REQUIRE(d.ok());
        CHECK(proofs::check_panel("a", *matrix_root("a", a, 32, 1030), 32, 1030, 0, slice, d->a).ok());
        CHECK(proofs::check_panel("b", *matrix_root("b", b, 64, 1030), 64, 1030, 1, slice, d->b).ok());
        REQUIRE(d->c.has_value() == (slice == 0));
        if (d->c) CHECK(proofs::check_tile(*product_root(c, small), 32, 64, 0, 1, *d->c).ok());
    }
    CHECK(dispute_slice({Hash{}, 1, 0, 0, {}, {}, {}}, small, a, b, c).error().code == Code::field_out_of_range);
    CHECK(dispute_slice({Hash{}, 0, 2, 0, {}, {}, {}}, small, a, b, c).error().code == Code::field_out_of_range);
    CHECK(dispute_slice({Hash{}, 0, 0, 2, {}, {}, {}}, small, a, b, c).error().code == Code::field_out_of_range);
    CHECK(dispute_slice({Hash{}, 0, 0, 0, {}, {}, {}}, small, b, a, c).error().code == Code::usage);
}
