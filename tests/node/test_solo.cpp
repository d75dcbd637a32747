// A node on its own, from init to verify: blocks, transactions, restarts, and what bad requests get.
#include "node/control.hpp"
#include "node/engine/signed_block.hpp"
#include "node/keys.hpp"
#include "node/rpc/api.hpp"
#include "node/verify.hpp"
#include "tests/node/node_fixture.hpp"

using namespace assay;
using namespace assay::node;
using namespace assay::node::test;

TEST_CASE("a home is set up once") {
    const TestKey me(1);
    TestHome h({me.address()});
    InitOptions again;
    again.beacon_length = 16;
    const auto second = init_home(h.home, again);
    REQUIRE_FALSE(second.ok());
    CHECK(second.error().code == Code::already_exists);
    for (const auto& secret : {h.home.consensus_key(), h.home.beacon_secret(), h.home.beacon_cache()})
        CHECK((std::filesystem::status(secret).permissions() &
               (std::filesystem::perms::group_all | std::filesystem::perms::others_all)) ==
              std::filesystem::perms::none);
}

TEST_CASE("another genesis hash than the expected one sets up nothing") {
    auto folder = TemporaryDirectory::make("init");
    InitOptions o;
    o.beacon_length = 16;
    o.genesis_hash = Hash{};
    const Home home{folder->path() / "home"};
    CHECK(init_home(home, o).error().code == Code::verification_failed);
    CHECK_FALSE(std::filesystem::exists(home.root));
}

