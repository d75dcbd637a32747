#!/usr/bin/env python3
"""The demo as its readers run it, after the build: the shape of --json, what it claims, and what it leaves behind.

    test_demo.py --bin DIR
"""

import json
import os
import pathlib
import signal
import subprocess
import sys
import tempfile
import time
import unittest

import harness
from harness import clean_environment

DEMO = pathlib.Path(__file__).resolve().parents[2] / "scripts" / "demo.py"
AMOUNT = r"^(0|[1-9][0-9]*)$"


class Demo(unittest.TestCase):
    def setUp(self):
        self.temporary = tempfile.TemporaryDirectory(prefix="assay-demo-test-")
        self.addCleanup(self.temporary.cleanup)

    def command(self, *more):
        return [sys.executable, str(DEMO), "--bin", str(harness.BIN), "--longest", "240", *more]

    def environment(self):
        return clean_environment(TMPDIR=self.temporary.name)

    def left_behind(self):
        return os.listdir(self.temporary.name)

    def processes(self):
        """Programs that still name the folder of this test."""
        out = []
        for entry in pathlib.Path("/proc").iterdir():
            if entry.name.isdigit() and int(entry.name) != os.getpid():
                try:
                    line = (entry / "cmdline").read_bytes()
                except OSError:
                    continue
                if self.temporary.name.encode() in line:
                    out.append(line)
        return out

    def test_the_economy_runs_end_to_end(self):
        done = subprocess.run(self.command("--json"), capture_output=True, text=True, timeout=280, env=self.environment())
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertEqual(done.stdout.count("\n"), 1)
        out = json.loads(done.stdout)
        self.assertEqual(set(out), {"genesis", "minted", "burned", "supply", "buckets", "epochs", "providers",
                                    "app_hash_before_kill", "app_hash_after_restart", "blocks"})
        for name in ("genesis", "minted", "burned", "supply"):
            self.assertRegex(out[name], AMOUNT)
        for amount in out["buckets"].values():
            self.assertRegex(amount, AMOUNT)
        self.assertEqual(int(out["genesis"]) + int(out["minted"]) - int(out["burned"]), int(out["supply"]))
        self.assertEqual(sum(map(int, out["buckets"].values())), int(out["supply"]))
        self.assertGreaterEqual(sum(row["passed"] > 0 for row in out["epochs"]), 3)
        self.assertEqual(sum(int(row["minted"]) for row in out["epochs"]), int(out["minted"]))
        self.assertGreater(int(out["burned"]), 0)
        providers = {p["name"]: p for p in out["providers"]}
        for p in providers.values():
            self.assertEqual(set(p), {"name", "passed", "failed", "absent", "earned", "slashed"})
        honest, cheat = providers["honest"], providers["cheat"]
        self.assertGreaterEqual(honest["passed"], 3)
        self.assertEqual((honest["failed"], honest["absent"], honest["slashed"]), (0, 0, "0"))
        self.assertGreater(int(honest["earned"]), 0)
        self.assertGreater(cheat["failed"], 0)
        self.assertGreater(int(cheat["slashed"]), 0)
        self.assertEqual(cheat["passed"], 0)
        # Its stake earns while it lasts; the demo itself checks that nothing was paid for the work.
        self.assertLess(int(cheat["earned"]), int(cheat["slashed"]))
        self.assertRegex(out["app_hash_before_kill"], "^[0-9a-f]{64}$")
        self.assertEqual(out["app_hash_before_kill"], out["app_hash_after_restart"])
        self.assertGreaterEqual(out["blocks"], 60)
        self.assertEqual(self.left_behind(), [])
        self.assertEqual(self.processes(), [])

    def test_an_interrupted_demo_cleans_up(self):
        for after, number in ((0.5, signal.SIGINT), (6, signal.SIGINT), (3, signal.SIGTERM)):
            with self.subTest(after=after, signal=number):
                running = subprocess.Popen(self.command(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                                           env=self.environment())
                time.sleep(after)
                running.send_signal(number)
                out, err = running.communicate(timeout=60)
                self.assertEqual(running.returncode, 128 + number, out + err)
                self.assertEqual(self.left_behind(), [])
                self.assertEqual(self.processes(), [])

    def test_a_step_that_fails_is_named(self):
        with tempfile.TemporaryDirectory() as folder:
            for name in ("assayd", "assay", "assay-prover", "assay-sim"):
                (pathlib.Path(folder) / name).symlink_to(harness.BIN / name)
            (pathlib.Path(folder) / "assay-prover").unlink()
            (pathlib.Path(folder) / "assay-prover").symlink_to("/bin/false")
            done = subprocess.run([sys.executable, str(DEMO), "--bin", folder, "--json"], capture_output=True, text=True,
                                  timeout=120, env=self.environment())
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assertEqual(json.loads(done.stdout)["error"]["code"], "demo_failed")
        self.assertIn("assay-prover", done.stderr)
        self.assertEqual(self.left_behind(), [])
        self.assertEqual(self.processes(), [])


if __name__ == "__main__":
    harness.main()
