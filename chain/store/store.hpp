// The state on disk and its tree in memory: versioned by height, proved by hash, durable at each commit.
//
//   ASSAY_TRY(auto store, Store::open(dir, {}));
//   ASSAY_TRY(Hash root, store->stage(changes));            // in memory, can be discarded
//   ASSAY_TRY_VOID(store->commit({height, block, results, txids}));   // one synced batch
//   ASSAY_TRY(StateProof proof, store->prove(key, height)); // any of the last `keep_versions` heights
//
// Invariants: (1) the database holds exactly one height's state, named by the record `m`, whose root it stores: at
// start the tree is built from the flat table and must give that root; (2) block bodies are appended and synced before
// the batch that names them, so a crash at any instant leaves the block before or the block after; (3) what get() and
// for_prefix() show changes only in publish().
//
// Keys in LevelDB (heights big-endian, 8 bytes):
//   m               Meta: format, height, root, oldest provable height, end of the block file
//   s path          key and value: the flat table, in the order of the tree
//   j height chunk  undo of that height: what the changed keys held before
//   r height        root, and the hashes of the tree's shards at that height (prove.hpp)
//   b height        where the block lies in the block files
//   p               height below which blocks were deleted, once some were
//   t, T            index of transactions (run_index.hpp)
//   a, A            index of accounts: the blocks that changed one, and what it had after each
//
// Threads: stage, discard_stage, write, publish, commit, rollback and what prunes belong to one thread. get and
// for_prefix must not run at the same time as publish, which is short, or rollback and compact, which are not; beside
// write, which waits for the disk, they may. prove, block, find_tx and moments may be called from any thread at any
// time.
#pragma once

#include <functional>
#include <memory>

#include "chain/store/key.hpp"
#include "chain/store/proof.hpp"

namespace assay::chain {

/// What an account had after a block that changed it.
struct AccountMoment {
    Address address;
    Amount liquid;
    Credits credits;
};

struct BlockRecord {
    Height height;
    Bytes block;  ///< empty for height 0, which has no block
    Bytes results;
    std::vector<Hash> txids;
    std::vector<AccountMoment> moments;
};

class Store {
   public:
    struct Options {
        std::size_t cache_bytes = 64 << 20;  ///< of account values kept in memory beside the tree
        std::uint64_t keep_versions = 1000;  ///< heights whose proofs can be asked for
        bool sync = true;
    };
    struct Info {
        Height height;
        Hash root;
        Height oldest;  ///< lowest provable height
    };
    struct StoredBlock {
        Bytes block, results;
    };
    struct TxPlace {
        Height height;
        std::uint32_t index = 0;
    };

    /// Errors: store_locked, store_corrupt (the root does not match, a format of another version), io_error.
    [[nodiscard]] static Result<std::unique_ptr<Store>> open(const std::string& dir, const Options& options);
    ~Store();

    [[nodiscard]] std::optional<Info> info() const;  ///< nothing before the first commit

    /// A read that the disk refuses stops the program: no state may be guessed.
    [[nodiscard]] std::optional<Bytes> get(const StateKey& key) const;
    /// An account's value without a copy, until the next publish; none where it has to be looked for on the disk.
    [[nodiscard]] std::optional<ByteView> cached_account(const Address& a) const;
    /// For keys that begin with `prefix`, ascending by key from `from` on, which begins with it too; accounts ascending
    /// by path, all of them. f returns false to stop.
    void for_range(std::uint8_t table, ByteView prefix, ByteView from,
                   const std::function<bool(ByteView, ByteView)>& f) const;
    void for_prefix(std::uint8_t table, ByteView prefix, const std::function<bool(ByteView, ByteView)>& f) const {
        for_range(table, prefix, prefix, f);
    }

    /// The root that the state would have after these changes; each key at most once.
    [[nodiscard]] Result<Hash> stage(std::vector<Change> changes);
    void discard_stage();
    /// Makes what was staged durable. Errors: io_error; the store must then be opened anew.
    [[nodiscard]] Status write(const BlockRecord& record);
    /// Makes what was written visible.
    void publish();
    /// Both.
    [[nodiscard]] Status commit(const BlockRecord& record);

    /// Every key and value of a height, ascending by path; f ends the walk with an error. Any thread, at any time: it
    /// sees the instant of the call. Errors: pruned, future_height, io_error, store_corrupt, f's.
    struct Walk {
        std::function<Status(Height height, const Hash& root, std::uint64_t records)> begin;
        std::function<Status(const StateKey&, ByteView)> record;
    };
    [[nodiscard]] Status walk(const std::optional<Height>& height, const Walk& f) const;
    /// Errors: pruned, future_height, io_error.
    [[nodiscard]] Result<StateProof> prove(const StateKey& key, Height height) const;
    /// Errors: not_found, future_height, io_error, store_corrupt.
    /// Errors beside: pruned where it was deleted.
    [[nodiscard]] Result<StoredBlock> block(Height height) const;
    [[nodiscard]] std::optional<Height> first_block() const;        ///< the lowest that is here; any thread
    [[nodiscard]] Result<TxPlace> find_tx(const Hash& txid) const;  ///< not_found

    struct Moment {
        Height height;
        Amount liquid;
        Credits credits;
    };
    /// What the account had after the blocks from `from` to `to` that changed it, ascending, at most `limit`. Addresses
    /// are told apart by their first 16 bytes.
    [[nodiscard]] Result<std::vector<Moment>> moments(const Address& a, Height from, Height to,
                                                      std::size_t limit) const;
    /// The last of them below a height.
    [[nodiscard]] Result<std::optional<Moment>> moment_below(const Address& a, Height height) const;

    /// The newest block never was: state, proofs, indices and the block files are those of the height before
    /// (rollback.cpp). Errors: not_found at the height where this store begins, pruned where the undo is gone,
    /// store_corrupt, io_error; after the last the store must be opened anew.
    [[nodiscard]] Status rollback();
    /// Deletes blocks below `keep_from` with what the indices have of them, `most` of them in one batch, and gives
    /// their space back; never the newest. True: all of them are gone. Errors: io_error (prune.cpp).
    [[nodiscard]] Result<bool> prune_blocks(Height keep_from, std::uint64_t most);
    /// Deletes versions that are older than `keep_versions` now; commits do so only now and then.
    [[nodiscard]] Status prune_versions();
    /// Rewrites the database without what was deleted. Takes long.
    void compact();

   private:
    Store();
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace assay::chain
