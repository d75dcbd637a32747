#include "chain/store/tx_index.hpp"

#include <algorithm>

namespace assay::chain {
namespace {

constexpr std::size_t kFanIn = 16;
constexpr std::uint64_t kMergedMax = 1 << 20;  // 24 MiB: about 30 ms once in a million transactions
constexpr std::uint64_t kChunkEntries = 2048;
constexpr std::size_t kEntryBytes = 24;
constexpr std::uint8_t kMaxChunkBits = 12;

void put_be(Bytes& out, std::uint64_t v, int bytes) {
    for (int i = bytes - 1; i >= 0; --i) out.push_back(static_cast<std::uint8_t>(v >> (8 * i)));
}
std::uint64_t get_be(const std::uint8_t* p, int bytes) {
    std::uint64_t v = 0;
    for (int i = 0; i < bytes; ++i) v = v << 8 | p[i];
    return v;
}

Bytes run_key(Height first) {
    Bytes key{'T'};
    put_be(key, first.value, 8);
    return key;
}
Bytes chunk_key(std::uint8_t level, Height first, std::uint64_t chunk) {
    Bytes key{'t', level};
    put_be(key, first.value, 8);
    put_be(key, chunk, 2);
    return key;
}
std::uint64_t chunk_of(const std::uint8_t* id, std::uint8_t bits) {
    return bits == 0 ? 0 : get_be(id, 2) >> (16 - bits);
}

}  // namespace

Status TxIndex::load() {
    const std::lock_guard lock(mutex_);
    runs_.clear();
    Status bad;
    const Bytes prefix{'T'};
    ASSAY_TRY_VOID(db_.scan(prefix, [&](ByteView, ByteView value) {
        auto run = borsh::decode<Run>(value);
        if (!run) {
            bad = Error{Code::store_corrupt, "the index of transactions: " + run.error().message};
            return false;
        }
        runs_.push_back(*run);
        return true;
    }));
    return bad;
}

Status TxIndex::add(Database::Batch& batch, Height height, const std::vector<Hash>& txids) {
    staged_ = runs_;
    if (txids.empty()) return {};
    std::vector<Entry> entries;
    entries.reserve(txids.size());
    for (std::uint32_t i = 0; i < txids.size(); ++i) {
        Entry e;
        std::copy_n(txids[i].bytes.begin(), e.id.size(), e.id.begin());
        e.height = height;
        e.index = i;
        entries.push_back(e);
    }
    Run run;
    run.first = run.last = height;
    // Like carrying in addition: the last sixteen of a level become one of the next.
    for (;;) {
        std::size_t same = 0;
        std::uint64_t sum = entries.size();
        while (same < staged_.size() && same < kFanIn - 1 && staged_[staged_.size() - 1 - same].level == run.level)
            sum += staged_[staged_.size() - 1 - same++].entries;
        if (same < kFanIn - 1 || sum > kMergedMax) break;
        for (std::size_t i = 0; i < same; ++i) {
            ASSAY_TRY_VOID(read_run(staged_.back(), entries));
            erase_run(batch, staged_.back());
            run.first = staged_.back().first;
            staged_.pop_back();
        }
        ++run.level;
    }
    write_run(batch, run, entries);
    staged_.push_back(run);
    return {};
}

Status TxIndex::publish(const std::function<Status()>& write) {
    const std::lock_guard lock(mutex_);
    ASSAY_TRY_VOID(write());
    runs_ = std::move(staged_);
    return {};
}

void TxIndex::write_run(Database::Batch& batch, Run& run, std::vector<Entry>& entries) const {
    std::sort(entries.begin(), entries.end(), [](const Entry& a, const Entry& b) {
        return std::tie(a.id, a.height, a.index) < std::tie(b.id, b.height, b.index);
    });
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
            put_be(chunk, entries[i].index, 4);
        }
        batch.put(chunk_key(run.level, run.first, number), chunk);
    }
    batch.put(run_key(run.first), borsh::encode(run));
}

void TxIndex::erase_run(Database::Batch& batch, const Run& run) const {
    for (std::uint64_t chunk = 0; chunk < (1ull << run.chunk_bits); ++chunk)
        batch.erase(chunk_key(run.level, run.first, chunk));
    batch.erase(run_key(run.first));
}

Status TxIndex::read_run(const Run& run, std::vector<Entry>& out) const {
    Bytes prefix = chunk_key(run.level, run.first, 0);
    prefix.resize(prefix.size() - 2);
    return db_.scan(prefix, [&](ByteView, ByteView value) {
        for (std::size_t at = 0; at + kEntryBytes <= value.size(); at += kEntryBytes) {
            Entry e;
            std::copy_n(value.begin() + static_cast<std::ptrdiff_t>(at), e.id.size(), e.id.begin());
            e.height = run.first + get_be(value.data() + at + 16, 4);
            e.index = static_cast<std::uint32_t>(get_be(value.data() + at + 20, 4));
            out.push_back(e);
        }
        return true;
    });
}

Result<std::vector<TxIndex::Place>> TxIndex::find(const Hash& txid) const {
    // The runs and the database must be of one instant, or a merge in between would hide a run.
    std::vector<Run> runs;
    std::optional<Database::Snapshot> snapshot;
    {
        const std::lock_guard lock(mutex_);
        runs = runs_;
        snapshot.emplace(db_);
    }
    std::vector<Place> found;
    for (auto run = runs.rbegin(); run != runs.rend(); ++run) {
        ASSAY_TRY(auto chunk,
                  db_.get(chunk_key(run->level, run->first, chunk_of(txid.data(), run->chunk_bits)), &*snapshot));
        if (!chunk) continue;
        std::size_t low = 0, high = chunk->size() / kEntryBytes;
        while (low < high) {
            const std::size_t middle = (low + high) / 2;
            if (std::memcmp(chunk->data() + middle * kEntryBytes, txid.data(), 16) < 0) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        for (; low < chunk->size() / kEntryBytes; ++low) {
            const std::uint8_t* e = chunk->data() + low * kEntryBytes;
            if (std::memcmp(e, txid.data(), 16) != 0) break;
            found.push_back({run->first + get_be(e + 16, 4), static_cast<std::uint32_t>(get_be(e + 20, 4))});
        }
    }
    return found;
}

}  // namespace assay::chain
