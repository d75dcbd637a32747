// What decides blocks. The rest of the node knows no more of an engine than this, so that solo and CometBFT answer the
// same requests in the same way.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "chain/app.hpp"
#include "node/mempool.hpp"

namespace assay::node {

class Engine {
   public:
    Engine() = default;
    Engine(const Engine&) = delete;
    Engine& operator=(const Engine&) = delete;
    virtual ~Engine() = default;

    [[nodiscard]] virtual std::string_view name() const = 0;
    /// Begins to decide blocks. Errors say what is missing; nothing runs then.
    [[nodiscard]] virtual Status start() = 0;
    /// Returns when no block is in the making and none will be.
    virtual void stop() = 0;
    /// A transaction came into the mempool, from this node's users or from other nodes. Any thread.
    virtual void transaction_waits(const chain::RawTx& raw, Mempool::From from) = 0;
    // The questions below come from any thread, and from within App::read: they take no lock of the App.
    /// Empty while the engine follows the chain, else why it does not: "catching up", …
    [[nodiscard]] virtual std::string behind() const { return {}; }
    /// Heights that this node's beacon chain still covers.
    [[nodiscard]] virtual std::uint64_t beacon_left() const = 0;
    /// With which this node signs blocks; nothing where another program does.
    [[nodiscard]] virtual std::optional<Hash> consensus_key() const { return std::nullopt; }
    /// How it is doing, as JSON, for `status`; "null" where there is nothing to say.
    [[nodiscard]] virtual std::string consensus() const { return "null"; }
    /// A signed header with its validators, for light clients (comet/light_block.hpp has the shape). Any thread.
    [[nodiscard]] virtual Result<std::string> light_block(Height) const {
        return {Code::not_found, "this node's engine signs blocks alone: `header` has its signature"};
    }
    /// Answers the calls of light clients to CometBFT (comet/relay.hpp), from any thread; none under another engine.
    [[nodiscard]] virtual std::function<std::string(const std::string& body)> relay() const { return {}; }
    /// The nodes that it is connected to, as JSON (comet/relay.hpp has the shape). Any thread.
    [[nodiscard]] virtual Result<std::string> peers() const {
        return {Code::not_found, "this node's engine works alone: it has no peers"};
    }
    /// Its own Prometheus page, where it has one.
    [[nodiscard]] virtual std::string metrics() const { return {}; }
};

/// What an engine tells the node. Called from the engine's thread.
struct EngineEvents {
    std::function<void(const chain::Block&, const chain::BlockResults&)> committed;
    std::function<void(const Error&)> failed;  ///< the engine has stopped for good
};

}  // namespace assay::node
