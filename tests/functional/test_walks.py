#!/usr/bin/env python3
"""Work of kind vram from the class to the pay: real programs, an honest provider and one whose memory errs.

    test_walks.py --bin DIR
"""

import harness
from provers import Provers

SMALL = {"items": 64, "lanes": 1, "steps": 1024, "leaf_every": 16, "windows": 1, "stay": 0}  # 64 leaves: all are sampled


class Walks(Provers):
    CLASSES = [("cpu-vram", {"name": "small-vram"} | SMALL)]
    PROVIDERS = [("honest", "cpu-vram"), ("errs", "small-vram")]

    def test_the_honest_is_paid_and_the_other_slashed(self):
        classes = {c["name"]: c for c in self.assay("classes")["items"]}
        sizes = {"items": 32768, "lanes": 64, "steps": 32768, "leaf_every": 128, "windows": 1, "stay": 0}
        self.assertEqual({k: classes["cpu-vram"][k] for k in ("work", "work_units", "opening_units", *sizes)},
                         {"work": "vram", "work_units": str(3 << 20), "opening_units": 274176} | sizes)
        self.assertEqual({"m", "n", "k"} & set(classes["cpu-vram"]), set())

        task = self.first_task("errs")
        self.assertEqual((task["kind"], task["params"]), ("vram", SMALL))
        speed = self.speed("honest")
        self.assertTrue(speed["ok"], speed)

        events = self.epoch_of(("honest", None), ("errs", "flip=1"))
        verdict = events["honest"]["verdict"]
        self.assertEqual((verdict["verdict"], verdict["bad"]), ("pass", []))
        self.assertGreater(int(events["honest"]["paid"]["paid"]), 0)

        verdict = events["errs"]["verdict"]
        bad = verdict["bad"]
        self.assertEqual(verdict["verdict"], "fail")
        # What follows from a wrong leaf is wrong too, unless it is its lane's last.
        self.assertEqual(bad, list(range(bad[0], min(bad[0] + 2, 64))))
        self.assertIn(f"{len(bad)} of 64 samples are wrong: leaves {bad[0]}", verdict["reason"])
        self.assertIn("the first in lane 0", verdict["reason"])
        self.assertEqual(int(verdict["slashed"]), 200_000_000 * 2 * len(bad) // 100)
        why = next(w for w in self.assay("explain", "errs", "--epoch", verdict["epoch"])["why_not"] if w["code"] == "work_failed")
        self.assertEqual(why["need"], "every sampled leaf equal to its recomputation")
        commit = self.node.rpc("commit", id=verdict["commit"])
        self.assertEqual((commit["kind"], commit["status"], commit["bad"]), ("vram", "failed", bad))


if __name__ == "__main__":
    harness.main()
