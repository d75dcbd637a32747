#include "chain/store/run_index.hpp"

#include <algorithm>
#include <cstring>
#include <tuple>

namespace assay::chain {
namespace {

constexpr std::size_t kFanIn = 16;
constexpr std::uint64_t kMergedMax = 1 << 20;  // of transactions 24 MiB: about 30 ms once in a million transactions
constexpr std::uint64_t kChunkEntries = 2048;
constexpr std::uint8_t kMaxChunkBits = 12;

void put_be(Bytes& out, std::uint64_t v, int bytes) {
    for (int i = bytes - 1; i >= 0; --i) out.push_back(static_cast<std::uint8_t>(v >> (8 * i)));
}
std::uint64_t get_be(const std::uint8_t* p, int bytes) {
    std::uint64_t v = 0;
    for (int i = 0; i < bytes; ++i) v = v << 8 | p[i];
    return v;
}

std::uint64_t chunk_of(const std::uint8_t* id, std::uint8_t bits) {
    return bits == 0 ? 0 : get_be(id, 2) >> (16 - bits);
}

}  // namespace

template <std::size_t N>
Bytes RunIndex<N>::run_key(Height first) const {
    Bytes key{run_letter_};
    put_be(key, first.value, 8);
    return key;
}
template <std::size_t N>
Bytes RunIndex<N>::chunk_key(std::uint8_t level, Height first, std::uint64_t chunk) const {
    Bytes key{chunk_letter_, level};
    put_be(key, first.value, 8);
    put_be(key, chunk, 2);
    return key;
}

template <std::size_t N>
Status RunIndex<N>::load() {
    const std::lock_guard lock(mutex_);
    runs_.clear();
    Status bad;
    const Bytes prefix{run_letter_};
    ASSAY_TRY_VOID(db_.scan(prefix, [&](ByteView, ByteView value) {
        auto run = borsh::decode<Run>(value);
        if (!run) {
            bad = Error{Code::store_corrupt, "the index of transactions or accounts: " + run.error().message};
            return false;
        }
        runs_.push_back(*run);
        return true;
    }));
    return bad;
}

template <std::size_t N>
Status RunIndex<N>::add(Database::Batch& batch, Height height, std::vector<Entry> entries) {
    staged_ = runs_;
    if (entries.empty()) return {};
    for (Entry& e : entries) e.height = height;
    std::sort(entries.begin(), entries.end(), &RunIndex::before);
    Run run;
    run.first = run.last = height;
    // Like carrying in addition: the last sixteen of a level become one of the next.
    for (;;) {
        std::size_t same = 0;
        std::uint64_t sum = entries.size();
        while (same < staged_.size() && same < kFanIn - 1 && staged_[staged_.size() - 1 - same].level == run.level)
            sum += staged_[staged_.size() - 1 - same++].entries;
        if (same < kFanIn - 1 || sum > kMergedMax) break;
        std::vector<std::size_t> ends{entries.size()};  // of sorted parts
        for (std::size_t i = 0; i < same; ++i) {
            ASSAY_TRY_VOID(read_run(staged_.back(), entries));
            ends.push_back(entries.size());
            erase_run(batch, staged_.back());
            run.first = staged_.back().first;
            staged_.pop_back();
        }
        merge_parts(entries, std::move(ends));
        ++run.level;
    }
    write_run(batch, run, entries);
    staged_.push_back(run);
    return {};
}

template <std::size_t N>
Status RunIndex<N>::remove_newest(Database::Batch& batch, Height height) {
    staged_ = runs_;
    if (staged_.empty() || staged_.back().last < height) return {};  // that block had no entries
    const Run old = staged_.back();
    staged_.pop_back();
    erase_run(batch, old);
    if (old.first == height) return {};
    std::vector<Entry> entries;
    ASSAY_TRY_VOID(read_run(old, entries));
    std::erase_if(entries, [&](const Entry& e) { return e.height >= height; });
    Run run{old.level, old.first, old.first, 0, 0};
    for (const Entry& e : entries) run.last = std::max(run.last, e.height);
    write_run(batch, run, entries);
    staged_.push_back(run);
    return {};
}

template <std::size_t N>
void RunIndex<N>::forget_below(Database::Batch& batch, Height height) {
    staged_ = runs_;
    const auto kept = std::find_if(staged_.begin(), staged_.end(), [&](const Run& r) { return r.last >= height; });
    for (auto run = staged_.begin(); run != kept; ++run) erase_run(batch, *run);
    staged_.erase(staged_.begin(), kept);
}

template <std::size_t N>
Status RunIndex<N>::publish(const std::function<Status()>& write) {
    const std::lock_guard lock(mutex_);
    ASSAY_TRY_VOID(write());
    runs_ = std::move(staged_);
    return {};
}

template <std::size_t N>
bool RunIndex<N>::before(const Entry& a, const Entry& b) {
    const int by_id = std::memcmp(a.id.data(), b.id.data(), a.id.size());
    return by_id != 0 ? by_id < 0 : std::tie(a.height, a.tail) < std::tie(b.height, b.tail);
}

// Neighbours become one until there is one: a sort would not see that the parts are sorted.
template <std::size_t N>
void RunIndex<N>::merge_parts(std::vector<Entry>& entries, std::vector<std::size_t> ends) {
    while (ends.size() > 1) {
        std::vector<std::size_t> next;
        std::size_t from = 0;
        for (std::size_t i = 0; i < ends.size(); i += 2) {
            const std::size_t to = ends[std::min(i + 1, ends.size() - 1)];
            const auto at = [&](std::size_t n) { return entries.begin() + static_cast<std::ptrdiff_t>(n); };
            std::inplace_merge(at(from), at(ends[i]), at(to), &RunIndex::before);
            next.push_back(to);
            from = to;
        }
        ends = std::move(next);
    }
}

template <std::size_t N>
void RunIndex<N>::write_run(Database::Batch& batch, Run& run, const std::vector<Entry>& entries) const {
    run.entries = entries.size();
    run.chunk_bits = 0;
    while (run.chunk_bits < kMaxChunkBits && (run.entries >> run.chunk_bits) > kChunkEntries) ++run.chunk_bits;
    Bytes chunk;
    for (std::size_t i = 0; i < entries.size();) {
        const std::uint64_t number = chunk_of(entries[i].id.data(), run.chunk_bits);
        chunk.clear();
        for (; i < entries.size() && chunk_of(entries[i].id.data(), run.chunk_bits) == number; ++i) {
            chunk.insert(chunk.end(), entries[i].id.begin(), entries[i].id.end());
            put_be(chunk, entries[i].height.value - run.first.value, 4);
            chunk.insert(chunk.end(), entries[i].tail.begin(), entries[i].tail.end());
        }
        batch.put(chunk_key(run.level, run.first, number), chunk);
    }
    batch.put(run_key(run.first), borsh::encode(run));
}

template <std::size_t N>
void RunIndex<N>::erase_run(Database::Batch& batch, const Run& run) const {
    for (std::uint64_t chunk = 0; chunk < (1ull << run.chunk_bits); ++chunk)
        batch.erase(chunk_key(run.level, run.first, chunk));
    batch.erase(run_key(run.first));
}

template <std::size_t N>
Status RunIndex<N>::read_run(const Run& run, std::vector<Entry>& out) const {
    Bytes prefix = chunk_key(run.level, run.first, 0);
    prefix.resize(prefix.size() - 2);
    return db_.scan(prefix, [&](ByteView, ByteView value) {
        for (std::size_t at = 0; at + kEntryBytes <= value.size(); at += kEntryBytes) {
            const std::uint8_t* p = value.data() + at;
            Entry e;
            std::copy_n(p, e.id.size(), e.id.begin());
            e.height = run.first + get_be(p + 16, 4);
            std::copy_n(p + 20, N, e.tail.begin());
            out.push_back(e);
        }
        return true;
    });
}

template <std::size_t N>
void RunIndex<N>::see(Instant& out) const {
    const std::lock_guard lock(mutex_);
    out.runs = runs_;
    out.snapshot.emplace(db_);
}

template <std::size_t N>
Status RunIndex<N>::find_in(const Instant& now, const Run& run, const Id& id, std::vector<Found>& out) const {
    ASSAY_TRY(auto chunk,
              db_.get(chunk_key(run.level, run.first, chunk_of(id.data(), run.chunk_bits)), &*now.snapshot));
    if (!chunk) return {};
    std::size_t low = 0, high = chunk->size() / kEntryBytes;
    while (low < high) {
        const std::size_t middle = (low + high) / 2;
        if (std::memcmp(chunk->data() + middle * kEntryBytes, id.data(), id.size()) < 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    for (; low < chunk->size() / kEntryBytes; ++low) {
        const std::uint8_t* e = chunk->data() + low * kEntryBytes;
        if (std::memcmp(e, id.data(), id.size()) != 0) break;
        Found f{run.first + get_be(e + 16, 4), {}};
        std::copy_n(e + 20, N, f.tail.begin());
        out.push_back(f);
    }
    return {};
}

template <std::size_t N>
Result<std::vector<typename RunIndex<N>::Found>> RunIndex<N>::find(const Id& id) const {
    Instant now;
    see(now);
    std::vector<Found> found;
    for (auto run = now.runs.rbegin(); run != now.runs.rend(); ++run) ASSAY_TRY_VOID(find_in(now, *run, id, found));
    return found;
}

template <std::size_t N>
Result<std::vector<typename RunIndex<N>::Found>> RunIndex<N>::find_from(const Id& id, Height from, Height to,
                                                                        std::size_t limit) const {
    Instant now;
    see(now);
    std::vector<Found> found, part;
    for (const Run& run : now.runs) {
        if (run.last < from || run.first > to) continue;
        part.clear();
        ASSAY_TRY_VOID(find_in(now, run, id, part));
        for (const Found& f : part)
            if (f.height >= from && f.height <= to && found.size() < limit) found.push_back(f);
        if (found.size() >= limit) break;
    }
    return found;
}

template <std::size_t N>
Result<std::optional<typename RunIndex<N>::Found>> RunIndex<N>::find_below(const Id& id, Height height) const {
    Instant now;
    see(now);
    std::vector<Found> part;
    for (auto run = now.runs.rbegin(); run != now.runs.rend(); ++run) {
        if (run->first >= height) continue;
        part.clear();
        ASSAY_TRY_VOID(find_in(now, *run, id, part));
        for (auto f = part.rbegin(); f != part.rend(); ++f)
            if (f->height < height) return std::optional<Found>(*f);
    }
    return std::optional<Found>();
}

template class RunIndex<4>;
template class RunIndex<32>;

}  // namespace assay::chain
