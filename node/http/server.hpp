// HTTP and WebSocket on a socket, without a word of what is served.
//
//   HttpServer server(options, service);
//   ASSAY_TRY_VOID(server.start());          // port_in_use, io_error
//   …
//   server.stop();                           // closes every connection and joins the threads
//
// Everything that a peer can hold is bounded: connections in all and per address, requests per second, size of head and
// body, the time from a request's first byte to its last, the time to take an answer, and what waits to be written.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/result.hpp"
#include "node/http/limits.hpp"

namespace assay::node {

struct HttpRequest {
    std::string method;
    std::string target;  ///< path and query
    std::string body;
    std::string address;
};

struct HttpResponse {
    unsigned status = 200;
    std::string content_type = "application/json";
    std::string body;
    std::vector<std::pair<std::string, std::string>> headers;
};

/// A WebSocket as a service sees it. Any thread.
class SocketPeer {
   public:
    virtual ~SocketPeer() = default;
    virtual void send(std::string text) = 0;
    /// Bytes that the peer has not taken yet.
    [[nodiscard]] virtual std::size_t queued() const = 0;
    /// Runs f on one of the threads that answer.
    virtual void run(std::function<void()> f) = 0;
};

/// One WebSocket's side of a service. Calls come one after the other.
class SocketSession {
   public:
    virtual ~SocketSession() = default;
    virtual void text(std::string message) = 0;
    virtual void drained() = 0;  ///< everything that was sent is taken
    virtual void closed() = 0;
};

class HttpService {
   public:
    virtual ~HttpService() = default;
    /// Called on a thread that answers; `reply` exactly once, now or later, from any thread.
    virtual void serve(HttpRequest request, std::function<void(HttpResponse)> reply) = 0;
    /// How many requests the body holds, for the rate.
    [[nodiscard]] virtual std::uint64_t weight(const HttpRequest&) const { return 1; }
    /// The answer to a peer over its rate.
    [[nodiscard]] virtual HttpResponse too_many(std::uint64_t retry_after) const;
    /// Nothing: no WebSocket here.
    [[nodiscard]] virtual std::shared_ptr<SocketSession> open_socket(std::shared_ptr<SocketPeer>) { return nullptr; }
};

struct HttpOptions {
    std::string host = "127.0.0.1";
    std::uint16_t port = 0;  ///< 0: any free one
    unsigned threads = 2;    ///< that answer
    std::size_t max_connections = 1000;
    AddressLimits::Options per_address;
    std::size_t max_body = 1u << 20;
    std::size_t max_queued = 4u << 20;       ///< bytes that a WebSocket's peer may leave untaken before it is cut off
    std::chrono::milliseconds idle{60'000};  ///< between requests
    std::chrono::milliseconds request{10'000};  ///< from the first byte to the last
    std::chrono::milliseconds write{20'000};
    std::string socket_target = "/ws";
};

class HttpServer {
   public:
    HttpServer(HttpOptions options, HttpService& service);
    ~HttpServer();
    HttpServer(const HttpServer&) = delete;
    HttpServer& operator=(const HttpServer&) = delete;

    /// Errors: port_in_use, io_error.
    [[nodiscard]] Status start();
    void stop();
    [[nodiscard]] std::uint16_t port() const;
    [[nodiscard]] std::size_t connections() const;
    [[nodiscard]] std::uint64_t requests() const;
    [[nodiscard]] std::uint64_t refused() const;

    struct Impl;

   private:
    std::shared_ptr<Impl> impl_;
};

}  // namespace assay::node
