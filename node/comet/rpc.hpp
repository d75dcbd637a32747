// Asks CometBFT's own RPC, over its Unix socket or loopback TCP.
//
//   CometRpc rpc("unix:///home/of/node/cometbft/rpc.sock");
//   ASSAY_TRY(std::string status, rpc.call("status", "{}"));                 // the member "result", as JSON text
//   ASSAY_TRY(std::string commit, rpc.call("commit", R"({"height":"7"})"));
//
// Any thread: each call has a connection of its own from a small pool of kept ones. Never called from a consensus
// method: CometBFT holds its mempool's lock during commit.
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace assay::node {

class CometRpc {
   public:
    /// unix://PATH or tcp://HOST:PORT.
    explicit CometRpc(std::string address);
    ~CometRpc();

    /// Errors: node_unreachable where nobody answers in time; what CometBFT refuses, in its own words, as not_found (a
    /// height that it does not have) or invalid_params.
    [[nodiscard]] Result<std::string> call(std::string_view method, std::string_view params_json,
                                           std::chrono::milliseconds within = std::chrono::seconds(10)) const;
    /// One whole JSON-RPC exchange, as it is: body in, body out.
    [[nodiscard]] Result<std::string> post(std::string_view body,
                                           std::chrono::milliseconds within = std::chrono::seconds(10)) const;

   private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

/// GET http://HOST:PORT/target, its body. Errors: node_unreachable.
[[nodiscard]] Result<std::string> http_get(std::string_view host_port, std::string_view target,
                                           std::chrono::milliseconds within);

}  // namespace assay::node
