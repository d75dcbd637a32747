// How much one address may ask for: open connections, and requests by a bucket that refills each second.
//
//   AddressLimits limits({.connections = 20, .requests_per_second = 50});
//   if (!limits.connect(address)) …                     // too many connections
//   if (auto wait = limits.request(address, 1, now)) …  // not now: Retry-After, in seconds
//
// Thread-safe. Addresses that are quiet are forgotten.
#pragma once

#include <chrono>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>

namespace assay::node {

class AddressLimits {
   public:
    using Clock = std::chrono::steady_clock;
    struct Options {
        std::uint64_t connections = 20;
        std::uint64_t requests_per_second = 50;
    };
    explicit AddressLimits(Options options) : options_(options) {}

    [[nodiscard]] bool connect(const std::string& address);
    void disconnect(const std::string& address);
    /// Nothing when the requests may be served; else the whole seconds after which they may, at least 1.
    [[nodiscard]] std::optional<std::uint64_t> request(const std::string& address, std::uint64_t count,
                                                       Clock::time_point now);
    /// Forgets addresses without connections whose bucket is full again.
    void sweep(Clock::time_point now);
    [[nodiscard]] std::size_t known() const;

   private:
    struct Peer {
        std::uint64_t connections = 0;
        double tokens = 0;
        Clock::time_point seen;
    };
    Peer& peer(const std::string& address, Clock::time_point now);
    void refill(Peer& p, Clock::time_point now) const;

    const Options options_;
    mutable std::mutex mutex_;
    std::unordered_map<std::string, Peer> peers_;
};

}  // namespace assay::node
