"""The vram work: items, the walk through them, windows, leaves. Written from docs/protocol.md §9.

    vram.py        prints the known answers of proofs/known_answers.hpp (half a minute)
"""

import hashlib
import struct

import work
from borsh import U8, U32, U64
from secp256k1 import tagged_hash

MASK = 2**32 - 1
IV = (0x6A09E667, 0xBB67AE85, 0x3C6EF372, 0xA54FF53A, 0x510E527F, 0x9B05688C, 0x1F83D9AB, 0x5BE0CD19)
COLUMNS = [(0, 4, 8, 12), (1, 5, 9, 13), (2, 6, 10, 14), (3, 7, 11, 15)]
DIAGONALS = [(0, 5, 10, 15), (1, 6, 11, 12), (2, 7, 8, 13), (3, 4, 9, 14)]


def params(items, lanes, steps, leaf_every, windows, stay):
    return U8.write(2) + U64.write(items) + U64.write(lanes) + U64.write(steps) + \
        U32.write(leaf_every) + U32.write(windows) + U32.write(stay)


def seed_of(ctx):
    return tagged_hash("assay/vram", ctx)


def item(seed, number):
    """128 bytes."""
    out = b""
    for word in range(4 * number, 4 * number + 4):
        state, tag = seed, seed[:8] + U64.write(word)[:7]
        for step in range(8):
            state = work.sha256(state + tag + U64.write(step))
        out += state
    return out


def quarter(v, places, x, y):
    a, b, c, d = places
    for add, left_d, left_b in ((x, 16, 20), (y, 24, 25)):  # right by 16 and 12, then by 8 and 7
        v[a] = v[a] + v[b] + add & MASK
        z = v[d] ^ v[a]
        v[d] = (z << left_d | z >> 32 - left_d) & MASK
        v[c] = v[c] + v[d] & MASK
        z = v[b] ^ v[c]
        v[b] = (z << left_b | z >> 32 - left_b) & MASK


def step_of(h, read, lane, step):
    """h after one step. `read` is the item, 128 bytes."""
    v = list(h) + list(IV)
    v[12] ^= lane & MASK
    v[13] ^= lane >> 32
    v[14] ^= step & MASK
    v[15] ^= step >> 32
    m = struct.unpack(">32I", read)
    for half in (m[:16], m[16:]):
        for i, places in enumerate(COLUMNS + DIAGONALS):
            quarter(v, places, half[2 * i], half[2 * i + 1])
    return tuple(h[i] ^ v[i] ^ v[8 + i] for i in range(8))


def address(h, base, items):
    return base + ((h[1] << 32 | h[0]) * items >> 64)


def window(items, windows, stay, segment):
    """(first item, items)."""
    if windows == 1:
        return 0, items
    return segment // stay % windows * (items // windows), items // windows


def start(ctx, lane):
    return tagged_hash("assay/vram/start", ctx + U64.write(lane))


def segment_of(read, work_size, lane, number, leaf):
    """The leaf after segment `number` of a lane, from the one before it. `read` gives an item."""
    items, _, _, leaf_every, windows, stay = work_size
    h = struct.unpack(">8I", leaf)
    base, count = window(items, windows, stay, number)
    for step in range(number * leaf_every, (number + 1) * leaf_every):
        h = step_of(h, read(address(h, base, count)), lane, step)
    return struct.pack(">8I", *h)


def run(ctx, *work_size):
    """The leaves, 32 bytes each."""
    items, lanes, steps, leaf_every, _, _ = work_size
    seed, leaves = seed_of(ctx), []
    memory = [item(seed, i) for i in range(items)]
    for lane in range(lanes):
        leaf = start(ctx, lane)
        for number in range(steps // leaf_every):
            leaf = segment_of(memory.__getitem__, work_size, lane, number, leaf)
            leaves.append(leaf)
    return leaves


def verify(ctx, root, work_size, seed, samples, opening):
    """The sampled leaves that are in the tree and wrong; Malformed where the opening is none."""
    _, lanes, steps, leaf_every, _, _ = work_size
    per_lane = steps // leaf_every
    targets = work.sample_indices(seed, lanes * per_lane, samples)
    needed = work.needed_leaves(targets, per_lane)
    if len(opening["leaves"]) != len(needed):
        raise work.Malformed("opening_leaf_count")
    hashes = [work.merkle_leaf(x) for x in opening["leaves"]]
    if work.root_of_multiproof(lanes * per_lane, needed, hashes, opening["siblings"]) != root:
        raise work.Malformed("opening_root_mismatch")
    leaf, memory, bad = dict(zip(needed, opening["leaves"])), seed_of(ctx), []
    for t in targets:
        lane, number = divmod(t, per_lane)
        before = leaf[t - 1] if number else start(ctx, lane)
        if segment_of(lambda i: item(memory, i), work_size, lane, number, before) != leaf[t]:
            bad.append(t)
    return bad


def main():
    for name, *work_size in [("small walk", 512, 8, 1024, 128, 1, 0), ("long walk", 50, 2, 66048, 512, 1, 0),
                             ("walk through windows", 1536, 12, 2304, 16, 3, 2),
                             ("one lane in windows", 2048, 1, 32768, 256, 2, 4)]:
        leaves = run(hashlib.sha256(name.encode()).digest(), *work_size)
        print(name, work.merkle_root([work.merkle_leaf(x) for x in leaves]).hex(), flush=True)


if __name__ == "__main__":
    main()
