// CometBFT's RPC as the node asks it: kept connections, deadlines, refusals in CometBFT's own words.
#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <atomic>
#include <cstring>
#include <filesystem>
#include <mutex>
#include <thread>

#include "node/comet/light_block.hpp"
#include "node/comet/relay.hpp"
#include "node/comet/rpc.hpp"
#include "node/http/server.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/temp_dir.hpp"

using namespace assay;
using namespace assay::node;
using namespace std::chrono_literals;

namespace {

// Answers each request on a Unix socket with the next of its scripted bodies; "" is silence, "close" ends the
// connection after the answer, "drop" before it.
class ScriptedComet {
   public:
    explicit ScriptedComet(const std::filesystem::path& path) {
        listener_ = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
        // A long path is bound from within its folder, as an operator's CometBFT with a relative path does.
        const int here = ::open(".", O_PATH | O_DIRECTORY | O_CLOEXEC);
        std::filesystem::current_path(path.parent_path());
        sockaddr_un at{};
        at.sun_family = AF_UNIX;
        std::strcpy(at.sun_path, path.filename().c_str());
        ok = ::bind(listener_, reinterpret_cast<sockaddr*>(&at), sizeof(at)) == 0 && ::listen(listener_, 16) == 0;
        ok = ::fchdir(here) == 0 && ok;
        ::close(here);
        thread_ = std::thread([this] { accept_loop(); });
    }
    ~ScriptedComet() {
        over_ = true;
        thread_.join();
        ::close(listener_);
    }
    ScriptedComet(const ScriptedComet&) = delete;
    ScriptedComet& operator=(const ScriptedComet&) = delete;

    void next(std::string body, std::string how = "keep") {
        const std::lock_guard lock(mutex_);
        script_.emplace_back(std::move(body), std::move(how));
    }
    std::string last_request() const {
        const std::lock_guard lock(mutex_);
        return last_;
    }
    std::atomic<int> connections{0};
    bool ok = false;

   private:
    bool readable(int fd) const {
        while (!over_) {
            pollfd p{fd, POLLIN, 0};
            if (::poll(&p, 1, 20) > 0) return true;
        }
        return false;
    }
    void accept_loop() {
        std::vector<std::thread> all;
        while (readable(listener_)) {
            const int fd = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
            if (fd < 0) continue;
            ++connections;
            all.emplace_back([this, fd] {
                serve(fd);
                ::close(fd);
            });
        }
        for (auto& t : all) t.join();
    }
    void serve(int fd) {
        std::string in;
        char chunk[4096];
        while (readable(fd)) {
            const ssize_t n = ::recv(fd, chunk, sizeof(chunk), 0);
            if (n <= 0) return;
            in.append(chunk, static_cast<std::size_t>(n));
            if (in.empty() || in.back() != '}') continue;  // requests here are JSON objects
            std::pair<std::string, std::string> step{"", "keep"};
            {
                const std::lock_guard lock(mutex_);
                last_ = in;
                if (!script_.empty()) {
                    step = script_.front();
                    script_.erase(script_.begin());
                }
            }
            in.clear();
            if (step.second == "drop") return;
            if (step.first.empty()) continue;
            const std::string out = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: " +
                                    std::to_string(step.first.size()) + "\r\n\r\n" + step.first;
            std::size_t at = 0;
            while (at < out.size()) {
                const ssize_t sent = ::send(fd, out.data() + at, out.size() - at, MSG_NOSIGNAL);
                if (sent <= 0) return;
                at += static_cast<std::size_t>(sent);
            }
            if (step.second == "close") return;
        }
    }

    int listener_ = -1;
    mutable std::mutex mutex_;
    std::vector<std::pair<std::string, std::string>> script_;
    std::string last_;
    std::atomic<bool> over_{false};
    std::thread thread_;
};

std::string result(const std::string& json) {
    return R"({"jsonrpc":"2.0","id":1,"result":)" + json + "}";
}
std::string refused(int code, const std::string& data) {
    return R"({"jsonrpc":"2.0","id":1,"error":{"code":)" + std::to_string(code) +
           R"(,"message":"Internal error","data":")" + data + "\"}}";
}

