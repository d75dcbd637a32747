// Decoding and signature checks of transactions, once per node and on several threads. The result does not depend on
// how many: each transaction is judged alone, and results keep their order.
//
//   CheckedCache cache;
//   ASSAY_TRY(CheckedPtr c, check_cached(raw, max_bytes, chain_id, cache));       // at admission: decodes and verifies
//   auto all = check_all(block.txs, max_bytes, chain_id, cache, threads);         // in the block: finds it again
#pragma once

#include <memory>
#include <mutex>
#include <unordered_map>

#include "chain/admit.hpp"

namespace assay::chain {

using CheckedPtr = std::shared_ptr<const Checked>;

/// Transactions that decoded and whose signature was valid, by the SHA-256 of their full bytes, auth included: the same
/// txid with another auth must not be believed. Bounded by what it holds; forgets the older half when full.
class CheckedCache {
   public:
    explicit CheckedCache(std::size_t budget_bytes = 64 << 20) : half_(budget_bytes / 2) {}
    [[nodiscard]] CheckedPtr find(const Hash& bytes_hash) const;  ///< null where it is not known
    void add(const Hash& bytes_hash, CheckedPtr checked);

   private:
    using Map = std::unordered_map<Hash, CheckedPtr, FixedBytesHasher<Hash>>;
    std::size_t half_;
    mutable std::mutex mutex_;
    std::size_t young_bytes_ = 0;
    Map young_, old_;
};

/// Never null where it is a value.
[[nodiscard]] Result<CheckedPtr> check_cached(ByteView raw, std::size_t max_bytes, std::string_view chain_id,
                                              CheckedCache& cache);
/// One result per transaction, in order. `threads` >= 1.
[[nodiscard]] std::vector<Result<CheckedPtr>> check_all(const std::vector<Bytes>& txs, std::size_t max_bytes,
                                                        std::string_view chain_id, CheckedCache& cache,
                                                        unsigned threads);

}  // namespace assay::chain
