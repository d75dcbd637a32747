#!/usr/bin/env python3
"""A small neural network, its layers bought as products: scripts/demo_inference.py against the second implementation.

    test_inference.py --bin DIR
"""

import json
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

import harness
from harness import clean_environment

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path += [str(ROOT / "scripts"), str(ROOT / "tests" / "protocol")]
import digits
import matrix

DEMO = ROOT / "scripts" / "demo_inference.py"


class TheNetwork(unittest.TestCase):
    def test_each_layer_is_a_product_that_the_chain_takes(self):
        inputs = 64
        for layer in digits.LAYERS:
            self.assertEqual((digits.BATCH % 32, layer.neurons % 32, layer.inputs), (0, 0, inputs))
            self.assertEqual(len(layer.weights), layer.neurons * layer.inputs)
            inputs = layer.neurons
        self.assertEqual(len(digits.pictures(1)[0]), digits.BATCH * 64)

    def test_it_reads_nine_of_ten_digits_whatever_the_noise(self):
        generator, right = harness.seeded("pictures"), {}
        for seed in [generator.randrange(10**9) for _ in range(12)]:
            pixels, labels = digits.pictures(seed)
            right[seed] = sum(a == b for a, b in zip(digits.read(digits.LAYERS, pixels), labels))
        self.assertGreaterEqual(sum(right.values()), 0.9 * 12 * digits.BATCH, right)

    def test_without_its_weights_it_reads_nothing(self):
        pixels, labels = digits.pictures(1)
        for silent in range(len(digits.LAYERS)):
            layers = [layer._replace(weights=bytes(len(layer.weights))) if i == silent else layer
                      for i, layer in enumerate(digits.LAYERS)]
            right = sum(a == b for a, b in zip(digits.read(layers, pixels), labels))
            self.assertLess(right, 0.3 * digits.BATCH, digits.LAYERS[silent].name)

    def test_requantizing_subtracts_shifts_down_and_cuts(self):
        layer = digits.LAYERS[0]._replace(threshold=100, shift=2)
        for value, activation in ((-2**31, 0), (99, 0), (100, 0), (103, 0), (104, 1), (611, 127), (612, 127), (2**31 - 1, 127)):
            self.assertEqual(digits.requantize(layer, [value]), bytes([activation]), value)

    def test_values_travel_as_int32_little_endian(self):
        self.assertEqual(digits.to_file([1, -2, 2**31 - 1, -2**31]), bytes.fromhex("01000000feffffffffffff7f00000080"))
        self.assertEqual(digits.from_file(digits.to_file([7, -7])), [7, -7])

    def test_the_same_seed_makes_the_same_files(self):
        with tempfile.TemporaryDirectory() as folder:
            made = []
            for name in ("a", "b"):
                path = pathlib.Path(folder) / name
                subprocess.run([sys.executable, str(ROOT / "scripts" / "digits.py"), str(path), "--seed", "5"], check=True,
                               capture_output=True, timeout=60)
                made.append({f.name: f.read_bytes() for f in path.iterdir()})
        self.assertEqual(set(made[0]), {"inputs.bin", "match.bin", "pool.bin", "contrast.bin", "labels.txt"})
        self.assertEqual(made[0], made[1])
        self.assertEqual(made[0]["inputs.bin"], digits.pictures(5)[0])


class TheDemo(unittest.TestCase):
    def test_its_layers_are_bought_and_a_wrong_one_costs_its_provider(self):
        with tempfile.TemporaryDirectory(prefix="assay-inference-test-") as folder:
            done = subprocess.run([sys.executable, str(DEMO), "--bin", str(harness.BIN), "--longest", "180", "--json"],
                                  capture_output=True, text=True, timeout=220, env=clean_environment(TMPDIR=folder))
            self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
            self.assertEqual(os.listdir(folder), [])
        self.assertEqual(done.stdout.count("\n"), 1)
        out = json.loads(done.stdout)
        self.assertEqual(set(out), {"seed", "labels", "digits", "right", "products", "cheat", "supply"})

        # By the chain's roots, what was accepted is the network's products: computed by tests/protocol, which shares no
        # line with the prover, the wallet or digits.multiply.
        activations, labels = digits.pictures(out["seed"])
        roots, products = {}, {}
        for layer in digits.LAYERS:
            rows = matrix.product(activations, layer.weights, digits.BATCH, layer.neurons, layer.inputs)
            roots[layer.name] = matrix.root(matrix.tiles(rows)).hex()
            products[layer.name] = rows
            activations = digits.requantize(layer, [v for row in rows for v in row])
        bought = {r["layer"]: r for r in out["products"] if r["right"]}
        self.assertEqual({name: r["c_root"] for name, r in bought.items()}, roots)
        self.assertEqual(out["labels"], labels)
        self.assertEqual(out["digits"], [row[:10].index(max(row[:10])) for row in products["contrast"]])
        self.assertEqual(out["right"], sum(a == b for a, b in zip(out["digits"], labels)))
        self.assertGreaterEqual(out["right"], 58)

        # The lower bid won and was the cheat's; it got nothing, and the honest provider did it again.
        self.assertEqual([(r["layer"], r["provider"], r["right"], r["paid"]) for r in out["products"]],
                         [("match", "honest", True, "900000"), ("pool", "cheat", False, "0"),
                          ("pool", "honest", True, "900000"), ("contrast", "honest", True, "900000")])
        made_up = products["pool"][:32] + [[0] * 32] * 32
        wrong = next(r for r in out["products"] if not r["right"])
        self.assertEqual(wrong["c_root"], matrix.root(matrix.tiles(made_up)).hex())
        self.assertEqual(out["cheat"]["wrong"], {"row": 1, "col": 0})
        first = next((r, c) for r in range(32, 64) for c in range(32) if products["pool"][r][c])
        self.assertIn(f"row {first[0]}, column {first[1]} is 0 and should be {products['pool'][first[0]][first[1]]}",
                      out["cheat"]["said"])
        self.assertEqual((out["cheat"]["slashed"], out["cheat"]["stake"], out["cheat"]["jailed"]), ("20000000", "80000000", True))

        supply = out["supply"]
        self.assertEqual(int(supply["genesis"]) + int(supply["minted"]) - int(supply["burned"]), int(supply["supply"]))
        self.assertEqual(sum(map(int, supply["buckets"].values())), int(supply["supply"]))
        self.assertEqual((supply["credits"]["consumed"], supply["credits"]["escrowed"]), ("2700000", "0"))


if __name__ == "__main__":
    harness.main()
