#include "chain/store/hashing.hpp"

#include "base/sha256.hpp"

namespace assay::chain {
namespace {

// H(tag, a | b) of two 32-byte halves: the padding of a 128-byte message is always the same block.
Hash hash_pair(const TaggedHash& tag, const std::uint8_t* a, const std::uint8_t* b) {
    std::uint8_t blocks[128] = {};
    std::memcpy(blocks, a, 32);
    std::memcpy(blocks + 32, b, 32);
    blocks[64] = 0x80;
    blocks[126] = 0x04;  // 1024 bits: the tag's block and this one
    Sha256State state = tag.midstate();
    sha256_compress(state, blocks, 2);
    Hash out;
    for (std::size_t i = 0; i < 8; ++i)
        for (std::size_t j = 0; j < 4; ++j)
            out.bytes[4 * i + j] = static_cast<std::uint8_t>(state.h[i] >> (24 - 8 * j));
    return out;
}

}  // namespace

Hash value_hash(ByteView value) {
    static const TaggedHash kTag("assay/value");
    return kTag.hash(value);
}

Hash leaf_hash(const Path& path, const Hash& value) {
    static const TaggedHash kTag("assay/leaf");
    return hash_pair(kTag, path.data(), value.data());
}

Hash node_hash(const Hash& left, const Hash& right) {
    static const TaggedHash kTag("assay/node");
    return hash_pair(kTag, left.data(), right.data());
}

Summary subtree(const TreeLeaf* begin, const TreeLeaf* end, unsigned depth) {
    if (begin == end) return {};
    if (end - begin == 1) return {Fill::single, begin->hash};
    const TreeLeaf* middle = split_at(begin, end, depth);
    return join(subtree(begin, middle, depth + 1), subtree(middle, end, depth + 1));
}

}  // namespace assay::chain
