#!/usr/bin/env python3
"""The output contract of `assay`: one JSON value, stable codes, exit codes, no secret where it does not belong.

Runs the program itself, without a node and against a small one made here of Python's HTTP server, which answers as
docs/rpc.md says and can be told to refuse, to lose a connection or to forget.    test_cli.py PATH-OF-ASSAY
"""

import http.server
import json
import os
import pty
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import unittest

ASSAY = sys.argv.pop(1)
DEAD = "http://127.0.0.1:9"
FAUCET_SECRET = "11" * 32
MESSAGES = tempfile.NamedTemporaryFile("w", suffix=".json")  # for 'tx build'
MESSAGES.write('{"type": "unjail"}')
MESSAGES.flush()


class Node(http.server.ThreadingHTTPServer):
    """Just enough of a node: answers by method; `how` says what becomes of the next transactions."""

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.how = "commit"
        self.would = "commit"  # what a trial says
        self.tried = []
        self.height = 40
        self.seen = []  # raw transactions
        self.calls = []
        self.lose_nonce = 0
        self.count_nonces = False  # as a mempool does
        self.waiting = 0  # transactions of the account that wait for a block
        self.busy = 0
        self.bidder = ""  # whose bids stand
        self.operator = ""  # of the one validator
        threading.Thread(target=self.serve_forever, daemon=True).start()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_address[1]}"


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *args):
        pass

    def do_POST(self):
        request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        method, params = request["method"], request.get("params", {})
        node = self.server
        node.calls.append(method)
        if node.busy > 0:
            node.busy -= 1
            self.send_response(429)
            self.send_header("Retry-After", "0")
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        answer = {"jsonrpc": "2.0", "id": request["id"]}
        try:
            answer["result"] = getattr(self, "rpc_" + method)(node, params)
        except Refused as refused:
            answer["error"] = {"code": -32003, "message": refused.args[1],
                               "data": {"code": refused.args[0], "hint": "a hint"}}
        except ConnectionAbortedError:
            self.close_connection = True
            self.connection.shutdown(socket.SHUT_RDWR)
            return
        body = json.dumps(answer).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def rpc_status(self, node, _):
        if node.how in ("forget", "lose"):
            node.height += 60
        return {"chain_id": "test-1", "height": node.height, "denom": "ASY", "decimals": 6, "prefix": "assay",
                "app_hash": "00" * 32, "epoch": 2, "syncing": False}

    def rpc_fees(self, node, _):
        return {"min_gas_price": "1000", "per": 1000, "max_gas": "1000000"}

    def rpc_account(self, node, params):
        return {"address": params["address"], "nonce": 3, "next_nonce": 3 + node.waiting + (len(set(node.seen)) if node.count_nonces else 0), "liquid": "12500000", "staked": "0",
                "unbonding": [], "credits": "1250000", "credit_tokens": "0", "height": node.height}

    def rpc_genesis(self, node, _):
        return {"genesis": {"chain_id": "test-1", "devnet": {"faucet": {"secret": FAUCET_SECRET, "address": "x"}}},
                "hash": "00" * 32}

    def rpc_classes(self, node, _):
        return {"items": [{"name": "cpu-1", "unit_stake": "40000000", "min_stake": "1"}], "next_cursor": None,
                "height": node.height}

    def rpc_bids(self, node, _):
        return {"items": [{"provider": node.bidder, "slot": s, "price": str(600_000 + s), "now": "ok"} for s in (0, 2)],
                "next_cursor": None, "height": node.height}

    def rpc_params(self, node, _):
        return {"items": [{"path": "block.time_ms", "value": "500", "unit": "ms"}]}

    def rpc_validators(self, node, _):
        return {"items": [{"operator": node.operator, "beacon": {"tip": "ef" * 32, "height": 3}}], "next_cursor": None,
                "height": node.height}

    def rpc_supply(self, node, _):
        return {"genesis": "100", "supply": "100", "buckets": {"liquid": "100"}, "adds_up": True}

    def rpc_simulate_tx(self, node, params):
        node.tried.append(params)
        code = "ok" if node.would == "commit" else "stake_below_required"
        return {"receipt": {"txid": "00" * 32, "code": code, "message": "", "gas_used": 5, "fee": "5", "events": []}}

    def rpc_broadcast_tx(self, node, params):
        if node.lose_nonce > 0:
            node.lose_nonce -= 1
            raise Refused("nonce_taken", "another transaction has this nonce")
        node.seen.append(params["tx"])
        if node.how == "refuse":
            raise Refused("fee_too_low", "the fee is below the minimum")
        if node.how in ("abort", "lose"):
            raise ConnectionAbortedError
        status = {"commit": "committed", "fail": "failed", "forget": "pending", "late": "pending"}[node.how]
        if not params.get("wait"):
            status = "pending"
        out = {"txid": "ab" * 32, "status": status, "height": None, "already": False}
        if status in ("committed", "failed"):
            out |= {"height": 41, "code": "ok" if status == "committed" else "stake_below_required",
                    "message": "" if status == "committed" else "stake is 0, required 40"}
        return out

    def rpc_tx(self, node, params):
        if node.how in ("forget", "lose"):
            raise Refused("not_found", "no such transaction")
        if node.how == "abort":
            raise ConnectionAbortedError
        return {"txid": params["txid"], "status": "committed", "height": 41, "code": "ok", "message": "",
                "gas_used": 5, "fee": "5", "valid_until": 140,
                "events": [{"kind": "order.opened", "data": {"order": "cd" * 32}}]}


