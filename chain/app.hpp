// The whole state machine behind the calls of ARCHITECTURE. An engine drives it and it does not know which.
//
//   ASSAY_TRY(auto app, App::open({.dir = home + "/state"}));
//   if (app->info().height.value == 0) ASSAY_TRY_VOID(app->init_chain(genesis));
//   Block b = app->make_block({.time = now, .proposer = me, .reveal = r}, mempool_txs);   // prepare_proposal
//   ASSAY_TRY(BlockResults results, app->finalize_block(b));
//   ASSAY_TRY_VOID(app->commit());                             // one synced batch: now it is durable and visible
//
// Threads: one thread drives init_chain, make_block, process_proposal, finalize_block and commit. check_tx, simulate,
// read and prove may be called from any thread at any time; they see the last commit.
#pragma once

#include <functional>
#include <memory>

#include "chain/admit.hpp"
#include "chain/block.hpp"
#include "chain/genesis.hpp"
#include "chain/receipt.hpp"
#include "chain/state_file.hpp"
#include "chain/store/store.hpp"
#include "chain/view.hpp"

namespace assay::chain {

struct AppOptions {
    std::string dir;  ///< LevelDB and block files live here
    std::size_t cache_bytes = 64 << 20;
    std::uint64_t keep_versions = 1000;  ///< heights whose proofs can be asked for
    unsigned verify_threads = 2;         ///< signature checks of a block; results do not depend on it
    bool account_index = true;           ///< which blocks changed an account: for its ledger, txs and explain
    bool sync = true;                    ///< fsync each block; benchmarks of other parts may turn it off
};

struct AppInfo {
    Height height;  ///< 0: only genesis, or nothing yet
    Hash app_hash;
    TimeMs time;
    std::string chain_id;  ///< empty before init_chain
};

struct Proposal {
    TimeMs time;  ///< made strictly greater than the block before
    Address proposer;
    Hash reveal;
    std::vector<Hash> misbehaved = {};  ///< Header's
};

/// What an engine with validators of its own has to be told.
struct PowerChange {
    Hash consensus_key;
    std::uint64_t power = 0;  ///< 0: no longer in the set
    bool operator==(const PowerChange&) const = default;
};

struct StoredTx {
    Height height;
    std::uint32_t index = 0;
    TimeMs time;
    RawTx raw;
    Receipt receipt;
};

struct BlockWithResults {
    Block block;
    BlockResults results;
};

class App {
   public:
    /// Errors: store_locked, store_corrupt, io_error.
    [[nodiscard]] static Result<std::unique_ptr<App>> open(const AppOptions& options);
    ~App();

    [[nodiscard]] AppInfo info() const;
    /// Writes the state at height 0. Errors: bad_genesis, already_exists.
    [[nodiscard]] Status init_chain(const Genesis& genesis);

    /// The whole state of a kept height (the last one unless told) as a file (state_file.hpp). Errors: not_found before
    /// init_chain, pruned, future_height, store_corrupt, the sink's.
    [[nodiscard]] Result<StateFileHeader> export_state(const std::optional<Height>& height,
                                                       const StateFileWriter::Sink& sink) const;
    /// Begins with such a file instead of a genesis; the next block is the one after its height. `next` gives the
    /// file's bytes in pieces of any size, an empty one at the end. Nothing is written unless all of it is good.
    /// Errors: bad_state_file, app_hash_mismatch (the records do not give the header's), already_exists, next's.
    [[nodiscard]] Result<StateFileHeader> init_state(const std::function<Result<ByteView>()>& next);

    /// May this transaction go into the mempool? Signature results are remembered by the hash of all bytes. The nonce
    /// may be up to 1,000 ahead of the account's: the mempool orders them. Errors: the -32003 group.
    [[nodiscard]] Result<CheckedPtr> check_tx(const RawTx& raw) const;
    /// Its two halves: what the bytes say for themselves, signature included; and what the last commit makes of it.
    [[nodiscard]] Result<CheckedPtr> check_signed(const RawTx& raw) const;
    [[nodiscard]] Status check_admissible(const Checked& c) const;

