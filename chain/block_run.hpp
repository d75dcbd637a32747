// One block at work, from its beginning to its end. make_block, process_proposal and finalize_block are three ways
// through the same steps; where one of the first two has executed a block already, the last goes on from there.
//
//   BlockRun run(committed, rules, header);
//   if (auto ok = run.take(checked); !ok) run.refuse(raw, &checked, ok.error());     // for each transaction
//   ASSAY_TRY(BlockResults out, run.end(header));
//   store.stage(run.state().changes());
#pragma once

#include "chain/block.hpp"
#include "chain/execute.hpp"

namespace assay::chain {

class BlockRun {
   public:
    /// Begins the block: its clock, the beacon, rounds that are due.
    BlockRun(const StateView& committed, const tokenomics::Params& rules, const Header& header);
    BlockRun(const BlockRun&) = delete;
    BlockRun& operator=(const BlockRun&) = delete;

    /// Executes a transaction that may stand at this place and has room. Errors: why not; nothing has changed then.
    [[nodiscard]] Status take(const Checked& c);
    /// Decided by the engine all the same: a receipt that says so, and no other effect. `c` where the bytes decode.
    void refuse(const RawTx& raw, const Checked* c, const Error& why);
    /// The rest of the block, whose header is whole now: it names the transactions. Errors only where an invariant
    /// breaks.
    [[nodiscard]] Result<BlockResults> end(const Header& decided);

    [[nodiscard]] BlockState& state() { return s_; }
    /// What the index of transactions gets: txids; of refused bytes their SHA-256.
    [[nodiscard]] const std::vector<Hash>& txids() const { return txids_; }
    /// RawTx::hash of those that were executed.
    [[nodiscard]] std::vector<Hash>& taken() { return taken_; }

   private:
    Address proposer_;
    BlockState s_;
    Exec x_;
    Room room_;
    std::uint64_t largest_units_ = 0;  ///< of an opening in this block
    std::size_t largest_bytes_ = 0;
    BlockResults out_;
    std::vector<Hash> txids_, taken_;
};

}  // namespace assay::chain
