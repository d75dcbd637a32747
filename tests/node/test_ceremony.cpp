// The genesis of several validators: accounts into the file, tickets, what they may not claim, testnets.
#include "base/bech32m.hpp"
#include "base/hex.hpp"
#include "base/sha256.hpp"
#include "node/ceremony.hpp"
#include "node/files.hpp"
#include "node/genesis_text.hpp"
#include "node/init.hpp"
#include "node/json.hpp"
#include "node/keys.hpp"
#include "node/testnet.hpp"
#include "tests/support/catch.hpp"
#include "tokenomics/presets.hpp"

using namespace assay;
using namespace assay::node;
namespace fs = std::filesystem;

namespace {

struct Draft {
    TemporaryDirectory folder = *TemporaryDirectory::make("ceremony");
    fs::path file = folder.path() / "draft.json";
    fs::path tickets = folder.path() / "tickets";
    Draft() {
        REQUIRE(write_file(file, *tokenomics::preset_text("devnet")).ok());
        REQUIRE(make_directory(tickets).ok());
    }
    [[nodiscard]] std::string text() const { return *read_file(file); }
    [[nodiscard]] Home home(int i) const { return Home{folder.path() / ("home" + std::to_string(i))}; }
    [[nodiscard]] static std::string address(int i) {
        return encode_address("assay", Address::from(sha256(as_bytes("operator " + std::to_string(i))).view()));
    }
    [[nodiscard]] Result<std::string> ticket(int i, const std::string& bond = "2000",
                                             const std::string& at = "10.0.0.1:26656") const {
        return make_ticket(home(i), file,
                           {.operator_address = address(i),
                            .bond = bond,
                            .name = "v" + std::to_string(i),
                            .at = at,
                            .beacon_length = 1000});
    }
    void put(const std::string& name, const std::string& content) const {
        REQUIRE(write_file(tickets / name, content).ok());
    }
};
std::string replaced(std::string text, const std::string& from, const std::string& to) {
    const auto at = text.find(from);
    REQUIRE(at != std::string::npos);
    return text.replace(at, from.size(), to);
}
std::string word(const Error& e) {
    INFO(e.message);
    return std::string(e.word());
}

}  // namespace

TEST_CASE("one list of a file changes, the rest of its text stays") {
    const std::string text =
        "// head\n{ \"a\": [1, \"]\" /* ] */, {\"b\": [2, \"\\\"[\"]}], // [ \n \"b\":{\"list\":[7]},\n \"list\" : [ ] "
        ", "
        "\"z\": -1.5e3 } // tail";
    TextList list = *TextList::find(text, "list");
    CHECK(list.elements.empty());
    list.elements = {"{\"x\":1}", "2"};
    const std::string after = list.put_back(text);
    CHECK(after == replaced(text, "\"list\" : [ ]", "\"list\" : [\n    {\"x\":1},\n    2\n  ]"));
    CHECK(TextList::find(after, "list")->elements == list.elements);
    CHECK(TextList::find(text, "a")->elements == std::vector<std::string>{"1", "\"]\"", "{\"b\": [2, \"\\\"[\"]}"});
    CHECK(TextList::find(text, "z").error().code == Code::json_type);
    CHECK(TextList::find(text, "none").error().code == Code::json_missing_key);
    for (const auto name : tokenomics::preset_names()) {
        const std::string preset(*tokenomics::preset_text(name));
        const Json read = Json::parse(preset, nullptr, true, true);
        for (const char* key : {"accounts", "validators"}) {
            INFO(name << " " << key);
            const TextList found = *TextList::find(preset, key);
            REQUIRE(found.elements.size() == read[key].size());
            for (std::size_t i = 0; i < found.elements.size(); ++i)
                CHECK(Json::parse(found.elements[i], nullptr, true, true) == read[key][i]);
        }
    }
}

