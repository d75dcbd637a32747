#include "proofs/opening.hpp"

#include <algorithm>

#include "proofs/merkle.hpp"
#include "proofs/sample.hpp"

namespace assay::proofs {

Result<Verdict> verify_opening(const WorkParams& params, const Hash& ctx, const Hash& root, const Hash& seed,
                               std::uint64_t k, const Opening& opening) {
    ASSAY_TRY_VOID(validate(params));
    const std::uint64_t range = sample_range(params);
    // Before indices are drawn: k comes from parameters, but its cost must not exceed what the opening could hold.
    if (k == 0) return {Code::field_out_of_range, "a sample has at least one index"};
    const std::uint64_t samples = std::min(k, range), in_a_leaf = range / leaf_count(params);
    if ((samples + in_a_leaf - 1) / in_a_leaf > opening.leaves.size() / leaf_words(params))
        return {Code::opening_leaf_count, "the opening has " + std::to_string(opening.leaves.size()) +
                                              " leaf words, too few for " + std::to_string(samples) + " samples"};
    return verify_targets(params, ctx, root, sample_indices(seed, range, k), opening);
}

Result<Verdict> verify_targets(const WorkParams& params, const Hash& ctx, const Hash& root,
                               std::span<const std::uint64_t> targets, const Opening& opening) {
    ASSAY_TRY_VOID(validate(params));
    if (targets.empty()) return {Code::field_out_of_range, "a sample has at least one index"};
    for (std::size_t i = 0; i < targets.size(); ++i)
        if (targets[i] >= sample_range(params) || (i > 0 && targets[i] <= targets[i - 1]))
            return {Code::opening_index_missing,
                    "indices ascend strictly and stay below " + std::to_string(sample_range(params))};

    const std::vector<std::uint64_t> needed = needed_leaves(params, targets);
    const std::uint64_t words = leaf_words(params);
    if (opening.leaves.size() != needed.size() * words)
        return {Code::opening_leaf_count, "the opening has " + std::to_string(opening.leaves.size() / words) +
                                              " leaves, " + std::to_string(needed.size()) + " are due"};
    std::vector<Hash> hashes;
    hashes.reserve(needed.size());
    for (std::size_t i = 0; i < needed.size(); ++i)  // 32-byte words lie side by side
        hashes.push_back(merkle_leaf({opening.leaves[i * words].data(), 32 * static_cast<std::size_t>(words)}));
    ASSAY_TRY_VOID(verify_multiproof(root, leaf_count(params), needed, hashes, opening.siblings));

    Verdict out;
    out.targets.assign(targets.begin(), targets.end());
    out.bad = std::visit([&](const auto& p) { return wrong_targets(p, ctx, targets, needed, opening.leaves); }, params);
    return out;
}

}  // namespace assay::proofs
