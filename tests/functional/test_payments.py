#!/usr/bin/env python3
"""Payments in numbers: lists that are cut off and go on, and a thousand sends at once.

    test_payments.py --bin DIR
"""

import concurrent.futures
import http.server
import json
import signal
import socket
import subprocess
import threading
import unittest
import urllib.request

import harness
from harness import Folder, Node, clean_environment, program
from messages import bech32m


class Lossy(http.server.ThreadingHTTPServer):
    """Between the wallet and its node: hands on everything but what sends a transaction, whose connection breaks. With
    `once_sent` that is handed on too, and once the node has it this is called in place of an answer."""

    def __init__(self, url, once_sent=None):
        super().__init__(("127.0.0.1", 0), LossyHandler)
        self.to, self.once_sent = url, once_sent
        self.lost = 0
        threading.Thread(target=self.serve_forever, daemon=True).start()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_address[1]}"


class LossyHandler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *args):
        pass

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if b'"broadcast_tx"' in body:
            self.server.lost += 1
            if self.server.once_sent:
                self.hand_on(body)
                self.server.once_sent()
            self.close_connection = True
            self.connection.shutdown(socket.SHUT_RDWR)
            return
        answer = self.hand_on(body)
        self.send_response(200)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def hand_on(self, body):
        return urllib.request.urlopen(urllib.request.Request(self.server.to, body, {"Content-Type": "application/json"})).read()


