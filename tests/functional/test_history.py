#!/usr/bin/env python3
"""What the wallet tells of an account's past: a ledger that sums to the balance, epochs whose terms add up, for a holder, a
buyer, a provider and a delegator.

    test_history.py --bin DIR
"""

import csv
import io
import json
import pathlib
import threading
import unittest

import harness
from harness import Folder, Node, eventually, run, run_json

PEOPLE = ("alice", "bob", "carol", "dave")


class History(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = Folder()
        cls.path = cls.folder.__enter__()
        genesis = json.loads((pathlib.Path(__file__).parents[2] / "genesis" / "devnet.json").read_text())
        genesis["params"].setdefault("stake", {})["delegation"] = "open"
        file = cls.path / "genesis.json"
        file.write_text(json.dumps(genesis))
        cls.node = Node(cls.path / "node", network=str(file)).start(block_time="50ms")
        cls.home = cls.path / "wallet"
        cls.password = cls.path / "password"
        cls.password.write_text("correct horse\n")
        cls.assay("key", "import", "--devnet-validator", "--kdf-light")
        for name in PEOPLE:
            cls.assay("key", "new", name, "--kdf-light")
            cls.assay("faucet", name, "--amount", "1000", "-y")
        cls.live()

    @classmethod
    def tearDownClass(cls):
        cls.node.terminate()
        cls.folder.__exit__()

    @classmethod
    def assay(cls, *arguments, exit=0, json_form=True):
        done = run("assay", *arguments, *(["--json"] if json_form else []), "--node", cls.node.url, "--home", cls.home,
                   "--password-file", cls.password, exit=None)
        assert done.returncode == exit, (arguments, done.returncode, done.stdout, done.stderr)
        return json.loads(done.stdout) if json_form else done.stdout

    @classmethod
    def live(cls):
        """A life for each: dave stakes with carol, bob buys credits and orders, alice pays."""
        cls.assay("provider", "register", "--from", "carol", "--endpoint", "http://carol.example", "-y")
        cls.assay("provider", "device", "add", "--class", "cpu-small", "--slot", "0", "--from", "carol", "-y")
        cls.assay("stake", "200", "--from", "carol", "-y")
        cls.assay("stake", "300", "--from", "dave", "--provider", "carol", "-y")
        done = threading.Event()

        def report():
            while not done.wait(0.1):
                run("assay", "validator", "report-price", "1", "--from", "validator", "-y", "--json", "--node", cls.node.url, "--home",
                    cls.home, "--password-file", cls.password, exit=None)

        reporter = threading.Thread(target=report)
        reporter.start()
        try:
            cls.assay("burn", "100", "--from", "bob", "-y")
            eventually(lambda: int(cls.assay("balance", "bob")["credits"]) > 0, 60, "the credits of the burn")
        finally:
            done.set()
            reporter.join()
        order = cls.assay("order", "create", "--class", "cpu-small", "--units", "2", "--max-price", "1", "--expires", "1h", "--manual",
                          "--from", "bob", "-y")["order"]
        cls.assay("order", "cancel", order, "--from", "bob", "-y")
        cls.paid = cls.assay("send", "bob", "12.5", "--from", "alice", "-y")["txid"]
        epoch = cls.assay("epoch")["epoch"]
        eventually(lambda: cls.assay("epoch")["epoch"] >= epoch + 3, 60, "three epochs")

    def pages(self, name, limit):
        items, cursor = [], []
        while True:
            answer = self.assay("ledger", name, "--limit", limit, *cursor)
            items += answer["items"]
            if answer["next_cursor"] is None:
                return items
            self.assertEqual(len(answer["items"]), limit)
            cursor = ["--cursor", answer["next_cursor"]]

    def test_a_simulation_begins_where_the_chain_is(self):
        """assay-sim import: from a file of assayd export and from the node, the same but for holders."""
        self.assay("vest", "alice", "5", "--start", "2890-01-01", "--cliff", "2890-01-01", "--end", "2900-01-01", "--from", "alice", "-y")
        state, mine, live = self.path / "state.json", self.path / "mine.json", self.path / "live.json"
        run("assayd", "export", "--home", self.node.home, "--out", state)
        exported = json.loads(state.read_text())["_state"]
        said = run_json("assay-sim", "import", "--file", state, "--out", mine)
        self.assertEqual(said["height"], exported["height"])
        run("assay-sim", "import", "--node", self.node.url, "--out", live)
        run("assay-sim", "validate", mine, live)
        value = lambda file, field: run_json("assay-sim", "params", field, "--preset", file)["items"][0]["value"]
        self.assertEqual(value(mine, "initial.supply"), exported["supply"]["supply"])
        self.assertEqual(value(mine, "initial.delegated"), str(sum(int(p["delegated"]) for p in exported["providers"])))
        self.assertGreater(int(value(mine, "initial.delegated")), 0)
        self.assertEqual(int(value(mine, "initial.epoch")), exported["epoch"])
        self.assertEqual(value(mine, "initial.scheduled"), exported["supply"]["scheduled"])
        self.assertEqual(float(value(mine, "initial.price_usd")), int(exported["price"]) / 1e8)
        credits = exported["supply"]["credits"]
        self.assertEqual(float(value(mine, "initial.credits_usd")),
                         sum(int(credits[k]) for k in ("free", "escrowed", "queued")) / 1e6)
        for file in (mine, live):
            self.assertEqual((value(file, "providers[0].class"), value(file, "providers[0].count")), ("cpu-small", "1"))
            self.assertEqual(value(file, "initial.vesting[0].amount"), "5000000")
            self.assertEqual(value(file, "initial.bonded"), exported["supply"]["buckets"]["bonds"])
        # The faucet holds nearly everything: it is the public. The validator's operator and the provider count elsewhere.
        liquid = sorted((int(a["liquid"]) for a in exported["accounts"]), reverse=True)
        self.assertGreater(liquid[0], 40_000_000_000_000)
        self.assertIn(int(value(mine, "initial.holders[0].amount")), liquid[1:4])
        run("assay-sim", "run", mine, "--set", "horizon_days=10", "--runs", "2", "--out", self.path / "result")
        # The chain's own parameters: there is nothing to propose.
        self.assertIn("nothing to propose",
                      run("assay-sim", "propose", self.path / "result", "--node", self.node.url, exit=1).stderr)
        # What a proposal would change, against the chain as it is.
        changes = self.path / "changes.json"
        changes.write_text(json.dumps({"title": "dearer stake", "changes": {"stake.unit": "105 ASY"}}))
        self.assay("gov", "propose", "--file", changes, "--from", "dave", "-y")
        proposal = f"proposal:{max(p['id'] for p in self.assay('gov', 'list')['items'])}"
        pair = run_json("assay-sim", "compare", "live", proposal, "--runs", "16", "--set", "horizon_days=10", "--node",
                        self.node.url)
        self.assertEqual(pair["b"], pair["a"] + " with " + proposal)
        self.assertNotIn("proposal", pair["a"])
        self.assertEqual(run_json("assay-sim", "compare", "live", "proposal:99", "--node", self.node.url, exit=1)["error"]["code"],
                         "not_found")
        run("assay-sim", "compare", "live", "proposal:x", "--node", self.node.url, exit=2)
        run("assay-sim", "compare", "devnet", "live", "--node", "http://127.0.0.1:1", exit=3)
        self.assertEqual(run_json("assay-sim", "import", "--file", state, "--out", mine, exit=1)["error"]["code"], "already_exists")
        self.assertEqual(run_json("assay-sim", "import", "--node", self.node.url, "--height", "99999999", exit=1)["error"]["code"],
                         "future_height")
        run("assay-sim", "import", "--node", "http://127.0.0.1:1", exit=3)
        for wrong in ([], ["--file", state, "--node", self.node.url], ["--file", state, "--height", "x"],
                      ["--file", state, "--holders", "-1"]):
            run("assay-sim", "import", *wrong, exit=2)
        self.assertEqual(run_json("assay-sim", "import", "--file", mine, exit=1)["error"]["code"], "bad_state_file")

    def test_the_deltas_of_a_ledger_sum_to_the_balance(self):
        for name in PEOPLE:
            with self.subTest(name):
                items = self.pages(name, 3)
                sums = {"liquid": 0, "credits": 0}
                for item in items:
                    sums[item["bucket"]] += int(item["delta"])
                    self.assertEqual(sums[item["bucket"]], int(item["balance_after"]), item)
                self.assertEqual([i["height"] for i in items], sorted(i["height"] for i in items))
                balance = self.assay("balance", name)
                self.assertEqual(sums["credits"], int(balance["credits"]))
                if name != "carol":  # who is paid at each epoch's end
                    self.assertEqual(sums["liquid"], int(balance["liquid"]))
                rows = list(csv.DictReader(io.StringIO(self.assay("ledger", name, "--csv", json_form=False))))
                for row, item in zip(rows, items):
                    self.assertEqual((int(row["height"]), row["delta"], row["balance_after"], row["cause"], row["txid"]),
                                     (item["height"], item["delta"], item["balance_after"], item["cause"]["kind"],
                                      item["cause"]["txid"] or ""))
                self.assertGreaterEqual(len(rows), len(items))
                self.assertIn(items[0]["cause"]["kind"], self.assay("ledger", name, json_form=False))

    def test_the_terms_of_every_epoch_add_up(self):
        seen = {}
        for name in PEOPLE:
            total, after = 0, "0"
            for epoch in range(self.assay("epoch")["epoch"] + 1):
                with self.subTest((name, epoch)):
                    account = self.assay("explain", name, "--epoch", epoch)["account"]
                    self.assertTrue(account["adds_up"])
                    self.assertFalse(account["cut"])
                    for bucket in ("liquid", "credits"):
                        terms = sum(int(t["value"]) for t in account["terms"] if t["bucket"] == bucket)
                        self.assertEqual(terms, int(account[bucket]["change"]))
                        self.assertEqual(int(account[bucket]["after"]) - int(account[bucket]["before"]), terms)
                    self.assertEqual(account["liquid"]["before"], after)
                    after = account["liquid"]["after"]
                    total += int(account["liquid"]["change"])
                    for term in account["terms"]:
                        self.assertTrue(term["rule"])
                        seen.setdefault(name, {})[term["name"]] = term
                    if account["accrued"]:
                        seen[name]["accrued"] = account["accrued"][0]
            self.assertEqual(total, int(after))
        self.assertLessEqual({"transfer_in", "transfer_out", "fee"}, set(seen["alice"]))
        self.assertLessEqual({"burn_offered", "credits_bought", "order_deposit", "order_refund", "transfer_in"}, set(seen["bob"]))
        bought = seen["bob"]["credits_bought"]
        self.assertEqual(bought["inputs"]["tokens_spent"], "100000000")
        self.assertEqual(bought["inputs"]["price_least"], "100000000")
        self.assertIn("bme.mode", bought["params"])
        self.assertLessEqual({"staked", "staking"}, set(seen["carol"]))
        self.assertIn("staked", seen["dave"])
        accrued = seen["dave"]["accrued"]
        self.assertTrue(0 < int(accrued["mine"]) <= int(accrued["granted"]), accrued)

    def test_text_for_people(self):
        text = self.assay("explain", "bob", "--epoch", "0", json_form=False)
        self.assertIn("balance, heights 1 to ", text)
        every = "".join(self.assay("explain", "dave", "--epoch", e, json_form=False) for e in range(self.assay("epoch")["epoch"]))
        self.assertIn("the terms add up to the change", every)
        self.assertIn("payable with assay claim", every)
        self.assertIn("-300 ASY", every)

    def test_a_transaction_explained(self):
        told = self.assay("explain", self.paid)
        self.assertEqual(sorted((t["name"], int(t["value"])) for t in told["terms"] if t["name"] != "fee"),
                         [("transfer_in", 12_500_000), ("transfer_out", -12_500_000)])
        self.assertEqual([-int(t["value"]) for t in told["terms"] if t["name"] == "fee"], [int(told["fee"])])
        self.assertIn("+12.5 ASY", self.assay("explain", self.paid, json_form=False))

    def test_transactions_of_an_account(self):
        of_bob = self.assay("txs", "bob")["items"]
        self.assertIn(self.paid, [t["txid"] for t in of_bob])
        self.assertEqual([t["sent"] for t in of_bob if t["txid"] == self.paid], [False])
        self.assertIn(self.paid, [t["txid"] for t in self.assay("txs", "alice")["items"] if t["sent"]])
        first = self.assay("txs", "bob", "--limit", "1")
        second = self.assay("txs", "bob", "--limit", "1", "--cursor", first["next_cursor"])
        self.assertEqual([t["txid"] for t in first["items"] + second["items"]], [t["txid"] for t in of_bob[:2]])

    def test_what_accrued_is_what_can_be_claimed(self):
        txid = self.assay("claim", "carol", "--from", "dave", "-y")["txid"]
        claimed = [t for t in self.assay("explain", txid)["terms"] if t["name"] == "rewards_claimed"]
        self.assertEqual(len(claimed), 1)
        until = next(i["cause"]["epoch"] for i in self.pages("dave", 50) if i["cause"]["kind"] == "rewards_claimed")
        accrued = [int(a["mine"]) for e in range(until) for a in self.assay("explain", "dave", "--epoch", e)["account"]["accrued"]]
        self.assertTrue(0 <= int(claimed[0]["value"]) - sum(accrued) <= len(accrued), (claimed, accrued))  # each is a floor

    def test_what_cannot_be_told(self):
        self.assertEqual(self.assay("explain", "bob", "--epoch", "1000000", exit=1)["error"]["code"], "not_found")
        self.assertEqual(self.assay("explain", "cd" * 32, exit=1)["error"]["code"], "not_found")
        self.assertEqual(self.assay("ledger", "bob", "--csv", exit=2)["error"]["code"], "usage")


if __name__ == "__main__":
    harness.main()
