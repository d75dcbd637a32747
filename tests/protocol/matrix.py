"""A buyer's product of two matrices: its commitments and what a dispute of it brings, docs/protocol.md §12.

A matrix is bytes, row by row, each byte an int8; the product is a list of rows of numbers.
"""

from work import merkle_leaf, merkle_root

SIDE, SLICE = 32, 1024


def int8(byte):
    return byte - 256 if byte > 127 else byte


def product(a, b, m, n, k):
    rows = [[int8(x) for x in a[r * k:(r + 1) * k]] for r in range(m)]
    cols = [[int8(x) for x in b[c * k:(c + 1) * k]] for c in range(n)]
    return [[sum(x * y for x, y in zip(row, col)) for col in cols] for row in rows]


def slices(k):
    return range(0, k, SLICE)


def panels(matrix, rows, k):
    """The leaves of a matrix: slice after slice, 32 rows of it each."""
    return [b"".join(matrix[r * k + s:r * k + min(s + SLICE, k)] for r in range(first, first + SIDE))
            for s in slices(k) for first in range(0, rows, SIDE)]


def tiles(c):
    return [b"".join((c[r][col] % 2**32).to_bytes(4, "little") for r in range(row, row + SIDE)
                     for col in range(left, left + SIDE))
            for row in range(0, len(c), SIDE) for left in range(0, len(c[0]), SIDE)]


def root(leaves):
    return merkle_root([merkle_leaf(x) for x in leaves])


def leaf(leaves, index):
    """A leaf's bytes and its path, nearest sibling first."""
    hashes, at, path = [merkle_leaf(x) for x in leaves], index, []
    while len(hashes) > 1:
        if at ^ 1 < len(hashes):
            path.append(hashes[at ^ 1])
        hashes = [merkle_root(hashes[i:i + 2]) for i in range(0, len(hashes), 2)]
        at //= 2
    return {"data": leaves[index], "path": path}


def dispute(order, a, b, c, m, n, k, row, col, s):
    """The message for slice number s of a dispute over a tile of what was delivered."""
    return "dispute", {"order": order, "tile_row": row, "tile_col": col, "slice": s,
                       "a": leaf(panels(a, m, k), s * (m // SIDE) + row),
                       "b": leaf(panels(b, n, k), s * (n // SIDE) + col),
                       "c": leaf(tiles(c), row * (n // SIDE) + col) if s == 0 else None}
