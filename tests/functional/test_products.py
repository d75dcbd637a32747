#!/usr/bin/env python3
"""Work of kind gemm from the class to the pay: real programs, an honest provider, one whose memory errs, one that skips.

    test_products.py --bin DIR
"""

import json
import pathlib
import subprocess
import unittest

import harness
from harness import Folder, Node, run

SMALL = {"name": "small-gemm", "m": 256, "n": 256, "k": 1024}  # 64 sub-tiles: all of them are sampled


class Products(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = Folder()
        cls.path = cls.folder.__enter__()
        genesis = json.loads((pathlib.Path(__file__).parents[2] / "genesis" / "devnet.json").read_text())
        classes = genesis["params"]["classes"]
        classes.append(next(c for c in classes if c["name"] == "cpu-gemm") | SMALL)
        file = cls.path / "genesis.json"
        file.write_text(json.dumps(genesis))
        cls.node = Node(cls.path / "node", network=str(file)).start()
        cls.home = cls.path / "wallet"
        cls.password = cls.path / "password"
        cls.password.write_text("correct horse\n")
        for name, of in (("honest", "cpu-gemm"), ("errs", "small-gemm"), ("skips", "cpu-gemm")):
            cls.assay("key", "new", name, "--kdf-light")
            cls.assay("faucet", name, "--amount", "1000", "-y")
            cls.assay("provider", "register", "--from", name, "--endpoint", f"http://{name}.example", "-y")
            cls.assay("provider", "device", "add", "--class", of, "--slot", "0", "--from", name, "-y")
            cls.assay("stake", "200", "--from", name, "-y")

    @classmethod
    def tearDownClass(cls):
        cls.node.terminate()
        cls.folder.__exit__()

    @classmethod
    def assay(cls, *arguments, json_form=True):
        done = run("assay", *arguments, *(["--json"] if json_form else []), "--node", cls.node.url, "--home", cls.home,
                   "--password-file", cls.password, exit=None)
        assert done.returncode == 0, (arguments, done.returncode, done.stdout, done.stderr)
        return json.loads(done.stdout) if json_form else done.stdout

    def prover(self, name, what, *more):
        return [harness.program("assay-prover"), what, "--home", str(self.path / ("prover-" + name)), "--json", *more]

    def at_work(self, name, what, *more):
        return self.prover(name, what, "--from", str(self.home / "keys" / f"{name}.json"), "--node", self.node.url,
                           "--device", "cpu", "--threads", "1", *more)

    def test_the_honest_are_paid_and_the_others_slashed(self):
        classes = {c["name"]: c for c in self.assay("classes")["items"]}
        self.assertEqual({k: classes["cpu-gemm"][k] for k in ("work", "m", "n", "k", "work_units", "task_ms")},
                         {"work": "gemm", "m": 2048, "n": 2048, "k": 1024, "work_units": str(1 << 24), "task_ms": 0})
        self.assertEqual({"lanes", "steps", "leaf_every"} & set(classes["cpu-gemm"]), set())
        self.assertEqual((classes["cpu-small"]["work"], "m" in classes["cpu-small"]), ("lanes", False))

        # Until all three devices work: what is registered in an epoch begins with the next.
        harness.eventually(lambda: len(self.node.rpc("tasks", provider=self.assay("provider", "show", "skips")["address"])["items"]),
                           60, "a task")
        task, = self.node.rpc("tasks", provider=self.assay("provider", "show", "errs")["address"])["items"]
        self.assertEqual((task["kind"], task["params"]), ("gemm", {"m": 256, "n": 256, "k": 1024}))

        told = subprocess.run(self.at_work("honest", "preflight", "--seconds", "0.2"), capture_output=True, text=True, timeout=120)
        self.assertIn(told.returncode, (0, 1), told.stdout + told.stderr)
        checks = {c["name"]: c for c in json.loads(told.stdout)["checks"]}
        self.assertTrue(checks["speed"]["ok"], checks)

        running = {name: subprocess.Popen(self.at_work(name, "run", "--password-file", str(self.password), "--epochs", "1", *fault), stdin=subprocess.DEVNULL,
                                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
                   for name, fault in (("honest", []), ("errs", ["--fault", "flip=1"]), ("skips", ["--fault", "skip=0.2"]))}
        events = {}
        for name, process in running.items():
            out, err = process.communicate(timeout=150)
            self.assertEqual(process.returncode, 0, (name, out, err))
            events[name] = {e["event"]: e for e in map(json.loads, out.splitlines())}
            self.assertIn("verdict", events[name], (name, out, err))
        verdicts = {name: e["verdict"] for name, e in events.items()}

        self.assertEqual((verdicts["honest"]["verdict"], verdicts["honest"]["bad"]), ("pass", []))
        self.assertGreater(int(events["honest"]["paid"]["paid"]), 0)

        self.assertEqual((verdicts["errs"]["verdict"], len(verdicts["errs"]["bad"])), ("fail", 1))
        self.assertIn("1 of 64 samples are wrong: sub-tiles", verdicts["errs"]["reason"])
        self.assertIn("of the product", verdicts["errs"]["reason"])
        self.assertEqual(int(verdicts["errs"]["slashed"]), 200_000_000 * 2 // 100)

        self.assertEqual(verdicts["skips"]["verdict"], "fail")
        self.assertGreaterEqual(len(verdicts["skips"]["bad"]), 3)
        self.assertEqual(int(verdicts["skips"]["slashed"]), 200_000_000 * 20 // 100)

        for name, number in (("errs", 1), ("skips", len(verdicts["skips"]["bad"]))):
            epoch = verdicts[name]["epoch"]
            explained = self.assay("explain", name, "--epoch", epoch)
            why = next(w for w in explained["why_not"] if w["code"] == "work_failed")
            self.assertEqual((why["have"], why["need"]), (f"{number} of 64 samples wrong in slot 0",
                                                          "every sampled sub-tile equal to its recomputation"))
            self.assertIn(f"{number} of 64 samples wrong", self.assay("explain", name, "--epoch", epoch, json_form=False))
            self.assertFalse(any(t["name"] == "availability" for t in explained["terms"]))
            commit = self.node.rpc("commit", id=verdicts[name]["commit"])
            self.assertEqual((commit["kind"], commit["status"], commit["bad"]), ("gemm", "failed", verdicts[name]["bad"]))
        shown = self.assay("provider", "show", "skips")
        self.assertTrue(shown["jailed"])
        self.assertEqual(int(self.assay("provider", "show", "errs")["stake"]), 196_000_000)
        status = json.loads(subprocess.run(self.prover("errs", "status"), capture_output=True, text=True, timeout=60).stdout)
        self.assertEqual((status["totals"]["failed"], status["last"][0]["reason"]), (1, verdicts["errs"]["reason"]))


if __name__ == "__main__":
    harness.main()
