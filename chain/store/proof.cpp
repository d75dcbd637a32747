#include "chain/store/proof.hpp"

#include "chain/store/hashing.hpp"

namespace assay::chain {
namespace {

Error bad(std::string what) {
    return {Code::proof_invalid, "state proof: " + std::move(what)};
}

bool bitmap_bit(const Bytes& bitmap, unsigned depth) {
    return (bitmap[depth / 8] >> (7 - depth % 8) & 1) != 0;
}

Status check_shape(const StateProof& p) {
    if (p.version != 1) return bad("version is " + std::to_string(p.version) + ", known is 1");
    if (p.depth > 256) return bad("depth is " + std::to_string(p.depth) + ", at most 256");
    if (p.bitmap.size() != (p.depth + 7u) / 8) return bad("the bitmap has not one bit per level");
    std::size_t ones = 0;
    for (unsigned d = 0; d < 8 * p.bitmap.size(); ++d) {
        if (!bitmap_bit(p.bitmap, d)) continue;
        if (d >= p.depth) return bad("the bitmap has bits beyond the depth");
        ++ones;
    }
    if (ones != p.siblings.size())
        return bad(std::to_string(p.siblings.size()) + " siblings, the bitmap says " + std::to_string(ones));
    for (const Hash& h : p.siblings)
        if (h.is_zero()) return bad("a sibling is zero and must be left out");
    return {};
}

// What the leaf says of the key, apart from the way up to the root.
Status check_leaf(const StateProof& p, const Path& path) {
    if (!p.leaf) {
        if (p.value) return bad("a value without a leaf");
        return {};
    }
    if (p.leaf->path == path) {
        if (!p.value) return bad("the key's own leaf stands there: it is not absent");
        if (value_hash(*p.value) != p.leaf->value_hash) return bad("the value is not the leaf's");
        return {};
    }
    if (p.value) return bad("the leaf is another key's");
    // Absence by another leaf: it must lie on the way of the key, or it would say nothing about it.
    for (unsigned d = 0; d < p.depth; ++d)
        if (bit_at(p.leaf->path, d) != bit_at(path, d)) return bad("the leaf does not lie on the way of the key");
    return {};
}

}  // namespace

Result<std::optional<Bytes>> verify_state_proof(const StateProof& p, const StateKey& key, const Hash& root) {
    ASSAY_TRY_VOID(check_shape(p));
    const Path path = state_path(key);
    ASSAY_TRY_VOID(check_leaf(p, path));
    Hash at = p.leaf ? leaf_hash(p.leaf->path, p.leaf->value_hash) : Hash{};
    // A subtree at the end of the way holds at most one leaf, so its sibling cannot be empty: the leaf would have
    // risen.
    if (p.depth > 0 && p.leaf && !bitmap_bit(p.bitmap, p.depth - 1u)) return bad("the last sibling is missing");
    std::size_t next = p.siblings.size();
    for (unsigned d = p.depth; d-- > 0;) {
        Hash sibling;
        if (bitmap_bit(p.bitmap, d)) sibling = p.siblings[--next];
        at = bit_at(path, d) ? node_hash(sibling, at) : node_hash(at, sibling);
    }
    if (at != root) return {Code::proof_invalid, "state proof: it does not lead to the app hash"};
    return p.value;
}

}  // namespace assay::chain
