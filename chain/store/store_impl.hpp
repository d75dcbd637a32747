// What a Store is made of, for the files that implement it: store.cpp (one block after the other), rollback.cpp (one
// block back) and prune.cpp (old ones away).
#pragma once

#include <atomic>
#include <map>

#include "base/check.hpp"
#include "chain/store/account_cache.hpp"
#include "chain/store/layout.hpp"
#include "chain/store/run_index.hpp"
#include "chain/store/store.hpp"
#include "chain/store/trie.hpp"

namespace assay::chain {

// Addresses are 32 bytes by construction; a key of another length is a bug.
inline Address address_in(const StateKey& key) {
    ASSAY_CHECK(key.key.size() == Address::kSize);
    return Address::from(key.key);
}

struct Store::Impl {
    Options options;
    std::unique_ptr<Database> db;
    std::unique_ptr<BlockFile> blocks;
    std::unique_ptr<RunIndex<4>> txs;       // tail: index in the block
    std::unique_ptr<RunIndex<32>> moments;  // tail: liquid tokens and credits after the block
    Database::Batch batch;                  // of the block that is being written; kept for its memory
    std::optional<layout::Meta> meta;
    Trie trie;
    std::map<StateKey, Bytes> tables;  // every table but accounts
    AccountCache accounts;
    std::map<std::uint8_t, std::uint64_t> leaves;  // per table
    std::optional<Database::Snapshot> visible;     // what get() and for_prefix() see of the database

    struct Staged {
        struct Write {
            Change change;
            Path path;
            std::optional<Bytes> before;
        };
        std::vector<Write> writes;  // ascending by path
        std::vector<Trie::Change> undo;
        Hash root;
        std::optional<layout::Meta> meta;  // once it is durable
    };
    std::optional<Staged> staged;

    [[nodiscard]] std::optional<Bytes> get(const StateKey& key) const;
    [[nodiscard]] Status load_state();
    [[nodiscard]] layout::Version version_of(const Hash& root, std::uint8_t undo_bits) const;
    void write_undo(Height height, std::uint8_t undo_bits);
    /// Into the batch: versions and undo that are older than the options say, at most `most` heights of them.
    void erase_versions(layout::Meta& next, std::uint64_t most);
    [[nodiscard]] Status load_block_range();

    // Read by any thread: a body may be pruned between the look at its place and the look into its file.
    std::atomic<std::uint64_t> first_block{0};   ///< lowest block that is here; 0: none
    std::atomic<std::uint64_t> pruned_below{0};  ///< blocks below were here once
};

}  // namespace assay::chain
