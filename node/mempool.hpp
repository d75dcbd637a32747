// Transactions that wait for a block.
//
//   Mempool pool(app, {});
//   Mempool::Added a = *pool.add(raw);                   // any thread
//   std::vector<chain::RawTx> candidates = pool.candidates(4 << 20);   // engine thread
//   pool.committed(height, included);                    // engine thread, after App::commit
//
// Order: openings first, then by fee per gas; the transactions of one sender always by nonce. Bounded in count and
// bytes: a newcomer that pays more per gas than the cheapest tail pushes that one out. One transaction per sender and
// nonce; a fee at least a tenth higher replaces it. Openings pay nothing, so there is one per commit at most.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <unordered_map>

#include "chain/app.hpp"

namespace assay::node {

struct MempoolLimits {
    std::size_t max_txs = 50'000;
    std::size_t max_bytes = 64u << 20;
};

class Mempool {
   public:
    struct Added {
        Hash txid;
        std::uint64_t valid_until = 0;
        bool already = false;          ///< these bytes, or this txid in a block, were there before
        std::optional<Height> height;  ///< in a block already
    };
    struct Waiting {
        Hash txid;
        chain::RawTx raw;
        std::uint64_t valid_until = 0;
    };
    struct Counts {
        std::size_t txs = 0, bytes = 0;
    };
    /// Why a transaction left without a block.
    struct Dropped {
        Hash txid;
        Code code = Code::expired;
        std::string message;
    };

    Mempool(const chain::App& app, MempoolLimits limits) : app_(app), limits_(limits) {}

    /// Whether others have to be told of a transaction.
    enum class From : std::uint8_t { here, network };

    /// Errors: the -32003 group.
    [[nodiscard]] Result<Added> add(const chain::RawTx& raw, From from = From::here);

    /// What a block may be made of, best first, about `max_bytes` of it.
    [[nodiscard]] std::vector<chain::RawTx> candidates(std::size_t max_bytes) const;
    /// After a block: takes out what it included, what expired and what became impossible. Returns the latter two.
    std::vector<Dropped> committed(Height height, const std::vector<Hash>& included);

    [[nodiscard]] Counts counts() const;
    [[nodiscard]] std::vector<Hash> list(std::size_t limit) const;
    [[nodiscard]] std::optional<Waiting> find(const Hash& txid) const;
    /// Left without a block, lately.
    [[nodiscard]] std::optional<Dropped> dropped(const Hash& txid) const;
    /// The nonce after the sender's unbroken run of waiting transactions.
    [[nodiscard]] std::uint64_t next_nonce(const Address& sender, std::uint64_t account_nonce) const;

    /// Every transaction that waits, in the order of its sender's nonces.
    [[nodiscard]] std::vector<chain::RawTx> all() const;
    [[nodiscard]] bool holds(const Hash& txid) const;

    /// Called after each accepted transaction, outside the lock.
    void on_added(std::function<void(const chain::RawTx&, From)> f) { on_added_ = std::move(f); }

   private:
    struct Entry {
        Hash txid;
        chain::RawTx raw;
        Amount fee;
        std::uint64_t gas = 1;
        std::uint64_t valid_until = 0;
        std::optional<Hash> opens;  ///< the commit that it opens
        std::uint64_t arrived = 0;
    };
    using Queue = std::map<std::uint64_t, Entry>;  // by nonce

    [[nodiscard]] static bool pays_more(const Entry& a, const Entry& b);
    void remove(const Address& sender, std::uint64_t nonce);
    [[nodiscard]] bool make_room(const Entry& newcomer, const Address& sender);
    void remember(const Dropped& d);

    const chain::App& app_;
    const MempoolLimits limits_;
    std::function<void(const chain::RawTx&, From)> on_added_;

    mutable std::mutex mutex_;
    std::map<Address, Queue> senders_;
    std::unordered_map<Hash, std::pair<Address, std::uint64_t>, FixedBytesHasher<Hash>> by_id_;
    std::unordered_map<Hash, Hash, FixedBytesHasher<Hash>> openings_;  // commit -> txid
    std::size_t bytes_ = 0;
    std::uint64_t arrivals_ = 0;
    std::unordered_map<Hash, Dropped, FixedBytesHasher<Hash>> dropped_;
    std::deque<Hash> dropped_order_;
};

}  // namespace assay::node
