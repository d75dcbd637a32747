// Subscriptions of one WebSocket. Each pulls events from stored blocks at the pace of its reader: a slow one holds no
// memory and never slows others; too far behind, it is told of a gap and goes on at the tip.
//
//   Subscriptions subs(api, max_lag);
//   ASSAY_TRY(std::uint64_t id, subs.add(args));
//   subs.pump([&](std::string line) { peer->send(line); }, room);     // again after each block and each drain
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>

#include "node/rpc/api.hpp"

namespace assay::node {

/// `topics` are kinds ("stake.slashed") or their groups ("stake"); empty: all. `from_height`: as if it had been there.
[[nodiscard]] const std::vector<Param>& subscribe_params();
[[nodiscard]] const std::vector<Param>& unsubscribe_params();

class Subscriptions {
   public:
    static constexpr std::size_t kMost = 20;

    Subscriptions(const Api& api, std::uint64_t max_lag) : api_(api), max_lag_(max_lag) {}

    /// Errors: too_many_subscriptions, future_height, range_too_large.
    [[nodiscard]] Result<std::uint64_t> add(const Args& args);
    [[nodiscard]] bool remove(std::uint64_t id) { return all_.erase(id) > 0; }
    [[nodiscard]] bool empty() const { return all_.empty(); }
    /// Sends what is due, a block at a time while room() says so.
    void pump(const std::function<void(std::string)>& send, const std::function<bool()>& room);

   private:
    struct Subscription {
        std::set<std::string> topics;
        std::set<std::string> addresses;
        std::uint64_t next = 1;
    };
    [[nodiscard]] bool wants(const Subscription& s, const Json& event) const;

    const Api& api_;
    const std::uint64_t max_lag_;
    std::map<std::uint64_t, Subscription> all_;
    std::uint64_t last_id_ = 0;
};

}  // namespace assay::node
