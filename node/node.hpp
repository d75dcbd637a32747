// A whole node: store, mempool, engine, RPC, metrics and control, started and stopped in the right order.
//
//   ASSAY_TRY(auto node, Node::start(home, config, {}));
//   … node->url() …
//   node->stop();
//
// Node::start returns when requests are answered. One Node per home: the store's lock sees to that.
#pragma once

#include <atomic>
#include <condition_variable>
#include <memory>
#include <optional>

#include "node/config.hpp"
#include "node/home.hpp"
#include "node/http/server.hpp"
#include "node/mempool.hpp"
#include "node/rpc/dispatcher.hpp"

namespace assay::node {

class Engine;
class RpcService;
class Snapshots;
class MetricsService;
class ControlServer;

struct StartOptions {
    Height halt_height = {};  ///< 0: never
    bool sync = true;         ///< fsync each block; tests of other things may turn it off
    bool new_signer = false;  ///< take over signing here (comet/signer_guard.hpp)
};

class Node {
   public:
    /// Errors: io_error, store_locked, store_corrupt, bad_genesis, port_in_use, not_validator, keystore_malformed.
    [[nodiscard]] static Result<std::unique_ptr<Node>> start(const Home& home, const Config& config,
                                                             const StartOptions& options);
    ~Node();
    Node(const Node&) = delete;
    Node& operator=(const Node&) = delete;

    /// Idempotent; returns when everything is closed.
    void stop();
    /// Set by node.stop of the control socket, or by an engine that gave up.
    [[nodiscard]] bool should_stop() const { return should_stop_; }
    [[nodiscard]] std::optional<Error> failure() const;
    /// To be called a few times a second: callers whose time is over get their answer.
    void tick();

    [[nodiscard]] std::string url() const;
    [[nodiscard]] std::string metrics_url() const;  ///< empty when off
    [[nodiscard]] chain::App& app() { return *app_; }
    [[nodiscard]] Mempool& mempool() { return *mempool_; }
    [[nodiscard]] const Dispatcher& rpc() const { return *dispatcher_; }

   private:
    Node() = default;
    [[nodiscard]] Status open_chain(const Home& home, const Config& config, const StartOptions& options);
    [[nodiscard]] Status make_engine(const Home& home, const Config& config, const StartOptions& options);
    [[nodiscard]] Status open_doors(const Home& home, const Config& config);
    void committed(const chain::Block& block, const chain::BlockResults& results);
    [[nodiscard]] std::optional<Result<std::string>> own_method(const RpcRequest& request);
    [[nodiscard]] std::string collect_metrics() const;

    Config config_;
    chain::Genesis genesis_;
    std::unique_ptr<chain::App> app_;
    std::unique_ptr<Mempool> mempool_;
    std::unique_ptr<Snapshots> snapshots_;
    std::unique_ptr<Engine> engine_;
    TxWaiters waiters_;
    std::unique_ptr<Api> api_;
    std::unique_ptr<Dispatcher> dispatcher_;
    std::unique_ptr<RpcService> service_;
    std::unique_ptr<HttpServer> http_;
    std::unique_ptr<MetricsService> metrics_service_;
    std::unique_ptr<HttpServer> metrics_http_;
    std::unique_ptr<ControlServer> control_;
    Home home_;
    std::chrono::steady_clock::time_point look_at_disk_{};
    std::atomic<bool> should_stop_{false};
    std::atomic<bool> engine_runs_{false};
    bool stopped_ = false;
    std::atomic<std::uint64_t> blocks_{0}, txs_{0}, failed_txs_{0};
    mutable std::mutex mutex_;
    std::optional<Error> failure_;
};

/// "devnet" of a genesis file's text as JSON, or "": published keys, for people and wallets.
[[nodiscard]] std::string devnet_part(const std::string& genesis_text);

}  // namespace assay::node