TEST_CASE("an account goes into the file under the file's own rules") {
    const Draft d;
    const std::string before = d.text();
    REQUIRE(add_account(
                d.file,
                {Draft::address(1), "12.5", {"5 ASY,2026-01-01T00:00:00Z,2027-01-01T00:00:00Z,2030-01-01T00:00:00Z"}})
                .ok());
    const Json now = Json::parse(d.text(), nullptr, true, true);
    const Json& last = now["accounts"].back();
    CHECK(last["address"] == Draft::address(1));
    CHECK(last["amount"] == "12.5 ASY");
    CHECK(last["vesting"][0]["end"] == "2030-01-01T00:00:00Z");
    CHECK(now["_about"] == Json::parse(before, nullptr, true, true)["_about"]);

    const std::string good = d.text();
    const auto refused = [&](const NewAccount& a) {
        const auto done = add_account(d.file, a);
        REQUIRE_FALSE(done.ok());
        CHECK(d.text() == good);
        return word(done.error());
    };
    CHECK(refused({Draft::address(1), "1", {}}) == "bad_genesis");         // twice
    CHECK(refused({Draft::address(2), "1.0000001", {}}) == "bad_amount");  // more digits than the token has
    CHECK(refused({Draft::address(2), "-1", {}}) == "bad_amount");
    CHECK(refused({Draft::address(2), "1 HNT", {}}) == "bad_amount");
    CHECK(refused({Draft::address(2), "300000000", {}}) == "bad_genesis");  // above the cap
    CHECK(refused({"assay1nobody", "1", {}}) == "bad_address");
    CHECK(refused({Draft::address(2), "1", {"5,2026-01-01T00:00:00Z"}}) == "field_out_of_range");
    CHECK(refused({Draft::address(2), "1", {"5,a,b,c"}}) == "field_out_of_range");
}

TEST_CASE("tickets of four homes become one genesis, which each of them begins with") {
    const Draft d;
    for (int i = 0; i < 4; ++i) d.put("v" + std::to_string(i) + ".json", *d.ticket(i));
    const Collected all = *collect_tickets(d.file, d.tickets);
    CHECK(all.validators == 4);
    REQUIRE(all.peers.size() == 4);
    CHECK(all.peers[2].find("@10.0.0.1:26656") == 40);
    // Once more changes nothing.
    CHECK(collect_tickets(d.file, d.tickets)->genesis_hash == all.genesis_hash);
    for (int i = 0; i < 4; ++i) {
        const Hash key = ConsensusKey::load(d.home(i).consensus_key())->public_key();
        InitOptions options;
        options.network = d.file.string();
        options.genesis_hash = all.genesis_hash;
        const auto made = init_home(d.home(i), options);
        if (!made) FAIL(made.error().message);
        CHECK(made->validates);
        CHECK(made->consensus_key == key);  // the ticket's, not a new one
        CHECK(made->genesis_hash == all.genesis_hash);
        CHECK(init_home(d.home(i), options).error().code == Code::already_exists);
    }
}

TEST_CASE("a ticket that was changed, that is another's, or that is for another chain is refused") {
    const Draft d;
    const std::string good = *d.ticket(0);
    CHECK(*d.ticket(0) == good);  // the same keys, the same ticket
    const auto refused = [&](const std::string& text) { return word(read_ticket(text, "t.json", "assay").error()); };
    CHECK(read_ticket(good, "t.json", "assay").ok());
    for (const auto& [from, to] :
         std::vector<std::pair<std::string, std::string>>{{"2000000000", "9000000000"},
                                                          {"\"v0\"", "\"v9\""},
                                                          {Draft::address(0), Draft::address(7)},
                                                          {"10.0.0.1", "10.0.0.2"},
                                                          {"assay-devnet-1", "assay-devnet-2"}})
        CHECK(refused(replaced(good, from, to)) == "verification_failed");
    CHECK(refused(replaced(good, "\"version\": 1", "\"version\": 2")) == "field_out_of_range");
    CHECK(refused(replaced(good, "@10.0.0.1:26656", "")) == "field_out_of_range");
    CHECK(refused(replaced(good, "\"name\"", "\"nome\"")) == "json_missing_key");
    CHECK(refused("{") == "json_syntax");

    CHECK(word(d.ticket(1, "999").error()) == "stake_too_small");
    CHECK(word(d.ticket(1, "x").error()) == "bad_amount");
    CHECK(word(d.ticket(1, "2000", "nowhere").error()) == "field_out_of_range");
    CHECK_FALSE(fs::exists(d.home(1).root));  // no keys before all of it is good
    CHECK(d.ticket(1, "2000", "").ok());
}

