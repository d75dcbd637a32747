#include "node/comet/rpc.hpp"

#include <boost/asio/connect.hpp>
#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <mutex>
#include <vector>

#include "node/config.hpp"
#include "node/json.hpp"
#include "node/rpc/request.hpp"
#include "node/unix_path.hpp"

namespace assay::node {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using Clock = std::chrono::steady_clock;
using Protocol = asio::generic::stream_protocol;  // a Unix socket and TCP in one type: Beast is compiled once

constexpr std::size_t kMaxAnswer = 64u << 20;  // a full block with its results
constexpr std::size_t kKept = 8;
constexpr int kMaxDepth = 64;

/// Beast's deadlines work on asynchronous operations only, so each step runs its own small event loop.
class Connection {
   public:
    Connection() : stream_(context_) {}

    beast::error_code open_unix(const std::string& path, Clock::time_point deadline) {
        const UnixPath name(path);
        if (!name.ok()) return {errno, boost::system::system_category()};
        return connect(asio::local::stream_protocol::endpoint(name.text()), deadline);
    }

    beast::error_code open_tcp(const HostPort& where, Clock::time_point deadline) {
        beast::error_code failure;
        asio::ip::tcp::resolver resolver(context_);
        // An address needs no resolver; a name is asked of the system, which has deadlines of its own.
        const auto all = resolver.resolve(where.host, std::to_string(where.port), failure);
        if (failure) return failure;
        for (const auto& one : all) {
            failure = connect(one.endpoint(), deadline);
            if (failure) continue;
            beast::error_code ignored;
            stream_.socket().set_option(asio::ip::tcp::no_delay(true), ignored);
            return {};
        }
        return failure;
    }

    beast::error_code exchange(http::request<http::string_body>& request, http::response<http::string_body>& response,
                               bool& any, Clock::time_point deadline) {
        beast::error_code failure;
        stream_.expires_at(deadline);
        http::async_write(stream_, request, [&](beast::error_code e, std::size_t) { failure = e; });
        run();
        if (failure) return failure;
        http::response_parser<http::string_body> parser;
        parser.body_limit(kMaxAnswer);
        std::size_t bytes = 0;
        http::async_read(stream_, buffer_, parser, [&](beast::error_code e, std::size_t n) {
            failure = e;
            bytes = n;
        });
        run();
        any = bytes != 0 || buffer_.size() != 0;
        if (!failure) response = parser.release();
        return failure;
    }

   private:
    beast::error_code connect(const Protocol::endpoint& to, Clock::time_point deadline) {
        beast::error_code failure;
        stream_.close();
        stream_.expires_at(deadline);
        stream_.async_connect(to, [&](beast::error_code e) { failure = e; });
        run();
        return failure;
    }
    void run() {
        context_.restart();
        context_.run();
    }

    asio::io_context context_{1};
    beast::basic_stream<Protocol> stream_;
    beast::flat_buffer buffer_;
};

std::string shown(const beast::error_code& e) {
    return e == beast::error::timeout ? "did not answer in time" : "failed: " + e.message();
}

http::request<http::string_body> request_of(http::verb verb, std::string_view target, std::string_view host) {
    http::request<http::string_body> out(verb, beast::string_view(target.data(), target.size()), 11);
    out.set(http::field::host, beast::string_view(host.data(), host.size()));
    return out;
}

/// CometBFT's numbers are those of JSON-RPC, but what it lacks and what it refuses are both "internal"; the sentence in
/// `data` tells them apart.
Error refusal(const Json& error) {
    const auto text = [&](const char* key) {
        return error.is_object() && error.contains(key) && error[key].is_string() ? error[key].get<std::string>()
                                                                                  : std::string();
    };
    const std::int64_t number = error.is_object() && error.contains("code") && error["code"].is_number_integer()
                                    ? error["code"].get<std::int64_t>()
                                    : 0;
    std::string said = text("data");
    if (said.empty()) said = text("message");
    if (said.empty()) said = "no reason given";
    const std::string message = "CometBFT refused: " + said;
    if (number == code_rpc_number(Code::method_not_found)) return {Code::method_not_found, message};
    if (number == code_rpc_number(Code::invalid_params)) return {Code::invalid_params, message};
    for (const std::string_view lacking : {"must be less than or equal to the current blockchain height",
                                           "is not available", "could not find", "not found", "no block", "no commit"})
        if (said.find(lacking) != std::string::npos) return {Code::not_found, message};
    return {Code::invalid_params, message};
}

}  // namespace