class Refused(Exception):
    pass


class Contract(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.dir = tempfile.TemporaryDirectory(prefix="assay-cli-")
        cls.home = os.path.join(cls.dir.name, "wallet")
        cls.password = cls.write("password", "correct horse\n")
        cls.wrong = cls.write("wrong", "battery staple\n")
        done = cls.run_assay("key", "new", "alice", "--kdf-light", "--json")
        assert done.returncode == 0, done.stdout + done.stderr
        cls.alice = json.loads(done.stdout)

    @classmethod
    def tearDownClass(cls):
        cls.dir.cleanup()

    def setUp(self):
        self.node = Node()

    def tearDown(self):
        self.node.shutdown()
        self.node.server_close()

    @classmethod
    def write(cls, name, text):
        path = os.path.join(cls.dir.name, name)
        with open(path, "w") as file:
            file.write(text)
        return path

    @classmethod
    def environment(cls):
        return {"PATH": os.environ.get("PATH", ""), "HOME": cls.dir.name, "ASSAY_HOME": cls.home, "ASSAY_FROM": "alice"}

    @classmethod
    def run_assay(cls, *args, password=True, stdin="", node=DEAD):
        extra = ["--password-file", cls.password] if password else []
        return subprocess.run([ASSAY, *args, "--node", node, *extra], input=stdin, text=True, capture_output=True,
                              env=cls.environment(), timeout=60)

    def json_of(self, *args, exit=0, **more):
        done = self.run_assay(*args, "--json", **more)
        self.assertEqual(done.returncode, exit, done.stdout + done.stderr)
        value = json.loads(done.stdout)  # exactly one value
        self.assertEqual(done.stdout.count("\n"), 1)
        if exit != 0:
            self.assertEqual(set(value), {"error"})
            self.assertLessEqual({"code", "message", "hint"}, set(value["error"]))
            self.assertRegex(value["error"]["code"], r"^[a-z0-9_]+$")
            self.assertTrue(value["error"]["message"])
        return value

    def error_of(self, *args, exit, **more):
        return self.json_of(*args, exit=exit, **more)["error"]

    # ---------------------------------------------------------------- usage

    def leaves(self, path=()):
        """Every command of the tree, read from the help texts."""
        done = self.run_assay(*path, "--help", password=False)
        self.assertEqual(done.returncode, 0, path)
        lines = done.stdout.splitlines()
        names = []
        if "Subcommands:" in lines:
            for line in lines[lines.index("Subcommands:") + 1:]:
                if line.startswith("  ") and not line.startswith("   "):
                    names.append(line.split()[0])
        if not names:
            yield path
        for name in names:
            yield from self.leaves((*path, name))

    def test_every_command_refuses_an_unknown_option_with_2_in_both_modes(self):
        leaves = list(self.leaves())
        self.assertGreater(len(leaves), 35)
        for leaf in leaves:
            with self.subTest(command=" ".join(leaf)):
                self.assertEqual(self.error_of(*leaf, "--no-such-option", exit=2)["code"], "usage")
                plain = self.run_assay(*leaf, "--no-such-option")
                self.assertEqual((plain.returncode, plain.stdout), (2, ""))
                self.assertIn("usage", plain.stderr)

    # What each command needs to get as far as the node.
    ARGUMENTS = {
        "send": ["alice", "1"], "burn": ["1"], "redeem": ["1"],
        "vest": ["alice", "1", "--start", "2027-01-01", "--end", "2028-01-01"], "claim": ["alice"], "commission": ["5%"],
        "stake": ["1"], "unstake": ["1"], "epochs": ["0", "1"],
        "provider register": ["--class", "cpu-1", "--stake", "100"],
        "provider requirement": ["--class", "cpu-1"], "provider device add": ["--class", "cpu-1"],
        "provider device remove": ["--slot", "0"], "provider update": ["--endpoint", "http://gpu"],
        "provider set-worker": ["alice", "--fee-budget", "5"], "gov appeal": ["1", "--deposit", "1", "--title", "t"],
        "order create": ["--class", "cpu-1", "--units", "2", "--max-price", "0.1"], "order show": ["ab" * 32],
        "bid place": ["ab" * 32, "--price", "0.1"], "bid accept": ["ab" * 32, "--provider", "alice", "--price", "0.1"],
        "bid list": ["ab" * 32], "order cancel": ["ab" * 32], "lease show": ["ab" * 32], "lease close": ["ab" * 32],
        "lease deliver": ["ab" * 32, "--c-root", "ab" * 32],
        "lease verify": ["ab" * 32, "--input", __file__, "--input", __file__, "--output", __file__],
        "lease dispute": ["ab" * 32, "--tile", "0,0", "--input", __file__, "--input", __file__, "--output", __file__],
        "validator register": ["--consensus-key", "ab" * 32, "--beacon-tip", "ab" * 32, "--bond", "1", "--name", "v"],
        "lease send": ["ab" * 32, "--input", __file__, "--input", __file__], "lease fetch": ["ab" * 32, "--out", "."],
        "lease watch": ["ab" * 32], "validator renew-beacon": ["--beacon-tip", "cd" * 32], "validator show": ["alice"],
        "validator report-price": ["1.14"], "validator rotate-key": ["--consensus-key", "ab" * 32],
        "tx show": ["ab" * 32], "tx wait": ["ab" * 32, "--timeout", "1s"],
        "gov propose": ["--file", __file__], "gov vote": ["1", "yes"], "gov show": ["1"],  # read once a node answers
        "work show": ["ab" * 32], "key import": ["dev", "--devnet-validator"], "key export": ["alice"], "key delete": ["alice"],
        "context add": ["other"], "tx build": [MESSAGES.name], "tx replace": ["ab" * 32], "tx cancel": ["ab" * 32],
    }
    OFFLINE = {"key new", "key list", "key show", "key export", "key rename", "key delete", "key passwd", "key multisig",
               "version", "completion", "man", "log", "tx inspect", "tx sign", "tx broadcast", "tx combine", "backup", "restore",
               "context use", "context list", "context show", "context remove", "sign", "verify", "address check"}

    def test_every_command_that_asks_a_node_says_3_when_there_is_none(self):
        for leaf in self.leaves():
            name = " ".join(leaf)
            if name in self.OFFLINE:
                continue
            args = [*leaf, *self.ARGUMENTS.get(name, [])]
            if "-y" in self.run_assay(*leaf, "--help").stdout:
                args.append("-y")
            with self.subTest(command=name):
                expected, code = (5, "outcome_unknown") if name == "tx wait" else (3, "node_unreachable")
                self.assertEqual(self.error_of(*args, exit=expected)["code"], code)
                plain = self.run_assay(*args)
                self.assertEqual((plain.returncode, plain.stdout), (expected, ""))

    def test_every_state_change_needs_a_confirmation(self):
        changes = 0
        for leaf in self.leaves():
            if "-y" not in self.run_assay(*leaf, "--help").stdout or leaf == ("tx", "broadcast"):
                continue
            changes += 1
            with self.subTest(command=" ".join(leaf)):
                error = self.error_of(*leaf, *self.ARGUMENTS.get(" ".join(leaf), []), exit=2, node=self.node.url)
                self.assertEqual(error["code"], "confirmation_required")
                plain = self.run_assay(*leaf, *self.ARGUMENTS.get(" ".join(leaf), []), node=self.node.url)
                self.assertEqual((plain.returncode, plain.stdout), (2, ""))
        self.assertGreater(changes, 10)
        self.assertEqual(self.node.seen, [])

    def test_mistyped_commands_get_the_nearest_name(self):
        self.assertIn("'balance'", self.error_of("balanec", exit=2)["message"])
        self.assertIn("'import'", self.error_of("key", "imprt", exit=2)["message"])
        self.assertEqual(self.error_of(exit=2)["code"], "usage")

    def test_amounts(self):
        for bad in ("12.x", "abc", "", "1e3", "0x10", "1.2.3", "12 AKT"):
            with self.subTest(amount=bad):
                self.assertEqual(self.error_of("send", "alice", bad, "-y", exit=2, node=self.node.url)["code"],
                                 "bad_amount")
        self.assertEqual(self.error_of("send", "alice", "1.0000001", "-y", exit=2, node=self.node.url)["code"], "bad_amount")
        self.assertEqual(self.error_of("send", "alice", "-1", "-y", exit=2, node=self.node.url)["code"], "bad_amount")
        self.assertEqual(self.node.seen, [])

    def test_numbers_never_wrap_and_know_no_octal(self):
        for bad in ("-1", "0x1", "1e1", "99999999999999999999", "4294967296", " 1", ""):
            with self.subTest(slot=bad):
                self.error_of("bid", "place", "ab" * 32, "--price", "1", "--slot", bad, "-y", exit=2, node=self.node.url)
        self.json_of("bid", "place", "ab" * 32, "--price", "1", "--slot", "010", "-y", exit=2, node=self.node.url)

    # ---------------------------------------------------------------- keys

    def test_keys(self):
        listed = self.json_of("key", "list")
        self.assertIn("alice", [k["name"] for k in listed["items"]])
        self.assertEqual(len(self.alice["mnemonic"].split()), 24)
        self.assertTrue(self.alice["address"].startswith("assay1"))
        self.assertNotIn("mnemonic", self.json_of("key", "show", "alice"))
        self.assertEqual(self.error_of("key", "new", "alice", exit=1)["code"], "already_exists")
        unknown = self.error_of("key", "show", "alcie", exit=1)
        self.assertEqual(unknown["code"], "unknown_key")
        self.assertIn("'alice'", unknown["message"])
        self.assertEqual(self.error_of("key", "new", "../x", exit=2)["code"], "usage")
        self.assertEqual(self.error_of("key", "new", "weak", "--json", "--words", "13", exit=2)["code"], "usage")
        weak = self.run_assay("key", "new", "weak", "--json", "--password-file", self.write("weak", "short\n"), password=False)
        self.assertEqual((weak.returncode, json.loads(weak.stdout)["error"]["code"]), (1, "weak_password"))

    def test_words_bring_a_key_back(self):
        words = self.write("words", self.alice["mnemonic"] + "\n")
        back = self.json_of("key", "import", "alice-again", "--file", words, "--kdf-light")
        self.assertEqual(back["address"], self.alice["address"])
        by_stdin = self.json_of("key", "import", "alice-stdin", "--stdin", "--kdf-light", stdin=self.alice["mnemonic"])
        self.assertEqual(by_stdin["address"], self.alice["address"])
        bad = self.error_of("key", "import", "bad", "--stdin", "--kdf-light", exit=1, stdin="abandon " * 11 + "aboutt")
        self.assertEqual(bad["code"], "bad_mnemonic")
        self.assertIn("word 12", bad["message"])
        self.assertIn("about", bad["message"])

    def test_a_bare_secret_gives_the_known_public_key(self):
        key = self.json_of("key", "import", "three", "--secret-stdin", "--kdf-light", stdin="00" * 31 + "03\n")
        self.assertEqual(key["public_key"], "f9308a019258c31049344f85f89d5229b531c845836f99b08601f113bce036f9")
        for bad in ("", "00" * 32, "ff" * 32, "zz" * 32):
            error = self.error_of("key", "import", "bad", "--secret-stdin", "--kdf-light", exit=1, stdin=bad)
            self.assertEqual(error["code"], "bad_key")

    def test_nobody_is_asked_with_json(self):
        done = self.run_assay("key", "new", "asked", "--json", password=False)
        self.assertEqual((done.returncode, json.loads(done.stdout)["error"]["code"]), (2, "usage"))

    # ---------------------------------------------------------------- sending

    def send(self, *more, exit=0, to="alice"):
        return self.json_of("send", to, "1.5", "--from", "alice", "-y", *more, exit=exit, node=self.node.url)

    def test_a_committed_transaction(self):
        done = self.run_assay("send", "alice", "1.5", "--from", "alice", "-y", "--json", "--memo", "hi", node=self.node.url)
        self.assertEqual(done.returncode, 0, done.stderr)
        out = json.loads(done.stdout)
        self.assertEqual((out["status"], out["height"], out["code"], out["nonce"]), ("committed", 41, "ok", 3))
        self.assertEqual(out["messages"][0]["outputs"][0]["amount"], "1500000")
        self.assertIn(out["txid"], done.stderr)  # before it was sent
        log = self.json_of("log")["items"]
        mine = [e for e in log if e["txid"] == out["txid"]]
        self.assertEqual([e["event"] for e in mine], ["sending", "committed"])
        self.assertRegex(mine[0]["time"], r"^\d{4}-\d\d-\d\dT.*Z$")

    def test_a_failed_transaction_is_1_with_the_receipt_s_code(self):
        self.node.how = "fail"
        error = self.json_of("stake", "1", "--from", "alice", "-y", exit=1, node=self.node.url)["error"]
        self.assertEqual((error["code"], error["status"], error["height"]), ("stake_below_required", "failed", 41))
        self.assertEqual(len(error["txid"]), 64)

    def test_a_refused_transaction_is_1_with_the_node_s_code(self):
        self.node.how = "refuse"
        error = self.send(exit=1)["error"]
        self.assertEqual((error["code"], error["hint"]), ("fee_too_low", "a hint"))

    def test_expired_is_final(self):
        self.node.how = "forget"
        error = self.send(exit=1)["error"]
        self.assertEqual((error["code"], error["status"]), ("expired", "expired"))

    def test_a_lost_connection_is_5_and_says_how_to_find_out(self):
        self.node.how = "abort"
        error = self.send(exit=5)["error"]
        self.assertEqual(error["code"], "outcome_unknown")
        self.assertIn("assay tx wait " + error["txid"], error["hint"])
        self.node.how = "commit"
        self.assertEqual(self.json_of("tx", "wait", error["txid"], node=self.node.url)["status"], "committed")

    def test_a_lost_connection_is_made_good_where_the_node_can_tell(self):
        self.node.how = "lose"  # the broadcast is cut; the chain moves past valid_until without it
        self.assertEqual(self.send(exit=1)["error"]["code"], "expired")

    def test_a_nonce_lost_to_another_is_taken_anew(self):
        self.node.lose_nonce = 2
        self.assertEqual(self.send()["status"], "committed")
        self.node.lose_nonce = 2
        self.assertEqual(self.send("--nonce", "3", exit=1)["error"]["code"], "nonce_taken")

    def test_equal_payments_at_once_are_different_transactions(self):
        self.node.count_nonces = True
        runs = [subprocess.Popen([ASSAY, "send", "alice", "1.5", "-y", "--json", "--node", self.node.url,
                                  "--password-file", self.password], env=self.environment(), text=True,
                                 stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) for _ in range(12)]
        answers = [json.loads(run.communicate(timeout=60)[0]) for run in runs]
        self.assertEqual(sorted(a["nonce"] for a in answers), list(range(3, 15)))
        self.assertEqual(len({a["txid"] for a in answers}), 12)

    def test_a_node_that_asks_for_patience_gets_it(self):
        self.node.busy = 3
        self.assertEqual(self.json_of("status", node=self.node.url)["height"], 40)

    def test_without_waiting(self):
        self.assertEqual(self.send("--no-wait")["status"], "pending")

    def test_dry_run_changes_nothing(self):
        out = self.send("--dry-run")
        self.assertEqual((out["would"], out["receipt"]["code"]), ("succeed", "ok"))
        self.node.would = "fail"
        self.assertEqual(self.send("--dry-run", exit=1)["error"]["code"], "stake_below_required")
        self.assertEqual(self.node.seen, [])
        self.assertTrue(all("tx" not in params for params in self.node.tried), "a trial needs no signature")

    def test_what_would_fail_is_not_sent(self):
        self.node.would = "fail"
        error = self.send(exit=1)["error"]
        self.assertEqual((error["code"], error["status"]), ("stake_below_required", "not_sent"))
        self.assertIn("--force", error["hint"])
        self.assertEqual(self.node.seen, [])
        self.assertEqual(self.send("--force")["status"], "committed")

    def test_behind_a_transaction_that_waits_nothing_is_tried(self):
        self.node.would, self.node.waiting = "fail", 1
        self.assertEqual(self.send()["status"], "committed")
        self.assertEqual(self.node.tried, [])

    def test_files_offline(self):
        made = self.send("--generate-only")
        path = self.write("unsigned", json.dumps(made))
        self.assertFalse(self.json_of("tx", "inspect", path)["signed"])
        self.assertEqual(self.json_of("tx", "broadcast", path, "-y", exit=1, node=self.node.url)["error"]["code"], "bad_signature")
        signed = self.json_of("tx", "sign", path, "--from", "alice")
        path = self.write("signed", json.dumps(signed))
        shown = self.json_of("tx", "inspect", path)
        self.assertTrue(shown["signed"] and shown["signature_valid"])
        self.assertEqual(self.json_of("tx", "broadcast", path, "-y", node=self.node.url)["status"], "committed")
        bent = json.dumps(signed).replace('"1500000"', '"1400000"')
        self.assertEqual(self.error_of("tx", "inspect", self.write("bent", bent), exit=1)["code"], "tx_malformed")
        offline = self.json_of("send", "alice", "1.5", "--from", "alice", "-y", "--offline", "--chain-id", "test-1",
                               "--nonce", "3", "--fee", "0.1", "--valid-until", "140")
        self.assertTrue(offline["auth"])

    def test_another_chain_is_refused_before_signing(self):
        self.assertEqual(self.send("--chain-id", "other-1", exit=1)["error"]["code"], "wrong_chain")

    def test_wrong_password(self):
        done = self.run_assay("send", "alice", "1", "--from", "alice", "-y", "--json", "--password-file", self.wrong,
                              password=False, node=self.node.url)
        self.assertEqual((done.returncode, json.loads(done.stdout)["error"]["code"]), (1, "wrong_password"))
        self.assertEqual(self.node.seen, [])

    def test_mistyped_addresses(self):
        broken = self.alice["address"][:-1] + ("q" if self.alice["address"][-1] != "q" else "p")
        self.assertEqual(self.send(to=broken, exit=2)["error"]["code"], "bad_checksum")
        self.assertEqual(self.send(to="nobody", exit=1)["error"]["code"], "unknown_key")

    def test_faucet_signs_with_the_published_key(self):
        out = self.json_of("faucet", "alice", "--amount", "5", "-y", node=self.node.url)
        self.assertEqual(out["messages"][0]["outputs"][0], {"to": self.alice["address"], "amount": "5000000", "tag": ""})
        self.assertNotEqual(out["sender"], self.alice["address"])

    def test_an_order_tells_its_id(self):
        out = self.json_of("order", "create", "--class", "cpu-1", "--units", "10", "--max-price", "0.05", "--expires", "1h",
                           "--from", "alice", "-y", node=self.node.url)
        self.assertEqual(out["order"], "cd" * 32)
        message = out["messages"][0]
        self.assertEqual((message["deposit"], message["expires"]), ("500000", 40 + 7200))
        low = self.error_of("order", "create", "--class", "cpu-1", "--units", "10", "--max-price", "0.05", "--deposit", "0.4",
                            "--from", "alice", "-y", exit=2, node=self.node.url)
        self.assertEqual(low["code"], "usage")

    def test_a_bid_is_taken_at_the_price_at_which_it_stands(self):
        self.node.bidder = self.alice["address"]
        accept = ["bid", "accept", "ab" * 32, "--provider", "alice", "--from", "alice", "-y"]
        message = self.json_of(*accept, "--slot", "2", node=self.node.url)["messages"][0]
        self.assertEqual(message, {"type": "accept_bid", "order": "ab" * 32, "provider": self.alice["address"], "slot": 2,
                                   "price": "600002"})
        message = self.json_of(*accept, "--slot", "2", "--price", "0.7", node=self.node.url)["messages"][0]
        self.assertEqual(message["price"], "700000")
        self.assertEqual(self.error_of(*accept, "--slot", "1", exit=1, node=self.node.url)["code"], "unknown_bid")
        self.assertEqual(self.error_of(*accept, "--offline", exit=2)["code"], "usage")
        manual = self.json_of("order", "create", "--class", "cpu-1", "--units", "1", "--max-price", "1", "--manual",
                              "--from", "alice", "-y", node=self.node.url)["messages"][0]
        self.assertTrue(manual["manual"])
        self.assertIn("$0.600002", self.run_assay("bid", "list", "ab" * 32, node=self.node.url).stdout)

    # ---------------------------------------------------------------- asking

    def test_answers_are_one_value_or_plain_text(self):
        value = self.json_of("balance", "alice", node=self.node.url)
        self.assertEqual((value["liquid"], value["verified"]), ("12500000", "none"))
        plain = self.run_assay("balance", "alice", node=self.node.url)
        self.assertIn("12.5 ASY", plain.stdout)
        self.assertIn("$1.25", plain.stdout)
        need = self.json_of("provider", "requirement", "--class", "cpu-1", "--devices", "3", node=self.node.url)
        self.assertEqual(need["required"], "120000000")
        self.assertEqual(self.error_of("provider", "requirement", "--class", "x", exit=1, node=self.node.url)["code"],
                         "unknown_class")
        self.assertEqual(self.error_of("order", "show", "xyz", exit=2, node=self.node.url)["code"], "usage")

    def test_a_node_of_something_else_is_3(self):
        with socket.socket() as other:
            other.bind(("127.0.0.1", 0))
            other.listen()
            url = f"http://127.0.0.1:{other.getsockname()[1]}"

            def serve():
                try:
                    connection, _ = other.accept()
                    connection.recv(4096)
                    connection.sendall(b"HTTP/1.1 404 Not Found\r\nContent-Length: 5\r\n\r\nhello")
                    connection.close()
                except OSError:
                    pass

            threading.Thread(target=serve, daemon=True).start()
            self.assertEqual(self.error_of("status", exit=3, node=url)["code"], "node_unreachable")
        self.assertEqual(self.error_of("status", exit=2, node="ftp://x")["code"], "usage")

    def test_version_and_completion(self):
        self.assertLessEqual({"version", "commit", "compiler"}, set(self.json_of("version")))
        bash = self.run_assay("completion", "bash").stdout
        checked = subprocess.run(["bash", "-n"], input=bash, text=True, capture_output=True)
        self.assertEqual(checked.returncode, 0, checked.stderr)
        tried = subprocess.run(["bash"], text=True, capture_output=True, input=bash +
                               "COMP_WORDS=(assay key im); COMP_CWORD=2; _assay; echo \"${COMPREPLY[@]}\"\n")
        self.assertEqual(tried.stdout.strip(), "import")
        for shell in ("zsh", "fish"):
            self.assertIn("import", self.run_assay("completion", shell).stdout)

    def test_starting_is_quick(self):
        best = min(self.timed("--version") for _ in range(10))
        self.assertLess(best, 0.2)  # a debug build under load; the release build takes a tenth of it

    def timed(self, *args):
        start = time.perf_counter()
        subprocess.run([ASSAY, *args], capture_output=True, env=self.environment())
        return time.perf_counter() - start

    # ---------------------------------------------------------------- the person at the terminal

    def at_terminal(self, args, answers, look=None):
        """Runs it on a pseudo-terminal, types each answer once its prompt is there; returns (exit, what was shown).
        `look` gets the process's id while a prompt waits."""
        child, fd = pty.fork()
        if child == 0:
            os.execve(ASSAY, [ASSAY, *args], self.environment())
        shown, at = b"", 0
        try:
            for prompt, answer in answers:
                while prompt not in shown[at:]:
                    shown += os.read(fd, 4096)
                at = len(shown)
                if look:
                    look(child)
                if answer is signal.SIGINT:
                    os.write(fd, b"\x03")
                else:
                    time.sleep(0.05)  # the prompt comes before the echo goes off
                    os.write(fd, answer + b"\n")
            while True:
                shown += os.read(fd, 4096)
        except OSError:
            pass
        _, status = os.waitpid(child, 0)
        os.close(fd)
        return os.waitstatus_to_exitcode(status), shown

    def test_prompts_do_not_echo(self):
        code, shown = self.at_terminal(["key", "new", "typed", "--kdf-light"],
                                       [(b"New password", b"staple battery"), (b"again", b"staple battery")])
        self.assertEqual(code, 0, shown)
        self.assertNotIn(b"staple", shown)
        code, shown = self.at_terminal(["key", "new", "typed2", "--kdf-light"],
                                       [(b"New password", b"staple battery"), (b"again", b"staple bettery")])
        self.assertEqual(code, 1, shown)
        self.assertFalse(os.path.exists(os.path.join(self.home, "keys", "typed2.json")))

    def test_saying_no_sends_nothing_and_yes_sends(self):
        args = ["send", "alice", "1.5", "--from", "alice", "--node", self.node.url]
        code, shown = self.at_terminal(args, [(b"[y/N]", b"n")])
        self.assertEqual(code, 2, shown)
        self.assertIn(b"send 1.5 ASY to assay1", shown)
        self.assertEqual(self.node.seen, [])
        code, shown = self.at_terminal(args, [(b"[y/N]", b"y"), (b"Password", b"correct horse")])
        self.assertEqual(code, 0, shown)
        self.assertEqual(len(set(self.node.seen)), 1)

    def test_an_interrupted_prompt_is_130_and_loses_nothing(self):
        code, shown = self.at_terminal(["key", "new", "broken", "--kdf-light"], [(b"New password", signal.SIGINT)])
        self.assertEqual(code, 130, shown)
        self.assertFalse(os.path.exists(os.path.join(self.home, "keys", "broken.json")))

    def test_no_secret_lies_about(self):
        self.send()
        words = self.alice["mnemonic"].split()
        for folder, _, files in os.walk(self.home):
            for name in files:
                path = os.path.join(folder, name)
                self.assertEqual(os.stat(path).st_mode & 0o077, 0, path)
                with open(path, errors="replace") as file:
                    text = file.read()
                self.assertNotIn("correct horse", text)
                self.assertNotIn(" ".join(words[:3]), text)


if __name__ == "__main__":
    unittest.main()
