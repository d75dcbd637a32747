// The ABCI 2.0 socket: listens, reads bounded frames, asks the application and answers in order.
//
//   Server server(application, {.address = "unix:///home/of/node/cometbft/abci.sock"}, events);
//   ASSAY_TRY_VOID(server.start());
//   …
//   server.stop();
//
// One thread per connection. Answers are collected and written when the peer asks for a flush, or when there is nothing
// more to read: one write for many answers. A frame that is too long, cut off, unknown or out of order ends the
// connection with `exception` and one sentence in the log; it never reaches the application.
//
// Consensus methods come on one connection. Another takes its place only when the peer of the first is gone: two
// engines that drive one application would fork it.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "node/abci/application.hpp"

namespace assay::node::abci {

struct ServerOptions {
    std::string address;                 ///< unix://PATH, or tcp://HOST:PORT with a loopback HOST
    std::size_t max_frame = 128u << 20;  ///< bytes of one message; nothing is allocated by a claimed length
    std::size_t max_connections = 16;
    /// False for programs alone that test the socket with calls which no CometBFT makes in their order.
    bool check_order = true;
};

/// Called from a connection's thread.
struct ServerEvents {
    /// A consensus method, or info, came on a connection that was not there before: what was staged is void. Before the
    /// call, and never while a consensus method runs. Info beside a living consensus connection is a mere question of
    /// somebody else's and no session.
    std::function<void()> new_session;
    /// The application returned an Error: nothing can go on, every connection is closed. Must not call stop() itself.
    std::function<void(const Error&)> failed;
};

class Server {
   public:
    Server(Application& application, ServerOptions options, ServerEvents events);
    ~Server();
    Server(const Server&) = delete;
    Server& operator=(const Server&) = delete;

    /// Errors: port_in_use, io_error, field_out_of_range for an address that is neither kind or not loopback.
    [[nodiscard]] Status start();
    /// Closes every connection and waits for their threads.
    void stop();
    [[nodiscard]] std::uint16_t port() const;  ///< of tcp, where 0 was asked for
    [[nodiscard]] std::size_t connections() const;

   private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace assay::node::abci