TEST_CASE("a transfer is sent, waited for, looked up, and everything adds up", "[threads]") {
    const TestKey me(1), you(2);
    TestHome h({me.address()});
    auto node = h.start();
    const std::string url = node->url();
    const Json status = result(url, "status");
    const std::string chain_id = status["chain_id"], prefix = status["prefix"];
    CHECK(status["engine"] == "solo");
    const std::string mine = encode_address(prefix, me.address()), yours = encode_address(prefix, you.address());

    const Bytes raw = me.sign(chain_id, 0, {pay(you.address(), 12'345)}, {.memo = "hello"});
    const Json simulated = result(url, "simulate_tx", {{"tx", to_hex(raw)}});
    CHECK(simulated["receipt"]["code"] == "ok");
    const Json sent = result(url, "broadcast_tx", {{"tx", to_hex(raw)}, {"wait", true}});
    CHECK(sent["status"] == "committed");
    CHECK(sent["already"] == false);
    const Json again = result(url, "broadcast_tx", {{"tx", to_hex(raw)}});
    CHECK(again["already"] == true);
    CHECK(again["height"] == sent["height"]);

    const Json tx = result(url, "tx", {{"txid", sent["txid"]}});
    CHECK(tx["status"] == "committed");
    CHECK(tx["final"] == true);
    CHECK(tx["memo"] == "hello");
    CHECK(tx["sender"] == mine);
    CHECK(tx["messages"][0]["type"] == "transfer");
    CHECK(tx["messages"][0]["outputs"][0]["to"] == yours);
    CHECK(tx["messages"][0]["outputs"][0]["amount"] == "12345");
    CHECK(result(url, "account", {{"address", yours}})["liquid"] == "12345");
    CHECK(result(url, "account", {{"address", mine}})["next_nonce"] == 1);
    CHECK(result(url, "supply")["adds_up"] == true);
    const Json ledger = result(url, "ledger", {{"address", yours}});
    CHECK(ledger["items"].size() == 1);
    CHECK(ledger["items"][0]["delta"] == "12345");
    CHECK(ledger["items"][0]["balance_after"] == "12345");
    CHECK(ledger["items"][0]["cause"] == Json{{"kind", "transfer_in"}, {"txid", sent["txid"]}, {"epoch", 0}});
    const Json mine_of_it = result(url, "txs", {{"address", mine}})["items"];
    REQUIRE(mine_of_it.size() == 1);
    CHECK((mine_of_it[0]["txid"] == sent["txid"] && mine_of_it[0]["sent"] == true));
    const Json moved = result(url, "explain", {{"txid", sent["txid"]}})["terms"];
    REQUIRE(moved.size() == 3);
    CHECK(moved[0]["name"] == "fee");
    CHECK(moved[1]["value"] == "-12345");
    CHECK(moved[2]["value"] == "12345");
    const Json rows = result(url, "invariants")["items"];
    for (const Json& row : rows) {
        INFO(to_text(row));
        CHECK(row["holds"] == true);
    }

    const Json block = result(url, "block", {{"height", sent["height"]}});
    CHECK(block["txs"][0]["txid"] == sent["txid"]);
    const Json header = result(url, "header", {{"height", sent["height"]}});
    const auto signature = from_hex(header["commit_signature"].get<std::string>());
    CHECK(verify_consensus_signature(*fixed_from_hex<Hash>(header["consensus_key"].get<std::string>()),
                                     *fixed_from_hex<Hash>(header["hash"].get<std::string>()),
                                     Signature::from(*signature)));

    // Nonces ahead wait for the ones before them.
    const Bytes later = me.sign(chain_id, 2, {pay(you.address(), 1)}, {});
    CHECK(result(url, "broadcast_tx", {{"tx", to_hex(later)}})["status"] == "pending");
    CHECK(result(url, "account", {{"address", mine}})["next_nonce"] == 1);
    const Bytes between = me.sign(chain_id, 1, {pay(you.address(), 1)}, {});
    CHECK(result(url, "broadcast_tx", {{"tx", to_hex(between)}, {"wait", true}})["status"] == "committed");
    CHECK(result(url, "broadcast_tx", {{"tx", to_hex(later)}, {"wait", true}})["status"] == "committed");
    node->stop();
}

TEST_CASE("every method without parameters answers, and so do lists, proofs and rpc.discover", "[threads]") {
    const TestKey me(1);
    TestHome h({me.address()});
    auto node = h.start();
    const std::string url = node->url();
    REQUIRE(eventually([&] { return result(url, "status")["height"].get<int>() >= 3; }));
    for (const char* method : {"status", "header", "block",  "blocks",    "genesis",    "invariants", "supply",
                               "params", "epoch",  "epochs", "classes",   "validators", "price",      "fees",
                               "orders", "leases", "market", "providers", "commits",    "mempool",    "rpc.discover"})
        CHECK_FALSE(result(url, method).is_null());
    const std::string mine = encode_address(result(url, "status")["prefix"].get<std::string>(), me.address());
    CHECK(result(url, "tasks", {{"provider", mine}})["items"].empty());
    const Json explained = result(url, "explain", {{"provider", mine}});
    CHECK(explained["why_not"][0]["code"] == "not_registered");
    CHECK(explained["account"]["adds_up"] == true);
    CHECK(explained["account"]["running"] == true);
    CHECK(error_word(call(url, "explain", Json::object())) == "invalid_params");
    CHECK(error_word(call(url, "explain", {{"provider", mine}, {"address", mine}})) == "invalid_params");
    CHECK(error_word(call(url, "explain", {{"address", mine}, {"epoch", 1'000'000}})) == "not_found");
    const Json first = result(url, "ledger", {{"address", mine}})["items"][0];
    CHECK(first["height"] == 0);
    CHECK(first["cause"]["kind"] == "genesis");
    CHECK(first["delta"] == result(url, "account", {{"address", mine}})["liquid"]);
    CHECK(result(url, "txs", {{"address", mine}})["items"].empty());
    const Json proof = result(url, "proof", {{"address", mine}});
    CHECK(proof["value"].is_string());
    Address nobody;
    nobody.bytes.fill(0xee);
    CHECK(result(url, "proof", {{"address", encode_address("assay", nobody)}})["value"].is_null());
    const Json described = result(url, "rpc.discover")["methods"];
    for (const Json& m : described) CHECK(find_method(m["name"].get<std::string>()) != nullptr);
    node->stop();
}

TEST_CASE("bad transactions and bad parameters get their own code", "[threads]") {
    const TestKey me(1), stranger(9);
    TestHome h({me.address()});
    auto node = h.start();
    const std::string url = node->url();
    const std::string chain_id = result(url, "status")["chain_id"];
    const auto sent = [&](const Bytes& raw) { return error_word(call(url, "broadcast_tx", {{"tx", to_hex(raw)}})); };
    const Bytes good = me.sign(chain_id, 0, {pay(me.address(), 1)}, {});
    Bytes cut(good.begin(), good.end() - 1), longer = good, forged = good;
    longer.push_back(0);
    forged[good.size() - 1] ^= 1;
    CHECK_FALSE(sent(cut).empty());
    CHECK_FALSE(sent(longer).empty());
    CHECK(sent(forged) == "bad_signature");
    CHECK(sent(me.sign("another-chain", 0, {pay(me.address(), 1)}, {})) == "wrong_chain");
    CHECK(sent(me.sign(chain_id, 5'000, {pay(me.address(), 1)}, {})) == "nonce_gap");
    CHECK(sent(stranger.sign(chain_id, 0, {pay(me.address(), 1)}, {})) == "insufficient_funds");
    CHECK(sent(me.sign(chain_id, 0, {pay(me.address(), 1)}, {.gas = 1})) == "gas_too_low");
    CHECK(error_word(call(url, "account", {{"address", "assay1nonsense"}})) == "bad_address");
    CHECK(error_word(call(url, "account")) == "invalid_params");
    CHECK(error_word(call(url, "account", {{"adress", "x"}})) == "invalid_params");
    CHECK(error_word(call(url, "block", {{"height", "7"}})) == "invalid_params");
    CHECK(error_word(call(url, "block", {{"height", 999'999}})) == "future_height");
    CHECK(error_word(call(url, "tx", {{"txid", std::string(64, '0')}})) == "not_found");
    CHECK(error_word(call(url, "statsu")) == "method_not_found");
    CHECK(error_word(call(url, "providers", {{"cursor", "00"}})) == "bad_cursor");
    const Json batch = post(url, Json::array({Json{{"jsonrpc", "2.0"}, {"id", "a"}, {"method", "status"}},
                                              Json{{"jsonrpc", "2.0"}, {"method", "status"}}, 5}));
    REQUIRE(batch.size() == 2);
    CHECK(batch[0]["id"] == "a");
    CHECK(error_word(batch[1]) == "invalid_request");
    CHECK(get(url, "/health").find("200 OK") != std::string::npos);
    CHECK(get(url, "/ready").find("\"ready\":true") != std::string::npos);
    CHECK(get(url, "/").find("<title>Assay</title>") != std::string::npos);
    CHECK(get(url, "/nothing").find("404") != std::string::npos);
    CHECK(http(url, "DELETE / HTTP/1.1", "").find("405") != std::string::npos);
    const std::string metrics = node->metrics_url();
    CHECK(get(metrics.substr(0, metrics.rfind('/')), "/metrics").find("assay_height ") != std::string::npos);
    node->stop();
}

TEST_CASE("after a restart the chain goes on where it was, and re-execution gives the same hashes", "[threads]") {
    const TestKey me(1), you(2);
    TestHome h({me.address()});
    std::uint64_t nonce = 0;
    std::uint64_t last = 0;
    std::string hash_before;
    for (int round = 0; round < 3; ++round) {
        auto node = h.start();
        const Json status = result(node->url(), "status");
        CHECK(status["height"].get<std::uint64_t>() >= last);
        if (round > 0) {
            const Json block = result(node->url(), "block", {{"height", last}});
            CHECK(block["hash"] == hash_before);
        }
        for (int i = 0; i < 5; ++i) {
            const Bytes raw = me.sign(status["chain_id"], nonce++, {pay(you.address(), 10)}, {});
            CHECK(result(node->url(), "broadcast_tx", {{"tx", to_hex(raw)}, {"wait", true}})["status"] == "committed");
        }
        const auto running = open_source(h.home);  // while it runs: through the control socket
        REQUIRE(running.ok());
        const auto checked = verify_chain(**running, {});
        if (!checked) FAIL(checked.error().message);
        node->stop();
        last = node->app().info().height.value;
        hash_before = to_hex(chain::block_hash(node->app().block(Height{last})->header).view());
    }
    auto stopped = open_source(h.home);
    REQUIRE(stopped.ok());
    const auto report = verify_chain(**stopped, {});
    REQUIRE(report.ok());
    CHECK(report->blocks.value == last);
    CHECK(report->transactions == 15);
}

TEST_CASE("a block that was to be signed when the node died is the one that is finished", "[threads]") {
    const TestKey me(1), you(2);
    TestHome h({me.address()});
    Hash expected;
    {
        // What a node does up to the moment before its commit.
        const auto genesis = chain::parse_genesis(*read_file(h.home.genesis()), "genesis");
        REQUIRE(make_directory(h.home.data()).ok());
        chain::AppOptions o;
        o.dir = h.home.data().string();
        auto app = chain::App::open(o);
        REQUIRE(app.ok());
        REQUIRE((*app)->init_chain(*genesis).ok());
        const auto secret = load_beacon_secret(h.home.beacon_secret());
        BeaconChain beacon(*secret);
        const Bytes raw = me.sign(genesis->chain_id, 0, {pay(you.address(), 77)}, {});
        const auto block = (*app)->make_block(
            {TimeMs{genesis->time.value + 123}, genesis->validators[0].operator_address, *beacon.reveal(Height{1})},
            {raw});
        REQUIRE(block.ok());
        REQUIRE(block->txs.size() == 1);
        expected = chain::block_hash(block->header);
        REQUIRE(SignedBlock(h.home.signed_block()).save(*block).ok());
    }
    auto node = h.start();
    CHECK(result(node->url(), "block", {{"height", 1}})["hash"] == to_hex(expected.view()));
    CHECK(result(node->url(), "account", {{"address", encode_address("assay", you.address())}})["liquid"] == "77");
    node.reset();
    auto source = open_source(h.home);
    REQUIRE(source.ok());
    CHECK(verify_chain(**source, {}).ok());
}

TEST_CASE("verify notices a block that was changed", "[threads]") {
    const TestKey me(1);
    TestHome h({me.address()});
    {
        auto node = h.start();
        const std::string chain_id = result(node->url(), "status")["chain_id"];
        result(node->url(), "broadcast_tx",
               {{"tx", to_hex(me.sign(chain_id, 0, {pay(me.address(), 10)}, {}))}, {"wait", true}});
        node->stop();
    }
    class Altered final : public BlockSource {
       public:
        Altered(BlockSource& s, int what) : source_(s), what_(what) {}
        Result<chain::Genesis> genesis() override { return source_.genesis(); }
        Result<Height> height() override { return source_.height(); }
        Result<Stored> block(Height h) override {
            auto stored = source_.block(h);
            if (!stored || h.value != 1) return stored;
            if (what_ == 0) stored->block.commit_signature.bytes[5] ^= 1;
            if (what_ == 1) stored->results.app_hash.bytes[5] ^= 1;
            if (what_ == 2) stored->block.header.time.value += 1;
            if (what_ == 3) stored->results.end_events.push_back({"token.minted", {}});
            return stored;
        }

       private:
        BlockSource& source_;
        int what_;
    };
    auto source = open_source(h.home);
    REQUIRE(source.ok());
    for (int what = 0; what < 4; ++what) {
        Altered altered(**source, what);
        const auto report = verify_chain(altered, {});
        REQUIRE_FALSE(report.ok());
        CHECK((report.error().code == Code::app_hash_mismatch || report.error().code == Code::verification_failed));
    }
}

TEST_CASE("one home is one node, and a port that is taken is said", "[threads]") {
    const TestKey me(1);
    TestHome h({me.address()});
    auto node = h.start();
    const auto second = Node::start(h.home, fast_config(), {});
    REQUIRE_FALSE(second.ok());
    CHECK(second.error().code == Code::store_locked);
    TestHome other({me.address()});
    Config c = fast_config();
    c.rpc_listen = node->url().substr(7);
    const auto taken = Node::start(other.home, c, {});
    REQUIRE_FALSE(taken.ok());
    CHECK(taken.error().code == Code::port_in_use);
    node->stop();
}

TEST_CASE("the control socket is its owner's alone, and stops the node", "[threads]") {
    const TestKey me(1);
    TestHome h({me.address()});
    auto node = h.start();
    CHECK((std::filesystem::status(h.home.control_socket()).permissions() & std::filesystem::perms::all) ==
          (std::filesystem::perms::owner_read | std::filesystem::perms::owner_write));
    CHECK(control_call(h.home.control_socket(), "status").ok());
    CHECK(control_call(h.home.control_socket(), "node.log", "{\"level\":\"loud\"}").error().code ==
          Code::invalid_params);
    CHECK(control_call(h.home.control_socket(), "nothing").error().code == Code::method_not_found);
    const auto exported = control_call(h.home.control_socket(), "node.export");
    REQUIRE(exported.ok());
    const auto as_genesis = chain::parse_genesis(*exported, "export");
    if (!as_genesis) FAIL(as_genesis.error().message);
    REQUIRE(as_genesis->accounts.size() == 1);
    CHECK(as_genesis->accounts[0].address == me.address());
    // Over HTTP these methods do not exist.
    CHECK(error_word(call(node->url(), "node.stop")) == "method_not_found");
    CHECK_FALSE(node->should_stop());
    CHECK(control_call(h.home.control_socket(), "node.stop").ok());
    CHECK(node->should_stop());
    node->stop();
    CHECK_FALSE(node_runs(h.home.control_socket()));
    CHECK(control_call(h.home.control_socket(), "status").error().code == Code::node_unreachable);
}

TEST_CASE("on demand a block comes with a transaction and not before", "[threads]") {
    const TestKey me(1), you(2);
    TestHome h({me.address()});
    Config c = fast_config();
    c.block_time = "on-demand";
    auto node = h.start(c);
    std::this_thread::sleep_for(std::chrono::milliseconds(200));
    CHECK(result(node->url(), "status")["height"] == 0);
    const std::string chain_id = result(node->url(), "status")["chain_id"];
    for (std::uint64_t i = 0; i < 3; ++i)
        CHECK(result(node->url(), "broadcast_tx",
                     {{"tx", to_hex(me.sign(chain_id, i, {pay(you.address(), 10)}, {}))}, {"wait", true}})["status"] ==
              "committed");
    CHECK(result(node->url(), "status")["height"] == 3);
    node->stop();
}
