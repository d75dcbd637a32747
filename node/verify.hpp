// Re-execution: every stored block once more from genesis, in a store of its own, every app hash and receipt compared.
//
//   ASSAY_TRY(auto source, open_source(home));                  // a stopped node's store, or the running node
//   ASSAY_TRY(VerifyReport report, verify_chain(*source, [](Height h, Height of) { … }));
#pragma once

#include <functional>
#include <memory>

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
    /// Blocks carry their proposer's signature. Under CometBFT the signatures of all validators are in its own store.
    [[nodiscard]] virtual bool signs_blocks() const { return true; }
};

/// The running node of this home through its control socket, else its store. Errors: store_locked, not_found, io_error.
[[nodiscard]] Result<std::unique_ptr<BlockSource>> open_source(const Home& home);

struct VerifyReport {
    Height first;   ///< where it began: genesis, or the height of the initial state
    Height blocks;  ///< how many were re-executed
    std::uint64_t transactions = 0;
    Hash app_hash;  ///< after the last block
    std::string chain_id;
};

/// From genesis, or from `initial_state` where there is such a file. Errors: app_hash_mismatch with height, stored and
/// computed; store_corrupt; io_error.
[[nodiscard]] Result<VerifyReport> verify_chain(BlockSource& source,
                                                const std::function<void(Height, Height)>& progress,
                                                const std::filesystem::path& initial_state = {});

}  // namespace assay::node
