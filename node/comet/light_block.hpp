// What a light client needs of one height, from CometBFT's own RPC: header, commit and the validators that signed.
//
//   ASSAY_TRY(std::string json, read_light_block(rpc, Height{7}));
//   LightBlocks kept;                               // many wallets ask for the same few heights
//   ASSAY_TRY(std::string same, kept.at(rpc, Height{7}));
//
// {"height":7,"signed_header":{"header":…,"commit":…},"validators":[{"address","pub_key","voting_power"}]}, the parts
// as CometBFT's JSON has them. Any thread.
#pragma once

#include <list>
#include <mutex>
#include <string>

#include "base/types.hpp"
#include "node/comet/rpc.hpp"

namespace assay::node {

/// Errors: node_unreachable; not_found for a height that CometBFT does not have, or no longer.
[[nodiscard]] Result<std::string> read_light_block(const CometRpc& rpc, Height height);

/// The last of them that were asked for. A commit that the next block has not fixed yet is never kept.
class LightBlocks {
   public:
    static constexpr std::size_t kKept = 64;

    [[nodiscard]] Result<std::string> at(const CometRpc& rpc, Height height);
    [[nodiscard]] std::size_t size() const;

   private:
    mutable std::mutex mutex_;
    std::list<std::pair<Height, std::string>> kept_;  ///< the last used first
};

}  // namespace assay::node
