#!/usr/bin/env python3
"""docs/protocol.md against a second implementation of it.    test_protocol.py [SHARED-DIRECTORY]

The examples in the document, those in vectors.json and what is computed here are the same; the Python is right by the
public BIP-340 vectors and by properties of its own. test_vectors.cpp holds the node's code to the same vectors.
"""

import csv
import hashlib
import json
import pathlib
import random
import struct
import sys
import unittest

import borsh
import examples
import gemm
import messages as m
import records
import state
import vram
import work
from secp256k1 import public_key, sign, verify

SHARED = pathlib.Path(sys.argv.pop(1)) if len(sys.argv) > 1 and not sys.argv[1].startswith("-") else None
SEED = random.SystemRandom().getrandbits(32)


class Examples(unittest.TestCase):
    def test_the_document_and_the_vectors_say_what_the_second_implementation_computes(self):
        values = examples.computed()
        self.assertEqual(json.loads(examples.VECTORS.read_text()), values)
        shown = examples.in_document()
        self.assertGreater(len(shown), 40)
        for name, value in shown.items():
            self.assertEqual(value, values[name], name)

    def test_every_example_but_the_bare_encodings_is_in_the_document(self):
        hidden = {n for n in examples.computed() if n.startswith(("record_", "message_"))}
        self.assertEqual(set(examples.computed()) - hidden - set(examples.in_document()),
                         {"intrinsic_gas", "genesis_hash"})


class Signatures(unittest.TestCase):
    def test_bip340_vectors(self):
        file = SHARED / "vectors" / "bip340" / "test-vectors.csv" if SHARED else None
        if file is None or not file.exists():
            self.skipTest("the public vectors are not here")
        rows = list(csv.DictReader(file.read_text().splitlines()))
        self.assertGreater(len(rows), 15)
        for row in rows:
            key, message, signature = (bytes.fromhex(row[c]) for c in ("public key", "message", "signature"))
            self.assertEqual(verify(key, message, signature), row["verification result"] == "TRUE", row["comment"])
            if row["secret key"]:
                made = sign(bytes.fromhex(row["secret key"]), message, bytes.fromhex(row["aux_rand"]))
                self.assertEqual(made, signature)

    def test_a_signature_is_of_one_message_by_one_key(self):
        key, message = public_key(examples.SECRET), bytes(range(32))
        good = sign(examples.SECRET, message)
        self.assertTrue(verify(key[:32], message, good))
        self.assertFalse(verify(key[:32], message[::-1], good))
        self.assertFalse(verify(public_key((9).to_bytes(32, "big"))[:32], message, good))


class Encoding(unittest.TestCase):
    def test_everything_that_is_written_reads_back_and_nothing_else_does(self):
        values = examples.computed()
        kinds = {"record_" + n: k for n, k in records.RECORDS.items()}
        kinds.update({"message_" + n: m.MESSAGE for n in m.MESSAGE.tags})
        kinds.update({"tx": m.TX, "header": m.HEADER, "opening": m.OPENING, "proof": state.PROOF})
        for name, kind in kinds.items():
            raw = bytes.fromhex(values[name])
            self.assertEqual(kind.encode(kind.decode(raw)), raw, name)
            for n in range(len(raw)):
                with self.assertRaisesRegex(borsh.Refused, "encoding_"):
                    kind.decode(raw[:n])
            with self.assertRaisesRegex(borsh.Refused, "encoding_trailing"):
                kind.decode(raw + b"\0")

    def test_an_address_reads_back_and_one_wrong_character_does_not(self):
        text, raw = examples.computed()["address_text"], bytes.fromhex(examples.computed()["address"])
        self.assertEqual(m.from_bech32m("assay", text), raw)
        for i in range(6, len(text)):
            other = "q" if text[i] != "q" else "p"
            with self.assertRaises(ValueError):
                m.from_bech32m("assay", text[:i] + other + text[i + 1:])


