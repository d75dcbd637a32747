#include "wallet/client/rpc_client.hpp"

#include <algorithm>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <cstdio>
#include <random>
#include <thread>

namespace assay::wallet {
namespace {

namespace beast = boost::beast;
namespace http = boost::beast::http;
using tcp = boost::asio::ip::tcp;

constexpr std::size_t kMaxAnswer = 64u << 20;  // a full block with its events

constexpr std::chrono::milliseconds kPatience{30'000};  // with a node that asks for fewer requests

/// Retry-After in seconds where it is one, else a pause that doubles; a little more at random, so that callers part.
std::chrono::milliseconds pause_of(const std::string& retry_after, unsigned times) {
    static thread_local std::minstd_rand random{std::random_device{}()};
    std::uint64_t ms = std::uint64_t{100} << std::min(times, 4u);
    if (!retry_after.empty() && retry_after.size() <= 2 &&
        retry_after.find_first_not_of("0123456789") == std::string::npos)
        ms = std::max<std::uint64_t>(ms, 1000 * std::stoull(retry_after));
    return std::chrono::milliseconds(ms + random() % (ms / 2 + 1));
}

}  // namespace

std::string json_quote(std::string_view text) {
    std::string out = "\"";
    for (const char c : text) {
        switch (c) {
            case '"':
                out += "\\\"";
                break;
            case '\\':
                out += "\\\\";
                break;
            case '\n':
                out += "\\n";
                break;
            case '\r':
                out += "\\r";
                break;
            case '\t':
                out += "\\t";
                break;
            default:
                if (static_cast<unsigned char>(c) < 0x20) {
                    char escape[8];
                    std::snprintf(escape, sizeof escape, "\\u%04x",
                                  static_cast<unsigned>(static_cast<unsigned char>(c)));
                    out += escape;
                } else {
                    out += c;
                }
        }
    }
    return out + "\"";
}

void Params::name(std::string_view name) {
    if (!body_.empty()) body_ += ",";
    body_ += json_quote(name) + ":";
}
Params& Params::text(std::string_view n, std::string_view value) {
    name(n);
    body_ += json_quote(value);
    return *this;
}
Params& Params::number(std::string_view n, std::uint64_t value) {
    name(n);
    body_ += std::to_string(value);
    return *this;
}
Params& Params::flag(std::string_view n, bool value) {
    name(n);
    body_ += value ? "true" : "false";
    return *this;
}

std::optional<Code> code_from_word(std::string_view word) {
#define ASSAY_CODE_FROM_WORD(name, number) \
    if (word == #name) return Code::name;
    ASSAY_CODES(ASSAY_CODE_FROM_WORD)
#undef ASSAY_CODE_FROM_WORD
    return std::nullopt;
}

/// Beast's deadlines work on asynchronous operations only, so each step runs its own small event loop.
class RpcClient::Connection {
   public:
    Connection() : stream_(context_) {}

    beast::error_code open(const Url& url, std::chrono::milliseconds deadline) {
        beast::error_code failure;
        tcp::resolver resolver(context_);
        // A name that is an address needs no resolver; others are asked of the system, which has deadlines of its own.
        const auto endpoints = resolver.resolve(url.host, url.port, failure);
        if (failure) return failure;
        stream_.expires_after(deadline);
        stream_.async_connect(endpoints, [&](beast::error_code e, const tcp::endpoint&) { failure = e; });
        run();
        if (failure) return failure;
        beast::error_code ignored;
        stream_.socket().set_option(tcp::no_delay(true), ignored);
        return {};
    }

    beast::error_code write(http::request<http::string_body>& request, std::chrono::milliseconds deadline) {
        beast::error_code failure;
        stream_.expires_after(deadline);
        http::async_write(stream_, request, [&](beast::error_code e, std::size_t) { failure = e; });
        run();
        return failure;
    }

    /// Under the deadline that write() set. `any` tells whether a byte of an answer came.
    beast::error_code read(http::response_parser<http::string_body>& parser, bool& any) {
        beast::error_code failure;
        std::size_t bytes = 0;
        http::async_read(stream_, buffer_, parser, [&](beast::error_code e, std::size_t n) {
            failure = e;
            bytes = n;
        });
        run();
        any = bytes != 0 || buffer_.size() != 0;
        return failure;
    }

    bool used = false;  ///< has answered before, so a closed connection may only be an old one

   private:
    void run() {
        context_.restart();
        context_.run();
    }

    boost::asio::io_context context_{1};
    beast::tcp_stream stream_;
    beast::flat_buffer buffer_;
};

RpcClient::RpcClient(Url url) : RpcClient(std::move(url), Deadlines{}) {}
RpcClient::RpcClient(Url url, Deadlines deadlines) : url_(std::move(url)), deadlines_(deadlines) {}
RpcClient::~RpcClient() = default;
RpcClient::RpcClient(RpcClient&&) noexcept = default;
RpcClient& RpcClient::operator=(RpcClient&&) noexcept = default;

Result<std::string> RpcClient::post(const std::string& body) {
    const auto unreachable = [&](const std::string& what) -> Error {
        connection_.reset();
        return {Code::node_unreachable, "the node at " + url_.text() + " " + what};
    };
    const auto patience = std::chrono::steady_clock::now() + std::min(deadlines_.call, kPatience);
    unsigned busy = 0;
    int attempt = 0;
    for (;; ++attempt) {
        const bool reused = connection_ != nullptr && connection_->used;
        if (!connection_) {
            connection_ = std::make_unique<Connection>();
            if (const auto e = connection_->open(url_, deadlines_.connect))
                return unreachable("cannot be reached: " + e.message());
        }
        http::request<http::string_body> request(http::verb::post, url_.path, 11);
        request.set(http::field::host, url_.host + ":" + url_.port);
        request.set(http::field::content_type, "application/json");
        request.keep_alive(true);
        request.body() = body;
        request.prepare_payload();

        beast::error_code failure = connection_->write(request, deadlines_.call);
        last_.sent = true;
        http::response_parser<http::string_body> parser;
        parser.body_limit(kMaxAnswer);
        bool any = false;
        if (!failure) failure = connection_->read(parser, any);
        if (failure) {
            const bool timed_out = failure == beast::error::timeout;
            if (reused && attempt == 0 && !any && !timed_out) {
                connection_.reset();
                continue;
            }
            return unreachable(timed_out ? "did not answer in time" : "closed the connection: " + failure.message());
        }
        auto response = parser.release();
        if (response.keep_alive())
            connection_->used = true;
        else
            connection_.reset();
        last_.sent = false;
        if (response.result() == http::status::too_many_requests) {
            // The node has not looked at the request, so asking again is safe; it says how long to stay away.
            const auto pause = pause_of(std::string(response[http::field::retry_after]), busy++);
            if (std::chrono::steady_clock::now() + pause > patience)
                return {Code::rate_limited, "the node at " + url_.text() + " asks for fewer requests"};
            std::this_thread::sleep_for(pause);
            attempt = 0;
            continue;
        }
        // JSON-RPC answers carry errors in the body; a status from a proxy in between does not.
        if (response.body().empty() || response.body().front() != '{')
            return unreachable("answered with HTTP status " + std::to_string(response.result_int()) +
                               " and no JSON-RPC");
        return std::move(response.body());
    }
}

Result<json::Value> RpcClient::call(std::string_view method, const Params& params) {
    last_ = {};
    const std::string id = std::to_string(next_id_++);
    const std::string body = "{\"jsonrpc\":\"2.0\",\"id\":" + id + ",\"method\":" + json_quote(method) +
                             ",\"params\":" + params.json() + "}";
    ASSAY_TRY(const std::string text, post(body));
    const auto not_a_node = [&](const std::string& why) -> Error {
        connection_.reset();
        return {Code::node_unreachable, "what answers at " + url_.text() + " is not a node of Assay: " + why};
    };
    auto parsed = json::parse(text, {.max_bytes = kMaxAnswer});
    if (!parsed) return not_a_node(parsed.error().message);
    json::Value& answer = *parsed;
    if (const json::Value* error = answer.find("error"); error != nullptr && !error->is_null()) {
        const json::Value* message = error->find("message");
        const json::Value* data = error->find("data");
        const json::Value* word = data != nullptr ? data->find("code") : nullptr;
        const json::Value* hint = data != nullptr ? data->find("hint") : nullptr;
        if (word != nullptr && word->kind == json::Kind::string) last_.word = word->text;
        if (hint != nullptr && hint->kind == json::Kind::string) last_.hint = hint->text;
        return {code_from_word(last_.word).value_or(Code::internal),
                message != nullptr && message->kind == json::Kind::string ? message->text : "the node gave no reason"};
    }
    const json::Value* answered = answer.find("id");
    if (answered == nullptr || answered->text != id) return not_a_node("the answer belongs to another request");
    for (auto& [key, value] : answer.members)
        if (key == "result") return std::move(value);
    return not_a_node("the answer has neither result nor error");
}

}  // namespace assay::wallet
