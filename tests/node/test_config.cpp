// config.toml: what it takes, and what it says about mistakes.
#include <set>

#include "node/config.hpp"
#include "tests/support/catch.hpp"

using namespace assay;
using namespace assay::node;

namespace {

Error error_of(const std::string& text) {
    Config c;
    const auto r = read_config(text, "config.toml", c);
    REQUIRE_FALSE(r.ok());
    return r.error();
}
bool says(const Error& e, const std::string& part) {
    return e.message.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("the sample file reads back as the settings that it shows") {
    Config c;
    c.name = "a \"quoted\" name";
    c.rpc_listen = "[::1]:9000";
    c.block_time = "on-demand";
    c.mempool_max_txs = 7;
    Config back;
    REQUIRE(read_config(config_text(c), "config.toml", back).ok());
    CHECK(back == c);
    Config defaults;
    REQUIRE(read_config(config_text(Config{}), "config.toml", defaults).ok());
    CHECK(defaults == Config{});
}

TEST_CASE("an unknown setting names file, line, column and the nearest known one") {
    const Error e = error_of("name = \"x\"\n[rpc]\n  lisen = \"127.0.0.1:1\"\n");
    CHECK(e.code == Code::json_unknown_key);
    CHECK(says(e, "config.toml:3:3"));
    CHECK(says(e, "rpc.lisen"));
    CHECK(says(e, "\"rpc.listen\""));
    const Error section = error_of("[rcp]\nlisten = \"127.0.0.1:1\"\n");
    CHECK(section.code == Code::json_unknown_key);
    CHECK(says(section, "[rcp]"));
    CHECK(says(section, "[rpc]"));
}

TEST_CASE("wrong types, ranges and syntax are errors with their place") {
    CHECK(error_of("[rpc]\nlisten = 8710\n").code == Code::json_type);
    CHECK(error_of("[rpc]\nthreads = \"2\"\n").code == Code::json_type);
    const Error range = error_of("[rpc]\nthreads = 0\n");
    CHECK(range.code == Code::field_out_of_range);
    CHECK(says(range, "config.toml:2:"));
    CHECK(says(range, "rpc.threads"));
    CHECK(error_of("[rpc]\nthreads = -1\n").code == Code::field_out_of_range);
    const Error syntax = error_of("name = \n");
    CHECK(syntax.code == Code::json_syntax);
    CHECK(says(syntax, "config.toml:1:"));
    CHECK(error_of("[engine]\nkind = \"raft\"\n").code == Code::field_out_of_range);
    CHECK(error_of("[log]\nlevel = \"loud\"\n").code == Code::field_out_of_range);
}

TEST_CASE("block times are typed with a unit") {
    CHECK(*parse_block_time("1s") == 1000);
    CHECK(*parse_block_time("250ms") == 250);
    CHECK(*parse_block_time("2m") == 120'000);
    CHECK(*parse_block_time("on-demand") == 0);
    for (const char* bad : {"", "1", "s", "0s", "19ms", "11m", "1h", "1.5s", "-1s", " 1s", "1s "}) {
        INFO(bad);
        CHECK_FALSE(parse_block_time(bad).ok());
    }
}

TEST_CASE("addresses to listen on are HOST:PORT") {
    CHECK(parse_host_port("127.0.0.1:8710")->port == 8710);
    CHECK(parse_host_port("[::1]:1")->host == "::1");
    CHECK(parse_host_port("localhost:1")->host == "127.0.0.1");
    for (const char* bad :
         {"", "8710", ":8710", "127.0.0.1:", "127.0.0.1:65536", "127.0.0.1:x", "::1:80", "[::1:80", "[]:1"}) {
        INFO(bad);
        CHECK_FALSE(parse_host_port(bad).ok());
    }
}

TEST_CASE("every setting has its own flag and environment name") {
    std::set<std::string> flags, names;
    for (const Setting& s : settings()) {
        CHECK(flags.insert(s.flag).second);
        CHECK(names.insert(s.environment()).second);
    }
    CHECK(names.contains("ASSAYD_RPC_LISTEN"));
}
