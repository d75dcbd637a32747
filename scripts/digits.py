#!/usr/bin/env python3
"""A small int8 neural network that reads digits, as data: three layers, each one product of two matrices.

    scripts/digits.py DIR [--seed N]     writes inputs.bin, NAME.bin for the weights of each layer, and labels.txt

    pixels, labels = pictures(seed=1)
    digits = read(LAYERS, pixels)        # in plain Python; nearly all equal to `labels`

A layer is C = A Bᵀ: A are the activations, a row for each picture, B the weights, a row for each neuron. Both are int8, row
by row, a byte a value; C is int32. `requantize` makes the next layer's A of it. Integers only: whoever multiplies, every
bit is the same.

    layer      neurons  inputs   what its weights say
    match           64      64   a neuron for each digit at each of six places in the picture: +1 on its ink, -1 beside it
    pool            32      64   a neuron for each digit: its six places together
    contrast        32      32   a neuron for each digit: nine times it, less what speaks for the nine others

A product on the chain has sides that are multiples of 32 (docs/protocol.md §12): neurons beyond those named have weights 0.
"""

import argparse
import pathlib
import random
import sys
from typing import NamedTuple

GLYPHS = """
.###.  ..#..  .###.  #####  ...#.  #####  ..##.  #####  .###.  .###.
#...#  .##..  #...#  ...#.  ..##.  #....  .#...  ....#  #...#  #...#
#..##  ..#..  ....#  ..#..  .#.#.  ####.  #....  ...#.  #...#  #...#
#.#.#  ..#..  ...#.  ...#.  #..#.  ....#  ####.  ..#..  .###.  .####
##..#  ..#..  ..#..  ....#  #####  ....#  #...#  .#...  #...#  ....#
#...#  ..#..  .#...  #...#  ...#.  #...#  #...#  .#...  #...#  ...#.
.###.  .###.  #####  .###.  ...#.  .###.  .###.  .#...  .###.  .##..
"""
SIDE, DIGITS, BATCH = 8, 10, 64
PLACES = [(x, y) for y in (0, 1) for x in (0, 1, 2)]  # of a glyph's upper left corner in its picture
INK, NOISE = 32, 56  # a pixel is +INK or -INK, and a whole number from -NOISE to NOISE more


class Layer(NamedTuple):
    name: str
    neurons: int    # N: rows of the weights, columns of the product
    inputs: int     # K
    weights: bytes
    threshold: int  # what a value of the product must pass to be heard by the next layer
    shift: int      # and how many bits of it are dropped


def int8(values):
    return bytes(v & 0xff for v in values)


def signed(data):
    return [byte - 256 if byte > 127 else byte for byte in data]


def inked(digit, place):
    """Of each of the 64 pixels, row by row: is there ink?"""
    glyph = [line.split()[digit] for line in GLYPHS.split("\n") if line]
    ink = {(place[0] + x, place[1] + y) for y, row in enumerate(glyph) for x, c in enumerate(row) if c == "#"}
    return [(x, y) in ink for y in range(SIDE) for x in range(SIDE)]


def make_layers():
    match, pool, contrast = ([[0] * inputs for _ in range(neurons)] for neurons, inputs in ((64, 64), (32, 64), (32, 32)))
    for digit in range(DIGITS):
        for at, place in enumerate(PLACES, len(PLACES) * digit):
            match[at] = [1 if ink else -1 for ink in inked(digit, place)]
            pool[digit][at] = 1
        contrast[digit][:DIGITS] = [DIGITS - 1 if other == digit else -1 for other in range(DIGITS)]
    # Where glyph and neuron agree, the product is about 64·INK = 2048; the most alike of two glyphs, 6 pixels apart, give
    # 1664. What is below 1500 is mostly noise. The last layer's product is not requantized.
    return [Layer(name, len(rows), len(rows[0]), int8(w for row in rows for w in row), threshold, shift)
            for name, rows, threshold, shift in (("match", match, 1500, 3), ("pool", pool, 0, 1), ("contrast", contrast, 0, 0))]


LAYERS = make_layers()


def pictures(seed):
    """(pixels, the true digits) of a batch: each digit at one of the six places, under noise."""
    rng = random.Random(seed)
    labels, pixels = [rng.randrange(DIGITS) for _ in range(BATCH)], []
    for digit in labels:
        pixels += [(INK if ink else -INK) + rng.randint(-NOISE, NOISE) for ink in inked(digit, rng.choice(PLACES))]
    return int8(pixels), labels


def multiply(layer, activations):
    """C as a list of numbers, row by row: what a provider is asked for."""
    k, left, right = layer.inputs, signed(activations), signed(layer.weights)
    rows = [left[i:i + k] for i in range(0, len(left), k)]
    neurons = [right[i:i + k] for i in range(0, len(right), k)]
    return [sum(x * w for x, w in zip(row, weights)) for row in rows for weights in neurons]


def to_file(product):
    """A product as the wallet and the prover write it: int32, little-endian."""
    return b"".join(v.to_bytes(4, "little", signed=True) for v in product)


def from_file(data):
    return [int.from_bytes(data[i:i + 4], "little", signed=True) for i in range(0, len(data), 4)]


def requantize(layer, product):
    """The next layer's activations: less the threshold, shifted, cut to 0..127 (which is the ReLU too)."""
    return int8(max(0, min(127, (v - layer.threshold) >> layer.shift)) for v in product)


def digits_of(layer, product):
    """The last layer's loudest neuron for each picture; of equally loud ones the first."""
    rows = [product[i:i + DIGITS] for i in range(0, len(product), layer.neurons)]
    return [row.index(max(row)) for row in rows]


def read(layers, pixels):
    """The whole inference, by nobody else."""
    activations = pixels
    for layer in layers:
        product = multiply(layer, activations)
        activations = requantize(layer, product)
    return digits_of(layers[-1], product)


def picture_of(pixels, number):
    """A picture of the batch as eight lines of text."""
    values = signed(pixels[number * SIDE * SIDE:(number + 1) * SIDE * SIDE])
    shade = lambda v: " .:+#"[max(0, min(4, (v + 2 * INK) * 5 // (4 * INK)))]
    return ["".join(shade(v) for v in values[i:i + SIDE]) for i in range(0, SIDE * SIDE, SIDE)]


def main():
    parser = argparse.ArgumentParser(description="The data of a small int8 neural network that reads digits.")
    parser.add_argument("folder", metavar="DIR", type=pathlib.Path, help="where the files go")
    parser.add_argument("--seed", type=int, default=1, help="of the pictures")
    arguments = parser.parse_args()
    pixels, labels = pictures(arguments.seed)
    arguments.folder.mkdir(parents=True, exist_ok=True)
    (arguments.folder / "inputs.bin").write_bytes(pixels)
    (arguments.folder / "labels.txt").write_text("".join(f"{digit}\n" for digit in labels))
    for layer in LAYERS:
        (arguments.folder / f"{layer.name}.bin").write_bytes(layer.weights)
        print(f"{layer.name}: --gemm {BATCH},{layer.neurons},{layer.inputs}, weights in {arguments.folder / layer.name}.bin")
    right = sum(a == b for a, b in zip(read(LAYERS, pixels), labels))
    print(f"{BATCH} pictures in {arguments.folder / 'inputs.bin'}; the network reads {right} of them right")


if __name__ == "__main__":
    sys.exit(main())
