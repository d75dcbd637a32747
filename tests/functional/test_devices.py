#!/usr/bin/env python3
"""Several devices of one provider, driven by one run, and what the chain remembers of each: real programs.

    test_devices.py --bin DIR
"""

import json
import subprocess

import harness
from provers import Provers


class Devices(Provers):
    # Epochs of 4.4 s: every verdict falls into its own.
    PARAMS = {"block": {"time_ms": 200}, "epoch": {"blocks": 22}, "work": {"window_ms": 2000}}
    PROVIDERS = [("two", "cpu-small")]

    def epoch(self):
        return self.node.rpc("status")["epoch"]

    def wait_for_epoch(self, epoch):
        harness.eventually(lambda: self.epoch() >= epoch, 60, f"epoch {epoch}")

    def run_once(self, *devices):
        """From an epoch's beginning; its events."""
        self.wait_for_epoch(self.epoch() + 1)
        done = subprocess.run([*self.prover("two", "run"), "--from", str(self.home / "keys" / "two.json"), "--node", self.node.url,
                               "--password-file", str(self.password), "--threads", "2", "--epochs", "1", *devices],
                              stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=100)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        return [json.loads(line) for line in done.stdout.splitlines()]

    def shown(self):
        return {d["slot"]: d for d in self.assay("provider", "show", "two")["devices"]}

    def test_two_devices_pass_in_one_epoch_and_the_chain_keeps_the_uptime_of_each(self):
        self.assay("provider", "device", "add", "--class", "cpu-small", "--slot", "1", "--from", "two", "-y")
        self.assertEqual(self.shown()[1]["uptime_ppb"], None)
        events = self.run_once("--device", "cpu", "--device", "cpu")
        verdicts = [e for e in events if e["event"] == "verdict"]
        self.assertEqual(sorted((e["slot"], e["device"], e["verdict"]) for e in verdicts),
                         [(0, "cpu:0", "pass"), (1, "cpu:1", "pass")])
        worked = verdicts[0]["epoch"]
        self.assertEqual(verdicts[1]["epoch"], worked)
        paid = [e for e in events if e["event"] == "paid"][0]
        self.assertGreater(int(paid["terms"]["availability"]), 0)
        self.assertEqual([d["recent"].count("c") for d in self.shown().values()], [1, 1])

        # One of the two alone: the other's task is missed, in words and in its record.
        events = self.run_once("--device", "cpu=0")
        alone = next(e["epoch"] for e in events if e["event"] == "verdict")
        self.wait_for_epoch(alone + 1)
        why = self.assay("explain", "two", "--epoch", alone)["why_not"]
        self.assertEqual([(w["code"], w["have"]) for w in why], [("work_missed", "no commit of slot 1")])
        last = self.epoch()
        first, second = self.shown()[0], self.shown()[1]
        while last != self.epoch():  # both as of one epoch
            last, first, second = self.epoch(), self.shown()[0], self.shown()[1]
        self.assertEqual((first["recent"].count("c"), second["recent"].count("c")), (2, 1))
        self.assertEqual((first["assigned"], first["missed"]), (len(first["recent"]), first["recent"].count("m")))
        self.assertEqual(second["recent"][last - 1 - alone], "m")
        self.assertEqual(first["recent"][last - 1 - alone], "c")
        self.assertEqual(first["uptime_ppb"], 10**9 * 2 // first["assigned"])
        self.assertEqual(first["recent_uptime_ppb"], first["uptime_ppb"])
        text = self.assay("provider", "show", "two", json_form=False)
        self.assertRegex(text, r"\nslot 1 +[cm]*m[cm]*\n")
        self.assertLessEqual(max(map(len, text.splitlines())), 100)
        self.assertIn("it left a task undone: no commit of slot 1", self.assay("explain", "two", "--epoch", alone, json_form=False))
        self.assertIn("uptime", text)
        self.assertIn(f"  {second['recent_uptime_ppb'] // 10**6 / 10:g} %  ", text)
        self.assertTrue(self.node.rpc("invariants")["items"])


if __name__ == "__main__":
    harness.main()
