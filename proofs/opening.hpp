// The opening of a commitment: what a provider sends once the challenge is drawn, and how everybody checks it.
//
//   Hash seed = challenge_seed(beacon_hc, root, ctx);
//   Result<Verdict> verdict = verify_opening(params, ctx, root, seed, 64, opening);
//   // an error: malformed, nothing was recomputed, the sender may try again
//   // bad empty: passed.   bad not empty: these leaves, or digests in leaves, are in the tree and wrong
//
// The verifier derives the sampled indices itself. An opening carries no index, only the leaves in ascending order and
// the siblings in the order of merkle.hpp: neither can be missing, extra, repeated or out of order without the counts
// or the root saying so.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "base/borsh.hpp"
#include "base/bytes.hpp"
#include "base/result.hpp"
#include "proofs/kinds.hpp"

namespace assay::proofs {

struct Opening {
    std::vector<Hash> leaves;    ///< the needed leaves in ascending order, leaf_words(params) entries each
    std::vector<Hash> siblings;  ///< of the multiproof
    ASSAY_FIELDS(leaves, siblings)
    bool operator==(const Opening&) const = default;
};

struct Verdict {
    std::vector<std::uint64_t> targets;  ///< what the seed picked, ascending
    std::vector<std::uint64_t> bad;      ///< of these, the ones whose leaf, or digest in it, is wrong
};

/// Errors: field_out_of_range (parameters, or k = 0: an empty sample is never a pass), opening_leaf_count,
/// opening_sibling_count, opening_root_mismatch.
[[nodiscard]] Result<Verdict> verify_opening(const WorkParams& params, const Hash& ctx, const Hash& root,
                                             const Hash& seed, std::uint64_t k, const Opening& opening);

/// The same for indices that the caller chose; they ascend strictly. Errors also: opening_index_missing.
[[nodiscard]] Result<Verdict> verify_targets(const WorkParams& params, const Hash& ctx, const Hash& root,
                                             std::span<const std::uint64_t> targets, const Opening& opening);

}  // namespace assay::proofs
