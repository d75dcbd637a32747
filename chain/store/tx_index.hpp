// Where a transaction lies, by its id: sorted runs that are merged as they add up, so that a block costs one write and
// an old chain is found in few reads.
//
//   index.add(batch, height, txids);                        // with the block's own batch
//   index.publish([&] { return db.write(batch, true); });   // readers see the run list and the database change as one
//   std::vector<TxIndex::Place> found = *index.find(txid);
//
// A run covers consecutive blocks. `t | level u8 | first height | chunk u16` holds its entries in chunks by the leading
// bits of the id: 16 bytes of id, u32 height minus first height, u32 index, all big-endian, ascending. `T | first
// height` holds level, last height, entries, chunk bits. Sixteen runs of a level become one of the next while they are
// small enough to be merged within a block's time.
#pragma once

#include <mutex>

#include "base/borsh.hpp"
#include "chain/store/database.hpp"

namespace assay::chain {

class TxIndex {
   public:
    struct Place {
        Height height;
        std::uint32_t index = 0;
    };

    explicit TxIndex(const Database& db) : db_(db) {}
    /// Reads which runs there are.
    [[nodiscard]] Status load();
    /// Puts a block's transactions into the batch, and what merging it leads to.
    [[nodiscard]] Status add(Database::Batch& batch, Height height, const std::vector<Hash>& txids);
    [[nodiscard]] Status publish(const std::function<Status()>& write);
    /// Newest first; any thread.
    [[nodiscard]] Result<std::vector<Place>> find(const Hash& txid) const;

   private:
    struct Run {
        std::uint8_t level = 0;
        Height first, last;
        std::uint64_t entries = 0;
        std::uint8_t chunk_bits = 0;
        ASSAY_FIELDS(level, first, last, entries, chunk_bits)
    };
    struct Entry {
        std::array<std::uint8_t, 16> id;
        Height height;
        std::uint32_t index = 0;
    };
    void write_run(Database::Batch& batch, Run& run, std::vector<Entry>& entries) const;
    void erase_run(Database::Batch& batch, const Run& run) const;
    [[nodiscard]] Status read_run(const Run& run, std::vector<Entry>& out) const;

    const Database& db_;
    mutable std::mutex mutex_;
    std::vector<Run> runs_;    ///< ascending by height; under the mutex
    std::vector<Run> staged_;  ///< what runs_ becomes
};

}  // namespace assay::chain
