"""assayd in a temporary home, as the tests of the protocol need it: JSON-RPC, the operator's socket, the published keys."""

import http.client
import json
import os
import pathlib
import socket
import subprocess
import tempfile
import time

import messages as m
from secp256k1 import public_key

DEVNET = pathlib.Path(__file__).parents[2] / "genesis" / "devnet.json"
FAUCET, OPERATOR = (bytes.fromhex(json.loads(DEVNET.read_text())["devnet"][who]["secret"])
                    for who in ("faucet", "validator"))


class RpcError(Exception):
    def __init__(self, error):
        super().__init__(f"{error['data']['code']}: {error['message']}")
        self.word = error["data"]["code"]


def address(secret):
    return m.address_of(public_key(secret))


def name(raw):
    return m.bech32m("assay", raw)


class Node:
    def __init__(self, program, block_time, network="devnet"):
        self.program = program
        self.folder = tempfile.TemporaryDirectory(prefix="assay-protocol-")
        self.home = pathlib.Path(self.folder.name) / "node"
        self.environment = {k: v for k, v in os.environ.items() if not k.startswith("ASSAY")}
        subprocess.run([program, "init", "--home", self.home, "--network", network, "--beacon-length", "65536"],
                       check=True, capture_output=True, env=self.environment)
        self.log = open(self.home.parent / "log", "wb")
        self.process = subprocess.Popen(
            [program, "start", "--home", self.home, "--listen", "127.0.0.1:0", "--metrics", "127.0.0.1:0",
             "--requests-per-second", "1000000", "--block-time", block_time, "--json"],
            stdout=subprocess.PIPE, stderr=self.log, env=self.environment)
        line = self.process.stdout.readline()
        if not line or "url" not in json.loads(line):
            self.stop()
            raise AssertionError(f"the node did not start: {line}")
        self.host = json.loads(line)["url"].removeprefix("http://")
        self.connection = http.client.HTTPConnection(self.host, timeout=70)
        self.chain_id = self("status")["chain_id"]

    def __call__(self, method, **params):
        body = json.dumps({"jsonrpc": "2.0", "id": 1, "method": method, "params": params})
        self.connection.request("POST", "/", body, {"Content-Type": "application/json"})
        answer = json.loads(self.connection.getresponse().read())
        if "error" in answer:
            raise RpcError(answer["error"])
        return answer["result"]

    def own(self, method, **params):
        """The operator's socket: the very bytes that the node stores."""
        with socket.socket(socket.AF_UNIX) as s:
            s.settimeout(30)
            s.connect(str(self.home / "control.sock"))
            s.sendall(json.dumps({"jsonrpc": "2.0", "id": 1, "method": method, "params": params}).encode() + b"\n")
            raw = b""
            while not raw.endswith(b"\n"):
                part = s.recv(1 << 16)
                if not part:
                    raise AssertionError("the operator's socket closed")
                raw += part
        return json.loads(raw)["result"]

    def body(self, secret, *messages, **changes):
        """A transaction's body with the next nonce and a fee that is enough; `changes` win."""
        sender = changes.pop("sender", None) or address(secret)
        status = self("status")
        body = {"version": 1, "chain_id": self.chain_id, "sender": sender,
                "nonce": self("account", address=name(sender))["next_nonce"], "fee": 10_000, "gas_limit": 1_000_000,
                "valid_until": status["height"] + 100, "memo": b"", "messages": list(messages)}
        return body | changes

    def signed(self, secret, *messages, **changes):
        return m.signed(self.body(secret, *messages, **changes), secret)

    def send(self, raw):
        return self("broadcast_tx", tx=raw.hex(), wait=True)

    def block(self, height):
        return m.BLOCK.decode(bytes.fromhex(self.own("node.block_raw", height=height)["block"]))

    def until(self, condition, what, seconds=60):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            value = condition()
            if value:
                return value
            time.sleep(0.05)
        raise AssertionError(f"{what} did not come within {seconds} s")

    def stop(self):
        self.process.terminate()
        code = self.process.wait(30)
        self.process.stdout.close()
        self.log.close()
        self.folder.cleanup()
        return code
