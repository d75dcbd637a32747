// From the bytes of a request to the bytes of the answer.
//
//   Dispatcher rpc(api, waiters);
//   rpc.handle(body, [](std::string answer) { … });      // may be called later, from another thread: broadcast_tx
//   waits
//
// handle is called from any thread; the answer is given exactly once. An answer may be empty: only notifications.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "node/rpc/api.hpp"
#include "node/rpc/request.hpp"
#include "node/rpc/waiters.hpp"

namespace assay::node {

class Dispatcher {
   public:
    using Answer = std::function<void(std::string)>;
    /// Methods beside the table, as of the control socket or a WebSocket. Returns nothing when the name is unknown to
    /// it.
    using Extra = std::function<std::optional<Result<std::string>>(const RpcRequest&)>;

    Dispatcher(const Api& api, TxWaiters& waiters) : api_(api), waiters_(waiters) {}

    void handle(std::string_view body, Answer answer, const Extra& extra = {}) const;
    /// One call in this process, for the command line on a stopped node's store.
    [[nodiscard]] Result<std::string> call(const std::string& method, const std::optional<json::Value>& params) const;

    [[nodiscard]] const Api& api() const { return api_; }

   private:
    void call_one(const RpcRequest& request, const std::function<void(Result<std::string>)>& done,
                  const Extra& extra) const;

    const Api& api_;
    TxWaiters& waiters_;
};

/// {"jsonrpc":"2.0","id":…,"error":{…}} as text.
[[nodiscard]] std::string error_answer(const std::string& id, const Error& error);
[[nodiscard]] std::string result_answer(const std::string& id, const std::string& result);

}  // namespace assay::node
