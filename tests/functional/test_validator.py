#!/usr/bin/env python3
"""What a validator's operator types: prices from a command, a new beacon chain, one screen with its warnings.

    test_validator.py --bin DIR
"""

import json
import signal
import subprocess
import threading
import time
import unittest

import harness
from harness import Folder, Node, clean_environment, program


class Validator(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = Folder()
        cls.path = cls.folder.__enter__()
        cls.node = Node(cls.path / "node", init=("--beacon-length", str(6 << 20))).start(block_time="100ms")
        cls.home = cls.path / "wallet"
        cls.password = cls.path / "password"
        cls.password.write_text("correct horse\n")
        cls.assay("key", "import", "validator", "--devnet-validator", "--kdf-light")
        cls.assay("key", "new", "alice", "--kdf-light")
        for name in ("validator", "alice"):
            cls.assay("faucet", name, "--amount", "100", "-y")

    @classmethod
    def tearDownClass(cls):
        cls.node.terminate()
        cls.folder.__exit__()

    @classmethod
    def command(cls, *arguments, node=None):
        return [program("assay"), *map(str, arguments), "--json", "--node", node or cls.node.url, "--home", str(cls.home),
                "--password-file", str(cls.password)]

    @classmethod
    def assay(cls, *arguments, exit=0, **more):
        done = subprocess.run(cls.command(*arguments, **more), capture_output=True, text=True, timeout=60, env=clean_environment())
        assert done.returncode == exit, (arguments, done.returncode, done.stdout, done.stderr)
        return json.loads(done.stdout)

    def reporting(self, command, *more, node=None):
        """The running reporter and its events as they come."""
        process = subprocess.Popen(self.command("validator", "report-price", "--exec", command, "--from", "validator", "-y", *more,
                                                node=node), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
                                   stdin=subprocess.DEVNULL, env=clean_environment())
        events = []
        reader = threading.Thread(target=lambda: events.extend(map(json.loads, iter(process.stdout.readline, ""))), daemon=True)
        # extend() takes them one by one as they come
        reader.start()

        def end():
            if process.poll() is None:
                process.terminate()
            code = process.wait(20)
            reader.join(10)
            process.stdout.close()
            return code
        self.addCleanup(lambda: process.poll() is None and process.kill())
        return process, events, end

    def has(self, events, **members):
        return any(members.items() <= e.items() for e in list(events))

    def test_a_price_from_a_command_is_reported_until_it_is_told_to_stop(self):
        quote = self.path / "quote"
        quote.write_text("1.0912\n")
        _, events, end = self.reporting(f"cat {quote}", "--every", "1s")
        harness.eventually(lambda: self.has(events, event="reported", price="109120000"), 20, "a report")
        reports = [e for e in events if e["event"] == "reported"]
        tx = self.node.rpc("tx", txid=reports[0]["txid"])
        self.assertEqual((tx["status"], tx["messages"]), ("committed", [{"type": "report_price", "price": "109120000"}]))
        for text, code in (("", "bad_amount"), ("one dollar\n", "bad_amount"), ("-1\n", "bad_amount")):
            del events[:]
            quote.write_text(text)
            harness.eventually(lambda: self.has(events, event="skipped", code=code), 20, f"that {text!r} is skipped")
        quote.unlink()
        del events[:]
        harness.eventually(lambda: self.has(events, event="skipped", code="io_error"), 20, "that it fails")
        self.assertIn("exit code 1", events[-1]["message"])
        quote.write_text("1.1\n")
        harness.eventually(lambda: self.has(events, event="reported", price="110000000"), 20, "the next report")
        self.assertEqual(end(), 0)
        self.assertEqual(events[-1]["event"], "stopped")

    def test_one_round_gets_a_price_once(self):
        node = Node(self.path / "slow").start(block_time="3s")  # a round of four blocks is twelve seconds
        try:
            self.assay("faucet", "validator", "--amount", "1", "-y", "--no-wait", node=node.url)
            _, events, end = self.reporting("echo 1.05", "--every", "1s", node=node.url)
            harness.eventually(lambda: self.has(events, event="unchanged"), 30, "a turn without a report")
            self.assertEqual(end(), 0)
            rounds = [e["round"] for e in events if e["event"] == "reported"]
            self.assertEqual(len(rounds), len(set(rounds)))
        finally:
            node.terminate()

    def test_a_command_that_hangs_ends_with_its_children_and_with_the_reporter(self):
        mark = f"86{harness.SEED % 1000:03}"
        _, events, end = self.reporting(f"sleep {mark} | cat", "--every", "1s")
        harness.eventually(lambda: self.has(events, event="skipped", code="io_error"), 20, "the deadline")
        self.assertIn("no answer within 1 s", events[0]["message"])
        began = time.monotonic()
        self.assertEqual(end(), 0)
        self.assertLess(time.monotonic() - began, 5)
        left = subprocess.run(["ps", "-eo", "args"], capture_output=True, text=True).stdout
        self.assertNotIn(f"sleep {mark}", [line.strip() for line in left.splitlines()])

    def test_a_node_that_is_away_is_told_and_waited_for(self):
        node = Node(self.path / "away").start(block_time="100ms")
        self.addCleanup(lambda: node.process and node.terminate())
        self.assay("faucet", "validator", "--amount", "1", "-y", node=node.url)
        _, events, end = self.reporting("echo 1.07", "--every", "1s", node=node.url)
        harness.eventually(lambda: self.has(events, event="reported"), 20, "a report")
        node.kill()
        harness.eventually(lambda: self.has(events, event="skipped", code="node_unreachable"), 20, "that it is away")
        del events[:]
        node.start(block_time="100ms", listen=node.url.removeprefix("http://"))
        harness.eventually(lambda: self.has(events, event="reported"), 20, "the next report")
        self.assertEqual(end(), 0)

    def test_wrong_usage_and_what_must_be_there_first(self):
        report = ["validator", "report-price", "--from", "validator"]
        for more in (["--exec", "echo 1", "-y", "--offline"], ["--exec", "echo 1", "-y", "--no-wait"],
                     ["--exec", "echo 1", "-y", "--every", "1"], ["--exec", "echo 1", "-y", "1.0"], ["-y"]):
            self.assertEqual(self.assay(*report, *more, exit=2)["error"]["code"], "usage", more)
        self.assertEqual(self.assay(*report, "--exec", "echo 1", exit=2)["error"]["code"], "confirmation_required")
        self.assertEqual(self.assay(*report, "--exec", "echo 1", "-y", exit=3, node="http://127.0.0.1:9")["error"]["code"],
                         "node_unreachable")
        wrong = self.path / "wrong"
        wrong.write_text("battery staple\n")
        done = subprocess.run([*self.command(*report, "--exec", "echo 1", "-y")[:-1], str(wrong)], capture_output=True, text=True,
                              timeout=20, env=clean_environment())
        self.assertEqual((done.returncode, json.loads(done.stdout)["error"]["code"]), (1, "wrong_password"))

    def test_a_stranger_to_the_set_reports_nothing(self):
        process = subprocess.Popen(self.command("validator", "report-price", "--exec", "echo 1.02", "--from", "alice", "-y"),
                                   stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env=clean_environment())
        self.assertEqual(json.loads(process.stdout.readline())["code"], "not_validator")
        process.send_signal(signal.SIGINT)
        self.assertEqual(json.loads(process.stdout.readline())["event"], "stopped")
        self.assertEqual(process.wait(20), 0)
        process.stdout.close()

    def test_one_screen_and_what_it_warns_of(self):
        shown = self.assay("validator", "show", "validator")
        self.assertEqual((shown["power"] > 0, shown["warnings"]), (True, []))
        self.assertGreater(shown["beacon_left"], 1_000_000)
        self.assertEqual(self.assay("validator", "show", "alice", exit=1)["error"]["code"], "not_validator")

        # Another node's chain is all but used up.
        short = Node(self.path / "short", init=("--beacon-length", "5000"))
        short.start(block_time="100ms")
        try:
            shown = self.assay("validator", "show", "validator", node=short.url)
            self.assertEqual([w["code"] for w in shown["warnings"]], ["beacon_short"])
            self.assertIn("renew-beacon", shown["warnings"][0]["fix"])
            self.assay("faucet", "validator", "--amount", "1", "-y", node=short.url)
            self.assertEqual(self.assay("validator", "renew-beacon", "--beacon-tip", "77" * 32, "--from", "validator", "-y",
                                        node=short.url)["messages"][0], {"type": "renew_beacon", "beacon_tip": "77" * 32})
            shown = self.assay("validator", "show", "validator", node=short.url)
            self.assertEqual(shown["pending_tip"], "77" * 32)
            self.assertIn(f"epoch {shown['pending_tip_from']}", shown["warnings"][0]["fix"])
            self.assertEqual(self.assay("validator", "renew-beacon", "--beacon-tip", "78" * 32, "--from", "validator", "-y",
                                        exit=1, node=short.url)["error"]["code"], "beacon_tip_pending")
            # A key that the chain will wait for, and no node has.
            self.assay("validator", "rotate-key", "--consensus-key", "55" * 32, "--from", "validator", "-y", node=short.url)
            codes = [w["code"] for w in self.assay("validator", "show", "validator", node=short.url)["warnings"]]
            self.assertIn("key_pending", codes)
        finally:
            short.terminate()

    def test_a_beacon_chain_is_renewed_also_once_it_is_used_up(self):
        node = Node(self.path / "renewed", init=("--beacon-length", "25"))

        def assayd(*arguments):
            return harness.run_json("assayd", *arguments, "--home", node.home)

        def reveal():
            return node.rpc("header", height=node.height())["header"]["reveal"]

        node.start(block_time="100ms")
        try:
            node.wait_for_height(1)
            self.assertNotEqual(reveal(), "00" * 32)
            node.wait_for_height(27)
            self.assertEqual((reveal(), node.rpc("status")["beacon_left"]), ("00" * 32, 0))
            made = assayd("key", "renew", "beacon", "--beacon-length", "5000")
            self.assertEqual(assayd("key", "renew", "beacon"), made | {"already": True})
            self.assertNotEqual(assayd("key", "show", "beacon")["beacon_tip"], made["beacon_tip"])
            self.assay("faucet", "validator", "--amount", "1", "-y", node=node.url)
            self.assay("validator", "renew-beacon", "--beacon-tip", made["beacon_tip"], "--from", "validator", "-y", node=node.url)
            harness.eventually(lambda: node.rpc("status")["beacon_left"] > 0, what="the second boundary")
            self.assertNotEqual(reveal(), "00" * 32)
            self.assertEqual(assayd("key", "show", "beacon")["beacon_tip"], made["beacon_tip"])
            self.assertFalse((node.home / "keys" / "beacon-next.json").exists())
            node.kill()  # and what is in use now is what the next start finds
            node.start(block_time="100ms")
            node.wait_for_height(node.height() + 2)
            self.assertNotEqual(reveal(), "00" * 32)
            self.assertGreater(node.rpc("status")["beacon_left"], 4900)
        finally:
            node.terminate()
        node.verify()


if __name__ == "__main__":
    harness.main()
