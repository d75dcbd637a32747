// broadcast_tx, the one method that may answer later.
#pragma once

#include <chrono>
#include <functional>

#include "node/rpc/api.hpp"
#include "node/rpc/waiters.hpp"

namespace assay::node {

/// Puts the transaction into the mempool and answers at once, or with `wait` when its fate is known (bounded by
/// `longest`, then it answers "pending").
void broadcast(const Api& api, TxWaiters& waiters, const Args& args, std::chrono::seconds longest,
               const std::function<void(Result<std::string>)>& done);

}  // namespace assay::node
