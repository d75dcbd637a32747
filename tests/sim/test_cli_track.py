#!/usr/bin/env python3
"""`assay-sim track` beside a node that answers from a dictionary: where day 0 lies, coverage, the first epoch outside.

    test_cli_track.py PATH-OF-ASSAY-SIM
"""

import csv
import datetime
import http.server
import json
import os
import subprocess
import sys
import tempfile
import threading
import unittest

SIM = sys.argv.pop(1)
DAYS = 40


class FakeNode:
    """Daily epochs from a moment on. What each holds is a function of its number."""

    def __init__(self, genesis, running, rules):
        self.genesis, self.running, self.rules = genesis, running, rules
        self.votes, self.pruned, self.calls = [], 0, []
        self.values = lambda number: {}
        node = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                node.calls.append(asked["method"])
                answer = {"jsonrpc": "2.0", "id": asked["id"]}
                try:
                    answer["result"] = getattr(node, asked["method"])(**asked.get("params", {}))
                except KeyError as e:
                    answer["error"] = {"code": -32001, "message": str(e), "data": {"code": "not_found", "hint": ""}}
                body = json.dumps(answer).encode()
                self.send_response(200)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()

    def status(self):
        return {"chain_id": "fake-1", "height": 1000, "epoch": self.running}

    def params(self, **_):
        return {"items": [], "genesis": self.rules, "height": 1000}

    def epoch(self, epoch):
        if not self.pruned <= epoch <= self.running:
            raise KeyError(f"epoch {epoch} is not there")
        start = self.genesis + datetime.timedelta(days=epoch)
        return {"epoch": epoch, "start_time": start.strftime("%Y-%m-%dT%H:%M:%SZ"), "price": "100000000", "minted": "0",
                "burned": "0", "slashed": "0", "fees_burned": "0", "credits_consumed": "0", "round": None,
                **self.values(epoch)}

    def epochs(self, to, **more):
        first, last = max(more["from"], self.pruned), min(to, self.running)
        items = [self.epoch(e) for e in range(first, last + 1)]
        return {"items": items, "next_cursor": None, "height": 1000}

    def proposals(self, status=None, **_):
        return {"items": [p for p in self.votes if p["status"] == status], "next_cursor": None, "height": 1000}


