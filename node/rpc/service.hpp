// What the node serves over HTTP: JSON-RPC at POST /, WebSocket at /ws, /health, /ready, the explorer at GET /; under
// CometBFT also the calls of its light clients at POST /cometbft.
//
//   RpcService service(dispatcher, {.max_lag_blocks = 1000, .not_ready = [] { return std::vector<std::string>{}; }});
//   HttpServer server(options, service);
//   service.block_committed();          // after each block: subscriptions move on
#pragma once

#include <functional>
#include <list>
#include <memory>
#include <mutex>

#include "node/http/server.hpp"
#include "node/rpc/dispatcher.hpp"

namespace assay::node {

struct ServiceOptions {
    std::uint64_t max_lag_blocks = 1000;
    std::function<std::vector<std::string>()> not_ready;  ///< named reasons; empty: ready
    /// POST /cometbft: body to answer (comet/relay.hpp); none where no CometBFT decides the blocks.
    std::function<std::string(const std::string& body)> cometbft;
};

class SubscriberSession;

class RpcService final : public HttpService {
   public:
    RpcService(const Dispatcher& rpc, ServiceOptions options) : rpc_(rpc), options_(std::move(options)) {}

    void serve(HttpRequest request, std::function<void(HttpResponse)> reply) override;
    [[nodiscard]] std::uint64_t weight(const HttpRequest& request) const override;
    [[nodiscard]] HttpResponse too_many(std::uint64_t retry_after) const override;
    [[nodiscard]] std::shared_ptr<SocketSession> open_socket(std::shared_ptr<SocketPeer> peer) override;

    void block_committed();
    [[nodiscard]] std::size_t sockets() const;

   private:
    const Dispatcher& rpc_;
    ServiceOptions options_;
    mutable std::mutex mutex_;
    std::list<std::weak_ptr<SubscriberSession>> sessions_;
};

/// How many elements a JSON array at the top of the text has; 1 for anything else. Without parsing it whole.
[[nodiscard]] std::uint64_t batch_size(std::string_view body);

/// The page of the explorer, from node/http/explorer.html.
[[nodiscard]] std::string_view explorer_page();

}  // namespace assay::node