class Work(unittest.TestCase):
    def setUp(self):
        self.random = random.Random(SEED)

    def test_a_multiproof_of_any_leaves_leads_to_the_root_and_an_altered_one_does_not(self):
        for _ in range(60):
            n = self.random.randrange(1, 70)
            hashes = [work.merkle_leaf(self.random.randbytes(3)) for _ in range(n)]
            indices = sorted(self.random.sample(range(n), self.random.randrange(1, n + 1)))
            siblings = work.prove(hashes, indices)
            root = work.merkle_root(hashes)
            opened = [hashes[i] for i in indices]
            at = f"seed {SEED}, {n} leaves, {indices}"
            self.assertEqual(work.root_of_multiproof(n, indices, opened, siblings), root, at)
            opened[0] = bytes(32)
            self.assertNotEqual(work.root_of_multiproof(n, indices, opened, siblings), root, at)

    def test_samples_are_distinct_ascending_and_all_of_a_small_range(self):
        for _ in range(100):
            n, k = self.random.randrange(1, 5000), self.random.randrange(1, 65)
            out = work.sample_indices(self.random.randbytes(32), n, k)
            self.assertEqual(out, sorted(set(out)))
            self.assertEqual(len(out), min(n, k), f"seed {SEED}")
            self.assertLess(out[-1], n)

    def test_honest_work_passes_and_a_leaf_made_up_fails(self):
        ctx, lanes, steps, every = self.random.randbytes(32), 4, 64, 16
        leaves = work.run_lanes(ctx, lanes, steps, every)
        seed = self.random.randbytes(32)
        targets = work.sample_indices(seed, len(leaves), 5)
        root = work.merkle_root([work.merkle_leaf(x) for x in leaves])
        opening = work.open_lanes(leaves, steps, every, targets)
        self.assertEqual(work.verify_lanes(ctx, root, lanes, steps, every, seed, 5, opening), [], f"seed {SEED}")
        leaves[targets[2]] = bytes(32)
        root = work.merkle_root([work.merkle_leaf(x) for x in leaves])
        opening = work.open_lanes(leaves, steps, every, targets)
        self.assertIn(targets[2], work.verify_lanes(ctx, root, lanes, steps, every, seed, 5, opening))
        opening["siblings"].append(bytes(32))
        with self.assertRaisesRegex(work.Malformed, "opening_sibling_count"):
            work.verify_lanes(ctx, root, lanes, steps, every, seed, 5, opening)


