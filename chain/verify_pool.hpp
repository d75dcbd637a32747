// Decoding and signature checks of transactions, once per node and on several threads. The result does not depend on
// how many: each transaction is judged alone, and results keep their order.
//
//   CheckedCache cache;
//   ASSAY_TRY(CheckedPtr c, check_cached(raw, max_bytes, chain_id, cache));       // at admission: decodes and verifies
//   auto all = check_all(block.txs, max_bytes, chain_id, cache, threads);         // in the block: finds it again
#pragma once

#include <mutex>

#include "chain/admit.hpp"

namespace assay::chain {

/// Transactions that decoded and whose signature was valid, by the hash of their full bytes, auth included: the same
/// txid with another auth must not be believed. Bounded by what it holds; forgets the older half when full.
class CheckedCache {
   public:
    explicit CheckedCache(std::size_t budget_bytes = 128 << 20);
    [[nodiscard]] CheckedPtr find(const RawTx& raw) const;  ///< null where it is not known
    void add(CheckedPtr checked);
    /// For transactions of a block that is committed: they cannot come again. Their memory serves the next ones.
    void forget(const std::vector<Hash>& raw_hashes);

   private:
    // Open addressing, never more than half full: a transaction that is new costs a look at one place, not at a list.
    struct Slot {
        std::uint64_t hash = 0;
        CheckedPtr checked;
    };
    struct Half {
        std::vector<Slot> slots = std::vector<Slot>(1024);
        std::size_t count = 0, bytes = 0;
        /// The slot that holds it, or the free one where it would go.
        [[nodiscard]] std::size_t place_of(std::uint64_t hash, const Hash& raw_hash) const;
        void add(std::uint64_t hash, CheckedPtr checked);
        CheckedPtr take(std::uint64_t hash, const Hash& raw_hash);  ///< null where it is not here
    };
    std::size_t half_bytes_;
    mutable std::mutex mutex_;
    Half young_, old_;
};

/// Never null where it is a value.
[[nodiscard]] Result<CheckedPtr> check_cached(const RawTx& raw, std::size_t max_bytes, std::string_view chain_id,
                                              CheckedCache& cache);
/// One result per transaction, in order. `threads` >= 1.
[[nodiscard]] std::vector<Result<CheckedPtr>> check_all(const std::vector<RawTx>& txs, std::size_t max_bytes,
                                                        std::string_view chain_id, CheckedCache& cache,
                                                        unsigned threads);

}  // namespace assay::chain
