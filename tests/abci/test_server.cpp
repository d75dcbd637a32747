// The ABCI server at a real socket: order, pipelining, engines that come and go, and peers that misbehave.
#include <sys/stat.h>

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <thread>

#include "node/abci/server.hpp"
#include "tests/abci/client.hpp"
#include "tests/abci/small_app.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/temp_dir.hpp"

using namespace assay;
using namespace assay::node::abci;
using namespace std::chrono_literals;
using test::AbciClient;

namespace {

class App final : public test::SmallApp {
   public:
    Result<CheckTxResponse> check_tx(const CheckTxRequest& r) override {
        ++checked;
        CheckTxResponse out;
        out.data = r.tx;
        return out;
    }
    Result<QueryResponse> query(const QueryRequest& r) override {
        if (r.path == "/slow") {
            std::unique_lock lock(mutex);
            asked = true;
            changed.notify_all();
            changed.wait_for(lock, 10s, [&] { return may_answer; });
        }
        if (r.path == "/large") {
            QueryResponse out;
            out.value.assign(8u << 20, 7);
            return out;
        }
        return QueryResponse{};
    }
    Result<FinalizeBlockResponse> finalize_block(const FinalizeBlockRequest& r) override {
        ++finalized;
        if (r.height == 666) return {Code::invariant_broken, "the state does not add up"};
        if (r.height == 667) throw std::bad_alloc();
        return SmallApp::finalize_block(r);
    }
    void let_go() {
        const std::lock_guard lock(mutex);
        may_answer = true;
        changed.notify_all();
    }
    void wait_until_asked() {
        std::unique_lock lock(mutex);
        REQUIRE(changed.wait_for(lock, 10s, [&] { return asked; }));
    }
    std::atomic<int> checked{0}, finalized{0};
    std::mutex mutex;
    std::condition_variable changed;
    bool asked = false, may_answer = false;
};

struct Running {
    explicit Running(ServerOptions options = {}) {
        if (options.address.empty()) options.address = "unix://" + (dir.path() / "abci.sock").string();
        address = options.address;
        server = std::make_unique<Server>(app, options,
                                          ServerEvents{[this] { ++sessions; },
                                                       [this](const Error& e) {
                                                           const std::lock_guard lock(mutex);
                                                           failure = e;
                                                       }});
        REQUIRE(server->start().ok());
        if (server->port() != 0) address = "tcp://127.0.0.1:" + std::to_string(server->port());
    }
    ~Running() { server->stop(); }
    bool has_connections(std::size_t n) const {
        for (int i = 0; i < 500 && server->connections() != n; ++i) std::this_thread::sleep_for(10ms);
        return server->connections() == n;
    }
    test::TempDir dir;
    App app;
    std::string address;
    std::atomic<int> sessions{0};
    std::mutex mutex;
    std::optional<Error> failure;
    std::unique_ptr<Server> server;
};

FinalizeBlockRequest block(std::int64_t height) {
    FinalizeBlockRequest r;
    r.height = height;
    return r;
}
template <class T>
bool is(const std::optional<Response>& r) {
    return r && std::holds_alternative<T>(*r);
}
Bytes number(std::uint32_t n) {
    return {static_cast<std::uint8_t>(n), static_cast<std::uint8_t>(n >> 8)};
}

}  // namespace

TEST_CASE("256 transactions and a flush are answered in their order", "[threads]") {
    Running s;
    AbciClient c(s.address);
    Bytes all;
    for (std::uint32_t i = 0; i < 256; ++i) encode(Request{CheckTxRequest{number(i), CheckTxType::fresh}}, all);
    encode(Request{FlushRequest{}}, all);
    REQUIRE(c.send_raw(all));
    for (std::uint32_t i = 0; i < 256; ++i) {
        const auto r = c.read();
        REQUIRE(is<CheckTxResponse>(r));
        REQUIRE(std::get<CheckTxResponse>(*r).data == number(i));
    }
    CHECK(is<FlushResponse>(c.read()));
    CHECK(s.app.checked == 256);
    CHECK(s.sessions == 0);  // of a mempool no engine has come
}

