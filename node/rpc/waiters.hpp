// Callers that wait for their transaction's block.
//
//   waiters.add(txid, deadline, [](std::optional<TxWaiters::Outcome> o) { … });   // nothing: the time is over
//   waiters.settle(txid, outcome);                                                // engine thread, after a commit
#pragma once

#include <chrono>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/bytes.hpp"
#include "base/types.hpp"

namespace assay::node {

class TxWaiters {
   public:
    using Clock = std::chrono::steady_clock;
    struct Outcome {
        std::string status;  ///< committed, failed, expired
        Height height;
        std::string code;
        std::string message;
    };
    using Callback = std::function<void(std::optional<Outcome>)>;

    void add(const Hash& txid, Clock::time_point deadline, Callback callback);
    /// Runs the callbacks of this transaction in the caller's thread.
    void settle(const Hash& txid, const Outcome& outcome);
    /// Callbacks whose time is over get nothing. Called a few times a second.
    void expire(Clock::time_point now);
    /// Everybody gets nothing: the node stops.
    void release_all();
    [[nodiscard]] std::size_t size() const;

   private:
    struct Waiter {
        Clock::time_point deadline;
        Callback callback;
    };
    mutable std::mutex mutex_;
    std::unordered_multimap<Hash, Waiter, FixedBytesHasher<Hash>> waiting_;
};

}  // namespace assay::node