struct CometRpc::Impl {
    std::string address;
    std::mutex mutex;
    std::vector<std::unique_ptr<Connection>> kept;

    [[nodiscard]] Error unreachable(const std::string& what) const {
        return {Code::node_unreachable, "CometBFT at " + address + " " + what};
    }
    std::unique_ptr<Connection> take() {
        const std::lock_guard lock(mutex);
        if (kept.empty()) return nullptr;
        auto out = std::move(kept.back());
        kept.pop_back();
        return out;
    }
    void keep(std::unique_ptr<Connection> c) {
        const std::lock_guard lock(mutex);
        if (kept.size() < kKept) kept.push_back(std::move(c));
    }
    Result<std::unique_ptr<Connection>> open(Clock::time_point deadline) const {
        constexpr std::string_view kUnix = "unix://", kTcp = "tcp://";
        auto out = std::make_unique<Connection>();
        beast::error_code failure;
        if (address.starts_with(kUnix)) {
            failure = out->open_unix(address.substr(kUnix.size()), deadline);
        } else if (address.starts_with(kTcp)) {
            ASSAY_TRY(const HostPort where, parse_host_port(std::string_view(address).substr(kTcp.size())));
            failure = out->open_tcp(where, deadline);
        } else {
            return Error{
                Code::field_out_of_range,
                "the address of CometBFT's RPC is unix://PATH or tcp://HOST:PORT, not " + json::shown(address)};
        }
        if (failure) return unreachable("cannot be reached: " + failure.message());
        return out;
    }
};

CometRpc::CometRpc(std::string address) : impl_(std::make_unique<Impl>()) {
    impl_->address = std::move(address);
}
CometRpc::~CometRpc() = default;

Result<std::string> CometRpc::post(std::string_view body, std::chrono::milliseconds within) const {
    const auto deadline = Clock::now() + within;
    auto request = request_of(http::verb::post, "/", "cometbft");
    request.set(http::field::content_type, "application/json");
    request.body() = std::string(body);
    request.prepare_payload();
    while (true) {
        auto connection = impl_->take();
        const bool reused = connection != nullptr;
        if (!reused) {
            ASSAY_TRY(connection, impl_->open(deadline));
        }
        http::response<http::string_body> response;
        bool any = false;
        if (const auto failure = connection->exchange(request, response, any, deadline)) {
            // A kept connection that CometBFT closed meanwhile: another one may do, and there are few of them.
            if (reused && !any && failure != beast::error::timeout) continue;
            return impl_->unreachable(shown(failure));
        }
        if (response.keep_alive()) impl_->keep(std::move(connection));
        if (response.body().empty())
            return impl_->unreachable("answered with HTTP status " + std::to_string(response.result_int()) +
                                      " and nothing else");
        return std::move(response.body());
    }
}

Result<std::string> CometRpc::call(std::string_view method, std::string_view params_json,
                                   std::chrono::milliseconds within) const {
    ASSAY_TRY(const std::string text, post("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":" + json_quoted(method) +
                                               ",\"params\":" + std::string(params_json) + "}",
                                           within));
    bool too_deep = false;
    const Json answer = Json::parse(
        text,
        [&](int depth, Json::parse_event_t, Json&) {
            too_deep |= depth > kMaxDepth;
            return depth <= kMaxDepth;
        },
        false);
    if (too_deep || !answer.is_object()) return impl_->unreachable("answered with what is no JSON-RPC");
    if (const auto error = answer.find("error"); error != answer.end() && !error->is_null()) return refusal(*error);
    const auto result = answer.find("result");
    if (result == answer.end()) return impl_->unreachable("answered with neither result nor error");
    return to_text(*result);
}

Result<std::string> http_get(std::string_view host_port, std::string_view target, std::chrono::milliseconds within) {
    const auto deadline = Clock::now() + within;
    const auto unreachable = [&](const std::string& what) {
        return Error{Code::node_unreachable, "http://" + std::string(host_port) + std::string(target) + " " + what};
    };
    ASSAY_TRY(const HostPort where, parse_host_port(host_port));
    Connection connection;
    if (const auto failure = connection.open_tcp(where, deadline))
        return unreachable("cannot be reached: " + failure.message());
    auto request = request_of(http::verb::get, target, host_port);
    request.keep_alive(false);
    http::response<http::string_body> response;
    bool any = false;
    if (const auto failure = connection.exchange(request, response, any, deadline)) return unreachable(shown(failure));
    if (response.result() != http::status::ok)
        return unreachable("answered with HTTP status " + std::to_string(response.result_int()));
    return std::move(response.body());
}

}  // namespace assay::node