class Hello final : public HttpService {
   public:
    void serve(HttpRequest r, std::function<void(HttpResponse)> reply) override {
        if (r.target == "/metrics")
            reply({200, "text/plain", "cometbft_consensus_height 7\n", {}});
        else
            reply({404, "text/plain", "not found\n", {}});
    }
};

}  // namespace

TEST_CASE("CometBFT's RPC: calls share kept connections, and one that was closed is replaced", "[threads]") {
    const test::TempDir dir;
    const auto path = dir.path() / "rpc.sock";
    ScriptedComet comet(path);
    REQUIRE(comet.ok);
    const CometRpc rpc("unix://" + path.string());
    for (int i = 0; i < 3; ++i) {
        comet.next(result(R"({"height":"7"})"));
        const auto answer = rpc.call("status", "{}");
        REQUIRE(answer.ok());
        CHECK(*answer == R"({"height":"7"})");
    }
    CHECK(comet.connections == 1);
    CHECK(comet.last_request().find(R"("method":"status","params":{})") != std::string::npos);

    comet.next(result("1"), "close");
    CHECK(rpc.call("health", "{}").ok());
    std::this_thread::sleep_for(50ms);  // the end of the connection arrives
    comet.next(result("2"));
    const auto again = rpc.call("health", "{}");
    REQUIRE(again.ok());
    CHECK(*again == "2");
    CHECK(comet.connections == 2);

    // A fresh connection that ends without an answer is no old one: said, not tried for ever.
    const CometRpc other("unix://" + path.string());
    comet.next("", "drop");
    const auto none = other.call("health", "{}");
    REQUIRE(!none.ok());
    CHECK(none.error().code == Code::node_unreachable);
}

TEST_CASE("CometBFT's RPC: many threads at once get their own answers", "[threads]") {
    const test::TempDir dir;
    const auto path = dir.path() / "rpc.sock";
    ScriptedComet comet(path);
    REQUIRE(comet.ok);
    const CometRpc rpc("unix://" + path.string());
    for (int i = 0; i < 200; ++i) comet.next(result("true"));
    std::atomic<int> good{0};
    std::vector<std::thread> all;
    for (int t = 0; t < 8; ++t)
        all.emplace_back([&] {
            for (int i = 0; i < 25; ++i)
                if (rpc.call("health", "{}").ok()) ++good;
        });
    for (auto& t : all) t.join();
    CHECK(good == 200);
    CHECK(comet.connections <= 8);
}

