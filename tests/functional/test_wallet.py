#!/usr/bin/env python3
"""The output contract of `assay` against a real node: exit codes, stable words, one JSON value, amounts that are exact.

    test_wallet.py --bin DIR
"""

import json
import os
import pathlib
import subprocess
import unittest

import harness
from harness import Folder, Node, clean_environment, program, run

DEAD = "http://127.0.0.1:9"


class Wallet(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = Folder()
        cls.path = cls.folder.__enter__()
        cls.node = Node(cls.path / "node").start(block_time="50ms")
        cls.home = cls.path / "wallet"
        cls.password = cls.write("password", "correct horse\n")
        cls.wrong = cls.write("wrong", "battery staple\n")
        for name in ("alice", "bob"):
            cls.assay("key", "new", name, "--kdf-light")
        cls.assay("faucet", "alice", "--amount", "1000", "-y")

    @classmethod
    def tearDownClass(cls):
        cls.node.terminate()
        cls.folder.__exit__()

    @classmethod
    def write(cls, name, text):
        path = cls.path / name
        path.write_text(text)
        return path

    @classmethod
    def assay(cls, *arguments, exit=0, node=None, password=None, stdin="", json_form=True):
        done = run("assay", *arguments, *(["--json"] if json_form else []), "--node", node or cls.node.url, "--home", cls.home,
                   "--password-file", password or cls.password, exit=None, stdin=stdin)
        assert done.returncode == exit, (arguments, done.returncode, done.stdout, done.stderr)
        if not json_form:
            return done
        assert done.stdout.count("\n") == 1, done.stdout
        return json.loads(done.stdout)

    def error(self, *arguments, exit, **more):
        answer = self.assay(*arguments, exit=exit, **more)
        self.assertEqual(set(answer), {"error"})
        self.assertLessEqual({"code", "message", "hint"}, set(answer["error"]))
        return answer["error"]

    def balance(self, name):
        return int(self.assay("balance", name)["liquid"])

    def test_a_payment_arrives_to_the_base_unit(self):
        before, bob = self.balance("alice"), self.balance("bob")
        answer = self.assay("send", "bob", "12.345678", "--from", "alice", "-y", "--memo", "rent")
        self.assertEqual((answer["status"], answer["code"], answer["memo"]), ("committed", "ok", "rent"))
        self.assertEqual(self.balance("bob"), bob + 12_345_678)
        self.assertEqual(self.balance("alice"), before - 12_345_678 - int(answer["fee"]))
        self.assertEqual(self.assay("tx", "show", answer["txid"])["status"], "committed")
        self.assertEqual(self.assay("tx", "wait", answer["txid"])["height"], answer["height"])

    def test_a_grant_is_locked_shown_and_on_the_calendar(self):
        answer = self.assay("vest", "bob", "3", "--start", "2020-01-01", "--cliff", "2900-01-01", "--end",
                            "2900-06-01T12:00:00Z", "--from", "alice", "-y")
        self.assertEqual((answer["status"], answer["code"]), ("committed", "ok"))
        bob = self.assay("balance", "bob")
        grant = bob["vesting"][0]
        self.assertEqual((grant["amount"], grant["released"], grant["vested"]), ("3000000", "0", "0"))
        self.assertEqual((grant["start"], grant["cliff"], grant["end"]),
                         ("2020-01-01T00:00:00Z", "2900-01-01T00:00:00Z", "2900-06-01T12:00:00Z"))
        self.assertEqual(bob["spendable"], bob["liquid"])
        self.assertIn("3 ASY", self.assay("balance", "bob", json_form=False).stdout)
        self.assertEqual(self.assay("unlocks")["items"], [])
        calendar = self.assay("unlocks", "--from", "2890-01-01", "--to", "2900-01-01")
        self.assertEqual([(i["holder"], i["id"]) for i in calendar["items"]], [(bob["address"], grant["id"])])
        self.assertGreater(int(calendar["items"][0]["unlocks"]), 2_990_000)
        self.assertLess(int(calendar["items"][0]["unlocks"]), 3_000_000)
        self.assertEqual(self.error("unlocks", "--from", "2900-01-01", "--to", "2890-01-01", exit=1)["code"],
                         "invalid_params")
        for wrong in (["--start", "2020-13-01", "--end", "2030-01-01"], ["--start", "2031-01-01", "--end", "2030-01-01"]):
            self.error("vest", "bob", "3", *wrong, "--from", "alice", "-y", exit=2)

    def test_a_verified_balance(self):
        verified = self.assay("balance", "alice", "--verify")
        self.assertEqual(verified["verified"], "operator")
        self.assertRegex(verified["app_hash"], "^[0-9a-f]{64}$")

    def test_a_dead_node_is_3(self):
        for command in (["status"], ["balance", "alice"], ["supply"], ["send", "bob", "1", "--from", "alice", "-y"]):
            self.assertEqual(self.error(*command, exit=3, node=DEAD)["code"], "node_unreachable")
        plain = self.assay("status", exit=3, node=DEAD, json_form=False)
        self.assertEqual(plain.stdout, "")
        self.assertIn("assayd start", plain.stderr)

    def test_a_wrong_password_is_1_and_sends_nothing(self):
        nonce = self.assay("balance", "alice")["next_nonce"]
        error = self.error("send", "bob", "1", "--from", "alice", "-y", exit=1, password=self.wrong)
        self.assertEqual(error["code"], "wrong_password")
        self.assertEqual(self.assay("balance", "alice")["next_nonce"], nonce)

    def test_a_name_that_nobody_has(self):
        self.assertEqual(self.error("balance", "nobody", exit=1)["code"], "unknown_key")
        self.assertEqual(self.error("send", "nobody", "1", "--from", "alice", "-y", exit=1)["code"], "unknown_key")
        self.assertEqual(self.error("send", "bob", "1", "--from", "nobody", "-y", exit=1)["code"], "unknown_key")
        address = self.assay("key", "show", "alice")["address"]
        broken = address[:-1] + ("q" if address[-1] != "q" else "p")
        self.assertIn(self.error("send", broken, "1", "--from", "alice", "-y", exit=2)["code"], ("bad_checksum", "bad_address"))

    def test_amounts_are_exact_or_refused(self):
        for amount in ("1.2345678", "0.0000001", "1e3", "-1", "+1", "0x10", "1,5", "", " ", "NaN", ".", "1.", "1_000",
                       "340282366920938463463374607431768211456"):
            with self.subTest(amount):
                nonce = self.assay("balance", "alice")["next_nonce"]
                arguments = ["send", "--from", "alice", "-y", "--", "bob", amount]
                done = run("assay", "--json", "--node", self.node.url, "--home", self.home, "--password-file", self.password,
                           *arguments, exit=None)
                self.assertEqual(done.returncode, 2, (amount, done.stdout, done.stderr))
                self.assertIn(json.loads(done.stdout)["error"]["code"], ("bad_amount", "usage"))
                self.assertEqual(self.assay("balance", "alice")["next_nonce"], nonce)
        self.assertEqual(self.error("send", "bob", "1 XYZ", "--from", "alice", "-y", exit=2)["code"], "bad_amount")
        self.assertEqual(self.assay("send", "bob", "1 ASY", "--from", "alice", "-y")["messages"][0]["outputs"][0]["amount"], "1000000")

    def test_a_refused_transaction_is_1_with_the_chain_s_word(self):
        nonce = self.assay("balance", "alice")["nonce"]
        error = self.error("send", "bob", "100000000", "--from", "alice", "-y", exit=1)
        self.assertEqual((error["code"], error["status"]), ("insufficient_funds", "not_sent"))
        self.assertEqual(self.assay("balance", "alice")["next_nonce"], nonce)
        error = self.error("send", "bob", "100000000", "--from", "alice", "-y", "--force", exit=1)
        self.assertEqual((error["code"], error["status"]), ("insufficient_funds", "failed"))
        self.assertEqual(self.assay("tx", "show", error["txid"])["code"], "insufficient_funds")
        self.assertEqual(self.error("stake", "5", "--from", "bob", "-y", "--dry-run", exit=1)["code"][:4], "not_")
        self.assertEqual(self.error("send", "bob", "1", "--from", "alice", "-y", "--fee", "0", exit=1)["code"], "fee_too_low")
        self.assertEqual(self.error("send", "bob", "1", "--from", "alice", "-y", "--nonce", "0", exit=1)["code"], "nonce_too_low")
        self.assertEqual(self.error("send", "bob", "1", "--from", "alice", "-y", "--valid-until", "1", exit=1)["code"], "expired")
        self.assertEqual(self.error("send", "bob", "1", "--from", "alice", "-y", "--chain-id", "other-1", exit=1)["code"], "wrong_chain")

    def test_json_never_asks(self):
        self.assertEqual(self.error("send", "bob", "1", "--from", "alice", exit=2)["code"], "confirmation_required")
        self.assertEqual(self.error("key", "new", "alice", "--kdf-light", exit=1)["code"], "already_exists")

    def test_every_query_is_one_json_value_and_plain_text(self):
        for command in (["status"], ["supply"], ["epoch"], ["epochs", "0", "1"], ["params"], ["params", "stake"], ["block"], ["price"],
                        ["classes"], ["balance", "alice"], ["provider", "list"], ["order", "list"], ["validator", "list"],
                        ["key", "list"], ["log"], ["version"], ["provider", "requirement", "--class", "cpu-small", "--devices", "3"]):
            with self.subTest(command):
                self.assertIsInstance(self.assay(*command), dict)
                plain = self.assay(*command, json_form=False)
                self.assertTrue(plain.stdout.strip())
                self.assertFalse(plain.stdout.lstrip().startswith("{"), plain.stdout[:80])

    def test_queries_that_fail(self):
        self.assertEqual(self.error("epoch", "1000000", exit=1)["code"], "not_found")
        self.assertEqual(self.error("tx", "show", "ab" * 32, exit=1)["code"], "not_found")
        self.assertEqual(self.error("provider", "show", "alice", exit=1)["code"], "not_found")
        self.assertEqual(self.error("provider", "requirement", "--class", "none", exit=1)["code"], "unknown_class")
        self.assertEqual(self.error("nonsense", exit=2)["code"], "usage")

    def test_an_offline_signature_travels(self):
        account = self.assay("balance", "alice")
        status = self.assay("status")
        made = self.assay("send", "bob", "2", "--from", "alice", "-y", "--offline", "--chain-id", status["chain_id"], "--nonce",
                          account["next_nonce"], "--fee", "0.01", "--valid-until", status["height"] + 500, node=DEAD)
        path = self.write("signed.json", json.dumps(made))
        self.assertTrue(self.assay("tx", "inspect", path, node=DEAD)["signature_valid"])
        bob = self.balance("bob")
        self.assertEqual(self.assay("tx", "broadcast", path, "-y")["status"], "committed")
        self.assertEqual(self.balance("bob"), bob + 2_000_000)
        again = self.assay("tx", "broadcast", path, "-y")  # the same bytes are never an error, and happen once
        self.assertEqual((again["status"], again["already"]), ("committed", True))
        self.assertEqual(self.balance("bob"), bob + 2_000_000)

    def test_twelve_payments_at_once(self):
        bob = self.balance("bob")
        command = [program("assay"), "send", "bob", "0.5", "--from", "alice", "-y", "--json", "--node", self.node.url, "--home",
                   str(self.home), "--password-file", str(self.password)]
        runs = [subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env=clean_environment())
                for _ in range(12)]
        answers = [json.loads(r.communicate(timeout=60)[0]) for r in runs]
        self.assertEqual([a.get("status") for a in answers], ["committed"] * 12, answers)
        self.assertEqual(self.balance("bob"), bob + 12 * 500_000)

    def test_a_provider_from_nothing_and_back(self):
        self.assay("key", "new", "carol", "--kdf-light")
        self.assay("faucet", "carol", "--amount", "500", "-y")
        self.assay("provider", "register", "--from", "carol", "--endpoint", "http://carol.example", "-y")
        self.assay("provider", "device", "add", "--class", "cpu-small", "--slot", "0", "--from", "carol", "-y")
        shown = self.assay("provider", "show", "carol")
        self.assertEqual((shown["access"], shown["stake"], len(shown["devices"])), (False, "0", 1))
        why = [w["code"] for w in self.assay("explain", "carol")["why_not"]]
        self.assertIn("stake_below_required", why)
        need = self.assay("provider", "requirement", "--class", "cpu-small", "--devices", "1")["required"]
        self.assertEqual(shown["required"], need)
        self.assay("stake", "200", "--from", "carol", "-y")
        self.assertTrue(self.assay("provider", "show", "carol")["access"])
        self.assay("unstake", "50", "--from", "carol", "-y")
        account = self.assay("balance", "carol")
        self.assertEqual((account["staked"], account["unbonding"][0]["amount"]), ("150000000", "50000000"))
        self.assertTrue(self.assay("supply")["adds_up"])
        self.assertEqual(self.error("stake", "5", "--from", "carol", "--provider", "alice", "-y", exit=1)["status"], "not_sent")
        self.assay("provider", "update", "--endpoint", "http://new.example", "--from", "carol", "-y")
        self.assay("provider", "set-worker", "alice", "--fee-budget", "5", "--from", "carol", "-y")
        self.assay("provider", "device", "add", "--class", "cpu-small", "--slot", "4", "--from", "carol", "-y")
        self.assay("provider", "device", "remove", "--slot", "4", "--from", "carol", "-y")
        shown = self.assay("provider", "show", "carol")
        self.assertEqual((shown["endpoint"], shown["work_key"]["next"] or shown["work_key"]["key"],
                          shown["work_key"]["fee_budget"]),
                         ("http://new.example", self.assay("key", "show", "alice")["address"], "5000000"))
        devices = self.assay("provider", "device", "list", "carol")
        self.assertEqual(([d["slot"] for d in devices["devices"]], devices["removed"]), ([0], []))
        self.assay("provider", "set-worker", "--none", "--from", "carol", "-y")
        self.assertEqual(self.error("provider", "set-worker", "--from", "carol", "-y", exit=2)["code"], "usage")
        self.assertEqual(self.error("gov", "appeal", "7", "--deposit", "1000", "--title", "x", "--from", "carol", "-y",
                                    exit=1)["status"], "not_sent")
        again = self.error("provider", "register", "--from", "carol", "-y", exit=1)
        self.assertEqual(again["code"], "already_registered")

    def raw(self, name, data):
        path = self.path / name
        path.write_bytes(bytes(data))
        return path

    def test_a_product_of_two_matrices_right_and_wrong(self):
        self.assay("key", "import", "validator", "--devnet-validator", "--kdf-light")
        for name in ("erin", "dave"):
            self.assay("key", "new", name, "--kdf-light")
            self.assay("faucet", name, "--amount", "500", "-y")
        self.assay("burn", "20", "--from", "erin", "-y")
        self.assay("provider", "register", "--from", "dave", "-y")
        self.assay("provider", "device", "add", "--class", "cpu-small", "--slot", "0", "--from", "dave", "-y")
        self.assay("stake", "200", "--from", "dave", "-y")
        for _ in range(100):
            if int(self.assay("balance", "erin")["credits"]):
                break
            self.assay("validator", "report-price", "1", "--from", "validator", "-y")
        m, n, k = 32, 64, 1100
        a = self.raw("a.bin", ((7 * i + i * i) % 256 for i in range(m * k)))
        b = self.raw("b.bin", ((3 * i + i // 9) % 256 for i in range(n * k)))
        signed = [[x - 256 if x > 127 else x for x in path.read_bytes()] for path in (a, b)]
        values = [sum(signed[0][r * k + i] * signed[1][c * k + i] for i in range(k)) for r in range(m) for c in range(n)]
        right = self.raw("c.bin", b"".join(v.to_bytes(4, "little", signed=True) for v in values))
        values[5 * n + 40] += 1
        wrong = self.raw("wrong.bin", b"".join(v.to_bytes(4, "little", signed=True) for v in values))
        job = ["--kind", "gemm", "--class", "cpu-small", "--max-price", "2", "--manual", "--from", "erin", "-y"]
        for bad in ([], ["--gemm", "33,64,1"], ["--gemm", "32,64"], ["--gemm", f"{m},{n},{k}"],
                    ["--gemm", f"{m},{n},{k}", "--input", a], ["--gemm", f"{m},{n},9", "--input", a, "--input", b]):
            self.error("order", "create", *job, *bad, exit=2)
        self.error("order", "create", "--class", "cpu-small", "--max-price", "2", "--from", "erin", "-y", exit=2)
        rich = int(self.assay("balance", "erin")["credits"])

        def leased():
            made = self.assay("order", "create", *job, "--gemm", f"{m},{n},{k}", "--input", a, "--input", b)
            self.assay("bid", "place", made["order"], "--slot", "0", "--price", "2", "--from", "dave", "-y")
            self.assay("bid", "accept", made["order"], "--provider", "dave", "--slot", "0", "--from", "erin", "-y")
            return made["order"]

        good, bad = leased(), leased()
        self.assay("lease", "deliver", good, "--output", right, "--from", "dave", "-y")
        self.assay("lease", "deliver", bad, "--output", wrong, "--from", "dave", "-y")
        self.assertEqual(self.error("lease", "deliver", bad, "--c-root", "00" * 32, "--from", "dave", "-y", exit=1)["code"],
                         "already_delivered")
        verify = lambda order, c, **more: ("lease", "verify", order, "--input", a, "--input", b, "--output", c)
        self.assertEqual(self.assay(*verify(good, right)), {"order": good, "right": True, "delivered": True})
        told = self.error(*verify(bad, wrong), exit=4)  # what was delivered, and wrong
        self.assertEqual(told["code"], "verification_failed")
        self.assertIn(f"row 5, column 40 is {values[5 * n + 40]} and should be {values[5 * n + 40] - 1}: tile 0,1",
                      told["message"])
        self.assertIn("lease dispute", told["hint"])
        self.assertIn("the product has the root", self.error(*verify(bad, right), exit=4)["message"])
        self.assertIn("the matrix A has the root", self.error(
            "lease", "verify", good, "--input", self.raw("other.bin", bytes(m * k)), "--input", b, "--output", right,
            exit=4)["message"])
        dispute = lambda order, tile, c: self.assay("lease", "dispute", order, "--tile", tile, "--input", a, "--input", b,
                                                    "--output", c, "--from", "erin", "-y")
        dispute(bad, "0,1", wrong)
        self.assertEqual(self.assay("lease", "show", bad)["gemm"]["dispute"], {"row": 0, "col": 1, "next_slice": 1, "slices": 2})
        dispute(bad, "0,1", wrong)
        shown = self.assay("order", "show", bad)
        self.assertEqual((shown["status"], shown["paid"], shown["gemm"]["wrong"], shown["gemm"]["accepted"]),
                         ("closed", "0", {"row": 0, "col": 1}, False))
        self.assertEqual(self.assay("provider", "show", "dave")["stake"], "160000000")
        self.assay("lease", "close", good, "--from", "erin", "-y")  # takes it before its time
        shown = self.assay("order", "show", good)
        self.assertEqual((shown["status"], shown["paid"], shown["gemm"]["wrong"], shown["gemm"]["accepted"]),
                         ("closed", "2000000", None, True))
        self.assertEqual(int(self.assay("balance", "erin")["credits"]), rich - 2_000_000)
        self.assertTrue(self.assay("supply")["adds_up"])
        self.assay("order", "show", good, json_form=False)


if __name__ == "__main__":
    harness.main()
