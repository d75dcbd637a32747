#!/usr/bin/env python3
"""`--verify` of the wallet under CometBFT: what a network's validators signed, from one block that the context trusts. Between the
wallet and a node of a real network stands one that lies; each lie is told with exit 4. And what goes with it: light_block, the
relay of CometBFT's own calls, assayd trust and assayd peers.

    test_verify_network.py --bin DIR

Skipped with a message where scripts/get-cometbft.sh has not built CometBFT.
"""

import base64
import json
import subprocess
import unittest
import urllib.error
import urllib.request

import harness
from comet import Net, needs_cometbft, program
from harness import Folder, RpcError, run, run_json
from test_verify import Liar, change


def post(url, body):
    request = urllib.request.Request(url, data=body, headers={"Content-Type": "application/json"})
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as e:
        return e.code, e.read()


class VerifyNetwork(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        needs_cometbft()
        cls.folder = Folder()
        cls.path = cls.folder.__enter__()
        cls.net = Net(cls.path, 2, block_time="300ms").start()
        cls.node = cls.net[0]
        cls.net.wait_for_height(5)
        cls.home = cls.path / "wallet"
        cls.liar = Liar(cls.node)
        cls.assay("key", "new", "alice", "--kdf-light")
        cls.assay("context", "add", "blind", "--node", cls.liar.url)

    @classmethod
    def tearDownClass(cls):
        cls.liar.shutdown()
        cls.liar.server_close()
        cls.net.stop()
        cls.folder.__exit__(None, None, None)

    def setUp(self):
        # A devnet's stake unbonds in 60 s, so that a line is good for 40 s.
        self.liar.honest()
        self.trust = run_json("assayd", "trust", "--home", self.node.home)
        if "net" in [c["name"] for c in self.assay("context", "list")["items"]]:
            self.assay("context", "remove", "net")
        self.assay("context", "add", "net", "--node", self.liar.url, "--trust", self.trust["trust"])
        self.node.wait_for_height(self.trust["height"] + 2)

    @classmethod
    def assay(cls, *arguments, exit=0):
        password = cls.path / "password"
        password.write_text("correct horse battery\n")
        words = [*arguments, "--home", cls.home, "--json"]
        if arguments[:2] == ("key", "new"):
            words += ["--password-file", password]
        done = run("assay", *words, exit=None)
        assert done.returncode == exit, (done.returncode, done.stdout, done.stderr)
        value = json.loads(done.stdout)
        return value["error"] if exit else value

    def ask(self, context="net", exit=0):
        return self.assay("balance", "alice", "--verify", "--context", context, exit=exit)

    def caught(self, what):
        """From what was verified before, and from the trusted block anew."""
        for again in (True, False):
            if not again:
                self.forget()
            error = self.ask(exit=4)
            self.assertEqual(error["code"], "verification_failed")
            self.assertIn(what, error["message"])
        self.liar.honest()

    def forget(self):
        for file in self.home.glob("trust/light-*.json"):
            file.unlink()

    def test_a_balance_that_the_network_signed(self):
        told = self.ask()
        self.assertEqual((told["verified"], told["liquid"]), ("signed", "0"))
        block = self.node.rpc("light_block", height=told["height"] + 1)
        header = block["signed_header"]["header"]
        self.assertEqual((told["app_hash"], told["signed_by"]), (header["app_hash"].lower(), header["validators_hash"].lower()))
        files = list(self.home.glob("trust/light-*.json"))
        self.assertEqual(len(files), 1)
        kept = json.loads(files[0].read_text())
        self.assertEqual((kept["began"], kept["light_block"]["height"]), (self.trust["trust"], told["height"] + 1))
        self.node.wait_for_height(told["height"] + 3)
        self.assertGreater(self.ask()["height"], told["height"])  # from the one before
        text = run("assay", "balance", "alice", "--verify", "--context", "net", "--home", self.home).stdout
        self.assertIn("signed by more than 2/3 of the validators\n  " + told["signed_by"], text)
        for name in ("provider", "explain"):
            words = (["provider", "show"] if name == "provider" else ["explain"]) + ["alice", "--verify", "--context", "net"]
            self.assertEqual(self.assay(*words, exit=1 if name == "provider" else 0)["verified"], "signed")

    def test_without_a_trusted_block_nothing_is_taken_on_trust(self):
        error = self.ask("blind", exit=2)
        self.assertEqual(error["code"], "usage")
        self.assertIn("assayd trust", error["hint"])

    def test_lies_about_what_was_signed(self):
        self.ask()
        header = ["signed_header", "header"]
        for name, lie, what in (
                ("app hash", change("light_block", header + ["app_hash"], lambda h: "00" * 32), "not the one that its commit signed"),
                ("time", change("light_block", header + ["time"], lambda t: t[:-2] + ("1Z" if t[-2] != "1" else "2Z")), "not the one"),
                ("chain", change("light_block", header + ["chain_id"], "other-1"), "belongs to chain other-1"),
                ("power", change("light_block", ["validators", 0, "voting_power"], "1000000000"), "not those that its header names"),
                ("an absent validator", change("light_block", ["signed_header", "commit", "signatures", 0, "block_id_flag"], 1), "two thirds"),
                ("a signature", change("light_block", ["signed_header", "commit", "signatures", 0, "signature"],
                                       lambda s: base64.b64encode(bytes([base64.b64decode(s)[0] ^ 1]) + base64.b64decode(s)[1:]).decode()),
                 "does not hold"),
                ("no hex", change("light_block", header + ["app_hash"], "zz"), "cannot be read")):
            with self.subTest(name):
                self.node.wait_for_height(self.node.height() + 1)  # so that there is a header that was not verified yet
                self.liar.lie = lie
                self.caught(what)
                self.ask()

    def test_another_height_another_chain_an_engine_of_one(self):
        self.ask()
        self.liar.ask = lambda method, params: params | {"height": params["height"] - 1} if method == "light_block" else params
        self.caught("another height")
        self.ask()
        self.liar.lie = change("status", ["engine"], "solo")  # a way around the validators
        error = self.ask(exit=4)
        self.assertIn("a network's", error["message"])
        self.liar.honest()
        self.liar.lie = change("proof", ["proof"], lambda p: p[:-2] + ("00" if p[-2:] != "00" else "01"))
        self.assertEqual(self.ask(exit=4)["code"], "verification_failed")
        self.liar.honest()
        self.assay("context", "add", "wrong", "--node", self.liar.url, "--trust", f"{self.trust['height']}:{'ab' * 32}")
        self.assertIn("is trusted", self.ask("wrong", exit=4)["message"])

    def test_what_is_broken_or_behind_is_no_lie(self):
        height = self.ask()["height"]
        self.liar.lie = lambda method, _, answer: answer["result"].pop("validators", None) and None if method == "light_block" else None
        self.node.wait_for_height(height + 3)
        self.assertEqual(self.ask(exit=3)["code"], "node_unreachable")
        self.liar.honest()
        self.liar.lie = change("status", ["height"], 3)
        self.assertEqual(self.ask(exit=3)["code"], "syncing")

    def test_trust_that_is_too_old(self):
        self.forget()
        self.liar.lie = lambda method, _, answer: answer["result"]["items"].__setitem__(
            0, answer["result"]["items"][0] | {"value": 1500}) if method == "params" else None
        error = self.ask(exit=1)
        self.assertEqual(error["code"], "trust_expired")
        self.assertIn("assayd trust", error["hint"])
        self.forget()

    def test_a_light_block_is_for_heights_that_are_there(self):
        for height, code in ((0, "not_found"), (10 ** 6, "future_height")):
            with self.assertRaises(RpcError) as caught:
                self.node.rpc("light_block", height=height)
            self.assertEqual(caught.exception.word, code)
        self.assertEqual(self.node.rpc("header")["engine"], "cometbft")

    def test_calls_of_cometbft_that_pass_and_those_that_do_not(self):
        def call(method, **params):
            status, body = post(self.node.url + "/cometbft", json.dumps({"jsonrpc": "2.0", "id": 7, "method": method, "params": params}).encode())
            self.assertEqual(status, 200)
            answer = json.loads(body)
            self.assertEqual(answer["id"], 7)
            return answer
        self.assertEqual(call("commit", height="3")["result"]["signed_header"]["header"]["height"], "3")
        self.assertEqual(call("validators", height="3", page="1", per_page="100")["result"]["total"], "2")
        for method in ("net_info", "broadcast_tx_sync", "abci_query", "dial_seeds", "block"):
            self.assertEqual(call(method)["error"]["code"], -32601)
        self.assertEqual(json.loads(post(self.node.url + "/cometbft", b"{")[1])["error"]["code"], -32700)
        with self.assertRaises(urllib.error.HTTPError) as caught:
            urllib.request.urlopen(self.node.url + "/cometbft", timeout=10)
        self.assertEqual(caught.exception.code, 405)

    def test_cometbfts_own_light_client_verifies_through_the_relay(self):
        # The same client that state sync uses. It ends once it has verified, since it would serve WebSockets, which are not relayed.
        chain = self.node.rpc("status")["chain_id"]

        def light(digest):
            done = subprocess.run([program(), "light", chain, "--primary", self.node.url + "/cometbft", "--witnesses", self.net[1].url + "/cometbft",
                                   "--height", str(self.trust["height"]), "--hash", digest, "--laddr", "tcp://127.0.0.1:0", "--home-dir",
                                   self.path / f"light-{digest[:8]}", "--trusting-period", "40s"], capture_output=True, text=True, timeout=60)
            return done.stdout + done.stderr
        verified = light(self.trust["hash"])
        self.assertIn("Starting proxy", verified)
        refused = light("ab" * 32)
        self.assertNotIn("Starting proxy", refused)
        self.assertIn("expected header's hash", refused)

    def test_trust_and_peers_for_the_operator(self):
        line = run("assayd", "trust", "--home", self.node.home).stdout.strip()
        height, _, digest = line.partition(":")
        self.assertEqual(self.node.rpc("light_block", height=int(height))["signed_header"]["commit"]["block_id"]["hash"].lower(), digest)
        peers = run_json("assayd", "peers", "--home", self.node.home)["items"]
        self.assertEqual([p["id"] for p in peers], [self.net[1].node_id()])
        self.assertIn(peers[0]["direction"], ("in", "out"))
        self.assertIn(peers[0]["id"], run("assayd", "peers", "--home", self.node.home).stdout)


if __name__ == "__main__":
    harness.main()
