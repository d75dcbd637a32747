// Merkle trees on a device: leaves hashed and blocks of them reduced to one node, as arithmetic on words; one source
// for host and device. A block is 2^height leaves from a multiple of 2^height on, the tree's last may be shorter: its
// node is one of the tree (merkle.hpp), and a tree over such nodes has the same root.
//
//   word i (32 bytes)  ->  i: SHA256(0x00 | word)  ->  2·i: node of 2·i, 2·i+1  ->  4·i: node of 4·i, 4·i+2  ->  …
//
// All in place: a node takes the place of its first leaf. One without a right neighbour rises as it is, which here
// means that nothing is done. Within a step no two threads touch the same place.
#pragma once

#include <cstdint>

#include "base/hd.hpp"
#include "base/sha256_core.hpp"

namespace assay::proofs {

/// 32 bytes as they are hashed and sent, in eight words of this machine; aligned so that a device moves 16 at a time.
struct alignas(16) HashPlace {
    std::uint32_t w[8];
};

namespace merkle_detail {

ASSAY_HD void load(const HashPlace& from, std::uint32_t out[8]) {
    const HashPlace bytes = from;
    for (int i = 0; i < 8; ++i) out[i] = sha256_core::swap_bytes(bytes.w[i]);
}
ASSAY_HD void store(const std::uint32_t words[8], HashPlace& to) {
    HashPlace bytes;
    for (int i = 0; i < 8; ++i) bytes.w[i] = sha256_core::swap_bytes(words[i]);
    to = bytes;
}

}  // namespace merkle_detail

/// SHA256(0x00 | data) of a leaf of one word, in big-endian words: 33 bytes, one compression.
ASSAY_HD void merkle_leaf_words(const std::uint32_t data[8], std::uint32_t out[8]) {
    std::uint32_t w[16];
    w[0] = data[0] >> 8;
    for (int i = 1; i < 8; ++i) w[i] = data[i - 1] << 24 | data[i] >> 8;
    w[8] = data[7] << 24 | 0x00800000u;
    for (int i = 9; i < 15; ++i) w[i] = 0;
    w[15] = 33 * 8;
    sha256_core::initial_state(out);
    sha256_core::compress_words(out, w);
}

/// SHA256(0x01 | left | right) in big-endian words: 65 bytes, two compressions. `out` may be `left`.
ASSAY_HD void merkle_node_words(const std::uint32_t left[8], const std::uint32_t right[8], std::uint32_t out[8]) {
    std::uint32_t w[16];
    w[0] = 0x01000000u | left[0] >> 8;
    for (int i = 1; i < 8; ++i) w[i] = left[i - 1] << 24 | left[i] >> 8;
    w[8] = left[7] << 24 | right[0] >> 8;
    for (int i = 1; i < 8; ++i) w[8 + i] = right[i - 1] << 24 | right[i] >> 8;
    sha256_core::initial_state(out);
    sha256_core::compress_words(out, w);
    w[0] = right[7] << 24 | 0x00800000u;
    for (int i = 1; i < 15; ++i) w[i] = 0;
    w[15] = 65 * 8;
    sha256_core::compress_words(out, w);
}

/// Replaces word i by its leaf hash.
struct HashLeaves {
    HashPlace* places;
    ASSAY_HD void operator()(std::uint64_t i) const {
        std::uint32_t data[8], hash[8];
        merkle_detail::load(places[i], data);
        merkle_leaf_words(data, hash);
        merkle_detail::store(hash, places[i]);
    }
};

/// Joins node 2·i of a level with its right neighbour; nodes of the level are `stride` places apart.
struct JoinPairs {
    HashPlace* places;
    std::uint64_t stride;
    ASSAY_HD void operator()(std::uint64_t i) const {
        std::uint32_t left[8], right[8], node[8];
        merkle_detail::load(places[2 * i * stride], left);
        merkle_detail::load(places[(2 * i + 1) * stride], right);
        merkle_node_words(left, right, node);
        merkle_detail::store(node, places[2 * i * stride]);
    }
};

/// out[i] = from[i · stride].
struct TakeEvery {
    const HashPlace* from;
    std::uint64_t stride;
    HashPlace* out;
    ASSAY_HD void operator()(std::uint64_t i) const { out[i] = from[i * stride]; }
};

struct BlocksTask {
    HashPlace* places;    ///< `count` words, from a block's first on; used up
    std::uint64_t count;  ///< whole blocks, or up to the end of the tree
    unsigned height;      ///< of a block, below 64
    HashPlace* roots;     ///< for each block, a shorter last one included
    HashPlace* ends;      ///< the last word of each whole block
};

/// `each(n, f)` calls f(i) for every i below n, in any order, before anything that comes later; it returns an error
/// that is not zero to stop.
template <class Each>
int reduce_blocks(const BlocksTask& task, Each&& each) {
    const std::uint64_t size = std::uint64_t{1} << task.height;
    const std::uint64_t whole = task.count / size, blocks = (task.count + size - 1) / size;
    if (const int error = each(whole, TakeEvery{task.places + (size - 1), size, task.ends}); error != 0) return error;
    if (const int error = each(task.count, HashLeaves{task.places}); error != 0) return error;
    for (std::uint64_t stride = 1; stride < size; stride *= 2) {
        // Nodes of this level are at multiples of stride; pairs whose right one is there.
        const std::uint64_t pairs = ((task.count + stride - 1) / stride) / 2;
        if (const int error = each(pairs, JoinPairs{task.places, stride}); error != 0) return error;
    }
    return each(blocks, TakeEvery{task.places, size, task.roots});
}

}  // namespace assay::proofs
