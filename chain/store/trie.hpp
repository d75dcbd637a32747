// The state tree in memory: a binary trie over 256-bit paths whose lower ends are buckets of a few leaves.
//
//   Trie trie;
//   std::vector<Trie::Change> undo;
//   trie.apply(changes, undo);            // ascending by path
//   Hash root = trie.root().hash;
//   trie.apply(undo, ignored);            // and back again: the root depends on the set of leaves alone
//
// Invariants:
//   1. A bucket holds 1 to kBucketMax leaves, sorted by path, all with the path bits that lead to it.
//   2. An inner node has at least two leaves below it; two buckets that fit into kMergeAt leaves are one bucket.
//   3. An inner node keeps the hashes of its two children: its own preimage, so a change rehashes only its way up.
// Splits are local: whoever grinds paths that share a long prefix makes his own corner deep, nobody else's.
// One thread at a time.
#pragma once

#include <array>
#include <span>
#include <vector>

#include "chain/store/hashing.hpp"

namespace assay::chain {

class Trie {
   public:
    struct Change {
        Path path;
        std::optional<Hash> leaf;  ///< none: the leaf goes
    };

    [[nodiscard]] const Summary& root() const { return root_summary_; }
    [[nodiscard]] std::size_t size() const { return size_; }
    [[nodiscard]] bool contains(const Path& path) const;

    /// `changes` ascending by path, each path once. Appends to `undo`, ascending too, what takes them back.
    void apply(std::span<const Change> changes, std::vector<Change>& undo);

    /// The 2^levels subtrees that lie `levels` below `depth` under the first `depth` bits of `prefix`, in order.
    [[nodiscard]] std::vector<Summary> cut(const Path& prefix, unsigned depth, unsigned levels) const;

   private:
    static constexpr std::size_t kBucketMax = 8;
    static constexpr std::size_t kMergeAt = 6;
    using Bucket = std::vector<TreeLeaf>;

    /// Nothing, a bucket or an inner node. Indices stay valid while the pools grow.
    struct Ref {
        enum class Kind : std::uint8_t { none, bucket, node } kind = Kind::none;
        std::uint32_t index = 0;
    };
    struct Node {
        std::array<Summary, 2> child_summary;
        std::array<Ref, 2> child;
    };

    Ref update(Ref ref, unsigned depth, std::span<const Change> changes, Summary& out, std::vector<Change>& undo);
    Ref update_bucket(Ref ref, unsigned depth, std::span<const Change> changes, Summary& out,
                      std::vector<Change>& undo);
    Ref update_node(Ref ref, unsigned depth, std::span<const Change> changes, Summary& out, std::vector<Change>& undo);
    Ref build(const TreeLeaf* begin, const TreeLeaf* end, unsigned depth, Summary& out);
    Ref merged(const Node& node, unsigned depth, Summary& out);
    void collect(Ref ref, const Summary& summary, unsigned depth, const Path& prefix, unsigned from, unsigned to,
                 std::span<Summary> out) const;

    Ref new_bucket(const TreeLeaf* begin, const TreeLeaf* end);
    Ref new_node();
    void free_ref(Ref ref);

    std::vector<Bucket> buckets_;
    std::vector<Node> nodes_;
    std::vector<std::uint32_t> free_buckets_, free_nodes_;
    Ref root_;
    Summary root_summary_;
    std::size_t size_ = 0;
};

}  // namespace assay::chain
