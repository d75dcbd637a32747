// Merkle trees of RFC 6962's shape, over the leaves of work and over the transactions of a block.
//
//   MerkleTree tree(leaf_hashes);
//   std::vector<Hash> siblings = tree.prove(indices);                       // one proof for all of them
//   Status ok = verify_multiproof(tree.root(), n, indices, their_hashes, siblings);
//
// 1. leaf = SHA256(0x00 | data), node = SHA256(0x01 | left | right), the empty tree is SHA256("").
// 2. The left subtree of n leaves has the largest power of two below n; no leaf is ever duplicated, so two lists of
//    leaves never share a root.
// 3. A multiproof's siblings are the maximal subtrees without an opened leaf, from left to right. For given n and
//    indices their number and order are fixed: there is nothing to add, to drop or to swap.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "base/bytes.hpp"
#include "base/result.hpp"

namespace assay::proofs {

/// No task has more leaves than this: paths stay below 41 nodes and every product of counts below 2^64.
inline constexpr std::uint64_t kMaxLeaves = std::uint64_t{1} << 40;

[[nodiscard]] Hash merkle_leaf(ByteView data);
[[nodiscard]] Hash merkle_node(const Hash& left, const Hash& right);

/// Root over the data of the leaves.
[[nodiscard]] Hash merkle_root(std::span<const ByteView> leaves);
/// Root over leaf hashes.
[[nodiscard]] Hash merkle_root_of_hashes(std::span<const Hash> leaves);

/// Siblings that a multiproof of these leaves has. `indices` ascends strictly and stays below `leaf_count`.
[[nodiscard]] std::uint64_t multiproof_size(std::uint64_t leaf_count, std::span<const std::uint64_t> indices);

/// Errors: opening_index_missing (indices not ascending or not below leaf_count), opening_leaf_count (as many hashes
/// as indices, at least one), opening_sibling_count (before anything is hashed), opening_root_mismatch.
[[nodiscard]] Status verify_multiproof(const Hash& root, std::uint64_t leaf_count,
                                       std::span<const std::uint64_t> indices, std::span<const Hash> leaf_hashes,
                                       std::span<const Hash> siblings);

/// RFC 6962 §2.1.1: the path from one leaf, nearest sibling first. Errors as above.
[[nodiscard]] Status verify_inclusion(const Hash& root, std::uint64_t leaf_count, std::uint64_t index,
                                      const Hash& leaf_hash, std::span<const Hash> path);

/// The whole tree in memory, 64 bytes a leaf.
class MerkleTree {
   public:
    explicit MerkleTree(std::vector<Hash> leaf_hashes);

    [[nodiscard]] std::uint64_t leaf_count() const { return levels_[0].size(); }
    [[nodiscard]] std::span<const Hash> leaf_hashes() const { return levels_[0]; }
    [[nodiscard]] Hash root() const;
    /// Siblings for `indices`, which ascend strictly and stay below leaf_count().
    [[nodiscard]] std::vector<Hash> prove(std::span<const std::uint64_t> indices) const;
    /// The path of one leaf, as verify_inclusion takes it.
    [[nodiscard]] std::vector<Hash> path(std::uint64_t index) const;

    /// The same where this tree is the upper part of a larger one: its leaves are the nodes of that over blocks of
    /// 2^height leaves, and `blocks` the trees over the blocks that hold an index, in ascending order.
    [[nodiscard]] std::vector<Hash> prove(std::span<const std::uint64_t> indices, unsigned height,
                                          std::span<const MerkleTree> blocks) const;

   private:
    // levels_[h][i] is the subtree over leaves [i·2^h, (i+1)·2^h), cut off at the end. A node without a right
    // neighbour rises as it is: the same tree as by splitting at powers of two.
    std::vector<std::vector<Hash>> levels_;
};

}  // namespace assay::proofs