TEST_CASE("two tickets that claim the same, or more than the cap, leave the file as it was") {
    const Draft d;
    const std::string before = d.text();
    const auto refused = [&]() {
        const auto done = collect_tickets(d.file, d.tickets);
        REQUIRE_FALSE(done.ok());
        CHECK(d.text() == before);
        return std::string(done.error().word()) + ": " + done.error().message;
    };
    CHECK(refused().find("not_found") == 0);
    d.put("a.json", *d.ticket(0));
    d.put("b.json", *d.ticket(0, "3000"));
    CHECK(refused().find("both have the operator") != std::string::npos);
    d.put("b.json", *make_ticket(d.home(0), d.file, {Draft::address(5), "2000", "other", "", 1000}));
    CHECK(refused().find("both have the consensus key") != std::string::npos);
    d.put("b.json", *d.ticket(1, "199000000"));
    CHECK(refused().find("token.cap") != std::string::npos);
    fs::remove(d.tickets / "b.json");
    const std::string other = replaced(d.text(), "assay-devnet-1", "assay-other-1");
    REQUIRE(write_file(d.file, other).ok());
    CHECK(collect_tickets(d.file, d.tickets).error().code == Code::wrong_chain);
}

TEST_CASE("a testnet's homes share a genesis and know each other") {
    const Draft d;
    TestnetOptions options;
    options.nodes = 5;  // one more than the devnet has seats for
    options.out = d.folder.path() / "net";
    options.base_port = 31'000;
    options.beacon_length = 1000;
    options.config.block_time = "200ms";
    const auto nodes = make_testnet(options);
    if (!nodes) FAIL(nodes.error().message);
    REQUIRE(nodes->size() == 5);
    const std::string genesis = *read_file((*nodes)[0].home.genesis());
    for (std::size_t i = 0; i < 5; ++i) {
        const TestnetNode& n = (*nodes)[i];
        CHECK(*read_file(n.home.genesis()) == genesis);
        Config c;
        REQUIRE(read_config(*read_file(n.home.config()), "config.toml", c).ok());
        const std::string port = std::to_string(31'000 + 10 * i);
        CHECK(n.url == "http://127.0.0.1:" + port);
        CHECK(c.rpc_listen == "127.0.0.1:" + port);
        CHECK(c.engine == "cometbft");
        CHECK(c.block_time == "200ms");
        CHECK(std::count(c.cometbft_peers.begin(), c.cometbft_peers.end(), '@') == 4);
        CHECK(c.cometbft_peers.find(c.cometbft_p2p_listen) == std::string::npos);  // not itself
    }
    const Json g = Json::parse(genesis);
    CHECK(g["params"]["validators"]["max"] == 5);
    CHECK(g["devnet"]["validators"].size() == 5);
    CHECK(g["devnet"].contains("faucet"));
    CHECK(find_testnet(options.out)->size() == 5);
    CHECK(make_testnet(options).error().code == Code::already_exists);
    options.out = d.folder.path() / "other";
    options.base_port = 65'500;
    CHECK(make_testnet(options).error().code == Code::field_out_of_range);
    options.base_port = 31'000;
    options.nodes = 101;
    CHECK(make_testnet(options).error().code == Code::field_out_of_range);
    options.nodes = 2;
    options.network = "nobody";
    CHECK_FALSE(make_testnet(options).ok());
    CHECK_FALSE(fs::exists(options.out));
}
