"""The lanes work, its tree, ctx, challenge and sample, written from docs/protocol.md alone with hashlib.

Prints the known answers of proofs/known_answers.hpp and of test_ctx.cpp.
"""
import hashlib
import struct


def sha(data):
    return hashlib.sha256(data).digest()


def tagged(tag, data):
    name = sha(tag.encode())
    return sha(name + name + data)


def leaves(ctx, lanes, steps, leaf_every):
    out = []
    for lane in range(lanes):
        number = struct.pack("<Q", lane)
        state = tagged("assay/lane/start", ctx + number)
        tag = tagged("assay/lane", ctx + number)[:15]
        for step in range(steps):
            state = sha(state + tag + struct.pack("<Q", step))
            if (step + 1) % leaf_every == 0:
                out.append(state)
    return out


def root(data):
    if not data:
        return sha(b"")
    if len(data) == 1:
        return sha(b"\0" + data[0])
    left = 1
    while left * 2 < len(data):
        left *= 2
    return sha(b"\1" + root(data[:left]) + root(data[left:]))


def sample(seed, n, k):
    if n <= k:
        return list(range(n))
    chosen, block, limit = set(), 0, 2**64 - 2**64 % n
    while len(chosen) < k:
        for word in struct.unpack("<4Q", sha(seed + struct.pack("<Q", block))):
            if word < limit and len(chosen) < k:
                chosen.add(word % n)
        block += 1
    return sorted(chosen)


def main():
    for name, lanes, steps, leaf_every in [("one lane", 1, 16, 16), ("lanes", 37, 2048, 64), ("long lane", 3, 132096, 1024)]:
        print(name, root(leaves(sha(name.encode()), lanes, steps, leaf_every)).hex())
    chain_id = b"assay-devnet-1"
    params = bytes([0]) + struct.pack("<QQI", 64, 1024, 256)
    ctx = tagged("assay/ctx", struct.pack("<I", len(chain_id)) + chain_id + params + bytes([1]) * 32
                 + struct.pack("<Q", 7) + bytes([2]) * 32 + struct.pack("<I", 3) + bytes([4]) * 32)
    work = root(leaves(ctx, 64, 1024, 256))
    seed = tagged("assay/challenge", bytes([5]) * 32 + work + ctx)
    print("ctx", ctx.hex(), "root", work.hex(), "seed", seed.hex())
    print("sample", sample(seed, 256, 8), sample(seed, 2**63 + 12345, 4))


if __name__ == "__main__":
    main()
