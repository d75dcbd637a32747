#include "chain/verify_pool.hpp"

#include <atomic>
#include <thread>

namespace assay::chain {

namespace {

// What decodes from n bytes takes a few times n: vectors of small things, and the objects around them.
constexpr std::size_t kObject = 1024;
std::size_t footprint(const Checked& c) {
    return kObject + 3 * c.raw.size();
}

}  // namespace

CheckedCache::CheckedCache(std::size_t budget_bytes) : half_bytes_(budget_bytes / 2) {}

std::size_t CheckedCache::Half::place_of(std::uint64_t hash, const Hash& raw_hash) const {
    std::size_t at = hash & (slots.size() - 1);
    while (slots[at].checked && !(slots[at].hash == hash && slots[at].checked->raw.hash() == raw_hash))
        at = (at + 1) & (slots.size() - 1);
    return at;
}

CheckedPtr CheckedCache::Half::take(std::uint64_t hash, const Hash& raw_hash) {
    const std::size_t mask = slots.size() - 1;
    std::size_t hole = place_of(hash, raw_hash);
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

void CheckedCache::Half::add(std::uint64_t hash, CheckedPtr checked) {
    if (2 * count >= slots.size()) {
        std::vector<Slot> all(2 * slots.size());
        all.swap(slots);
        for (Slot& s : all) {
            if (!s.checked) continue;
            std::size_t at = s.hash & (slots.size() - 1);
            while (slots[at].checked) at = (at + 1) & (slots.size() - 1);
            slots[at] = std::move(s);
        }
    }
    Slot& slot = slots[place_of(hash, checked->raw.hash())];
    if (slot.checked) return;
    ++count;
    bytes += footprint(*checked);
    slot = {hash, std::move(checked)};
}

CheckedPtr CheckedCache::find(const RawTx& raw) const {
    const std::uint64_t hash = FixedBytesHasher<Hash>()(raw.hash());
    const std::lock_guard lock(mutex_);
    if (const Slot& s = young_.slots[young_.place_of(hash, raw.hash())]; s.checked) return s.checked;
    if (old_.count == 0) return nullptr;
    return old_.slots[old_.place_of(hash, raw.hash())].checked;
}

void CheckedCache::add(CheckedPtr checked) {
    const std::uint64_t hash = FixedBytesHasher<Hash>()(checked->raw.hash());
    Half forgotten;  // freed after the lock
    const std::lock_guard lock(mutex_);
    if (young_.count > 0 && young_.bytes + footprint(*checked) > half_bytes_) {
        forgotten = std::exchange(old_, std::move(young_));
        young_ = {};
    }
    young_.add(hash, std::move(checked));
}

void CheckedCache::forget(const std::vector<Hash>& raw_hashes) {
    std::vector<CheckedPtr> forgotten;  // freed after the lock
    forgotten.reserve(raw_hashes.size());
    const std::lock_guard lock(mutex_);
    for (const Hash& h : raw_hashes) {
        const std::uint64_t hash = FixedBytesHasher<Hash>()(h);
        CheckedPtr known = young_.take(hash, h);
        if (!known && old_.count > 0) known = old_.take(hash, h);
        if (known) forgotten.push_back(std::move(known));
    }
}

Result<CheckedPtr> check_cached(const RawTx& raw, std::size_t max_bytes, std::string_view chain_id,
                                CheckedCache& cache) {
    if (raw.size() > max_bytes)
        return {Code::tx_too_large,
                "a transaction has " + std::to_string(raw.size()) + " bytes, allowed are " + std::to_string(max_bytes)};
    if (CheckedPtr known = cache.find(raw)) return known;
    auto out = std::make_shared<Checked>(Checked{raw, {}, 0, {}});
    ASSAY_TRY_VOID(check_bytes(*out, max_bytes, chain_id));
    cache.add(out);
    return CheckedPtr(std::move(out));
}

std::vector<Result<CheckedPtr>> check_all(const std::vector<RawTx>& txs, std::size_t max_bytes,
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
