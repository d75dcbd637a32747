// Genesis: what is refused and how it is named, the JSON round trip, and what the hash covers.
#include "tests/chain/chain_fixture.hpp"
#include "tokenomics/presets.hpp"

#include <fstream>
#include <map>
#include <sstream>

namespace assay::chain::test {
namespace {

std::string valid_json() {
    static const std::string text = genesis_to_json(Chain().genesis);
    return text;
}
std::string replaced(std::string text, const std::string& from, const std::string& to) {
    const auto at = text.find(from);
    INFO("looking for " << from << " in " << text);
    REQUIRE(at != std::string::npos);
    return text.replace(at, from.size(), to);
}
std::string refusal(const std::string& text) {
    const auto g = parse_genesis(text, "test.json");
    return g ? "" : std::string(g.error().word()) + ": " + g.error().message;
}
bool names(const std::string& text, const std::string& what) {
    const std::string said = refusal(text);
    INFO("said: " << said << "   expected it to name: " << what);
    CHECK(said.find(what) != std::string::npos);
    return said.find(what) != std::string::npos;
}

}  // namespace

TEST_CASE("genesis goes to JSON and back to the same bytes") {
    const Chain c;
    const auto again = parse_genesis(valid_json(), "test.json");
    if (!again) FAIL(again.error().message);
    CHECK(borsh::encode(*again) == borsh::encode(c.genesis));
    CHECK(genesis_hash(*again) == genesis_hash(c.genesis));
    CHECK(genesis_to_json(*again) == valid_json());
    // Names that JSON must escape come back too.
    Genesis odd = c.genesis;
    odd.validators[0].name = "a\"b\\c\n\x01 \xc3\xa4";
    const auto back = parse_genesis(genesis_to_json(odd), "odd");
    REQUIRE(back.ok());
    CHECK(back->validators[0].name == odd.validators[0].name);
}

TEST_CASE("the hash covers the decoded form, not the JSON bytes") {
    const std::string json = valid_json();
    const auto plain = parse_genesis(json, "a");
    const auto commented =
        parse_genesis("// for people\n" + replaced(json, ",\"genesis_time\"", " ,\n /* when */ \"genesis_time\""), "b");
    REQUIRE(plain.ok());
    REQUIRE(commented.ok());
    CHECK(genesis_hash(*plain) == genesis_hash(*commented));
    const auto renamed = parse_genesis(replaced(json, kChainId, "assay-test-2"), "c");
    REQUIRE(renamed.ok());
    CHECK_FALSE(genesis_hash(*plain) == genesis_hash(*renamed));
    // Every field counts: another number is another chain.
    Genesis more = *plain;
    more.accounts[0].amount.units += 1;
    CHECK_FALSE(genesis_hash(*plain) == genesis_hash(more));
    more = *plain;
    more.params.work.samples += 1;
    CHECK_FALSE(genesis_hash(*plain) == genesis_hash(more));
}

TEST_CASE("the first beacon and the parameters of the state come from genesis") {
    const Chain c;
    CHECK(c.clock().beacon == genesis_hash(c.genesis));
    CHECK(borsh::encode(c.read([](const StateView& s) { return s.params(); })) == borsh::encode(c.genesis.params));
    const auto stored = c.app->genesis();
    REQUIRE(stored.ok());
    CHECK(borsh::encode(*stored) == borsh::encode(c.genesis));
    CHECK(c.ledger().genesis.units == 5 * tokens(100'000).units + tokens(10'000).units);
}

TEST_CASE("a malformed genesis is refused naming the field and the rule") {
    const std::string json = valid_json();
    const Chain c;
    const std::string anna = encode_address("assay", c.genesis.accounts[0].address);
    CHECK(names("", "test.json"));
    CHECK(names("[]", "object"));
    CHECK(names(json.substr(0, json.size() / 2), "test.json"));
    CHECK(names(replaced(json, "\"chain_id\":\"assay-test-1\"", "\"chain_id\":\"\""), "chain_id"));
    CHECK(names(replaced(json, "\"chain_id\":\"assay-test-1\"", "\"chain_id\":\"" + std::string(65, 'x') + "\""),
                "chain_id"));
    CHECK(names(replaced(json, "\"chain_id\":\"assay-test-1\"", "\"chain_id\":7"), "chain_id"));
    CHECK(names(replaced(json, "\"chain_id\":\"assay-test-1\",", ""), "chain_id"));
    CHECK(
        names(replaced(json, "\"chain_id\":\"assay-test-1\",", "\"chain_id\":\"a\",\"chain_id\":\"b\","), "chain_id"));
    CHECK(names(replaced(json, "\"genesis_time\":\"", "\"genesis_time\":\"x"), "genesis_time"));
    CHECK(names(replaced(json, "\"accounts\"", "\"acounts\""), "accounts is missing"));
    CHECK(names(replaced(json, ",\"accounts\"", ",\"extra\":1,\"accounts\""), "extra"));
    CHECK(names(replaced(json, anna, anna.substr(0, anna.size() - 1) + (anna.back() == 'q' ? "p" : "q")),
                "accounts[0].address"));
    CHECK(names(replaced(json, "\"amount\":\"100000000000\"", "\"amount\":\"-1\""), "accounts[0].amount"));
    CHECK(names(replaced(json, "\"amount\":\"100000000000\"", "\"amount\":1.5"), "accounts[0].amount"));
    CHECK(names(replaced(json, "\"amount\":\"100000000000\"", "\"amount\":\"340282366920938463463374607431768211456\""),
                "accounts[0].amount"));
    CHECK(names(replaced(json, "\"amount\":\"100000000000\"", "\"amount\":\"2000000000000000\""), "token.cap"));
    CHECK(names(replaced(json, "\"consensus_key\":\"", "\"consensus_key\":\"0"), "validators[0].consensus_key"));
    CHECK(names(replaced(json, "\"operator\":\"", "\"operator\":\"x"), "validators[0].operator"));
    CHECK(names(replaced(json, "\"bond\":\"10000000000\"", "\"bond\":\"5\""), "bond"));
    CHECK(names(replaced(json, "\"samples\":8", "\"samples\":0"), "work.samples"));
    CHECK(names(replaced(json, "\"samples\":8", "\"samples\":\"many\""), "work.samples"));
}

TEST_CASE("what a genesis in code must satisfy") {
    const Chain c;
    const auto refused = [&](const std::function<void(Genesis&)>& f) {
        Genesis g = c.genesis;
        f(g);
        const auto ok = validate(g);
        return ok ? std::string("ok") : ok.error().message;
    };
    CHECK(refused([](Genesis&) {}) == "ok");
    CHECK(refused([](Genesis& g) { g.accounts.push_back(g.accounts.back()); }).find("twice") != std::string::npos);
    CHECK(refused([](Genesis& g) { g.validators.clear(); }).find("at least one") != std::string::npos);
    CHECK(refused([](Genesis& g) { g.validators.push_back(g.validators[0]); }).find("twice") != std::string::npos);
    CHECK(refused([](Genesis& g) { g.validators[0].beacon_tip = {}; }).find("beacon_tip") != std::string::npos);
    CHECK(refused([](Genesis& g) { g.validators[0].consensus_key = {}; }).find("consensus_key") != std::string::npos);
    CHECK(refused([](Genesis& g) { g.validators[0].bond = {}; }).find("bond") != std::string::npos);
    CHECK(refused([](Genesis& g) {
              g.accounts[0].amount = g.accounts[1].amount = Amount{~u128{0} - 5};
          }).find("2^128") != std::string::npos);
    CHECK(refused([](Genesis& g) { g.params.token.cap = tokens(10); }) != "ok");
    CHECK(refused([](Genesis& g) { g.params.stake.unit = tokens(1); }) != "ok");      // below the deterrence bound
    CHECK(refused([](Genesis& g) { g.params.stake.unbonding_ms = 5'000; }) != "ok");  // shorter than a challenge
    CHECK(refused([](Genesis& g) { g.params.work.open_blocks = 1; }) != "ok");
    CHECK(refused([](Genesis& g) { g.params.split.work = Ppb{0}; }) != "ok");

    const TempDir dir;
    auto app = Chain::open(dir.path(), {});
    Genesis bad = c.genesis;
    bad.validators.clear();
    CHECK(app->init_chain(bad).error().code == Code::bad_genesis);
    CHECK(app->info().chain_id.empty());
    CHECK(app->init_chain(c.genesis).ok());
}

TEST_CASE("a preset's validator is filled in from the node's own keys, and from nothing else") {
    std::ifstream in(std::string(ASSAY_SOURCE_DIR) + "/genesis/devnet.json");
    REQUIRE(in.good());
    std::stringstream text;
    text << in.rdbuf();
    const auto alone = parse_genesis(text.str(), "devnet.json");
    REQUIRE_FALSE(alone.ok());
    CHECK(alone.error().message.find("local") != std::string::npos);
    LocalValidator mine;
    mine.consensus_key.bytes.fill(3);
    mine.beacon_tip.bytes.fill(4);
    const auto filled = parse_genesis(text.str(), "devnet.json", mine);
    if (!filled) FAIL(filled.error().message);
    CHECK(filled->validators.at(0).consensus_key == mine.consensus_key);
    CHECK(filled->validators.at(0).beacon_tip == mine.beacon_tip);
}

TEST_CASE("what is to be known of each preset that travels with the programs") {
    const std::map<std::string, std::string> expected = {
        {"aethir", "schedule_ends no_breaker one_validator thin_deterrence(edge) lanes_weighted slots_unbound"},
        {"akash", "one_validator thin_deterrence(provider) lanes_weighted slots_unbound"},
        {"bittensor",
         "cap_before_schedule no_breaker one_validator thin_deterrence(miner) lanes_weighted slots_unbound"},
        {"devnet", "no_breaker one_validator lanes_weighted kinds_weighted slots_unbound"},
        {"filecoin", "no_breaker one_validator thin_deterrence(sector) lanes_weighted slots_unbound"},
        {"gensyn", "no_breaker one_validator thin_deterrence(node) lanes_weighted slots_unbound"},
        {"golem", "no_breaker one_validator thin_deterrence(provider) lanes_weighted slots_unbound"},
        {"gonka", "schedule_ends no_breaker one_validator thin_deterrence(node) lanes_weighted slots_unbound"},
        {"helium", "no_breaker one_validator thin_deterrence(hotspot) lanes_weighted slots_unbound"},
        {"io-net", "no_breaker one_validator lanes_weighted slots_unbound"},
        {"livepeer", "no_breaker one_validator thin_deterrence(orchestrator) lanes_weighted slots_unbound"},
        {"near", "no_breaker one_validator thin_deterrence(node) lanes_weighted slots_unbound"},
        {"pocket", "no_breaker one_validator thin_deterrence(supplier) lanes_weighted slots_unbound"},
        {"render", "no_breaker wash_burning one_validator thin_deterrence(node) lanes_weighted slots_unbound"}};
    LocalValidator local;
    local.consensus_key.bytes.fill(1);
    local.beacon_tip.bytes.fill(1);
    std::size_t complete = 0;
    for (const auto name : tokenomics::preset_names()) {
        const auto g = parse_genesis(*tokenomics::preset_text(name), name, local);
        if (!g && g.error().code == Code::number_unpublished) continue;
        REQUIRE(g.ok());
        ++complete;
        std::string codes;
        for (const auto& w : tokenomics::warnings(g->params, facts_of(*g))) {
            codes += (codes.empty() ? "" : " ") + w.code;
            if (w.code == "thin_deterrence") codes += "(" + w.field.substr(8) + ")";
            UNSCOPED_INFO(w.numbers);
        }
        INFO(name << ": " << codes);
        const auto row = expected.find(std::string(name));
        REQUIRE(row != expected.end());
        CHECK(codes == row->second);
    }
    CHECK(complete == expected.size());
}

}  // namespace assay::chain::test
