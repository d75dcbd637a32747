#!/usr/bin/env python3
"""A buyer and its provider, and nothing else between them: matrices go to `assay-prover run --serve`, the product comes back.

    test_buyer.py --bin DIR
"""

import http.client
import json
import os
import pathlib
import signal
import socket
import subprocess
import sys
import threading
import unittest

import harness
from harness import clean_environment, program
from provers import Provers

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "protocol"))
import matrix

M, N, K = 64, 32, 1100  # two slices


def npy(rows, cols, values):
    head = f"{{'descr': '|i1', 'fortran_order': False, 'shape': ({rows}, {cols}), }}"
    head += " " * (-(10 + len(head) + 1) % 64) + "\n"
    return b"\x93NUMPY\x01\x00" + len(head).to_bytes(2, "little") + head.encode() + values


class Prover:
    """assay-prover run --serve in the background; its events as they come."""

    def __init__(self, command):
        self.events = []
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                                        stdin=subprocess.DEVNULL, env=clean_environment())
        self.threads = [threading.Thread(target=self.read, daemon=True),
                        threading.Thread(target=lambda: setattr(self, "errors", self.process.stderr.read()), daemon=True)]
        for thread in self.threads:
            thread.start()

    def read(self):
        for line in self.process.stdout:
            self.events.append(json.loads(line))

    def wait_for(self, event, **members):
        def there():
            return [e for e in list(self.events) if e.get("event") == event and members.items() <= e.items()]
        harness.eventually(lambda: there() or self.process.poll() is not None, 60, event)
        assert there(), (self.events, self.process.poll())
        return there()[0]

    def end(self, how=signal.SIGTERM):
        if self.process.stdout.closed:
            return self.process.returncode
        if self.process.poll() is None:
            self.process.send_signal(how)
        code = self.process.wait(60)
        for thread in self.threads:
            thread.join(10)
        self.process.stdout.close()
        self.process.stderr.close()
        return code


