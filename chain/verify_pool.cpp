#include "chain/verify_pool.hpp"

#include <atomic>
#include <thread>

namespace assay::chain {

CheckedPtr CheckedCache::find(const Hash& h) const {
    const std::lock_guard lock(mutex_);
    if (const auto at = young_.find(h); at != young_.end()) return at->second;
    if (const auto at = old_.find(h); at != old_.end()) return at->second;
    return nullptr;
}

void CheckedCache::add(const Hash& h, CheckedPtr checked) {
    // What decodes from n bytes takes a few times n: vectors of small things, and the objects around them.
    const std::size_t footprint = 1024 + 3 * checked->bytes;
    Map forgotten;  // freed after the lock
    const std::lock_guard lock(mutex_);
    if (young_bytes_ + footprint > half_) {
        forgotten = std::exchange(old_, std::exchange(young_, Map{}));
        young_bytes_ = 0;
    }
    if (young_.emplace(h, std::move(checked)).second) young_bytes_ += footprint;
}

Result<CheckedPtr> check_cached(ByteView raw, std::size_t max_bytes, std::string_view chain_id, CheckedCache& cache) {
    if (raw.size() > max_bytes)
        return {Code::tx_too_large,
                "a transaction has " + std::to_string(raw.size()) + " bytes, allowed are " + std::to_string(max_bytes)};
    const Hash h = sha256(raw);
    if (CheckedPtr known = cache.find(h)) return known;
    ASSAY_TRY(Checked checked, check_bytes(raw, max_bytes, chain_id));
    auto out = std::make_shared<const Checked>(std::move(checked));
    cache.add(h, out);
    return CheckedPtr(std::move(out));
}

std::vector<Result<CheckedPtr>> check_all(const std::vector<Bytes>& txs, std::size_t max_bytes,
                                          std::string_view chain_id, CheckedCache& cache, unsigned threads) {
    std::vector<Result<CheckedPtr>> out(txs.size(), Result<CheckedPtr>(Code::internal, ""));
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
