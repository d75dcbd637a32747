// Where something is told in the blocks, by an id: sorted runs that are merged as they add up, so that a block costs
// one write and an old chain is found in few reads. Two are kept: of transactions by their ids, and of accounts by
// their addresses.
//
//   RunIndex<4> txs(db, 'T', 't');
//   txs.add(batch, height, entries);                        // with the block's own batch
//   txs.publish([&] { return db.write(batch, true); });     // readers see the run list and the database change as one
//   std::vector<RunIndex<4>::Found> found = *txs.find(id);
//
// A run covers consecutive blocks. `t | level u8 | first height | chunk u16` holds its entries in chunks by the leading
// bits of the id: 16 bytes of id, u32 height minus first height, a tail of fixed length, all big-endian, ascending.
// `T | first height` holds level, last height, entries, chunk bits. Sixteen runs of a level become one of the next
// while they are small enough to be merged within a block's time.
#pragma once

#include <array>
#include <mutex>

#include "base/borsh.hpp"
#include "chain/store/database.hpp"

namespace assay::chain {

template <std::size_t TailBytes>
class RunIndex {
   public:
    using Id = std::array<std::uint8_t, 16>;
    using Tail = std::array<std::uint8_t, TailBytes>;
    struct Entry {
        Id id;
        Height height;  ///< set by add
        Tail tail;
    };
    struct Found {
        Height height;
        Tail tail;
    };

    RunIndex(const Database& db, char run_letter, char chunk_letter)
        : db_(db),
          run_letter_(static_cast<std::uint8_t>(run_letter)),
          chunk_letter_(static_cast<std::uint8_t>(chunk_letter)) {}
    /// Reads which runs there are.
    [[nodiscard]] Status load();
    /// Puts a block's entries into the batch, and what merging them leads to.
    [[nodiscard]] Status add(Database::Batch& batch, Height height, std::vector<Entry> entries);
    /// Puts into the batch what takes the entries of `height` out again, where that is the newest block.
    [[nodiscard]] Status remove_newest(Database::Batch& batch, Height height);
    /// Puts into the batch what deletes the runs that end below `height`; one that goes on above it stays whole.
    void forget_below(Database::Batch& batch, Height height);
    /// What add, remove_newest or forget_below put into the batch becomes true with `write`.
    [[nodiscard]] Status publish(const std::function<Status()>& write);
    /// Newest first; any thread.
    [[nodiscard]] Result<std::vector<Found>> find(const Id& id) const;
    /// Ascending from `from` to `to`, both included, at most `limit`. Any thread.
    [[nodiscard]] Result<std::vector<Found>> find_from(const Id& id, Height from, Height to, std::size_t limit) const;
    /// The newest below a height. Any thread.
    [[nodiscard]] Result<std::optional<Found>> find_below(const Id& id, Height height) const;

    [[nodiscard]] static Id id_of(ByteView bytes) {
        Id out;
        std::copy_n(bytes.begin(), out.size(), out.begin());
        return out;
    }

   private:
    static constexpr std::size_t kEntryBytes = 16 + 4 + TailBytes;
    struct Run {
        std::uint8_t level = 0;
        Height first, last;
        std::uint64_t entries = 0;
        std::uint8_t chunk_bits = 0;
        ASSAY_FIELDS(level, first, last, entries, chunk_bits)
    };
    // The runs and the database of one instant, or a merge in between would hide a run.
    struct Instant {
        std::vector<Run> runs;
        std::optional<Database::Snapshot> snapshot;
    };
    [[nodiscard]] Bytes run_key(Height first) const;
    [[nodiscard]] Bytes chunk_key(std::uint8_t level, Height first, std::uint64_t chunk) const;
    [[nodiscard]] static bool before(const Entry& a, const Entry& b);
    static void merge_parts(std::vector<Entry>& entries, std::vector<std::size_t> ends);
    void write_run(Database::Batch& batch, Run& run, const std::vector<Entry>& entries) const;  ///< sorted ones
    void erase_run(Database::Batch& batch, const Run& run) const;
    [[nodiscard]] Status read_run(const Run& run, std::vector<Entry>& out) const;
    void see(Instant& out) const;
    /// Appends what the run has of the id, ascending by height.
    [[nodiscard]] Status find_in(const Instant& now, const Run& run, const Id& id, std::vector<Found>& out) const;

    const Database& db_;
    std::uint8_t run_letter_, chunk_letter_;
    mutable std::mutex mutex_;
    std::vector<Run> runs_;    ///< ascending by height; under the mutex
    std::vector<Run> staged_;  ///< what runs_ becomes
};

extern template class RunIndex<4>;
extern template class RunIndex<32>;

}  // namespace assay::chain
