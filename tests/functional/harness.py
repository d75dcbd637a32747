"""Real programs in temporary homes, for the functional tests.

    with Folder() as folder:
        node = Node(folder / "node")
        node.start(block_time="50ms")
        node.rpc("status")["height"]
        node.kill()

Every test file takes `--bin DIR`, the folder of the programs, before unittest's own arguments.
ASSAY_LONG_TESTS=1 asks for the long forms, ASSAY_TEST_SEED for another seed than the default.
"""

import http.client
import json
import os
import pathlib
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time
import unittest

from signing import Key, faucet_key, transfer

LONG = os.environ.get("ASSAY_LONG_TESTS", "").lower() not in ("", "0", "off", "false")
SEED = int(os.environ.get("ASSAY_TEST_SEED", "20261124"))
BIN = pathlib.Path("build/release/bin")


def main():
    """Takes --bin and --long from the command line, then runs the tests of the calling file."""
    global BIN, LONG
    arguments = sys.argv[1:]
    if "--bin" in arguments:
        at = arguments.index("--bin")
        BIN = pathlib.Path(arguments[at + 1]).resolve()
        del arguments[at:at + 2]
    if "--long" in arguments:
        arguments.remove("--long")
        LONG = True
    print(f"seed {SEED}", file=sys.stderr)
    unittest.main(module="__main__", argv=[sys.argv[0], *arguments], verbosity=2)


def program(name):
    return str(BIN / name)


def seeded(purpose):
    """The same instants and choices for the same seed, whatever other tests drew."""
    return random.Random(f"{SEED}/{purpose}")


def clean_environment(**more):
    """None of the project's variables of whoever runs the tests."""
    out = {k: v for k, v in os.environ.items() if not k.startswith("ASSAY")}
    return out | {k: str(v) for k, v in more.items()}


class Folder:
    def __enter__(self):
        self._folder = tempfile.TemporaryDirectory(prefix="assay-functional-")
        return pathlib.Path(self._folder.name)

    def __exit__(self, *_):
        self._folder.cleanup()


def run(name, *arguments, exit=0, stdin="", timeout=120, **environment):
    done = subprocess.run([program(name), *map(str, arguments)], input=stdin, text=True, capture_output=True,
                          timeout=timeout, env=clean_environment(**environment))
    if exit is not None and done.returncode != exit:
        raise AssertionError(f"{name} {' '.join(map(str, arguments))}: exit {done.returncode}, expected {exit}\n"
                             f"{done.stdout}{done.stderr}")
    return done


def run_json(name, *arguments, exit=0, **more):
    """Exactly one JSON value on one line, whatever the exit code."""
    done = run(name, *arguments, "--json", exit=exit, **more)
    assert done.stdout.count("\n") == 1, done.stdout
    return json.loads(done.stdout)


class RpcError(Exception):
    def __init__(self, error):
        super().__init__(f"{error['data']['code']}: {error['message']}")
        self.word = error["data"]["code"]
        self.number = error["code"]
        self.message = error["message"]


class Rpc:
    """One kept connection; reconnects once where the node closed it in between."""

    def __init__(self, url):
        self.host = url.removeprefix("http://")
        self.connection = None

    def post(self, body):
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        for attempt in (0, 1):
            fresh = self.connection is None
            if fresh:
                self.connection = http.client.HTTPConnection(self.host, timeout=70)
            try:
                self.connection.request("POST", "/", raw, {"Content-Type": "application/json"})
                answer = self.connection.getresponse()
                return answer.status, answer.read()
            except (OSError, http.client.HTTPException):
                self.close()
                if fresh or attempt == 1:
                    raise
        raise AssertionError

    def answer(self, body):
        _, text = self.post(body)
        return json.loads(text)

    def __call__(self, method, **params):
        answer = self.answer({"jsonrpc": "2.0", "id": 1, "method": method, "params": params})
        if "error" in answer:
            raise RpcError(answer["error"])
        return answer["result"]

    def close(self):
        if self.connection is not None:
            self.connection.close()
            self.connection = None