class Products(unittest.TestCase):
    def test_chacha8_gives_the_published_keystream(self):
        # draft-strombergson-chacha-test-vectors-01, test case 7 with a key of 256 bits and eight rounds.
        key = bytes.fromhex("00112233445566778899aabbccddeeffffeeddccbbaa99887766554433221100")
        nonce = int.from_bytes(bytes.fromhex("0f1e2d3c4b5a6978"), "little")
        self.assertTrue(gemm.chacha8(key, nonce, 0).hex().startswith("db43ad9d1e842d1272e4530e276b3f56"))
        self.assertTrue(gemm.chacha8(key, nonce, 1).hex().startswith("c5dd30bf55612fab9bdd118920c19816"))

    def test_an_honest_product_passes_and_a_digest_made_up_fails(self):
        rng = random.Random(SEED)
        ctx, m, n, k, seed = rng.randbytes(32), 256, 256, 128, rng.randbytes(32)
        leaves = gemm.run(ctx, m, n, k)
        targets = work.sample_indices(seed, 64, 5)
        for wrong in (None, targets[1]):
            if wrong is not None:
                leaf = bytearray(leaves[wrong // 16])
                leaf[8 * (wrong % 16)] ^= 1
                leaves[wrong // 16] = bytes(leaf)
            root = work.merkle_root([work.merkle_leaf(x) for x in leaves])
            opening = gemm.open_work(leaves, targets)
            bad = gemm.verify(ctx, root, m, n, k, seed, 5, opening)
            self.assertEqual(bad, [] if wrong is None else [wrong], f"seed {SEED}")
        opening["leaves"].pop()
        with self.assertRaisesRegex(work.Malformed, "opening_leaf_count"):
            gemm.verify(ctx, root, m, n, k, seed, 5, opening)


class Walks(unittest.TestCase):
    def test_an_honest_walk_passes_and_a_leaf_made_up_fails(self):
        rng = random.Random(SEED)
        ctx, size, seed = rng.randbytes(32), (96, 1, 1536, 16, 3, 2), rng.randbytes(32)
        leaves = vram.run(ctx, *size)
        targets = work.sample_indices(seed, 96, 5)
        for wrong in (None, targets[1]):
            if wrong is not None:
                leaves[wrong] = bytes(32)
            root = work.merkle_root([work.merkle_leaf(x) for x in leaves])
            opening = work.open_lanes(leaves, 1536, 16, targets)
            bad = vram.verify(ctx, root, size, seed, 5, opening)
            if wrong is None:
                self.assertEqual(bad, [], f"seed {SEED}")
            else:
                self.assertIn(wrong, bad, f"seed {SEED}")
        opening["leaves"].pop()
        with self.assertRaisesRegex(work.Malformed, "opening_leaf_count"):
            vram.verify(ctx, root, size, seed, 5, opening)

    def test_two_rounds_of_blake2s_as_the_whole_of_it_would_do_them(self):
        # Ten rounds with the permutation are BLAKE2s: the quarter that a step uses is right if these give hashlib's.
        sigma = [range(16), (14, 10, 4, 8, 9, 15, 13, 6, 1, 12, 0, 2, 11, 7, 5, 3),
                 (11, 8, 12, 0, 5, 2, 15, 13, 10, 14, 3, 6, 7, 1, 9, 4),
                 (7, 9, 3, 1, 13, 12, 11, 14, 2, 6, 5, 10, 4, 0, 15, 8),
                 (9, 0, 5, 7, 2, 4, 10, 15, 14, 1, 11, 12, 6, 8, 3, 13),
                 (2, 12, 6, 10, 0, 11, 8, 3, 4, 13, 7, 5, 15, 14, 1, 9),
                 (12, 5, 1, 15, 14, 13, 4, 10, 0, 7, 6, 3, 9, 2, 8, 11),
                 (13, 11, 7, 14, 12, 1, 3, 9, 5, 0, 15, 4, 8, 6, 2, 10),
                 (6, 15, 14, 9, 11, 3, 0, 8, 12, 2, 13, 7, 1, 4, 10, 5),
                 (10, 2, 8, 4, 7, 6, 1, 5, 15, 11, 9, 14, 3, 12, 13, 0)]
        data = random.Random(SEED).randbytes(64)
        words, h = struct.unpack("<16I", data), list(vram.IV)
        h[0] ^= 0x01010020
        v = h + list(vram.IV)
        v[12] ^= 64
        v[14] ^= 0xFFFFFFFF
        for order in sigma:
            for i, places in enumerate(vram.COLUMNS + vram.DIAGONALS):
                vram.quarter(v, places, words[order[2 * i]], words[order[2 * i + 1]])
        digest = struct.pack("<8I", *(h[i] ^ v[i] ^ v[8 + i] for i in range(8)))
        self.assertEqual(digest, hashlib.blake2s(data).digest(), f"seed {SEED}")


class State(unittest.TestCase):
    def test_presence_and_absence_are_proven_and_no_altered_bit_passes(self):
        rng = random.Random(SEED)
        values = {rng.randbytes(8): rng.randbytes(5) for _ in range(40)}
        leaves = {state.path_of(5, k): state.value_hash(v) for k, v in values.items()}
        root = state.root_of(leaves)
        for key in list(values)[:8] + [b"absent", b"absent too"]:
            raw = state.prove(leaves, state.path_of(5, key), values.get(key))
            self.assertEqual(state.verify(raw, 5, key, root), values.get(key), f"seed {SEED}")
            for i in range(8 * len(raw)):
                altered = bytearray(raw)
                altered[i // 8] ^= 1 << i % 8
                with self.assertRaises(state.Invalid, msg=f"seed {SEED}, bit {i}"):
                    state.verify(bytes(altered), 5, key, root)



if __name__ == "__main__":
    unittest.main()
