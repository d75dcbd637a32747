// The HTTP server at a real socket: limits, deadlines, and ends of connections.
#include <arpa/inet.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <cstring>
#include <thread>

#include "node/http/server.hpp"
#include "tests/support/catch.hpp"

using namespace assay;
using namespace assay::node;
using namespace std::chrono_literals;

namespace {

class Echo final : public HttpService {
   public:
    void serve(HttpRequest r, std::function<void(HttpResponse)> reply) override {
        ++served;
        reply({200, "text/plain", r.method + " " + r.target + " " + std::to_string(r.body.size()), {}});
    }
    std::atomic<int> served{0};
};

// A raw client: what it sends is what the test says.
class Client {
   public:
    explicit Client(std::uint16_t port) {
        fd_ = ::socket(AF_INET, SOCK_STREAM, 0);
        sockaddr_in to{};
        to.sin_family = AF_INET;
        to.sin_port = htons(port);
        ::inet_pton(AF_INET, "127.0.0.1", &to.sin_addr);
        connected = ::connect(fd_, reinterpret_cast<sockaddr*>(&to), sizeof(to)) == 0;
    }
    ~Client() { ::close(fd_); }
    Client(const Client&) = delete;
    Client& operator=(const Client&) = delete;

    void send(const std::string& text) const {
        std::size_t at = 0;
        while (at < text.size()) {
            const ssize_t n = ::send(fd_, text.data() + at, text.size() - at, MSG_NOSIGNAL);
            if (n <= 0) return;
            at += static_cast<std::size_t>(n);
        }
    }
    // Until `enough` is there, the peer closes, or the time is over.
    std::string read(const std::string& enough, std::chrono::milliseconds longest = 5s) {
        const auto end = std::chrono::steady_clock::now() + longest;
        std::string out;
        char chunk[4096];
        while (out.find(enough) == std::string::npos) {
            const auto left =
                std::chrono::duration_cast<std::chrono::milliseconds>(end - std::chrono::steady_clock::now());
            pollfd p{fd_, POLLIN, 0};
            if (left.count() <= 0 || ::poll(&p, 1, static_cast<int>(left.count())) <= 0) break;
            const ssize_t n = ::recv(fd_, chunk, sizeof(chunk), 0);
            if (n <= 0) {
                closed = true;
                break;
            }
            out.append(chunk, static_cast<std::size_t>(n));
        }
        return out;
    }
    bool connected = false;
    bool closed = false;

