// What stands under which key of the database; store.hpp has the table. Values are Borsh.
#pragma once

#include "chain/store/block_file.hpp"
#include "chain/store/hashing.hpp"

namespace assay::chain::layout {

inline constexpr std::uint16_t kFormat = 1;

/// `m`: which state this is.
struct Meta {
    std::uint16_t format = kFormat;
    Height height;
    Hash root;
    Height oldest;            ///< lowest height that can be proved
    BlockFile::Place blocks;  ///< where the next body goes
    ASSAY_FIELDS(format, height, root, oldest, blocks)
};

/// `s` path: the key in full, since the path holds only its hash.
struct FlatRecord {
    Bytes key, value;
    ASSAY_FIELDS(key, value)
};

/// `r`: the tree of one height, cut into shards that are small enough to be rebuilt for a proof.
struct TableCut {
    std::uint8_t table = 0;
    std::uint8_t levels = 0;  ///< 2^levels shards below the table's eight bits
    std::vector<Summary> shards;
    ASSAY_FIELDS(table, levels, shards)
};
struct Version {
    Hash root;
    std::uint8_t undo_bits = 0;    ///< this height's undo of accounts is chunked by so many bits of the path
    std::vector<TableCut> tables;  ///< ascending by table
    ASSAY_FIELDS(root, undo_bits, tables)
};

/// `j`: what a key held before a height.
struct UndoEntry {
    StateKey key;
    std::optional<Bytes> before;
    ASSAY_FIELDS(key, before)
};
inline constexpr std::uint8_t kUndoOfTables = 0xff;  ///< the chunk of all tables but accounts
inline constexpr std::uint8_t kUndoBits = 5;
inline constexpr std::size_t kUndoChunkFrom = 2048;  ///< fewer changed accounts are one chunk

inline Bytes meta_key() {
    return {'m'};
}
/// `p`: blocks below this height were deleted. Not there where none was.
inline Bytes pruned_key() {
    return {'p'};
}
inline Bytes height_key(char kind, Height h) {
    Bytes key{static_cast<std::uint8_t>(kind)};
    for (int i = 56; i >= 0; i -= 8) key.push_back(static_cast<std::uint8_t>(h.value >> i));
    return key;
}
inline Bytes undo_key(Height h, std::uint8_t chunk) {
    Bytes key = height_key('j', h);
    key.push_back(chunk);
    return key;
}
inline std::array<std::uint8_t, 1 + Path::kSize> flat_key(const Path& path) {
    std::array<std::uint8_t, 1 + Path::kSize> out{'s'};
    std::copy(path.bytes.begin(), path.bytes.end(), out.begin() + 1);
    return out;
}

/// The shard of a key's path, `levels` bits below the table's eight.
[[nodiscard]] inline std::size_t shard_of(const Path& path, unsigned levels) {
    std::size_t shard = 0;
    for (unsigned d = 8; d < 8 + levels; ++d) shard = shard << 1 | (bit_at(path, d) ? 1 : 0);
    return shard;
}
[[nodiscard]] inline std::uint8_t undo_chunk(const Path& path, std::uint8_t undo_bits) {
    if (path.bytes[0] != kAccountTable) return kUndoOfTables;
    return static_cast<std::uint8_t>(shard_of(path, undo_bits));
}

}  // namespace assay::chain::layout
