#include "node/comet/params.hpp"

#include <algorithm>

namespace assay::node {
namespace {

constexpr std::int64_t kMaxMessage = std::int64_t{100} << 20;  // CometBFT's own limit of a block
// CometBFT sets room aside for each validator's signature in the next block, counted with the largest kind that it
// knows (v0.40: 3,358 bytes whatever the kind of key): so much on top of what our own blocks may have.
constexpr std::int64_t kCommitBytesPerValidator = 4 << 10;
constexpr std::int64_t kHeaderBytes = 64 << 10;
constexpr std::int64_t kLeastEvidenceBlocks = 100'000;

}  // namespace

abci::ConsensusParams consensus_params(const tokenomics::Params& params) {
    abci::ConsensusParams out;
    const auto validators = static_cast<std::int64_t>(params.validators.max);
    out.block = {.max_bytes = std::min(kMaxMessage, static_cast<std::int64_t>(params.block.max_bytes) +
                                                        kCommitBytesPerValidator * validators + kHeaderBytes),
                 .max_gas = -1};
    // Proof of a double signature counts as long as the bond that answers for it is held.
    const auto unbonding = static_cast<std::int64_t>(params.stake.unbonding_ms);
    out.evidence = {.max_age_num_blocks = std::max<std::int64_t>(
                        kLeastEvidenceBlocks, unbonding / static_cast<std::int64_t>(params.block.time_ms)),
                    .max_age_duration = {unbonding / 1000, static_cast<std::int32_t>(unbonding % 1000) * 1'000'000},
                    .max_bytes = kHeaderBytes};
    return out;
}

}  // namespace assay::node
