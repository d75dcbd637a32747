#!/usr/bin/env python3
"""Transactions that pass through files and over machines, on a devnet: k of n, replaced and cancelled ones, trusted blocks.

    test_wallet_files.py --bin DIR
"""

import json
import unittest

import harness
from harness import Folder, Node, run


class Machine:
    """A wallet of its own, as on another computer."""

    def __init__(self, path, name, url):
        self.home, self.password = path / name, path / "password"
        self.url = url

    def __call__(self, *arguments, exit=0, stdin=""):
        done = run("assay", *arguments, "--json", "--node", self.url, "--home", self.home, "--password-file", self.password,
                   exit=exit, stdin=stdin)
        return json.loads(done.stdout)


class Files(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = Folder()
        cls.path = cls.folder.__enter__()
        (cls.path / "password").write_text("correct horse\n")
        cls.node = Node(cls.path / "node").start(block_time="50ms")
        cls.online = Machine(cls.path, "online", cls.node.url)
        cls.a, cls.b = (Machine(cls.path, name, "http://127.0.0.1:9") for name in ("machine-a", "machine-b"))

    @classmethod
    def tearDownClass(cls):
        cls.node.terminate()
        cls.folder.__exit__()

    def write(self, name, value):
        path = self.path / name
        path.write_text(json.dumps(value))
        return path

    def balance(self, who):
        return int(self.online("balance", who)["liquid"])

    def test_two_of_three_pay_over_two_machines(self):
        keys = [machine("key", "new", name, "--kdf-light")["public_key"]
                for machine, name in ((self.a, "ann"), (self.b, "ben"), (self.online, "cyd"))]
        treasury = self.online("key", "multisig", "2", *keys, "--name", "treasury")
        self.online("faucet", "treasury", "--amount", "100", "-y")
        payee = self.online("key", "new", "payee", "--kdf-light")["address"]
        before = self.balance("treasury")
        # Built online; signed where no node is; any two of the three are enough.
        unsigned = self.write("unsigned.json", self.online("send", payee, "12.5", "--from", "treasury", "--generate-only"))
        one = self.write("one.json", self.a("tx", "sign", unsigned, "--from", "ann"))
        two = self.write("two.json", self.b("tx", "sign", unsigned, "--from", "ben"))
        self.assertEqual(self.online("tx", "broadcast", one, "-y", exit=1)["error"]["code"], "bad_signature")
        whole = self.write("whole.json", self.online("tx", "combine", two, one))
        sent = self.online("tx", "broadcast", whole, "-y")
        self.assertEqual((sent["status"], sent["code"], sent["sender"]), ("committed", "ok", treasury["address"]))
        self.assertEqual(self.balance(payee), 12_500_000)
        self.assertEqual(self.balance("treasury"), before - 12_500_000 - int(sent["fee"]))
        self.assertLess(sent["gas_used"], sent["gas_limit"])
        # The third with one of them, from a description in JSON, all of it offline but the sending.
        status = self.online("status")
        messages = self.write("messages.json", [{"type": "transfer", "outputs": [{"to": payee, "amount": "1 ASY"}]}])
        unsigned = self.write("built.json", self.a("tx", "build", messages, "--from", treasury["address"], "--offline", "--chain-id",
                                                   status["chain_id"], "--nonce", "1", "--fee", "0.2", "--valid-until",
                                                   status["height"] + 500))
        three = self.write("three.json", self.online("tx", "sign", unsigned, "--from", "cyd"))  # its record names the keys
        four = self.write("four.json", self.b("tx", "sign", three, "--from", "ben"))
        self.assertEqual(self.online("tx", "broadcast", four, "-y")["status"], "committed")
        self.assertEqual(self.balance(payee), 13_500_000)
        self.assertEqual(self.online("tx", "combine", one, four, exit=1)["error"]["code"], "tx_malformed")

    def test_one_that_waits_is_replaced_or_cancelled_and_happens_once(self):
        wallet = Machine(self.path, "sender", self.node.url)
        for name in ("dan", "eve"):
            wallet("key", "new", name, "--kdf-light")
        dan = wallet("key", "show", "dan")["address"]
        wallet("faucet", "dan", "--amount", "100", "-y")
        send = ("--from", "dan", "-y", "--nonce")
        # It waits for the nonce before its own, so for as long as this test wants.
        first = wallet("send", "eve", "5", *send, "1", "--no-wait")
        self.assertEqual(wallet("tx", "replace", first["txid"], "--fee", "0.000001", "-y", exit=2)["error"]["code"], "usage")
        self.assertEqual(wallet("tx", "replace", first["txid"], exit=2)["error"]["code"], "confirmation_required")
        second = wallet("tx", "replace", first["txid"], "-y", "--no-wait")
        self.assertEqual((second["nonce"], second["messages"]), (first["nonce"], first["messages"]))
        self.assertEqual(int(second["fee"]), -(-int(first["fee"]) * 11 // 10))
        self.assertEqual(wallet("tx", "show", first["txid"])["status"], "expired")
        self.assertEqual(wallet("tx", "replace", first["txid"], "-y", exit=1)["error"]["code"], "expired")
        wallet("send", "eve", "1", *send, "0")
        done = wallet("tx", "wait", second["txid"])
        self.assertEqual(done["status"], "committed")
        self.assertEqual(self.balance(wallet("key", "show", "eve")["address"]), 6_000_000)  # 1 and 5, once
        late = wallet("tx", "cancel", second["txid"], "-y", exit=1)["error"]
        self.assertEqual(late["code"], "nonce_too_low")
        self.assertIn(str(done["height"]), late["message"])
        third = wallet("send", "eve", "7", *send, "3", "--no-wait")
        stranger = Machine(self.path, "stranger", self.node.url)
        self.assertEqual(stranger("tx", "cancel", third["txid"], "-y", exit=1)["error"]["code"], "unknown_key")
        cancelled = wallet("tx", "cancel", third["txid"], "-y", "--no-wait")
        self.assertEqual(cancelled["messages"][0]["outputs"], [{"to": dan, "amount": "1", "tag": ""}])
        wallet("send", "eve", "1", *send, "2")
        self.assertEqual(wallet("tx", "wait", cancelled["txid"])["status"], "committed")
        self.assertEqual(self.balance(wallet("key", "show", "eve")["address"]), 7_000_000)  # and no 7 more

    def test_a_context_s_trusted_block_decides_whom_to_believe(self):
        self.node.wait_for_height(5)
        block = self.online("block", "3")
        wallet = Machine(self.path, "trusting", self.node.url)
        wallet("key", "new", "fay", "--kdf-light")
        for name, trust in (("good", block["hash"]), ("bad", "ab" * 32)):
            wallet("context", "add", name, "--trust", f"3:{trust}")
        self.assertEqual(wallet("balance", "fay", "--verify", "--context", "good")["verified"], "operator")
        lie = wallet("balance", "fay", "--verify", "--context", "bad", exit=4)["error"]
        self.assertEqual(lie["code"], "verification_failed")
        self.assertIn(block["hash"], lie["message"])



if __name__ == "__main__":
    harness.main()
