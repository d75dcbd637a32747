// Re-execution: every stored block once more from genesis, in a store of its own, every app hash and receipt compared.
//
//   ASSAY_TRY(auto source, open_source(home));                  // a stopped node's store, or the running node
//   ASSAY_TRY(VerifyReport report, verify_chain(*source, [](Height h, Height of) { … }));
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "chain/app.hpp"
#include "node/home.hpp"

namespace assay::node {

/// Where the blocks to be checked come from.
class BlockSource {
   public:
    struct Stored {
        chain::Block block;
        chain::BlockResults results;
    };
    virtual ~BlockSource() = default;
    [[nodiscard]] virtual Result<chain::Genesis> genesis() = 0;
    [[nodiscard]] virtual Result<Height> height() = 0;
    [[nodiscard]] virtual Result<Stored> block(Height h) = 0;
    /// The lowest height whose block is there: those before were pruned, or never here.
    [[nodiscard]] virtual Result<Height> first_block();
    /// Blocks carry their proposer's signature. Under CometBFT the signatures of all validators are in its own store.
    [[nodiscard]] virtual bool signs_blocks() const { return true; }
};

/// The running node of this home through its control socket, else its store. Errors: store_locked, not_found, io_error.
[[nodiscard]] Result<std::unique_ptr<BlockSource>> open_source(const Home& home);

struct VerifyReport {
    Height first;   ///< where it began: genesis, or the height of a state
    Height blocks;  ///< how many were re-executed
    std::uint64_t transactions = 0;
    Hash app_hash;  ///< after the last block
    std::string chain_id;
};

/// State files that a home has: what it began with, then its snapshots from the lowest up.
[[nodiscard]] std::vector<std::filesystem::path> states_of(const Home& home);

/// From genesis, or from the first of `states` (of which those that are not there do not count); where blocks after
/// that were pruned, from the first of the others that is behind the gap. What a state holds is compared with the
/// header of the block after it. Errors: pruned where none of them will do; app_hash_mismatch with height, stored and
/// computed; store_corrupt; io_error.
[[nodiscard]] Result<VerifyReport> verify_chain(BlockSource& source,
                                                const std::function<void(Height, Height)>& progress,
                                                const std::vector<std::filesystem::path>& states = {});

}  // namespace assay::node