class Node:
    """assayd in a home of its own."""

    SETTINGS = ("--requests-per-second", "1000000", "--connections-per-address", "1000", "--log-level", "info",
                "--metrics", "127.0.0.1:0")

    def __init__(self, home, network="devnet", init=()):
        self.home = pathlib.Path(home)
        self.log = self.home.parent / (self.home.name + ".log")
        self.process = None
        self.url = ""
        self.ready = {}
        self._rpc = None
        if not (self.home / "genesis.json").exists():
            run("assayd", "init", "--home", self.home, "--network", network,
                *(() if "--beacon-length" in init else ("--beacon-length", "1048576")), *init)

    def command(self, *more, listen="127.0.0.1:0", block_time=None):
        out = [program("assayd"), "start", "--home", str(self.home), "--listen", listen, *self.SETTINGS, "--json"]
        return out + (["--block-time", block_time] if block_time else []) + list(more)

    def begin(self, *more, **options):
        """Starts it and does not wait."""
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(self.command(*more, **options), stdout=subprocess.PIPE, stderr=log,
                                            text=True, env=clean_environment())

    def start(self, *more, **options):
        self.begin(*more, **options)
        line = self.process.stdout.readline()
        if not line:
            raise AssertionError(f"the node ended with {self.process.wait()}:\n{self.tail()}")
        self.ready = json.loads(line)
        if "error" in self.ready:
            raise AssertionError(f"the node did not start: {line}{self.tail()}")
        self.url = self.ready["url"]
        self._rpc = Rpc(self.url)
        return self

    def refuses(self, *more, **options):
        """The one JSON value of a start that must fail, and the exit code."""
        done = subprocess.run(self.command(*more, **options), capture_output=True, text=True, timeout=60,
                              env=clean_environment())
        assert done.stdout.count("\n") == 1, (done.stdout, done.stderr)
        return json.loads(done.stdout)["error"], done.returncode

    def rpc(self, method, **params):
        return self._rpc(method, **params)

    def post(self, body):
        return self._rpc.post(body)

    def answer(self, body):
        return self._rpc.answer(body)

    def send(self, raw, wait=False):
        return self.rpc("broadcast_tx", tx=raw.hex(), wait=wait)

    def height(self):
        return self.rpc("status")["height"]

    def wait_for_height(self, height, longest=60):
        eventually(lambda: self.height() >= height, longest, f"height {height}")

    def hashes(self, first, last):
        """{height: app hash} of stored blocks."""
        out = {}
        for at in range(first, last + 1, 100):
            for row in self.rpc("blocks", **{"from": at, "to": min(at + 99, last)})["items"]:
                out[row["height"]] = row["app_hash"]
        return out

    def kill(self):
        if self.process is not None:
            self.process.kill()
        return self.ended()

    def terminate(self):
        if self.process is not None:
            self.process.send_signal(signal.SIGTERM)
        return self.ended()

    def ended(self, longest=60):
        """Waits for its end; returns the exit code."""
        code = None
        if self._rpc is not None:
            self._rpc.close()
        if self.process is not None:
            code = self.process.wait(longest)
            self.process.stdout.close()
        self.process = None
        return code

    def tail(self, lines=20):
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-lines:]) if self.log.exists() else ""

    def verify(self):
        return run_json("assayd", "verify", "--home", self.home, timeout=600)


def eventually(condition, longest=30, what="it"):
    end = time.monotonic() + longest
    while time.monotonic() < end:
        if condition():
            return
        time.sleep(0.02)
    raise AssertionError(f"{what} did not come within {longest} s")


class Payers:
    """Accounts that pay each other without end: signed transfers as load."""

    def __init__(self, node, count=8, purpose="payers"):
        self.random = seeded(purpose)
        self.keys = [Key(self.random.getrandbits(250).to_bytes(32, "big")) for _ in range(count)]
        self.chain_id = node.rpc("status")["chain_id"]
        faucet = faucet_key()
        nonce = node.rpc("account", address=faucet.name())["next_nonce"]
        answer = node.send(faucet.sign_tx(self.chain_id, nonce, [transfer([(k.address, 1_000_000_000) for k in self.keys])],
                                          gas=400_000, valid_until=node.height() + 1000), wait=True)
        assert answer["status"] == "committed", answer
        self.sent = self.refused = 0
        self._stop = threading.Event()
        self._thread = None

    def begin(self, node):
        """In a thread of its own until end(); a node that goes away is what the tests do to it."""
        self._stop.clear()
        self._thread = threading.Thread(target=self._pay, args=(node.url,), daemon=True)
        self._thread.start()

    def end(self):
        self._stop.set()
        if self._thread is not None:
            self._thread.join(30)
            assert not self._thread.is_alive()

    def _pay(self, url):
        rpc = Rpc(url)
        try:
            height = rpc("status")["height"]
            nonces = [rpc("account", address=k.name())["next_nonce"] for k in self.keys]
            while not self._stop.is_set():
                batch = []
                for i, key in enumerate(self.keys):
                    to = self.keys[self.random.randrange(len(self.keys))].address
                    raw = key.sign_tx(self.chain_id, nonces[i], [transfer([(to, self.random.randrange(1, 10**6))])],
                                      valid_until=height + 900)
                    nonces[i] += 1
                    batch.append({"jsonrpc": "2.0", "id": i, "method": "broadcast_tx", "params": {"tx": raw.hex()}})
                for one in rpc.answer(batch):
                    if "result" in one:
                        self.sent += 1
                    else:
                        self.refused += 1
                        i = one["id"]
                        nonces[i] = rpc("account", address=self.keys[i].name())["next_nonce"]
                        height = rpc("status")["height"]
        except (OSError, http.client.HTTPException, ValueError, RpcError):
            return
        finally:
            rpc.close()
