#!/usr/bin/env python3
"""scripts/check-layers: the tree passes, and each planted fault in a copy of a part of it is found, with file and line."""
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
SCRIPT = ROOT / "scripts" / "check-layers"

PLANTED = [
    # file, text that is put before its first line, what the report must say
    ("base/hex.cpp", '#include "chain/tx.hpp"\n', "base -> chain"),
    ("base/hex.cpp", '#include "base/cli/tree.hpp"\n', "base -> base/cli"),
    ("tokenomics/burn.cpp", '#include "proofs/lanes.hpp"\n', "tokenomics -> proofs"),
    ("chain/tx.cpp", '#include "node/config.hpp"\n', "chain -> node"),
    ("node/config.cpp", '#include "wallet/keys/signer.hpp"\n', "node -> wallet/keys"),
    ("wallet/client/url.cpp", '#include "node/home.hpp"\n', "wallet/client -> node"),
    ("wallet/keys/signer.cpp", '#include "wallet/client/url.hpp"\n', "wallet/keys -> wallet/client"),
    ("wallet/client/url.cpp", '#include "chain/app.hpp"\n', "only types and encoding"),
    ("proofs/merkle.cpp", '#include "proofs/cuda/device.hpp"\n', "proofs -> proofs/cuda"),
    ("proofs/merkle.cpp", '#include "proofs/cuda/device.hpp"\n', "include each other"),
    ("chain/tx.cpp", '#include "../base/hex.hpp"\n', "climbs"),
    ("chain/tx.cpp", "inline void planted() { throw 1; }\n", "an exception in chain"),
    ("chain/tx.cpp", "inline double planted() { return 0; }\n", "floating point in chain"),
    ("chain/tx.cpp", "#include <unordered_map>\n", "an unordered container in chain"),
    ("tokenomics/burn.cpp", "#include <chrono>\n", "a clock in tokenomics"),
    ("proofs/merkle.cpp", 'inline char* planted() { return getenv("X"); }\n', "the environment in proofs"),
    ("chain/tx.cpp", "#include <random>\n", "a random source in chain"),
]
HARMLESS = [
    ("chain/tx.cpp", "// throw, catch, double, float and time(NULL) in a comment\n"),
    ("chain/tx.cpp", 'inline const char* planted() { return "throw a double"; }\n'),
]


def run(root):
    done = subprocess.run([sys.executable, str(SCRIPT), "--root", str(root)], capture_output=True, text=True)
    return done.returncode, done.stdout + done.stderr


class CheckLayers(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.copy = pathlib.Path(tempfile.mkdtemp(prefix="assay-layers-"))
        # What faults are planted in, and the folder that makes a ring with one of them: the whole tree takes a second each time.
        shutil.copytree(ROOT / "proofs" / "cuda", cls.copy / "proofs" / "cuda")
        for name in {row[0] for row in PLANTED + HARMLESS}:
            (cls.copy / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, cls.copy / name)

    @classmethod
    def tearDownClass(cls):
        shutil.rmtree(cls.copy)

    def planted(self, name, text):
        path = self.copy / name
        before = path.read_text()
        path.write_text(text + before)
        try:
            return run(self.copy)
        finally:
            path.write_text(before)

    def test_the_tree_as_it_is_passes(self):
        code, out = run(ROOT)
        self.assertEqual(code, 0, out)

    def test_a_planted_fault_is_found_where_it_is(self):
        for name, text, said in PLANTED:
            with self.subTest(name=name, said=said):
                code, out = self.planted(name, text)
                self.assertEqual(code, 1, out)
                self.assertIn(said, out)
                self.assertIn(f"{name}:1:", out)

    def test_words_in_comments_and_strings_are_not_faults(self):
        for name, text in HARMLESS:
            with self.subTest(text=text):
                code, out = self.planted(name, text)
                self.assertEqual(code, 0, out)

    def test_a_file_outside_every_layer_is_found(self):
        stray = self.copy / "wallet" / "stray.cpp"
        stray.write_text('#include "base/hex.hpp"\n')
        try:
            code, out = run(self.copy)
        finally:
            stray.unlink()
        self.assertEqual(code, 1)
        self.assertIn("lies in no layer", out)


if __name__ == "__main__":
    unittest.main(verbosity=2)
