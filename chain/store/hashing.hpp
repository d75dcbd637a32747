// The hashes of the state tree (docs/protocol.md, "State tree"). Tagged SHA-256 everywhere, so that anybody's SHA-256
// can check a proof:
//
//   value hash = H("assay/value", value)      leaf = H("assay/leaf", path | value hash)
//   node       = H("assay/node", left | right) a subtree without a leaf is 32 zero bytes, with one leaf that leaf
//
// The root depends only on the set of leaves, never on the order in which they came.
#pragma once

#include "chain/store/key.hpp"

namespace assay::chain {

/// What a parent needs to know of a subtree. `single` differs from `many`: a lone leaf rises to where it is alone.
enum class Fill : std::uint8_t { empty = 0, single = 1, many = 2 };
constexpr std::uint8_t enum_count(Fill) {
    return 3;
}

struct Summary {
    Fill fill = Fill::empty;
    Hash hash;
    ASSAY_FIELDS(fill, hash)
    bool operator==(const Summary&) const = default;
};

[[nodiscard]] Hash value_hash(ByteView value);
[[nodiscard]] Hash leaf_hash(const Path& path, const Hash& value_hash);
[[nodiscard]] Hash node_hash(const Hash& left, const Hash& right);

/// Two halves as one subtree.
[[nodiscard]] inline Summary join(const Summary& left, const Summary& right) {
    if (left.fill == Fill::empty && right.fill != Fill::many) return right;
    if (right.fill == Fill::empty && left.fill != Fill::many) return left;
    return {Fill::many, node_hash(left.hash, right.hash)};
}

struct TreeLeaf {
    Path path;
    Hash hash;  ///< leaf_hash
};

/// The subtree at `depth` over leaves that are sorted by path and share its first `depth` bits.
[[nodiscard]] Summary subtree(const TreeLeaf* begin, const TreeLeaf* end, unsigned depth);

/// The first leaf of [begin, end) whose bit at `depth` is one. `Leaf` has a member `path`.
template <class Leaf>
[[nodiscard]] Leaf* split_at(Leaf* begin, Leaf* end, unsigned depth) {
    return std::partition_point(begin, end, [depth](const auto& leaf) { return !bit_at(leaf.path, depth); });
}

}  // namespace assay::chain
