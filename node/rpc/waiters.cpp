#include "node/rpc/waiters.hpp"

namespace assay::node {

void TxWaiters::add(const Hash& txid, Clock::time_point deadline, Callback callback) {
    const std::lock_guard lock(mutex_);
    waiting_.emplace(txid, Waiter{deadline, std::move(callback)});
}

void TxWaiters::settle(const Hash& txid, const Outcome& outcome) {
    std::vector<Callback> due;
    {
        const std::lock_guard lock(mutex_);
        const auto [begin, end] = waiting_.equal_range(txid);
        for (auto at = begin; at != end; ++at) due.push_back(std::move(at->second.callback));
        waiting_.erase(begin, end);
    }
    for (const Callback& f : due) f(outcome);
}

void TxWaiters::expire(Clock::time_point now) {
    std::vector<Callback> due;
    {
        const std::lock_guard lock(mutex_);
        for (auto at = waiting_.begin(); at != waiting_.end();) {
            if (at->second.deadline > now) {
                ++at;
                continue;
            }
            due.push_back(std::move(at->second.callback));
            at = waiting_.erase(at);
        }
    }
    for (const Callback& f : due) f(std::nullopt);
}

void TxWaiters::release_all() {
    expire(Clock::time_point::max());
}

std::size_t TxWaiters::size() const {
    const std::lock_guard lock(mutex_);
    return waiting_.size();
}

}  // namespace assay::node
