#!/usr/bin/env python3
"""A vote on a real node, by the wallet: proposed from a file with comments, counted, in force after its timelock.

    test_governance.py --bin DIR
"""

import json
import pathlib
import unittest

import harness
from harness import Folder, Node, eventually, run

DEVNET = pathlib.Path(__file__).parents[2] / "genesis" / "devnet.json"
FILE = """{
  // a proposal is read as genesis is
  "title": "fewer bids, dearer stake",
  "changes": {
    "market.max_bids": 50,   /* was 100 */
    "stake.unit": "105 ASY"
  }
}
"""


class Governance(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = Folder()
        cls.path = cls.folder.__enter__()
        genesis = json.loads(DEVNET.read_text())
        genesis["params"]["governance"] |= {"voting_ms": 4000, "timelock_ms": 2000}
        network = cls.path / "genesis.json"
        network.write_text(json.dumps(genesis))
        cls.node = Node(cls.path / "node", network=network).start(block_time="100ms")
        cls.password = cls.path / "password"
        cls.password.write_text("correct horse\n")
        cls.assay("key", "new", "alice", "--kdf-light")
        cls.assay("key", "import", "--devnet-validator", "--kdf-light")
        cls.assay("faucet", "alice", "--amount", "1000", "-y")

    @classmethod
    def tearDownClass(cls):
        cls.node.terminate()
        cls.folder.__exit__()

    @classmethod
    def assay(cls, *arguments, exit=0):
        done = run("assay", *arguments, "--json", "--node", cls.node.url, "--home", cls.path / "wallet",
                   "--password-file", cls.password, exit=None)
        assert done.returncode == exit, (arguments, done.returncode, done.stdout, done.stderr)
        return json.loads(done.stdout)

    def write(self, text):
        path = self.path / "changes.json"
        path.write_text(text)
        return path

    def value(self, name, **at):
        method = "params_at" if at else "params"
        return {row["path"]: row["value"] for row in self.node.rpc(method, **at)["items"]}[name]

    def test_a_vote_changes_parameters_at_a_boundary(self):
        liquid = lambda: int(self.assay("balance", "alice")["liquid"])
        made = self.assay("gov", "propose", "--file", self.write(FILE), "--from", "alice", "-y")
        self.assertEqual((made["status"], made["code"]), ("committed", "ok"))
        one = self.assay("gov", "list", "--status", "voting")["items"][0]
        self.assertEqual((one["title"], one["deposit"]), ("fewer bids, dearer stake", "100000000"))
        self.assertEqual(one["changes"], [{"name": "market.max_bids", "value": "50", "now": "100"},
                                          {"name": "stake.unit", "value": "105000000", "now": "100000000"}])
        held = liquid()
        self.assay("gov", "vote", str(one["id"]), "yes", "--from", "validator", "-y")
        show = lambda: self.assay("gov", "show", str(one["id"]))
        eventually(lambda: show()["status"] == "accepted", what="the tally")
        self.assertEqual(self.value("market.max_bids"), "100")
        self.assertEqual(liquid(), held + 100_000_000)
        eventually(lambda: show()["status"] == "applied", what="the change")
        done = show()
        self.assertEqual((done["votes"], done["yes"] != "0", done["no"]), (1, True, "0"))
        self.assertEqual((self.value("market.max_bids"), self.value("stake.unit")), ("50", "105000000"))
        self.assertEqual(self.value("stake.unit", epoch=done["applied"]), "105000000")
        self.assertEqual(self.value("stake.unit", epoch=done["applied"] - 1), "100000000")
        self.assertTrue(all(row["holds"] for row in self.node.rpc("invariants")["items"]))

    def test_what_was_simulated_is_proposed_unchanged(self):
        def sim(*arguments, exit=0):
            return run("assay-sim", *arguments, exit=exit)

        # The chain's own parameters as they are now, and two of them otherwise.
        rules = self.node.rpc("params", genesis=True)["genesis"]
        scenario = self.path / "scenario.json"
        scenario.write_text(json.dumps({"name": "a higher floor", "extends": "devnet", "params": rules}))
        result, file = self.path / "result", self.path / "proposal.json"
        floor, bids = int(self.value("stake.floor_ppb")), int(self.value("market.max_bids"))
        sim("run", scenario, "--set", f"stake.floor_ppb={floor * 13 // 10}", "--set",
            f"market.max_bids={bids + 1}", "--set", "horizon_days=30", "--runs", "4", "--out", result)
        plain = sim("propose", result, "--node", self.node.url).stdout
        listed = json.loads(sim("propose", result, "--node", self.node.url, "--json").stdout)
        hash = json.loads((result / "manifest.json").read_text())["result_hash"]
        self.assertEqual(listed["_result_hash"], hash)
        self.assertIn("vote 1 of 3", plain)
        self.assertEqual([v["stake.floor_ppb"] for v in listed["_votes"]],
                         [str(floor * 11 // 10), str(floor * 121 // 100), str(floor * 13 // 10)])
        for text in (plain, json.dumps(listed)):
            file.write_text(text)
            made = self.assay("gov", "propose", "--file", file, "--from", "alice", "-y")
            self.assertEqual((made["status"], made["code"]), ("committed", "ok"))
            newest = max(self.assay("gov", "list")["items"], key=lambda p: p["id"])
            self.assertEqual(newest["title"], f"a higher floor: result {hash}")
            self.assertEqual({c["name"]: c["value"] for c in newest["changes"]},
                             {"market.max_bids": str(bids + 1), "stake.floor_ppb": str(floor * 11 // 10)})

        # Nothing to propose, a result that somebody edited, a chain that is not there.
        sim("run", scenario, "--set", "horizon_days=30", "--runs", "4", "--out", self.path / "same")
        self.assertIn("nothing to propose", sim("propose", self.path / "same", "--node", self.node.url, exit=1).stderr)
        manifest = result / "manifest.json"
        manifest.write_text(manifest.read_text().replace(f'"max_bids":{bids + 1}', f'"max_bids":{bids + 2}'))
        self.assertIn("is not the one that gave this result",
                      sim("propose", result, "--node", self.node.url, exit=4).stderr)
        (result / "metrics.csv").write_text("better\n")
        self.assertIn("metrics.csv has the SHA-256", sim("propose", result, "--node", self.node.url, exit=4).stderr)
        self.assertIn("holds no result", sim("propose", self.path, exit=1).stderr)
        sim("propose", self.path / "same", "--node", "http://127.0.0.1:1", exit=3)

    def test_what_a_file_is_refused_for(self):
        def error(text, exit=1):
            return self.assay("gov", "propose", "--file", self.write(text), "--from", "alice", "-y", exit=exit)["error"]

        for text, code, words in (
                ('{"title": "x",\n "changes": {"market.max_bid": 5}}', "unknown_param",
                 ("market.max_bids", "line 2, column")),
                ('{"title": "x",\n "changes": {"market.max_bids": 5,}}', "json_syntax", ("changes.json:2:",)),
                ('{"title": "x",\n "changes": {"stake.unit": "5 BTC"}}', "bad_amount", ("BTC", "line 2, column")),
                ('{"title": "x", "change": {}}', "json_missing_key", ("changes",)),
                ('{"title": "x", "changes": {}}', "bad_proposal", ("1 to 32",))):
            with self.subTest(text):
                answer = error(text, exit=2 if code == "bad_amount" else 1)  # an amount counts as typed
                self.assertEqual(answer["code"], code)
                for word in words:
                    self.assertIn(word, answer["message"])
        failed = error('{"title": "x", "changes": {"stake.unit": "200 ASY"}}')
        self.assertIn("param_step_too_large", json.dumps(failed))


if __name__ == "__main__":
    harness.main()