   private:
    int fd_ = -1;
};

std::string post(const std::string& body) {
    return "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}
const std::string kNone = "\x01never\x01";

HttpOptions generous() {
    HttpOptions o;
    o.per_address = {1000, 1'000'000};
    return o;
}

}  // namespace

TEST_CASE("requests on one connection are answered one after the other", "[threads]") {
    Echo echo;
    HttpServer server(generous(), echo);
    REQUIRE(server.start().ok());
    Client c(server.port());
    for (int i = 0; i < 20; ++i) {
        c.send(post(std::string(static_cast<std::size_t>(i), 'x')));
        const std::string answer = c.read("POST / " + std::to_string(i));
        CHECK(answer.find("200 OK") != std::string::npos);
        CHECK(answer.find("POST / " + std::to_string(i)) != std::string::npos);
    }
    c.send(post("a") + post("bb"));  // pipelined
    CHECK(c.read("POST / 2").find("POST / 1") != std::string::npos);
    server.stop();
}

TEST_CASE("a body above the limit is refused with 413, a broken request with 400", "[threads]") {
    Echo echo;
    HttpOptions o = generous();
    o.max_body = 1000;
    HttpServer server(o, echo);
    REQUIRE(server.start().ok());
    {
        Client c(server.port());
        c.send(post(std::string(1001, 'x')));
        CHECK(c.read("413").find("413") != std::string::npos);
    }
    {
        Client c(server.port());
        c.send("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n");
        for (int i = 0; i < 20; ++i) c.send("64\r\n" + std::string(100, 'x') + "\r\n");
        CHECK(c.read("413").find("413") != std::string::npos);
    }
    {
        Client c(server.port());
        c.send("this is not http\r\n\r\n");
        CHECK(c.read("400").find("400") != std::string::npos);
    }
    {
        Client c(server.port());
        c.send("GET / HTTP/1.1\r\nX: " + std::string(20'000, 'h') + "\r\n\r\n");
        CHECK(c.read("413").find("413") != std::string::npos);
    }
    CHECK(echo.served == 0);
}

TEST_CASE("a client that asks before it sends its body is told to go on", "[threads]") {
    Echo echo;
    HttpServer server(generous(), echo);
    REQUIRE(server.start().ok());
    Client c(server.port());
    c.send("POST / HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n");
    CHECK(c.read("\r\n\r\n") == "HTTP/1.1 100 Continue\r\n\r\n");
    c.send("abc");
    CHECK(c.read("POST / 3").find("200 OK") != std::string::npos);
}

TEST_CASE("a request that is sent byte by byte is cut off at its deadline, an idle connection is not", "[threads]") {
    Echo echo;
    HttpOptions o = generous();
    o.request = 300ms;
    o.idle = 3s;
    HttpServer server(o, echo);
    REQUIRE(server.start().ok());
    Client idle(server.port());
    Client slow(server.port());
    const auto begin = std::chrono::steady_clock::now();
    bool cut = false;
    for (int i = 0; i < 100 && !cut; ++i) {
        slow.send("P");
        slow.read(kNone, 20ms);
        cut = slow.closed;
    }
    CHECK(cut);
    CHECK(std::chrono::steady_clock::now() - begin < 2s);
    idle.send(post("later"));
    CHECK(idle.read("POST / 5").find("200") != std::string::npos);
}

TEST_CASE("one address has so many connections and no more, and gets them back", "[threads]") {
    Echo echo;
    HttpOptions o = generous();
    o.per_address.connections = 3;
    HttpServer server(o, echo);
    REQUIRE(server.start().ok());
    {
        Client a(server.port()), b(server.port()), c(server.port());
        a.send(post(""));
        b.send(post(""));
        c.send(post(""));
        CHECK(a.read("POST / 0").find("200") != std::string::npos);
        CHECK(b.read("POST / 0").find("200") != std::string::npos);
        CHECK(c.read("POST / 0").find("200") != std::string::npos);
        Client d(server.port());
        const std::string answer = d.read("\r\n\r\n");
        CHECK(answer.find("429") != std::string::npos);
        CHECK(answer.find("Retry-After") != std::string::npos);
    }
    bool back = false;
    for (int i = 0; i < 100 && !back; ++i) {
        std::this_thread::sleep_for(20ms);
        Client e(server.port());
        e.send(post(""));
        back = e.read("POST / 0", 500ms).find("200") != std::string::npos;
    }
    CHECK(back);
}

TEST_CASE("above the rate an address gets 429 with Retry-After, and is served again later", "[threads]") {
    Echo echo;
    HttpOptions o = generous();
    o.per_address.requests_per_second = 5;
    HttpServer server(o, echo);
    REQUIRE(server.start().ok());
    Client c(server.port());
    int ok = 0, refused = 0;
    for (int i = 0; i < 10; ++i) {
        c.send(post(""));
        const std::string answer = c.read("\r\n\r\n");
        ok += answer.find("200 OK") != std::string::npos ? 1 : 0;
        refused +=
            answer.find("429") != std::string::npos && answer.find("Retry-After: 1") != std::string::npos ? 1 : 0;
        c.read(kNone, 2ms);
    }
    CHECK(ok >= 5);
    CHECK(refused >= 3);
    CHECK(ok + refused == 10);
    std::this_thread::sleep_for(1100ms);
    c.send(post(""));
    CHECK(c.read("POST / 0").find("200") != std::string::npos);
}

TEST_CASE("a port that is taken is an error that says so", "[threads]") {
    Echo echo;
    HttpServer first(generous(), echo);
    REQUIRE(first.start().ok());
    HttpOptions o = generous();
    o.port = first.port();
    HttpServer second(o, echo);
    const auto started = second.start();
    REQUIRE_FALSE(started.ok());
    CHECK(started.error().code == Code::port_in_use);
}

TEST_CASE("the server stops with connections open and requests on their way", "[threads]") {
    Echo echo;
    auto server = std::make_unique<HttpServer>(generous(), echo);
    REQUIRE(server->start().ok());
    std::vector<std::unique_ptr<Client>> clients;
    for (int i = 0; i < 10; ++i) {
        clients.push_back(std::make_unique<Client>(server->port()));
        clients.back()->send(i % 2 == 0 ? "POST / HT" : post("x"));
    }
    const auto begin = std::chrono::steady_clock::now();
    server->stop();
    CHECK(std::chrono::steady_clock::now() - begin < 3s);
    server.reset();
}

TEST_CASE("the bucket of an address refills with time") {
    AddressLimits limits({.connections = 1, .requests_per_second = 10});
    const auto t0 = AddressLimits::Clock::now();
    for (int i = 0; i < 10; ++i) CHECK_FALSE(limits.request("a", 1, t0).has_value());
    CHECK(limits.request("a", 1, t0) == 1u);
    CHECK_FALSE(limits.request("b", 1, t0).has_value());
    CHECK_FALSE(limits.request("a", 1, t0 + 100ms).has_value());
    CHECK(limits.request("a", 1, t0 + 100ms).has_value());
    // A batch larger than the bucket passes when the bucket is full, and is paid for afterwards.
    CHECK_FALSE(limits.request("c", 50, t0).has_value());
    CHECK(limits.request("c", 1, t0 + 1s).has_value());
    CHECK_FALSE(limits.request("c", 1, t0 + 5s).has_value());
    CHECK(limits.connect("x"));
    CHECK_FALSE(limits.connect("x"));
    limits.disconnect("x");
    CHECK(limits.connect("x"));
    limits.sweep(t0 + 1h);
    CHECK(limits.known() == 1);
}
