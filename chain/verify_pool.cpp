#include "chain/verify_pool.hpp"

#include <atomic>
#include <bit>
#include <thread>

namespace assay::chain {

namespace {

// What decodes from n bytes takes a few times n: vectors of small things, and the objects around them.
constexpr std::size_t kObject = 1024;
std::size_t footprint(const Checked& c) {
    return kObject + 3 * c.bytes;
}

}  // namespace

CheckedCache::CheckedCache(std::size_t budget_bytes) : half_bytes_(budget_bytes / 2) {
    const std::size_t slots = std::bit_ceil(2 * half_bytes_ / kObject + 2);
    young_.slots.resize(slots);
    old_.slots.resize(slots);
}

std::size_t CheckedCache::Half::place_of(std::uint64_t hash, const Hash& bytes_hash) const {
    std::size_t at = hash & (slots.size() - 1);
    while (slots[at].checked && !(slots[at].hash == hash && slots[at].checked->bytes_hash == bytes_hash))
        at = (at + 1) & (slots.size() - 1);
    return at;
}

CheckedPtr CheckedCache::Half::take(std::uint64_t hash, const Hash& bytes_hash) {
    const std::size_t mask = slots.size() - 1;
    std::size_t hole = place_of(hash, bytes_hash);
    CheckedPtr out = std::move(slots[hole].checked);
    if (!out) return out;
    --count;
    bytes -= footprint(*out);
    // Who was put off by the one that goes moves up: a search stops at the first free slot.
    for (std::size_t at = (hole + 1) & mask; slots[at].checked; at = (at + 1) & mask) {
        const std::size_t home = slots[at].hash & mask;
        if (((at - home) & mask) < ((at - hole) & mask)) continue;
        slots[hole] = std::move(slots[at]);
        hole = at;
    }
    return out;
}

CheckedPtr CheckedCache::find(const Hash& bytes_hash) const {
    const std::uint64_t hash = FixedBytesHasher<Hash>()(bytes_hash);
    const std::lock_guard lock(mutex_);
    if (const Slot& s = young_.slots[young_.place_of(hash, bytes_hash)]; s.checked) return s.checked;
    return old_.slots[old_.place_of(hash, bytes_hash)].checked;
}

void CheckedCache::add(CheckedPtr checked) {
    const std::uint64_t hash = FixedBytesHasher<Hash>()(checked->bytes_hash);
    const std::size_t bytes = footprint(*checked);
    Half forgotten;  // freed after the lock
    const std::lock_guard lock(mutex_);
    if (young_.count > 0 && young_.bytes + bytes > half_bytes_) {
        forgotten = std::exchange(old_, std::move(young_));
        young_ = Half{std::vector<Slot>(old_.slots.size()), 0, 0};
    }
    Slot& slot = young_.slots[young_.place_of(hash, checked->bytes_hash)];
    if (slot.checked) return;
    slot = {hash, std::move(checked)};
    ++young_.count;
    young_.bytes += bytes;
}

void CheckedCache::forget(const std::vector<Hash>& bytes_hashes) {
    std::vector<CheckedPtr> forgotten;  // freed after the lock
    forgotten.reserve(bytes_hashes.size());
    const std::lock_guard lock(mutex_);
    for (const Hash& h : bytes_hashes) {
        const std::uint64_t hash = FixedBytesHasher<Hash>()(h);
        CheckedPtr known = young_.take(hash, h);
        if (!known) known = old_.take(hash, h);
        if (known) forgotten.push_back(std::move(known));
    }
}

Result<CheckedPtr> check_cached(ByteView raw, std::size_t max_bytes, std::string_view chain_id, CheckedCache& cache) {
    if (raw.size() > max_bytes)
        return {Code::tx_too_large,
                "a transaction has " + std::to_string(raw.size()) + " bytes, allowed are " + std::to_string(max_bytes)};
    const Hash h = sha256(raw);
    if (CheckedPtr known = cache.find(h)) return known;
    auto out = std::make_shared<Checked>();
    out->bytes_hash = h;
    ASSAY_TRY_VOID(check_bytes(raw, max_bytes, chain_id, *out));
    cache.add(out);
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