class Buyer(Provers):
    PROVIDERS = [("honest", "cpu-gemm"), ("wrong", "cpu-gemm")]
    BLOCK_TIME = "100ms"

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.assay("key", "new", "buyer", "--kdf-light")
        cls.assay("faucet", "buyer", "--amount", "1000", "-y")
        cls.assay("key", "import", "validator", "--devnet-validator", "--kdf-light")
        cls.assay("burn", "20", "--from", "buyer", "-y")

        def credited():
            cls.assay("validator", "report-price", "1.02", "--from", "validator", "-y")
            return int(cls.assay("balance", "buyer")["credits"]) > 0
        harness.eventually(credited, 60, "the credits")
        generator = harness.seeded("a buyer's matrices")
        cls.a, cls.b = (bytes(generator.getrandbits(8) for _ in range(rows * K)) for rows in (M, N))
        cls.a_file, cls.b_file = cls.path / "A.npy", cls.path / "B.npy"
        cls.a_file.write_bytes(npy(M, K, cls.a))
        cls.b_file.write_bytes(npy(N, K, cls.b))
        cls.inputs = ["--input", cls.a_file, "--input", cls.b_file]

    def prover_of(self, name, *more):
        return Prover(self.at_work(name, "run", "--password-file", str(self.password), "--serve", "127.0.0.1:0", *more))

    def refused(self, *arguments, exit):
        done = subprocess.run([program("assay"), *map(str, arguments), "--json", "--node", self.node.url, "--home", str(self.home),
                               "--password-file", str(self.password)], capture_output=True, text=True, timeout=120,
                              env=clean_environment())
        self.assertEqual(done.returncode, exit, (arguments, done.stdout, done.stderr))
        return json.loads(done.stdout)["error"]

    def leased(self, name):
        """An order of the two files that `name` works for."""
        order = self.assay("order", "create", *self.inputs, "--class", "cpu-gemm", "--max-price", "1", "--manual", "--expires",
                           "+3000", "--from", "buyer", "-y")["order"]
        bid = ["bid", "place", order, "--slot", "0", "--price", "0.9", "--from", name, "-y"]
        harness.eventually(lambda: self.assay("provider", "show", name)["access"] is True, 60, "access")
        self.assay(*bid)
        self.assay("bid", "accept", order, "--provider", name, "--slot", "0", "--from", "buyer", "-y")
        return order

    def serve_at(self, name, prover):
        url = prover.wait_for("serving")["url"]
        self.assay("provider", "update", "--endpoint", url, "--from", name, "-y")
        return url

    def ask(self, url, method, path, body=None, headers=None):
        connection = http.client.HTTPConnection(url.removeprefix("http://"), timeout=30)
        try:
            connection.request(method, path, body, headers or {})
            answer = connection.getresponse()
            return answer.status, answer.read()
        finally:
            connection.close()

    def answers(self, url):
        try:
            return self.ask(url, "GET", "/")[0] == 404
        except (OSError, http.client.HTTPException):
            return False

    def watched(self, order, until):
        done = subprocess.run([program("assay"), "lease", "watch", order, "--until", until, "--json", "--node", self.node.url],
                              capture_output=True, text=True, timeout=60, env=clean_environment())
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        return [json.loads(line) for line in done.stdout.splitlines()]

    def test_a_product_is_ordered_brought_made_fetched_verified_and_paid(self):
        prover = self.prover_of("honest")
        self.addCleanup(prover.end)
        url = self.serve_at("honest", prover)
        order = self.leased("honest")
        here = f"/lease/{order}"
        self.assertEqual(self.refused("lease", "fetch", order, "--out", self.path / "out", exit=1)["code"], "not_delivered")

        # What is not the buyer's matrix is not taken, and nothing else is reached.
        self.assertEqual(self.ask(url, "PUT", here + "/a", bytes(M * K))[0], 422)
        self.assertEqual(self.ask(url, "PUT", here + "/a", self.a + b"x")[0], 413)
        self.assertEqual(self.ask(url, "PUT", here + "/a", iter([self.a]), {"Transfer-Encoding": "chunked"})[0], 411)
        self.assertEqual(self.ask(url, "PUT", f"/lease/{'ab' * 32}/a", self.a)[0], 404)
        for path in ("/", "/lease", here, here + "/", here + "/d", here + "/a/../c.npy", "/lease/../state.json",
                     "/lease/" + "../" * 21 + "x/a", here.upper() + "/c.npy", here + "/c.npy?x", here + "/c.npy",
                     here + "/product.json", "/%2e%2e/state.json"):
            self.assertEqual(self.ask(url, "GET", path)[0], 404, path)
        self.assertEqual(self.ask(url, "GET", here + "/a")[0], 405)
        self.assertEqual(self.ask(url, "PUT", here + "/c.npy", b"x")[0], 405)
        for method in ("POST", "DELETE", "PATCH", "OPTIONS"):
            self.assertEqual(self.ask(url, method, here + "/a")[0], 405, method)

        # An upload that breaks off leaves nothing; who only holds connections holds a few.
        files = self.path / "prover-honest" / "state" / "products" / order
        host, port = url.removeprefix("http://").split(":")
        with socket.create_connection((host, int(port))) as half:
            half.sendall(f"PUT {here}/a HTTP/1.1\r\nHost: x\r\nContent-Length: {M * K}\r\nExpect: 100-continue\r\n\r\n".encode())
            self.assertIn(b"100 Continue", half.recv(100))
            half.sendall(self.a[:1000])
            harness.eventually(lambda: [f for f in os.listdir(files) if f.endswith(".part")], 10, "the upload")
        harness.eventually(lambda: os.listdir(files) == [], 10, "the end of the upload")
        held = [socket.create_connection((host, int(port))) for _ in range(16)]
        with socket.create_connection((host, int(port))) as more:
            more.settimeout(10)
            self.assertEqual(more.recv(1), b"")  # closed at once
        for one in held:
            one.close()
        harness.eventually(lambda: self.answers(url), 10, "room for others")
        with socket.create_connection((host, int(port))) as other:
            other.sendall(b"\x16\x03\x01 this is no HTTP\r\n\r\n")
            other.settimeout(10)
            self.assertIn(b" 400 ", other.recv(100))

        # A matrix that is there stays there, over a crash too.
        self.assertEqual(self.ask(url, "PUT", here + "/a", self.a)[0], 201)
        self.assertEqual(self.ask(url, "PUT", here + "/a", self.a)[0], 200)
        prover.end(signal.SIGKILL)
        self.assertEqual(self.refused("lease", "send", order, *self.inputs, exit=3)["code"], "node_unreachable")
        prover = self.prover_of("honest")
        self.addCleanup(prover.end)
        url = self.serve_at("honest", prover)
        other = self.path / "other.npy"
        other.write_bytes(npy(M, K, bytes(M * K)))
        wrong = self.refused("lease", "send", order, "--input", other, "--input", self.b_file, exit=4)
        self.assertEqual(wrong["code"], "verification_failed")
        self.assay("lease", "send", order, *self.inputs)

        lines = self.watched(order, "delivered")
        root = matrix.root(matrix.tiles(matrix.product(self.a, self.b, M, N, K))).hex()
        self.assertEqual((lines[-1]["status"], lines[-1]["delivery"]["c_root"]), ("leased", root))
        self.assertEqual(prover.wait_for("delivered", order=order)["c_root"], root)
        got = self.assay("lease", "fetch", order, "--out", self.path / "out")
        self.assertEqual(got["c_root"], root)
        self.assertEqual(json.loads(pathlib.Path(got["sidecar"]).read_text())["order"], order)
        self.assay("lease", "fetch", order, "--out", self.path / "out")  # once more is no harm
        told = self.assay("lease", "verify", order, *self.inputs, "--output", got["output"])
        self.assertEqual((told["right"], told["delivered"]), (True, True))
        self.assertEqual(self.refused("lease", "dispute", order, *self.inputs, "--output", got["output"], "--from", "buyer", "-y",
                                      exit=4)["code"], "verification_failed")
        self.assay("lease", "close", order, "--from", "buyer", "-y")
        last = self.watched(order, "closed")[-1]
        self.assertEqual((last["status"], last["accepted"], last["paid"]), ("closed", True, "900000"))
        # The files of before stand in for a folder that holds something else.
        (self.path / "out" / "c.npy").write_bytes(npy(M, K, self.a))
        self.assertEqual(self.refused("lease", "fetch", order, "--out", self.path / "out", exit=1)["code"], "already_exists")
        self.assertEqual((self.path / "out" / "c.npy").read_bytes(), npy(M, K, self.a))
        self.assertEqual(prover.end(), 0)

    def test_a_wrong_value_is_found_shown_and_the_deposit_comes_back(self):
        prover = self.prover_of("wrong", "--fault", "flip=1")
        self.addCleanup(prover.end)
        self.serve_at("wrong", prover)
        order = self.leased("wrong")
        self.assay("lease", "send", order, *self.inputs)
        self.watched(order, "delivered")
        before = int(self.assay("balance", "buyer")["credits"])
        got = self.assay("lease", "fetch", order, "--out", self.path / "wrong")
        told = self.refused("lease", "verify", order, *self.inputs, "--output", got["output"], exit=4)
        self.assertEqual(told["code"], "verification_failed")
        self.assertIn("row 0, column 0", told["message"])
        for _ in range(2):  # a slice of 1024 columns at a time
            self.assay("lease", "dispute", order, *self.inputs, "--output", got["output"], "--from", "buyer", "-y")
        shown = self.watched(order, "closed")[-1]
        self.assertEqual((shown["wrong"], shown["accepted"], shown["paid"]), ({"row": 0, "col": 0}, False, "0"))
        self.assertEqual(int(self.assay("balance", "buyer")["credits"]), before + 1_000_000)
        self.assertTrue(self.assay("provider", "show", "wrong")["jailed"])
        prover.end()

    def test_a_provider_that_gives_other_bytes_than_it_delivered_is_found_out(self):
        prover = self.prover_of("honest")
        self.addCleanup(prover.end)
        url = self.serve_at("honest", prover)
        order = self.leased("honest")
        self.assay("lease", "send", order, *self.inputs)
        self.watched(order, "delivered")
        kept = self.path / "prover-honest" / "state" / "products" / order / "c.npy"
        data = bytearray(kept.read_bytes())
        data[-1] ^= 1
        kept.write_bytes(data)
        for bytes_there in (bytes(data), b"", b"short", bytes(data) + bytes(1 << 20)):
            kept.write_bytes(bytes_there)
            error = self.refused("lease", "fetch", order, "--out", self.path / "given", exit=4)
            self.assertEqual(error["code"], "verification_failed")
            self.assertEqual(os.listdir(self.path / "given"), [])
        prover.end()
        self.assertEqual(self.refused("lease", "fetch", order, "--out", self.path / "given", "--endpoint", url, exit=3)["code"],
                         "node_unreachable")

    def test_matrices_that_are_none_are_refused_before_anything_is_sent(self):
        create = ["order", "create", "--class", "cpu-gemm", "--max-price", "1", "--from", "buyer", "-y"]
        for name, data, said in (("short.npy", npy(M, K, self.a)[:-1], "its shape asks for"),
                                 ("float.npy", npy(M, K, self.a).replace(b"|i1", b"<f4"), "needed is int8"),
                                 ("fortran.npy", npy(M, K, self.a).replace(b"False", b"True "), "column by column"),
                                 ("cube.npy", npy(M, K, self.a).replace(b"(64, 1100)", b"(8,8,1100)"), "two dimensions"),
                                 ("version.npy", b"\x93NUMPY\x03" + npy(M, K, self.a)[7:], "version 3")):
            path = self.path / name
            path.write_bytes(data)
            error = self.refused(*create, "--input", path, "--input", self.b_file, exit=1)
            self.assertIn(said, error["message"])
        flat = self.path / "flat.npy"
        flat.write_bytes(npy(N, K - 1, self.b[:N * (K - 1)]))
        self.assertIn("must be the same", self.refused(*create, "--input", self.a_file, "--input", flat, exit=2)["message"])
        self.assertEqual(self.refused(*create, *self.inputs, "--gemm", "64,64,1100", exit=2)["code"], "usage")
        raw = self.path / "raw.bin"
        raw.write_bytes(self.a)
        self.assertIn("--gemm", self.refused(*create, "--input", raw, "--input", self.b_file, exit=2)["message"])


if __name__ == "__main__":
    harness.main()
