#include "chain/verify_pool.hpp"

#include <atomic>
#include <thread>

namespace assay::chain {

bool SignatureCache::contains(const Hash& h) const {
    const std::lock_guard lock(mutex_);
    return young_.contains(h) || old_.contains(h);
}

void SignatureCache::add(const Hash& h) {
    const std::lock_guard lock(mutex_);
    if (young_.size() >= capacity_ / 2) {
        old_ = std::move(young_);
        young_ = Set{};
    }
    young_.insert(h);
}

Result<Checked> check_cached(ByteView raw, std::size_t max_bytes, std::string_view chain_id, SignatureCache& cache) {
    if (raw.size() > max_bytes)
        return {Code::tx_too_large, "a transaction has " + std::to_string(raw.size()) + " bytes, allowed are " + std::to_string(max_bytes)};
    const Hash h = sha256(raw);
    const bool known = cache.contains(h);
    auto out = check_bytes(raw, max_bytes, chain_id, known);
    if (out && !known) cache.add(h);
    return out;
}

std::vector<Result<Checked>> check_all(const std::vector<Bytes>& txs, std::size_t max_bytes, std::string_view chain_id,
                                       SignatureCache& cache, unsigned threads) {
    std::vector<Result<Checked>> out(txs.size(), Result<Checked>(Code::internal, ""));
    constexpr std::size_t kChunk = 64;
    std::atomic<std::size_t> next{0};
    const auto work = [&] {
        for (;;) {
            const std::size_t begin = next.fetch_add(kChunk);
            if (begin >= txs.size()) return;
            for (std::size_t i = begin; i < std::min(begin + kChunk, txs.size()); ++i)
                out[i] = check_cached(txs[i], max_bytes, chain_id, cache);
        }
    };
    std::vector<std::thread> helpers;
    for (unsigned t = 1; t < threads && txs.size() > kChunk * t; ++t) helpers.emplace_back(work);
    work();
    for (std::thread& t : helpers) t.join();
    return out;
}

}  // namespace assay::chain
