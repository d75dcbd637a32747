// Subscriptions over a real WebSocket.
#include <boost/asio/connect.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/websocket.hpp>

#include "node/rpc/subscriptions.hpp"
#include "tests/node/node_fixture.hpp"

using namespace assay;
using namespace assay::node;
using namespace assay::node::test;
namespace beast = boost::beast;
using tcp = boost::asio::ip::tcp;

namespace {

class Socket {
   public:
    explicit Socket(const std::string& url) : ws_(io_) {
        const auto port = static_cast<std::uint16_t>(std::stoi(url.substr(url.rfind(':') + 1)));
        ws_.next_layer().connect(tcp::endpoint(boost::asio::ip::make_address("127.0.0.1"), port));
        const timeval limit{10, 0};
        ::setsockopt(ws_.next_layer().native_handle(), SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
        ws_.handshake("127.0.0.1", "/ws");
    }
    void send(const Json& j) { ws_.write(boost::asio::buffer(to_text(j))); }
    Json read() {
        beast::flat_buffer in;
        ws_.read(in);
        return Json::parse(beast::buffers_to_string(in.data()));
    }
    void call(int id, const std::string& method, const Json& params) {
        send({{"jsonrpc", "2.0"}, {"id", id}, {"method", method}, {"params", params}});
    }
    // The answer to `id`; events that come before it are kept.
    Json answer(int id) {
        while (true) {
            Json j = read();
            if (j.contains("id") && j["id"] == id) return j;
            events.push_back(j["params"]);
        }
    }
    Json event() {
        if (!events.empty()) {
            Json e = events.front();
            events.erase(events.begin());
            return e;
        }
        while (true) {
            Json j = read();
            if (j.contains("method")) return j["params"];
        }
    }
    std::vector<Json> events;

   private:
    boost::asio::io_context io_;
    beast::websocket::stream<tcp::socket> ws_;
};

}  // namespace

TEST_CASE("a subscriber hears of blocks in order and of the events that it asked for", "[threads]") {
    const TestKey me(1), you(2);
    TestHome h({me.address()});
    auto node = h.start();
    Socket s(node->url());
    s.call(1, "status", Json::object());
    const Json status = s.answer(1)["result"];
    s.call(
        2, "subscribe",
        {{"topics", {"token"}}, {"addresses", {encode_address(status["prefix"].get<std::string>(), you.address())}}});
    CHECK(s.answer(2)["result"]["subscription"] == 1);
    s.call(3, "subscribe", {{"topics", {"block"}}, {"from_height", 1}});
    CHECK(s.answer(3)["result"]["subscription"] == 2);
    s.call(4, "broadcast_tx",
           {{"tx", to_hex(me.sign(status["chain_id"], 0, {pay(you.address(), 7)}, {}))}, {"wait", true}});
    const Json sent = s.answer(4)["result"];
    CHECK(sent["status"] == "committed");
    std::uint64_t next = 1;
    bool heard = false;
    while (!heard || next < 6) {
        const Json e = s.event();
        if (e["subscription"] == 1) {
            CHECK(e["kind"] == "token.transferred");
            CHECK(e["txid"] == sent["txid"]);
            CHECK(e["id"].get<std::string>().rfind(std::to_string(sent["height"].get<std::uint64_t>()) + "/tx/", 0) ==
                  0);
            heard = true;
        } else {
            CHECK(e["kind"] == "block");
            CHECK(e["data"]["height"] == next++);
        }
    }
    s.call(5, "unsubscribe", {{"subscription", 2}});
    CHECK(s.answer(5)["result"] == true);
    s.call(6, "unsubscribe", {{"subscription", 2}});
    CHECK(error_word(s.answer(6)) == "not_found");
    s.call(7, "subscribe", {{"topic", "x"}});
    CHECK(error_word(s.answer(7)) == "invalid_params");
    s.call(8, "subscribe", {{"from_height", 1'000'000}});
    CHECK(error_word(s.answer(8)) == "future_height");
    node->stop();
}

TEST_CASE("a reader that fell too far behind is told of the gap and goes on", "[threads]") {
    const TestKey me(1);
    TestHome h({me.address()});
    Config c = fast_config();
    c.rpc_max_lag_blocks = 5;
    auto node = h.start(c);
    const std::string url = node->url();
    REQUIRE(eventually([&] { return result(url, "status")["height"].get<int>() > 10; }));
    Socket s(url);
    s.call(1, "subscribe", {{"from_height", 1}});
    CHECK(error_word(s.answer(1)) == "range_too_large");
    Subscriptions subs(node->rpc().api(), 5);
    const auto params = json::parse("{}");
    REQUIRE(subs.add(*read_args(subscribe_params(), *params, "assay")).ok());
    const auto from = node->app().info().height.value + 1;
    REQUIRE(eventually([&] { return node->app().info().height.value > from + 8; }));
    std::vector<Json> lines;
    subs.pump([&](const std::string& line) { lines.push_back(Json::parse(line)); }, [] { return true; });
    REQUIRE_FALSE(lines.empty());
    CHECK(lines[0]["params"]["gap"]["from"] == from);
    CHECK(lines[0]["params"]["gap"]["to"].get<std::uint64_t>() >= from + 8);
    const std::size_t before = lines.size();
    REQUIRE(eventually(
        [&] { return node->app().info().height.value > lines[0]["params"]["gap"]["to"].get<std::uint64_t>(); }));
    subs.pump([&](const std::string& line) { lines.push_back(Json::parse(line)); }, [] { return true; });
    CHECK(lines.size() > before);
    CHECK_FALSE(lines.back()["params"].contains("gap"));
    node->stop();
}

TEST_CASE("a subscriber that takes nothing holds nobody up", "[threads]") {
    const TestKey me(1);
    TestHome h({me.address()});
    auto node = h.start();
    Socket full(node->url());  // of subscriptions that tell nothing here
    for (int i = 0; i < 20; ++i) full.call(i, "subscribe", {{"topics", {"provider"}}});
    full.call(20, "subscribe", {{"topics", {"provider"}}});
    CHECK(error_word(full.answer(20)) == "too_many_subscriptions");
    Socket lazy(node->url());
    try {
        for (int i = 0; i < 20; ++i) lazy.call(i, "subscribe", {{"from_height", 1}});
    } catch (const boost::system::system_error&) {  // it was hung up on while it still asked
    }
    const auto before = node->app().info().height.value;
    REQUIRE(eventually([&] { return node->app().info().height.value > before + 20; }));
    CHECK(result(node->url(), "status")["height"].get<std::uint64_t>() > before);
    node->stop();
}
