#include "node/http/limits.hpp"

#include <algorithm>
#include <cmath>

namespace assay::node {

// The bucket holds one second's requests: a burst of that size, then the rate.
AddressLimits::Peer& AddressLimits::peer(const std::string& address, Clock::time_point now) {
    const auto [at, fresh] = peers_.try_emplace(address);
    if (fresh) {
        at->second.tokens = static_cast<double>(options_.requests_per_second);
        at->second.seen = now;
    }
    return at->second;
}

void AddressLimits::refill(Peer& p, Clock::time_point now) const {
    const double rate = static_cast<double>(options_.requests_per_second);
    const double passed = std::chrono::duration<double>(now - p.seen).count();
    if (passed > 0) {
        p.tokens = std::min(rate, p.tokens + passed * rate);
        p.seen = now;
    }
}

bool AddressLimits::connect(const std::string& address) {
    const std::lock_guard lock(mutex_);
    Peer& p = peer(address, Clock::now());
    if (p.connections >= options_.connections) return false;
    ++p.connections;
    return true;
}

void AddressLimits::disconnect(const std::string& address) {
    const std::lock_guard lock(mutex_);
    const auto at = peers_.find(address);
    if (at != peers_.end() && at->second.connections > 0) --at->second.connections;
}

std::optional<std::uint64_t> AddressLimits::request(const std::string& address, std::uint64_t count,
                                                    Clock::time_point now) {
    const std::lock_guard lock(mutex_);
    Peer& p = peer(address, now);
    refill(p, now);
    // A batch larger than the whole bucket may pass when the bucket is full: it is paid for afterwards.
    const double rate = static_cast<double>(options_.requests_per_second);
    const double cost = static_cast<double>(std::max<std::uint64_t>(1, count));
    if (p.tokens >= std::min(cost, rate)) {
        p.tokens -= cost;
        return std::nullopt;
    }
    const double missing = std::min(cost, rate) - p.tokens;
    return std::max<std::uint64_t>(1, static_cast<std::uint64_t>(std::ceil(missing / rate)));
}

void AddressLimits::sweep(Clock::time_point now) {
    const std::lock_guard lock(mutex_);
    for (auto at = peers_.begin(); at != peers_.end();) {
        refill(at->second, now);
        const bool quiet =
            at->second.connections == 0 && at->second.tokens >= static_cast<double>(options_.requests_per_second);
        at = quiet ? peers_.erase(at) : std::next(at);
    }
}

std::size_t AddressLimits::known() const {
    const std::lock_guard lock(mutex_);
    return peers_.size();
}

}  // namespace assay::node