    /// prepare_proposal: the transactions that fit and can be included at their place, in the given order, openings
    /// first, and the header around them.
    [[nodiscard]] Result<Block> make_block(const Proposal& proposal, const std::vector<RawTx>& candidates) const;
    /// Refuses a block with a transaction that cannot be included at its place, or a wrong reveal.
    [[nodiscard]] Status process_proposal(const Block& block) const;
    /// Executes; nothing is durable yet. Errors only where the block does not follow the last one, or where an epoch's
    /// invariants break (the node must stop: better no block than false money).
    [[nodiscard]] Result<BlockResults> finalize_block(const Block& block);
    [[nodiscard]] Status commit();
    /// By what finalize_block staged the set of consensus keys differs from the last commit's, ascending by key.
    /// Keys that leave come with power 0.
    [[nodiscard]] std::vector<PowerChange> power_changes() const;
    /// The parameters from the next block on, as finalize_block staged them; nothing where none is staged.
    [[nodiscard]] std::optional<tokenomics::Params> staged_params() const;
    /// The set after the last commit, ascending by key.
    [[nodiscard]] std::vector<PowerChange> powers() const;

    /// The receipt that the transaction would get on the last commit, by the code that executes; no effect.
    [[nodiscard]] Result<Receipt> simulate(const RawTx& raw) const;
    /// The same before anybody has signed, with the gas of one signature. Errors: bad_signature for work and disputes.
    [[nodiscard]] Result<Receipt> simulate(const TxBody& body) const;

    /// Runs f with the committed state under a shared lock. Keep it short.
    template <class F>
    auto read(F&& f) const {
        auto lock = read_lock();
        return f(view());
    }

    [[nodiscard]] Result<StateProof> prove(const StateKey& key, Height height) const;
    [[nodiscard]] Result<Block> block(Height height) const;
    [[nodiscard]] Result<BlockResults> results(Height height) const;
    /// Both from one read; none where this node does not have the block.
    [[nodiscard]] Result<std::optional<BlockWithResults>> block_with_results(Height height) const;
    [[nodiscard]] Result<StoredTx> find_tx(const Hash& txid) const;
    /// Which blocks changed an account, and what it had after each (Store). Errors: pruned without that index.
    [[nodiscard]] Result<std::vector<Store::Moment>> moments(const Address& a, Height from, Height to,
                                                             std::size_t limit) const;
    [[nodiscard]] Result<std::optional<Store::Moment>> moment_below(const Address& a, Height height) const;
    [[nodiscard]] Result<Genesis> genesis() const;

    // ---------------------------------------------------------------- back, and old things away; the engine's thread
    /// The last block never was; finalizing it again gives the same app hash. Errors: not_found at the height that this
    /// home began with, pruned where the state before is not kept, store_corrupt, io_error.
    [[nodiscard]] Status rollback();
    /// Deletes blocks below `keep_from`, many at once and at most 500 of them: to be called after each commit.
    [[nodiscard]] Status prune_blocks(Height keep_from);
    /// All of them now, and versions beyond keep_versions; `compact`: the database is rewritten without them.
    [[nodiscard]] Status prune(Height keep_from, bool compact);
    /// The lowest block that is here; none where there is no block. Any thread.
    [[nodiscard]] std::optional<Height> first_block() const;

   private:
    App();
    [[nodiscard]] std::shared_ptr<void> read_lock() const;
    [[nodiscard]] const StateView& view() const;
    [[nodiscard]] std::pair<std::size_t, std::string> tx_limits() const;  ///< block.max_tx_bytes, chain_id
    [[nodiscard]] Result<Receipt> try_out(const Checked& c) const;
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace assay::chain