class Payments(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = Folder()
        cls.path = cls.folder.__enter__()
        cls.node = Node(cls.path / "node").start(block_time="100ms")
        cls.home = cls.path / "wallet"
        cls.password = cls.path / "password"
        cls.password.write_text("correct horse\n")
        for name in ("alice", "bob"):
            cls.assay("key", "new", name, "--kdf-light")
        cls.assay("faucet", "alice", "--amount", "100000", "-y")
        cls.random = harness.seeded("lists of payments")

    @classmethod
    def tearDownClass(cls):
        cls.node.terminate()
        cls.folder.__exit__()

    @classmethod
    def command(cls, *arguments, node=None):
        return [program("assay"), *map(str, arguments), "--json", "--node", node or cls.node.url, "--home", str(cls.home),
                "--password-file", str(cls.password)]

    @classmethod
    def assay(cls, *arguments, exit=0, node=None, stdin=""):
        done = subprocess.run(cls.command(*arguments, node=node), input=stdin, capture_output=True, text=True, timeout=120,
                              env=clean_environment())
        assert done.returncode == exit, (arguments, done.returncode, done.stdout, done.stderr)
        assert done.stdout.count("\n") == 1, done.stdout
        return json.loads(done.stdout)

    def list_of(self, name, count, most=10**6, tags=True):
        """A file of payments to fresh addresses: (path, {address: base units})."""
        rows = {}
        while len(rows) < count:
            rows[bech32m("assay", self.random.getrandbits(256).to_bytes(32, "big"))] = self.random.randrange(1, most)
        path = self.path / name
        with open(path, "w", newline="") as file:
            file.write("to,amount,tag\n" if tags else "")
            for i, (to, units) in enumerate(rows.items()):
                amount = f"{units // 10**6}.{units % 10**6:06}"
                file.write(f"{to},{amount},\"row {i}\"\n" if tags and i % 2 else f"{to},{amount}\r\n")
        return path, rows

    def balances(self, addresses):
        out = {}
        addresses = list(addresses)
        for at in range(0, len(addresses), 50):
            calls = [{"jsonrpc": "2.0", "id": i, "method": "account", "params": {"address": a}}
                     for i, a in enumerate(addresses[at:at + 50])]
            for one in self.node.answer(calls):
                out[addresses[at + one["id"]]] = int(one["result"]["liquid"])
        return out

    def send(self, path, *more, **options):
        return self.assay("send", "--csv", path, "--from", "alice", "-y", *more, **options)

    # ------------------------------------------------------------ lists

    def test_ten_thousand_are_paid_once_although_the_wallet_is_killed_again_and_again(self):
        path, rows = self.list_of("many.csv", 10_000)
        before = int(self.assay("balance", "alice")["liquid"])
        # The first time in the worst moment: the node has the transaction, the wallet does not know.
        running = []
        proxy = Lossy(self.node.url, lambda: running[0].kill())
        running.append(subprocess.Popen(self.command("send", "--csv", path, "--from", "alice", "-y", node=proxy.url),
                                        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=clean_environment()))
        running[0].communicate(timeout=60)
        self.assertEqual((running[0].returncode, proxy.lost), (-signal.SIGKILL, 1))
        proxy.shutdown()
        proxy.server_close()
        for kill_at in (1, 1):
            process = subprocess.Popen(self.command("send", "--csv", path, "--from", "alice", "-y", "--progress", "json"),
                                       stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=clean_environment())
            seen = 0
            for line in process.stderr:
                seen += "sending" in json.loads(line)
                if seen == kill_at:
                    process.send_signal(signal.SIGKILL)
                    break
            process.communicate(timeout=60)
            self.assertEqual(process.returncode, -signal.SIGKILL)
        out = self.send(path)
        self.assertEqual((out["rows"], out["paid_rows"], out["total"], out["already"]),
                         (10_000, 10_000, str(sum(rows.values())), False))
        self.assertEqual([t["first_row"] for t in out["transactions"]][0], 1)
        self.assertEqual(sum(t["rows"] for t in out["transactions"]), 10_000)
        self.assertLess(len(out["transactions"]), 10)
        self.assertEqual(self.balances(rows), rows)
        paid = before - int(self.assay("balance", "alice")["liquid"])
        self.assertEqual(paid, sum(rows.values()) + int(out["fees"]))
        again = self.send(path)
        self.assertEqual((again["already"], again["transactions"]), (True, out["transactions"]))
        self.assertEqual(self.balances(list(rows)[:50]), dict(list(rows.items())[:50]))

    def test_a_list_is_paid_once_more_only_when_told(self):
        path, rows = self.list_of("twice.csv", 3, tags=False)
        self.send(path)
        self.assertTrue(self.send(path)["already"])
        self.send(path, "--again")
        self.assertEqual(self.balances(rows), {a: 2 * n for a, n in rows.items()})

    def test_what_never_left_is_signed_anew_and_a_list_that_changed_meanwhile_is_refused(self):
        path, rows = self.list_of("lost.csv", 5)
        proxy = Lossy(self.node.url)
        error = self.send(path, "--valid-until", "+1000", exit=5, node=proxy.url)["error"]
        self.assertEqual((error["code"], error["paid_rows"], error["rows"]), ("outcome_unknown", 0, 5))
        self.assertIn("pays nobody twice", error["hint"])
        self.assertGreater(proxy.lost, 0)
        proxy.shutdown()
        proxy.server_close()
        kept = path.read_bytes()
        path.write_bytes(kept + f"{list(rows)[0]},1\n".encode())
        error = self.send(path, exit=1)["error"]
        self.assertEqual(error["code"], "already_exists")
        self.assertIn("another content", error["message"])
        path.write_bytes(kept.replace(b"\r\n", b"\n"))  # the same payments
        self.assay("send", "bob", "1", "--from", "alice", "-y")  # takes the nonce of what was lost
        out = self.send(path)
        self.assertEqual((out["paid_rows"], len(out["transactions"])), (5, 1))
        self.assertEqual(self.balances(rows), rows)
        log = [e for e in self.assay("log")["items"] if e.get("txid") == out["transactions"][0]["txid"]]
        self.assertEqual([e["event"] for e in log], ["sending", "committed"])

    def test_a_mistake_anywhere_sends_nothing(self):
        good = bech32m("assay", bytes(range(32)))
        height = self.node.rpc("account", address=self.assay("key", "show", "alice")["address"])["nonce"]
        for rows, code, where in (
            (f"to,amount\n{good},1\n{good[:-1]}{'q' if good[-1] != 'q' else 'p'},2\n", "bad_checksum", "row 3, column 1 (to)"),
            (f"{good},1\n{good},1.0000001\n", "bad_amount", "row 2, column 2 (amount)"),
            (f"{good},1\n\n{good},0\n", "amount_zero", "row 3, column 2 (amount)"),
            (f"{good},1,{'x' * 65}\n", "invalid_params", "row 1, column 3 (tag)"),
            (f"{good}\n", "invalid_params", "row 1 has 1 columns"),
            (f"{good},1,a,b\n", "invalid_params", "row 1 has 4 columns"),
            (f"{good},\"1\n", "invalid_params", "row 1, column 2"),
            (f"to,amount,memo\n{good},1,x\n", "invalid_params", "'memo' is no column"),
            ("to,tag\n", "invalid_params", "names no column 'amount'"),
            ("\n\n", "invalid_params", "holds no payment"),
            (f"{good},99999999\n", "insufficient_funds", "the list needs 99999999"),
        ):
            with self.subTest(rows=rows):
                path = self.path / "wrong.csv"
                path.write_text(rows)
                error = self.send(path, exit=1)["error"]
                self.assertEqual(error["code"], code)
                self.assertIn(where, error["message"])
        self.assertEqual(self.node.rpc("account", address=self.assay("key", "show", "alice")["address"])["nonce"], height)

    def test_what_does_not_go_with_a_list_is_wrong_usage(self):
        path, _ = self.list_of("usage.csv", 1)
        for more in (("bob", "1"), ("--tag", "x"), ("--nonce", "3"), ("--fee", "1"), ("--no-wait",), ("--generate-only",),
                     ("--valid-until", "100")):
            self.assertEqual(self.send(path, *more, exit=2)["error"]["code"], "usage", more)
        self.assertEqual(self.assay("send", "--csv", path, "--from", "alice", exit=2)["error"]["code"], "confirmation_required")
        self.assertEqual(self.assay("send", "bob", exit=2)["error"]["code"], "usage")
        self.assertEqual(self.send(path, exit=3, node="http://127.0.0.1:9")["error"]["code"], "node_unreachable")
        self.assertEqual(self.send(self.path / "none.csv", exit=1)["error"]["code"], "not_found")
        shown = self.send(path, "--dry-run")
        self.assertEqual((shown["dry_run"], shown["paid_rows"]), (True, 0))

    def test_a_list_from_stdin_names_its_columns_in_any_order(self):
        to = bech32m("assay", self.random.getrandbits(256).to_bytes(32, "big"))
        out = self.send("-", stdin=f"Tag,AMOUNT,To\n\"a \"\"quoted\"\" tag, with a comma\",2.5 ASY,{to}\n")
        tx = self.node.rpc("tx", txid=out["transactions"][0]["txid"])
        self.assertEqual(tx["messages"][0]["outputs"], [{"to": to, "amount": "2500000", "tag": "a \"quoted\" tag, with a comma"}])

    # ------------------------------------------------------------ many at once

    def test_a_thousand_sends_at_once_are_a_thousand_payments(self):
        count = 1000
        to = self.assay("key", "show", "bob")["address"]
        before = int(self.node.rpc("account", address=to)["liquid"])

        def one(i):
            done = subprocess.run(self.command("send", "bob", "0.001", "--tag", f"n{i}", "--from", "alice", "-y", "--no-wait",
                                               "--valid-until", "+10000"),
                                  capture_output=True, text=True, timeout=120, env=clean_environment())
            return done.returncode, json.loads(done.stdout)

        with concurrent.futures.ThreadPoolExecutor(20) as pool:
            answers = list(pool.map(one, range(count)))
        self.assertEqual({code for code, _ in answers}, {0}, [a for c, a in answers if c != 0][:3])
        self.assertEqual(len({a["txid"] for _, a in answers}), count)
        nonces = sorted(a["nonce"] for _, a in answers)
        self.assertEqual(nonces, list(range(nonces[0], nonces[0] + count)))
        harness.eventually(lambda: int(self.node.rpc("account", address=to)["liquid"]) >= before + count * 1000, 60, "the last")
        self.assertEqual(int(self.node.rpc("account", address=to)["liquid"]), before + count * 1000)


if __name__ == "__main__":
    harness.main()
