#include "proofs/merkle.hpp"

#include <algorithm>
#include <bit>

#include "base/sha256.hpp"

namespace assay::proofs {

namespace {

/// Leaves in the left subtree: the largest power of two below n, for n >= 2.
std::uint64_t left_size(std::uint64_t n) {
    return std::bit_floor(n - 1);
}

/// Walks the tree over leaves [first, first + count) with `indices` inside it, left to right.
/// Calls `untouched(first, count)` for each maximal subtree without an index and `opened(index)` for each leaf.
template <class Value, class Untouched, class Opened, class Join>
Value walk(std::uint64_t first, std::uint64_t count, std::span<const std::uint64_t> indices, Untouched& untouched,
           Opened& opened, Join& join) {
    if (indices.empty()) return untouched(first, count);
    if (count == 1) return opened(first);
    const std::uint64_t left = left_size(count);
    const auto middle = std::lower_bound(indices.begin(), indices.end(), first + left);
    const auto in_left = static_cast<std::size_t>(middle - indices.begin());
    const Value l = walk<Value>(first, left, indices.first(in_left), untouched, opened, join);
    const Value r = walk<Value>(first + left, count - left, indices.subspan(in_left), untouched, opened, join);
    return join(l, r);
}

}  // namespace

Hash merkle_leaf(ByteView data) {
    static constexpr std::uint8_t kPrefix[1] = {0};
    return Sha256().update(kPrefix).update(data).final();
}

Hash merkle_node(const Hash& left, const Hash& right) {
    // 65 bytes are two blocks: the second holds one byte of data, the padding and the length.
    static constexpr Sha256State kStart = {
        {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19}};
    std::uint8_t block[128] = {1};
    std::memcpy(block + 1, left.data(), 32);
    std::memcpy(block + 33, right.data(), 32);
    block[65] = 0x80;
    block[126] = 520 >> 8;
    block[127] = 520 & 255;
    Sha256State state = kStart;
    sha256_compress(state, block, 2);
    Hash out;
    for (int i = 0; i < 8; ++i)
        for (int j = 0; j < 4; ++j) out.bytes[4 * i + j] = static_cast<std::uint8_t>(state.h[i] >> (24 - 8 * j));
    return out;
}

Hash merkle_root(std::span<const ByteView> leaves) {
    std::vector<Hash> hashes;
    hashes.reserve(leaves.size());
    for (const ByteView leaf : leaves) hashes.push_back(merkle_leaf(leaf));
    return merkle_root_of_hashes(hashes);
}

Hash merkle_root_of_hashes(std::span<const Hash> leaves) {
    if (leaves.empty()) return sha256({});
    std::vector<Hash> level(leaves.begin(), leaves.end());
    while (level.size() > 1) {
        const std::size_t pairs = level.size() / 2;
        for (std::size_t i = 0; i < pairs; ++i) level[i] = merkle_node(level[2 * i], level[2 * i + 1]);
        if (level.size() % 2 == 1) level[pairs] = level.back();
        level.resize(pairs + level.size() % 2);
    }
    return level[0];
}

std::uint64_t multiproof_size(std::uint64_t leaf_count, std::span<const std::uint64_t> indices) {
    if (leaf_count == 0) return 0;
    auto untouched = [](std::uint64_t, std::uint64_t) { return std::uint64_t{1}; };
    auto opened = [](std::uint64_t) { return std::uint64_t{0}; };
    auto join = [](std::uint64_t a, std::uint64_t b) { return a + b; };
    return walk<std::uint64_t>(0, leaf_count, indices, untouched, opened, join);
}

Status verify_multiproof(const Hash& root, std::uint64_t leaf_count, std::span<const std::uint64_t> indices,
                         std::span<const Hash> leaf_hashes, std::span<const Hash> siblings) {
    if (indices.empty() || leaf_hashes.size() != indices.size())
        return {Code::opening_leaf_count, "the opening has " + std::to_string(leaf_hashes.size()) + " leaves, " +
                                              std::to_string(indices.size()) + " are due"};
    for (std::size_t i = 0; i < indices.size(); ++i)
        if (indices[i] >= leaf_count || (i > 0 && indices[i] <= indices[i - 1]))
            return {Code::opening_index_missing, "indices ascend strictly and stay below the number of leaves"};
    const std::uint64_t due = multiproof_size(leaf_count, indices);
    if (siblings.size() != due)
        return {Code::opening_sibling_count, "the opening has " + std::to_string(siblings.size()) + " siblings, " +
                                                 std::to_string(due) + " are due"};
    std::size_t next_sibling = 0, next_leaf = 0;
    auto untouched = [&](std::uint64_t, std::uint64_t) { return siblings[next_sibling++]; };
    auto opened = [&](std::uint64_t) { return leaf_hashes[next_leaf++]; };
    auto join = [](const Hash& a, const Hash& b) { return merkle_node(a, b); };
    if (walk<Hash>(0, leaf_count, indices, untouched, opened, join) != root)
        return {Code::opening_root_mismatch, "the opened leaves do not lead to the committed root"};
    return {};
}

Status verify_inclusion(const Hash& root, std::uint64_t leaf_count, std::uint64_t index, const Hash& leaf_hash,
                        std::span<const Hash> path) {
    if (index >= leaf_count) return {Code::opening_index_missing, "the index is not below the number of leaves"};
    std::uint64_t at = index, last = leaf_count - 1;  // place in the level, and the level's last place
    Hash hash = leaf_hash;
    std::size_t used = 0;
    for (; last > 0; at >>= 1, last >>= 1) {
        if ((at & 1) == 0 && at == last) continue;  // no right neighbour: it rises as it is
        if (used == path.size()) return {Code::opening_sibling_count, "the path is too short"};
        hash = (at & 1) == 1 ? merkle_node(path[used], hash) : merkle_node(hash, path[used]);
        ++used;
    }
    if (used != path.size()) return {Code::opening_sibling_count, "the path is too long"};
    if (hash != root) return {Code::opening_root_mismatch, "the leaf does not lead to the root"};
    return {};
}

MerkleTree::MerkleTree(std::vector<Hash> leaf_hashes) {
    levels_.push_back(std::move(leaf_hashes));
    while (levels_.back().size() > 1) {
        const auto& below = levels_.back();
        std::vector<Hash> level;
        level.reserve((below.size() + 1) / 2);
        for (std::size_t i = 0; i + 1 < below.size(); i += 2) level.push_back(merkle_node(below[i], below[i + 1]));
        if (below.size() % 2 == 1) level.push_back(below.back());
        levels_.push_back(std::move(level));
    }
}

Hash MerkleTree::root() const {
    return levels_[0].empty() ? sha256({}) : levels_.back()[0];
}

std::vector<Hash> MerkleTree::prove(std::span<const std::uint64_t> indices) const {
    return prove(indices, 0, {});
}

std::vector<Hash> MerkleTree::prove(std::span<const std::uint64_t> indices, unsigned height,
                                    std::span<const MerkleTree> blocks) const {
    std::vector<Hash> out;
    if (leaf_count() == 0) return out;
    std::vector<std::uint64_t> opened_here;
    for (const std::uint64_t i : indices)
        if (opened_here.empty() || opened_here.back() != i >> height) opened_here.push_back(i >> height);
    std::size_t next_block = 0, next_index = 0;
    auto untouched = [&](std::uint64_t first, std::uint64_t count) {
        const auto level = static_cast<std::size_t>(std::bit_width(count - 1));
        out.push_back(levels_[level][first >> level]);
        return 0;
    };
    // Splitting at powers of two splits between blocks until one is left: its part stands where its node would.
    auto opened = [&](std::uint64_t block) {
        if (blocks.empty()) return 0;
        std::vector<std::uint64_t> inside;
        for (; next_index < indices.size() && indices[next_index] >> height == block; ++next_index)
            inside.push_back(indices[next_index] - (block << height));
        const std::vector<Hash> siblings = blocks[next_block++].prove(inside);
        out.insert(out.end(), siblings.begin(), siblings.end());
        return 0;
    };
    auto join = [](int, int) { return 0; };
    walk<int>(0, leaf_count(), opened_here, untouched, opened, join);
    return out;
}

std::vector<Hash> MerkleTree::path(std::uint64_t index) const {
    std::vector<Hash> out;
    for (const auto& level : levels_) {
        if (level.size() > 1 && (index ^ 1) < level.size()) out.push_back(level[index ^ 1]);
        index >>= 1;
    }
    return out;
}

}  // namespace assay::proofs
