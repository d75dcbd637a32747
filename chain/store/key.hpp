// A key of the state and its place in the state tree.
//
//   StateKey key{0x80, Bytes(address.data(), address.data() + 32)};
//   Path path = state_path(key);          // table | H("assay/key", key)[0..31)
//
// The tree is ordered by path, the first bit on top. Every key is hashed, an address too: anybody can pay to any 32
// bytes, so a path made of an address's own first bytes could be taken on purpose by its neighbour.
#pragma once

#include <algorithm>
#include <optional>

#include "base/borsh.hpp"
#include "base/sha256.hpp"

namespace assay::chain {

struct StateKey {
    std::uint8_t table = 0;
    Bytes key;
    ASSAY_FIELDS(table, key)

    auto operator<=>(const StateKey&) const = default;
};

/// One write of a block: a new value, or none for a key that is erased.
struct Change {
    StateKey key;
    std::optional<Bytes> value;
};

/// Where a key lies in the state tree: 256 bits, read from the first byte's highest bit.
using Path = FixedBytes<struct PathTag, 32>;

inline constexpr std::uint8_t kAccountTable = 0x80;

[[nodiscard]] inline Path state_path(const StateKey& key) {
    static const TaggedHash kTag("assay/key");
    const Hash h = kTag.hash(key.key);
    Path path;
    path.bytes[0] = key.table;
    std::copy_n(h.bytes.begin(), 31, path.bytes.begin() + 1);
    return path;
}

/// Bit `depth` of a path, 0 to 255: which child of a node at that depth the path goes to.
[[nodiscard]] constexpr bool bit_at(const Path& path, unsigned depth) {
    return (path.bytes[depth / 8] >> (7 - depth % 8) & 1) != 0;
}

}  // namespace assay::chain
