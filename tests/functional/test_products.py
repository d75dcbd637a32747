#!/usr/bin/env python3
"""Work of kind gemm from the class to the pay: real programs, an honest provider, one whose memory errs, one that skips.

    test_products.py --bin DIR
"""

import json
import subprocess

import harness
from provers import Provers


class Products(Provers):
    CLASSES = [("cpu-gemm", {"name": "small-gemm", "m": 256, "n": 256, "k": 1024})]  # 64 sub-tiles: all are sampled
    PROVIDERS = [("honest", "cpu-gemm"), ("errs", "small-gemm"), ("skips", "cpu-gemm")]

    def test_the_honest_are_paid_and_the_others_slashed(self):
        classes = {c["name"]: c for c in self.assay("classes")["items"]}
        self.assertEqual({k: classes["cpu-gemm"][k] for k in ("work", "m", "n", "k", "work_units", "task_ms")},
                         {"work": "gemm", "m": 2048, "n": 2048, "k": 1024, "work_units": str(1 << 24), "task_ms": 0})
        self.assertEqual({"lanes", "steps", "leaf_every"} & set(classes["cpu-gemm"]), set())
        self.assertEqual((classes["cpu-small"]["work"], "m" in classes["cpu-small"]), ("lanes", False))

        self.first_task("skips")  # the last of them
        task = self.first_task("errs")
        self.assertEqual((task["kind"], task["params"]), ("gemm", {"m": 256, "n": 256, "k": 1024}))
        speed = self.speed("honest")
        self.assertTrue(speed["ok"], speed)
        events = self.epoch_of(("honest", None), ("errs", "flip=1"), ("skips", "skip=0.2"))
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

        # What the chain was shown is checked once more without a node, and comes out the same.
        for name in verdicts:
            file = self.path / f"{name}.opening.json"
            self.assay("work", "show", verdicts[name]["commit"], "--export", file)
            passed = verdicts[name]["verdict"] == "pass"
            told = harness.run_json("assay-prover", "verify", file, exit=0 if passed else 4)
            if passed:
                self.assertEqual((told["samples"], told["indices_bound_to"][:7]), (64, "beacon "))
            else:
                self.assertIn(f"{len(verdicts[name]['bad'])} of 64 samples are wrong", told["error"]["message"])
            kept = json.loads(file.read_text())
            file.write_text(json.dumps(kept | {"beacon_hc": "00" * 32}))
            self.assertIn("seed", harness.run_json("assay-prover", "verify", file, exit=4)["error"]["message"])
        shown = self.assay("provider", "show", "skips")
        self.assertTrue(shown["jailed"])
        self.assertEqual(int(self.assay("provider", "show", "errs")["stake"]), 196_000_000)
        status = json.loads(subprocess.run(self.prover("errs", "status"), capture_output=True, text=True, timeout=60).stdout)
        self.assertEqual((status["totals"]["failed"], status["last"][0]["reason"]), (1, verdicts["errs"]["reason"]))


if __name__ == "__main__":
    harness.main()