TEST_CASE("CometBFT's RPC: silence, garbage and an answer without end are node_unreachable", "[threads]") {
    const test::TempDir dir;
    const auto path = dir.path() / "rpc.sock";
    {
        const CometRpc nobody("unix://" + path.string());
        const auto answer = nobody.call("status", "{}");
        REQUIRE(!answer.ok());
        CHECK(answer.error().code == Code::node_unreachable);
        CHECK(answer.error().message.find(path.string()) != std::string::npos);
    }
    ScriptedComet comet(path);
    REQUIRE(comet.ok);
    const CometRpc rpc("unix://" + path.string());
    const auto begin = std::chrono::steady_clock::now();
    const auto late = rpc.call("status", "{}", 100ms);
    REQUIRE(!late.ok());
    CHECK(late.error().code == Code::node_unreachable);
    CHECK(late.error().message.find("in time") != std::string::npos);
    CHECK(std::chrono::steady_clock::now() - begin < 5s);

    for (const std::string& body : {std::string("this is not JSON"), std::string("[]"), std::string("{}"),
                                    result(std::string(100'000, '[') + std::string(100'000, ']'))}) {
        comet.next(body);
        const auto answer = rpc.call("status", "{}");
        REQUIRE(!answer.ok());
        CHECK(answer.error().code == Code::node_unreachable);
    }
    comet.next(std::string((64u << 20) + 1, ' '));
    const auto huge = rpc.call("status", "{}");
    REQUIRE(!huge.ok());
    CHECK(huge.error().code == Code::node_unreachable);
    // What the caller asked stays whole in post().
    comet.next("as it is");
    const auto raw = rpc.post(R"({"method":"x"})");
    REQUIRE(raw.ok());
    CHECK(*raw == "as it is");
}

TEST_CASE("CometBFT's RPC: a refusal keeps CometBFT's words", "[threads]") {
    const test::TempDir dir;
    const auto path = dir.path() / "rpc.sock";
    ScriptedComet comet(path);
    REQUIRE(comet.ok);
    const CometRpc rpc("unix://" + path.string());
    const std::vector<std::tuple<int, std::string, Code>> cases{
        {-32603, "height 9 must be less than or equal to the current blockchain height 3", Code::not_found},
        {-32603, "height 1 is not available, lowest height is 5", Code::not_found},
        {-32603, "height must be greater than 0, but got 0", Code::invalid_params},
        {-32602, "error converting json params to arguments", Code::invalid_params},
        {-32601, "", Code::method_not_found},
    };
    for (const auto& [number, words, code] : cases) {
        comet.next(refused(number, words));
        const auto answer = rpc.call("commit", "{}");
        REQUIRE(!answer.ok());
        CHECK(answer.error().code == code);
        CHECK(answer.error().message.find(words) != std::string::npos);
    }
}

TEST_CASE("CometBFT's RPC: a socket whose path is longer than 107 bytes", "[threads]") {
    const test::TempDir dir;
    const auto deep = dir.path() / std::string(120, 'd');
    std::filesystem::create_directory(deep);
    ScriptedComet comet(deep / "rpc.sock");
    REQUIRE(comet.ok);
    const CometRpc rpc("unix://" + (deep / "rpc.sock").string());
    comet.next(result("true"));
    CHECK(rpc.call("health", "{}").ok());
    CHECK(!CometRpc("unix:///no/such/folder/" + std::string(120, 'd') + "/rpc.sock").call("health", "{}").ok());
}

TEST_CASE("CometBFT's RPC: TCP, pages by GET, and addresses that are none", "[threads]") {
    Hello hello;
    HttpServer server({}, hello);
    REQUIRE(server.start().ok());
    const std::string at = "127.0.0.1:" + std::to_string(server.port());
    const auto page = http_get(at, "/metrics", 5s);
    REQUIRE(page.ok());
    CHECK(*page == "cometbft_consensus_height 7\n");
    const auto none = http_get(at, "/other", 5s);
    REQUIRE(!none.ok());
    CHECK(none.error().message.find("404") != std::string::npos);
    CHECK(CometRpc("tcp://" + at).post("{}").ok());
    server.stop();
    CHECK(http_get(at, "/metrics", 1s).error().code == Code::node_unreachable);
    CHECK(CometRpc("http://" + at).call("health", "{}").error().code == Code::field_out_of_range);
    CHECK(CometRpc("tcp://nonsense").call("health", "{}").error().code == Code::field_out_of_range);
}

namespace {

std::string commit_of(int height, bool canonical = true) {
    const std::string h = std::to_string(height);
    return result(R"({"signed_header":{"header":{"height":")" + h + R"("},"commit":{"height":")" + h +
                  R"("}},"canonical":)" + (canonical ? "true}" : "false}"));
}
std::string validators_of(int from, int count, int total) {
    std::string list;
    for (int i = from; i < from + count; ++i)
        list += (list.empty() ? "" : ",") + std::string(R"({"address":"A)") + std::to_string(i) +
                R"(","pub_key":{"type":"t","value":"v"},"voting_power":"1","proposer_priority":"-7"})";
    return result(R"({"block_height":"7","validators":[)" + list + R"(],"count":"1","total":")" +
                  std::to_string(total) + "\"}");
}

}  // namespace

