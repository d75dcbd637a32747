// What an App is made of, for the files that implement it: app.cpp (transactions and blocks) and app_state.cpp (how the
// state begins, becomes a file, goes back a block, and loses its past).
#pragma once

#include <memory>

#include "base/check.hpp"
#include "chain/app.hpp"
#include "chain/block_run.hpp"
#include "chain/fair_lock.hpp"
#include "chain/store/store.hpp"
#include "chain/verify_pool.hpp"

namespace assay::chain {

class CommittedView final : public StateView {
   public:
    explicit CommittedView(const Store& store) : store_(store) {}
    [[nodiscard]] std::optional<Bytes> get(const StateKey& key) const override { return store_.get(key); }
    [[nodiscard]] std::optional<Account> find_account(const Address& a) const override {
        const auto cached = store_.cached_account(a);
        if (!cached) return StateView::find_account(a);
        auto account = borsh::decode<Account>(*cached);
        ASSAY_CHECK(account.ok());  // as in view.cpp
        return *account;
    }
    void for_range(std::uint8_t table, ByteView prefix, ByteView from,
                   const std::function<bool(ByteView, ByteView)>& f) const override {
        store_.for_range(table, prefix, from, f);
    }

   private:
    const Store& store_;
};

/// What the index of accounts gets of a block.
[[nodiscard]] std::vector<AccountMoment> moments_of(const std::vector<Change>& changes);

struct App::Impl {
    std::unique_ptr<Store> store;
    std::unique_ptr<CommittedView> committed;
    mutable FairLock lock;  // readers of the committed state against commit()
    mutable CheckedCache cache;
    unsigned verify_threads = 1;
    bool account_index = true;

    // What the last commit left; read under the lock.
    AppInfo info;
    tokenomics::Params params;
    Hash last_block;

    // Between finalize_block and commit.
    struct Staged {
        BlockRecord record;
        AppInfo info;
        tokenomics::Params params;
        Hash block;
        std::vector<Hash> taken;  // RawTx::hash of what the block executed
        std::vector<PowerChange> power_changes;
    };
    std::optional<Staged> staged;

    // What make_block or process_proposal executed on the last commit, for the finalize_block that follows.
    struct Executed {
        Block block;
        std::unique_ptr<BlockRun> run;
    };
    std::optional<Executed> executed;
    [[nodiscard]] bool has_executed(const Block& block) const {
        return executed && block_hash(executed->block.header) == block_hash(block.header) &&
               executed->block.txs == block.txs;
    }

    void load() {
        const auto stored = store->info();
        if (!stored) return;
        const ChainState clock = committed->chain();
        info = {stored->height, stored->root, clock.time, clock.chain_id};
        params = committed->params();
        last_block = clock.last_block;
    }
};

}  // namespace assay::chain