TEST_CASE("an answer is not held back where no flush follows, whole frames or halves", "[threads]") {
    Running s;
    AbciClient c(s.address);
    REQUIRE(c.send(EchoRequest{"one"}));
    const auto one = c.read();
    REQUIRE(is<EchoResponse>(one));
    CHECK(std::get<EchoResponse>(*one).message == "one");
    const Bytes two = encode(Request{EchoRequest{std::string(300, 'x')}});
    for (const std::uint8_t b : two) REQUIRE(c.send_raw({b}));
    const auto back = c.read();
    REQUIRE(is<EchoResponse>(back));
    CHECK(std::get<EchoResponse>(*back).message == std::string(300, 'x'));
}

TEST_CASE("a slow query delays neither consensus nor the mempool", "[threads]") {
    Running s;
    AbciClient query(s.address), mempool(s.address), consensus(s.address);
    QueryRequest slow;
    slow.path = "/slow";
    REQUIRE(query.send(slow));
    REQUIRE(query.send(FlushRequest{}));
    s.app.wait_until_asked();
    for (std::int64_t h = 1; h <= 3; ++h) {
        CHECK(is<FinalizeBlockResponse>(consensus.call(block(h))));
        CHECK(is<CommitResponse>(consensus.call(CommitRequest{})));
        CHECK(is<CheckTxResponse>(mempool.call(CheckTxRequest{number(1), CheckTxType::recheck})));
    }
    s.app.let_go();
    CHECK(is<QueryResponse>(query.read()));
    CHECK(is<FlushResponse>(query.read()));
}

TEST_CASE("TCP of this machine serves like a file, and the outside is refused", "[threads]") {
    Running s({.address = "tcp://127.0.0.1:0"});
    AbciClient c(s.address);
    CHECK(is<EchoResponse>(c.call(EchoRequest{"x"})));
    const auto start = [&](const std::string& address) {
        Server other(s.app, {.address = address}, {});
        return std::string(other.start().error().word());
    };
    CHECK(start(s.address) == "port_in_use");
    for (const char* wrong : {"tcp://0.0.0.0:0", "tcp://10.0.0.1:26658", "tcp://127.0.0.1", "tcp://127.0.0.1:66000",
                              "tcp://example.org:1", "http://127.0.0.1:1", "unix://", ""})
        CHECK(start(wrong) == "field_out_of_range");
    CHECK(start("unix:///nowhere/at/all/abci.sock") == "io_error");
}

TEST_CASE("the socket's file is the operator's alone, long paths work, a dead one gives way", "[threads]") {
    Running s;
    const std::string path = s.address.substr(7);
    struct stat st {};
    REQUIRE(::stat(path.c_str(), &st) == 0);
    CHECK((st.st_mode & 0777) == 0600);
    Server second(s.app, {.address = s.address}, {});
    CHECK(second.start().error().word() == "port_in_use");
    s.server->stop();
    CHECK(::stat(path.c_str(), &st) != 0);

    const auto deep = s.dir.path() / std::string(90, 'd') / std::string(60, 'e');
    std::filesystem::create_directories(deep);
    const std::string far = "unix://" + (deep / "abci.sock").string();
    const auto dead = listen_at(far);
    REQUIRE(dead.ok());
    ::close(dead->fd);  // as after a kill: the file is there, nobody listens
    Server third(s.app, {.address = far}, {});
    REQUIRE(third.start().ok());
    {
        AbciClient c(far);
        CHECK(is<EchoResponse>(c.call(EchoRequest{"far"})));
    }
    third.stop();
    CHECK(std::filesystem::is_empty(deep));
}

TEST_CASE("a call out of order gets an exception and never reaches the application", "[threads]") {
    Running s;
    AbciClient c(s.address);
    CHECK(is<FinalizeBlockResponse>(c.call(block(5))));
    CHECK(c.refused(block(5)) == "finalize_block came where commit of height 5 was expected");
    CHECK(c.was_closed());
    CHECK(s.app.finalized == 1);
    AbciClient next(s.address);  // and the next engine begins anew
    CHECK(is<FinalizeBlockResponse>(next.call(block(5))));
    CHECK(is<CommitResponse>(next.call(CommitRequest{})));
    CHECK(s.sessions == 2);
}