TEST_CASE("a light block has the commit and all pages of validators, and is asked for once", "[threads]") {
    const test::TempDir dir;
    const auto path = dir.path() / "rpc.sock";
    ScriptedComet comet(path);
    REQUIRE(comet.ok);
    const CometRpc rpc("unix://" + path.string());
    comet.next(commit_of(7));
    comet.next(validators_of(0, 100, 101));
    comet.next(validators_of(100, 1, 101));
    LightBlocks kept;
    const auto block = kept.at(rpc, Height{7});
    REQUIRE(block.ok());
    CHECK(block->starts_with(
        R"({"height":7,"signed_header":{"header":{"height":"7"},"commit":{"height":"7"}},"validators":[{"address":"A0",)"
        R"("pub_key":{"type":"t","value":"v"},"voting_power":"1"},)"));
    CHECK(block->find("\"A100\"") != std::string::npos);
    CHECK(comet.last_request().find(R"("page":"2")") != std::string::npos);
    const auto again = kept.at(rpc, Height{7});  // the script is over: nobody is asked
    REQUIRE(again.ok());
    CHECK(*again == *block);

    // The commit of the last block may still grow.
    for (int i = 0; i < 2; ++i) {
        comet.next(commit_of(8, false));
        comet.next(validators_of(0, 1, 1));
        CHECK(kept.at(rpc, Height{8}).ok());
    }
    CHECK(kept.size() == 1);
    for (int h = 10; h < 10 + static_cast<int>(LightBlocks::kKept); ++h) {
        comet.next(commit_of(h));
        comet.next(validators_of(0, 1, 1));
        CHECK(kept.at(rpc, Height{static_cast<std::uint64_t>(h)}).ok());
    }
    CHECK(kept.size() == LightBlocks::kKept);

    comet.next(result(R"({"signed_header":{"header":null,"commit":null},"canonical":false})"));
    CHECK(read_light_block(rpc, Height{9}).error().code == Code::not_found);
    comet.next(commit_of(9));
    comet.next(validators_of(0, 0, 1));
    CHECK(read_light_block(rpc, Height{9}).error().code == Code::node_unreachable);
}

TEST_CASE("what light clients call is relayed to CometBFT, and nothing else is", "[threads]") {
    const test::TempDir dir;
    const auto path = dir.path() / "rpc.sock";
    ScriptedComet comet(path);
    REQUIRE(comet.ok);
    const CometRpc rpc("unix://" + path.string());
    const std::string asked = R"({"jsonrpc":"2.0","id":42,"method":"commit","params":{"height":"7"}})";
    comet.next("the answer");
    CHECK(relay_to_comet(rpc, asked) == "the answer");
    CHECK(comet.last_request().ends_with(asked));

    const auto refuses = [&](const std::string& body, const char* what) {
        INFO(body.substr(0, 200));
        const std::string answer = relay_to_comet(rpc, body);
        CHECK(answer.find("\"error\"") != std::string::npos);
        CHECK(answer.find(what) != std::string::npos);
        return answer;
    };
    for (const char* method : {"broadcast_tx_sync", "dial_peers", "unsafe_flush_mempool", "net_info", "block", "Commit",
                               "abci_query", "broadcast_evidence", ""})
        CHECK(refuses(R"({"jsonrpc":"2.0","id":"x","method":")" + std::string(method) + "\"}", "not relayed")
                  .find(R"("id":"x")") != std::string::npos);
    refuses(R"({"jsonrpc":"2.0","id":1,"method":"status","Method":"net_info"})", "no member");
    refuses(R"({"jsonrpc":"2.0","id":1,"method":"status","method":"net_info"})", "parse_error");
    refuses("[" + asked + "]", "no batch");
    refuses(R"({"jsonrpc":"2.0","id":1,"method":7})", "method must be a string");
    refuses("{", "parse_error");
    refuses("", "parse_error");
    refuses(std::string(kMaxRelayed + 1, ' '), "64 KiB");
    comet.next("", "drop");
    refuses(asked, "node_unreachable");
}

TEST_CASE("the operator sees CometBFT's peers, with the way they came", "[threads]") {
    const test::TempDir dir;
    const auto path = dir.path() / "rpc.sock";
    ScriptedComet comet(path);
    REQUIRE(comet.ok);
    const CometRpc rpc("unix://" + path.string());
    comet.next(result(
        R"({"n_peers":"2","peers":[{"node_info":{"id":"aa","listen_addr":"tcp://0.0.0.0:26656","moniker":"n1"},)"
        R"("is_outbound":true,"remote_ip":"10.0.0.1"},{"node_info":{"id":"bb","listen_addr":"tcp://[::]:1","moniker":)"
        R"("n2"},"is_outbound":false,"remote_ip":"::1"}]})"));
    const auto peers = read_peers(rpc);
    REQUIRE(peers.ok());
    CHECK(*peers == R"([{"id":"aa","address":"10.0.0.1:26656","direction":"out","name":"n1"},)"
                    R"({"id":"bb","address":"[::1]:1","direction":"in","name":"n2"}])");
    comet.next(result("{}"));
    CHECK(read_peers(rpc).error().code == Code::node_unreachable);
}