class Track(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.temp = tempfile.TemporaryDirectory()
        cls.dir = os.path.join(cls.temp.name, "result")
        p = subprocess.run([SIM, "run", "devnet", "--set", f"horizon_days={DAYS}", "--runs", "40", "--out", cls.dir],
                           capture_output=True, text=True, timeout=120)
        assert p.returncode == 0, p.stderr
        with open(os.path.join(cls.dir, "manifest.json")) as f:
            cls.manifest = json.load(f)
        cls.q = {}
        with open(os.path.join(cls.dir, "quantiles.csv")) as f:
            for row in csv.DictReader(f):
                if row["value"]:
                    cls.q[row["metric"], float(row["day"]), float(row["q"])] = float(row["value"])

    @classmethod
    def tearDownClass(cls):
        cls.temp.cleanup()

    def node(self, genesis="2026-01-01", running=30):
        node = FakeNode(datetime.datetime.fromisoformat(genesis), running, self.manifest["scenario"]["params"])
        self.addCleanup(node.close)
        return node

    def follow(self, node, at=0, spread=0.5):
        """The chain does from epoch `at` on what quantile `spread` of the prediction says."""
        decimals = self.manifest["scenario"]["params"]["token"]["decimals"]

        def values(number):
            day = number - at + 1
            if day < 1 or day > DAYS:
                return {}
            out = {}
            for name in ("minted", "burned"):
                now, before = self.q[name, day, spread], self.q.get((name, day - 1, spread), 0)
                out[name] = str(round((now - before) * 10**decimals))
            price = self.q.get(("oracle_usd", day, spread), self.q["price_usd", day, spread])
            out["price"] = str(round(price * 1e8))
            out["credits_consumed"] = str(round(self.q["served_usd_per_day", day, spread] * 1e6))
            return out

        node.values = values

    def track(self, node, *args, code=0):
        p = subprocess.run([SIM, "--json", "track", self.dir, "--node", node.url, *args], capture_output=True, text=True,
                           timeout=60)
        self.assertEqual(p.returncode, code, p.stdout + p.stderr)
        return json.loads(p.stdout)

    def test_a_chain_that_does_the_median(self):
        node = self.node()
        self.follow(node)
        got = self.track(node)
        self.assertEqual((got["chain_id"], got["result_hash"]), ("fake-1", self.manifest["result_hash"]))
        self.assertEqual(got["day0"], {"epoch": 0, "time": "2026-01-01T00:00:00Z", "why": "genesis"})
        self.assertEqual((got["epochs"], got["days"]), (30, 30))
        self.assertEqual([m["metric"] for m in got["metrics"]][1:], ["minted", "burned", "served_usd_per_day"])
        for m in got["metrics"]:
            self.assertEqual((m["epochs"], m["coverage_90"], m["coverage_50"], m["first_outside"]), (30, 1, 1, None), m)
            self.assertEqual((m["last"]["epoch"], m["last"]["day"]), (29, 30))
            self.assertLessEqual(abs(m["last"]["value"] - m["last"]["median"]), 1e-6 * abs(m["last"]["median"]))
        text = subprocess.run([SIM, "track", self.dir, "--node", node.url], capture_output=True, text=True).stdout
        self.assertIn("30 epochs compared", text)
        self.assertIn("100 %", text)

    def test_a_price_that_leaves_its_band(self):
        node = self.node()
        self.follow(node)
        usual = node.values
        node.values = lambda n: usual(n) | ({"price": str(10**10)} if n >= 20 else {})
        got = self.track(node)
        price = got["metrics"][0]
        self.assertIn(price["metric"], ("oracle_usd", "price_usd"))
        self.assertAlmostEqual(price["coverage_90"], 20 / 30)
        outside = price["first_outside"]
        self.assertEqual((outside["epoch"], outside["day"], outside["value"]), (20, 21, 100))
        self.assertLess(outside["high"], 100)
        self.assertEqual(got["metrics"][1]["coverage_90"], 1)

    def test_day_zero(self):
        # The last applied vote that names the result; a rejected one and another result's do not count.
        node = self.node("2025-06-01", 400)
        title = lambda text, id, status, applied: {"id": id, "title": text, "status": status, "applied": applied}
        mine = "devnet: result " + self.manifest["result_hash"]
        node.votes += [title(mine, 1, "applied", 100), title(mine, 2, "applied", 380),
                           title("x: result " + "0" * 64, 3, "applied", 390), title(mine, 4, "rejected", None)]
        self.follow(node, at=380)
        got = self.track(node)
        self.assertEqual((got["day0"]["epoch"], got["day0"]["why"]), (380, "proposal 2"))
        self.assertEqual((got["epochs"], got["metrics"][1]["coverage_90"]), (20, 1))
        # Without a vote: the epoch in which the scenario starts, found without reading all of them.
        node.votes.clear()
        node.calls.clear()
        got = self.track(node)
        start = (datetime.datetime(2026, 1, 1) - datetime.datetime(2025, 6, 1)).days
        self.assertEqual((got["day0"]["epoch"], got["day0"]["why"]), (start, "scenario"))
        self.assertLess(len(node.calls), 20)
        # Told: from there.
        got = self.track(node, "--from", "380")
        self.assertEqual((got["day0"]["epoch"], got["day0"]["why"], got["epochs"]), (380, "--from", 20))
        # Behind the prediction's last day nothing is compared.
        self.assertEqual(self.track(node, "--from", "300")["epochs"], DAYS)
        # And before its first one neither.
        empty = self.track(node, "--from", "400")
        self.assertEqual((empty["epochs"], empty["metrics"][0]["coverage_90"], empty["metrics"][0]["last"]), (0, None, None))

    def test_what_is_refused(self):
        node = self.node()
        node.pruned = 5
        error = self.track(node, "--from", "2", code=1)["error"]
        self.assertEqual(error["code"], "pruned")
        self.assertIn("epoch 2", error["message"])
        self.assertIn("epoch 30", self.track(node, "--from", "31", code=1)["error"]["message"])
        for args in (("--from", "x"), ("--from", "-1"), ("--cell", "1.5")):
            self.assertEqual(self.track(node, *args, code=2)["error"]["code"], "usage")
        self.assertIn("no cell 7", self.track(node, "--from", "6", "--cell", "7", code=1)["error"]["message"])
        other = json.loads(json.dumps(self.manifest["scenario"]["params"]))
        other["token"]["denom"] = "XYZ"
        text = json.dumps(other).replace(f' {self.manifest["scenario"]["params"]["token"]["denom"]}"', ' XYZ"')
        node.rules = json.loads(text)
        self.assertIn("XYZ", self.track(node, "--from", "6", code=1)["error"]["message"])
        node.close()
        self.assertEqual(self.track(node, code=3)["error"]["code"], "node_unreachable")


if __name__ == "__main__":
    unittest.main()
