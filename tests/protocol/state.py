"""The state tree of docs/protocol.md §7: paths, hashes, and proofs of presence and absence."""

from borsh import HASH, TEXT, U8, U16, List, Optional, Refused, Struct
from secp256k1 import tagged_hash

ACCOUNTS, GLOBALS, ROUNDS = 0x80, 0x01, 0x0A
ZERO = bytes(32)
LEAF = Struct(("path", HASH), ("value_hash", HASH))
PROOF = Struct(("version", U8), ("depth", U16), ("bitmap", TEXT), ("siblings", List(HASH)), ("leaf", Optional(LEAF)),
               ("value", Optional(TEXT)))


class Invalid(Exception):
    """A proof that shows nothing."""


def path_of(table, key):
    return bytes([table]) + tagged_hash("assay/key", key)[:31]


def value_hash(value):
    return tagged_hash("assay/value", value)


def leaf_hash(path, hashed_value):
    return tagged_hash("assay/leaf", path + hashed_value)


def node_hash(left, right):
    return tagged_hash("assay/node", left + right)


def bit(data, depth):
    return data[depth // 8] >> 7 - depth % 8 & 1


def root_of(leaves):
    """The root over {path: value hash}: a subtree without a leaf is zero, with one leaf that leaf."""

    return subtree(leaves, sorted(leaves), 0)


def subtree(leaves, paths, depth):
    if not paths:
        return ZERO
    if len(paths) == 1:
        return leaf_hash(paths[0], leaves[paths[0]])
    left = [p for p in paths if not bit(p, depth)]
    right = [p for p in paths if bit(p, depth)]
    return node_hash(subtree(leaves, left, depth + 1), subtree(leaves, right, depth + 1))


def prove(leaves, path, value):
    """The proof for a path in a small tree; `value` is None where it is absent."""
    near, siblings, bitmap = sorted(leaves), [], []
    while len(near) > 1:
        depth = len(bitmap)
        other = [p for p in near if bit(p, depth) != bit(path, depth)]
        near = [p for p in near if bit(p, depth) == bit(path, depth)]
        sibling = subtree(leaves, other, depth + 1)
        bitmap.append(sibling != ZERO)
        if sibling != ZERO:
            siblings.append(sibling)
    packed = bytearray((len(bitmap) + 7) // 8)
    for depth, present in enumerate(bitmap):
        packed[depth // 8] |= present << 7 - depth % 8
    leaf = {"path": near[0], "value_hash": leaves[near[0]]} if near else None
    return PROOF.encode({"version": 1, "depth": len(bitmap), "bitmap": bytes(packed), "siblings": siblings,
                         "leaf": leaf, "value": value})


def verify(raw, table, key, root):
    """The key's value in the state with this root, None where it has none. Raises Invalid."""
    try:
        proof = PROOF.decode(raw)
    except Refused as refused:
        raise Invalid(refused.args[0]) from None
    path, depth, bitmap, leaf = path_of(table, key), proof["depth"], proof["bitmap"], proof["leaf"]
    if proof["version"] != 1 or depth > 256 or len(bitmap) != (depth + 7) // 8:
        raise Invalid("version, depth or bitmap")
    present = [bit(bitmap, d) for d in range(8 * len(bitmap))]
    if any(present[depth:]) or sum(present) != len(proof["siblings"]) or ZERO in proof["siblings"]:
        raise Invalid("siblings")
    if leaf is None:
        if proof["value"] is not None:
            raise Invalid("a value without a leaf")
        at = ZERO
    else:
        if leaf["path"] == path:
            if proof["value"] is None or value_hash(proof["value"]) != leaf["value_hash"]:
                raise Invalid("the value is not the leaf's")
        elif proof["value"] is not None or any(bit(leaf["path"], d) != bit(path, d) for d in range(depth)):
            raise Invalid("the leaf is another key's, or not on the way")
        if depth and not present[depth - 1]:
            raise Invalid("the last sibling is missing")
        at = leaf_hash(leaf["path"], leaf["value_hash"])
    siblings = list(proof["siblings"])
    for d in range(depth - 1, -1, -1):
        sibling = siblings.pop() if present[d] else ZERO
        at = node_hash(sibling, at) if bit(path, d) else node_hash(at, sibling)
    if at != root:
        raise Invalid("it does not lead to the root")
    return proof["value"]
