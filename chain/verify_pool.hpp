// Decoding and signature checks of a block's transactions on several threads. The result does not depend on how many:
// each transaction is judged alone, and results keep their order.
#pragma once

#include <mutex>
#include <unordered_set>

#include "chain/admit.hpp"

namespace assay::chain {

/// Transactions whose signature was found valid, by the SHA-256 of their full bytes, auth included: the same txid with
/// another auth must not be believed. Bounded; forgets the older half when full.
class SignatureCache {
   public:
    explicit SignatureCache(std::size_t capacity = 200'000) : capacity_(capacity) {}
    [[nodiscard]] bool contains(const Hash& bytes_hash) const;
    void add(const Hash& bytes_hash);

   private:
    using Set = std::unordered_set<Hash, FixedBytesHasher<Hash>>;
    std::size_t capacity_;
    mutable std::mutex mutex_;
    Set young_, old_;
};

/// One result per transaction, in order. `threads` >= 1.
[[nodiscard]] std::vector<Result<Checked>> check_all(const std::vector<Bytes>& txs, std::size_t max_bytes, std::string_view chain_id,
                                                     SignatureCache& cache, unsigned threads);
[[nodiscard]] Result<Checked> check_cached(ByteView raw, std::size_t max_bytes, std::string_view chain_id, SignatureCache& cache);

}  // namespace assay::chain
