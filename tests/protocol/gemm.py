"""The gemm work: ChaCha8, the product, digests, leaves. Written from docs/protocol.md §9.

    gemm.py        prints the known answers of proofs/known_answers.hpp (a minute)
"""

import hashlib
import struct
from operator import mul

import work
from borsh import U8, U32, U64
from secp256k1 import tagged_hash

MASK = 2**32 - 1
TILE, SIDE = 128, 32
COLUMNS = [(0, 4, 8, 12), (1, 5, 9, 13), (2, 6, 10, 14), (3, 7, 11, 15)]
DIAGONALS = [(0, 5, 10, 15), (1, 6, 11, 12), (2, 7, 8, 13), (3, 4, 9, 14)]


def chacha8(key, nonce, counter):
    """One block of 64 bytes. 64-bit nonce and counter."""
    start = [*b"".join([b"expand 32-byte k", key, struct.pack("<QQ", counter, nonce)])]
    start = list(struct.unpack("<16I", bytes(start)))
    x = start[:]
    for _ in range(4):
        for a, b, c, d in COLUMNS + DIAGONALS:
            for p, q, r, left in ((a, b, d, 16), (c, d, b, 12), (a, b, d, 8), (c, d, b, 7)):
                x[p] = x[p] + x[q] & MASK
                y = x[r] ^ x[p]
                x[r] = (y << left | y >> 32 - left) & MASK
    return struct.pack("<16I", *(u + v & MASK for u, v in zip(x, start)))


def row(key, number, k):
    """Row `number` of a matrix, as signed numbers."""
    stream = b"".join(chacha8(key, number, block) for block in range(k // 64))
    return struct.unpack(f"{k}b", stream)


def keys(ctx):
    a, b, d = (tagged_hash("assay/gemm/" + name, ctx) for name in ("a", "b", "digest"))
    return a, b, struct.unpack("<1024I", b"".join(chacha8(d, 0, block) for block in range(64)))


def mixed(x, key):
    u = x * 0x9E3779B1 + key & MASK
    return u ^ u >> 15


def digest(c, digest_keys):
    """Of 32 rows of 32 elements."""
    total = 0
    for r in range(SIDE):
        for j in range(0, SIDE, 2):
            at = SIDE * r + j
            total += mixed(c[r][j], digest_keys[at]) * mixed(c[r][j + 1], digest_keys[at + 1])
    return total % 2**64


def subtile(ctx, k, across, down):
    """The digest of sub-tile (down, across), in sub-tiles, from ctx alone."""
    key_a, key_b, digest_keys = keys(ctx)
    a = [row(key_a, SIDE * down + i, k) for i in range(SIDE)]
    b = [row(key_b, SIDE * across + i, k) for i in range(SIDE)]
    return digest([[sum(map(mul, x, y)) for y in b] for x in a], digest_keys)


def place(n, index):
    """(down, across) of the sub-tile that an index names."""
    tile, inside = divmod(index, 16)
    down, across = divmod(tile, n // TILE)
    return 4 * down + inside // 4, 4 * across + inside % 4


def params(m, n, k):
    return U8.write(1) + U64.write(m) + U64.write(n) + U32.write(k)


def run(ctx, m, n, k):
    """The leaves, 128 bytes each."""
    key_a, key_b, digest_keys = keys(ctx)
    b = [row(key_b, c, k) for c in range(n)]
    leaves = [[None] * 16 for _ in range(m // TILE * (n // TILE))]
    for down in range(m // SIDE):
        a = [row(key_a, SIDE * down + i, k) for i in range(SIDE)]
        for across in range(n // SIDE):
            c = [[sum(map(mul, x, y)) for y in b[SIDE * across:SIDE * across + SIDE]] for x in a]
            leaf = down // 4 * (n // TILE) + across // 4
            leaves[leaf][down % 4 * 4 + across % 4] = digest(c, digest_keys)
    return [struct.pack("<16Q", *leaf) for leaf in leaves]


def words(leaf):
    """A leaf as an opening carries it."""
    return [leaf[at:at + 32] for at in range(0, 128, 32)]


def needed(targets):
    return sorted({t // 16 for t in targets})


def open_work(leaves, targets):
    opened = needed(targets)
    return {"leaves": [w for i in opened for w in words(leaves[i])],
            "siblings": work.prove([work.merkle_leaf(x) for x in leaves], opened)}


def verify(ctx, root, m, n, k, seed, samples, opening):
    """The sampled sub-tiles whose digest is in the tree and wrong; Malformed where the opening is none."""
    count = m // TILE * (n // TILE)
    targets = work.sample_indices(seed, 16 * count, samples)
    opened = needed(targets)
    if len(opening["leaves"]) != 4 * len(opened):
        raise work.Malformed("opening_leaf_count")
    leaves = [b"".join(opening["leaves"][4 * i:4 * i + 4]) for i in range(len(opened))]
    hashes = [work.merkle_leaf(x) for x in leaves]
    if work.root_of_multiproof(count, opened, hashes, opening["siblings"]) != root:
        raise work.Malformed("opening_root_mismatch")
    leaf = dict(zip(opened, leaves))
    bad = []
    for t in targets:
        claimed = struct.unpack_from("<Q", leaf[t // 16], 8 * (t % 16))[0]
        down, across = place(n, t)
        if subtile(ctx, k, across, down) != claimed:
            bad.append(t)
    return bad


def main():
    for name, m, n, k in [("small product", 256, 256, 128), ("wide product", 256, 768, 384),
                          ("tall product", 512, 256, 640), ("long rows", 256, 256, 4096)]:
        leaves = run(hashlib.sha256(name.encode()).digest(), m, n, k)
        print(name, work.merkle_root([work.merkle_leaf(x) for x in leaves]).hex(), flush=True)


if __name__ == "__main__":
    main()
