#!/usr/bin/env python3
"""Rewards that vest, as a provider sees them: locked when they are paid, in the calendar, free step by step.

    test_locked.py --bin DIR
"""

import json
import pathlib
import subprocess
import unittest

import harness
from harness import Folder, Node, eventually, run


class Locked(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = Folder()
        cls.path = cls.folder.__enter__()
        genesis = json.loads((pathlib.Path(__file__).parents[2] / "genesis" / "devnet.json").read_text())
        params = genesis["params"]
        params["work"]["window_ms"] = 2_000
        params["vesting"] |= {"reward_ppb": 750_000_000, "reward_step_ms": 4_000, "reward_steps": 5}
        params["stake"]["locked"] = "rewards"
        file = cls.path / "genesis.json"
        file.write_text(json.dumps(genesis))
        cls.node = Node(cls.path / "node", network=str(file)).start(block_time="250ms")
        cls.home = cls.path / "wallet"
        cls.password = cls.path / "password"
        cls.password.write_text("correct horse\n")
        cls.assay("key", "new", "alice", "--kdf-light")
        cls.assay("faucet", "alice", "--amount", "1000", "-y")
        cls.assay("provider", "register", "--from", "alice", "--endpoint", "http://alice.example", "-y")
        cls.assay("provider", "device", "add", "--class", "cpu-small", "--slot", "0", "--from", "alice", "-y")
        cls.assay("stake", "200", "--from", "alice", "-y")
        cls.assay("vest", "alice", "5", "--start", "2890-01-01", "--cliff", "2890-01-01", "--end", "2900-01-01", "--from", "alice", "-y")

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

    def test_a_reward_is_locked_and_comes_free(self):
        line = [harness.program("assay-prover"), "run", "--from", str(self.home / "keys" / "alice.json"), "--node", self.node.url,
                "--home", str(self.path / "prover"), "--password-file", str(self.password), "--device", "cpu"]
        with (self.path / "prover.log").open("wb") as log:
            prover = subprocess.Popen(line, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        try:
            locked = lambda: int(self.assay("provider", "show", "alice")["locked_rewards"])
            eventually(lambda: locked() > 0, 90, "a locked reward")
            calendar = self.assay("unlocks")["items"]
            one_by_one, cursor = [], []
            while cursor is not None:
                page = self.assay("unlocks", "--to", "2900-01-01", "--limit", "1", *cursor)
                one_by_one += page["items"]
                cursor = ["--cursor", page["next_cursor"]] if page["next_cursor"] else None
        finally:
            prover.terminate()
            prover.wait(30)
        shown = self.assay("provider", "show", "alice")
        self.assertEqual(int(shown["backing"]), int(shown["stake"]) + int(shown["locked_rewards"]))
        # As a genesis: what is due stands in the balance, the rest is a grant to the day of the last step.
        exported = json.loads(run("assayd", "export", "--home", self.node.home).stdout)
        state = exported["_state"]
        mine = next(a for a in exported["accounts"] if a["address"] == shown["address"])
        was = next(a for a in state["accounts"] if a["address"] == shown["address"])
        provider = next(p for p in state["providers"] if p["address"] == shown["address"])
        self.assertGreater(int(provider["locked_rewards"]), 0)
        self.assertEqual(int(mine["amount"]) + sum(int(g["amount"]) for g in mine["vesting"]),
                         sum(int(was[k]) for k in ("liquid", "staked", "unbonding", "deposits", "bond")) +
                         int(provider["locked_rewards"]) + int(provider["granted"]))
        self.assertEqual(len(mine["vesting"]), 2)
        self.assertTrue(calendar)
        self.assertEqual([i["kind"] for i in one_by_one][:2], ["grant", "reward"])
        self.assertGreaterEqual(len(one_by_one), len(calendar))
        for lot in calendar:
            self.assertEqual((lot["kind"], lot["id"]), ("reward", None))
            self.assertGreater(int(lot["left"]), 0)
            self.assertLessEqual(int(lot["unlocks"]), int(lot["left"]))  # over a year: all but what rounding leaves
            self.assertLess(int(lot["left"]) - int(lot["unlocks"]), 2)
            self.assertLess(lot["start"], lot["cliff"])
            self.assertLess(lot["cliff"], lot["end"])
        self.assertIn("reward", self.assay("unlocks", json_form=False))

        def free():  # each of her transactions takes out what is due
            self.assay("send", "alice", "0.000001", "--from", "alice", "-y")
            return locked() == 0

        eventually(free, 90, "the last of what was locked")
        ledger = self.assay("ledger", "alice", "--limit", "1000")["items"]
        of = {kind: sum(int(i["delta"]) for i in ledger if i["cause"]["kind"] == kind)
              for kind in ("availability", "work_bonus", "late", "reward_locked", "reward_released")}
        paid = of["availability"] + of["work_bonus"] + of["late"]
        self.assertGreater(paid, 0)
        self.assertTrue(0 <= paid * 3 // 4 + of["reward_locked"] < len(ledger), of)  # each payment's part is a floor
        self.assertEqual(of["reward_released"], -of["reward_locked"])
        self.assertEqual(sum(int(i["delta"]) for i in ledger if i["bucket"] == "liquid"), int(ledger[-1]["balance_after"]))
        epoch = next(i["cause"]["epoch"] for i in ledger if i["cause"]["kind"] == "reward_locked")
        told = [self.assay("explain", "alice", "--epoch", e) for e in range(epoch + 1)]
        self.assertTrue(all(t["account"]["adds_up"] for t in told))
        self.assertTrue(any(int(t["locked"]) > 0 and "of the pay is locked" in t["verdict"] for t in told))


if __name__ == "__main__":
    harness.main()