TEST_CASE("one engine at a time drives the application, and the next one when it is gone", "[threads]") {
    Running s;
    {
        AbciClient query(s.address), first(s.address);
        CHECK(is<InfoResponse>(query.call(InfoRequest{})));
        CHECK(s.sessions == 1);
        CHECK(is<FinalizeBlockResponse>(first.call(block(5))));
        CHECK(s.sessions == 2);
        CHECK(is<InfoResponse>(query.call(InfoRequest{})));
        AbciClient stranger(s.address);
        CHECK(is<InfoResponse>(stranger.call(InfoRequest{})));  // a question beside a living engine
        CHECK(s.sessions == 2);
        CHECK(stranger.refused(block(5)) ==
              "finalize_block came while another connection drives consensus; one application serves one CometBFT");
        CHECK(is<CommitResponse>(first.call(CommitRequest{})));
    }
    AbciClient query(s.address), second(s.address);
    CHECK(is<InfoResponse>(query.call(InfoRequest{})));
    CHECK(s.sessions == 3);
    CHECK(is<FinalizeBlockResponse>(second.call(block(5))));
    CHECK(s.sessions == 4);
    CHECK(s.app.finalized == 2);
}

TEST_CASE("bad frames end their connection and no other", "[threads]") {
    Running s({.address = "", .max_frame = 1000});
    AbciClient good(s.address);
    const auto refused = [&](const Bytes& raw) -> std::string {
        AbciClient c(s.address);
        REQUIRE(c.send_raw(raw));
        const auto r = c.read();
        if (!is<ExceptionResponse>(r) || !c.was_closed()) return "";
        return std::get<ExceptionResponse>(*r).error;
    };
    CHECK(refused({0xe9, 0x07}) == "a message of 1001 bytes is over the limit of 1000");
    CHECK(refused({0xff, 0xff, 0xff, 0xff, 0xff, 0x01}) == "the length of a message is written in more than 5 bytes");
    CHECK(refused({0}) == "an empty request");
    CHECK(refused({3, 0xaa, 0x01, 0}) == "insert_tx is not supported: leave mempool.type at \"flood\"");
    CHECK(refused({3, 0xb2, 0x01, 0}) == "reap_txs is not supported: leave mempool.type at \"flood\"");
    CHECK(refused({2, 0x22, 0}) == "a request of kind 4 is not in ABCI 2.0");
    CHECK(refused({2, 0x0a, 5}) == "a field ends behind its message");
    CHECK(refused({1, 0x0b}) == "field 1 is of wire type 3, which proto3 does not have");
    {
        AbciClient half(s.address);  // goes away within a frame
        REQUIRE(half.send_raw({100, 0x0a}));
    }
    {
        AbciClient gone(s.address);  // never takes its answers
        QueryRequest large;
        large.path = "/large";
        for (int i = 0; i < 4; ++i) gone.send(large);
    }
    CHECK(is<EchoResponse>(good.call(EchoRequest{"still here"})));
    CHECK(s.has_connections(1));
}

TEST_CASE("a peer that stops reading does not hold up the end, and connections are counted", "[threads]") {
    Running s({.address = "", .max_connections = 3});
    AbciClient stuck(s.address), b(s.address), c(s.address);
    CHECK(is<EchoResponse>(c.call(EchoRequest{"c"})));
    CHECK(is<EchoResponse>(b.call(EchoRequest{"b"})));
    QueryRequest large;
    large.path = "/large";
    for (int i = 0; i < 4; ++i) REQUIRE(stuck.send(large));
    AbciClient fourth(s.address);
    const auto r = fourth.read();
    REQUIRE(is<ExceptionResponse>(r));
    CHECK(std::get<ExceptionResponse>(*r).error == "there are 3 connections, and that is the limit");
    b.close();
    REQUIRE(s.has_connections(2));
    AbciClient fifth(s.address);
    CHECK(is<EchoResponse>(fifth.call(EchoRequest{"e"})));
    const auto began = std::chrono::steady_clock::now();
    s.server->stop();
    CHECK(std::chrono::steady_clock::now() - began < 5s);
    CHECK(fifth.was_closed());
}

TEST_CASE("an application that cannot go on ends every connection and says why", "[threads]") {
    for (const std::int64_t height : {666, 667}) {
        Running s;
        AbciClient other(s.address), c(s.address);
        CHECK(is<EchoResponse>(other.call(EchoRequest{"x"})));
        const std::string why = height == 666 ? "the state does not add up" : "finalize_block failed: std::bad_alloc";
        CHECK(c.refused(block(height)) == why);
        CHECK(c.was_closed());
        CHECK(other.was_closed());
        s.server->stop();
        REQUIRE(s.failure.has_value());
        CHECK(s.failure->message == why);
        CHECK(s.failure->code == (height == 666 ? Code::invariant_broken : Code::internal));
        CHECK_FALSE(AbciClient(s.address).connected());
    }
}
