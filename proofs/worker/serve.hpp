// Where buyers bring their matrices and fetch their products: plain HTTP on one port.
//
//   PUT /lease/ID/a, /lease/ID/b          taken once, when the bytes have the root that the order names
//   GET /lease/ID/c.npy, /product.json    once the product is made
//
//   ProductServer server({"127.0.0.1", 8712}, products, told);
//   take(server.start());                 // port_in_use, io_error
//   …
//   server.stop();
//
// Whoever asks can hold little: connections in all and per address, a head of 8 KiB, a body of just the size that the
// order says, written to disk as it comes, at a least speed. Nothing but an order's id and four names reaches a path.
// Each connection has a thread and an event loop of its own, since most of what they do is to wait for a disk.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "proofs/worker/products.hpp"

namespace assay::proofs::worker {

struct ServeOptions {
    std::string host = "127.0.0.1";
    std::uint16_t port = 0;  ///< 0: any free one
    std::size_t connections = 64, per_address = 16;
    std::chrono::seconds idle{20};             ///< for a request's head, and for each piece of a body
    std::uint64_t least_per_second = 1 << 16;  ///< bytes; who is slower for long is cut off
};
/// "HOST:PORT", an IP address and a port. Errors: usage.
[[nodiscard]] Result<ServeOptions> parse_listen(const std::string& text);

class ProductServer {
   public:
    /// A matrix that has arrived. On a connection's thread.
    using Arrived = std::function<void(const Hash& order, Side side, std::uint64_t bytes)>;

    ProductServer(ServeOptions options, Products& products, Arrived arrived);
    ~ProductServer();
    ProductServer(const ProductServer&) = delete;
    ProductServer& operator=(const ProductServer&) = delete;

    /// Errors: port_in_use, io_error.
    [[nodiscard]] Status start();
    /// Ends every connection and joins its thread.
    void stop();
    [[nodiscard]] std::uint16_t port() const;

    struct Impl;

   private:
    std::unique_ptr<Impl> impl_;
};

}  // namespace assay::proofs::worker
