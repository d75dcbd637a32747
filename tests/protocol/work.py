"""Merkle trees, the lanes work, sampling and openings: docs/protocol.md §5 and §9."""

import hashlib

from borsh import TEXT, U8, U32, U64
from secp256k1 import tagged_hash


class Malformed(Exception):
    """An opening that is no opening; args[0] is the project's word for why."""


def sha256(data):
    return hashlib.sha256(data).digest()


# ---------------------------------------------------------------- RFC 6962 trees
def merkle_leaf(data):
    return sha256(b"\0" + data)


def left_size(n):
    """Leaves of the left subtree: the largest power of two below n."""
    return 1 << (n - 1).bit_length() - 1


def merkle_root(leaf_hashes):
    if not leaf_hashes:
        return sha256(b"")
    if len(leaf_hashes) == 1:
        return leaf_hashes[0]
    left = left_size(len(leaf_hashes))
    return sha256(b"\1" + merkle_root(leaf_hashes[:left]) + merkle_root(leaf_hashes[left:]))


def prove(leaf_hashes, indices):
    """Siblings of a multiproof: roots of the maximal subtrees without an index, from left to right."""
    out = []

    def walk(first, count, inside):
        if not inside:
            out.append(merkle_root(leaf_hashes[first:first + count]))
        elif count > 1:
            left = left_size(count)
            walk(first, left, [i for i in inside if i < first + left])
            walk(first + left, count - left, [i for i in inside if i >= first + left])

    walk(0, len(leaf_hashes), indices)
    return out


def root_of_multiproof(count, indices, hashes, siblings):
    """The root that these opened leaves and siblings lead to."""
    if len(hashes) != len(indices) or not indices:
        raise Malformed("opening_leaf_count")
    hashes, left_over = iter(hashes), list(siblings)

    def walk(first, n, inside):
        if not inside:
            if not left_over:
                raise Malformed("opening_sibling_count")
            return left_over.pop(0)
        if n == 1:
            return next(hashes)
        left = left_size(n)
        a = walk(first, left, [i for i in inside if i < first + left])
        b = walk(first + left, n - left, [i for i in inside if i >= first + left])
        return sha256(b"\1" + a + b)

    root = walk(0, count, indices)
    if left_over:
        raise Malformed("opening_sibling_count")
    return root


# ---------------------------------------------------------------- ctx, challenge, sample
def lanes_params(lanes, steps, leaf_every):
    return U8.write(0) + U64.write(lanes) + U64.write(steps) + U32.write(leaf_every)


def work_ctx(chain_id, params, task, epoch, provider, slot, beacon_h0):
    return tagged_hash("assay/ctx", TEXT.write(chain_id) + params + task + U64.write(epoch) + provider +
                       U32.write(slot) + beacon_h0)


def challenge_seed(beacon_hc, root, ctx):
    return tagged_hash("assay/challenge", beacon_hc + root + ctx)


def sample_indices(seed, n, k):
    if n <= k:
        return list(range(n))
    last = 2**64 - 1 - 2**64 % n
    chosen, block = set(), 0
    while True:
        words = sha256(seed + U64.write(block))
        for at in range(0, 32, 8):
            x = int.from_bytes(words[at:at + 8], "little")
            if x <= last:
                chosen.add(x % n)
            if len(chosen) == k:
                return sorted(chosen)
        block += 1


# ---------------------------------------------------------------- lanes
def lane_start(ctx, lane):
    return tagged_hash("assay/lane/start", ctx + U64.write(lane))


def lane_segment(ctx, lane, state, first, steps):
    tag = tagged_hash("assay/lane", ctx + U64.write(lane))[:15]
    for step in range(first, first + steps):
        state = sha256(state + tag + U64.write(step))
    return state


def run_lanes(ctx, lanes, steps, leaf_every):
    leaves = []
    for lane in range(lanes):
        state = lane_start(ctx, lane)
        for first in range(0, steps, leaf_every):
            state = lane_segment(ctx, lane, state, first, leaf_every)
            leaves.append(state)
    return leaves


def needed_leaves(targets, per_lane):
    return sorted({i for t in targets for i in ((t - 1, t) if t % per_lane else (t,))})


def open_lanes(leaves, steps, leaf_every, targets):
    needed = needed_leaves(targets, steps // leaf_every)
    return {"leaves": [leaves[i] for i in needed], "siblings": prove([merkle_leaf(x) for x in leaves], needed)}


def verify_lanes(ctx, root, lanes, steps, leaf_every, seed, k, opening):
    """The sampled leaves that are in the tree and wrong; Malformed where the opening is none."""
    per_lane = steps // leaf_every
    count = lanes * per_lane
    targets = sample_indices(seed, count, k)
    needed = needed_leaves(targets, per_lane)
    if len(opening["leaves"]) != len(needed):
        raise Malformed("opening_leaf_count")
    hashes = [merkle_leaf(x) for x in opening["leaves"]]
    if root_of_multiproof(count, needed, hashes, opening["siblings"]) != root:
        raise Malformed("opening_root_mismatch")
    word = dict(zip(needed, opening["leaves"]))
    bad = []
    for t in targets:
        lane, segment = divmod(t, per_lane)
        before = word[t - 1] if segment else lane_start(ctx, lane)
        if lane_segment(ctx, lane, before, segment * leaf_every, leaf_every) != word[t]:
            bad.append(t)
    return bad
